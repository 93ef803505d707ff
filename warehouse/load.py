"""Load enriched files: rows, matches, answered intervals and validators in one transaction."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from collectors.landing import Header, LandingError, read_header
from enrichment.enriched import ENRICHED_SCHEMA
from warehouse.charged_items import are_there_earlier_items, hide_earlier_items, hide_items
from warehouse.costs import charge_rows
from warehouse.link import link_arriving
from warehouse.query import run_script
from warehouse.recheck_rows import check_rows, gone_mentions, round_rows
from warehouse.tombstones import bury_each, drop_tombstoned, tombstone_key
from warehouse.tone_models import configured_error_rows
from warehouse.transaction import in_transaction

ROWS_PER_TRANSACTION = 250_000

_STEPS = (
    "versions",
    "authors",
    "metrics",
    "matches",
    "tone_models",
    "flags",
    "keyphrases",
    "restated",
    "mentions",
    "link",
    "refuse",
    "ledger",
    "rechecks",
    "roll_up",
)
_NEVER_NULL = (
    *("mention_id", "version_id", "platform", "native_id", "kind", "text", "time_source"),
    *("collected_at", "is_repost", "is_quote", "is_own", "metrics", "raw", "language", "story_id"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one enriched file."""

    path: Path
    state: Literal["loaded", "known", "broken"]
    """`known`: these very bytes were loaded before, and nothing was done."""
    header: Header | None = None
    rows: int = 0
    message: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _File:
    path: Path
    digest: str
    header: Header
    enriched_at: datetime
    watchlist_version: str
    rows: int


def load_files(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], *, now: datetime
) -> list[Outcome]:
    """
    Load enriched files, in any order, any number of times.

    A file's rows, matches, coverage, validators and its own name are
    committed together: a kill leaves all of it or nothing.

    Args:
        connection: The warehouse, open for writing, in no transaction, after
            `privacy.apply_watchlist`, which says whose matches may stay.
        paths: Enriched files.
        now: What `loaded_at` says (aware, UTC).

    Returns:
        One outcome a file; a broken file doesn't keep the others from loading.
    """
    digests = {d for (d,) in connection.execute("SELECT digest FROM loaded_file").fetchall()}
    outcomes: list[Outcome] = []
    fresh: list[_File] = []
    for path in paths:
        try:
            file = _opened(path)
        except LandingError as error:
            outcomes.append(Outcome(path=path, state="broken", message=str(error)))
            continue
        if file.digest in digests:
            outcomes.append(Outcome(path=path, state="known", header=file.header, rows=file.rows))
            continue
        if not pq.read_schema(path).equals(ENRICHED_SCHEMA):
            message = f"{path.name}: its columns are not those of an enriched file"
            outcomes.append(Outcome(path=path, state="broken", message=message))
            continue
        digests.add(file.digest)
        fresh.append(file)
    for batch in _batches(fresh):
        outcomes += _load_batch(connection, batch, now)
    return outcomes


def _opened(path: Path) -> _File:
    header = read_header(path)
    try:
        version = header.enrichment["watchlist_version"]
        enriched_at = datetime.fromisoformat(header.enrichment["enriched_at"])
    except (KeyError, TypeError, ValueError) as error:
        msg = f"{path.name}: its header doesn't say when and for which watchlist it was enriched"
        raise LandingError(msg) from error
    configured_error_rows([header])
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return _File(
        path=path,
        digest=digest,
        header=header,
        enriched_at=enriched_at,
        watchlist_version=version,
        rows=pq.read_metadata(path).num_rows,
    )


def _batches(fresh: Iterable[_File]) -> Iterator[list[_File]]:
    batch: list[_File] = []
    for file in fresh:
        if batch and sum(f.rows for f in batch) + file.rows > ROWS_PER_TRANSACTION:
            yield batch
            batch = []
        batch.append(file)
    if batch:
        yield batch


def _load_batch(
    connection: duckdb.DuckDBPyConnection, batch: list[_File], now: datetime
) -> list[Outcome]:
    try:
        with _arriving(connection, batch, now), in_transaction(connection):
            _load(connection, batch, now)
    except duckdb.Error:
        if len(batch) > 1:  # Find the file that is at fault: the others load.
            return [outcome for file in batch for outcome in _load_batch(connection, [file], now)]
        flaw = _find_flaw(batch[0].path)
        if flaw is None:  # A full disk, for instance: no reason to put the file aside.
            raise
        return [Outcome(path=batch[0].path, state="broken", message=flaw)]
    return [
        Outcome(path=file.path, state="loaded", header=file.header, rows=file.rows)
        for file in batch
    ]


def _find_flaw(path: Path) -> str | None:
    """Read a whole file to tell what is wrong with it; None: nothing."""
    try:
        table = pq.read_table(path)
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        return f"{path.name}: its rows can't be read ({error})"
    empty = [name for name in _NEVER_NULL if table.column(name).null_count]
    return f"{path.name}: rows without {', '.join(empty)}" if empty else None


