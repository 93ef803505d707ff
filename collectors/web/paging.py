"""Turn page after page: notice one that goes in circles, and say what time is covered so far."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from collectors.contract import Interval
from collectors.errors import PlaceLost
from collectors.mention import Mention

_SAME_PAGES = 3


class PageWatch:
    """Remember what was turned over, so that no page is read for ever."""

    def __init__(self, what: str, cursor: str | None = None) -> None:
        """
        Args:
            what: What is asked for; begins every message.
            cursor: Where the first page was asked for; None: at the beginning.
        """
        self._what = what
        self._cursors = {cursor} if cursor else set()
        self._ids: Sequence[str] = ()
        self._times = 0

    def check(self, cursor: str, ids: Sequence[str]) -> None:
        """
        Look at a page before asking for the next one.

        Args:
            cursor: Where the platform says that the next page is.
            ids: What was on this page, in order.

        Raises:
            PlaceLost: The cursor was followed before, or the same items came
                under new cursors three times in a row.
        """
        if cursor in self._cursors:
            msg = f"{self._what}: the pages go in a circle"
            raise PlaceLost(msg)
        self._cursors.add(cursor)
        self._times = self._times + 1 if ids and ids == self._ids else 1
        self._ids = ids
        if self._times >= _SAME_PAGES:
            msg = f"{self._what}: the same page comes again and again"
            raise PlaceLost(msg)


class Depth:
    """How far down a walk has read, newest first: kept up page by page, whatever their number."""

    def __init__(self) -> None:
        """Begin above the first page."""
        self.items = 0
        """Turned over so far, unreadable ones included."""
        self.low: datetime | None = None
        """From which second on all was seen; None: nothing dated was."""
        self.oldest: datetime | None = None
        """Time of the oldest dated mention."""

    def turn(
        self,
        mentions: Sequence[Mention],
        *,
        unreadable: int = 0,
        times: Sequence[datetime | None] | None = None,
    ) -> None:
        """
        Take in one more page.

        Args:
            mentions: What is on it, in its order.
            unreadable: How many items of it could not be read.
            times: By which the platform sorts; None: by which the mentions were created.
        """
        if times is None:
            times = [mention.created_at for mention in mentions]
        self.items += len(mentions) + unreadable
        self.low = seen_down_to(times) or self.low
        self.oldest = oldest(mentions, self.oldest)


def whole_second(moment: datetime) -> datetime:
    """Cut a time to its second, the grain in which platforms answer."""
    return moment.replace(microsecond=0)


def seen_down_to(times: Sequence[datetime | None]) -> datetime | None:
    """
    Tell from which second on a page sorted newest first is complete.

    The last item's own second may go on behind the page, and an old item pinned
    to the top says nothing; so it is the second after the last dated item.

    Args:
        times: By which the platform sorts, in the page's order; None: undated.
    """
    last = next((time for time in reversed(times) if time), None)
    return last and whole_second(last) + timedelta(seconds=1)


def oldest(mentions: Iterable[Mention], known: datetime | None = None) -> datetime | None:
    """Give the time of the oldest dated mention, or *known*, if that is older."""
    times = [m.created_at for m in mentions if m.created_at]
    return min((*times, known) if known else times, default=None)


def answered(since: datetime | None, until: datetime) -> tuple[Interval, ...]:
    """Write an interval, unless it is empty or its beginning unknown."""
    return (Interval(since=since, until=until),) if since and since < until else ()


def answered_down_to(
    low: datetime | None, since: datetime | None, until: datetime
) -> tuple[Interval, ...]:
    """Write what a walk from *until* that has read down to *low* answers of what was asked for."""
    return answered(max(low, since) if low and since else low, until)


def known_at_end(
    depth: Depth,
    since: datetime | None,
    until: datetime,
    *,
    begin: datetime,
    keeps: float | None,
    goes_on: bool,
) -> tuple[Interval, ...]:
    """
    Say what is known once a listing shows no more: all of it, unless the platform keeps no more.

    Where a walk goes on, what came since it began may have pushed the oldest items out of
    what the platform keeps, however few were read: only what was read is known then.

    Args:
        depth: How far down it was read.
        since: Down to where there was to read; None: as far back as the platform gives.
        until: From where on it was read downwards.
        begin: What an empty listing says something about, if *since* is None.
        keeps: With so many items the end may be the platform's; None: it keeps all.
        goes_on: The walk began in an earlier job.
    """
    if keeps is None or (depth.items < keeps and not goes_on):
        return answered(since or depth.oldest or begin, until)
    covered = answered_down_to(depth.low, since, until)
    unread = covered[0].since if covered else until
    if since is None or unread <= since:
        return covered
    return (*covered, Interval(since=since, until=unread, reason="possible_gap"))
