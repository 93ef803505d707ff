"""Walk a listing, newest first, back to what is known already, or on from where a walk stopped."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from collectors.contract import Job, Page, Unreadable
from collectors.errors import PlaceLost
from collectors.mention import Mention
from collectors.sources import Source
from collectors.web.paging import Depth, PageWatch, answered, answered_down_to, known_at_end

_FIRST_PAGES = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One answer of a listing, read."""

    mentions: Sequence[Mention]
    unreadable: Sequence[Unreadable] = ()
    cursor: str | None = None
    """What to ask the next page with; None: this was the last."""
    requests: int = 1
    times: Sequence[datetime | None] | None = None
    """By which the listing is sorted, in its order; None: by when the mentions were created."""


Ask = Callable[[str | None], Listed]
"""Asks for the page behind a cursor; None: the first."""


def walk_listing(
    what: str,
    ask: Ask,
    *,
    job: Job,
    source: Source,
    until: datetime,
    ends: int | None = None,
    first_pages: int = _FIRST_PAGES,
    forgets_cursors: bool = False,
) -> Iterator[Page]:
    """
    Turn page after page until the listing ends or a whole page is older than the job.

    One known item ends nothing: posts that arrive late, and pinned ones, stand
    out of order. The answer to a window holds nothing older: it is read to its
    end. A first walk turns ten pages at least, unless `history` is set: where
    people write little, there is something to compare the first week with.
    A job with a cursor goes on behind it, and claims nothing above it.

    Args:
        what: What is asked for; begins every message.
        ask: Gives the pages.
        job: `since` says how far back to go.
        source: Gives `max_pages`, and `history` and `overlap` for an empty listing.
        until: Up to when the first page tells all.
        ends: With so many items an end may be the platform's, not the
            listing's: it is covered down to the last item only. The same holds,
            however few there are, where a walk goes on: newer ones may have
            pushed them out. A listing can't be asked for the rest, a window can.
        first_pages: The fewest pages of a first walk.
        forgets_cursors: Behind a cursor whose item is gone the platform shows
            nothing, as if the listing ended there.

    Raises:
        CollectError: The platform stopped answering, or its pages go in a circle.
    """
    is_window = job.reach == "window"
    cursor = None if is_window else job.cursor
    goes_on = job.remainder is not None and cursor is not None
    if job.remainder and goes_on:
        until = job.remainder.until
    watch = PageWatch(what, cursor)
    first = 1 if job.validators or source.history or goes_on else first_pages
    depth = Depth()
    for number in range(1, source.max_pages + 1):
        page = ask(cursor)
        times = page.times
        if times is None:
            times = [mention.created_at for mention in page.mentions]
        if number == 1 and goes_on:
            _check_place(what, page, times, until, forgets_cursors=forgets_cursors)
        cursor = page.cursor
        depth.turn(page.mentions, unreadable=len(page.unreadable), times=times)
        is_past = not is_window and number >= first and _is_older(times, job.since)
        if is_past:
            covered = answered(job.since, until)
        elif cursor is None and not (is_window and ends and depth.items >= ends):
            begin = until - (source.history or source.overlap)
            covered = known_at_end(
                depth, job.since, until, begin=begin, keeps=ends, goes_on=goes_on
            )
        else:
            covered = answered_down_to(depth.low, job.since, until)
        is_cut = cursor is not None and not is_past and number == source.max_pages
        yield Page(
            mentions=page.mentions,
            unreadable=page.unreadable,
            answered=covered,
            validators=None if goes_on else {"walked_to": f"{until:%Y-%m-%dT%H:%M:%SZ}"},
            requests=page.requests,
            cut_by="page_cap" if is_cut else None,
            cursor=None if is_window else cursor,
        )
        if cursor is None or is_past:
            return
        watch.check(cursor, [mention.native_id for mention in page.mentions])


def _check_place(
    what: str,
    page: Listed,
    times: Sequence[datetime | None],
    until: datetime,
    *,
    forgets_cursors: bool,
) -> None:
    """Make sure that a cursor of an earlier walk leads further down, and not back up."""
    dates = [time for time in times if time]
    if dates and min(dates) > until:
        msg = f"{what}: the place where reading stopped leads back to newer items"
        raise PlaceLost(msg)
    if forgets_cursors and page.cursor is None and not page.mentions and not page.unreadable:
        msg = f"{what}: there is nothing behind the place where reading stopped"
        raise PlaceLost(msg)


def _is_older(times: Sequence[datetime | None], since: datetime | None) -> bool:
    dates = [time for time in times if time]
    return since is not None and bool(dates) and max(dates) < since
