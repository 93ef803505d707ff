"""The command `recheck`: look stored posts up again, and let go of what is gone."""

import os
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from collectors.configuration.check import count_of
from collectors.configuration.configured import read_or_exit
from collectors.readiness import find_readiness
from collectors.settings import ConfigOption, HomeOption, NowOption, settings_from
from collectors.web.plain_text import printable
from warehouse.commands import console, tell
from warehouse.settings import WarehouseSettings

notes = Console(stderr=True)


def recheck(
    context: typer.Context,
    platform: Annotated[
        str | None, typer.Option("--platform", help="Only this one, such as x or reddit.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="At most so many posts of each platform.")
    ] = None,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    Ask the platforms whether stored posts are still there, and how they read now.

    What was deleted goes for good: from the warehouse, its bytes and all snapshots. What is
    protected or withheld goes as well, until its platform shows it again. Edits become versions, counts are refreshed. Posts are due as each platform's
    page of the documentation says, newest first; housekeeping does the same every six hours.
    Exit code 1 says that a platform did not answer, and the rest is done.
    """
    from collectors.landing import read_header
    from collectors.rechecking import recheck_sources
    from enrichment.enrich import configured_enricher, enrich_waiting
    from warehouse.connection import open_warehouse, require_warehouse
    from warehouse.intake import load_waiting, publish_now
    from warehouse.purge import purge
    from warehouse.recheck import late_posts, plan_rechecks

    settings = settings_from(context, home, config, now)
    configuration = read_or_exit(settings, {"warehouse": WarehouseSettings})
    keep = configuration.setting("warehouse", WarehouseSettings)
    watchlist = configuration.watchlist
    readiness = find_readiness(configuration.sources, watchlist, os.environ, now=settings.clock())
    require_warehouse(settings.warehouse)
    enricher = configured_enricher(settings, watchlist)
    with open_warehouse(settings.warehouse, tell=tell) as connection:
        planned = plan_rechecks(
            connection,
            readiness.states,
            refresh_per_day=keep.refresh_per_day,
            now=settings.clock(),
            platform=platform,
            limit=limit,
        )
        ((time_zone,),) = connection.execute("SELECT time_zone FROM firm").fetchall()
    with _progress() as progress:
        task = progress.add_task("looking up", total=planned.posts)
        paths = recheck_sources(
            planned.asks,
            configuration.sources.source,
            credentials=readiness.credentials,
            watchlist=watchlist,
            folder=settings.landing,
            memories=settings.rechecks,
            clock=settings.clock,
            done=lambda count: progress.advance(task, count),
        )
    headers = [read_header(path) for path in paths]
    enrich_waiting(settings, watchlist, only=paths, enricher=enricher)
    load_waiting(settings, watchlist=watchlist, sources=readiness.states, keep=keep, tell=tell)
    gone = sum(len(header.gone) for header in headers)
    if gone:
        purge(settings, tell=tell)
    if settings.snapshot.exists() and paths:
        publish_now(settings, watchlist=watchlist, time_zone=time_zone, keep=keep, tell=tell)
    for header in headers:
        if header.fault is not None:
            text = f"{header.source}: {header.fault.reason}: {header.fault.message}"
            notes.print(Text(printable(text), style="yellow"), soft_wrap=True)
    for text in (*filter(None, map(late_posts, headers)), *planned.told):
        tell(text)
    there = sum(len(header.there) for header in headers)
    asked = sum(len(header.asked) for header in headers)
    console.print(f"{count_of(asked, 'post')} asked for: {there:,} still there, {gone:,} gone")
    raise typer.Exit(1 if any(header.fault for header in headers) else 0)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=notes,
        transient=True,
    )
