"""Write stored texts as landing files once more, so that they are understood as today."""

from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

import duckdb
import pyarrow as pa

from collectors.landing import MENTION_SCHEMA, Header, ParquetWriter, landing_name
from warehouse.query import query_text

AGAIN = "again"
"""Stands where landing files name their source, their platform and their stream."""

_ROWS_A_FILE = 50_000


def write_again(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    is_matched: bool = False,
    progress: Callable[[int], None] = lambda _rows: None,
) -> list[Path]:
    """
    Write the mentions of a time as landing files of kind `again`.

    They ask for no coverage, no validators and no money, and change no text:
    what the normal way makes of them replaces what was decided before. The
    table `match_history` keeps what changes, `restatement` tells whom it concerns.

    Args:
        connection: The warehouse.
        folder: Where landing files go; those of a call that was killed are whole or absent.
        since: Start (aware), by the mentions' `occurred_at`.
        until: End, exclusive.
        now: The present (aware, UTC).
        is_matched: Only mentions that name a subject now: enough after a change of models.
        progress: Told after each file how many mentions it holds.

    Returns:
        The files, of 50,000 mentions at most each; none where nothing is stored.
    """
    columns = ", ".join(
        "last_collected_at AS collected_at" if name == "collected_at" else name
        for name in MENTION_SCHEMA.names
    )
    batches = connection.sql(
        f"SELECT {columns} FROM ({query_text('stored_mentions')})",  # noqa: S608 - our own names
        params={"since": since, "until": until, "is_matched": is_matched},
    ).to_arrow_reader(_ROWS_A_FILE)
    paths = []
    for number, batch in enumerate(batches):
        paths.append(_write(folder, batch, _header(now, number)))
        progress(batch.num_rows)
    return paths


def count_stored(
    connection: duckdb.DuckDBPyConnection,
    *,
    since: datetime,
    until: datetime,
    is_matched: bool = False,
) -> int:
    """Count what `write_again` would write."""
    count: int = connection.execute(
        f"SELECT count(*) FROM ({query_text('stored_mentions')})",  # noqa: S608 - our own query
        {"since": since, "until": until, "is_matched": is_matched},
    ).fetchall()[0][0]
    return count


def _header(now: datetime, number: int) -> Header:
    digest = blake2b(f"{AGAIN}\x1f{now.isoformat()}\x1f{number}".encode(), digest_size=8)
    return Header(
        kind="again",
        job_id=digest.hexdigest(),
        source=AGAIN,
        platform=AGAIN,
        stream=AGAIN,
        collected_at=now,
    )


def _write(folder: Path, batch: pa.RecordBatch, header: Header) -> Path:
    table = pa.Table.from_batches([batch]).cast(MENTION_SCHEMA)
    with ParquetWriter(folder / landing_name(header), MENTION_SCHEMA) as writer:
        writer.write(table)
        return writer.finish(header)
