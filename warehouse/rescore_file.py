"""Tones that were judged once more: the files in which they wait, and how the warehouse takes them in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from collectors.landing import Header, LandingError, ParquetWriter, landing_name, read_header
from warehouse.query import run_script
from warehouse.rescore_judging import Key
from warehouse.transaction import in_transaction

RESCORED = "rescored"
"""The kind of these files, and what stands where others name their source."""

KEY_COLUMNS = ("mention_id", "version_id", "subject_id", "field", "start_char", "end_char")

RESCORED_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("mention_id", "version_id", "subject_id", "field")),
        *((name, pa.int32()) for name in ("start_char", "end_char")),
        ("read_model", pa.string()),
        *((name, pa.float64()) for name in ("read_negative", "read_neutral", "read_positive")),
        ("tone", pa.string()),
        *((name, pa.float64()) for name in ("p_negative", "p_neutral", "p_positive")),
        ("tone_model", pa.string()),
    ]
)
"""One row: a match with the tone it had when it was read, and the one that it is to get. No text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenIn:
    """What became of files."""

    matches: int
    """Matches whose tone was written."""
    mentions_changed: int
    """Mentions whose tone towards a subject is another one now."""
    broken: tuple[tuple[Path, str], ...]
    """Files that can't be read, and why; the others are taken in."""


def write_rescored(folder: Path, rows: Sequence[dict[str, Any]], *, now: datetime) -> Path:
    """
    Write one batch as a file that is whole or absent.

    Args:
        folder: Where such files wait.
        rows: At least one, of `RESCORED_SCHEMA`.
        now: When they were judged (aware, UTC).
    """
    digest = blake2b(f"{now.isoformat()}\x1f{rows[0]}".encode(), digest_size=8)
    header = Header(
        kind="rescored",
        job_id=digest.hexdigest(),
        source=RESCORED,
        platform=RESCORED,
        stream=RESCORED,
        collected_at=now,
    )
    with ParquetWriter(folder / landing_name(header), RESCORED_SCHEMA) as writer:
        writer.write(pa.Table.from_pylist(list(rows), schema=RESCORED_SCHEMA))
        return writer.finish(header)


def keys_within(paths: Sequence[Path], *, model: str) -> set[Key]:
    """Tell which matches wait in files with a tone by *model*; broken files hold none."""
    keys: set[Key] = set()
    for path in paths:
        if _flaw_of(path) is None:
            rows = pq.read_table(path, columns=[*KEY_COLUMNS, "tone_model"]).to_pylist()
            keys |= {
                (
                    row["mention_id"],
                    row["version_id"],
                    row["subject_id"],
                    row["field"],
                    row["start_char"],
                    row["end_char"],
                )
                for row in rows
                if row["tone_model"] == model
            }
    return keys


def take_in(
    connection: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    *,
    now: datetime,
    reported_until: datetime | None = None,
) -> TakenIn:
    """
    Write tones that were judged once more, in one transaction; safe to run again.

    A tone is written only where its match still stands as it was read, in the present
    version of its mention: what was edited, deleted or judged anew meanwhile is left
    alone. The tone before goes to `match_history`, hours are recomputed, and what a report
    has told already is restated.

    Args:
        connection: The warehouse, open for writing, in no transaction.
        paths: Files of `write_rescored`, in any order.
        now: The present (aware, UTC).
        reported_until: Mentions before that were told of in a report; None: no report was made.
    """
    broken = tuple((path, flaw) for path in paths if (flaw := _flaw_of(path)) is not None)
    whole = sorted(str(path) for path in {*paths} - {path for path, _ in broken})
    if not whole:
        return TakenIn(matches=0, mentions_changed=0, broken=broken)
    parameters = {"paths": whole, "now": now, "reported_until": reported_until}
    with in_transaction(connection):
        run_script(connection, "rescored", parameters)
        run_script(connection, "roll_up", parameters)
        ((matches,),) = connection.execute("SELECT count(*) FROM judging").fetchall()
        ((changed,),) = connection.execute(
            "SELECT count(DISTINCT mention_id) FROM tone_changed"
        ).fetchall()
    return TakenIn(matches=matches, mentions_changed=changed, broken=broken)


def _flaw_of(path: Path) -> str | None:
    """Read a whole file to tell what is wrong with it; None: nothing."""
    try:
        read_header(path)
        table = pq.read_table(path)
        table.validate(full=True)
    except (LandingError, pa.ArrowException, OSError, ValueError) as error:
        return f"{path.name}: can't be read ({error})"
    if not table.schema.equals(RESCORED_SCHEMA):
        return f"{path.name}: its columns are not those of a file of kind {RESCORED}"
    return None
