"""Hand mails to a mail server by SMTP; which one, the connection `smtp_default` says."""

import smtplib
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import SMTP
from typing import Any, Literal, cast

from collectors.contract import Credential
from collectors.credentials import CredentialError, credential_from_environment, hide_secrets
from reports.foreign_text import plain
from warehouse.desk.outbox import (
    LEASE,
    MailDeferredError,
    MailRefusedError,
    Refusal,
    ServerUnusableError,
)

CONNECTION = "smtp_default"
"""Airflow's own name for it: `AIRFLOW_CONN_SMTP_DEFAULT`."""

Security = Literal["ssl", "starttls", "none"]

_PORTS: Mapping[Security, int] = {"ssl": 465, "starttls": 587, "none": 25}
_TIMEOUT_S = 20.0
_TOTAL_S = LEASE.total_seconds() * 0.75
_LONGEST_REASON = 200
_READY, _GONE, _PERMANENT = 220, 421, 500
_TOO_LARGE = 552
_AUTH_CODES = frozenset({530, 534, 535, 538})


@dataclass(frozen=True, kw_only=True, slots=True)
class SmtpServer:
    """A mail server, and how to talk to it."""

    host: str
    port: int
    security: Security
    timeout_s: float = _TIMEOUT_S
    """For each answer."""
    total_s: float = _TOTAL_S
    """For one mail altogether; less than the outbox's lease, so that none is sent twice."""
    verifies: bool = True
    """Whether the server's certificate must be valid."""
    credential: Credential = field(default_factory=Credential, repr=False)


def server_from_environment(environ: Mapping[str, str]) -> SmtpServer:
    """
    Read the mail server from `AIRFLOW_CONN_SMTP_DEFAULT`.

    Raises:
        CredentialError: It is not set, or can't be read; no part of it is in the message.
    """
    credential = credential_from_environment(CONNECTION, environ)
    if credential is None:
        msg = (
            "no mail server is set: write AIRFLOW_CONN_SMTP_DEFAULT='"
            '{"conn_type": "smtp", "host": "mail.example", "port": 587, "login": "…", '
            '"password": "…", "extra": {"disable_ssl": true}}\''
        )
        raise CredentialError(msg)
    return server_from(credential)


def server_from(credential: Credential) -> SmtpServer:
    """
    Understand a connection as Airflow's SMTP provider does.

    Its extra may hold `disable_ssl` (no TLS from the first byte), `disable_tls`
    (no STARTTLS either), `timeout` in seconds, and `ssl_context` = `none` (accept
    any certificate).

    Raises:
        CredentialError: The host is missing, or an extra can't be read.
    """
    if not credential.host:
        msg = "AIRFLOW_CONN_SMTP_DEFAULT names no host"
        raise CredentialError(msg)
    security: Security = "ssl"
    if _flag(credential.extra, "disable_ssl"):
        security = "none" if _flag(credential.extra, "disable_tls") else "starttls"
    return SmtpServer(
        host=credential.host,
        port=credential.port or _PORTS[security],
        security=security,
        timeout_s=_seconds(credential.extra),
        verifies=credential.extra.get("ssl_context") != "none",
        credential=credential,
    )


def sender(server: SmtpServer) -> Callable[[bytes, Sequence[str]], Sequence[Refusal]]:
    """
    Make the function that the outbox delivers with; see `warehouse.desk.outbox.Send`.

    One mail is one connection: a server that breaks off harms one mail only.
    """

    def send(mime: bytes, recipients: Sequence[str]) -> Sequence[Refusal]:
        origin = cast("Any", message_from_bytes(mime, policy=SMTP))["From"].addresses[0].addr_spec
        good = [address for address in recipients if _is_address(address)]
        bad = [
            Refusal(address=address, is_permanent=True, reason="no mail address")
            for address in recipients
            if address not in good
        ]
        return [*bad, *_send(server, origin, good, mime)] if good else bad

    return send


def _send(
    server: SmtpServer, origin: str, recipients: Sequence[str], mime: bytes
) -> Sequence[Refusal]:
    client: smtplib.SMTP | None = None
    try:
        with _within(server.total_s) as hurry:
            client = _connect(server, hurry)
            refused = client.sendmail(origin, recipients, mime)
            # The mail is taken by now: however the server says goodbye, that stays so.
            with suppress(smtplib.SMTPException, OSError):
                client.quit()
    except smtplib.SMTPRecipientsRefused as error:
        # A server that breaks off between two recipients has served neither.
        refused = {one: error.recipients.get(one, (_GONE, b"broken off")) for one in recipients}
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        raise _as_refusal(server, error) from None
    except smtplib.SMTPException as error:
        raise ServerUnusableError(_told(server, error)) from None
    except OSError as error:
        # Among them no connection, no such host, no answer in time, a certificate that is wrong.
        reason = error.strerror or str(error) or type(error).__name__
        text = f"{server.host}:{server.port}: {_clean(reason, server)}"
        raise ServerUnusableError(text) from None
    finally:
        if client is not None:
            client.close()
    return [
        Refusal(
            address=address,
            is_permanent=code >= _PERMANENT,
            reason=f"{code} {_clean(text, server)}".strip(),
        )
        for address, (code, text) in refused.items()
    ]


