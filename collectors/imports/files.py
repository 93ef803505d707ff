"""Read files exported elsewhere, row by row: JSON lines, CSV and Parquet."""

import codecs
import csv
import gzip
import json
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

Form = Literal["json", "csv", "parquet"]

_LONGEST_LINE = 16 * 2**20
_LONGEST_FIELD = 4 * 2**20
_BATCH = 2_000
_JSON_ENDINGS = {".jsonl", ".ndjson", ".json"}
_OTHER_FORMS = {
    b"PK\x03\x04": "a spreadsheet or archive: export it as CSV (UTF-8)",
    b"\xff\xfe": "in UTF-16: save it as UTF-8",
    b"\xfe\xff": "in UTF-16: save it as UTF-8",
    b"BZh": "compressed with bzip2: unpack it, or use gzip",
    b"\xfd7zXZ": "compressed with xz: unpack it, or use gzip",
    b"\x28\xb5\x2f\xfd": "compressed with zstd: unpack it, or use gzip",
    b"%PDF": "a PDF: export the data as CSV",
    b"<": "a web page or XML: export the data as CSV",
}


class ImportFileError(Exception):
    """A file as a whole can't be imported; nothing of it was."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of a file, or what stands where a row should be."""

    number: int
    """The line where it begins, from 1; in Parquet the row, from 1."""
    values: dict[str, Any] = field(default_factory=dict)
    raw: str
    """As it came, for a person to look at; empty where the values tell it all."""
    error: str | None = None


def read_rows(path: Path) -> Iterator[tuple[float, Row]]:
    """
    Read a file row by row, in bounded memory.

    The content says which form it has, the ending where the content leaves a doubt.

    Returns:
        Pairs: which share of the file is read (0 to 1), and the row.

    Raises:
        ImportFileError: It is no file of these forms, or a damaged one.
    """
    try:
        size = max(path.stat().st_size, 1)
        with path.open("rb") as file, _unpacked(file) as content:
            start = content.peek(2**16)[: 2**16].removeprefix(codecs.BOM_UTF8)
            form = _form_of(start, path)
            if form == "parquet":
                yield from _parquet_rows(file)
                return
            lines = _lines(content)
            rows = _json_rows(lines) if form == "json" else _csv_rows(lines, path)
            for row in rows:
                yield min(file.tell() / size, 1.0), row
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        msg = f"the compressed file is damaged, or was cut ({error})"
        raise ImportFileError(msg) from error
    except (pa.ArrowException, OSError) as error:
        msg = f"can't be read ({error})"
        raise ImportFileError(msg) from error


@contextmanager
def _unpacked(file: Any) -> Iterator[Any]:
    if file.peek(2)[:2] == b"\x1f\x8b":
        with gzip.GzipFile(fileobj=file) as unpacked:
            yield unpacked
    else:
        yield file


def _form_of(start: bytes, path: Path) -> Form:
    if start.startswith(b"PAR1"):
        return "parquet"
    for magic, advice in _OTHER_FORMS.items():
        if start.startswith(magic):
            msg = f"the file is {advice}"
            raise ImportFileError(msg)
    text = start.lstrip()
    if not text:
        msg = "the file is empty"
        raise ImportFileError(msg)
    if text.startswith(b"["):
        msg = "the file is one JSON list: write one object a line, as with jq -c '.[]'"
        raise ImportFileError(msg)
    is_named_json = not _JSON_ENDINGS.isdisjoint(ending.lower() for ending in path.suffixes)
    return "json" if text.startswith(b"{") or is_named_json else "csv"


def _lines(content: IO[bytes]) -> Iterator[tuple[int, bytes, bool]]:
    """Read numbered lines; of one that never ends only the beginning, with the flag set."""
    number = 0
    while line := content.readline(_LONGEST_LINE):
        number += 1
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        is_cut = len(line) >= _LONGEST_LINE and not line.endswith(b"\n")
        rest = line
        while is_cut and rest and not rest.endswith(b"\n"):
            rest = content.readline(_LONGEST_LINE)
        yield number, line, is_cut


def _json_rows(lines: Iterator[tuple[int, bytes, bool]]) -> Iterator[Row]:
    for number, line, is_cut in lines:
        raw = line.decode("utf-8", "replace").rstrip("\r\n")
        if not raw.strip():
            continue
        if is_cut:
            yield Row(number=number, raw=raw, error="the line is too long")
            continue
        try:
            values = json.loads(line.decode(), parse_constant=_no_number)
        except UnicodeDecodeError:
            yield Row(number=number, raw=raw, error="is not UTF-8")
        except json.JSONDecodeError as error:
            yield Row(number=number, raw=raw, error=f"is no JSON: {error.msg} (at {error.pos})")
        except (ValueError, RecursionError):
            error_text = "is no JSON: a number or a nesting that can't be read"
            yield Row(number=number, raw=raw, error=error_text)
        else:
            if isinstance(values, dict):
                yield Row(number=number, raw=raw, values=values)
            else:
                yield Row(number=number, raw=raw, error="is no JSON object")


