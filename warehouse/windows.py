"""Windows: which stretch each job of a stream reads, and from which place it goes on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from collectors.contract import Interval, Remainder
from warehouse.ledger import StreamHistory, missing

_PATIENCE = timedelta(days=1)
"""Where others of the stream are answered for so long, a place that brings nothing is lost."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """A stretch [since, until) for one job."""

    since: datetime | None
    """None: as far back as the platform gives."""
    until: datetime
    remainder: Remainder | None = None
    """What an earlier job left and this one goes on with."""
    continues: tuple[str, ...] = ()
    """The jobs that left it."""
    is_last_try: bool = False


def share_out(
    holes: Iterable[tuple[datetime, datetime]],
    history: StreamHistory,
    *,
    known: Sequence[Interval],
    begin: datetime,
    now: datetime,
    overlap: timedelta,
    is_walked: bool,
) -> list[Window]:
    """
    Share out what is to be read among jobs, oldest first, so that none reads what another does. Pure.

    What earlier jobs left is gone on with where they stopped, each down to where the next one
    below goes on. Of that, what something else answered since is not read again. A listing can't
    be asked by time: there what no job left is read by the nearest walk above it, or by the one
    from the newest item.

    Args:
        holes: What was not answered, oldest first, apart from one another.
        history: What is known of the stream.
        known: What was answered, imported, or given up.
        begin: Nothing before it is asked for.
        now: The present.
        overlap: So much before a hole is read anew, for posts that arrive late.
        is_walked: Whether the stream can't be asked for what lies between.
    """
    left_open, stale = _unread(history.remainders, known, begin, now, overlap)
    history = replace(history, remainders=left_open)
    windows = _shared(holes, history, begin=begin, now=now, is_walked=is_walked)
    if windows and stale:
        windows[-1] = replace(windows[-1], continues=(*windows[-1].continues, *stale))
    return windows


def _unread(
    remainders: Mapping[str, Remainder],
    known: Sequence[Interval],
    begin: datetime,
    now: datetime,
    overlap: timedelta,
) -> tuple[dict[str, Remainder], list[str]]:
    """Cut what jobs left to what nothing else answered since; give it, and whose is no longer open."""
    left_open: dict[str, Remainder] = {}
    stale: list[str] = []
    for job_id, one in remainders.items():
        # A place in the future was noted by a clock that went wrong.
        if not begin < one.until <= now:
            continue
        since = max(one.since or begin, begin)
        unread = missing(known, since, one.until)
        if unread:
            since = max(since, unread[0][0] - overlap)
            until = one.until if one.cursor else unread[-1][1]
            left_open[job_id] = replace(one, since=since, until=until)
        elif one.until - since <= overlap:  # It was answered before, and is read for late posts.
            left_open[job_id] = one
        else:
            stale.append(job_id)
    return left_open, stale


def _shared(
    holes: Iterable[tuple[datetime, datetime]],
    history: StreamHistory,
    *,
    begin: datetime,
    now: datetime,
    is_walked: bool,
) -> list[Window]:
    places = _places(history, begin, needs_cursor=is_walked)
    taken = [Interval(since=p.since or begin, until=p.until) for p in places]
    left = [
        Window(since=since, until=until) for hole in holes for since, until in missing(taken, *hole)
    ]
    if not is_walked:
        return sorted([*places, *left], key=_end)
    walks = {place.until: place for place in places}
    lost = [
        Window(
            since=max(one.since or begin, begin),
            until=one.until,
            remainder=one,
            continues=(job_id,),
        )
        for job_id, one in history.remainders.items()
        if one.cursor is None
    ]
    for wanted in sorted([*left, *lost], key=_end, reverse=True):
        end = min((until for until in walks if until >= wanted.until), default=now)
        walks[end] = _down_to(walks.get(end), wanted, end)
    return sorted(walks.values(), key=_end)


def _end(window: Window) -> datetime:
    return window.until


def _places(history: StreamHistory, begin: datetime, *, needs_cursor: bool) -> list[Window]:
    """Make a window of each place where a job stopped, apart from one another, oldest first."""
    ends: dict[datetime, Window] = {}
    for job_id, one in history.remainders.items():
        since = max(one.since or begin, begin)
        if one.until <= since or (needs_cursor and one.cursor is None):
            continue
        window = Window(
            since=since,
            until=one.until,
            remainder=one,
            continues=(job_id,),
            is_last_try=_is_last_try(one, history),
        )
        known = ends.get(one.until)
        ends[one.until] = window if known is None else _either(known, window)
    united = _united(ends.values(), begin)
    places: list[Window] = []
    for until in sorted(ends):
        since = next(start for start, end in united if start < until <= end)
        since = max(since, places[-1].until) if places else since
        place = ends[until]
        remainder = place.remainder and replace(place.remainder, since=since)
        places.append(replace(place, since=since, remainder=remainder))
    return places


def _either(one: Window, other: Window) -> Window:
    """Choose the place that leads further; both are taken over."""
    better, worse = (
        (other, one)
        if one.remainder and (one.remainder.cursor is None or one.remainder.stuck_since)
        else (one, other)
    )
    since = min(better.since, worse.since) if better.since and worse.since else better.since
    return replace(better, since=since, continues=(*better.continues, *worse.continues))


def _is_last_try(one: Remainder, history: StreamHistory) -> bool:
    if one.stuck_since is None or history.last_whole_at is None:
        return False
    return history.last_whole_at - one.stuck_since >= _PATIENCE


def _down_to(walk: Window | None, wanted: Window, end: datetime) -> Window:
    """Let a walk, or a new one from the newest item, read down to what is wanted."""
    walk = walk or Window(since=wanted.since, until=end)
    since = min(walk.since, wanted.since) if walk.since and wanted.since else walk.since
    restarts = wanted.remainder.restarts if wanted.remainder else 0
    remainder = walk.remainder
    if restarts and remainder is None:
        remainder = Remainder(since=since, until=end)
    if remainder is not None:
        remainder = replace(remainder, since=since, restarts=max(remainder.restarts, restarts))
    continues = (*walk.continues, *wanted.continues)
    return replace(walk, since=since, remainder=remainder, continues=continues)


def _united(windows: Iterable[Window], begin: datetime) -> Sequence[tuple[datetime, datetime]]:
    united: list[tuple[datetime, datetime]] = []
    for since, until in sorted((one.since or begin, one.until) for one in windows):
        if united and since <= united[-1][1]:
            united[-1] = united[-1][0], max(united[-1][1], until)
        else:
            united.append((since, until))
    return united
