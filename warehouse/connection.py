"""The only place that opens DuckDB: the warehouse for one writer, snapshots for everybody."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from collectors.landing import sync_folder
from warehouse.errors import LedgerMissingError, SnapshotMissingError, WarehouseMissingError
from warehouse.migrate import migrate

Tell = Callable[[str], None]
"""Says something to the person at the terminal, or to the log."""

_MEMORY = "2GB"
"""Beyond it, a writing DuckDB uses the disk: a load of a million rows keeps within 3 GB."""
_POLL_S = 0.2
_LEDGER_TIME_LIMIT_S = 60
_PATIENCE_S = 30
"""How long a snapshot is tried for that was replaced while it was being opened."""


@contextmanager
def holding_lock(path: Path, *, tell: Tell, timeout_s: float = -1) -> Iterator[None]:
    """
    Hold a file lock, and say so when it has to be waited for.

    Args:
        path: The lock's file; it stays behind, empty, and means nothing.
        tell: Called once if another process holds the lock.
        timeout_s: Give up after so many seconds; negative: never.

    Raises:
        TimeoutError: Another process held the lock for *timeout_s*.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        tell(f"Another luisterpost is at work here ({path}); waiting for it to finish …")
        try:
            lock.acquire(timeout=timeout_s, poll_interval=_POLL_S)
        except Timeout as error:
            msg = f"{path} was held by another process for more than {timeout_s:.0f} s"
            raise TimeoutError(msg) from error
    try:
        yield
    finally:
        lock.release()


def require_warehouse(path: Path) -> None:
    """
    Refuse to go on where there is no warehouse, before anything is made there.

    Raises:
        WarehouseMissingError: There is none.
    """
    if not path.exists():
        msg = (
            f"there is no warehouse at {path}: is --home right? "
            "`luisterpost run` (or `luisterpost load`) makes one"
        )
        raise WarehouseMissingError(msg)


@contextmanager
def open_warehouse(
    path: Path, *, tell: Tell, timeout_s: float = -1
) -> Iterator[duckdb.DuckDBPyConnection]:
    """
    Open the warehouse for writing, as the only one, with all migrations applied.

    Raises:
        TimeoutError: Another process was writing for longer than *timeout_s*.
    """
    with holding_lock(path.with_suffix(".lock"), tell=tell, timeout_s=timeout_s):
        connection = _connect_alone(path, tell, timeout_s)
        try:
            _clear_spilled(path)
            connection.execute("SET TimeZone = 'UTC'")
            migrate(connection)
            yield connection
        finally:
            connection.close()


def _connect_alone(path: Path, tell: Tell, timeout_s: float) -> duckdb.DuckDBPyConnection:
    """Connect, waiting for people who have the warehouse itself open in another program."""
    deadline = time.monotonic() + timeout_s
    is_told = False
    while True:
        try:
            return _connected(path)
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error):
                raise
            if timeout_s >= 0 and deadline <= time.monotonic():
                raise TimeoutError(str(error)) from error
            if not is_told:
                tell(f"Another program has {path} open; waiting. Readers: open the snapshot.")
                is_told = True
            time.sleep(_POLL_S)


