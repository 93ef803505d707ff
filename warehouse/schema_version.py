"""Which version of tables and views a snapshot was made with: readers of another version say so."""

from contextlib import closing
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import duckdb

from warehouse.connection import open_snapshot


@cache
def schema_version() -> str:
    """Name the version of all that makes a snapshot: migrations, views and what publishing copies."""
    made_by = sorted(
        (folder, file.name, file.read_text(encoding="utf-8"))
        for folder in ("migrations", "views", "publish_steps")
        for file in files("warehouse").joinpath(folder).iterdir()
        if file.name.endswith(".sql")
    )
    return sha256(repr(made_by).encode()).hexdigest()[:12]


def is_of_another_version(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether an open snapshot, or its ledger, was published by another version; no warehouse is."""
    known = "FROM duckdb_columns() WHERE table_name = $table AND column_name = $column LIMIT 1"
    if connection.execute(known, {"table": "migration", "column": "name"}).fetchall():
        return False  # The warehouse itself, which is brought up to date when it is opened.
    if not connection.execute(
        known, {"table": "snapshot_info", "column": "schema_version"}
    ).fetchall():
        return True
    ((version,),) = connection.execute("SELECT schema_version FROM snapshot_info").fetchall()
    return bool(version != schema_version())


def is_snapshot_of_another_version(path: Path) -> bool:
    """Tell whether there is a snapshot, and one that another version published."""
    if not path.exists():
        return False
    with closing(open_snapshot(path)) as connection:
        return is_of_another_version(connection)
