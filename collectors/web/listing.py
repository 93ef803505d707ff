"""Walk a listing, newest first, back to what is known already."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from collectors.contract import Interval, Job, Page, Unreadable
from collectors.mention import Mention
from collectors.sources import Source
from collectors.web.paging import PageWatch, answered, oldest, seen_down_to

_FIRST_PAGES = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One answer of a listing, read."""

    mentions: Sequence[Mention]
    unreadable: Sequence[Unreadable] = ()
    cursor: str | None = None
    """What to ask the next page with; None: this was the last."""
    requests: int = 1


Ask = Callable[[str | None], Listed]
"""Asks for the page behind a cursor; None: the first."""


def walk_listing(
    what: str, ask: Ask, *, job: Job, source: Source, until: datetime, ends: int | None = None
) -> Iterator[Page]:
    """
    Turn page after page until the listing ends or a whole page is older than the job.

    One known item ends nothing: posts that arrive late, and pinned ones, stand
    out of order. The answer to a window holds nothing older: it is read to its
    end. A first walk turns ten pages at least, unless `history` is set: where
    people write little, there is something to compare the first week with.

    Args:
        what: What is asked for; begins every message.
        ask: Gives the pages.
        job: `since` says how far back to go.
        source: Gives `max_pages`, and `history` and `overlap` for an empty listing.
        until: Up to when the first page tells all.
        ends: With so many items an end may be the platform's, not the
            listing's: it is covered down to the last item only.

    Raises:
        CollectError: The platform stopped answering, or its pages go in a circle.
    """
    watch = PageWatch(what)
    first = 1 if job.validators or source.history else _FIRST_PAGES
    cursor: str | None = None
    seen: list[Mention] = []
    items = 0
    for number in range(1, source.max_pages + 1):
        page = ask(cursor)
        cursor = page.cursor
        seen += page.mentions
        items += len(page.mentions) + len(page.unreadable)
        may_stop = job.reach != "window" and number >= first
        is_past = may_stop and _is_older(page.mentions, job.since)
        if is_past:
            covered = answered(job.since, until)
        elif cursor is None and (ends is None or items < ends):
            since = job.since or oldest(seen) or until - (source.history or source.overlap)
            covered = answered(since, until)
        else:
            covered = _covered_down_to(job.since, page.mentions or seen, until)
        is_cut = cursor is not None and not is_past and number == source.max_pages
        yield Page(
            mentions=page.mentions,
            unreadable=page.unreadable,
            answered=covered,
            validators={"walked_to": f"{until:%Y-%m-%dT%H:%M:%SZ}"}
            if is_past or not cursor
            else None,
            requests=page.requests,
            cut_by="page_cap" if is_cut else None,
        )
        if cursor is None or is_past:
            return
        watch.check(cursor, [mention.native_id for mention in page.mentions])


def _is_older(mentions: Sequence[Mention], since: datetime | None) -> bool:
    dates = [mention.created_at for mention in mentions if mention.created_at]
    return since is not None and bool(dates) and max(dates) < since


def _covered_down_to(
    since: datetime | None, page: Sequence[Mention], until: datetime
) -> tuple[Interval, ...]:
    low = seen_down_to([mention.created_at for mention in page])
    return answered(max(low, since) if low and since else low, until)
