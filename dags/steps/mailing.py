"""Steps of `alert` and `report`: decide, write, and hand what waits in the outbox to the mail server."""

from typing import TYPE_CHECKING

from dags.surroundings import Surroundings, connections, look_around, tell

if TYPE_CHECKING:
    from reports.period import Period


class MailWaitingError(Exception):
    """The mail server can't be used; the outbox keeps the mails and tries again."""

    def __init__(self, why: str) -> None:
        self.told = f"the mail server can't be used: {why}"
        super().__init__(self.told)


def decide_alerts() -> int:
    """
    Open, update and close incidents, with their mails in the outbox.

    Returns:
        How many transitions there were; 0 as well where nothing was published yet.
    """
    from reports.alert_round import run_configured_round

    around = look_around()
    if not around.settings.snapshot.exists():
        tell("there is no snapshot yet")
        return 0
    result = run_configured_round(around.settings, around.configuration)
    tell(f"{len(result.views)} transitions, {result.mailed} mails in the outbox")
    return len(result.views)


def write_reports() -> list[str]:
    """
    Write each status report that is due, and put its mail into the outbox if it has recipients.

    Returns:
        The reports' paths; none where nothing is due, or nothing was published yet.
    """
    from reports.mail_settings import MailSettings
    from reports.schedule import due_periods, read_done
    from reports.settings import ReportSettings
    from warehouse.connection import snapshot_time
    from warehouse.desk.connection import desk_url, open_desk

    around = look_around()
    made_at = snapshot_time(around.settings.snapshot)
    if made_at is None:
        tell("there is no snapshot yet")
        return []
    wanted = around.configuration.setting("reports", ReportSettings)
    is_mailed = bool(around.configuration.setting("mail", MailSettings).report_to)
    with open_desk(desk_url(around.settings.desk)) as desk:
        done = read_done(desk, wanted.zone, is_mailed=is_mailed)
    until = min(made_at, around.settings.clock())
    due = due_periods(until, wanted.every, wanted.zone, done)
    return [_write_report(around, period) for period in due]


def _write_report(around: Surroundings, period: "Period") -> str:
    from reports.settings import ReportSettings
    from reports.status_report import write_status_report
    from warehouse.desk.connection import desk_url

    path = write_status_report(
        around.settings.snapshot,
        around.configuration.setting("reports", ReportSettings),
        folder=around.settings.reports,
        every=period.every,
        day=period.first,
        desk=desk_url(around.settings.desk),
    )
    is_new = _enqueue_report(around, period)
    tell(f"{path.name} is written; {'its mail waits' if is_new else 'there is no new mail'}")
    return str(path)


def _enqueue_report(around: Surroundings, period: "Period") -> bool:
    from reports.mail_settings import MailSettings
    from reports.settings import ReportSettings
    from reports.status_mail import snapshot_mail
    from warehouse.desk.connection import desk_url, open_desk
    from warehouse.desk.outbox import enqueue

    mail = around.configuration.setting("mail", MailSettings)
    if not mail.report_to:
        return False
    wanted = around.configuration.setting("reports", ReportSettings)
    address = desk_url(around.settings.desk)
    letter = snapshot_mail(
        around.settings.snapshot,
        mail,
        wanted,
        every=period.every,
        day=period.first,
        desk=address,
    )
    with open_desk(address) as desk:
        return enqueue(desk, letter, kind="report", incident_id=None, now=around.settings.clock())


def deliver() -> int:
    """
    Deliver what waits in the outbox.

    Returns:
        How many mails the server took.

    Raises:
        MailWaitingError: The server can't be used.
    """
    from collectors.credentials import CredentialError
    from reports.smtp import CONNECTION, sender, server_from_environment
    from warehouse.desk.connection import desk_url
    from warehouse.desk.outbox import deliver_due

    settings = look_around().settings
    try:
        server = server_from_environment(connections([CONNECTION]))
    except CredentialError as error:
        raise MailWaitingError(str(error)) from None
    result = deliver_due(desk_url(settings.desk), sender(server), settings.clock)
    tell(f"{len(result.sent)} mails sent, {len(result.later)} wait, {len(result.dead)} given up")
    if result.trouble is not None:
        raise MailWaitingError(result.trouble)
    return len(result.sent)
