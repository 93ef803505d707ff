"""Landing files: what one job brought, as one Parquet file that is whole or absent."""

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import pyarrow as pa
import pyarrow.parquet as pq

from collectors.contract import Interval, Remainder, Unreadable
from collectors.mention import Mention

_TIME = pa.timestamp("us", tz="UTC")

MENTION_SCHEMA = pa.schema(
    [
        ("mention_id", pa.string()),
        ("version_id", pa.string()),
        ("platform", pa.string()),
        ("native_id", pa.string()),
        ("kind", pa.string()),
        ("author_id", pa.string()),
        ("author_handle", pa.string()),
        ("author_name", pa.string()),
        ("title", pa.string()),
        ("text", pa.string()),
        ("url", pa.string()),
        ("language_tag", pa.string()),
        ("created_at", _TIME),
        ("time_source", pa.string()),
        ("edited_at", _TIME),
        ("collected_at", _TIME),
        ("parent_id", pa.string()),
        ("root_id", pa.string()),
        ("is_repost", pa.bool_()),
        ("is_quote", pa.bool_()),
        ("is_own", pa.bool_()),
        ("metrics", pa.map_(pa.string(), pa.int64())),
        ("raw", pa.string()),
    ]
)
"""One row is one mention as one job saw it."""

_HEADER_KEY = b"luisterpost"
_FORMAT = 1


class LandingError(Exception):
    """A file is no landing file, or a broken one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """What ended a job early: the word for the ledger, and what to tell people."""

    reason: str
    message: str
    retry_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """What a landing file says of itself, beside its rows."""

    kind: Literal["collect", "import", "again", "recheck", "rescored"]
    job_id: str
    source: str
    platform: str
    stream: str
    since: datetime | None = None
    until: datetime | None = None
    collected_at: datetime
    answered: tuple[Interval, ...] = ()
    validators: Mapping[str, Any] | None = None
    """For the next request of this stream; None: unchanged."""
    requests: int = 0
    items_seen: int = 0
    unreadable: tuple[Unreadable, ...] = ()
    account: str = ""
    """Who is charged: an item is charged once in a UTC day to one account."""
    item_eur: float = 0.0
    charged: tuple[str, ...] = ()
    """What is charged for: ids of the platform, each once."""
    asked: tuple[str, ...] = ()
    """Re-checks: native ids of the stored posts that were asked for, and about which there was an answer."""
    failed: tuple[str, ...] = ()
    """Re-checks: those whose question was left without an answer."""
    late: int = 0
    """Re-checks: posts without an answer that get older than their platform allows."""
    there: tuple[str, ...] = ()
    """Re-checks: those that are still there, whether they are among the rows or not."""
    gone: Mapping[str, str] = field(default_factory=dict)
    """Re-checks: those that must go, and why: deleted, protected, withheld …"""
    fault: Fault | None = None
    remainder: Remainder | None = None
    """What the job was to read and did not come to."""
    continues: tuple[str, ...] = ()
    """Ids of the jobs whose remainders this one took over."""
    enrichment: Mapping[str, str] = field(default_factory=dict)
    """Set by the enrichment: watchlist version, names and versions of the models."""

    def to_json(self) -> str:
        """Write the header as JSON."""
        values = _plain(self) | {"format": _FORMAT}
        return json.dumps(values, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """
        Read what `to_json` wrote.

        Raises:
            LandingError: It was written by another program or a later version.
        """
        values = json.loads(text)
        if values.pop("format", None) != _FORMAT:
            msg = f"not a landing file of format {_FORMAT}"
            raise LandingError(msg)
        for name in ("since", "until", "collected_at"):
            values[name] = _moment(values[name])
        values["answered"] = tuple(
            Interval(since=_sure(i["since"]), until=_sure(i["until"]), reason=i["reason"])
            for i in values["answered"]
        )
        values["unreadable"] = tuple(Unreadable(**item) for item in values["unreadable"])
        values["charged"] = tuple(values.get("charged", ()))
        lists = ("asked", "failed", "there", "continues")
        values |= {name: tuple(values.get(name, ())) for name in lists}
        if values.get("remainder"):
            values["remainder"] = Remainder.from_values(values["remainder"])
        if values["fault"]:
            fault = values["fault"]
            values["fault"] = Fault(**(fault | {"retry_at": _moment(fault["retry_at"])}))
        return cls(**values)


class ParquetWriter:
    """
    Write rows to a file that appears, whole and synced, only on `finish`.

    Without `finish` (an exception, a kill) nothing appears under the name.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path = path
        self.rows = 0
        self._schema = schema
        path.parent.mkdir(parents=True, exist_ok=True)
        self._temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._writer = pq.ParquetWriter(self._temporary, schema, compression="zstd")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writer.close()
        with suppress(FileNotFoundError):
            self._temporary.unlink()

    def write(self, rows: pa.Table) -> None:
        """Append a table of the writer's schema."""
        self.rows += rows.num_rows
        self._writer.write_table(rows)

    def finish(self, header: Header) -> Path:
        """Add the header, make the file durable, and give it its name."""
        # What a platform said may hold halves of characters, which no file can.
        words = header.to_json().encode("utf-8", "replace")
        self._writer.add_key_value_metadata({_HEADER_KEY: words})
        self._writer.close()
        with self._temporary.open("rb") as file:
            os.fsync(file.fileno())
        self._temporary.rename(self.path)
        sync_folder(self.path.parent)
        return self.path


def to_table(mentions: Iterable[Mention]) -> pa.Table:
    """Put mentions into a table of `MENTION_SCHEMA`, one row each."""
    mentions = list(mentions)
    columns = []
    for name, kind in zip(MENTION_SCHEMA.names, MENTION_SCHEMA.types, strict=True):
        values = list(map(attrgetter(name), mentions))
        if name == "metrics":
            values = [list(counts.items()) for counts in values]
        columns.append(pa.array(values, type=kind))
    return pa.Table.from_arrays(columns, schema=MENTION_SCHEMA)


def landing_name(header: Header) -> str:
    """Name the file: when, which source, which job; the same job gives the same name."""
    return f"{header.collected_at:%Y%m%dT%H%M%S}-{header.source}-{header.job_id}.parquet"


def write_landing(folder: Path, header: Header, mentions: Iterable[Mention]) -> Path:
    """Write one landing file and return its path."""
    with ParquetWriter(folder / landing_name(header), MENTION_SCHEMA) as writer:
        writer.write(to_table(mentions))
        return writer.finish(header)


def read_header(path: Path) -> Header:
    """
    Read what a landing or enriched file says of itself, without its rows.

    Raises:
        LandingError: The file is broken, or none of ours.
        FileNotFoundError: There is no such file.
    """
    try:
        metadata = pq.read_metadata(path).metadata or {}
        return Header.from_json(metadata[_HEADER_KEY].decode())
    except FileNotFoundError:
        raise
    except (
        pa.ArrowException,
        OSError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        msg = f"{path.name}: not a whole landing file ({error})"
        raise LandingError(msg) from error


def waiting_files(folder: Path) -> list[Path]:
    """List the whole files of a landing or enriched folder, oldest name first."""
    return sorted(p for p in folder.glob("*.parquet") if not p.name.startswith("."))


def sync_folder(folder: Path) -> None:
    """Make a rename in *folder* survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


def _moment(text: str | None) -> datetime | None:
    return None if text is None else _sure(text)


def _sure(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        msg = f"{text} names no time zone"
        raise ValueError(msg)
    return moment
