"""Show SQL answers to people and programs."""

import csv
import json
import math
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import TextIOWrapper
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import duckdb
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from collectors.configuration.mistakes import printable

_ROWS_SHOWN = 100
_CELL_CHARACTERS = 200
_FOLDED_FROM = 24
"""A column of a table may be folded, but not below so many characters."""
_BETWEEN = 2
_MILLION = 1_000_000
_BATCH = 10_000
_MICROSECOND_NS = 1_000


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
        output_format: `table` (in a file the same as `csv`), `csv`, `json` (one array)
            or `parquet`.
        out: A file, which is there when all of it is written; None: standard output.
        console: For `table`.

    Raises:
        duckdb.Error: The query is wrong, forbidden, or took too long.
        OSError: The file can't be written.
    """
    reader = _reader(connection, query)
    if out is not None:
        part = out.with_name(f".{out.name}.{os.getpid()}.part")
        try:
            with part.open("wb") as file:
                _write(reader, output_format, file)
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)
    elif output_format == "table":
        console.print(_shown(reader, console))
    else:
        _write(reader, output_format, sys.stdout.buffer)


def converse(connection: duckdb.DuckDBPyConnection, console: Console) -> bool:
    """
    Answer one statement after another, each ended by `;`, until `.quit` or the end of input.

    Returns:
        Whether all of them could be answered.
    """
    import readline  # noqa: F401 - gives `input` its line editing and history

    has_person = sys.stdin.isatty()
    if has_person:
        console.print(
            Text("Read-only snapshot. End a statement with ;   .tables  .schema NAME  .quit")
        )
    is_fine = True
    for statement in _statements(has_person=has_person):
        try:
            console.print(_shown(_answer(connection, statement), console))
        except duckdb.Error as error:
            is_fine = False
            console.print(Text(shown_error(error), style="red"))
    return is_fine


def shown_error(error: Exception) -> str:
    """Say what went wrong; what others wrote may be quoted in it and must not steer the terminal."""
    return _lines(str(error))


def _lines(text: str) -> str:
    return "\n".join(printable(line) for line in text.split("\n"))


def _statements(*, has_person: bool) -> Iterator[str]:
    statement = ""
    while True:
        prompt = "   … " if statement else "sql> "
        try:
            line = input(prompt if has_person else "")
        except EOFError:
            if statement:
                yield statement
            return
        if not statement and line.strip() in {".quit", ".exit"}:
            return
        statement = f"{statement}\n{line}".strip()
        if statement.startswith(".") or statement.endswith(";"):
            yield statement
            statement = ""


def _answer(connection: duckdb.DuckDBPyConnection, statement: str) -> Any:
    if statement == ".tables":
        return _reader(connection, _TABLES)
    if statement.startswith(".schema"):
        name = statement.removeprefix(".schema").strip()
        return _reader(connection, _SCHEMA, name=name)
    return _reader(connection, statement)


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


def _shown(reader: Any, console: Console) -> RenderableType:
    """Lay the rows out as a table, or one below the other where a table would be too wide."""
    names = [_one_line(name) for name in _names(reader)]
    if names == ["explain_key", "explain_value"]:
        return Text("\n".join(_lines(drawing) for _, drawing in _rows(reader)))
    cells: list[list[Text]] = []
    hidden = 0
    for row in _rows(reader):
        if len(cells) < _ROWS_SHOWN:
            cells.append([_cell(value) for value in row])
        else:
            hidden += 1
    columns = zip(names, *([cell.plain for cell in row] for row in cells), strict=True)
    widths = [min(max(map(cell_len, column)), _FOLDED_FROM) for column in columns]
    is_wide = sum(widths) + _BETWEEN * (len(widths) - 1) > console.width
    shown = _records(names, cells) if is_wide and cells else _table(names, cells)
    if not hidden:
        return shown
    # As a caption it would be folded into the width of a narrow table.
    return Group(shown, Text(f"{hidden:,} more rows: add LIMIT, or export with --format"))


def _table(names: Sequence[str], rows: Iterable[Sequence[Text]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(Text(name), overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _records(names: Sequence[str], rows: Iterable[Sequence[Text]]) -> Group:
    parts: list[RenderableType] = []
    for number, row in enumerate(rows, start=1):
        grid = Table.grid(padding=(0, _BETWEEN))
        grid.add_column(style="bold", no_wrap=True)
        grid.add_column(overflow="fold")
        for name, cell in zip(names, row, strict=True):
            grid.add_row(Text(name), cell)
        parts += [Text(f"── row {number} ──", style="dim"), grid]
    return Group(*parts)


def _cell(value: Any) -> Text:
    """Show a value so that text from outside can't speak to the terminal."""
    if value is None:
        return Text("null", style="dim")
    if isinstance(value, datetime):
        return Text(f"{value:%Y-%m-%d %H:%M:%S %Z}".rstrip())
    if isinstance(value, float) and abs(value) < _MILLION:
        return Text(f"{value:.6g}")
    shown = _one_line(str(_plain(value)))
    if len(shown) > _CELL_CHARACTERS:
        shown = shown[: _CELL_CHARACTERS - 1] + "…"
    return Text(shown)


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))


