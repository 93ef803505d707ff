"""The commands `luisterpost alert …`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from collectors.settings import ConfigOption, HomeOption, NowOption, Settings, settings_from

if TYPE_CHECKING:
    from collectors.configuration.folder import Configuration
    from reports.alert_view import AlertView
    from warehouse.desk.incidents import StandingIncident

app = typer.Typer(
    name="alert",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Look for incidents, list them, answer them.",
)

_SHORT_ID = 8


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
    with _told_mistakes():
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
    from warehouse.desk.connection import desk_url, open_desk
    from warehouse.desk.incidents import list_incidents as read

    settings = settings_from(context, home, config, now)
    with open_desk(desk_url(settings.desk)) as desk:
        found = read(desk, since=settings.clock() - timedelta(days=days))
    for incident in found:
        typer.echo(_told_incident(incident))
    if not found:
        typer.echo("no incidents")


@app.command()
def ack(
    context: typer.Context,
    incident: Annotated[
        str, typer.Argument(metavar="ID", help="The incident's id, or its first four digits.")
    ],
    *,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who has it.")],
    comment: Annotated[str | None, typer.Option(help="What others should know.")] = None,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    Say that somebody has an incident: no more updates, unless it gets more severe.

    Its end is mailed all the same.
    """
    from reports.foreign_text import plain
    from warehouse.desk.connection import desk_url, open_desk
    from warehouse.desk.incidents import find_incident, write_answer

    settings = settings_from(context, home, config, now)
    if not plain(by):
        msg = "say who has it"
        raise typer.BadParameter(msg, param_hint="--by")
    with _told_mistakes(), open_desk(desk_url(settings.desk)) as desk:
        found = find_incident(desk, incident)
        write_answer(
            desk,
            found.id,
            "ack",
            who=plain(by),
            now=settings.clock(),
            comment=plain(comment) if comment else None,
        )
    typer.echo(f"{found.id[:_SHORT_ID]} {found.subject_id}: {plain(by)} has it")


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


@contextmanager
def _told_mistakes() -> Iterator[None]:
    """End with exit code 2 and the message where the person at the terminal can help."""
    from warehouse.connection import SnapshotMissingError
    from warehouse.desk.incidents import UnknownIncidentError

    try:
        yield
    except (SnapshotMissingError, UnknownIncidentError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


def _told_step(view: "AlertView") -> str:
    words = [f"{view.kind} {view.incident_id[:_SHORT_ID]}", f"SEV{view.severity}"]
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


def _told_incident(incident: "StandingIncident") -> str:
    state = f"closed {incident.closed_at:%Y-%m-%d %H:%M}" if incident.closed_at else "open"
    words = [
        f"{incident.id[:_SHORT_ID]} SEV{incident.severity} {incident.cause} {incident.subject_id}",
        f"opened {incident.opened_at:%Y-%m-%d %H:%M}",
        state,
    ]
    if incident.peak:
        words.append(f"peak {incident.peak} stories/h")
    if incident.acknowledged_by:
        words.append(f"{incident.acknowledged_by} has it")
    return ", ".join(words)
