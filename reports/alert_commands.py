"""The commands `luisterpost alert …`."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from collectors.settings import ConfigOption, HomeOption, NowOption, Settings, settings_from
from reports.alert_answers import (
    SHORT_ID,
    ack,
    close,
    mute,
    not_us,
    snooze,
    told_mistakes,
    told_rest,
)

if TYPE_CHECKING:
    from rich.table import Table

    from collectors.configuration.folder import Configuration
    from reports.alert_view import AlertView
    from warehouse.desk.incidents import StandingIncident

app = typer.Typer(
    name="alert",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Look for incidents, list them, answer them.",
)


@app.command()
def run(
    context: typer.Context,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    Do one round: what the newest snapshot shows opens, updates or closes incidents.

    Mails wait in the outbox, to be sent by `luisterpost mail send`. Safe to run at any
    time, and beside another round.
    """
    from reports.alert_round import run_configured_round

    settings = settings_from(context, home, config, now)
    with told_mistakes():
        result = run_configured_round(settings, _configuration(settings))
    for view in result.views:
        typer.echo(_told_step(view))
    if not result.views:
        typer.echo("nothing to tell")
    elif result.mailed:
        typer.echo(f"mails in the outbox: {result.mailed}")
    else:
        typer.echo("nobody is mailed: too mild, or no alert_to in mail.toml")


@app.command("list")
def list_incidents(
    context: typer.Context,
    *,
    days: Annotated[
        int, typer.Option(min=0, help="Closed incidents of so many days are listed, too.")
    ] = 7,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """List the incidents that are open, and those lately closed; the newest first."""
    from rich.console import Console

    from warehouse.desk.connection import desk_url, open_desk, require_desk
    from warehouse.desk.incidents import list_incidents as read

    settings = settings_from(context, home, config, now)
    require_desk(settings.desk)
    with open_desk(desk_url(settings.desk)) as desk:
        found = read(desk, since=settings.clock() - timedelta(days=days))
    if found:
        Console().print(_table(found))
    else:
        typer.echo("no incidents")


for _name, _answer in (
    ("ack", ack),
    ("snooze", snooze),
    ("mute", mute),
    ("not-us", not_us),
    ("close", close),
):
    app.command(_name)(_answer)


@app.command("test")
def send_test(
    context: typer.Context,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """Put a clearly marked test mail for the recipients of alerts into the outbox."""
    from reports.alert_round import mail_writer, view_of_test
    from reports.alert_settings import AlertSettings
    from reports.mail_settings import MailSettings
    from reports.settings import ReportSettings
    from warehouse.desk.connection import desk_url, open_desk
    from warehouse.desk.outbox import enqueue

    settings = settings_from(context, home, config, now)
    configuration = _configuration(settings)
    mail = configuration.setting("mail", MailSettings)
    write = mail_writer(mail, configuration.setting("reports", ReportSettings))
    if write is None:
        typer.echo("nobody to mail: write alert_to = [...] into mail.toml", err=True)
        raise typer.Exit(2)
    present = settings.clock()
    view = view_of_test(configuration.setting("alerts", AlertSettings), now=present)
    with open_desk(desk_url(settings.desk)) as desk:
        is_new = enqueue(desk, write(view, None), kind="alert", incident_id=None, now=present)
    state = "in the outbox" if is_new else "in the outbox already"
    typer.echo(f"test mail to {', '.join(mail.alert_to)} is {state}")


def _configuration(settings: Settings) -> "Configuration":
    from collectors.configuration.configured import read_or_exit
    from reports.alert_settings import AlertSettings
    from reports.mail_settings import MailSettings
    from reports.settings import ReportSettings

    return read_or_exit(
        settings, {"alerts": AlertSettings, "mail": MailSettings, "reports": ReportSettings}
    )


def _told_step(view: "AlertView") -> str:
    words = [f"{view.kind} {view.incident_id[:SHORT_ID]}", f"SEV{view.severity}"]
    words += [
        f"{view.cause} {view.facet} {view.subject_name}",
        f"since {view.since:%Y-%m-%d %H:%M}",
    ]
    if view.window_stories is not None and view.window_expected is not None:
        words.append(
            f"{view.window_stories} stories in {view.window_hours} h "
            f"({view.window_expected:.1f} expected)"
        )
    return ", ".join(words)


def _table(found: "Sequence[StandingIncident]") -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("ID", "SEV", "about", "opened (UTC)"):
        table.add_column(title, no_wrap=title != "about", overflow="fold", max_width=30)
    table.add_column("state", overflow="fold")
    for one in found:
        about = f"{one.subject_id}\n{one.cause.replace('_', ' ')}"
        if one.peak:
            about += f", peak {one.peak}/h"
        opened = f"{one.opened_at:%Y-%m-%d %H:%M}"
        cells = (one.id[:SHORT_ID], str(one.severity), about, opened, _state(one))
        table.add_row(*map(Text, cells))
    return table


def _state(one: "StandingIncident") -> str:
    """Say how an incident stands, and what was answered."""
    ended = one.dismissal
    if ended is not None:
        start = f"closed {one.closed_at:%Y-%m-%d %H:%M}" if one.closed_at else "ends next round"
        said = {"mute": "muted by", "not_us": "not about us, says", "close": "by"}[ended.kind]
        lines = [f"{start}, {said} {ended.who}", told_rest(one)]
    elif one.closed_at is not None:
        by = f", {one.acknowledged_by} had it" if one.acknowledged_by else ""
        lines = [f"closed {one.closed_at:%Y-%m-%d %H:%M}{by}"]
    else:
        lines = [f"open, {one.acknowledged_by} has it" if one.acknowledged_by else "open"]
        if one.snoozed_until is not None:
            lines.append(f"snoozed until {one.snoozed_until:%Y-%m-%d %H:%M}")
    if one.comment:
        lines.append(f"“{one.comment}”")
    return "\n".join(lines)
