"""Incidents at the desk: what stands, what was decided, what people answered."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Literal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from warehouse.desk.tables import Answer, Incident, IncidentEvent, OutboxMail

EventKind = Literal["opened", "updated", "closed"]
AnswerKind = Literal["ack", "snooze", "mute", "not_us", "close"]
DismissalKind = Literal["mute", "not_us", "close"]

DISMISSALS: Mapping[str, DismissalKind] = {
    "mute": "mute",
    "not_us": "not_us",
    "close": "close",
}
"""The answers that end an incident."""
_SHORTEST_PREFIX = 4


class UnknownIncidentError(Exception):
    """No incident, or more than one, begins with the given id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dismissal:
    """That a person ended an incident: it is over, it was not about us, or it is known."""

    kind: DismissalKind
    who: str
    at: datetime
    until: datetime
    """Before that nothing opens an incident on the same ground."""
    words: tuple[str, ...] = ()
    """The ground: stories of the subject with one of these words; empty: all of its stories."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StandingIncident:
    """An incident as it stands."""

    id: str
    subject_id: str
    cause: str
    severity: int
    opened_at: datetime
    updated_at: datetime
    next_update_at: datetime | None
    closed_at: datetime | None
    peak: int
    evidence: Mapping[str, Any]
    """What the newest decision rested on."""
    acknowledged_by: str | None = None
    """Who said last that they have it."""
    snoozed_until: datetime | None = None
    """As said last."""
    dismissal: Dismissal | None = None
    """As said last; an open incident with one is to be closed."""
    comment: str | None = None
    """What others should know, as said last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Transition:
    """One step of one incident, decided and not yet written."""

    event_id: str
    kind: EventKind
    incident: StandingIncident
    """As it stands after the step."""
    previous_severity: int | None = None
    """Before the step; None when it opens."""


def incident_id_of(subject_id: str, cause: str, opened_at: datetime) -> str:
    """Name an incident: 32 hexadecimal digits, the same for the same opening."""
    return _digest(subject_id, cause, opened_at.isoformat())


def event_id_of(
    incident_id: str, kind: EventKind | AnswerKind, decided_at: datetime, *who: str
) -> str:
    """Name a step of an incident: 32 hexadecimal digits, the same for the same decision."""
    return _digest(incident_id, kind, decided_at.isoformat(), *who)


def _digest(*parts: str) -> str:
    return blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()


def read_standing(desk: Session, *, now: datetime) -> list[StandingIncident]:
    """
    Read the incidents that a decision at *now* must know of.

    Returns:
        Those that are open; those that were closed at *now* or, seen from a clock that
        was set back, will be; and those that a person ended with an effect beyond *now*.
    """
    dismissed = select(Answer.incident_id).where(
        Answer.kind.in_(DISMISSALS), Answer.until.is_not(None), Answer.until > now
    )
    found = desk.scalars(
        select(Incident)
        .where(
            or_(
                Incident.closed_at.is_(None),
                Incident.closed_at >= now,
                Incident.id.in_(dismissed),
            )
        )
        .order_by(Incident.opened_at, Incident.id)
    ).all()
    return _standing(desk, found)


def list_incidents(desk: Session, *, since: datetime) -> list[StandingIncident]:
    """Read the incidents that are open, or were open since *since*; the newest first."""
    found = desk.scalars(
        select(Incident)
        .where(or_(Incident.closed_at.is_(None), Incident.closed_at >= since))
        .order_by(Incident.opened_at.desc(), Incident.id)
    ).all()
    return _standing(desk, found)


def find_incident(desk: Session, prefix: str) -> StandingIncident:
    """
    Find an incident by its id, or by the first four or more digits of it.

    Raises:
        UnknownIncidentError: There is none, or more than one.
    """
    wanted = prefix.strip().lower()
    is_id = len(wanted) >= _SHORTEST_PREFIX and all(c in "0123456789abcdef" for c in wanted)
    found = (
        desk.scalars(select(Incident).where(Incident.id.startswith(wanted)).limit(2)).all()
        if is_id
        else []
    )
    if len(found) != 1:
        count = "several incidents begin" if found else "no incident begins"
        msg = f"{count} with {prefix!r}: see `luisterpost alert list`"
        raise UnknownIncidentError(msg)
    return _standing(desk, found)[0]


def _standing(desk: Session, found: Sequence[Incident]) -> list[StandingIncident]:
    answers: dict[str, list[Answer]] = {}
    for answer in desk.scalars(
        select(Answer)
        .where(Answer.incident_id.in_([incident.id for incident in found]))
        .order_by(Answer.answered_at, Answer.id)
    ):
        answers.setdefault(answer.incident_id, []).append(answer)
    return [_as_it_stands(incident, answers.get(incident.id, ())) for incident in found]


def _as_it_stands(incident: Incident, answers: Sequence[Answer]) -> StandingIncident:
    last = {answer.kind: answer for answer in answers}
    ended = next((answer for answer in reversed(answers) if answer.kind in DISMISSALS), None)
    return StandingIncident(
        id=incident.id,
        subject_id=incident.subject_id,
        cause=incident.cause,
        severity=incident.severity,
        opened_at=incident.opened_at,
        updated_at=incident.updated_at,
        next_update_at=incident.next_update_at,
        closed_at=incident.closed_at,
        peak=incident.peak,
        evidence=json.loads(incident.evidence),
        acknowledged_by=last["ack"].who if "ack" in last else None,
        snoozed_until=last["snooze"].until if "snooze" in last else None,
        dismissal=_dismissal(ended) if ended is not None else None,
        comment=next((one.comment for one in reversed(answers) if one.comment), None),
    )


def _dismissal(answer: Answer) -> Dismissal:
    return Dismissal(
        kind=DISMISSALS[answer.kind],
        who=answer.who,
        at=answer.answered_at,
        until=answer.until or answer.answered_at,
        words=tuple(json.loads(answer.words or "[]")),
    )


def record_transition(desk: Session, transition: Transition) -> bool:
    """
    Write one step, in the caller's transaction.

    Returns:
        False if this very step was written before: deciding twice is deciding once.
    """
    if desk.get(IncidentEvent, transition.event_id) is not None:
        return False
    now = transition.incident
    evidence = json.dumps(dict(now.evidence), sort_keys=True, ensure_ascii=False)
    row = desk.get(Incident, now.id)
    if row is None:
        row = Incident(
            id=now.id, subject_id=now.subject_id, cause=now.cause, opened_at=now.opened_at
        )
        desk.add(row)
    row.severity = now.severity
    row.updated_at = now.updated_at
    row.next_update_at = now.next_update_at
    row.closed_at = now.closed_at
    row.peak = now.peak
    row.evidence = evidence
    desk.flush()
    desk.add(
        IncidentEvent(
            id=transition.event_id,
            incident_id=now.id,
            kind=transition.kind,
            decided_at=now.updated_at,
            evidence=evidence,
        )
    )
    desk.flush()
    return True


def read_threads(
    desk: Session, incident_ids: Iterable[str]
) -> dict[str, tuple[tuple[str, str], ...]]:
    """List the Message-IDs and subjects of incidents' mails, as they were written, by incident."""
    threads: dict[str, tuple[tuple[str, str], ...]] = dict.fromkeys(incident_ids, ())
    for incident_id, key, subject in desk.execute(
        select(OutboxMail.incident_id, OutboxMail.message_id, OutboxMail.subject)
        .where(OutboxMail.incident_id.in_(list(threads)))
        .order_by(OutboxMail.created_at, OutboxMail.message_id)
    ):
        threads[str(incident_id)] += ((key, subject),)
    return threads
