"""Killed at any point between decide, commit and send: no mail is lost, no incident doubled."""

import multiprocessing
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from reports.alert_view import message_id_of
from reports.smtp import SmtpServer, sender
from tests.mail_child import RUN, START, source, work
from tests.reports.mail_server import Mailbox, mail_server
from warehouse.desk.connection import desk_url, open_desk
from warehouse.desk.outbox import deliver_due
from warehouse.desk.tables import Incident, IncidentEvent, OutboxMail

KILLS = 100


@dataclass
class Kill:
    """One run of the process, and what it left behind."""

    since: float
    until: float = 0.0
    unsent: set[str] = field(default_factory=set)
    done: int = -1


class Box(Mailbox):
    """Tells when it is about to answer that it took a mail."""

    def __init__(self):
        super().__init__(on_data=self.answer)
        self.taken = threading.Event()

    def answer(self):
        self.taken.set()
        return "250 taken"


def run_and_kill(context, box, desk, run, first, chance):
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(desk, box.port, run, first, theirs), daemon=True)
    process.start()
    theirs.close()
    assert ours.poll(60)
    assert ours.recv() == -1
    kill = Kill(since=time.monotonic(), done=first - 1)
    box.taken.clear()
    if chance.random() < 0.5:
        # Around the answer; the other half falls anywhere.
        assert box.taken.wait(60)
        time.sleep(chance.uniform(0, 0.02))
    else:
        time.sleep(chance.uniform(0, 0.25))
    process.kill()
    process.join()
    kill.until = time.monotonic()
    while ours.poll():
        try:
            kill.done = ours.recv()
        except (EOFError, OSError):
            break
    ours.close()
    with open_desk(desk_url(desk)) as session:
        kill.unsent = set(
            session.scalars(select(OutboxMail.message_id).where(OutboxMail.sent_at.is_(None)))
        )
        # An incident, its event and its mail are there together, or not at all.
        ids = set(session.scalars(select(Incident.id)))
        assert set(session.scalars(select(IncidentEvent.incident_id))) == ids
        assert set(session.scalars(select(OutboxMail.incident_id))) == ids
    return kill


@pytest.mark.slow
def test_after_a_hundred_kills_every_mail_arrived_and_every_repeat_is_explained(tmp_path, capsys):
    chance = random.Random(20261116)
    desk = tmp_path / "desk.db"
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.mail_child"])
    kills: list[Kill] = []
    with mail_server(Box()) as box:
        for run in range(KILLS):
            done = kills[-1].done if kills else -1
            kills.append(run_and_kill(context, box, desk, run, max(0, done), chance))
        last = START + (KILLS + 1) * RUN
        ended = time.monotonic()
        send = sender(SmtpServer(host="127.0.0.1", port=box.port, security="none"))
        result = deliver_due(desk_url(desk), send, lambda: last)
        assert (result.later, result.dead, result.trouble) == ((), (), None)
        arrived = list(box.arrived)
    with open_desk(desk_url(desk)) as session:
        incidents = session.scalars(select(Incident.subject_id)).all()
        mails = {mail.message_id: mail.sent_at for mail in session.scalars(select(OutboxMail))}
        events = session.scalars(select(IncidentEvent.id)).all()
    # None lost, none doubled: whatever was told to be done is there, and without gaps.
    assert sorted(incidents) == sorted(source(number) for number in range(len(incidents)))
    assert len(incidents) > kills[-1].done
    assert len(events) == len(incidents)
    assert set(mails) == {message_id_of(key) for key in events}
    assert all(mails.values())
    counts = Counter(box.ids())
    assert set(counts) == set(mails)
    repeats = explain_repeats(arrived, kills, ended)
    assert sum(counts.values()) - len(counts) == repeats
    with capsys.disabled():
        waited = sum(bool(kill.unsent) for kill in kills)
        print(  # noqa: T201 - the figure that the test is for
            f"\n{KILLS} kills: {len(incidents)} incidents, {len(arrived)} mails arrived; "
            f"{waited} kills left a mail unsent, {repeats} fell between answer and commit"
        )


def explain_repeats(arrived, kills, ended):
    """Count mails that came again, and make sure that a kill kept each from being marked as sent."""
    runs = [*kills, Kill(since=ended, until=float("inf"))]
    by_id: dict[str, list[float]] = {}
    for one in arrived:
        by_id.setdefault(str(one.message["Message-ID"]), []).append(one.at)
    repeats = 0
    for key, times in by_id.items():
        of_run = [max(n for n, run in enumerate(runs) if run.since <= at) for at in times]
        assert len(set(of_run)) == len(of_run), f"{key} went twice in one run"
        for number in of_run[:-1]:
            assert key in runs[number].unsent, f"{key} was marked as sent, and went again"
            repeats += 1
    return repeats
