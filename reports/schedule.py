"""Which reports are due: decided from what was written, whatever the clock did in between."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.period import PERIODS, Every, Period, UnknownPeriodError, parse_period
from warehouse.desk.tables import OutboxMail, ReportIssue

_MOST_MISSED: Mapping[Every, int] = {"daily": 7, "weekly": 4, "monthly": 2}
"""So many are made up for after a long sleep: what is older, people ask for if they want it."""
_MAIL = "<status."


def due_periods(
    until: datetime, wanted: Iterable[Every], zone: ZoneInfo, done: Collection[Period]
) -> list[Period]:
    """
    Decide which reports are to be written now.

    Of each kind these are the last complete period, and those right before it that were
    missed since the last report, one or many; where none was ever written, the last one alone.
    A clock set back finds them done.

    Args:
        until: Up to when time has passed and the data are known (aware): the earlier of the
            clock and the snapshot's time. After a sleep nothing is due from yesterday's data.
        wanted: Kinds of reports.
        zone: Whose midnights end days, weeks and months.
        done: The periods whose report was written, and mailed if it has recipients.

    Returns:
        Of each kind the oldest first.
    """
    due: list[Period] = []
    for every in dict.fromkeys(wanted):
        candidate = PERIODS[every].last_complete(until, zone)
        known = [period.first for period in done if period.every == every]
        missed = [candidate] if not known else []
        while (
            known
            and candidate not in done
            and candidate.first > min(known)
            and len(missed) < _MOST_MISSED[every]
        ):
            missed.append(candidate)
            candidate = candidate.previous()
        due += reversed(missed)
    return due


def read_done(desk: Session, zone: ZoneInfo, *, is_mailed: bool) -> frozenset[Period]:
    """
    Read from the desk whose report was written when the period was over.

    Args:
        desk: An open desk.
        zone: Whose midnights end days, weeks and months.
        is_mailed: Whether a report counts only if its mail is in the outbox, sent or not.
    """
    issues = desk.execute(
        select(ReportIssue.period, ReportIssue.made_at).where(ReportIssue.kind == "status")
    )
    named = [(_period(label), made_at) for label, made_at in issues]
    written = {period for period, made_at in named if period and made_at >= period.bounds(zone)[1]}
    if not is_mailed:
        return frozenset(written)
    keys = desk.scalars(select(OutboxMail.message_id).where(OutboxMail.kind == "report"))
    labels = [key.removeprefix(_MAIL).partition(".")[0] for key in keys if key.startswith(_MAIL)]
    return frozenset(written & {_period(label) for label in labels})


def _period(label: str) -> Period | None:
    try:
        return parse_period(label)
    except UnknownPeriodError:
        return None
