"""A real mail server on this machine, with every fault that a test wants."""

import ssl
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Answer = Callable[[str], str]


@dataclass
class Arrived:
    """A message that the server took."""

    recipients: list[str]
    message: EmailMessage
    size_bytes: int
    at: float
    """Monotonic, just before the server's answer."""


@dataclass
class Mailbox:
    """What the server does and what it got; an aiosmtpd handler."""

    on_recipient: Answer = lambda _address: "250 fine"
    on_data: Callable[[], str] = lambda: "250 taken"
    arrived: list[Arrived] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        answer = self.on_recipient(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        answer = self.on_data()
        if answer.startswith("250"):
            content = cast("bytes", envelope.content)
            self.arrived.append(
                Arrived(
                    recipients=list(envelope.rcpt_tos),
                    message=cast("EmailMessage", message_from_bytes(content, policy=POLICY)),
                    size_bytes=len(content),
                    at=time.monotonic(),
                )
            )
        return answer

    def ids(self) -> list[str]:
        return [str(one.message["Message-ID"]) for one in self.arrived]


class _Controller(Controller):
    """Finds a free port itself."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()

    def factory(self) -> SMTP:
        with warnings.catch_warnings():
            # It warns of passwords without TLS: they don't leave this machine.
            warnings.simplefilter("ignore", UserWarning)
            return super().factory()


@contextmanager
def mail_server(
    mailbox: Mailbox | None = None,
    *,
    password: str | None = None,
    starttls: ssl.SSLContext | None = None,
    ssl_from_start: ssl.SSLContext | None = None,
    most_bytes: int | None = None,
    port: int = 0,
) -> Iterator[Mailbox]:
    """
    Run a server on 127.0.0.1 for the length of a test.

    Args:
        mailbox: How it behaves, and where its mail goes.
        password: If given, it wants a login, whose password must be this.
        starttls: If given, it offers STARTTLS.
        ssl_from_start: If given, it talks TLS from the first byte.
        most_bytes: The largest message that it takes.
        port: Where; 0: at any that is free.
    """
    box = mailbox or Mailbox()

    def check(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        login = cast("LoginPassword", data)
        box.logins.append((login.login.decode(), login.password.decode()))
        return AuthResult(success=box.logins[-1][1] == password, handled=False)

    controller = _Controller(
        box,
        hostname="127.0.0.1",
        port=port,
        ready_timeout=20,
        ssl_context=ssl_from_start,
        data_size_limit=most_bytes or 33_554_432,
        tls_context=starttls,
        authenticator=check if password else None,
        auth_required=password is not None,
        auth_require_tls=False,
    )
    controller.start()
    try:
        box.port = controller.port
        yield box
    finally:
        controller.stop()