def _no_number(name: str) -> float:
    raise ValueError(name)


class _TextLines:
    """Feeds the CSV reader, remembers the lines of the present record, takes lines back."""

    def __init__(self, lines: Iterator[tuple[int, bytes, bool]]) -> None:
        self._lines = lines
        self._again: deque[tuple[int, str, bool]] = deque()
        self.record: list[tuple[int, str, bool]] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._again:
            line = self._again.popleft()
        else:
            number, content, is_cut = next(self._lines)
            line = (number, content.decode("utf-8", "surrogateescape"), is_cut)
        self.record.append(line)
        return line[1]

    def take_back(self) -> None:
        """Give all lines of the record but the first to the reader once more."""
        self._again.extendleft(reversed(self.record[1:]))
        del self.record[1:]


def _csv_rows(lines: Iterator[tuple[int, bytes, bool]], path: Path) -> Iterator[Row]:
    text = _TextLines(lines)
    header = next(line for line in text if line.strip())
    delimiter = _delimiter(header, path)
    columns = _columns(header, delimiter)
    # A limit of the whole process: Python's own is too small for articles.
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    while True:
        text.record.clear()
        error = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            # An open quote swallows what follows: only the line with the quote is bad.
            text.take_back()
            reader = csv.reader(text, delimiter=delimiter, strict=True)
            cells, error = [], f"is no CSV: {problem}"
        if not cells and error is None:
            continue
        raw = "".join(line for _, line, _ in text.record)
        if not _is_text(raw):
            error = "is not UTF-8"
        elif any(is_cut for _, _, is_cut in text.record):
            error = "the line is too long"
        elif error is None and len(cells) > len(columns):
            error = f"has {len(cells)} columns, not {len(columns)}"
        yield Row(
            number=text.record[0][0],
            raw=raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace").rstrip("\r\n"),
            values={} if error else dict(zip(columns, cells, strict=False)),
            error=error,
        )


def _is_text(raw: str) -> bool:
    return raw.isascii() or not any("\udc80" <= c <= "\udcff" for c in raw)


def _delimiter(header: str, path: Path) -> str:
    endings = [ending.lower() for ending in path.suffixes]
    if ".tsv" in endings:
        return "\t"
    return max(",;\t|", key=header.count)


def _columns(header: str, delimiter: str) -> list[str]:
    if not _is_text(header):
        msg = "the file is not UTF-8: save it as UTF-8"
        raise ImportFileError(msg)
    try:
        names = next(csv.reader([header], delimiter=delimiter))
    except csv.Error as error:
        msg = f"the first line is no CSV ({error})"
        raise ImportFileError(msg) from error
    columns = [name.strip().lower() for name in names]
    _check_columns(columns)
    return columns


def _check_columns(columns: list[str]) -> None:
    missing = [
        name for name in ("platform", "native_id", "created_at", "text") if name not in columns
    ]
    if missing:
        msg = f"the first line names no column {', '.join(missing)}"
        raise ImportFileError(msg)
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        msg = f"the first line names a column twice: {', '.join(twice)}"
        raise ImportFileError(msg)


def _parquet_rows(file: IO[bytes]) -> Iterator[tuple[float, Row]]:
    table = pq.ParquetFile(file, pre_buffer=False)
    _check_columns(table.schema_arrow.names)
    total, number = max(table.metadata.num_rows, 1), 0
    for batch in table.iter_batches(batch_size=_BATCH):
        for values in _dicts(batch):
            number += 1
            error = values if isinstance(values, str) else None
            kept = {} if isinstance(values, str) else values
            yield number / total, Row(number=number, values=kept, raw="", error=error)


def _dicts(batch: Any) -> Iterator[dict[str, Any] | str]:
    fields = [
        field.with_type(pa.timestamp("us", tz=field.type.tz))
        if pa.types.is_timestamp(field.type) and field.type.unit == "ns"
        else field
        for field in batch.schema
    ]
    batch = batch.cast(pa.schema(fields), safe=False)
    try:
        yield from batch.to_pylist()
    except (ValueError, OverflowError, pa.ArrowException):
        for row in range(batch.num_rows):
            try:
                yield batch.slice(row, 1).to_pylist()[0]
            except (ValueError, OverflowError, pa.ArrowException) as error:
                yield f"can't be read ({error})"
