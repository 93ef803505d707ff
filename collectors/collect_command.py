"""The command `collect`: fetch what is planned."""

import os
from collections.abc import Sequence

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from collectors.configuration.check import count_of
from collectors.configuration.configured import read_or_exit
from collectors.configuration.folder import Configuration
from collectors.configuration.mistakes import printable
from collectors.contract import Job
from collectors.landing import Header, LandingError, read_header, waiting_files
from collectors.leases import Leases
from collectors.readiness import Readiness, find_readiness
from collectors.settings import ConfigOption, HomeOption, NowOption, Settings, settings_from

notes = Console(stderr=True)


def collect(
    context: typer.Context,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """Fetch the planned jobs; each leaves one landing file, whatever its source answers."""
    settings = settings_from(context, home, config, now)
    configuration = read_or_exit(settings)
    readiness = find_readiness(
        configuration.sources, configuration.watchlist, os.environ, now=settings.clock()
    )
    headers = collect_planned(settings, configuration, readiness)
    tell_faults(headers)
    seen = sum(header.items_seen for header in headers)
    notes.print(f"{count_of(len(headers), 'job')} fetched, {count_of(seen, 'item')} seen")
    raise typer.Exit(1 if any(header.fault for header in headers) else 0)


def collect_planned(
    settings: Settings,
    configuration: Configuration,
    readiness: Readiness,
    *,
    has_bar: bool = True,
) -> list[Header]:
    """
    Fetch every job that is planned and was not fetched yet.

    Args:
        settings: Where everything lies, and what time it is.
        configuration: Checked.
        readiness: Which sources are on, and their credentials.
        has_bar: Whether to show how far it is.

    Returns:
        What each landing file says of itself.
    """
    from collectors.workers import collect_jobs

    on = {state.source.name for state in readiness.states if state.why_off is None}
    fetched = set(_fetched_jobs(settings))
    jobs = [
        job
        for job in Leases(folder=settings.jobs).open_jobs()
        if job.source in on and job.id not in fetched
    ]
    with _progress(has_bar=has_bar) as progress:
        task = progress.add_task("collecting", total=len(jobs))

        def show(job: Job, _path: object) -> None:
            progress.update(task, advance=1, description=f"collecting {job.source}")

        paths = collect_jobs(
            jobs,
            sources=configuration.sources,
            credentials=readiness.credentials,
            watchlist=configuration.watchlist,
            folder=settings.landing,
            clock=settings.clock,
            done=show,
        )
    return [read_header(path) for path in paths]


def tell_faults(headers: Sequence[Header]) -> None:
    """Say which streams did not answer as asked."""
    for header in headers:
        if header.fault is not None:
            text = f"{header.source} {header.stream}: {header.fault.reason}: {header.fault.message}"
            notes.print(Text(printable(text), style="yellow"), soft_wrap=True)


def _fetched_jobs(settings: Settings) -> list[str]:
    ids = []
    for folder in (settings.landing, settings.enriched):
        for path in waiting_files(folder):
            try:
                ids.append(read_header(path).job_id)
            except LandingError:
                continue  # The enrichment puts broken files aside and says so.
    return ids


def _progress(*, has_bar: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=notes,
        transient=True,
        disable=not has_bar,
    )
