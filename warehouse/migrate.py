"""Bring a warehouse up to date: numbered migrations, then the views."""

from hashlib import sha256
from importlib.resources import files

import duckdb


def migrate(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """
    Apply every migration that this warehouse has not had yet, one transaction each.

    Returns:
        The names of those applied now.
    """
    connection.execute(
        "CREATE TABLE IF NOT EXISTS migration (name VARCHAR NOT NULL, applied_at TIMESTAMPTZ DEFAULT now())"
    )
    done = {name for (name,) in connection.execute("SELECT name FROM migration").fetchall()}
    applied = []
    for name, sql in _sql_files("migrations"):
        if name in done:
            continue
        connection.begin()
        try:
            connection.execute(sql)
            connection.execute("INSERT INTO migration (name) VALUES (?)", [name])
        except duckdb.Error:
            connection.rollback()
            raise
        connection.commit()
        applied.append(name)
    views = f"views {_views_fingerprint()}"
    if applied or views not in done:
        create_views(connection)
        connection.execute("DELETE FROM migration WHERE starts_with(name, 'views ')")
        connection.execute("INSERT INTO migration (name) VALUES (?)", [views])
    return applied


def create_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Create, or replace, the documented views that analysts and reports read."""
    for _, sql in _sql_files("views"):
        connection.execute(sql)


def _views_fingerprint() -> str:
    return sha256("".join(sql for _, sql in _sql_files("views")).encode()).hexdigest()[:12]


def _sql_files(folder: str) -> list[tuple[str, str]]:
    return sorted(
        (file.name, file.read_text(encoding="utf-8"))
        for file in files("warehouse").joinpath(folder).iterdir()
        if file.name.endswith(".sql")
    )
