"""Withheld streams: those that ask for employees, of which no snapshot tells anything."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from collectors.contract import Coverage, Interval
from collectors.naming import Names, read_asks
from collectors.readiness import NOTHING_LEFT
from collectors.watchlist import Watchlist
from warehouse.ledger import missing
from warehouse.query import run_script
from warehouse.transaction import in_transaction

WITHHELD = "withheld"
"""What the withheld streams of a source are called together."""

_NOBODY = frozenset({"again", "import", "recheck", WITHHELD})
"""Streams that were not made from anybody's words."""

_KNOWN = (
    "SELECT source, stream FROM stream UNION SELECT source, stream FROM coverage "
    "UNION SELECT source, stream FROM attempt UNION SELECT source, stream FROM sighting "
    "UNION SELECT source, stream FROM cost_day UNION SELECT source, stream FROM stream_state "
    "UNION SELECT source, stream FROM canary_arrival"
)
_LOST: tuple[Coverage, ...] = ("possible_gap", "budget")
_TIME = pa.timestamp("us", tz="UTC")


def judge_streams(
    connection: duckdb.DuckDBPyConnection, watchlist: Watchlist, *, now: datetime
) -> None:
    """
    Remember which streams name employees, and forget those that are asked no more.

    A stream that once named an employee stays withheld. Once it is asked no
    more (another watchlist, a consent that was withdrawn), its name leaves
    the warehouse; what it covered and cost is kept for all such streams
    together, and nothing else where it named nobody but employees.

    Args:
        connection: The warehouse, in no transaction.
        watchlist: Whose words are private.
        now: When.
    """
    private = Names.private(watchlist.subject)
    public = Names.of(one for one in watchlist.subject if one.facet != "employee")
    judged = []
    for source, stream, asks in connection.execute(
        "SELECT source, stream, asks FROM stream"
    ).fetchall():
        params = read_asks(asks)
        is_withheld = private.are_asked(stream, params)
        is_only_staff = is_withheld and not public.are_asked("", params)
        judged.append((source, stream, is_withheld, is_only_staff))
    with in_transaction(connection), _registered(connection, "judged_stream", _table(judged)):
        run_script(connection, "judged", {})
        withheld = withheld_streams(connection, watchlist)
        asked = set(
            connection.execute(
                "SELECT source, stream FROM stream UNION ALL "
                "SELECT source, stream FROM stream_privacy "
                "SEMI JOIN (FROM source WHERE NOT is_active AND why_off <> $nothing_left) AS off "
                "ON stream_privacy.source = off.name",
                {"nothing_left": NOTHING_LEFT},
            ).fetchall()
        )
        configured = {name for (name,) in connection.execute("SELECT name FROM source").fetchall()}
        noted = set(connection.execute("SELECT source, stream FROM stream_privacy").fetchall())
        naming = {
            (source, stream): is_only_staff
            for source, stream, is_only_staff in connection.execute(
                "SELECT source, stream, is_only_staff FROM stream_privacy WHERE is_withheld"
            ).fetchall()
        }
        former = [
            (source, stream, True, naming.get((source, stream), False))
            for source, stream in sorted({one[:2] for one in withheld} | naming.keys())
            if (source, stream) not in asked
            and stream not in _NOBODY
            and (source in configured or (source, stream) in noted)
        ]
        if former:
            with _registered(connection, "former_stream", _table(former)):
                run_script(connection, "former", {"now": now})


def withheld_streams(
    connection: duckdb.DuckDBPyConnection, watchlist: Watchlist
) -> list[tuple[str, str, bool]]:
    """
    List the streams of which snapshots tell nothing: (source, stream, names nobody but employees).

    Where employees are or were watched, a stream that can't be judged is one of them.
    """
    private = Names.private(watchlist.subject)
    notes = {
        (source, stream): (is_withheld, is_only_staff)
        for source, stream, is_withheld, is_only_staff in connection.execute(
            "SELECT source, stream, is_withheld, is_only_staff FROM stream_privacy"
        ).fetchall()
    }
    has_people = bool(private) or any(note[0] is not False for note in notes.values())
    found = []
    for source, stream in connection.execute(_KNOWN).fetchall():
        is_withheld, is_only_staff = notes.get((source, stream), (None, True))
        if stream == WITHHELD:
            is_withheld = True
        elif is_withheld is None:
            is_open = stream in _NOBODY or "://" in stream or not has_people
            is_withheld = not is_open or private.are_in(stream)
        if is_withheld:
            found.append((source, stream, is_only_staff))
    return sorted(found)


@contextmanager
def withheld_tables(connection: duckdb.DuckDBPyConnection, watchlist: Watchlist) -> Iterator[None]:
    """
    Offer what the statements of a publish need to withhold streams.

    Within stand the tables `withheld_stream` (the streams), `withheld_coverage`
    (what of their time is covered, by source), `withheld_since` (since when all
    that are asked now have been) and `naming_message` (messages that name employees).
    """
    streams = withheld_streams(connection, watchlist)
    private = Names.private(watchlist.subject)
    keys = [stream for _, stream, _ in streams if stream not in _NOBODY]
    said = [
        message
        for (message,) in connection.execute(
            "SELECT message FROM attempt WHERE message IS NOT NULL "
            "UNION SELECT message FROM recheck_round WHERE message IS NOT NULL"
        ).fetchall()
    ]
    naming = private.found_in(said)
    messages = [(one,) for one in said if one in naming or any(key in one for key in keys)]
    with _registered(connection, "withheld_stream", _table_of(streams, _STREAM)):
        members = _members(connection)
        asked_since = [
            (source, max(one.begun_at for one in asked) if asked else None)
            for source, of_source in members.items()
            for asked in [[one for one in of_source if one.ended_at is None]]
        ]
        coverage = [
            (source, interval.since, interval.until, interval.reason)
            for source, of_source in members.items()
            for interval in merge_coverage(of_source)
        ]
        with (
            _registered(connection, "withheld_coverage", _table_of(coverage, _COVERAGE)),
            _registered(connection, "withheld_since", _table_of(asked_since, _SINCE)),
            _registered(connection, "naming_message", _table_of(messages, _MESSAGE)),
        ):
            yield


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """What is known of one withheld stream."""

    covered: Sequence[Interval] = ()
    lost: Sequence[Interval] = ()
    """What may hold gaps, or was given up."""
    begun_at: datetime
    """First instant that was ever asked for; far in the future: it never was asked."""
    ended_at: datetime | None
    """Last instant that it was asked for; None: it is still asked."""


