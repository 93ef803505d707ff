"""Bring a warehouse up to date: numbered migrations, then the views."""

from hashlib import sha256
from importlib.resources import files

import duckdb

from warehouse.transaction import in_transaction

_MIGRATION_TABLE = (
    "CREATE TABLE migration (name VARCHAR NOT NULL, applied_at TIMESTAMPTZ DEFAULT now())",
    "COMMENT ON TABLE migration IS 'One row: a migration that this warehouse has had.'",
    "COMMENT ON COLUMN migration.name IS 'The file''s name; or views, and the version of them all.'",
    "COMMENT ON COLUMN migration.applied_at IS 'When it was applied, by the machine''s clock, UTC.'",
)


class NewerWarehouseError(Exception):
    """The warehouse was written by a later version of the program."""


def migrate(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """
    Apply every migration that this warehouse has not had yet, one transaction each.

    Returns:
        The names of those applied now.

    Raises:
        NewerWarehouseError: It has had one that this program doesn't know.
    """
    if not connection.execute("FROM duckdb_tables() WHERE table_name = 'migration'").fetchall():
        with in_transaction(connection):
            for statement in _MIGRATION_TABLE:
                connection.execute(statement)
    done = {name for (name,) in connection.execute("SELECT name FROM migration").fetchall()}
    known = _sql_files("migrations")
    if later := {name for name in done if name.endswith(".sql")} - {name for name, _ in known}:
        msg = f"this warehouse is newer than the program: it has {', '.join(sorted(later))}"
        raise NewerWarehouseError(msg)
    applied = []
    for name, sql in known:
        if name in done:
            continue
        with in_transaction(connection):
            connection.execute(sql)
            connection.execute("INSERT INTO migration (name) VALUES (?)", [name])
        applied.append(name)
    views = f"views {_views_fingerprint()}"
    if applied or views not in done:
        with in_transaction(connection):
            _drop_views(connection)
            create_views(connection)
            connection.execute("DELETE FROM migration WHERE starts_with(name, 'views ')")
            connection.execute("INSERT INTO migration (name) VALUES (?)", [views])
    return applied


def create_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Create, or replace, the documented views that analysts and reports read."""
    for _, sql in _sql_files("views"):
        connection.execute(sql)


def _drop_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop all views, so that none stays whose file is gone."""
    names = connection.execute(
        "SELECT view_name FROM duckdb_views() WHERE NOT internal AND NOT temporary "
        "AND database_name = current_database()"
    ).fetchall()
    for (name,) in names:
        connection.execute(f'DROP VIEW "{name}"')


def _views_fingerprint() -> str:
    return sha256("".join(sql for _, sql in _sql_files("views")).encode()).hexdigest()[:12]


def _sql_files(folder: str) -> list[tuple[str, str]]:
    return sorted(
        (file.name, file.read_text(encoding="utf-8"))
        for file in files("warehouse").joinpath(folder).iterdir()
        if file.name.endswith(".sql")
    )