def _connect(server: SmtpServer, hurry: Callable[[smtplib.SMTP], None]) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if not server.verifies:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    client: smtplib.SMTP = (
        smtplib.SMTP_SSL(timeout=server.timeout_s, context=context)
        if server.security == "ssl"
        else smtplib.SMTP(timeout=server.timeout_s)
    )
    # What the certificate is compared with; `connect` alone would not set it.
    client._host = server.host  # type: ignore[attr-defined]  # noqa: SLF001
    try:
        hurry(client)
        _greet(client, server)
        if server.security == "starttls":
            client.starttls(context=context)
        if server.credential.login and server.credential.password:
            _log_in(client, server)
    except BaseException:
        client.close()
        raise
    return client


def _log_in(client: smtplib.SMTP, server: SmtpServer) -> None:
    login, password = server.credential.login or "", server.credential.password or ""
    # The library's own error of it would carry the password.
    if not (login.isascii() and password.isascii()):
        msg = f"{server.host}:{server.port}: login and password must be ASCII"
        raise ServerUnusableError(msg)
    client.login(login, password)


def _greet(client: smtplib.SMTP, server: SmtpServer) -> None:
    code, text = client.connect(server.host, server.port)
    if code != _READY:
        raise smtplib.SMTPConnectError(code, text)


@contextmanager
def _within(total_s: float) -> Iterator[Callable[[smtplib.SMTP], None]]:
    """Break the connection off when the time is over: each answer alone may be quick enough."""
    clients: list[smtplib.SMTP] = []

    def break_off() -> None:
        for client in clients:
            if client.sock is not None:
                # Without TLS' own farewell, for which the server might keep us waiting, too.
                with suppress(OSError):
                    socket.socket.shutdown(client.sock, socket.SHUT_RDWR)

    timer = threading.Timer(total_s, break_off)
    timer.daemon = True
    timer.start()
    try:
        yield clients.append
    finally:
        timer.cancel()


def _as_refusal(
    server: SmtpServer, error: smtplib.SMTPSenderRefused | smtplib.SMTPDataError
) -> MailDeferredError | MailRefusedError | ServerUnusableError:
    told = _told(server, error)
    if error.smtp_code < _PERMANENT:
        return MailDeferredError(told)
    is_about_us = isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code != _TOO_LARGE
    if is_about_us or error.smtp_code in _AUTH_CODES:
        # Any other mail of ours would fare the same until somebody sets things right.
        return ServerUnusableError(told)
    return MailRefusedError(told)


def _told(server: SmtpServer, error: smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        # Servers have repeated in it what we sent.
        return f"{server.host}:{server.port} refused our login ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_clean(error.smtp_error, server)}".strip()
    return f"{server.host}:{server.port}: {_clean(str(error) or type(error).__name__, server)}"


def _clean(text: bytes | str, server: SmtpServer) -> str:
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    for secret in (server.credential.password, server.credential.login):
        if secret:
            text = text.replace(b64encode(secret.encode()).decode(), "•••")
    return plain(hide_secrets(text, server.credential))[:_LONGEST_REASON]


def _is_address(address: str) -> bool:
    local, at, domain = address.rpartition("@")
    return bool(local and at and domain) and address.isascii() and plain(address) == address


def _flag(extra: Mapping[str, Any], key: str) -> bool:
    value = extra.get(key, False)
    # In Airflow's URI form everything is text.
    told = str(value).strip().lower()
    if told in {"true", "1"}:
        return True
    if told in {"false", "0", ""}:
        return False
    msg = f"AIRFLOW_CONN_SMTP_DEFAULT: '{key}' must be true or false"
    raise CredentialError(msg)


def _seconds(extra: Mapping[str, Any]) -> float:
    try:
        seconds = float(extra.get("timeout") or _TIMEOUT_S)
    except (TypeError, ValueError):
        seconds = -1.0
    if not 0 < seconds <= _TOTAL_S:
        msg = f"AIRFLOW_CONN_SMTP_DEFAULT: 'timeout' must be seconds, at most {_TOTAL_S:g}"
        raise CredentialError(msg) from None
    return seconds
