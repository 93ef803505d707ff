"""Steps of `alert` and `report`: decide, write, and hand what waits in the outbox to the mail server."""

from dags.surroundings import connections, look_around, tell


class MailWaitingError(Exception):
    """The mail server can't be used; the outbox keeps the mails and tries again."""

    def __init__(self, told: str) -> None:
        super().__init__(told)
        self.told = told


def write_report() -> str:
    """Write last week's status report, and give its path."""
    from reports.settings import ReportSettings
    from reports.status_report import write_status_report

    around = look_around()
    path = write_status_report(
        around.settings.snapshot,
        around.configuration.setting("reports", ReportSettings),
        folder=around.settings.reports,
    )
    return str(path)


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
