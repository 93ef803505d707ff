"""Open the desk: SQLite in WAL mode by default, another database by URL."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from warehouse.errors import WarehouseMissingError

_BUSY_S = 30
_POLL_S = 0.02
_POSTGRESQL = "postgresql"
_TURN = 0x6465736B
"""The advisory lock that PostgreSQL's writers hold in turn: "desk"."""


class NewerDeskError(Exception):
    """The desk was written by a later version of the program."""


def desk_url(path: Path) -> str:
    """
    Tell the URL of a data directory's desk: a SQLite file, unless another place is named.

    Args:
        path: The SQLite file, `desk.db`. A file `desk.url` beside it names a
            PostgreSQL database instead, such as
            `postgresql+psycopg:///luisterpost_desk`.

    Raises:
        typer.BadParameter: `desk.url` can't be read, or holds a password. The
            message repeats nothing of it.
    """
    named = path.with_suffix(".url")
    if not named.exists():
        return f"sqlite+pysqlite:///{path}"
    text = named.read_text(encoding="utf-8").strip()
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.get_backend_name() != _POSTGRESQL:
        msg = f"{named}: write for instance postgresql+psycopg:///luisterpost_desk"
        raise typer.BadParameter(msg)
    if url.password is not None or "password" in url.query:
        msg = f"{named}: no password here; PostgreSQL's clients find it in ~/.pgpass or PGPASSFILE"
        raise typer.BadParameter(msg)
    return text


def require_desk(path: Path) -> None:
    """
    Refuse to look for answers and mails where there is no data directory, and make none.

    Args:
        path: As of `desk_url`.

    Raises:
        WarehouseMissingError: Its directory doesn't exist.
    """
    if not path.parent.exists():
        msg = f"there is no data directory at {path.parent}: is --home right?"
        raise WarehouseMissingError(msg)


@contextmanager
def open_desk(url: str) -> Iterator[Session]:
    """
    Open the desk, brought up to date, for one piece of work.

    What was done is committed at the end, or rolled back on an exception.
    """
    engine = desk_engine(url)
    try:
        migrate_desk(engine)
        with Session(engine) as session, session.begin():
            yield session
    finally:
        engine.dispose()


def desk_engine(url: str) -> Engine:
    """
    Connect to a desk whose transactions take turns, and wait for one another.

    SQLite gets WAL mode and foreign keys besides.
    """
    target = make_url(url)
    if target.get_backend_name() == "sqlite" and target.database:
        Path(target.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    if target.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_as_writer)
    elif target.get_backend_name() == _POSTGRESQL:
        event.listen(engine, "begin", _begin_in_turn)
    return engine


def migrate_desk(engine: Engine) -> None:
    """
    Apply the migrations that this desk has not had yet.

    Several processes may do so at the same moment: they take turns, so the
    second finds the first one's work done.

    Raises:
        NewerDeskError: It has had one that this program doesn't know.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    known = [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()]
    with engine.begin() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        if current is not None and current not in known:
            msg = f"this desk is newer than the program: it has {current}, known is {known[0]}"
            raise NewerDeskError(msg)
        if current != known[0]:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver would begin transactions late, and never before a CREATE TABLE; see
    # https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#pysqlite-serializable
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_S * 1000}")
    _turn_to_wal(cursor)
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _turn_to_wal(cursor: sqlite3.Cursor) -> None:
    """Turn a new desk to WAL mode; SQLite's own patience doesn't hold for this one step."""
    deadline = time.monotonic() + _BUSY_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_FULL or time.monotonic() > deadline:
                raise
            time.sleep(_POLL_S)
        else:
            return


def _begin_as_writer(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once, without patience, when
    # another one wrote in between.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_in_turn(connection: Connection) -> None:
    # PostgreSQL's own isolation would refuse what SQLite lets wait: people and tasks that decide
    # by what they read. One turn lasts as long as its transaction.
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_BUSY_S}s'")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")
