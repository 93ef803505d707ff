"""The desk's tables, as SQLAlchemy knows them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Index, String, TypeDecorator
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
