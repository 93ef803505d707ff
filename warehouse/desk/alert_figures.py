"""What became of the alerts of a period, from the desk."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from warehouse.desk.incidents import DISMISSALS
from warehouse.desk.tables import Answer, Incident, OutboxMail


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertFigures:
    """The incidents that opened in a period, and what people answered."""

    incidents: int
    """Opened, mailed or not."""
    sent: int
    """Of these, those of which at least one mail was written."""
    acknowledged: int
    """Of those sent, those that somebody answered, in whatever way."""
    false_alarms: int
    """Of all incidents, those of which was said last that they are not about us."""
    median_to_answer: timedelta | None
    """From the opening to the first answer, over the acknowledged; None: there are none."""


def read_alert_figures(desk: Session, *, since: datetime, until: datetime) -> AlertFigures:
    """
    Count the alerts of the incidents that opened in [*since*, *until*).

    Test mails belong to no incident, and are not counted.
    """
    opened = {
        row.id: row.opened_at
        for row in desk.execute(
            select(Incident.id, Incident.opened_at).where(
                Incident.opened_at >= since, Incident.opened_at < until
            )
        )
    }
    within = select(Incident.id).where(Incident.opened_at >= since, Incident.opened_at < until)
    mailed = set(
        desk.scalars(
            select(OutboxMail.incident_id).where(OutboxMail.incident_id.in_(within)).distinct()
        )
    )
    first: dict[str, datetime] = {}
    ended: dict[str, str] = {}
    for answer in desk.scalars(
        select(Answer).where(Answer.incident_id.in_(within)).order_by(Answer.answered_at, Answer.id)
    ):
        first.setdefault(answer.incident_id, answer.answered_at)
        if answer.kind in DISMISSALS:
            ended[answer.incident_id] = answer.kind
    waits = [at - opened[key] for key, at in first.items() if key in mailed]
    return AlertFigures(
        incidents=len(opened),
        sent=len(mailed),
        acknowledged=len(waits),
        false_alarms=sum(kind == "not_us" for kind in ended.values()),
        median_to_answer=median(waits) if waits else None,
    )
