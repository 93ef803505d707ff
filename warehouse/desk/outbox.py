"""The outbox: mails wait here, committed with what they tell of, until a server took them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Literal

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from warehouse.desk.connection import desk_engine, migrate_desk
from warehouse.desk.tables import OutboxMail

Kind = Literal["alert", "report", "failure"]

LEASE = timedelta(minutes=2)
"""So long a claimed mail is left alone; `send` must be done, or have failed, before."""

_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 360))
# With the waits above that is five days, the time after which RFC 5321, 4.5.4.1 lets one give up.
MOST_ATTEMPTS = 24
_KEEP_BODIES = timedelta(days=30)
_REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """One recipient whom the server refused while it took the mail for others, or for nobody."""

    address: str
    is_permanent: bool
    """Asking again would not help."""
    reason: str
    """What the server said; no secret, one line."""


class MailRefusedError(Exception):
    """The server refused this mail for good, whoever it is for: too large, for instance."""


class MailDeferredError(Exception):
    """The server took this mail for nobody now, and wants to be asked again."""


class ServerUnusableError(Exception):
    """The server can't be used now, for any mail: no connection, or it refused our login."""


Send = Callable[[bytes, Sequence[str]], Sequence[Refusal]]
"""
Sends one message to recipients; returns those who were refused.

It raises one of the three errors above if nobody was served.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryResult:
    """What one round of delivery did."""

    sent: tuple[str, ...] = ()
    """Message-IDs that the server took."""
    later: tuple[str, ...] = ()
    """Those that will be tried again."""
    dead: tuple[str, ...] = ()
    """Those given up in this round."""
    trouble: str | None = None
    """Why the round ended early: the server can't be used."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Claim:
    message_id: str
    mime: bytes
    recipients: tuple[str, ...]


def enqueue(
    session: Session,
    message: EmailMessage,
    *,
    kind: Kind,
    incident_id: str | None,
    now: datetime,
) -> bool:
    """
    Put a mail into the outbox, in the caller's transaction.

    Args:
        session: An open desk; the caller commits.
        message: Complete, with Message-ID and at least one recipient in To.
        kind: What it tells of.
        incident_id: The incident that an alert belongs to.
        now: Aware.

    Returns:
        False if a mail of that Message-ID is in the outbox already, sent or not.

    Raises:
        ValueError: The mail has no Message-ID or no recipient.
    """
    key = str(message["Message-ID"] or "").strip()
    header = message["To"]
    recipients = [address.addr_spec for address in header.addresses] if header else []
    if not key or not recipients:
        msg = "a mail needs a Message-ID and a recipient"
        raise ValueError(msg)
    if session.get(OutboxMail, key) is not None:
        return False
    mail = OutboxMail(
        message_id=key,
        kind=kind,
        incident_id=incident_id,
        recipients=json.dumps(recipients),
        subject=str(message["Subject"] or ""),
        mime=message.as_bytes(policy=SMTP),
        created_at=now,
        next_attempt_at=now,
        attempts=0,
    )
    try:
        with session.begin_nested():
            session.add(mail)
    except IntegrityError:
        # On PostgreSQL another process may have put it there since we looked.
        if session.get(OutboxMail, key) is None:
            raise
        return False
    return True


def waiting(session: Session) -> Sequence[OutboxMail]:
    """List the mails that wait for an attempt and those that were given up, the oldest first."""
    return session.scalars(
        select(OutboxMail)
        .where(OutboxMail.next_attempt_at.is_not(None) | OutboxMail.sent_at.is_(None))
        .order_by(OutboxMail.created_at, OutboxMail.message_id)
    ).all()


def sent(session: Session) -> Sequence[OutboxMail]:
    """List the mails that the server took for all whom it didn't refuse, the newest first."""
    return session.scalars(
        select(OutboxMail)
        .where(OutboxMail.next_attempt_at.is_(None), OutboxMail.sent_at.is_not(None))
        .order_by(OutboxMail.sent_at.desc(), OutboxMail.message_id)
    ).all()


