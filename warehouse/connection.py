"""The only place that opens DuckDB: the warehouse for one writer, snapshots for everybody."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from warehouse.migrate import create_views, migrate

Tell = Callable[[str], None]
"""Says something to the person at the terminal, or to the log."""

_POLL_S = 0.2


class SnapshotMissingError(Exception):
    """There is no snapshot yet."""


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
        connection = duckdb.connect(path)
        try:
            connection.execute("SET TimeZone = 'UTC'")
            migrate(connection)
            yield connection
        finally:
            connection.close()


def open_new_snapshot(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a snapshot that is still being made, under a name that nobody reads yet."""
    return duckdb.connect(path)


def open_snapshot(
    path: Path, *, time_limit_s: float = 60, memory_limit: str = "4GB"
) -> duckdb.DuckDBPyConnection:
    """
    Open a snapshot so that nothing can be harmed: read-only, no files, no settings.

    Args:
        path: The snapshot, by its stable or its versioned name.
        time_limit_s: A query is interrupted after so many seconds.
        memory_limit: As DuckDB writes it, such as `4GB`.

    Raises:
        SnapshotMissingError: Nothing has been published yet.
    """
    if not path.exists():
        msg = f"no snapshot at {path}: run `luisterpost run` (or `luisterpost publish`) first"
        raise SnapshotMissingError(msg)
    # The name is resolved, because DuckDB shares one database between
    # connections of a process that use the same name.
    connection = duckdb.connect(
        path.resolve(), read_only=True, config={"memory_limit": memory_limit}
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET max_execution_time = {int(time_limit_s * 1000)}")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def rewrite(path: Path, *, tell: Tell) -> None:
    """
    Rewrite the warehouse into a new file, so that deleted rows leave no bytes behind.

    The warehouse must be closed in this process.
    """
    with holding_lock(path.with_suffix(".lock"), tell=tell):
        fresh = path.with_name(f".{path.name}.rewrite")
        fresh.unlink(missing_ok=True)
        connection = duckdb.connect()
        try:
            connection.execute(f"ATTACH {_quoted(path)} AS old")
            connection.execute("CHECKPOINT old")
            connection.execute(f"ATTACH {_quoted(fresh)} AS new")
            connection.execute("COPY FROM DATABASE old TO new")
            connection.execute("USE new")
            create_views(connection)
            connection.execute("CHECKPOINT new")
        finally:
            connection.close()
        fresh.rename(path)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
