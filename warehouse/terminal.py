"""Show SQL answers to people and programs."""

import csv
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

import duckdb
from rich.console import Console
from rich.table import Table
from rich.text import Text

_ROWS_SHOWN = 100
_CELL_CHARACTERS = 200
_BATCH = 10_000


def write_answer(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    output_format: str,
    out: Path | None,
    console: Console,
) -> None:
    """
    Run *query* and write all of its rows.

    Args:
        connection: A locked-down snapshot.
        query: One statement.
        output_format: `table`, `csv`, `json` (one array) or `parquet`.
        out: A file; None: standard output.
        console: For `table`.

    Raises:
        duckdb.Error: The query is wrong, forbidden, or took too long.
    """
    reader = _reader(connection, query)
    if output_format == "parquet":
        _write_parquet(reader, out)
        return
    if output_format == "table" and out is None:
        console.print(_table(reader))
        return
    if out is None:
        _write_text(reader, output_format, sys.stdout)
    else:
        with out.open("w", encoding="utf-8", newline="") as file:
            _write_text(reader, output_format, file)


def converse(connection: duckdb.DuckDBPyConnection, console: Console) -> None:
    """Answer one statement after another, each ended by `;`, until `.quit` or the end of input."""
    import readline  # noqa: F401 - gives `input` its line editing and history

    console.print(Text("Read-only snapshot. End a statement with ;   .tables  .schema NAME  .quit"))
    statement = ""
    while True:
        try:
            line = input("   … " if statement else "sql> ")
        except EOFError:
            return
        if not statement and line.strip() == ".quit":
            return
        statement = f"{statement}\n{line}".strip()
        if not statement.startswith(".") and not statement.endswith(";"):
            continue
        try:
            console.print(_answer(connection, statement))
        except duckdb.Error as error:
            console.print(Text(str(error), style="red"))
        statement = ""


def _answer(connection: duckdb.DuckDBPyConnection, statement: str) -> Table:
    if statement == ".tables":
        return _table(_reader(connection, _TABLES))
    if statement.startswith(".schema"):
        name = statement.removeprefix(".schema").strip()
        return _table(_reader(connection, _SCHEMA, name=name))
    return _table(_reader(connection, statement))


def _reader(connection: duckdb.DuckDBPyConnection, query: str, **parameters: str) -> Any:
    """Run one statement; its rows come in Arrow batches, a part at a time."""
    if len(connection.extract_statements(query)) != 1:
        msg = "give one statement at a time"
        raise duckdb.InvalidInputException(msg)
    answer = connection.sql(query, params=parameters or None)
    if answer is None:
        msg = "this statement gives no rows"
        raise duckdb.InvalidInputException(msg)
    return answer.to_arrow_reader(_BATCH)


def _table(reader: Any) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in reader.schema.names:
        table.add_column(Text(name), overflow="fold")
    hidden = 0
    for row in _rows(reader):
        if table.row_count < _ROWS_SHOWN:
            table.add_row(*(_cell(value) for value in row.values()))
        else:
            hidden += 1
    if hidden:
        table.caption = f"{hidden} more rows: add LIMIT, or export with --format"
    return table


def _cell(value: Any) -> Text:
    """Show a value so that text from outside can't speak to the terminal."""
    if value is None:
        return Text("null", style="dim")
    if isinstance(value, datetime):
        return Text(f"{value:%Y-%m-%d %H:%M:%S %Z}".rstrip())
    text = _plain(value) if isinstance(value, str) else str(_jsonable(value))
    shown = "".join(c if c.isprintable() else " " for c in text)
    if len(shown) > _CELL_CHARACTERS:
        shown = shown[: _CELL_CHARACTERS - 1] + "…"
    return Text(shown)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _write_text(reader: Any, output_format: str, file: TextIO) -> None:
    if output_format == "json":
        before = "[\n"
        for row in _rows(reader):
            values = {name: _jsonable(value) for name, value in row.items()}
            file.write(before + json.dumps(values, ensure_ascii=False))
            before = ",\n"
        file.write(("" if before == ",\n" else "[") + "\n]\n")
        return
    writer = csv.writer(file)
    writer.writerow(reader.schema.names)
    for row in _rows(reader):
        cells = (_jsonable(value) for value in row.values())
        writer.writerow(
            json.dumps(cell, ensure_ascii=False) if isinstance(cell, list | dict) else cell
            for cell in cells
        )


def _write_parquet(reader: Any, out: Path | None) -> None:
    import pyarrow.parquet as pq

    target = sys.stdout.buffer if out is None else out
    with pq.ParquetWriter(target, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)


def _rows(reader: Any) -> Iterator[dict[str, Any]]:
    import pyarrow as pa

    maps = [field.name for field in reader.schema if pa.types.is_map(field.type)]
    for batch in reader:
        for row in batch.to_pylist():
            yield row | {name: None if row[name] is None else dict(row[name]) for name in maps}


def _jsonable(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list):
        return [_jsonable(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _jsonable(item) for name, item in value.items()}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


_TABLES = """
SELECT table_name AS name, 'table' AS kind, comment FROM duckdb_tables()
UNION ALL SELECT view_name, 'view', comment FROM duckdb_views() WHERE NOT internal
ORDER BY kind DESC, name
"""

_SCHEMA = """
SELECT column_name AS "column", data_type AS type, comment FROM duckdb_columns()
WHERE table_name = $name ORDER BY column_index
"""
