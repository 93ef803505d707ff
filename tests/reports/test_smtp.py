"""Mail leaves by a real server, and each fault of a server gets its own answer."""

import json
import socket
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from collectors.contract import Credential
from collectors.credentials import CredentialError
from reports.smtp import SmtpServer, sender, server_from_environment
from tests.reports.mail_server import Mailbox, mail_server
from warehouse.desk.outbox import MailDeferredError, MailRefusedError, Refusal, ServerUnusableError

HIDDEN = "Zq8-s3cr3t"
ANOTHER = HIDDEN[::-1]
DUTY = "duty@acme.example"


def mail(text="Bonjour, ça va ?"):
    message = EmailMessage()
    message["Message-ID"] = "<1@acme.example>"
    message["From"] = "Luisterpost <luisterpost@acme.example>"
    message["To"] = DUTY
    message["Subject"] = "“Épervier”: 61 stories/h"
    message.set_content(text)
    return message.as_bytes(policy=SMTP)


def server(box, *, security="none", verifies=True, **more):
    return SmtpServer(
        host="127.0.0.1",
        port=box.port,
        security=security,
        verifies=verifies,
        credential=Credential(**more),
        timeout_s=10,
    )


@contextmanager
def rude_server(behave):
    """A server that does *behave* with its one connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        box = Mailbox(port=listening.getsockname()[1])
        thread = threading.Thread(target=lambda: _serve(listening, behave), daemon=True)
        thread.start()
        yield box
    thread.join(20)


def _serve(listening, behave):
    connection, _ = listening.accept()
    with connection:
        try:
            behave(connection)
        except OSError:
            return


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Self-signed, so that nobody's trust store knows it."""
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=127.0.0.1",
            "-keyout",
            key,
            "-out",
            cert,
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def test_a_mail_arrives_as_it_was_made():
    with mail_server() as box:
        assert sender(server(box))(mail(), [DUTY, "chief@acme.example"]) == []
    (one,) = box.arrived
    assert one.recipients == [DUTY, "chief@acme.example"]
    assert one.message["Subject"] == "“Épervier”: 61 stories/h"
    assert one.message.get_content().strip() == "Bonjour, ça va ?"


def test_the_right_password_opens():
    with mail_server(password=HIDDEN) as box:
        sender(server(box, login="me", password=HIDDEN))(mail(), [DUTY])
    assert box.logins == [("me", HIDDEN)]
    assert len(box.arrived) == 1


def test_a_wrong_password_makes_the_server_unusable_and_is_not_told():
    with (
        mail_server(password=ANOTHER) as box,
        pytest.raises(ServerUnusableError, match=r"refused our login \(535\)") as caught,
    ):
        sender(server(box, login="me", password=HIDDEN))(mail(), [DUTY])
    assert HIDDEN not in str(caught.value)
    assert caught.value.__cause__ is None
    assert box.arrived == []


def test_a_password_that_smtp_cannot_say_is_told_and_not_shown():
    with (
        mail_server(password=ANOTHER) as box,
        pytest.raises(ServerUnusableError, match="must be ASCII") as caught,
    ):
        sender(server(box, login="me", password=f"{HIDDEN}é"))(mail(), [DUTY])
    assert HIDDEN not in repr(caught.value) + repr(caught.value.__context__)


def test_a_missing_password_makes_the_server_unusable():
    with mail_server(password=ANOTHER) as box, pytest.raises(ServerUnusableError, match="530"):
        sender(server(box))(mail(), [DUTY])


def test_a_dead_server_is_unusable():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        box = Mailbox(port=closed.getsockname()[1])
    with pytest.raises(ServerUnusableError, match="Connection refused"):
        sender(server(box))(mail(), [DUTY])


def test_a_server_that_says_nothing_is_unusable_soon():
    with rude_server(lambda _connection: time.sleep(3)) as box:
        started = time.monotonic()
        quick = SmtpServer(host="127.0.0.1", port=box.port, security="none", timeout_s=0.3)
        with pytest.raises(ServerUnusableError, match="timed out"):
            sender(quick)(mail(), [DUTY])
        assert time.monotonic() - started < 2.5


def test_a_server_that_answers_letter_by_letter_is_broken_off():
    def drip(connection):
        for _ in range(200):
            connection.send(b"2")
            time.sleep(0.05)

    with rude_server(drip) as box:
        started = time.monotonic()
        slow = SmtpServer(
            host="127.0.0.1", port=box.port, security="none", timeout_s=5, total_s=0.5
        )
        with pytest.raises(ServerUnusableError):
            sender(slow)(mail(), [DUTY])
        assert time.monotonic() - started < 4


def test_a_server_that_hangs_up_is_unusable():
    with (
        rude_server(lambda connection: connection.send(b"220 hello\r\n")) as box,
        pytest.raises(ServerUnusableError),
    ):
        sender(server(box))(mail(), [DUTY])


def test_a_server_that_has_no_time_is_unusable():
    with (
        rude_server(lambda connection: connection.send(b"554 not today\r\n")) as box,
        pytest.raises(ServerUnusableError, match="554 not today"),
    ):
        sender(server(box))(mail(), [DUTY])


def test_greylisting_is_a_refusal_for_now():
    answers = iter(["451 4.7.1 greylisted, come back", "250 fine"])
    with mail_server(Mailbox(on_recipient=lambda _: next(answers))) as box:
        send = sender(server(box))
        (refusal,) = send(mail(), [DUTY])
        assert refusal == Refusal(
            address=DUTY, is_permanent=False, reason="451 4.7.1 greylisted, come back"
        )
        assert send(mail(), [DUTY]) == []
    assert len(box.arrived) == 1


