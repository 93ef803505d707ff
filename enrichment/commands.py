"""The commands of the enrichment: `match`, `classify`, `evaluate`, and what `enrich` runs."""

from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console

from collectors.configuration.check import WRONG_CONFIGURATION, print_mistakes
from collectors.configuration.folder import ConfigurationError
from collectors.settings import Settings
from collectors.watchlist import Watchlist
from enrichment.matching.match_command import match
from enrichment.tone.classify_command import classify_lines
from enrichment.tone.evaluate_command import evaluate_file

__all__ = ["classify_lines", "enrich_with_bar", "evaluate_file", "match", "notes"]

notes = Console(stderr=True)
"""What is said beside the data."""


def enrich_with_bar(
    settings: Settings, watchlist: Watchlist, *, has_entities: bool, has_profile: bool = False
) -> bool:
    """Enrich what waits, say what was done (and where the time went), and tell whether a file failed."""
    from rich.progress import Progress

    from enrichment.enrich import configured_enricher, enrich_waiting
    from enrichment.relevance.using import forget_ended
    from enrichment.waiting import unenriched

    waiting = unenriched(settings)
    if not waiting:
        forget_ended(settings, watchlist)
        typer.echo(f"nothing to enrich: no new files in {settings.landing}")
        return False
    try:
        enricher = configured_enricher(settings, watchlist, has_entities=has_entities)
    except ConfigurationError as error:
        print_mistakes(error.mistakes, notes, style="red")
        raise typer.Exit(WRONG_CONFIGURATION) from error
    with Progress(console=notes, transient=True) as bar:
        task = bar.add_task("enriching", total=_rows_of(waiting))
        results = enrich_waiting(
            settings,
            watchlist,
            enricher=enricher,
            progress=lambda rows: bar.advance(task, rows),
        )
    done = [result for result in results if result.error is None]
    typer.echo(
        f"enriched {len(done)} file{'' if len(done) == 1 else 's'}: "
        f"{sum(result.mentions for result in done):,} mentions, "
        f"{sum(result.matched for result in done):,} of them name a subject"
    )
    if enricher.not_about:
        typer.echo(
            f"{enricher.not_about:,} mentions probably only share a subject's name (relevance): not counted"
        )
    if has_profile:
        for step, seconds, share in enricher.times.table():
            typer.echo(f"{step:<16}{seconds:>10.1f} s{share:>8.1%}")
    failed = [result for result in results if result.error is not None]
    for result in failed:
        typer.echo(f"put aside in {settings.aside}: {result.error}", err=True)
    return bool(failed)


def _rows_of(files: Sequence[Path]) -> int | None:
    """Count the rows for the bar; None where a file can't tell, which is reported later."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return sum(int(pq.read_metadata(path).num_rows) for path in files)
    except (pa.ArrowException, OSError):
        return None
