"""A process that decides, writes down and mails, until it is killed: see test_mail_kills.py."""

from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from reports.alert_mail import alert_mail
from reports.alert_view import message_id_of
from reports.mail_settings import parse_address
from reports.settings import ReportSettings
from reports.smtp import SmtpServer, sender
from tests.reports.alert_views import failing
from warehouse.desk.connection import desk_url, open_desk
from warehouse.desk.outbox import deliver_due, enqueue
from warehouse.desk.tables import Incident, IncidentEvent

START = datetime(2026, 11, 16, 8, tzinfo=UTC)
RUN = timedelta(minutes=10)
"""By so much a run's clock is ahead of that of the run before: claims of the dead are over."""


def event_id(number: int) -> str:
    return f"{number:032x}"


def decide(url: str, number: int, now: datetime) -> bool:
    """Open incident *number* and write its mail, in one transaction; False: it was done before."""
    key = event_id(number)
    view = failing(event_id=key, incident_id=key, message_id=message_id_of(key), now=START)
    message = alert_mail(
        view,
        ReportSettings(),
        sender=parse_address("luisterpost@acme.example"),
        recipients=[parse_address("duty@acme.example")],
    )
    with open_desk(url) as desk:
        if desk.get(IncidentEvent, key) is not None:
            return False
        desk.add(
            Incident(
                id=key,
                subject_id=f"source-{number}",
                cause="source_failing",
                severity=3,
                opened_at=START,
                updated_at=now,
                next_update_at=None,
                closed_at=None,
                peak=0,
                evidence="{}",
            )
        )
        desk.flush()
        desk.add(
            IncidentEvent(id=key, incident_id=key, kind="opened", decided_at=now, evidence="{}")
        )
        enqueue(desk, message, kind="alert", incident_id=key, now=now)
    return True


def work(desk: Path, port: int, run: int, first: int, told: Connection) -> None:
    """Decide and deliver in turn, for ever; each run goes over the last incident again."""
    url = desk_url(desk)
    now = START + run * RUN
    send = sender(SmtpServer(host="127.0.0.1", port=port, security="none"))
    told.send(-1)
    number = first
    while True:
        decide(url, number, now)
        deliver_due(url, send, lambda: now)
        told.send(number)
        number += 1
