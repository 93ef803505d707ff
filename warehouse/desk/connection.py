"""Open the desk: SQLite in WAL mode by default, another database by URL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.orm import Session

_BUSY_S = 30


def desk_url(path: Path) -> str:
    """Write the URL of a desk in a SQLite file."""
    return f"sqlite+pysqlite:///{path}"


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
    """Connect to a desk; SQLite gets WAL mode, foreign keys, and patience with other writers."""
    target = make_url(url)
    if target.get_backend_name() == "sqlite" and target.database:
        Path(target.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    if target.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def migrate_desk(engine: Engine) -> None:
    """Apply the migrations that this desk has not had yet."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_S * 1000}")
    cursor.close()
