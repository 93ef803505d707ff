"""Take in what waits: load enriched files, tidy up after them, keep what may be kept."""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

import duckdb
import pyarrow as pa

from collectors.landing import waiting_files
from collectors.leases import Leases
from collectors.readiness import SourceState
from collectors.settings import Settings
from collectors.watchlist import Watchlist
from enrichment.waiting import is_of_another_version
from warehouse.aside import age_out, put_aside
from warehouse.connection import Tell, open_snapshot, open_warehouse
from warehouse.costs import let_items_go
from warehouse.load import Outcome, load_files
from warehouse.privacy import apply_watchlist, drop_unmatched
from warehouse.publish import drop_stray_ledgers, publish_snapshot
from warehouse.settings import WarehouseSettings
from warehouse.transaction import in_transaction
from warehouse.withheld import judge_streams

_ABANDONED = timedelta(days=1)
"""A file of this age that is half written, or judged once more and not taken in, has no owner any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """What one load did."""

    outcomes: tuple[Outcome, ...]
    mentions: int
    """Mentions in the warehouse now."""
    new_mentions: int
    consent_removed: int
    """Mentions that lost a match because no consent covers it any more."""
    unmatched_dropped: int
    """Mentions dropped because they concerned nobody for too long."""


def load_waiting(
    settings: Settings,
    *,
    watchlist: Watchlist,
    sources: Sequence[SourceState],
    keep: WarehouseSettings,
    tell: Tell,
    timeout_s: float = -1,
) -> Intake:
    """
    Load all enriched files that wait, in one transaction, and tidy up.

    Broken files move to `settings.aside`; loaded ones are deleted with their
    landing files. What they told stays known to the plan until a snapshot tells it.
    What another version enriched is deleted, so that its landing file is enriched anew.

    Raises:
        TimeoutError: Another process had the warehouse open for longer than *timeout_s*;
            negative: wait without end.
    """
    now = settings.clock()
    with open_warehouse(settings.warehouse, tell=tell, timeout_s=timeout_s) as connection:
        before = _count(connection)
        removed = apply_watchlist(connection, watchlist, now=now)
        _apply_sources(connection, sources)
        judge_streams(connection, watchlist, now=now)
        _drop_other_versions(settings)
        outcomes = load_files(connection, waiting_files(settings.enriched), now=now)
        dropped = drop_unmatched(connection, now=now, keep=keep.keep_unmatched)
        let_items_go(connection, now=now)
        mentions = _count(connection)
        # Still under the lock: whoever waits for it must not find these files.
        tidy_up(settings, outcomes)
    age_out(settings.aside, keep=keep.keep_unmatched)
    return Intake(
        outcomes=tuple(outcomes),
        mentions=mentions,
        new_mentions=mentions - before + dropped,
        consent_removed=removed,
        unmatched_dropped=dropped,
    )


def publish_now(
    settings: Settings,
    *,
    watchlist: Watchlist,
    time_zone: str,
    keep: WarehouseSettings,
    tell: Tell,
    timeout_s: float = -1,
) -> Path:
    """
    Publish a snapshot of the warehouse as it stands, and drop the notes of what it knows.

    Older versions that still show what was deleted since, or somebody who is an
    employee now, go at once.

    Raises:
        TimeoutError: As of `load_waiting`.
    """
    now = settings.clock()
    with open_warehouse(settings.warehouse, tell=tell, timeout_s=timeout_s) as connection:
        # Under the lock that a load holds too: this snapshot knows of all that they tell.
        notes = Leases(folder=settings.jobs).loaded()
        apply_watchlist(connection, watchlist, now=now)
        path = publish_snapshot(
            connection,
            folder=settings.snapshots,
            stable=settings.snapshot,
            watchlist=watchlist,
            time_zone=time_zone,
            now=now,
            keep=keep.keep_snapshots,
        )
        buried_at = connection.execute("SELECT max(loaded_at) FROM tombstone").fetchall()[0][0]
    for note in notes:
        note.unlink(missing_ok=True)
    people = [subject.id for subject in watchlist.subject if subject.facet == "employee"]
    for older in settings.snapshots.glob("*.duckdb"):
        if older.name < path.name and _shows_what_went(older, buried_at, people):
            older.unlink()
    drop_stray_ledgers(settings.snapshots)
    return path


def tidy_up(settings: Settings, outcomes: Sequence[Outcome]) -> None:
    """Remove what is loaded, put aside what is broken, and sweep up what a kill left half written."""
    Leases(folder=settings.jobs).mark_loaded(
        [o.header for o in outcomes if o.header is not None and o.state != "broken"]
    )
    for outcome in outcomes:
        landing = settings.landing / outcome.path.name
        if outcome.state == "broken":
            # Enriched once more it may be whole; if not, its landing file goes as well.
            if (settings.aside / outcome.path.name).exists() and landing.exists():
                put_aside(landing, settings.aside / "landing", outcome.message)
            put_aside(outcome.path, settings.aside, outcome.message)
        else:
            # First what could be enriched, and so loaded, again.
            landing.unlink(missing_ok=True)
            outcome.path.unlink(missing_ok=True)
    # What was judged once more names posts that may be deleted since: it is judged anew instead.
    halves = (folder.glob(".*.part") for folder in (settings.landing, settings.enriched))
    for path in chain(settings.rescored.glob("*"), *halves):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _ABANDONED.total_seconds():
                path.unlink()


def _shows_what_went(snapshot: Path, buried_at: datetime | None, people: Sequence[str]) -> bool:
    with closing(open_snapshot(snapshot)) as connection:
        ((made_at,),) = connection.execute("SELECT made_at FROM snapshot_info").fetchall()
        if buried_at is not None and made_at <= buried_at:
            return True
        named = "FROM subject WHERE list_contains($people::VARCHAR[], subject_id) LIMIT 1"
        return bool(connection.execute(named, {"people": people}).fetchall())


def _drop_other_versions(settings: Settings) -> None:
    for path in waiting_files(settings.enriched):
        if (settings.landing / path.name).exists() and is_of_another_version(path):
            path.unlink(missing_ok=True)


def _apply_sources(connection: duckdb.DuckDBPyConnection, states: Sequence[SourceState]) -> None:
    texts: Mapping[str, pa.DataType] = dict.fromkeys(("name", "platform", "why_off"), pa.string())
    sources = pa.Table.from_pylist(
        [
            {
                "name": state.source.name,
                "platform": state.source.platform,
                "every_s": int(state.source.every.total_seconds()),
                "is_active": state.why_off is None,
                "why_off": state.why_off,
                "is_canary": state.source.canary,
            }
            for state in states
        ],
        schema=pa.schema(
            [
                *texts.items(),
                ("every_s", pa.int64()),
                *((name, pa.bool_()) for name in ("is_active", "is_canary")),
            ]
        ),
    )
    streams = pa.Table.from_pylist(
        [
            {
                "source": state.source.name,
                "stream": stream.key,
                "reach": stream.reach,
                "asks": json.dumps(dict(stream.params), ensure_ascii=False, sort_keys=True),
            }
            for state in states
            for stream in state.streams
        ],
        schema=pa.schema([(name, pa.string()) for name in ("source", "stream", "reach", "asks")]),
    )
    connection.register("arriving_source", sources)
    connection.register("arriving_stream", streams)
    try:
        with in_transaction(connection):
            connection.execute("DELETE FROM source")
            connection.execute("INSERT INTO source BY NAME FROM arriving_source")
            connection.execute("DELETE FROM stream")
            connection.execute("INSERT INTO stream BY NAME FROM arriving_stream")
    finally:
        connection.unregister("arriving_source")
        connection.unregister("arriving_stream")


def _count(connection: duckdb.DuckDBPyConnection) -> int:
    count: int = connection.execute("SELECT count(*) FROM mention").fetchall()[0][0]
    return count
