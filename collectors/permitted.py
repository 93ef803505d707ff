"""What of a source may be asked: all that it names, but no employee whose consent ended."""

from datetime import datetime

from collectors.contract import Collector, Job, Stream
from collectors.naming import Names
from collectors.sources import Source
from collectors.watchlist import Subject, Watchlist

LISTS = {"accounts": "account", "subreddits": "subreddit", "urls": "url"}
"""The lists of a source that may name somebody, and what one of their words is to a stream."""

QUERIES = ("query", "listen")
"""The queries of a source, which may name somebody as well."""


def permitted_streams(
    collector: Collector, source: Source, watchlist: Watchlist, now: datetime
) -> tuple[Stream, ...]:
    """
    List a source's streams without those that ask for an employee whose consent ended.

    Args:
        collector: Of the source's platform.
        source: As configured.
        watchlist: Who agreed to what, and what queries are derived from.
        now: Consents are judged at this moment (aware).
    """
    streams = tuple(collector.streams(source, watchlist, now))
    lapsed = lapsed_names(watchlist, source.platform, now)
    rest = _without(source, lapsed) if lapsed else source
    if rest == source:
        return streams
    # Only what both ask: without its query a source would derive one that nobody wrote.
    kept = {stream.key for stream in collector.streams(rest, watchlist, now)}
    return tuple(stream for stream in streams if stream.key in kept)


def may_be_asked(
    job: Job, collector: Collector, source: Source, watchlist: Watchlist, now: datetime
) -> bool:
    """
    Tell whether a job may still be fetched: consents may have ended since it was planned.

    Args:
        job: It may have waited, or been claimed by a worker that died.
        collector: Of the source's platform.
        source: As configured now.
        watchlist: Who agrees now.
        now: The present (aware).

    Returns:
        False if it names an employee who doesn't agree to be watched on its platform now,
        and would not be planned any more.
    """
    names = Names.private(
        subject
        for subject in watchlist.subject
        if subject.facet != "employee" or not subject.is_watched(job.platform, now)
    )
    if not names.are_asked(job.stream, job.params):
        return True
    permitted = permitted_streams(collector, source, watchlist, now)
    return job.stream in {stream.key for stream in permitted}


def names_lapsed(source: Source, watchlist: Watchlist, now: datetime) -> bool:
    """Tell whether a source names an employee whose consent for its platform ended."""
    return _without(source, lapsed_names(watchlist, source.platform, now)) != source


def lapsed_names(watchlist: Watchlist, platform: str, now: datetime) -> Names:
    """Gather the names of employees who once agreed to be watched on *platform*, and don't now."""
    return Names.private(
        subject
        for subject in watchlist.subject
        if subject.facet != "employee"
        or (_ever_agreed(subject, platform) and not subject.is_watched(platform, now))
    )


def refused_names(watchlist: Watchlist, platform: str) -> Names:
    """Gather the names of employees who never agreed to be watched on *platform*."""
    return Names.private(
        subject
        for subject in watchlist.subject
        if subject.facet != "employee" or not _ever_agreed(subject, platform)
    )


def _ever_agreed(subject: Subject, platform: str) -> bool:
    return subject.consent is not None and platform in subject.consent.platforms


def _without(source: Source, names: Names) -> Source:
    """Give the same source without the words that hold one of *names*."""
    changed: dict[str, object] = {}
    for key, kind in LISTS.items():
        words = getattr(source, key) or ()
        kept = tuple(word for word in words if not names.are_asked("", {kind: word}))
        if len(kept) < len(words):
            changed[key] = kept
    for key in QUERIES:
        query = getattr(source, key)
        if query and names.are_asked("", {"query": query}):
            changed[key] = None
    return source.model_copy(update=changed)