def deliver_due(url: str, send: Send, clock: Callable[[], datetime]) -> DeliveryResult:
    """
    Send what is due, one mail at a time; each is committed before the next.

    A mail is claimed, sent outside any transaction, and then marked. A process
    that dies in between leaves it to the next one, after `LEASE`: it arrives
    at least once, and twice only if the server had taken it already.

    Args:
        url: The desk.
        send: Sends one message; must end within `LEASE`.
        clock: Tells the present, aware.

    Returns:
        What was sent, what waits, what was given up. The round ends early if
        the server can't be used; what it didn't try stays due.
    """
    started = clock()
    became: dict[str, list[str]] = {"sent": [], "later": [], "dead": []}
    trouble: str | None = None
    engine = desk_engine(url)
    try:
        migrate_desk(engine)
        while trouble is None and (claim := _claim(engine, started, clock())):
            try:
                refused = send(claim.mime, claim.recipients)
            except ServerUnusableError as error:
                trouble = str(error)
                refused = _all_refused(claim, trouble, is_permanent=False)
            except MailDeferredError as error:
                refused = _all_refused(claim, str(error), is_permanent=False)
            except MailRefusedError as error:
                refused = _all_refused(claim, str(error), is_permanent=True)
            became[_settle(engine, claim, refused, clock())].append(claim.message_id)
    finally:
        engine.dispose()
    return DeliveryResult(
        sent=tuple(became["sent"]),
        later=tuple(became["later"]),
        dead=tuple(became["dead"]),
        trouble=trouble,
    )


def retry(session: Session, message_id: str, now: datetime) -> bool:
    """
    Make an unsent mail due at once, with all its attempts before it.

    Returns:
        False if there is no such mail, or it was sent.
    """
    mail = session.get(OutboxMail, message_id)
    if mail is None or (mail.sent_at is not None and mail.next_attempt_at is None):
        return False
    mail.next_attempt_at, mail.attempts, mail.last_error = now, 0, None
    return True


def empty_delivered(session: Session, now: datetime) -> int:
    """
    Forget what mails said 30 days after they were sent; that they were sent stays.

    Returns:
        How many were emptied.
    """
    old = session.scalars(
        select(OutboxMail).where(OutboxMail.sent_at <= now - _KEEP_BODIES, OutboxMail.mime != b"")
    ).all()
    for mail in old:
        mail.mime = b""
    return len(old)


def wait_after(attempts: int) -> timedelta | None:
    """
    Tell how long to wait after that many failed attempts.

    Returns:
        1, 5, 15 minutes, 1 hour, then 6 hours each; None: give up.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    return _WAITS[min(max(attempts, 1), len(_WAITS)) - 1]


def _claim(engine: Engine, started: datetime, now: datetime) -> _Claim | None:
    with Session(engine) as session, session.begin():
        mail = session.scalars(
            select(OutboxMail)
            # Not what became due while this round went on: a round comes to an end.
            .where(OutboxMail.next_attempt_at <= started)
            .order_by(OutboxMail.next_attempt_at, OutboxMail.created_at, OutboxMail.message_id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if mail is None:
            return None
        mail.attempts += 1
        mail.next_attempt_at = now + LEASE
        return _Claim(
            message_id=mail.message_id,
            mime=mail.mime,
            recipients=tuple(json.loads(mail.recipients)),
        )


def _all_refused(claim: _Claim, reason: str, *, is_permanent: bool) -> list[Refusal]:
    return [
        Refusal(address=address, is_permanent=is_permanent, reason=reason)
        for address in claim.recipients
    ]


def _settle(
    engine: Engine, claim: _Claim, refused: Sequence[Refusal], now: datetime
) -> Literal["sent", "later", "dead"]:
    """Write down what became of an attempt; whoever was served is not served again."""
    waiting = [refusal.address for refusal in refused if not refusal.is_permanent]
    with Session(engine) as session, session.begin():
        mail = session.get_one(OutboxMail, claim.message_id)
        # What was refused for good in an earlier attempt stays told.
        told = [line for line in (mail.last_error or "").split("\n") if line.startswith(_REFUSED)]
        told += dict.fromkeys(_tell(refusal, claim) for refusal in refused)
        if {refusal.address for refusal in refused} < set(claim.recipients):
            mail.sent_at = now
        wait = wait_after(mail.attempts) if waiting else None
        if waiting and wait is None:
            told.append(f"given up after {mail.attempts} attempts")
        mail.last_error = "\n".join(told) or None
        mail.next_attempt_at = now + wait if wait else None
        if wait:
            mail.recipients = json.dumps(waiting)
            return "later"
        return "sent" if mail.sent_at is not None else "dead"


def _tell(refusal: Refusal, claim: _Claim) -> str:
    whom = f"{refusal.address}: " if len(claim.recipients) > 1 else ""
    return f"{_REFUSED if refusal.is_permanent else 'deferred'}: {whom}{refusal.reason}"
