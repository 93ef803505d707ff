"""From a landing file to an enriched file under the same name, row by row."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from collectors.contract import Clock
from collectors.landing import (
    MENTION_SCHEMA,
    Header,
    LandingError,
    ParquetWriter,
    read_header,
)
from collectors.settings import Settings
from collectors.watchlist import Watchlist
from enrichment.enriched import ENRICHED_SCHEMA
from enrichment.enricher import READ_COLUMNS, Enricher
from enrichment.flags.rules import read_flags
from enrichment.names.settings import configured_recognisers
from enrichment.relevance.using import forget_ended, model_in_use
from enrichment.tone.settings import configured_tone_model
from enrichment.waiting import unenriched

__all__ = [
    "EnrichResult",
    "Enricher",
    "Progress",
    "configured_enricher",
    "enrich_file",
    "enrich_waiting",
]

Progress = Callable[[int], None]
"""Told how many more rows are done."""

_BATCH_ROWS = 1_000
_ADDED = pa.schema(list(ENRICHED_SCHEMA)[len(MENTION_SCHEMA) :])


@dataclass(frozen=True, kw_only=True, slots=True)
class EnrichResult:
    """What became of one landing file."""

    landing: Path
    enriched: Path | None = None
    mentions: int = 0
    matched: int = 0
    error: str | None = None
    """Why it was put aside."""


def enrich_file(
    landing: Path,
    folder: Path,
    *,
    enricher: Enricher,
    clock: Clock,
    progress: Progress | None = None,
) -> Path:
    """
    Enrich one landing file.

    Args:
        landing: The file; it stays.
        folder: Where the enriched file appears, whole, under the same name.
        enricher: Decides.
        clock: Asked once: the moment stands in the header as `enriched_at`.
        progress: Told after each batch of rows.

    Returns:
        The enriched file: the landing file's rows in their order. Each depends
        on the row, the watchlist, the models and whose consent stands, on
        nothing else.

    Raises:
        LandingError: The landing file is broken, or none of ours.
        FileNotFoundError: It is gone.
    """
    header = read_header(landing)
    now = clock()
    matched = 0
    with ParquetWriter(folder / landing.name, ENRICHED_SCHEMA) as writer:
        for table in _timed(enricher, _tables(landing)):
            with enricher.times.of("reading files"):
                rows = table.select(READ_COLUMNS).to_pylist()
            decided = enricher.enrich(rows, now=now)
            matched += sum(bool(row["matches"]) for row in decided)
            with enricher.times.of("writing files"):
                added = pa.Table.from_pylist(decided, schema=_ADDED)
                columns = [*table.columns, *added.columns]
                writer.write(pa.Table.from_arrays(columns, schema=ENRICHED_SCHEMA))
            if progress is not None:
                progress(len(rows))
        return writer.finish(_enriched_header(header, enricher, now, matched))


def configured_enricher(
    settings: Settings, watchlist: Watchlist, *, has_entities: bool = True
) -> Enricher:
    """
    Make the enricher that the configuration asks for.

    Make it before platforms are asked, and paid, so that a mistake is told first.

    Raises:
        ConfigurationError: Something in `flags.toml`, `names.toml` or `tone.toml` is wrong, or
            what was taught can't be read.
    """
    return Enricher(
        watchlist,
        tone_model=configured_tone_model(settings.config),
        flags=read_flags(settings.config),
        relevance=model_in_use(settings, watchlist),
        recognisers=configured_recognisers(settings.config),
        has_entities=has_entities,
    )


def enrich_waiting(
    settings: Settings,
    watchlist: Watchlist,
    *,
    only: Sequence[Path] | None = None,
    enricher: Enricher | None = None,
    progress: Progress | None = None,
) -> list[EnrichResult]:
    """
    Enrich all landing files that have no enriched counterpart, oldest name first.

    A broken file moves to `settings.aside`, the reason beside it, and the others go
    on. A file that is loaded and removed meanwhile is left out.

    Args:
        settings: Where the files lie, and what time it is.
        watchlist: Whom to look for.
        only: Those of these landing files that wait; None: all that wait.
        enricher: Decides; None: one for *watchlist* as configured.
        progress: Told after each batch of rows.

    Returns:
        One result for each file.

    Raises:
        ConfigurationError: Something in `flags.toml`, `names.toml` or `tone.toml` is wrong, or
            what was taught can't be read.
        ExceptionGroup: Files met bugs, one exception each, which names its file and leaves
            it where it is; the others are enriched.
    """
    results = []
    bugs: list[Exception] = []
    wanted = None if only is None else set(only)
    forget_ended(settings, watchlist)  # Whether or not anything waits.
    for landing in unenriched(settings):
        if wanted is not None and landing not in wanted:
            continue
        enricher = enricher or configured_enricher(settings, watchlist)
        try:
            path = enrich_file(
                landing,
                settings.enriched,
                enricher=enricher,
                clock=settings.clock,
                progress=progress,
            )
        except LandingError as error:
            _put_aside(landing, settings.aside, str(error))
            results.append(EnrichResult(landing=landing, error=str(error)))
        except FileNotFoundError:
            if landing.exists():
                raise
        except OSError:
            raise  # A full disk, for instance, waits for no other file.
        except Exception as error:  # noqa: BLE001 - raised below, once the others are done
            error.add_note(f"while enriching {landing.name}")
            bugs.append(error)
        else:
            results.append(_result(landing, path))
    if bugs:
        msg = f"{len(bugs)} files met a bug; the others are enriched"
        raise ExceptionGroup(msg, bugs)
    return results


def _timed(enricher: Enricher, tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Count the reading of a file's tables among the enricher's steps."""
    while True:
        with enricher.times.of("reading files"):
            table = next(tables, None)
        if table is None:
            return
        yield table


def _tables(landing: Path) -> Iterator[pa.Table]:
    """Read the rows in batches; a fault of the file is told from a fault of ours."""
    try:
        with pq.ParquetFile(landing) as file:
            for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                table = pa.Table.from_batches([batch]).select(MENTION_SCHEMA.names)
                table = table.cast(MENTION_SCHEMA)
                table.validate(full=True)
                yield table
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        msg = f"{landing.name}: not a whole landing file ({error})"
        raise LandingError(msg) from error


def _enriched_header(header: Header, enricher: Enricher, now: datetime, matched: int) -> Header:
    described = enricher.describe() | {"enriched_at": now.isoformat(), "matched": str(matched)}
    return replace(header, enrichment=described)


def _result(landing: Path, enriched: Path) -> EnrichResult:
    return EnrichResult(
        landing=landing,
        enriched=enriched,
        mentions=pq.read_metadata(enriched).num_rows,
        matched=int(read_header(enriched).enrichment["matched"]),
    )


def _put_aside(path: Path, folder: Path, why: str) -> None:
    """Move a broken file where a person can look at it, with the reason beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / path.name
    path.rename(target)
    target.with_suffix(target.suffix + ".why.txt").write_text(why + "\n", encoding="utf-8")