def test_an_unknown_recipient_is_refused_for_good_and_the_others_are_served():
    with mail_server(
        Mailbox(on_recipient=lambda a: "550 no such user" if a == DUTY else "250 fine")
    ) as box:
        (refusal,) = sender(server(box))(mail(), [DUTY, "chief@acme.example"])
    assert refusal == Refusal(address=DUTY, is_permanent=True, reason="550 no such user")
    assert box.arrived[0].recipients == ["chief@acme.example"]


def test_a_server_that_breaks_off_between_recipients_served_none():
    answers = iter(["250 fine", "421 closing"])
    with mail_server(Mailbox(on_recipient=lambda _: next(answers))) as box:
        refused = sender(server(box))(mail(), [DUTY, "chief@acme.example"])
    assert [(one.address, one.is_permanent) for one in refused] == [
        (DUTY, False),
        ("chief@acme.example", False),
    ]
    assert box.arrived == []


@pytest.mark.parametrize(
    "bad", ["", "nobody", "a@", "@b", "é@acme.example", "a@b\r\nRCPT TO:<c@d>"]
)
def test_an_address_that_is_none_never_reaches_the_server(bad):
    with mail_server() as box:
        (refusal,) = sender(server(box))(mail(), [bad, DUTY])
        assert refusal.is_permanent
        assert sender(server(box))(mail(), [bad])[0].address == bad
    assert [one.recipients for one in box.arrived] == [[DUTY]]


def test_a_mail_that_is_too_large_is_refused_for_good():
    with mail_server(most_bytes=5_000) as box:
        with pytest.raises(MailRefusedError, match="552"):
            sender(server(box))(mail("x" * 10_000), [DUTY])
        assert sender(server(box))(mail(), [DUTY]) == []
    assert len(box.arrived) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("554 looks like spam", MailRefusedError),
        ("451 try later", MailDeferredError),
        ("421 too busy", MailDeferredError),
    ],
)
def test_a_refused_content_is_told_by_its_code(answer, error):
    with (
        mail_server(Mailbox(on_data=lambda: answer)) as box,
        pytest.raises(error, match=answer),
    ):
        sender(server(box))(mail(), [DUTY])


def test_a_server_that_repeats_our_secrets_is_not_quoted():
    with mail_server(
        Mailbox(on_recipient=lambda _: f"550 {HIDDEN} \x1b[31m{HIDDEN}"), password=HIDDEN
    ) as box:
        (refusal,) = sender(server(box, login="me", password=HIDDEN))(mail(), [DUTY])
    assert refusal.reason == "550 ••• [31m•••"


def test_starttls_comes_before_the_password(certificate):
    with mail_server(starttls=certificate, password=HIDDEN) as box:
        trusting = server(box, security="starttls", verifies=False, login="me", password=HIDDEN)
        assert sender(trusting)(mail(), [DUTY]) == []
    assert len(box.arrived) == 1


def test_tls_from_the_first_byte(certificate):
    with mail_server(ssl_from_start=certificate) as box:
        assert sender(server(box, security="ssl", verifies=False))(mail(), [DUTY]) == []
    assert len(box.arrived) == 1


def test_an_unknown_certificate_gets_neither_password_nor_mail(certificate):
    with (
        mail_server(starttls=certificate, password=HIDDEN) as box,
        pytest.raises(ServerUnusableError, match=r"(?i)certificate verify failed"),
    ):
        sender(server(box, security="starttls", login="me", password=HIDDEN))(mail(), [DUTY])
    assert (box.logins, box.arrived) == ([], [])


def test_a_server_without_starttls_gets_neither_password_nor_mail():
    with (
        mail_server(password=HIDDEN) as box,
        pytest.raises(ServerUnusableError, match="STARTTLS"),
    ):
        sender(server(box, security="starttls", login="me", password=HIDDEN))(mail(), [DUTY])
    assert (box.logins, box.arrived) == ([], [])


@pytest.mark.parametrize(
    ("extra", "security", "port"),
    [
        ({}, "ssl", 465),
        ({"disable_ssl": True}, "starttls", 587),
        ({"disable_ssl": "true", "disable_tls": "True"}, "none", 25),
        ({"disable_tls": True}, "ssl", 465),
    ],
)
def test_a_connection_is_read_as_airflow_reads_it(extra, security, port):
    form = {"conn_type": "smtp", "host": "mail.example", "login": "me", "extra": extra}
    read = server_from_environment({"AIRFLOW_CONN_SMTP_DEFAULT": json.dumps(form)})
    assert (read.host, read.security, read.port) == ("mail.example", security, port)


def test_a_connection_may_be_a_uri():
    uri = f"smtp://me:{HIDDEN}@127.0.0.1:2525/?disable_ssl=true&disable_tls=true&timeout=7"
    read = server_from_environment({"AIRFLOW_CONN_SMTP_DEFAULT": uri})
    assert (read.port, read.security, read.timeout_s) == (2525, "none", 7.0)
    assert HIDDEN not in repr(read)


@pytest.mark.parametrize(
    "value",
    [
        "",
        HIDDEN,
        json.dumps({"password": HIDDEN}),
        json.dumps({"host": "h", "password": HIDDEN, "extra": {"disable_ssl": HIDDEN}}),
        json.dumps({"host": "h", "password": HIDDEN, "extra": {"timeout": HIDDEN}}),
        json.dumps({"host": "h", "password": HIDDEN, "extra": {"timeout": 600}}),
    ],
)
def test_a_broken_connection_is_told_without_any_part_of_it(value):
    with pytest.raises(CredentialError, match="AIRFLOW_CONN_SMTP_DEFAULT") as caught:
        server_from_environment({"AIRFLOW_CONN_SMTP_DEFAULT": value})
    assert HIDDEN not in str(caught.value)
