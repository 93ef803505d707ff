"""The desk's tables, as SQLAlchemy knows them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Instant(TypeDecorator[datetime]):
    """An aware datetime in UTC, on SQLite as well."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse naive datetimes, store UTC."""
        if value is not None and value.tzinfo is None:
            msg = "the desk stores aware datetimes only"
            raise ValueError(msg)
        return value and value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give UTC back."""
        if value is None:
            return None
        moment: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables of the desk."""


class ReportIssue(Base):
    """One row: a report that was written, for whom it may concern later."""

    __tablename__ = "report_issue"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    """`status`, for instance."""
    period: Mapped[str] = mapped_column(String(16))
    """ISO week, such as `2026-W47`."""
    snapshot_id: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(Instant)
    """The snapshot's time, UTC."""
    path: Mapped[str] = mapped_column(String(1024))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the file: the same data gives the same bytes."""

    __table_args__ = (Index("report_issue_period", "kind", "period"),)


class Erasure(Base):
    """One row: mentions were erased, when, how many, and on which ground; never which."""

    __tablename__ = "erasure"

    id: Mapped[int] = mapped_column(primary_key=True)
    erased_at: Mapped[datetime] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(String(200))
    mentions: Mapped[int]


class Incident(Base):
    """One row: what alerts are about, from the first sign to the close."""

    __tablename__ = "incident"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """32 hexadecimal digits: the hash of subject, cause and time of opening."""
    subject_id: Mapped[str] = mapped_column(String(64))
    cause: Mapped[str] = mapped_column(String(32))
    """`volume`, for instance."""
    severity: Mapped[int]
    """1 (act within 15 minutes) to 4 (the weekly report is enough)."""
    opened_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    """When the last transition was decided."""
    next_update_at: Mapped[datetime | None] = mapped_column(Instant)
    """Before that no update is mailed unless the severity rises."""
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    peak: Mapped[int]
    """Largest signal so far, in stories an hour."""
    evidence: Mapped[str] = mapped_column(Text)
    """What the newest decision rested on, as JSON: no text, no person."""

    __table_args__ = (
        # One incident per subject and cause at a time.
        Index(
            "incident_open",
            "subject_id",
            "cause",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )


class IncidentEvent(Base):
    """One row: a transition of an incident, decided once, or a person's answer to it."""

    __tablename__ = "incident_event"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """32 hexadecimal digits: the hash of incident, kind and time: deciding twice is deciding once."""
    incident_id: Mapped[str] = mapped_column(ForeignKey("incident.id"))
    kind: Mapped[str] = mapped_column(String(16))
    """opened, updated, closed; or what a person answered: ack, snooze, mute, not_us, close."""
    decided_at: Mapped[datetime] = mapped_column(Instant)
    evidence: Mapped[str] = mapped_column(Text)
    who: Mapped[str | None] = mapped_column(String(200))
    """The person who answered; None: the rule decided."""


class Answer(Base):
    """One row: what a person answered to an incident."""

    __tablename__ = "answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[str] = mapped_column(ForeignKey("incident.id"))
    kind: Mapped[str] = mapped_column(String(16))
    """ack, snooze, mute, not_us, close."""
    who: Mapped[str] = mapped_column(String(200))
    answered_at: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime | None] = mapped_column(Instant)
    """Snooze: no update before; mute, not_us, close: nothing opens on the same ground before."""
    comment: Mapped[str | None] = mapped_column(Text)
    words: Mapped[str | None] = mapped_column(Text)
    """mute, not_us: JSON list of the words whose stories alert no more; None: the whole subject."""

    __table_args__ = (Index("answer_incident", "incident_id"),)


class OutboxMail(Base):
    """One row: a mail to be delivered, committed together with what it tells of."""

    __tablename__ = "outbox"

    message_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    """The Message-ID, stable: a mail that is sent twice is recognised by it."""
    kind: Mapped[str] = mapped_column(String(16))
    """alert, report or failure."""
    incident_id: Mapped[str | None] = mapped_column(ForeignKey("incident.id"))
    recipients: Mapped[str] = mapped_column(Text)
    """JSON list of addresses."""
    subject: Mapped[str] = mapped_column(Text)
    mime: Mapped[bytes] = mapped_column(LargeBinary)
    """The whole message; emptied 30 days after delivery."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    next_attempt_at: Mapped[datetime | None] = mapped_column(Instant)
    """None: sent, or given up (then `last_error` says why: a dead letter)."""
    attempts: Mapped[int]
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    last_error: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index("outbox_due", "next_attempt_at"),)
