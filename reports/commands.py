"""The commands `luisterpost report …`."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from collectors.settings import ConfigOption, HomeOption, NowOption, settings_from

app = typer.Typer(
    name="report",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Write reports from the newest snapshot.",
)


class Period(StrEnum):
    """What a status report spans."""

    week = "week"


@app.callback()
def report() -> None:
    """Write reports from the newest snapshot."""


@app.command()
def status(
    context: typer.Context,
    *,
    period: Annotated[Period, typer.Option(help="What the report spans.")] = Period.week,
    day: Annotated[
        str | None,
        typer.Option(
            "--date",
            metavar="DATE",
            help="Any day of the week to report, such as 2026-11-11.  "
            "[default: the last complete week of the snapshot]",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write to this file.  [default: HOME/reports/status-YEAR-WEEK.html]"),
    ] = None,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    Write the weekly status report as one HTML file, and print its path.

    Its time is that of the snapshot, whatever the clock says: the same snapshot
    gives the same file.

    Examples: `luisterpost report status`, or
    `luisterpost report status --date 2026-11-11 --out week46.html`
    """
    from reports.settings import ReportConfigError, read_report_settings
    from reports.status_report import EmptySnapshotError, write_status_report
    from warehouse.connection import SnapshotMissingError
    from warehouse.desk.connection import desk_url

    settings = settings_from(context, home, config, now)
    _ = period  # one period exists so far; the option fixes the name
    try:
        path = write_status_report(
            settings.snapshot,
            read_report_settings(settings.config),
            folder=settings.reports,
            day=_parse_day(day) if day else None,
            out=out,
            desk=desk_url(settings.desk),
        )
    except (ReportConfigError, SnapshotMissingError, EmptySnapshotError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    typer.echo(path)


def _parse_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        msg = f"'{text}' is no date: write for instance 2026-11-11"
        raise typer.BadParameter(msg, param_hint="--date") from error
