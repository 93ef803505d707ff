"""`luisterpost backfill`: ask by hand for what of a past time is missing."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from collectors.collect_command import tell_faults
from collectors.configuration.check import count_of
from collectors.configuration.configured import read_or_exit
from collectors.configuration.folder import Configuration
from collectors.configuration.mistakes import printable
from collectors.contract import Job
from collectors.landing import Header, read_header, waiting_files
from collectors.leases import Leases
from collectors.readiness import Readiness, SourceState, find_readiness
from collectors.settings import (
    ConfigOption,
    HomeOption,
    NowOption,
    Settings,
    parse_now,
    settings_from,
)
from warehouse.backfill_table import euros_up, show_estimates
from warehouse.settings import WarehouseSettings

if TYPE_CHECKING:
    from enrichment.enricher import Enricher
    from warehouse.backfill import Estimate, Missing
    from warehouse.limits import Fitted
    from warehouse.plan import Standing

# Into a pipe or a file a line is as long as it needs to be.
console = Console() if sys.stdout.isatty() else Console(width=1_000)
notes = Console(stderr=True)

_WRONG_USAGE = 2


def backfill(
    context: typer.Context,
    since: Annotated[
        str,
        typer.Option("--since", help="From when, such as 2026-11-01 (UTC if no zone is given)."),
    ],
    until: Annotated[
        str | None, typer.Option("--until", help="Up to when, exclusive.  [default: now]")
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option("--source", help="Only this source; may be repeated.  [default: all]"),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Don't ask before something that costs money.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what is missing and what it would cost.")
    ] = False,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    Ask for what of a past time is missing, as far as the platforms still give it, and load it.

    Says first what all of it takes, and asks for no more than that. Budgets and limits hold; run
    it again for what they leave: only what is still missing is asked for. Exit code 1 says that
    something could not be asked.
    """
    from enrichment.enrich import configured_enricher

    settings = settings_from(context, home, config, now)
    configuration = read_or_exit(settings, {"warehouse": WarehouseSettings})
    moment = settings.clock()
    window = parse_now(since), parse_now(until) if until else moment
    unknown = set(source or ()) - {one.name for one in configuration.sources.source}
    if unknown or window[0] >= min(window[1], moment):
        what = (
            f"no source {', '.join(sorted(unknown))}"
            if unknown
            else "--since is not before the end"
        )
        tell(what)
        raise typer.Exit(_WRONG_USAGE)
    readiness = find_readiness(
        configuration.sources, configuration.watchlist, os.environ, now=moment
    )
    states = [state for state in readiness.states if not source or state.source.name in source]
    enricher = None if dry_run else configured_enricher(settings, configuration.watchlist)
    work = _Work(settings, configuration, readiness, states, window)
    work.estimate()
    if dry_run or not (work.confirmed or work.is_unfinished()):
        raise typer.Exit(1 if work.waits and not work.confirmed else 0)
    if work.most_eur and not yes:
        if not sys.stdin.isatty():
            tell("this costs money: say --yes to ask for it without being asked")
            raise typer.Exit(_WRONG_USAGE)
        typer.confirm(f"Ask for it, for at most {euros_up(work.most_eur)}?", abort=True)
    raise typer.Exit(work.run(enricher))


