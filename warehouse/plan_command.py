"""`luisterpost plan`: what each stream is asked, how often, at what cost, and when next."""

import os
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from collectors.configuration.check import count_of
from collectors.configuration.configured import read_or_exit
from collectors.leases import Leases
from collectors.readiness import find_readiness
from collectors.settings import ConfigOption, HomeOption, NowOption, settings_from
from warehouse.settings import WarehouseSettings

# Into a pipe or a file a line is as long as it needs to be.
console = Console() if sys.stdout.isatty() else Console(width=1_000)
notes = Console(stderr=True)


def plan(
    context: typer.Context,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
    claim: Annotated[
        bool, typer.Option("--claim", help="Claim what is due, for `collect` to fetch.")
    ] = False,
    count: Annotated[
        bool,
        typer.Option(
            "--count", help="Ask X, for half a cent each, how much new queries would bring."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON, for machines.")] = False,
) -> None:
    """
    Show what each stream is asked, how often, at what cost, and when next.

    Nothing is asked and nothing is claimed. With `--claim` each due stream becomes a file in
    `jobs/`, which `luisterpost collect` fetches; `luisterpost run` does both by itself.
    """
    from warehouse.canary import late_canaries
    from warehouse.counting import with_counts
    from warehouse.outlook import read_requests, stream_outlooks
    from warehouse.plan import decide, read_standing
    from warehouse.plan_table import outlooks_json, show_outlooks

    settings = settings_from(context, home, config, now)
    configuration = read_or_exit(settings, {"warehouse": WarehouseSettings})
    moment = settings.clock()
    readiness = find_readiness(
        configuration.sources, configuration.watchlist, os.environ, now=moment
    )
    standing = read_standing(settings, readiness.states)
    fitted = decide(standing)
    requests = read_requests(settings.snapshot, now=moment)
    outlooks = stream_outlooks(standing, fitted, configuration.watchlist, requests)
    if count:
        outlooks = with_counts(outlooks, readiness, settings.clock, tell=tell)
    held = {(job.source, job.stream) for job in standing.claimed}
    ours = [job for job in fitted.jobs if (job.source, job.stream) not in held]
    if claim:
        ours = Leases(folder=settings.jobs).claim(fitted.jobs, now=moment)
    if as_json:
        typer.echo(outlooks_json(outlooks))
    else:
        show_outlooks(outlooks, standing, console)
    streams = count_of(len(outlooks), "stream")
    claimed = "claimed" if claim else "due (nothing claimed)"
    tell(f"{count_of(len(ours), 'job')} for {streams} {claimed}")
    for late in late_canaries(settings.snapshot, now=moment):
        tell(late)


def tell(message: str) -> None:
    """Say something beside the data."""
    notes.print(Text(message), soft_wrap=True)
