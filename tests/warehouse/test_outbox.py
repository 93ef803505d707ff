"""The outbox keeps every mail until a server took it, and asks for none twice."""

import json
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage

import pytest

from warehouse.desk.connection import desk_url, open_desk
from warehouse.desk.outbox import (
    LEASE,
    MOST_ATTEMPTS,
    MailDeferredError,
    MailRefusedError,
    Refusal,
    ServerUnusableError,
    deliver_due,
    empty_delivered,
    enqueue,
    retry,
    wait_after,
    waiting,
)
from warehouse.desk.tables import OutboxMail

NOW = datetime(2026, 11, 16, 8, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def url(tmp_path):
    return desk_url(tmp_path / "desk.db")


@pytest.fixture
def clock():
    return Clock()


def mail(number=1, to="duty@acme.example"):
    message = EmailMessage()
    message["Message-ID"] = f"<{number}@acme.example>"
    message["From"] = "luisterpost@acme.example"
    message["To"] = to
    message["Subject"] = f"Mail {number}: “Épervier”"
    message.set_content("Hé")
    return message


def put(url, *messages, now=NOW):
    with open_desk(url) as desk:
        return [enqueue(desk, m, kind="alert", incident_id=None, now=now) for m in messages]


def row(url, number=1):
    with open_desk(url) as desk:
        found = desk.get_one(OutboxMail, f"<{number}@acme.example>")
        desk.expunge(found)
        return found


class Server:
    """Takes mail, or does what it was told to do next."""

    def __init__(self, *plan):
        self.plan = list(plan)
        self.taken = []

    def __call__(self, mime, recipients):
        step = self.plan.pop(0) if self.plan else ()
        if isinstance(step, Exception):
            raise step
        refused = {refusal.address for refusal in step}
        key = message_from_bytes(mime)["Message-ID"]
        self.taken += [(key, address) for address in recipients if address not in refused]
        return step


def test_a_mail_is_put_in_once_whatever_became_of_it(url, clock):
    assert put(url, mail(), mail()) == [True, False]
    deliver_due(url, Server(), clock)
    assert put(url, mail()) == [False]
    assert row(url).sent_at == NOW


def test_a_mail_that_is_known_leaves_the_rest_of_the_transaction_alone(url):
    put(url, mail(1))
    assert put(url, mail(2), mail(1), mail(3)) == [True, False, True]
    with open_desk(url) as desk:
        assert len(waiting(desk)) == 3


def test_a_mail_goes_with_what_it_tells_of_or_not_at_all(url):
    def fail():
        with open_desk(url) as desk:
            enqueue(desk, mail(), kind="alert", incident_id=None, now=NOW)
            msg = "killed"
            raise RuntimeError(msg)

    with pytest.raises(RuntimeError):
        fail()
    with open_desk(url) as desk:
        assert waiting(desk) == []


@pytest.mark.parametrize("header", ["Message-ID", "To"])
def test_a_mail_without_name_or_recipient_is_refused(url, header):
    message = mail()
    del message[header]
    with pytest.raises(ValueError, match="needs a Message-ID and a recipient"):
        put(url, message)


def test_mails_go_in_the_order_of_their_waiting(url, clock):
    for number in (3, 1, 2):
        put(url, mail(number), now=NOW - number * MINUTE)
    server = Server()
    result = deliver_due(url, server, clock)
    assert [key for key, _ in server.taken] == [f"<{n}@acme.example>" for n in (3, 2, 1)]
    assert result.sent == tuple(key for key, _ in server.taken)
    assert deliver_due(url, server, clock).sent == ()
    assert len(server.taken) == 3


def test_a_mail_that_is_not_due_waits(url, clock):
    put(url, mail(), now=NOW + MINUTE)
    assert deliver_due(url, Server(), clock).sent == ()
    clock.now += MINUTE
    assert len(deliver_due(url, Server(), clock).sent) == 1


def test_waits_grow_and_end_after_five_days(url, clock):
    put(url, mail())
    server = Server(*[MailDeferredError("451 later")] * 100)
    waits = []
    while row(url).next_attempt_at:
        deliver_due(url, server, clock)
        waits.append((row(url).next_attempt_at or clock.now) - clock.now)
        clock.now = row(url).next_attempt_at or clock.now
    hours = [wait / timedelta(hours=1) for wait in waits]
    assert hours[:6] == [1 / 60, 5 / 60, 15 / 60, 1, 6, 6]
    assert len(waits) == MOST_ATTEMPTS
    assert timedelta(days=4.5) < clock.now - NOW < timedelta(days=5.5)
    with open_desk(url) as desk:
        (dead,) = waiting(desk)
        assert dead.last_error == "deferred: 451 later\ngiven up after 24 attempts"
        assert dead.sent_at is None
    assert wait_after(MOST_ATTEMPTS) is None


def test_what_is_refused_for_good_is_a_dead_letter_at_once_and_holds_up_nobody(url, clock):
    put(url, mail(1), mail(2))
    result = deliver_due(url, Server(MailRefusedError("552 too large")), clock)
    assert result.dead == ("<1@acme.example>",)
    assert result.sent == ("<2@acme.example>",)
    assert row(url).last_error == "refused: 552 too large"


def test_an_unusable_server_ends_the_round_and_counts_for_one_mail(url, clock):
    put(url, mail(1), mail(2))
    result = deliver_due(url, Server(ServerUnusableError("no connection")), clock)
    assert result.trouble == "no connection"
    assert result.later == ("<1@acme.example>",)
    assert row(url, 2).attempts == 0
    assert deliver_due(url, Server(), clock).sent == ("<2@acme.example>",)
    clock.now += MINUTE
    assert deliver_due(url, Server(), clock).sent == ("<1@acme.example>",)
    assert row(url).last_error is None


def test_whoever_was_served_is_not_served_again(url, clock):
    to = "a@acme.example, b@acme.example, c@acme.example"
    put(url, mail(to=to))
    server = Server(
        [
            Refusal(address="b@acme.example", is_permanent=False, reason="451 greylisted"),
            Refusal(address="c@acme.example", is_permanent=True, reason="550 no such user"),
        ]
    )
    assert deliver_due(url, server, clock).later == ("<1@acme.example>",)
    assert json.loads(row(url).recipients) == ["b@acme.example"]
    clock.now += MINUTE
    assert deliver_due(url, server, clock).sent == ("<1@acme.example>",)
    assert [address for _, address in server.taken] == ["a@acme.example", "b@acme.example"]
    assert row(url).last_error == "refused: c@acme.example: 550 no such user"


def test_a_mail_refused_for_every_recipient_is_a_dead_letter(url, clock):
    put(url, mail())
    refusal = Refusal(address="duty@acme.example", is_permanent=True, reason="550 unknown")
    assert deliver_due(url, Server([refusal]), clock).dead == ("<1@acme.example>",)


def test_a_claimed_mail_is_left_alone_for_its_lease(url, clock):
    put(url, mail())

    class KilledError(BaseException):
        pass

    def die(_mime, _recipients):
        raise KilledError

    with pytest.raises(KilledError):
        deliver_due(url, die, clock)
    assert deliver_due(url, Server(), clock).sent == ()
    clock.now += LEASE
    assert deliver_due(url, Server(), clock).sent == ("<1@acme.example>",)


def test_two_deliveries_at_once_take_different_mails(url, clock):
    put(url, mail(1), mail(2))
    second = Server()

    def first(mime, recipients):
        deliver_due(url, second, clock)
        return Server()(mime, recipients)

    result = deliver_due(url, first, clock)
    assert result.sent == ("<1@acme.example>",)
    assert second.taken == [("<2@acme.example>", "duty@acme.example")]


def test_a_dead_letter_can_be_tried_again_and_a_sent_mail_cannot(url, clock):
    put(url, mail(1), mail(2))
    deliver_due(url, Server(MailRefusedError("552 too large")), clock)
    with open_desk(url) as desk:
        assert retry(desk, "<1@acme.example>", clock.now)
        assert not retry(desk, "<2@acme.example>", clock.now)
        assert not retry(desk, "<9@acme.example>", clock.now)
    assert deliver_due(url, Server(), clock).sent == ("<1@acme.example>",)


def test_what_a_mail_said_is_forgotten_after_thirty_days(url, clock):
    put(url, mail(1), mail(2))
    deliver_due(url, Server((), MailRefusedError("552")), clock)
    with open_desk(url) as desk:
        assert empty_delivered(desk, NOW + timedelta(days=29)) == 0
    with open_desk(url) as desk:
        assert empty_delivered(desk, NOW + timedelta(days=30)) == 1
        assert empty_delivered(desk, NOW + timedelta(days=60)) == 0
    assert row(url, 1).mime == b""
    assert row(url, 2).mime != b""
    assert put(url, mail(1)) == [False]