class _Work:
    """One backfill: estimated, then done."""

    def __init__(
        self,
        settings: Settings,
        configuration: Configuration,
        readiness: Readiness,
        states: Sequence[SourceState],
        window: tuple[datetime, datetime],
    ) -> None:
        self.settings = settings
        self.configuration = configuration
        self.readiness = readiness
        self.states = states
        self.window = window
        self.begun_at = settings.clock()
        self.waits = False
        self.confirmed: Sequence[Estimate] = ()
        """What people were told of: nothing else is asked for."""
        self.asked: list[Job] = []
        self.headers: list[Header] = []

    @property
    def most_eur(self) -> float:
        """What all of it may cost, in euros."""
        return sum(one.most_eur for one in self.confirmed)

    def is_unfinished(self) -> bool:
        """Tell whether something that was fetched is not loaded, or not published yet."""
        settings = self.settings
        files = [*waiting_files(settings.landing), *waiting_files(settings.enriched)]
        return bool(files or Leases(folder=settings.jobs).loaded())

    def estimate(self) -> None:
        """Say what is missing and what it takes: all of it, whatever can be asked for now."""
        from warehouse.backfill import estimates
        from warehouse.counting import count_missing

        self._forget_dead_leases()
        standing, missing = self._missing()
        fitted = self._fit(missing.jobs, standing)
        self.waits = bool(fitted.put_off)
        for state in self.states:
            if state.why_off is not None:
                tell(f"{state.source.name} is off: {state.why_off}")
        for message in (*missing.cannot, *fitted.messages):
            tell(message)
        if not fitted.jobs:
            console.print("Nothing is missing that could be asked for now.")
            return
        counted, counting_eur = count_missing(
            missing.jobs, self.readiness, self.settings.clock, tell=tell
        )
        self.confirmed = estimates(missing.jobs, self.states, standing, counted)
        show_estimates(console, self.confirmed)
        if counting_eur:
            tell(f"counting them cost about {euros_up(counting_eur)}, which no ledger knows")

    def _forget_dead_leases(self) -> None:
        """Give back the leases of a backfill that was killed; one that lives holds the lock."""
        from warehouse.connection import holding_lock

        if not self.settings.jobs.exists():
            return
        lock = self.settings.home / "run.lock"
        with suppress(TimeoutError), holding_lock(lock, tell=lambda _: None, timeout_s=0):
            Leases(folder=self.settings.jobs).end_backfill()

    def run(self, enricher: "Enricher | None") -> int:
        """Fetch, enrich (by what was made before anything was asked), load and publish; give the exit code."""
        from enrichment.enrich import enrich_waiting
        from warehouse.connection import holding_lock, open_warehouse
        from warehouse.intake import load_waiting, publish_now

        settings, watchlist = self.settings, self.configuration.watchlist
        keep = self.configuration.setting("warehouse", WarehouseSettings)
        leases = Leases(folder=settings.jobs)
        with holding_lock(settings.home / "run.lock", tell=tell):
            try:
                put_off = self._fetch(leases)
                enriched = enrich_waiting(settings, watchlist, enricher=enricher)
                intake = load_waiting(
                    settings,
                    watchlist=watchlist,
                    sources=self.readiness.states,
                    keep=keep,
                    tell=tell,
                )
                with open_warehouse(settings.warehouse, tell=tell) as connection:
                    ((time_zone,),) = connection.execute("SELECT time_zone FROM firm").fetchall()
                publish_now(
                    settings, watchlist=watchlist, time_zone=time_zone, keep=keep, tell=tell
                )
            finally:
                leases.end_backfill()
        faults = [h for h in self.headers if h.fault and h.fault.reason != "page_cap"]
        tell_faults(faults)
        broken = [result.error for result in enriched if result.error is not None]
        broken += [outcome.message for outcome in intake.outcomes if outcome.state == "broken"]
        for message in broken:
            tell(f"put aside in {settings.aside}: {message}")
        for message in put_off:
            tell(message)
        seen = sum(header.items_seen for header in self.headers)
        console.print(
            f"{count_of(len(self.headers), 'job')} fetched, {count_of(seen, 'item')} seen, "
            f"{count_of(intake.new_mentions, 'new mention')}, {intake.mentions:,} in all"
        )
        return 1 if faults or broken or put_off or (self.waits and not self.confirmed) else 0

    def _fetch(self, leases: Leases) -> list[str]:
        """Ask until nothing of it is missing, or no more may be asked; tell what waits."""
        from collectors.workers import collect_jobs
        from warehouse.backfill import confirmed_jobs
        from warehouse.costs import charged_eur

        failing: set[tuple[str, str]] = set()
        with _progress() as progress:
            task = progress.add_task("asking", total=0)
            while True:
                leases.end_backfill()  # Where one was killed its leases are still there.
                standing, missing = self._missing()
                able = [job for job in missing.jobs if (job.source, job.stream) not in failing]
                spent_eur = charged_eur(self.headers)
                allowed, too_dear = confirmed_jobs(able, self.confirmed, spent_eur)
                fitted = self._fit(allowed, standing)
                jobs = leases.claim(fitted.jobs, now=self.settings.clock(), is_backfill=True)
                if not jobs:
                    held = {
                        f"{j.source}, {j.stream} is being asked by a round: run it again later"
                        for j in fitted.jobs
                    }
                    return [*fitted.messages, *sorted(held), *self._stopped(too_dear, spent_eur)]
                progress.update(task, total=len(self.asked) + len(jobs))

                def show(job: Job, _path: object) -> None:
                    progress.update(task, advance=1, description=f"asking {job.source}")

                paths = collect_jobs(
                    jobs,
                    sources=self.configuration.sources,
                    credentials=self.readiness.credentials,
                    watchlist=self.configuration.watchlist,
                    folder=self.settings.landing,
                    clock=self.settings.clock,
                    done=show,
                )
                self.asked += jobs
                headers = [read_header(path) for path in paths]
                self.headers += headers
                failing |= {
                    (header.source, header.stream)
                    for header in headers
                    if header.fault and header.fault.reason != "page_cap"
                }

    def _stopped(self, too_dear: Sequence[Job], spent_eur: float) -> list[str]:
        if not too_dear:
            return []
        left = count_of(len(too_dear), "window")
        spent, confirmed = euros_up(spent_eur), euros_up(self.most_eur)
        stopped = f"stopped: {spent} were charged, and {confirmed} were confirmed"
        return [f"{stopped}; {left} not read to the end: run it again, and it says what they take"]

    def _missing(self) -> "tuple[Standing, Missing]":
        from warehouse.backfill import missing_jobs
        from warehouse.plan import read_standing

        now = self.settings.clock()
        since, until = self.window
        standing = read_standing(
            self.settings, self.readiness.states, reach=now - since + timedelta(days=1)
        )
        missing = missing_jobs(
            self.states, standing.ledger, since=since, until=until, now=now, begun_at=self.begun_at
        )
        return standing, missing

    def _fit(self, jobs: Sequence[Job], standing: "Standing") -> "Fitted":
        from warehouse.backfill import fit_backfill

        return fit_backfill(jobs, standing, self.asked)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=notes,
        transient=True,
    )


def tell(message: str) -> None:
    """Say something beside the data."""
    notes.print(Text(printable(message)), soft_wrap=True)
