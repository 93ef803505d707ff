"""The commands `luisterpost mail …`."""

import os
from email.message import EmailMessage
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from collectors.settings import ConfigOption, HomeOption, NowOption, Settings, settings_from
from reports.commands import DayOption, PeriodOption, parse_choice

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

app = typer.Typer(
    name="mail",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Send what waits in the outbox, look at mails before they go, and at those that didn't.",
)


class State(StrEnum):
    """What has become of a mail."""

    due = "due"
    sent = "sent"
    dead = "dead"


@app.callback()
def mail() -> None:
    """Send what waits in the outbox, look at mails before they go, and at those that didn't."""


@app.command()
def send(
    context: typer.Context,
    *,
    report: Annotated[
        bool, typer.Option("--report", help="Write the status report's mail first.")
    ] = False,
    period: PeriodOption = "weekly",
    day: DayOption = None,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    Send what is due through the mail server of `AIRFLOW_CONN_SMTP_DEFAULT`.

    A period's report is mailed once, however often it is asked for, and not before the
    period is over: `mail preview` shows it before. Ends with code 1 if the server can't
    be used or a mail was given up.

    Examples: `luisterpost mail send`, `luisterpost mail send --report`, or
    `luisterpost mail send --report --period daily`
    """
    from collectors.credentials import CredentialError
    from reports.smtp import sender, server_from_environment
    from warehouse.desk.connection import desk_url
    from warehouse.desk.outbox import deliver_due

    settings = settings_from(context, home, config, now)
    try:
        server = server_from_environment(os.environ)
    except CredentialError as error:
        _fail(error)
    if report:
        _enqueue_report(settings, period, day)
    result = deliver_due(desk_url(settings.desk), sender(server), settings.clock)
    typer.echo(
        f"{len(result.sent)} sent, {len(result.later)} to be tried again, {len(result.dead)} given up"
    )
    if result.trouble:
        typer.echo(f"the mail server can't be used: {result.trouble}", err=True)
    if result.trouble or result.dead:
        raise typer.Exit(1)


@app.command()
def preview(
    context: typer.Context,
    *,
    period: PeriodOption = "weekly",
    day: DayOption = None,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    Write the status report's mail into the reports folder, and send nothing.

    Prints three paths: the mail itself (`.eml`, opened by mail programs), its
    HTML with the pictures inside, and its text.

    Example: `luisterpost mail preview --period 2026-W46`
    """
    from reports.mail_preview import write_preview

    settings = settings_from(context, home, config, now)
    message = _report_mail(settings, period, day, is_preview=True)
    for path in write_preview(message, settings.reports, name="mail-status"):
        typer.echo(path)


@app.command()
def outbox(
    context: typer.Context,
    *,
    state: Annotated[
        State | None, typer.Option(help="Only these.  [default: what waits and what was given up]")
    ] = None,
    retry: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Try this mail again: its Message-ID, or how it begins."),
    ] = None,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    List the mails that wait or were given up; `--state sent` lists those that went.

    Examples: `luisterpost mail outbox`, or
    `luisterpost mail outbox --retry 4f4f4f`
    """
    from warehouse.desk.connection import desk_url, open_desk, require_desk

    settings = settings_from(context, home, config, now)
    require_desk(settings.desk)
    with open_desk(desk_url(settings.desk)) as desk:
        if retry is not None:
            _retry(desk, retry, settings)
        else:
            _list(desk, state)


def _enqueue_report(settings: Settings, period: str, day: str | None) -> None:
    from warehouse.desk.connection import desk_url, open_desk
    from warehouse.desk.outbox import enqueue

    _refuse_unfinished(settings, period, day)
    message = _report_mail(settings, period, day)
    with open_desk(desk_url(settings.desk)) as desk:
        is_new = enqueue(desk, message, kind="report", incident_id=None, now=settings.clock())
    state = "put into the outbox" if is_new else "in the outbox already, and not written again"
    typer.echo(f"{message['Subject']}: {state}")


def _refuse_unfinished(settings: Settings, period: str, day: str | None) -> None:
    """Mail no period that goes on: its mail goes once, and would stand in for that of the whole."""
    from collectors.configuration.folder import ConfigurationError, read_setting
    from reports.period import PERIODS
    from reports.settings import ReportSettings
    from warehouse.connection import snapshot_time

    every, chosen = parse_choice(period, day)
    made_at = snapshot_time(settings.snapshot)
    if chosen is None or made_at is None:
        return
    try:
        zone = read_setting(settings.config, "reports", ReportSettings).zone
    except ConfigurationError as error:
        _fail(error)
    wanted = PERIODS[every].of(chosen)
    if wanted.bounds(zone)[1] > made_at:
        msg = (
            f"{wanted.label} was not over when the snapshot was made, and its report is mailed "
            "once: see `luisterpost mail preview`"
        )
        raise typer.BadParameter(msg, param_hint="--date" if day else "--period")


def _report_mail(
    settings: Settings, period: str, day: str | None, *, is_preview: bool = False
) -> EmailMessage:
    from collectors.configuration.folder import ConfigurationError, read_setting
    from reports.mail_settings import MailSettings
    from reports.settings import ReportSettings
    from reports.status_mail import NobodyToMailError, snapshot_mail
    from reports.status_report import EmptySnapshotError
    from warehouse.desk.connection import desk_url
    from warehouse.errors import SnapshotMissingError

    every, chosen = parse_choice(period, day)
    try:
        mails = read_setting(settings.config, "mail", MailSettings)
        if is_preview and not mails.report_to:
            mails = mails.model_copy(update={"report_to": (mails.sender,)})
        return snapshot_mail(
            settings.snapshot,
            mails,
            read_setting(settings.config, "reports", ReportSettings),
            every=every,
            day=chosen,
            desk=desk_url(settings.desk),
        )
    except (
        ConfigurationError,
        SnapshotMissingError,
        EmptySnapshotError,
        NobodyToMailError,
    ) as error:
        _fail(error)


def _retry(desk: "Session", start: str, settings: Settings) -> None:
    from warehouse.desk.outbox import retry, waiting

    wanted = start.strip().removeprefix("<").removesuffix(">")
    found = [one for one in waiting(desk) if wanted and one.message_id[1:].startswith(wanted)]
    if len(found) != 1:
        told = "no unsent mail begins" if not found else f"{len(found)} unsent mails begin"
        typer.echo(f"{told} with '{start}': see `luisterpost mail outbox`", err=True)
        raise typer.Exit(2)
    retry(desk, found[0].message_id, settings.clock())
    typer.echo(f"{found[0].message_id} is due now: `luisterpost mail send`")


def _list(desk: "Session", state: State | None) -> None:
    from reports.foreign_text import plain
    from warehouse.desk.outbox import sent, waiting

    mails = sent(desk) if state == State.sent else waiting(desk)
    for one in mails:
        is_dead = one.next_attempt_at is None
        if state is not None and state != State.sent and is_dead != (state == State.dead):
            continue
        if one.sent_at is not None and one.next_attempt_at is None:
            told = f"sent {one.sent_at:%Y-%m-%d %H:%M} UTC"
        elif one.next_attempt_at is None:
            told = "DEAD"
        else:
            told = f"next attempt {one.next_attempt_at:%Y-%m-%d %H:%M} UTC, {one.attempts} so far"
        typer.echo(f"{told}  {one.kind}  {plain(one.subject)}\n    {one.message_id}")
        for line in (one.last_error or "").split("\n"):
            if line:
                typer.echo(f"    {plain(line)}")
    if not mails and state is None:
        typer.echo("nothing waits, nothing was given up")


def _fail(error: Exception) -> NoReturn:
    typer.echo(str(error), err=True)
    raise typer.Exit(2) from error
