"""The command line `luisterpost`: mounts each package's commands, and runs them all in one go."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from collectors.canary_command import app as canary_app
from collectors.collect_command import collect, collect_planned, tell_faults
from collectors.commands import import_files, init
from collectors.configuration.check import count_of, print_check, print_mistakes
from collectors.configuration.configured import read_or_exit
from collectors.configuration.folder import Configuration, ConfigurationError
from collectors.contract import Interval
from collectors.imports.importing import import_file
from collectors.landing import Header
from collectors.readiness import SourceState, find_readiness
from collectors.sample.commands import app as sample_app
from collectors.settings import ConfigOption, HomeOption, NowOption, Settings, settings_from
from collectors.try_command import try_source
from enrichment.commands import classify_lines, evaluate_file, match
from enrichment.flags.rules import FlagSettings
from enrichment.names.settings import NamesSettings
from enrichment.relevance.commands import app as relevance_app
from enrichment.tone.settings import ToneSettings
from reports.alert_commands import app as alert_app
from reports.alert_settings import AlertSettings
from reports.commands import app as report_app
from reports.mail_commands import app as mail_app
from reports.mail_settings import MailSettings
from reports.rescore_command import rescore
from reports.settings import ReportSettings
from warehouse.backfill_command import backfill
from warehouse.commands import forget, load, sql, tell
from warehouse.costs_command import costs
from warehouse.enrich_command import enrich
from warehouse.errors import (
    LedgerMissingError,
    SnapshotMissingError,
    TombstoneKeyError,
    WarehouseMissingError,
)
from warehouse.plan_command import plan
from warehouse.query_command import app as query_app
from warehouse.recheck_command import recheck
from warehouse.settings import WarehouseSettings

if TYPE_CHECKING:
    from enrichment.enrich import EnrichResult
    from enrichment.enricher import Enricher

OPTIONAL_FILES: Mapping[str, type[BaseModel]] = {
    "alerts": AlertSettings,
    "flags": FlagSettings,
    "mail": MailSettings,
    "names": NamesSettings,
    "reports": ReportSettings,
    "tone": ToneSettings,
    "warehouse": WarehouseSettings,
}

console = Console()
app = typer.Typer(
    name="luisterpost",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
    help="Listen to what is said in public about a brand, a company and its consenting employees.",
)


def _tell_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"luisterpost {version('luisterpost')}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_tell_version, is_eager=True, help="Say which version this is."
        ),
    ] = False,
) -> None:
    """Keep the options given before the command's name."""
    context.obj = settings_from(context, home, config, now)


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one round did."""

    fetched: Sequence[Header]
    """What each landing file says of itself."""
    off: Sequence[SourceState]
    """Sources that were not asked, and why."""
    put_aside: Sequence[str]
    """Messages about broken files."""
    new_mentions: int
    mentions: int
    """In the warehouse now."""
    snapshot: Path

    @property
    def exit_code(self) -> int:
        """0: fine; 1: some sources failed or files were broken, and the rest is loaded."""
        return 1 if self.put_aside or any(header.fault for header in self.fetched) else 0


def run_round(
    settings: Settings,
    configuration: Configuration,
    environ: Mapping[str, str],
    *,
    enricher: "Enricher | None" = None,
    has_bar: bool = True,
) -> Round:
    """
    Plan, collect, enrich, load and publish, once, as the only round in this home.

    Args:
        settings: Where everything lies, and what time it is.
        configuration: Checked.
        environ: Where credentials are looked for.
        enricher: Of the same watchlist, kept over several rounds; None: a new one.
        has_bar: Whether to show how far the collecting is.

    Raises:
        ExceptionGroup: Jobs met bugs; what the others brought is loaded and published.
    """
    from enrichment.enrich import enrich_waiting
    from warehouse.canary import late_canaries
    from warehouse.connection import holding_lock
    from warehouse.intake import load_waiting, publish_now
    from warehouse.plan import plan_round
    from warehouse.schema_version import is_snapshot_of_another_version

    watchlist = configuration.watchlist
    keep = configuration.setting("warehouse", WarehouseSettings)
    publish_anew = partial(
        publish_now,
        settings,
        watchlist=watchlist,
        time_zone=configuration.setting("reports", ReportSettings).time_zone,
        keep=keep,
        tell=tell,
    )
    with holding_lock(settings.home / "run.lock", tell=tell):
        if is_snapshot_of_another_version(settings.snapshot):
            publish_anew()  # The plan reads what was published.
        readiness = find_readiness(configuration.sources, watchlist, environ, now=settings.clock())
        for message in plan_round(settings, readiness.states).messages:
            tell(message)
        bugs: list[Exception] = []
        fetched: Sequence[Header] = ()
        try:
            fetched = collect_planned(settings, configuration, readiness, has_bar=has_bar)
        except ExceptionGroup as group:  # A bug at one source keeps no other from loading.
            bugs.append(group)
        enriched: Sequence[EnrichResult] = ()
        try:
            enriched = enrich_waiting(settings, watchlist, enricher=enricher)
        except ExceptionGroup as group:  # Nor does a bug at one file.
            bugs.append(group)
        intake = load_waiting(
            settings, watchlist=watchlist, sources=readiness.states, keep=keep, tell=tell
        )
        snapshot = publish_anew()
    for late in late_canaries(settings.snapshot, now=settings.clock()):
        tell(late)
    if bugs:
        msg = "bugs were met; what they did not concern is loaded and published"
        raise ExceptionGroup(msg, bugs)
    unread = [result.error for result in enriched if result.error is not None]
    unloaded = [outcome.message for outcome in intake.outcomes if outcome.state == "broken"]
    return Round(
        fetched=fetched,
        off=readiness.off,
        put_aside=[*unread, *unloaded],
        new_mentions=intake.new_mentions,
        mentions=intake.mentions,
        snapshot=snapshot,
    )


def run(
    context: typer.Context,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    Do one round: plan, collect, enrich, load, publish.

    Safe to run again at any time, and beside another run, which it waits for.
    Exit code 1 says that some sources failed and the rest is loaded.
    """
    settings = settings_from(context, home, config, now)
    result = run_round(settings, read_or_exit(settings, OPTIONAL_FILES), os.environ)
    for state in result.off:
        tell(f"{state.source.name} is off: {state.why_off}")
    tell_faults(result.fetched)
    for message in result.put_aside:
        tell(f"put aside in {settings.aside}: {message}")
    console.print(
        Text(
            f"{count_of(len(result.fetched), 'job')} fetched, "
            f"{count_of(result.new_mentions, 'new mention')}, {result.mentions:,} in all"
        )
    )
    console.print(Text(f"snapshot: {settings.snapshot}"), soft_wrap=True)
    raise typer.Exit(result.exit_code)


