"""The ledger: what of each stream's time was answered, as the plan needs to know it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from collectors.contract import Interval, Remainder
from collectors.landing import Header
from warehouse.connection import open_ledger
from warehouse.query import rows

LEDGER_REACH = timedelta(days=92)
"""How far back the plan looks for what is missing; older gaps are a backfill's."""

IMPORT_STREAM = "import"
"""What an import covers holds for every stream of its source."""

WHOLE = ("answered", "page_cap")
"""Outcomes of a fetch that read all it may read."""

NOT_COVERED = ("possible_gap", "budget")
"""Reasons of stretches that were not answered whole, and that the plan does not ask for again."""

_RECENT = 12

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Yield:
    """What one attempt brought."""

    at: datetime
    outcome: str
    items_seen: int
    items_new: int | None
    """Mentions that were not known before; None: it is not loaded yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamHistory:
    """What is known of one stream."""

    covered: tuple[Interval, ...] = ()
    """Answered or imported, in no order; they may overlap."""
    lost: tuple[Interval, ...] = ()
    """Given up: the platform no longer gives it all, or it would have cost too much."""
    begun_at: datetime | None = None
    """Start of the earliest window ever asked for; None: never asked."""
    last_attempt_at: datetime | None = None
    last_outcome: str | None = None
    last_whole_at: datetime | None = None
    """Newest attempt that ended as it should; None: there is none."""
    retry_at: datetime | None = None
    """When the platform answers again, if it said so."""
    failing_since: datetime | None = None
    """First attempt without an answer since the last answer; None: the last one was answered."""
    recent: tuple[Yield, ...] = ()
    """What the newest attempts brought, oldest first."""
    validators: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    remainders: Mapping[str, Remainder] = field(default_factory=lambda: _NOTHING)
    """By the job that left it, what is still to be gone on with."""

    @property
    def waits_since(self) -> datetime:
        """When it was last asked, for an order; one that never was comes first."""
        return self.last_attempt_at or datetime.min.replace(tzinfo=UTC)


Ledger = Mapping[tuple[str, str], StreamHistory]
"""By source and stream."""


def read_ledger(
    snapshot: Path,
    waiting: Iterable[Header],
    *,
    now: datetime,
    reach: timedelta = LEDGER_REACH,
) -> Ledger:
    """
    Read what is covered: from the newest snapshot, and from files not yet loaded.

    Args:
        snapshot: The snapshot's stable name; none may have been published yet.
        waiting: Headers of landing and enriched files.
        now: The present (aware, UTC).
        reach: How far back coverage is read.
    """
    ledger: dict[tuple[str, str], StreamHistory] = {}
    taken: set[str] = set()
    if snapshot.exists():
        connection = open_ledger(snapshot)
        try:
            for row in rows(connection, "ledger_state", recent=_RECENT):
                ledger[row["source"], row["stream"]] = StreamHistory(
                    begun_at=row["begun_at"],
                    last_attempt_at=row["last_attempt_at"],
                    last_outcome=row["newest"]["outcome"],
                    last_whole_at=row["last_whole_at"],
                    retry_at=row["newest"]["retry_at"],
                    failing_since=row["failing_since"],
                    recent=tuple(Yield(**brought) for brought in row["recent"]),
                    validators=json.loads(row["validators"] or "{}"),
                )
            stretches: dict[tuple[str, str], list[Interval]] = defaultdict(list)
            for row in rows(connection, "ledger_coverage", since=now - reach):
                interval = Interval(since=row["since"], until=row["until"], reason=row["reason"])
                stretches[row["source"], row["stream"]].append(interval)
            places: dict[tuple[str, str], dict[str, Remainder]] = defaultdict(dict)
            # What an earlier version published knows of none.
            has_remainders = connection.execute(
                "FROM duckdb_tables() WHERE table_name = 'remainder'"
            ).fetchall()
            left = (
                rows(connection, "ledger_remainders", since=now - LEDGER_REACH)
                if has_remainders
                else []
            )
            for row in left:
                if row["place"] is None:
                    taken.add(row["job_id"])
                    continue
                place = Remainder.from_values(json.loads(row["place"]))
                places[row["source"], row["stream"]][row["job_id"]] = place
        finally:
            connection.close()
        for key, intervals in stretches.items():
            ledger[key] = _with_stretches(ledger.get(key, StreamHistory()), intervals)
        for key, remainders in places.items():
            ledger[key] = replace(ledger.get(key, StreamHistory()), remainders=remainders)
    for header in sorted(waiting, key=_moment_of):
        key = header.source, header.stream
        ledger[key] = _advance(ledger.get(key, StreamHistory()), header)
        taken.update(header.continues)
    return {
        key: replace(
            history,
            remainders={
                job_id: place for job_id, place in history.remainders.items() if job_id not in taken
            },
        )
        if history.remainders
        else history
        for key, history in ledger.items()
    }


def _moment_of(header: Header) -> tuple[datetime, datetime]:
    retry_at = header.fault.retry_at if header.fault else None
    return header.collected_at, retry_at or header.collected_at


def _with_stretches(history: StreamHistory, intervals: Iterable[Interval]) -> StreamHistory:
    known = tuple(intervals)
    return replace(
        history,
        covered=(*history.covered, *(i for i in known if i.reason not in NOT_COVERED)),
        lost=(*history.lost, *(i for i in known if i.reason in NOT_COVERED)),
    )


def _advance(history: StreamHistory, header: Header) -> StreamHistory:
    history = _with_stretches(history, header.answered)
    if header.kind != "collect":
        return history
    begun = header.since or header.collected_at
    outcome = header.fault.reason if header.fault else "answered"
    retry_at = header.fault.retry_at if header.fault else None
    brought = Yield(
        at=header.collected_at, outcome=outcome, items_seen=header.items_seen, items_new=None
    )
    is_failing = outcome not in WHOLE and retry_at is None
    left = {header.job_id: header.remainder} if header.remainder else {}
    return replace(
        history,
        begun_at=begun if history.begun_at is None else min(history.begun_at, begun),
        last_attempt_at=header.collected_at,
        last_outcome=outcome,
        last_whole_at=header.collected_at if outcome in WHOLE else history.last_whole_at,
        retry_at=retry_at,
        failing_since=(history.failing_since or header.collected_at) if is_failing else None,
        recent=(*history.recent, brought)[-_RECENT:],
        validators=history.validators if header.validators is None else header.validators,
        remainders={**history.remainders, **left},
    )


def missing(
    covered: Sequence[Interval], since: datetime, until: datetime
) -> list[tuple[datetime, datetime]]:
    """
    List what of [since, until) no interval covers, oldest first.

    The law it obeys: an instant of the window lies in exactly one of *covered*
    (united) and the result.
    """
    holes = []
    reached = since
    believed = (interval for interval in covered if interval.since < interval.until)
    for interval in sorted(believed, key=lambda interval: interval.since):
        if interval.since > reached and reached < until:
            holes.append((reached, min(interval.since, until)))
        reached = max(reached, interval.until)
    if reached < until:
        holes.append((reached, until))
    return holes
