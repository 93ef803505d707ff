"""The command `rescore`: judge once more, by a better tone model, what people look at."""

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from collectors.configuration.check import duration_words
from collectors.configuration.configured import read_or_exit
from collectors.settings import (
    ConfigOption,
    HomeOption,
    NowOption,
    Settings,
    parse_now,
    settings_from,
)
from collectors.sources import parse_duration
from enrichment.tone.settings import ToneSettings, configured_rescore_model
from reports.settings import ReportSettings
from warehouse.commands import tell
from warehouse.settings import WarehouseSettings

if TYPE_CHECKING:
    from collectors.configuration.folder import Configuration
    from enrichment.tone.model import ToneModel
    from reports.rescoring import Wish
    from warehouse.rescore_file import TakenIn
    from warehouse.rescoring import Judging

_WRONG_USAGE = 2


def rescore(
    context: typer.Context,
    budget: Annotated[
        str | None,
        typer.Option(
            "--budget",
            help="How long to judge, by the clock on the wall; a batch of some seconds that was "
            "begun is finished.  [default: 5 min]",
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            help="Nothing older, such as 2026-11-01 (UTC).  [default: since when each incident is "
            "open; else the last report's period and this one]",
        ),
    ] = None,
    reach: Annotated[
        int | None,
        typer.Option(
            "--reach",
            min=1,
            help="Followers of the author, or views of the post, from which a mention matters by "
            "itself.  [default: 10000]",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            help="accurate, or another name as in tone.toml, but not the one that judges all "
            "mentions.  [default: accurate]",
        ),
    ] = None,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    Judge the tone of what matters once more, by a better model.

    First mentions behind open incidents, then the stories that the last report and the next one
    show, then what reaches many; the newest first, each text once. Defaults stand below
    `[rescore]` in tone.toml.

    The newest snapshot is read, and judging keeps nobody from loading; then the tones are written
    at once, and a snapshot is published. A tone is left alone where its text was edited or deleted
    meanwhile. May be ended and run again at any time.
    """
    settings = settings_from(context, home, config, now)
    configuration = read_or_exit(
        settings,
        {"tone": ToneSettings, "reports": ReportSettings, "warehouse": WarehouseSettings},
    )
    tone = configuration.setting("tone", ToneSettings)
    if model == tone.model:
        tell(
            f"the model {model!r} judges all mentions already (`model` in "
            f"{settings.config / 'tone.toml'}): name a better one"
        )
        raise typer.Exit(_WRONG_USAGE)
    judge = _load(settings, model)
    if judge is None:
        _say_left_over(_write(settings, configuration))
        return
    from reports.rescoring import Wish

    wish = Wish(
        model=judge,
        budget=_duration(budget) if budget else tone.rescore.budget,
        reach=reach or tone.rescore.reach,
        since=parse_now(since) if since else None,
    )
    judging = _judge_with_bar(settings, configuration, wish)
    _say(judging, _write(settings, configuration), wish, now=settings.clock())


def _load(settings: Settings, asked: str | None) -> "ToneModel | None":
    """Load the model that judges; None, and people are told, where there is none."""
    from enrichment.tone.choice import load_tone_model
    from enrichment.tone.model import ToneModelUnavailable

    try:
        if asked is None:
            return configured_rescore_model(settings.config, tell)
        return load_tone_model(asked)
    except ToneModelUnavailable as missing:
        tell(str(missing))
        raise typer.Exit(_WRONG_USAGE) from missing


def _duration(text: str) -> timedelta:
    try:
        duration: timedelta = parse_duration(text)
    except ValueError as error:
        msg = f"'{text}' {error}"
        raise typer.BadParameter(msg) from error
    return duration


def _judge_with_bar(settings: Settings, configuration: "Configuration", wish: "Wish") -> "Judging":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from reports.rescoring import judge_what_matters

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task(f"judging by {wish.model.name}", total=None)
        return judge_what_matters(
            settings,
            configuration.setting("reports", ReportSettings),
            wish,
            timer=time.monotonic,
            begin=lambda matches: bar.update(task, total=matches),
            progress=lambda matches: bar.advance(task, matches),
        )


def _write(settings: Settings, configuration: "Configuration") -> "TakenIn":
    """Write what was judged, by earlier runs as well, and publish it."""
    from reports.rescoring import write_judged

    taken = write_judged(
        settings,
        configuration.watchlist,
        configuration.setting("reports", ReportSettings),
        keep=configuration.setting("warehouse", WarehouseSettings),
        tell=tell,
    )
    for _, why in taken.broken:
        tell(f"put aside in {settings.aside}: {why}")
    return taken


def _say_left_over(taken: "TakenIn") -> None:
    """Say what became of what an earlier run had judged, where nothing is judged now."""
    if taken.matches:
        matches = f"{taken.matches:,} match{'' if taken.matches == 1 else 'es'}"
        typer.echo(f"{matches} of an earlier run taken in: {_changed(taken)}")


def _say(judging: "Judging", taken: "TakenIn", wish: "Wish", *, now: datetime) -> None:
    """Say what became of what was judged."""
    if not judging.waiting and not taken.matches:
        why = f"all that matters is judged by {wish.model.name}"
        if wish.since is not None and wish.since >= now:
            why = f"{wish.since:%Y-%m-%d %H:%M} (UTC) is still to come"
        typer.echo(f"nothing to judge: {why}")
        return
    seconds = timedelta(seconds=max(1, round(judging.took_s)))
    typer.echo(
        f"{judging.judged:,} of {judging.waiting:,} matches judged by {wish.model.name} "
        f"in {duration_words(seconds)}: {_changed(taken)}; {judging.left:,} left"
    )


def _changed(taken: "TakenIn") -> str:
    mentions = f"{taken.mentions_changed:,} mention{'' if taken.mentions_changed == 1 else 's'}"
    return f"the tone of {mentions} is another one now"
