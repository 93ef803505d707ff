"""Where the sources name employees: who never agreed is refused, whose consent ended is left out."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from collectors.configuration.mistakes import Document, Location, Mistake, quoted
from collectors.naming import Names
from collectors.permitted import LISTS, QUERIES, lapsed_names, permitted_streams, refused_names
from collectors.registry import PLATFORMS, collector_for
from collectors.sources import Sources
from collectors.watchlist import Watchlist


def naming_mistakes(document: Document, watchlist: Watchlist) -> Iterator[Mistake]:
    """
    List where a source asks for an employee who never agreed to be watched on its platform.

    Args:
        document: `sources.toml` as written.
        watchlist: Who agreed to what.
    """
    anybody = Names.private(watchlist.subject)
    for index, table in document.tables("source"):
        here: Location = ("source", index)
        platform = str(table.get("platform"))
        for place in _naming(here, table, refused_names(watchlist, platform)):
            message = f"names an employee whose consent doesn't cover {platform}"
            advice = f"remove it, or record the consent: consent.platforms with {quoted(platform)}"
            yield document.mistake(place, message, advice)
        if anybody.are_in(str(table.get("name"))):
            message = "names an employee, and every analyst reads it"
            yield document.mistake((*here, "name"), message, "name what is asked, not who")


def naming_warnings(
    document: Document, watchlist: Watchlist, sources: Sources | None, now: datetime
) -> Iterator[Mistake]:
    """
    List where a source names an employee whose consent ended, and which sources are off for it.

    Args:
        document: `sources.toml` as written.
        watchlist: Who agreed to what.
        sources: The same sources as read; None: something in them is wrong.
        now: Consents are judged at this moment (aware).
    """
    for index, table in document.tables("source"):
        here: Location = ("source", index)
        platform = str(table.get("platform"))
        places = list(_naming(here, table, lapsed_names(watchlist, platform, now)))
        for place in places:
            message = f"names an employee whose consent for {platform} ended: it is not asked"
            advice = "remove it, before the employee leaves the watchlist"
            yield document.mistake(place, message, advice)
        if places and sources and platform in PLATFORMS:
            source = sources.source[index]
            if not permitted_streams(collector_for(platform), source, watchlist, now):
                message = (
                    "asks for nothing else than what is not asked any more: this source is off"
                )
                yield document.mistake((*here, "name"), message, "remove the source")


def _naming(here: Location, table: Mapping[str, Any], names: Names) -> Iterator[Location]:
    """Find the words of a source that hold one of *names*."""
    for key, kind in LISTS.items():
        values = table.get(key)
        for number, text in enumerate(values if isinstance(values, list) else ()):
            if isinstance(text, str) and names.are_asked("", {kind: text}):
                yield (*here, key, number)
    for key in QUERIES:
        query = table.get(key)
        if isinstance(query, str) and names.are_asked("", {"query": query}):
            yield (*here, key)
