"""Tones that were judged once more: the files in which they wait, and how the warehouse takes them in."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
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
from warehouse.rescore_judging import Key, key_of
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


class BrokenFileError(Exception):
    """A file that waits can't be read, or is of another kind; the message names it."""


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
    """Tell which matches wait in files with a tone by *model*; broken files and those that went hold none."""
    keys: set[Key] = set()
    for path in paths:
        with suppress(FileNotFoundError, BrokenFileError):
            keys |= {
                key_of(row)
                for row in _read_whole(path).select([*KEY_COLUMNS, "tone_model"]).to_pylist()
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
        paths: Files of `write_rescored`, in any order; one that went meanwhile was taken in by
            another process, or let go of.
        now: The present (aware, UTC).
        reported_until: Mentions before that were told of in a report; None: no report was made.
    """
    whole: list[pa.Table] = []
    broken: list[tuple[Path, str]] = []
    for path in sorted(paths):
        try:
            whole.append(_read_whole(path))
        except FileNotFoundError:
            continue
        except BrokenFileError as error:
            broken.append((path, str(error)))
    if not whole:
        return TakenIn(matches=0, mentions_changed=0, broken=tuple(broken))
    # What was read is written: by now the files themselves may be gone.
    connection.register("arriving_rescored", pa.concat_tables(whole))
    try:
        matches, changed = _write(connection, {"now": now, "reported_until": reported_until})
    finally:
        connection.unregister("arriving_rescored")
    return TakenIn(matches=matches, mentions_changed=changed, broken=tuple(broken))


def _write(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> tuple[int, int]:
    """Write the tones of `arriving_rescored`; count matches, and mentions in another tone now."""
    with in_transaction(connection):
        run_script(connection, "rescored", parameters)
        run_script(connection, "roll_up", parameters)
        ((matches,),) = connection.execute("SELECT count(*) FROM judging").fetchall()
        ((changed,),) = connection.execute(
            "SELECT count(DISTINCT mention_id) FROM tone_changed"
        ).fetchall()
    return matches, changed


def _read_whole(path: Path) -> pa.Table:
    """
    Read a file that waits.

    Raises:
        FileNotFoundError: It is gone: taken in by another process, or let go of.
        BrokenFileError: It can't be read, or its columns are others.
    """
    try:
        read_header(path)
        table = pq.read_table(path)
        table.validate(full=True)
    except FileNotFoundError:
        raise
    except (LandingError, pa.ArrowException, OSError, ValueError) as error:
        msg = f"{path.name}: can't be read ({error})"
        raise BrokenFileError(msg) from error
    if not table.schema.equals(RESCORED_SCHEMA):
        msg = f"{path.name}: its columns are not those of a file of kind {RESCORED}"
        raise BrokenFileError(msg)
    return table
