"""Publish a snapshot: a copy for analysts that is never locked and holds nothing it shouldn't."""

import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

import duckdb

from collectors.landing import sync_folder
from collectors.watchlist import Watchlist
from enrichment.keyphrases.matches import private_words_of
from warehouse.connection import ledger_of, open_new_snapshot
from warehouse.migrate import create_views
from warehouse.schema_version import schema_version
from warehouse.tone_models import note_tone_models
from warehouse.transaction import in_transaction
from warehouse.withheld import judge_streams, withheld_tables

MINIMUM_GROUP = 5
"""Figures about staff are given for groups of at least so many people, and counts of at least so many."""

_PUBLISH_FLOOR = timedelta(seconds=20)
_PUBLISH_FACTOR = 10
_VERSIONED = re.compile(r"luisterpost-([0-9]+)\.duckdb")


def is_publish_due(last_at: datetime | None, last_took: timedelta, now: datetime) -> bool:
    """
    Tell whether to publish again: at most every 20 s, and at most a tenth of the time.

    Args:
        last_at: When the newest snapshot was made (aware); None: there is none.
        last_took: How long making it took.
        now: The present (aware).
    """
    return last_at is None or now - last_at >= max(_PUBLISH_FLOOR, _PUBLISH_FACTOR * last_took)


def publish_snapshot(
    connection: duckdb.DuckDBPyConnection,
    *,
    folder: Path,
    stable: Path,
    watchlist: Watchlist,
    time_zone: str,
    now: datetime,
    keep: int = 3,
) -> Path:
    """
    Copy what analysts may see into a new versioned file and point the stable name to it.

    Left out: raw records, mentions without a match, every row about an
    employee, what is asked for employees, tombstones. Added: staff figures by
    unit and week, suppressed for groups under five. Beside it, for the plan
    alone, stands the ledger as it is (`connection.open_ledger`). A kill at any
    point leaves the stable name on a whole snapshot with its ledger.

    Args:
        connection: The warehouse, open for writing, in no transaction.
        folder: Where the versioned files lie.
        stable: The stable name, a link.
        watchlist: Tells how many employees of each unit consent now.
        time_zone: The firm's, such as `Europe/Brussels`: where a week begins.
        now: The snapshot's time (aware, UTC): up to when its data is known.
        keep: How many versions stay, the new one included (at least 2).

    Returns:
        The versioned file.
    """
    begun = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    number = 1 + max(_versions(folder), default=0)
    path = folder / f"luisterpost-{number:06d}.duckdb"
    ledger = ledger_of(path)
    ledger.parent.mkdir(mode=0o700, exist_ok=True)
    for place in (folder, ledger.parent):
        for leftover in place.glob(".*.part*"):
            if leftover.is_dir():  # What DuckDB put on the disk for want of memory.
                shutil.rmtree(leftover)
            else:
                leftover.unlink()
    connection.execute("UPDATE firm SET time_zone = $zone", {"zone": time_zone})
    judge_streams(connection, watchlist, now=now)
    with in_transaction(connection):
        note_tone_models(connection)
    # First the ledger: one without a snapshot misleads nobody, and the next publish replaces it.
    with _arriving(ledger, mode=0o600) as part:
        _copy_ledger(connection, part)
    with _arriving(path, mode=0o444) as part, withheld_tables(connection, watchlist):
        _copy_tables(connection, part, _parameters(watchlist, time_zone, now, path.stem), begun)
    _point(stable, path)
    # Only now analysts see them; after a kill before this, they arrive with the next snapshot.
    connection.execute(
        "UPDATE canary_arrival SET made_at = $now WHERE made_at IS NULL", {"now": now}
    )
    versions = _versions(folder)
    for old in sorted(versions)[: -max(keep, 2)]:
        versions[old].unlink()
    drop_stray_ledgers(folder)
    return path


def drop_stray_ledgers(folder: Path) -> None:
    """Delete the ledgers that no plan opens any more: all but those of the newest two snapshots."""
    versions = _versions(folder)
    kept = {ledger_of(versions[number]) for number in sorted(versions)[-2:]}
    for ledger in ledger_of(folder / "any").parent.glob("*.duckdb"):
        if ledger not in kept:
            ledger.unlink()


