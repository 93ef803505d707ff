"""The commands of the enrichment: `enrich` and `match`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from collectors.configuration.configured import read_or_exit
from collectors.settings import ConfigOption, HomeOption, NowOption, Settings, settings_from
from collectors.watchlist import Watchlist
from enrichment.match_command import match

__all__ = ["enrich", "match"]

_SOME_FAILED = 1


def enrich(
    context: typer.Context,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
    *,
    entities: Annotated[
        bool,
        typer.Option(
            help="Find names of organisations, places and products where a spaCy pipeline "
            "for the language is installed."
        ),
    ] = True,
) -> None:
    """
    Find language, subjects and tone in all landing files that wait.

    Each landing file becomes an enriched file of the same name, which `luisterpost load`
    takes in. Safe to run again: files that are enriched are left alone.

    A broken file is put aside with the reason, the others go on, and the exit code is 1.
    """
    settings = settings_from(context, home, config, now)
    watchlist = read_or_exit(settings).watchlist
    if _enrich_with_bar(settings, watchlist, has_entities=entities):
        raise typer.Exit(_SOME_FAILED)


def _enrich_with_bar(settings: Settings, watchlist: Watchlist, *, has_entities: bool) -> bool:
    """Enrich what waits, say what was done, and tell whether a file failed."""
    from rich.console import Console
    from rich.progress import Progress

    from enrichment.enrich import Enricher, enrich_waiting, unenriched

    waiting = unenriched(settings)
    if not waiting:
        typer.echo(f"nothing to enrich: no new files in {settings.landing}")
        return False
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("enriching", total=_rows_of(waiting))
        results = enrich_waiting(
            settings,
            watchlist,
            enricher=Enricher(watchlist, has_entities=has_entities),
            progress=lambda rows: bar.advance(task, rows),
        )
    done = [result for result in results if result.error is None]
    typer.echo(
        f"enriched {len(done)} file{'' if len(done) == 1 else 's'}: "
        f"{sum(result.mentions for result in done):,} mentions, "
        f"{sum(result.matched for result in done):,} of them name a subject"
    )
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