def check(
    context: typer.Context,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """Check the configuration and run its query tests: every mistake, and what to do about it."""
    from enrichment.matching.query_tests import check_folder
    from enrichment.relevance.using import relevance_mistakes

    settings = settings_from(context, home, config, now)
    checked, tests = check_folder(settings.config, settings.clock(), OPTIONAL_FILES, os.environ)
    if not isinstance(checked, ConfigurationError) and (wrong := relevance_mistakes(settings)):
        checked = ConfigurationError(wrong, checked.warnings)
    raise typer.Exit(print_check(checked, console, tests=tests))


def publish(
    context: typer.Context,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """Publish a snapshot of the warehouse for analysts, under its stable name."""
    from warehouse.connection import require_warehouse
    from warehouse.intake import publish_now

    settings = settings_from(context, home, config, now)
    configuration = read_or_exit(settings, OPTIONAL_FILES)
    require_warehouse(settings.warehouse)
    path = publish_now(
        settings,
        watchlist=configuration.watchlist,
        time_zone=configuration.setting("reports", ReportSettings).time_zone,
        keep=configuration.setting("warehouse", WarehouseSettings),
        tell=tell,
    )
    console.print(Text(f"{settings.snapshot} → {path.name}"), soft_wrap=True)


@sample_app.command("run")
def run_sample(
    context: typer.Context,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    Run the whole pipeline over the sample world, without keys or network.

    Seven weeks are imported; the last is collected through the real clients from a small local
    server that plays X, Reddit and the feeds, in rounds of twelve simulated hours up to this
    Monday. Lies in `var/sample` unless `--home` says otherwise.
    """
    from collectors.sample import CREDENTIALS
    from collectors.sample.export import export_world
    from collectors.sample.place import make_room, show_places
    from collectors.sample.server import SampleServer
    from collectors.sample.world import build_world, last_monday
    from enrichment.enrich import configured_enricher
    from reports.status_report import write_status_report
    from warehouse.connection import snapshot_time
    from warehouse.desk.connection import desk_url

    settings = settings_from(context, home, config, now)
    if settings.home == Settings().home:
        settings = replace(settings, home=settings.home / "sample")
    configuration = read_or_exit(settings, OPTIONAL_FILES)
    world = build_world(last_monday(settings.clock()))
    if not make_room(settings.home, world.anchor):
        tell(f"{settings.home} is in use and holds no sample: name another directory with --home")
        raise typer.Exit(2)
    # A firm's proxy can't reach the server on this machine.
    os.environ |= dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1")
    with SampleServer(world) as server, _progress() as bar:
        played = configuration.moved_to(server.url)
        enricher = configured_enricher(settings, configuration.watchlist)
        done_at = snapshot_time(settings.snapshot)
        # What an earlier run did stays done; the last round is run again, for a changed watchlist.
        rounds = [moment for moment in world.rounds() if done_at is None or moment > done_at]
        task = bar.add_task("writing eight weeks of posts", total=len(rounds) + 1)
        for file in export_world(world, settings.home / "exports") if done_at is None else ():
            bar.update(task, description=f"importing seven weeks of {file.source}")
            import_file(
                file.path,
                source=file.source,
                covers=Interval(since=file.since, until=file.until, reason="imported"),
                watchlist=configuration.watchlist,
                folder=settings.landing,
                aside=settings.aside,
                now=world.import_until,
            )
        for moment in rounds or world.rounds()[-1:]:
            bar.update(task, advance=1, description=f"collecting up to {moment:%A %d %B %H:%M}")
            server.now = moment
            result = run_round(
                replace(settings, fixed_now=moment),
                played,
                CREDENTIALS,
                enricher=enricher,
                has_bar=False,
            )
        bar.update(task, advance=1, description="writing the report")
        report = write_status_report(
            settings.snapshot,
            configuration.setting("reports", ReportSettings),
            folder=settings.reports,
            desk=desk_url(settings.desk),
        )
    show_places(console, settings, report, result.mentions)
    tell_faults(result.fetched)
    raise typer.Exit(result.exit_code)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )


_PANELS: Mapping[str, Mapping[str, Callable[..., None]]] = {
    "Begin": {"init": init, "check": check, "try": try_source},
    "Understand": {"match": match, "classify": classify_lines, "evaluate": evaluate_file},
    "Every day": {"run": run, "rescore": rescore, "sql": sql, "costs": costs},
    "What run does, step by step": {
        "plan": plan,
        "collect": collect,
        "enrich": enrich,
        "load": load,
        "publish": publish,
    },
    "Data": {"import": import_files, "backfill": backfill, "recheck": recheck, "forget": forget},
}
for panel, commands in _PANELS.items():
    for name, command in commands.items():
        app.command(name, rich_help_panel=panel)(command)
app.add_typer(report_app, name="report", rich_help_panel="Every day")
app.add_typer(alert_app, name="alert", rich_help_panel="Every day")
app.add_typer(mail_app, name="mail", rich_help_panel="Every day")
app.add_typer(canary_app, name="canary", rich_help_panel="Data")
app.add_typer(query_app, name="query", rich_help_panel="Understand")
app.add_typer(relevance_app, name="relevance", rich_help_panel="Understand")
app.add_typer(sample_app, name="sample", rich_help_panel="Begin")


def main() -> None:
    """Run the command line; what a person can mend by one command is told in a line."""
    try:
        app()
    except ConfigurationError as error:
        print_mistakes(error.mistakes, Console(stderr=True), style="red")
        sys.exit(2)
    except (
        LedgerMissingError,
        SnapshotMissingError,
        TombstoneKeyError,
        WarehouseMissingError,
    ) as error:
        tell(str(error))
        sys.exit(2)


if __name__ == "__main__":
    main()
