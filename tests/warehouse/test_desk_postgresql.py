"""The desk on PostgreSQL keeps what the desk in a file keeps, and loses no more."""

import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import IntegrityError

from tests.postgresql import running_server
from tests.programs import ROOT, luisterpost
from warehouse.desk.connection import desk_engine, desk_url, migrate_desk, open_desk
from warehouse.desk.incidents import (
    StandingIncident,
    Transition,
    event_id_of,
    find_incident,
    incident_id_of,
    read_standing,
    record_transition,
)
from warehouse.desk.outbox import deliver_due, enqueue, sent
from warehouse.desk.tables import Base, Erasure

NOW = datetime(2026, 11, 16, 8, 30, 15, 123456, tzinfo=UTC)

_WRITE = """
import sys
from pathlib import Path
from sqlalchemy import func, select
from tests.warehouse.test_desk_postgresql import NOW
from warehouse.desk.connection import desk_url, open_desk
from warehouse.desk.tables import Erasure
print("ready", flush=True)
sys.stdin.readline()
for n in range(5):
    with open_desk(desk_url(Path(sys.argv[1]))) as desk:
        seen = desk.scalar(select(func.count(Erasure.id)))
        desk.add(Erasure(erased_at=NOW, reason="asked", mentions=seen))
"""


@pytest.fixture(scope="module")
def server():
    # A socket's path may have some hundred characters only.
    with tempfile.TemporaryDirectory(prefix="pg") as folder, running_server(Path(folder)) as url:
        yield url


_numbers = count()


@pytest.fixture
def home(server, tmp_path):
    """A data directory whose desk is an empty database."""
    name = f"desk_{next(_numbers)}"
    engine = create_engine(server.format("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    (tmp_path / "desk.url").write_text(server.format(name), encoding="utf-8")
    return tmp_path


@pytest.fixture
def url(home):
    return desk_url(home / "desk.db")


def opening(subject="acme", now=NOW):
    key = incident_id_of(subject, "volume", now)
    incident = StandingIncident(
        id=key,
        subject_id=subject,
        cause="volume",
        severity=2,
        opened_at=now,
        updated_at=now,
        next_update_at=now + timedelta(hours=1),
        closed_at=None,
        peak=12,
        evidence={"stories": 12},
    )
    return Transition(event_id=event_id_of(key, "opened", now), kind="opened", incident=incident)


def mail(number):
    message = EmailMessage()
    message["Message-ID"] = f"<{number}@acme.example>"
    message["From"], message["To"] = "luisterpost@acme.example", "duty@acme.example"
    message["Subject"] = f"Mail {number}: “Épervier”"
    message.set_content("Hé 🍺")
    return message


def test_the_migrations_make_what_the_tables_say(url):
    engine = desk_engine(url)
    migrate_desk(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_processes_that_find_no_desk_make_one_together_and_lose_no_write(home, url):
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITE, str(home / "desk.db")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(3)
    ]
    for writer in writers:
        assert writer.stdout
        writer.stdout.readline()
    for writer in writers:
        assert writer.stdin
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        _, complained = writer.communicate(timeout=60)
        assert writer.returncode == 0, complained
    with open_desk(url) as desk:
        assert sorted(desk.scalars(select(Erasure.mentions))) == list(range(15))


def test_an_incident_stands_as_it_was_decided_and_is_decided_once(url):
    step = opening()
    with open_desk(url) as desk:
        assert record_transition(desk, step)
        assert enqueue(desk, mail(1), kind="alert", incident_id=step.incident.id, now=NOW)
    with open_desk(url) as desk:
        assert not record_transition(desk, step)
        assert read_standing(desk, now=NOW) == [step.incident]
        assert find_incident(desk, step.incident.id[:4]) == step.incident


def test_a_subject_has_one_open_incident_of_a_cause(url):
    with open_desk(url) as desk:
        record_transition(desk, opening())
    with pytest.raises(IntegrityError), open_desk(url) as desk:
        record_transition(desk, opening(now=NOW + timedelta(minutes=1)))
    with open_desk(url) as desk:
        assert len(read_standing(desk, now=NOW)) == 1


def test_two_who_deliver_send_each_mail_once(url):
    with open_desk(url) as desk:
        for number in range(12):
            enqueue(desk, mail(number), kind="report", incident_id=None, now=NOW)
    taken = []

    def send(mime, _recipients):
        taken.append(mime)
        return []

    with ThreadPoolExecutor(2) as both:
        rounds = [both.submit(deliver_due, url, send, lambda: NOW) for _ in range(2)]
        results = [one.result() for one in rounds]
    assert sorted(key for result in results for key in result.sent) == sorted(
        f"<{number}@acme.example>" for number in range(12)
    )
    assert len(taken) == len(set(taken)) == 12
    with open_desk(url) as desk:
        assert len(sent(desk)) == 12


def test_the_command_line_uses_the_desk_that_is_named(home, url):
    step = opening()
    with open_desk(url) as desk:
        record_transition(desk, step)
        enqueue(desk, mail(1), kind="alert", incident_id=step.incident.id, now=NOW)
    around = ("--home", home, "--now", NOW.isoformat())
    listed = luisterpost("alert", "list", *around, folder=home)
    assert (listed.code, step.incident.id[:4] in listed.out) == (0, True), listed.err
    outbox = luisterpost("mail", "outbox", *around, folder=home)
    assert (outbox.code, "Épervier" in outbox.out) == (0, True), outbox.err
    assert not (home / "desk.db").exists()
    with open_desk(url) as desk:
        assert desk.scalar(select(func.count(Erasure.id))) == 0
