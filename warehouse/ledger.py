"""The ledger: what of each stream's time was answered, as the plan needs to know it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from collectors.contract import Interval
from collectors.landing import Header
from warehouse.connection import open_snapshot
from warehouse.query import rows

LEDGER_REACH = timedelta(days=92)
"""How far back the plan looks for what is missing; older gaps are a backfill's."""

IMPORT_STREAM = "import"
"""What an import covers holds for every stream of its source."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamHistory:
    """What is known of one stream."""

    covered: tuple[Interval, ...] = ()
    """Answered or imported, in no order; they may overlap."""
    begun_at: datetime | None = None
    """Start of the earliest window ever asked for; None: never asked."""
    last_attempt_at: datetime | None = None
    last_outcome: str | None = None
    retry_at: datetime | None = None
    """When the platform answers again, if it said so."""
    validators: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)


Ledger = Mapping[tuple[str, str], StreamHistory]
"""By source and stream."""


def read_ledger(snapshot: Path, waiting: Iterable[Header], *, now: datetime) -> Ledger:
    """
    Read what is covered: from the newest snapshot, and from files not yet loaded.

    Args:
        snapshot: The snapshot's stable name; none may have been published yet.
        waiting: Headers of landing and enriched files.
        now: The present (aware, UTC).
    """
    ledger: dict[tuple[str, str], StreamHistory] = {}
    if snapshot.exists():
        connection = open_snapshot(snapshot)
        try:
            for row in rows(connection, "ledger_state"):
                ledger[row["source"], row["stream"]] = StreamHistory(
                    begun_at=row["begun_at"],
                    last_attempt_at=row["last_attempt_at"],
                    last_outcome=row["last_outcome"],
                    retry_at=row["retry_at"],
                    validators=json.loads(row["validators"] or "{}"),
                )
            for row in rows(connection, "ledger_coverage", since=now - LEDGER_REACH):
                key = row["source"], row["stream"]
                interval = Interval(since=row["since"], until=row["until"], reason=row["reason"])
                known = ledger.get(key, StreamHistory())
                ledger[key] = replace(known, covered=(*known.covered, interval))
        finally:
            connection.close()
    for header in sorted(waiting, key=lambda header: header.collected_at):
        key = header.source, header.stream
        ledger[key] = _advance(ledger.get(key, StreamHistory()), header)
    return ledger


def _advance(history: StreamHistory, header: Header) -> StreamHistory:
    begun = header.since or header.collected_at
    answered = tuple(i for i in header.answered if i.reason != "possible_gap")
    return StreamHistory(
        covered=history.covered + answered,
        begun_at=begun if history.begun_at is None else min(history.begun_at, begun),
        last_attempt_at=header.collected_at,
        last_outcome=header.fault.reason if header.fault else "answered",
        retry_at=header.fault.retry_at if header.fault else None,
        validators=history.validators if header.validators is None else header.validators,
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
    for interval in sorted(covered, key=lambda interval: interval.since):
        if interval.since > reached and reached < until:
            holes.append((reached, min(interval.since, until)))
        reached = max(reached, interval.until)
    if reached < until:
        holes.append((reached, until))
    return holes