def _load(connection: duckdb.DuckDBPyConnection, batch: list[_File], now: datetime) -> None:
    parameters = {"now": now, "paths": [str(file.path) for file in batch]}
    if gone := gone_mentions(file.header for file in batch):
        bury_each(connection, gone, now=now)
    run_script(connection, "stage", parameters)
    if any(file.header.kind == "recheck" for file in batch):
        run_script(connection, "rechecked", parameters)
    if any(file.header.kind == "again" for file in batch):
        run_script(connection, "again", parameters)
    run_script(connection, "link_before", parameters)
    run_script(connection, "costs", parameters)
    run_script(connection, "canary", parameters)
    drop_tombstoned(connection)
    for step in _STEPS:
        if step == "link":
            link_arriving(connection)
        else:
            run_script(connection, step, parameters)


@contextmanager
def _arriving(
    connection: duckdb.DuckDBPyConnection, batch: list[_File], now: datetime
) -> Iterator[None]:
    """Show the batch's headers as tables; around the transaction, or its fault would be hidden."""
    tables = {
        "arriving_file": _file_rows(batch),
        "arriving_coverage": _coverage_rows(batch),
        "arriving_unreadable": _unreadable_rows(batch),
        "arriving_charge": _hidden(connection, charge_rows(file.header for file in batch), now),
        "arriving_check": check_rows(file.header for file in batch),
        "arriving_round": round_rows(file.header for file in batch),
        "arriving_tone_model": configured_error_rows(file.header for file in batch),
    }
    for name, table in tables.items():
        connection.register(name, table)
    try:
        yield
    finally:
        for name in tables:
            connection.unregister(name)


def _hidden(connection: duckdb.DuckDBPyConnection, charges: pa.Table, now: datetime) -> pa.Table:
    if not charges.num_rows and not are_there_earlier_items(connection):
        return charges
    with in_transaction(connection):
        key = tombstone_key(connection, create=True)
        hide_earlier_items(connection, key, now=now)
    return hide_items(charges, key)


def _file_rows(batch: Sequence[_File]) -> pa.Table:
    schema = pa.schema(
        [
            *((name, pa.string()) for name in ("path", "name", "digest", "kind", "job_id")),
            *((name, pa.string()) for name in ("source", "platform", "stream")),
            *(
                (name, _TIME)
                for name in ("since", "until", "collected_at", "retry_at", "enriched_at")
            ),
            *((name, pa.string()) for name in ("outcome", "message", "validators")),
            *((name, pa.int64()) for name in ("requests", "items_seen", "unreadable", "rows")),
            ("watchlist_version", pa.string()),
            ("remainder", pa.string()),
            ("continues", pa.list_(pa.string())),
        ]
    )
    return pa.Table.from_pylist([_file_row(file) for file in batch], schema=schema)


def _file_row(file: _File) -> dict[str, object]:
    header = file.header
    fault = header.fault
    return {
        "path": str(file.path),
        "name": file.path.name,
        "digest": file.digest,
        "kind": header.kind,
        "job_id": header.job_id,
        "source": header.source,
        "platform": header.platform,
        "stream": header.stream,
        "since": header.since,
        "until": header.until,
        "collected_at": header.collected_at,
        "retry_at": fault.retry_at if fault else None,
        "enriched_at": file.enriched_at,
        "outcome": fault.reason if fault else "answered",
        "message": fault.message if fault else None,
        "validators": None
        if header.validators is None
        else json.dumps(dict(header.validators), sort_keys=True, ensure_ascii=False),
        "requests": header.requests,
        "items_seen": header.items_seen,
        "unreadable": len(header.unreadable),
        "rows": file.rows,
        "watchlist_version": file.watchlist_version,
        "remainder": header.remainder and header.remainder.to_json(),
        "continues": list(header.continues),
    }


def _coverage_rows(batch: Sequence[_File]) -> pa.Table:
    rows = [
        {
            "source": file.header.source,
            "stream": file.header.stream,
            "since": interval.since,
            "until": interval.until,
            "reason": interval.reason,
        }
        for file in batch
        for interval in file.header.answered
        if interval.since < interval.until
    ]
    schema = pa.schema(
        [
            ("source", pa.string()),
            ("stream", pa.string()),
            ("since", _TIME),
            ("until", _TIME),
            ("reason", pa.string()),
        ]
    )
    return pa.Table.from_pylist(rows, schema=schema)


def _unreadable_rows(batch: Sequence[_File]) -> pa.Table:
    rows = [
        {
            "job_id": file.header.job_id,
            "source": file.header.source,
            "stream": file.header.stream,
            "error": item.error,
            "raw": item.raw,
        }
        for file in batch
        for item in file.header.unreadable
    ]
    names = ("job_id", "source", "stream", "error", "raw")
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in names]))


_TIME = pa.timestamp("us", tz="UTC")
