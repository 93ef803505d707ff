"""Import a file of mentions exported elsewhere: one file in, one landing file out."""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from collectors.contract import Interval, Unreadable
from collectors.imports.files import ImportFileError, Row, read_rows
from collectors.imports.rows import RowError, mention_from_row, parse_moment
from collectors.landing import (
    MENTION_SCHEMA,
    Header,
    ParquetWriter,
    landing_name,
    read_header,
    sync_folder,
    to_table,
    waiting_files,
)
from collectors.mention import Mention
from collectors.watchlist import Watchlist

__all__ = ["ImportFileError", "ImportResult", "import_file", "parse_covers"]

Progress = Callable[[float], None]
"""Told which share of the file is read, from 0 to 1."""

DEFAULT_SOURCE = "import"

_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_BATCH_ROWS = 5_000
_BATCH_CHARACTERS = 32 * 2**20
_LONGEST_NAME = 40
_LONGEST_RAW = 100_000
_LONGEST_HEADER_RAW = 2_000
_MOST_UNREADABLE = 1_000
"""In the header; the file of rows put aside holds them all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportResult:
    """What became of one file."""

    path: Path
    """The landing file."""
    rows: int
    """Mentions in it; each identity once."""
    put_aside: int
    repeated: int = 0
    """Rows that a later row of the same identity replaced."""
    aside: Path | None = None
    """The rows that could not be read, one JSON object a line; None if there are none."""
    problems: tuple[tuple[int, str], ...] = ()
    """The first rows put aside: (line, why)."""


def parse_covers(text: str) -> Interval:
    """
    Read the stretch of time that an import covers, `2026-10-01/2026-11-01`.

    Raises:
        ValueError: It is none, or it ends before it begins.
    """
    since, slash, until = text.partition("/")
    try:
        moments = (parse_moment(since), parse_moment(until)) if slash else (None, None)
    except ValueError:
        moments = (None, None)
    if moments[0] is None or moments[1] is None:
        msg = f"'{text}' is no stretch of time: write FROM/TO, such as 2026-10-01/2026-11-01"
        raise ValueError(msg)
    if moments[0] >= moments[1]:
        msg = f"'{text}' ends before it begins"
        raise ValueError(msg)
    return Interval(since=moments[0], until=moments[1], reason="imported")


def import_file(
    path: Path,
    *,
    source: str | None = None,
    covers: Interval | None = None,
    watchlist: Watchlist,
    folder: Path,
    aside: Path,
    now: datetime,
    progress: Progress | None = None,
) -> ImportResult:
    """
    Write a landing file from a file of JSON lines, CSV or Parquet.

    The same file, options and watchlist give the same job, so that importing
    twice is importing once. Of an identity that is repeated the last row wins.

    Args:
        path: The file; text may be gzipped.
        source: Name of the source that the mentions count for.
        covers: The time that the file covers for all streams of *source*;
            None: the import covers nothing.
        watchlist: Knows which posts are the firm's own.
        folder: Where landing files wait.
        aside: Where rows that can't be read are kept.
        now: Aware, UTC.
        progress: Told how far it is.

    Raises:
        ImportFileError: The file as a whole can't be imported; nothing was written.
    """
    if covers and not source:
        msg = "what an import covers can be recorded for a named source only"
        raise ImportFileError(msg)
    if source is not None and not _NAME.fullmatch(source):
        msg = "the name of a source is lower-case letters, digits, - and _"
        raise ImportFileError(msg)
    # Names of files may hold bytes that are no text, and be as long as the disk allows.
    file_name = path.name.encode("utf-8", "replace").decode()[-_LONGEST_NAME:]
    job_id = _job_id(path, source, covers, watchlist)
    collected_at = _waiting_since(folder, job_id) or now
    header = Header(
        kind="import",
        job_id=job_id,
        source=source or DEFAULT_SOURCE,
        platform=DEFAULT_SOURCE,
        stream="import" if covers else f"import:{file_name}",
        since=covers.since if covers else None,
        until=covers.until if covers else None,
        collected_at=collected_at,
        answered=(covers,) if covers else (),
    )
    name = f"import-{file_name}-{job_id[:8]}-rows.jsonl"
    with _Landing(folder, header) as landing, _Aside(aside / name) as put_aside:
        for row in _told(read_rows(path), progress):
            mention = _read(row, collected_at, watchlist)
            if isinstance(mention, Mention):
                landing.add(mention)
            else:
                put_aside.add(row, mention)
        return landing.finish(put_aside)


def _read(row: Row, collected_at: datetime, watchlist: Watchlist) -> Mention | str:
    if row.error:
        return row.error
    try:
        mention = mention_from_row(row.values, collected_at)
    except RowError as error:
        return str(error)
    if watchlist.owns(mention.platform, mention.author_handle, mention.url):
        return replace(mention, is_own=True)
    return mention


def _told(rows: Iterator[tuple[float, Row]], progress: Progress | None) -> Iterator[Row]:
    for count, (share, row) in enumerate(rows):
        if progress and count % 1_000 == 0:
            progress(share)
        yield row
    if progress:
        progress(1.0)


def _job_id(path: Path, source: str | None, covers: Interval | None, watchlist: Watchlist) -> str:
    try:
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        msg = f"can't be read ({error.strerror})"
        raise ImportFileError(msg) from error
    stretch = (covers.since.isoformat(), covers.until.isoformat()) if covers else ()
    parts = json.dumps([content, path.name, source, stretch, watchlist.version])
    return hashlib.sha256(parts.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _waiting_since(folder: Path, job_id: str) -> datetime | None:
    for path in waiting_files(folder):
        if path.stem.endswith(f"-{job_id}"):
            return read_header(path).collected_at
    return None


class _Landing:
    """Writes batches; on `finish` only the last mention of each identity is left."""

    def __init__(self, folder: Path, header: Header) -> None:
        self._header = header
        self._path = folder / landing_name(header)
        self._spool = ParquetWriter(
            self._path.with_name(f".{self._path.name}.spool"), MENTION_SCHEMA
        )
        self._batch: list[Mention] = []
        self._characters = 0
        self._ids = bytearray()
        self._platforms: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._spool.__exit__(kind, error, trace)
        with suppress(FileNotFoundError):
            self._spool.path.unlink()

    def add(self, mention: Mention) -> None:
        self._batch.append(mention)
        self._characters += len(mention.text) + len(mention.raw)
        if len(self._batch) >= _BATCH_ROWS or self._characters >= _BATCH_CHARACTERS:
            self._flush()

    def finish(self, put_aside: "_Aside") -> ImportResult:
        self._flush()
        last = self._last_of_each()
        put_aside.finish()
        platforms = self._platforms or {DEFAULT_SOURCE}
        header = replace(
            self._header,
            platform=platforms.pop() if len(platforms) == 1 else DEFAULT_SOURCE,
            items_seen=len(last) + put_aside.count,
            unreadable=tuple(put_aside.first),
        )
        self._spool.finish(header)
        if last.all():
            self._spool.path.rename(self._path)
            sync_folder(self._path.parent)
        else:
            self._rewrite(header, last)
        return ImportResult(
            path=self._path,
            rows=int(last.sum()),
            put_aside=put_aside.count,
            repeated=int(len(last) - last.sum()),
            aside=put_aside.path if put_aside.count else None,
            problems=tuple(put_aside.problems),
        )

    def _flush(self) -> None:
        table = to_table(self._batch)
        self._ids += bytes.fromhex("".join(table["mention_id"].to_pylist()))
        self._platforms |= {mention.platform for mention in self._batch}
        self._spool.write(table)
        self._batch, self._characters = [], 0

    def _last_of_each(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        ids = np.frombuffer(self._ids, dtype="S16")
        _, from_the_end = np.unique(ids[::-1], return_index=True)
        last = np.zeros(len(ids), dtype=bool)
        last[len(ids) - 1 - from_the_end] = True
        return last

    def _rewrite(self, header: Header, last: np.ndarray[Any, np.dtype[np.bool_]]) -> None:
        start = 0
        with ParquetWriter(self._path, MENTION_SCHEMA) as writer:
            for batch in pq.ParquetFile(self._spool.path).iter_batches(_BATCH_ROWS):
                kept = batch.filter(pa.array(last[start : start + batch.num_rows]))
                writer.write(pa.Table.from_batches([kept], schema=MENTION_SCHEMA))
                start += batch.num_rows
            writer.finish(header)


class _Aside:
    """Keeps the rows that can't be read; its file appears, whole, if there are any."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.first: list[Unreadable] = []
        self.problems: list[tuple[int, str]] = []
        self._temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._file: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
            with suppress(FileNotFoundError):
                self._temporary.unlink()

    def add(self, row: Row, error: str) -> None:
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._temporary.open("w", encoding="utf-8")
        raw = row.raw or json.dumps(row.values, ensure_ascii=False, default=str)
        raw = raw[:_LONGEST_RAW].encode("utf-8", "replace").decode()
        error = error.encode("utf-8", "replace").decode()
        line = {"line": row.number, "error": error, "raw": raw}
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.count += 1
        if len(self.first) < _MOST_UNREADABLE:
            self.first.append(
                Unreadable(
                    raw=raw[:_LONGEST_HEADER_RAW].replace("\x00", "�"),
                    error=f"line {row.number}: {error}",
                )
            )
            self.problems.append((row.number, error))

    def finish(self) -> None:
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._temporary.rename(self.path)
