"""The commands `luisterpost report …`."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from collectors.settings import ConfigOption, HomeOption, NowOption, settings_from
from reports.period import Every, UnknownPeriodError, parse_period

app = typer.Typer(
    name="report",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Write reports from the newest snapshot.",
)

PeriodOption = Annotated[
    str,
    typer.Option(
        metavar="PERIOD",
        help="What the report spans: `daily`, `weekly` or `monthly` for the last complete one of "
        "the snapshot, or one by its name, such as `2026-11-20`, `2026-W46` or `2026-11`.",
    ),
]
DayOption = Annotated[
    str | None,
    typer.Option("--date", metavar="DATE", help="Any day of the period, such as 2026-11-11."),
]

_EVERY: dict[str, Every] = {
    "daily": "daily",
    "day": "daily",
    "weekly": "weekly",
    "week": "weekly",
    "monthly": "monthly",
    "month": "monthly",
}


@app.callback()
def report() -> None:
    """Write reports from the newest snapshot."""


@app.command()
def status(
    context: typer.Context,
    *,
    period: PeriodOption = "weekly",
    day: DayOption = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write to this file.  [default: HOME/reports/status-PERIOD.html]"),
    ] = None,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    Write the status report of a week, a day or a month as one HTML file, and print its path.

    Its time is that of the snapshot, whatever the clock says: the same snapshot
    gives the same file.

    Examples: `luisterpost report status`, `luisterpost report status --period daily`, or
    `luisterpost report status --period 2026-W46 --out week46.html`
    """
    from collectors.configuration.folder import ConfigurationError, read_setting
    from reports.settings import ReportSettings
    from reports.status_report import EmptySnapshotError, write_status_report
    from warehouse.desk.connection import desk_url
    from warehouse.errors import SnapshotMissingError

    every, chosen = parse_choice(period, day)
    settings = settings_from(context, home, config, now)
    try:
        path = write_status_report(
            settings.snapshot,
            read_setting(settings.config, "reports", ReportSettings),
            folder=settings.reports,
            every=every,
            day=chosen,
            out=out,
            desk=desk_url(settings.desk),
        )
    except (ConfigurationError, SnapshotMissingError, EmptySnapshotError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    typer.echo(path)


def parse_choice(period: str, day: str | None) -> tuple[Every, date | None]:
    """
    Read what `--period` and `--date` ask for.

    Returns:
        How often such a report is written, and a day of the period; None: the last complete one.

    Raises:
        BadParameter: Either can't be understood, or both name a period.
    """
    every = _EVERY.get(period.strip().lower())
    if every is not None:
        return every, _parse_day(day) if day else None
    try:
        named = parse_period(period)
    except UnknownPeriodError as error:
        msg = (
            f"'{period}' is no period: write daily, weekly or monthly, "
            "or a name such as 2026-11-20, 2026-W46 or 2026-11"
        )
        raise typer.BadParameter(msg, param_hint="--period") from error
    if day:
        msg = f"'{period}' names the period already: leave --date out"
        raise typer.BadParameter(msg, param_hint="--date")
    return named.every, named.first


def _parse_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        msg = f"'{text}' is no date: write for instance 2026-11-11"
        raise typer.BadParameter(msg, param_hint="--date") from error
