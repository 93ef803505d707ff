"""What an import leaves behind: a landing file of its mentions, and a file of what could not be read."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from collectors.contract import Unreadable
from collectors.landing import (
    MENTION_SCHEMA,
    Header,
    ParquetWriter,
    landing_name,
    sync_folder,
    to_table,
)
from collectors.mention import Mention

_BATCH_ROWS = 5_000
_BATCH_CHARACTERS = 32 * 2**20
_LONGEST_RAW = 100_000
_LONGEST_HEADER_RAW = 2_000
_MOST_UNREADABLE = 1_000
"""In the header; the file of rows put aside holds them all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where in a file a row stands."""

    number: int
    unit: str = "line"
    member: str | None = None
    """Of an archive."""

    def __str__(self) -> str:
        """Write it as people read it, such as `outbox.json, item 3`."""
        return (
            f"{self.member}, {self.unit} {self.number}"
            if self.member
            else f"{self.unit} {self.number}"
        )


class LandingSpool:
    """Writes batches; on `finish` only the last mention of each identity is left."""

    def __init__(self, folder: Path, header: Header) -> None:
        self.path = folder / landing_name(header)
        self._spool = ParquetWriter(self.path.with_name(f".{self.path.name}.spool"), MENTION_SCHEMA)
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
        """Take one more."""
        self._batch.append(mention)
        self._characters += len(mention.text) + len(mention.raw)
        if len(self._batch) >= _BATCH_ROWS or self._characters >= _BATCH_CHARACTERS:
            self._flush()

    def finish(self, header: Header, *, put_aside: int) -> tuple[int, int]:
        """
        Give the file its name.

        Args:
            header: What it says of itself, but for platform and items.
            put_aside: Rows that could not be read.

        Returns:
            Mentions in the file, and rows that a later one replaced.
        """
        self._flush()
        last = self._last_of_each()
        platforms = self._platforms or {header.platform}
        header = replace(
            header,
            platform=platforms.pop() if len(platforms) == 1 else header.platform,
            items_seen=len(last) + put_aside,
        )
        self._spool.finish(header)
        if last.all():
            self._spool.path.rename(self.path)
            sync_folder(self.path.parent)
        else:
            self._rewrite(header, last)
        return int(last.sum()), int(len(last) - last.sum())

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
        with ParquetWriter(self.path, MENTION_SCHEMA) as writer:
            for batch in pq.ParquetFile(self._spool.path).iter_batches(_BATCH_ROWS):
                kept = batch.filter(pa.array(last[start : start + batch.num_rows]))
                writer.write(pa.Table.from_batches([kept], schema=MENTION_SCHEMA))
                start += batch.num_rows
            writer.finish(header)


class AsideFile:
    """Keeps the rows that can't be read; its file appears, whole, if there are any."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.first: list[Unreadable] = []
        self.problems: list[tuple[Place, str]] = []
        self._temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._file: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
            with suppress(FileNotFoundError):
                self._temporary.unlink()

    def add(self, place: Place, error: str, raw: str) -> None:
        """Keep a row, or a part of one."""
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._temporary.open("w", encoding="utf-8")
        raw = raw[:_LONGEST_RAW].encode("utf-8", "replace").decode()
        error = error.encode("utf-8", "replace").decode()
        line = {"line": place.number, "error": error, "raw": raw}
        if place.member:
            line["file"] = place.member.encode("utf-8", "replace").decode()
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.count += 1
        if len(self.first) < _MOST_UNREADABLE:
            raw = raw[:_LONGEST_HEADER_RAW].replace("\x00", "�")
            self.first.append(Unreadable(raw=raw, error=f"{place}: {error}"))
            self.problems.append((place, error))

    def finish(self) -> None:
        """Give the file its name, if there is one."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._temporary.rename(self.path)
