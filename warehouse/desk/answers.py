"""What people answer to an incident: written once, as an event of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy.orm import Session

from warehouse.desk.incidents import AnswerKind, StandingIncident, event_id_of
from warehouse.desk.tables import Answer, IncidentEvent

LASTS = MappingProxyType(
    {
        "snooze": timedelta(hours=4),
        "mute": timedelta(days=7),
        "not_us": timedelta(days=30),
        # As long as what was told before may still open an incident.
        "close": timedelta(hours=6),
    }
)
"""How long an answer holds where nobody says otherwise."""

_LONGEST_NAME = 200


class AnswerRefusedError(Exception):
    """The answer has no sense any more; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAnswer:
    """What a person says of an incident."""

    kind: AnswerKind
    who: str
    """As they name themselves; at most 200 characters are kept."""
    comment: str | None = None
    lasts: timedelta | None = None
    """How long it holds; None: as long as is usual, see `LASTS`."""
    words: Sequence[str] = ()
    """mute, not_us: stories of the subject with one of these alert no more; none: all of it."""


def write_answer(
    desk: Session, incident: StandingIncident, answer: NewAnswer, *, now: datetime
) -> bool:
    """
    Write what a person answered; it takes effect with the next round.

    Args:
        desk: An open desk; the caller commits.
        incident: As it stands on this desk, see `find_incident`.
        answer: What is said.
        now: Aware.

    Returns:
        False if the same was said before and still holds.

    Raises:
        AnswerRefusedError: The incident is closed; only mute and not_us can still be said.
    """
    who = answer.who[:_LONGEST_NAME]
    event_id = event_id_of(incident.id, answer.kind, now, who)
    if desk.get(IncidentEvent, event_id) is not None or _is_said(incident, answer, who, now):
        return False
    if answer.kind in {"ack", "snooze"}:
        _refuse_ended(incident)
    lasts = answer.lasts or LASTS.get(answer.kind)
    until = now + lasts if lasts else None
    words = json.dumps(list(answer.words), ensure_ascii=False) if answer.words else None
    desk.add_all(
        [
            IncidentEvent(
                id=event_id,
                incident_id=incident.id,
                kind=answer.kind,
                decided_at=now,
                evidence=json.dumps({"until": until.isoformat()} if until else {}),
                who=who,
            ),
            Answer(
                incident_id=incident.id,
                kind=answer.kind,
                who=who,
                answered_at=now,
                until=until,
                comment=answer.comment,
                words=words,
            ),
        ]
    )
    desk.flush()
    return True


def _is_said(incident: StandingIncident, answer: NewAnswer, who: str, now: datetime) -> bool:
    """Tell whether the answer adds nothing to those before."""
    ended = incident.dismissal
    match answer.kind:
        case "ack":
            is_open = incident.closed_at is None and not ended
            return is_open and incident.acknowledged_by == who and not answer.comment
        case "snooze":
            is_open = incident.closed_at is None and not ended
            return is_open and answer.lasts is None and (incident.snoozed_until or now) > now
        case "close":
            return incident.closed_at is not None or ended is not None
    return (
        ended is not None
        and ended.kind == answer.kind
        and set(ended.words) == set(answer.words)
        and answer.lasts is None
        and ended.until > now
    )


def _refuse_ended(incident: StandingIncident) -> None:
    if incident.closed_at is not None:
        msg = f"{incident.id[:8]} was closed on {incident.closed_at:%Y-%m-%d %H:%M} UTC already"
        raise AnswerRefusedError(msg)
    if incident.dismissal is not None:
        told = {"mute": "muted it", "not_us": "said that it is not about us", "close": "closed it"}
        by = incident.dismissal
        msg = f"{incident.id[:8]}: {by.who} {told[by.kind]} at {by.at:%Y-%m-%d %H:%M} UTC already"
        raise AnswerRefusedError(msg)