def merge_coverage(members: Iterable[Member]) -> list[Interval]:
    """
    Tell what is covered of several streams together, each from its first to its last instant.

    Returns:
        First the stretches in which every stream that was asked is covered,
        apart from one another and in order; then what any of them lost, united.
    """
    begun = [member for member in members if member.begun_at < _NEVER]
    spans = [interval for member in begun for interval in member.covered]
    holes: list[Interval] = []
    for member in begun:
        end = member.ended_at or max((i.until for i in spans), default=member.begun_at)
        found = missing(member.covered, member.begun_at, max(end, member.begun_at))
        holes += [Interval(since=a, until=b, reason="answered") for a, b in found]
    covered = [
        Interval(since=since, until=until, reason="answered")
        for a, b in _united(spans)
        for since, until in missing(holes, a, b)
    ]
    lost = [
        Interval(since=since, until=until, reason=reason)
        for reason in _LOST
        for since, until in _united(i for m in begun for i in m.lost if i.reason == reason)
    ]
    return covered + lost


def _united(intervals: Iterable[Interval]) -> list[tuple[datetime, datetime]]:
    united: list[tuple[datetime, datetime]] = []
    for interval in sorted(intervals, key=lambda interval: interval.since):
        if united and interval.since <= united[-1][1]:
            united[-1] = united[-1][0], max(united[-1][1], interval.until)
        elif interval.since < interval.until:
            united.append((interval.since, interval.until))
    return united


def _members(connection: duckdb.DuckDBPyConnection) -> Mapping[str, list[Member]]:
    covered: dict[tuple[str, str], list[Interval]] = defaultdict(list)
    lost: dict[tuple[str, str], list[Interval]] = defaultdict(list)
    for source, stream, since, until in connection.execute(
        "SELECT source, stream, since, until FROM covered SEMI JOIN withheld_stream USING (source, stream)"
    ).fetchall():
        covered[source, stream].append(_interval(since, until, "answered"))
    for source, stream, since, until, reason in connection.execute(
        "SELECT source, stream, since, until, reason FROM coverage "
        "SEMI JOIN withheld_stream USING (source, stream) WHERE list_contains($reasons, reason)",
        {"reasons": list(_LOST)},
    ).fetchall():
        lost[source, stream].append(_interval(since, until, reason))
    asked = set(connection.execute("SELECT source, stream FROM stream").fetchall())
    lives = {
        (source, stream): (begun.astimezone(UTC), ended.astimezone(UTC))
        for source, stream, begun, ended in connection.execute(
            "SELECT source, stream, min(coalesce(since, collected_at)), max(coalesce(until, collected_at)) "
            "FROM attempt SEMI JOIN withheld_stream USING (source, stream) GROUP BY ALL"
        ).fetchall()
    }
    members: dict[str, list[Member]] = defaultdict(list)
    for source, stream in connection.execute(
        "SELECT source, stream FROM withheld_stream ORDER BY ALL"
    ).fetchall():
        known = [*covered[source, stream], *lost[source, stream]]
        begun, ended = lives.get((source, stream), (_NEVER, _LONG_AGO))
        members[source].append(
            Member(
                covered=covered[source, stream],
                lost=lost[source, stream],
                begun_at=min((begun, *(i.since for i in known))),
                ended_at=None
                if (source, stream) in asked
                else max((ended, *(i.until for i in known))),
            )
        )
    return members


def _interval(since: datetime, until: datetime, reason: Coverage) -> Interval:
    return Interval(since=since.astimezone(UTC), until=until.astimezone(UTC), reason=reason)


_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)

_STREAM = pa.schema(
    [("source", pa.string()), ("stream", pa.string()), ("is_only_staff", pa.bool_())]
)
_COVERAGE = pa.schema(
    [("source", pa.string()), ("since", _TIME), ("until", _TIME), ("reason", pa.string())]
)
_SINCE = pa.schema([("source", pa.string()), ("known_since", _TIME)])
_MESSAGE = pa.schema([("message", pa.string())])
_JUDGED = pa.schema(
    [
        *((name, pa.string()) for name in ("source", "stream")),
        *((name, pa.bool_()) for name in ("is_withheld", "is_only_staff")),
    ]
)


def _table(judged: Iterable[tuple[str, str, bool, bool]]) -> pa.Table:
    return _table_of(judged, _JUDGED)


def _table_of(rows: Iterable[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    found = [dict(zip(schema.names, row, strict=True)) for row in rows]
    return pa.Table.from_pylist(found, schema=schema)


@contextmanager
def _registered(
    connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table
) -> Iterator[None]:
    connection.register(name, table)
    try:
        yield
    finally:
        connection.unregister(name)