def _connected(path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(path, config={"memory_limit": _MEMORY})
    # DuckDB would write its bar into what the program's caller reads.
    connection.execute("SET enable_progress_bar = false")
    return connection


def _clear_spilled(path: Path) -> None:
    """Remove what a killed writer had put on the disk for want of memory: texts of people among it."""
    for left in path.with_name(f"{path.name}.tmp").glob("duckdb_temp_*"):
        left.unlink(missing_ok=True)


def open_new_snapshot(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a snapshot that is still being made, under a name that nobody reads yet."""
    return _connected(path)


def open_snapshot(
    path: Path, *, time_limit_s: float = 60, memory_limit: str = "4GB"
) -> duckdb.DuckDBPyConnection:
    """
    Open a snapshot so that nothing can be harmed: read-only, no files, no settings.

    Args:
        path: The snapshot, by its stable or its versioned name.
        time_limit_s: A query is interrupted after so many seconds.
        memory_limit: As DuckDB writes it, such as `4GB`; a query that needs
            more fails, because nothing is written, not even temporary files.

    Raises:
        SnapshotMissingError: Nothing has been published yet.
    """
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        if not path.exists():
            msg = f"no snapshot at {path}: run `luisterpost run` (or `luisterpost publish`) first"
            raise SnapshotMissingError(msg)
        target = path.resolve()
        try:
            return _connect_locked_down(target, time_limit_s, memory_limit)
        except duckdb.IOException:
            # Newer snapshots took this one's place between the name and the file.
            if target.exists() or deadline <= time.monotonic():
                raise


def ledger_of(snapshot: Path) -> Path:
    """Name the ledger that belongs to a snapshot's version; it is for the plan, not for analysts."""
    name = snapshot.name.replace("luisterpost-", "ledger-")
    return snapshot.parent.with_name("ledger") / name


def open_ledger(snapshot: Path) -> duckdb.DuckDBPyConnection:
    """
    Open the ledger that was published with a snapshot, as `open_snapshot` does.

    A snapshot of an earlier version, which had none beside it, is the ledger itself.

    Args:
        snapshot: By its stable or its versioned name.

    Raises:
        SnapshotMissingError: Nothing has been published yet.
        LedgerMissingError: The snapshot is there, and its ledger isn't.
    """
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        target = snapshot.resolve()
        ledger = ledger_of(target)
        try:
            if ledger.exists():
                return _connect_locked_down(ledger, _LEDGER_TIME_LIMIT_S, "4GB")
            connection = open_snapshot(target)
        except (duckdb.IOException, SnapshotMissingError):
            # Newer snapshots took this one's place between the name and the file.
            if not snapshot.exists():
                return open_snapshot(snapshot)
            if snapshot.resolve() == target or deadline <= time.monotonic():
                raise
            continue
        if _knows(connection, "stream_state"):
            return connection
        connection.close()
        if snapshot.resolve() == target:
            msg = f"{ledger} is gone: run `luisterpost publish` to make it anew"
            raise LedgerMissingError(msg)


def _connect_locked_down(
    path: Path, time_limit_s: float, memory_limit: str
) -> duckdb.DuckDBPyConnection:
    # Attached to a database of its own: within one process, connections to the
    # same file would share one set of settings, and the first would lock them.
    connection = duckdb.connect(config={"memory_limit": memory_limit, "temp_directory": ""})
    try:
        connection.execute(f"ATTACH {_quoted(path)} AS snapshot (READ_ONLY)")
        connection.execute("USE snapshot")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"SET max_execution_time = {int(time_limit_s * 1000)}")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    except duckdb.Error:
        connection.close()
        raise
    return connection


def snapshot_time(path: Path) -> datetime | None:
    """Tell up to when the newest snapshot's data is known (aware, UTC); None if there is none."""
    if not path.exists():
        return None
    with closing(open_snapshot(path)) as connection:
        moment: datetime = connection.execute("SELECT made_at FROM snapshot_info").fetchall()[0][0]
    return moment.astimezone(UTC)


def rewrite(path: Path, *, tell: Tell, timeout_s: float = -1, only_pending: bool = False) -> bool:
    """
    Rewrite the warehouse into a new file, so that deleted rows leave no bytes behind.

    The warehouse must be closed in this process.

    Args:
        path: The warehouse.
        tell: Says what is waited for.
        timeout_s: How long another process is waited for; below 0: for ever.
        only_pending: Leave the file alone if nothing was deleted since it was last rewritten.

    Returns:
        Whether it was rewritten.

    Raises:
        TimeoutError: Another process had the warehouse open for longer than *timeout_s*.
    """
    with holding_lock(path.with_suffix(".lock"), tell=tell, timeout_s=timeout_s):
        fresh = path.with_name(f".{path.name}.rewrite")
        for leftover in (fresh, _wal(fresh)):
            leftover.unlink(missing_ok=True)
        connection = _connect_alone(path, tell, timeout_s)
        try:
            if only_pending and not _has_pending(connection):
                return False
            name = connection.execute("SELECT current_database()").fetchall()[0][0]
            old = '"' + name.replace('"', '""') + '"'
            connection.execute("CHECKPOINT")
            connection.execute(f"ATTACH {_quoted(fresh)} AS rewritten")
            connection.execute(f"COPY FROM DATABASE {old} TO rewritten")
            if _knows(connection, "pending_purge"):
                connection.execute("DELETE FROM rewritten.pending_purge")
            connection.execute("CHECKPOINT rewritten")
        finally:
            connection.close()
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        fresh.rename(path)
        sync_folder(path.parent)
        return True


def _knows(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    known = "FROM duckdb_tables() WHERE table_name = $table LIMIT 1"
    return bool(connection.execute(known, {"table": table}).fetchall())


def _has_pending(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether deleted rows may have left bytes; an older warehouse didn't note it."""
    if not _knows(connection, "pending_purge"):
        return True
    return bool(connection.execute("FROM pending_purge LIMIT 1").fetchall())


def _wal(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
