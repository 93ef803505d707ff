"""A process that decides, writes down and mails, until it is killed: see test_mail_kills.py."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from multiprocessing.connection import Connection
from pathlib import Path

from reports.alert_mail import alert_mail
from reports.alert_view import message_id_of
from reports.alerts import decide
from reports.mail_settings import parse_address
from reports.settings import ReportSettings
from reports.signals import Signal
from reports.smtp import SmtpServer, sender
from reports.source_signals import source_signal
from tests.reports.alert_views import failing
from warehouse.desk.connection import desk_url, open_desk
from warehouse.desk.incidents import Transition, read_standing, record_transition
from warehouse.desk.outbox import deliver_due, enqueue

START = datetime(2026, 11, 16, 8, tzinfo=UTC)
RUN = timedelta(minutes=10)
"""By so much a run's clock is ahead of that of the run before: claims of the dead are over."""


def source(number: int) -> str:
    return f"source-{number}"


def signals(count: int, now: datetime) -> list[Signal]:
    """Tell of so many sources that all of them fail."""
    row = {
        "failing_since": START - timedelta(hours=3),
        "every_s": 900,
        "last_outcome": "timeout",
        "streams": 1,
        "failing_streams": 1,
    }
    return [source_signal(row | {"name": source(number)}, now) for number in range(count)]


def write_mail(step: Transition) -> EmailMessage:
    view = failing(
        event_id=step.event_id,
        incident_id=step.incident.id,
        message_id=message_id_of(step.event_id),
        now=START,
    )
    return alert_mail(
        view,
        ReportSettings(),
        sender=parse_address("luisterpost@acme.example"),
        recipients=[parse_address("duty@acme.example")],
    )


def decide_round(url: str, count: int, now: datetime) -> None:
    """Decide as a round does: read, decide and write mails, then commit all of it at once."""
    with open_desk(url) as desk:
        standing = read_standing(desk, now=now)
    # One may have been written down though nobody was told: it fails still.
    failing_now = signals(max(count, len(standing)), now)
    prepared = [(step, write_mail(step)) for step in decide(failing_now, standing, now)]
    with open_desk(url) as desk:
        for step, mail in prepared:
            if record_transition(desk, step):
                enqueue(desk, mail, kind="alert", incident_id=step.incident.id, now=now)


def work(desk: Path, port: int, run: int, first: int, told: Connection) -> None:
    """
    Decide and deliver in turn, for ever; in each turn one more source fails.

    Each run goes over the last source again, ten minutes later: nothing but what stands
    at the desk keeps it from opening another incident.
    """
    url = desk_url(desk)
    now = START + run * RUN
    send = sender(SmtpServer(host="127.0.0.1", port=port, security="none"))
    told.send(-1)
    number = first
    while True:
        decide_round(url, number + 1, now)
        deliver_due(url, send, lambda: now)
        told.send(number)
        number += 1