def _write(reader: Any, output_format: str, file: BinaryIO) -> None:
    if output_format == "parquet":
        _write_parquet(reader, file)
        return
    text = TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    try:
        if output_format == "json":
            _write_json(reader, text)
        else:
            _write_csv(reader, text)
    finally:
        text.detach()


def _write_json(reader: Any, file: TextIO) -> None:
    names = _names(reader)
    before = "[\n"
    for row in _rows(reader):
        file.write(before + _json(dict(zip(names, map(_jsonable, row), strict=True))))
        before = ",\n"
    file.write(("" if before == ",\n" else "[") + "\n]\n")


def _write_csv(reader: Any, file: TextIO) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_names(reader))
    for row in _rows(reader):
        writer.writerow(map(_plain, row))


def _write_parquet(reader: Any, file: BinaryIO) -> None:
    import pyarrow.parquet as pq

    writer = None
    for batch in _batches(reader):
        writer = writer or pq.ParquetWriter(file, batch.schema)
        writer.write_batch(batch)
    if writer is None:
        writer = pq.ParquetWriter(file, reader.schema)
    writer.close()


def _rows(reader: Any) -> Iterator[tuple[Any, ...]]:
    for batch in _batches(reader):
        columns = [column.to_pylist(maps_as_pydicts="lossy") for column in batch.columns]
        yield from zip(*columns, strict=True)


def _batches(reader: Any) -> Iterator[Any]:
    """Read batch by batch; a query that fails on its way fails as it would at its start."""
    import pyarrow as pa

    names = _names(reader)
    try:
        for batch in reader:
            columns = [
                # No format but Arrow knows months that are no number of days.
                pa.array(map(_interval, column.to_pylist()), pa.string())
                if column.type == pa.month_day_nano_interval()
                else column
                for column in batch.columns
            ]
            yield pa.record_batch(columns, names)
    except (pa.ArrowException, OSError) as error:
        raise duckdb.Error(str(error)) from error


def _names(reader: Any) -> list[str]:
    """Name the columns, each by a name of its own: a join of two tables brings some twice."""
    names: list[str] = []
    for name in reader.schema.names:
        numbers = count(1)
        unique = name
        while unique in names:
            unique = f"{name}_{next(numbers)}"
        names.append(unique)
    return names


def _interval(value: Any) -> str | None:
    """Write a span of time as DuckDB does: `2 months 1 day 03:00:00`."""
    if value is None:
        return None
    parts = [
        f"{number} {unit}{'' if abs(number) == 1 else 's'}"
        for number, unit in ((value.months, "month"), (value.days, "day"))
        if number
    ]
    if value.nanoseconds or not parts:
        span = timedelta(microseconds=abs(value.nanoseconds) // _MICROSECOND_NS)
        hours, rest = divmod(span, timedelta(hours=1))
        sign = "-" if value.nanoseconds < 0 else ""
        parts.append(f"{sign}{hours:02}:{str(rest).partition(':')[2]}")
    return " ".join(parts)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    """Give a cell as a number, a text, or JSON of what is nested."""
    if isinstance(value, float):
        return value
    plain = _jsonable(value)
    return _json(plain) if isinstance(plain, list | dict) else plain


def _jsonable(value: Any) -> Any:
    plain: Any
    match value:
        case None | bool() | int() | str():
            plain = value
        case float():  # JSON knows neither NaN nor the infinities.
            plain = value if math.isfinite(value) else None
        case Decimal():
            plain = int(value) if value == value.to_integral_value() else float(value)
        case list():
            plain = [_jsonable(item) for item in value]
        case dict():
            plain = {str(name): _jsonable(item) for name, item in value.items()}
        case date() | time():
            plain = value.isoformat()
        case bytes():
            plain = value.hex()
        case _:
            plain = str(value)
    return plain


_TABLES = """
SELECT table_name AS name, 'table' AS kind, comment FROM duckdb_tables()
UNION ALL SELECT view_name, 'view', comment FROM duckdb_views() WHERE NOT internal
ORDER BY kind DESC, name
"""

_SCHEMA = """
SELECT column_name AS "column", data_type AS type, comment FROM duckdb_columns()
WHERE table_name = $name ORDER BY column_index
"""
