"""The formats that can be imported, and how a file is recognised as one of them: by what is in it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

import pyarrow as pa

from collectors.imports.archives import Content
from collectors.imports.brandwatch import brandwatch_reader, has_brandwatch_columns
from collectors.imports.csv_rows import Columns, Table
from collectors.imports.json_rows import json_rows
from collectors.imports.lines import HEAD_BYTES, as_utf8, numbered_lines
from collectors.imports.mastodon_archive import is_activity, mastodon_reader
from collectors.imports.parquet_rows import ParquetTable
from collectors.imports.pushshift import is_pushshift, pushshift_reader
from collectors.imports.record import Circumstances, Read, Row
from collectors.imports.rows import REQUIRED, has_own_columns, is_row, row_reader
from collectors.imports.twarc import is_twarc, twarc_reader, why_no_posts
from collectors.imports.unpacking import ImportFileError

_PARQUET = b"PAR1"
_FIRST_ROWS = 20
_FIRST_CHARACTERS = 32 * 2**20
_SHOWN_NAMES = 12
_LONGEST_NAME = 40
_JSON_ENDINGS = (".jsonl", ".ndjson", ".json")


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """One way in which other programs write what people said."""

    name: str
    looked_for: str
    """What tells it, for a person whose file is none."""
    reader: Callable[[Circumstances], Read]
    is_record: Callable[[Mapping[str, Any]], bool] | None = None
    """Tells whether an object of JSON is one of its records; None: it is no format of JSON."""
    has_columns: Callable[[Columns], bool] | None = None
    """Tells whether names of columns are its own; None: it is no table."""


FORMATS = {
    found.name: found
    for found in (
        Format(
            name="columns",
            looked_for="JSON, CSV or Parquet with platform, native_id, created_at, text",
            reader=row_reader,
            is_record=is_row,
            has_columns=has_own_columns,
        ),
        Format(
            name="twarc",
            looked_for="JSON with data (posts of X, version 2), or posts with id, text, author_id",
            reader=twarc_reader,
            is_record=is_twarc,
        ),
        Format(
            name="pushshift",
            looked_for="JSON with id, created_utc, subreddit, and title or body",
            reader=pushshift_reader,
            is_record=is_pushshift,
        ),
        Format(
            name="mastodon",
            looked_for="an archive's outbox.json: orderedItems with type, actor, object",
            reader=mastodon_reader,
            is_record=is_activity,
        ),
        Format(
            name="brandwatch",
            looked_for="CSV with Date, Url, Page Type, Full Text …",
            reader=brandwatch_reader,
            has_columns=has_brandwatch_columns,
        ),
    )
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Recognised:
    """The rows of a content, and what reads them."""

    format: Format
    rows: Iterator[Row]
    read: Read


def recognise(
    content: Content, circumstances: Circumstances, *, wanted: str | None, encoding: str | None
) -> Recognised:
    """
    Tell which format a content has, from what stands in it.

    Args:
        content: At its beginning.
        circumstances: What formats have to know.
        wanted: Name of the only format that may be it; None: any.
        encoding: What its text is written in; None: what it shows itself.

    Raises:
        ImportFileError: It is empty, no text, or of no format; the message
            tells what was looked for, and what was found.
    """
    formats = [FORMATS[wanted]] if wanted else list(FORMATS.values())
    if content.stream.peek(len(_PARQUET)).startswith(_PARQUET):
        return _of_parquet(content, circumstances, formats)
    stream = as_utf8(content.stream, encoding)
    start = stream.peek(HEAD_BYTES)[:HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    is_named_json = any(ending in content.name.lower() for ending in _JSON_ENDINGS)
    if start.startswith((b"{", b"[")) or is_named_json:
        return _of_json(json_rows(stream), circumstances, formats)
    return _of_table(Table(numbered_lines(stream), _any_of(formats)), circumstances, formats)


def _of_json(
    rows: Iterator[Row], circumstances: Circumstances, formats: Sequence[Format]
) -> Recognised:
    first, size = [], 0
    for row in islice(rows, _FIRST_ROWS):
        first.append(row)
        size += len(row.raw)
        if size > _FIRST_CHARACTERS:
            break
    able = [found for found in formats if found.is_record]
    objects = [row.values for row in first if row.error is None]
    votes = {
        found.name: sum(found.is_record(values) for values in objects if found.is_record)
        for found in able
    }
    best = max(able, key=lambda found: votes[found.name], default=None)
    is_forced = best is not None and len(formats) == 1
    if best is None or not (votes[best.name] or is_forced):
        advice = next(filter(None, map(why_no_posts, objects)), None)
        if advice:
            msg = f"the file holds {advice}"
            raise ImportFileError(msg)
        if not objects and first:
            # A file that only begins badly may go on well.
            msg = (
                f"its first rows can't be read: {first[0].unit} {first[0].number} {first[0].error}"
            )
            raise ImportFileError(msg)
        raise _unrecognised(formats, "keys", list(objects[0]) if objects else [])
    rows = chain(first, rows)
    return Recognised(format=best, rows=rows, read=best.reader(circumstances))


def _of_table(table: Table, circumstances: Circumstances, formats: Sequence[Format]) -> Recognised:
    if not _is_text("".join(table.columns or table.first_line)):
        msg = "the file is not UTF-8: save it as UTF-8, or name its --encoding"
        raise ImportFileError(msg)
    if not table.columns:
        raise _unrecognised(formats, "columns", table.first_line)
    found = next(f for f in formats if f.has_columns and f.has_columns(table.columns))
    if found.name == "columns":
        table.refuse_double_names()
    known = replace(circumstances, preamble=table.preamble)
    return Recognised(format=found, rows=table.rows(), read=found.reader(known))


def _of_parquet(
    content: Content, circumstances: Circumstances, formats: Sequence[Format]
) -> Recognised:
    if content.member or content.unpacked:
        msg = "the file is Parquet in an archive, or compressed once more: unpack it"
        raise ImportFileError(msg)
    try:
        table = ParquetTable(content.stream)
    except pa.ArrowException as error:
        msg = f"can't be read ({error})"
        raise ImportFileError(msg) from error
    found = next((f for f in formats if f.has_columns and f.has_columns(table.columns)), None)
    if found is None:
        raise _unrecognised(formats, "columns", table.columns)
    return Recognised(format=found, rows=table.rows(), read=found.reader(circumstances))


def _any_of(formats: Sequence[Format]) -> Callable[[Columns], bool]:
    return lambda columns: any(f.has_columns(columns) for f in formats if f.has_columns)


def _unrecognised(formats: Sequence[Format], what: str, names: Sequence[str]) -> ImportFileError:
    shown = ", ".join(name[:_LONGEST_NAME] for name in names[:_SHOWN_NAMES]) or "none"
    more = f" … ({len(names)})" if len(names) > _SHOWN_NAMES else ""
    looked = "\n".join(f"  {found.name}: {found.looked_for}" for found in formats)
    whose = "is none of the formats" if len(formats) > 1 else "is not of the format"
    missing = [name for name in REQUIRED if name not in names]
    if 0 < len(missing) < len(REQUIRED):
        more += f"; {', '.join(missing)} missing"
    return ImportFileError(
        f"{whose} that were looked for:\n{looked}\n  found {what}: {shown}{more}"
    )


def _is_text(raw: str) -> bool:
    return not any("\udc80" <= sign <= "\udcff" for sign in raw)
