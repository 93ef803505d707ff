"""Named queries: SQL lives in `queries/NAME.sql`, and is asked for by its name."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import duckdb

from warehouse.errors import SnapshotOutdatedError
from warehouse.schema_version import is_of_another_version


@cache
def query_text(name: str) -> str:
    """
    Read a named query.

    Raises:
        FileNotFoundError: There is no such query.
    """
    return files("warehouse").joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")


def rows(
    connection: duckdb.DuckDBPyConnection, name: str, **parameters: Any
) -> list[dict[str, Any]]:
    """
    Run a named query and return its rows as dictionaries by column name.

    Raises:
        SnapshotOutdatedError: Another version published this snapshot, without what the query needs.
    """
    try:
        answer = connection.execute(query_text(name), parameters)
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        if is_of_another_version(connection):
            raise SnapshotOutdatedError from error
        raise
    columns = [column[0] for column in answer.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]


def run_script(
    connection: duckdb.DuckDBPyConnection, name: str, parameters: Mapping[str, Any]
) -> None:
    """Run `load_steps/NAME.sql`, giving each statement those of *parameters* that it names."""
    sql = files("warehouse").joinpath("load_steps", f"{name}.sql").read_text(encoding="utf-8")
    for statement in connection.extract_statements(sql):
        needed = {key: parameters[key] for key in statement.named_parameters}
        connection.execute(statement, needed)