@contextmanager
def _arriving(path: Path, *, mode: int) -> Iterator[Path]:
    """Give a name to write to; the file gets its own only when it is whole and safe on the disk."""
    part = path.with_name(f".{path.name}.part")
    yield part
    part.chmod(mode)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.rename(path)
    sync_folder(path.parent)


def _versions(folder: Path) -> dict[int, Path]:
    names = {path: _VERSIONED.fullmatch(path.name) for path in folder.iterdir()}
    return {int(name[1]): path for path, name in names.items() if name}


def _parameters(
    watchlist: Watchlist, time_zone: str, now: datetime, snapshot_id: str
) -> dict[str, object]:
    employees = [subject for subject in watchlist.subject if subject.consent is not None]
    return {
        "units": [s.unit for s in employees if s.unit and s.consent and s.consent.stands(now)],
        "private_words": sorted(private_words_of(watchlist.subject)),
        "minimum_group": MINIMUM_GROUP,
        "time_zone": time_zone,
        "now": now,
        "snapshot_id": snapshot_id,
        "watchlist_version": watchlist.version,
        "schema_version": schema_version(),
    }


def _copy_tables(
    connection: duckdb.DuckDBPyConnection, path: Path, parameters: dict[str, object], begun: float
) -> None:
    with _attached(connection, path, "snapshot"), in_transaction(connection):
        for step in ("tables", "streams"):
            _run_step(connection, step, parameters)
        for comment in _comments(connection):
            connection.execute(comment)
        connection.execute(
            "UPDATE snapshot.snapshot_info SET took_s = $took",
            {"took": time.monotonic() - begun},
        )
    fresh = open_new_snapshot(path)
    try:
        create_views(fresh)
        fresh.execute("CHECKPOINT")
    finally:
        fresh.close()


def _copy_ledger(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    with _attached(connection, path, "ledger"), in_transaction(connection):
        _run_step(connection, "ledger", {})


@contextmanager
def _attached(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> Iterator[None]:
    quoted = str(path).replace("'", "''")
    connection.execute(f"ATTACH '{quoted}' AS {name} (STORAGE_VERSION 'v1.5.0')")
    try:
        yield
    finally:
        connection.execute(f"DETACH {name}")


def _run_step(
    connection: duckdb.DuckDBPyConnection, name: str, parameters: Mapping[str, object]
) -> None:
    sql = files("warehouse").joinpath("publish_steps", f"{name}.sql").read_text(encoding="utf-8")
    for statement in connection.extract_statements(sql):
        needed = {key: parameters[key] for key in statement.named_parameters}
        connection.execute(statement, needed)


def _comments(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Write the statements that give the snapshot's tables the warehouse's comments."""
    tables = connection.execute(
        "SELECT 'TABLE snapshot.' || table_name, comment FROM duckdb_tables() AS known "
        "WHERE database_name = current_database() AND comment IS NOT NULL AND table_name IN "
        "(SELECT table_name FROM duckdb_tables() WHERE database_name = 'snapshot')"
    ).fetchall()
    columns = connection.execute(
        "SELECT 'COLUMN snapshot.' || table_name || '.\"' || column_name || '\"', comment "
        "FROM duckdb_columns() AS known WHERE database_name = current_database() "
        "AND comment IS NOT NULL AND (table_name, column_name) IN "
        "(SELECT (table_name, column_name) FROM duckdb_columns() WHERE database_name = 'snapshot')"
    ).fetchall()
    return [
        f"COMMENT ON {what} IS '" + comment.replace("'", "''") + "'"
        for what, comment in tables + columns
    ]


def _point(stable: Path, path: Path) -> None:
    link = stable.with_name(f".{stable.name}.{os.getpid()}")
    link.unlink(missing_ok=True)
    link.symlink_to(os.path.relpath(path, stable.parent))
    link.rename(stable)
    sync_folder(stable.parent)
