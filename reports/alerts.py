"""Decide about incidents: signals and what stands in, transitions out. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from reports.alert_muting import FAMILY
from reports.signals import CALM_HOURS, HOUR, Signal
from warehouse.desk.incidents import (
    EventKind,
    StandingIncident,
    Transition,
    event_id_of,
    incident_id_of,
)

FIRST_PAUSE = timedelta(hours=1)
LONGEST_PAUSE = timedelta(hours=24)

Key = tuple[str, str]
"""Subject and cause."""


def decide(
    signals: Sequence[Signal], incidents: Sequence[StandingIncident], now: datetime
) -> list[Transition]:
    """
    Decide what begins, goes on and ends.

    The same arguments give the same transitions with the same ids; each subject and
    cause gets one at most. People speak of a brand and its company together: while one
    of them has an incident, the other opens none that is not more severe.

    What a person ended is closed, whatever is still said; and as long as they said, the
    same ground opens nothing that is not more severe. Where that ground is the words of a
    story, the signals leave such stories out already: nothing else is held back here.

    Args:
        signals: One for each subject or source and cause.
        incidents: Those that `read_standing` gives: open, closed at *now* or later (a
            clock that was set back must not open them again), or ended by a person with
            an effect beyond *now*.
        now: Aware, UTC.
    """
    seen: Mapping[Key, Signal] = {(signal.subject_id, signal.cause): signal for signal in signals}
    standing = _standing(incidents, now)
    resting = [one for one in incidents if _is_resting(one, now)]
    transitions = []
    open_now: list[tuple[str, int]] = []
    for key, incident in sorted(standing.items()):
        if incident.closed_at is not None:
            continue
        signal = seen.get(key)
        transition = _go_on(signal, incident, now, is_held=_is_held(signal, signals, standing))
        if transition is not None:
            transitions.append(transition)
        if signal is not None and (transition is None or transition.kind != "closed"):
            newest = transition.incident if transition else incident
            open_now.append((signal.facet, newest.severity))
    raised = [
        signal
        for signal in signals
        if signal.is_raised
        and (signal.subject_id, signal.cause) not in standing
        and not any(_holds_back(one, signal, seen) for one in resting)
    ]
    for signal in sorted(raised, key=_strongest_first):
        if not any(
            {signal.facet, facet} == FAMILY and severity <= signal.severity
            for facet, severity in open_now
        ):
            transitions.append(_open(signal, now))
            open_now.append((signal.facet, signal.severity))
    return transitions


def _standing(incidents: Sequence[StandingIncident], now: datetime) -> dict[Key, StandingIncident]:
    """Gather what stands in the way of another incident by subject and cause: the open one first."""
    standing: dict[Key, StandingIncident] = {}
    for incident in incidents:
        key = (incident.subject_id, incident.cause)
        if incident.closed_at is None or (incident.closed_at >= now and key not in standing):
            standing[key] = incident
    return standing


def _is_resting(incident: StandingIncident, now: datetime) -> bool:
    ended = incident.dismissal
    return ended is not None and not ended.words and ended.until > now


def _holds_back(incident: StandingIncident, signal: Signal, seen: Mapping[Key, Signal]) -> bool:
    """Tell whether a person ended what the signal is about, and it has not become worse."""
    if signal.cause != incident.cause or signal.severity < incident.severity:
        return False
    own = seen.get((incident.subject_id, incident.cause))
    return signal.subject_id == incident.subject_id or (
        own is not None and {own.facet, signal.facet} == FAMILY
    )


def _strongest_first(signal: Signal) -> tuple[object, ...]:
    chance = signal.window.probability if signal.window else 1.0
    return signal.severity, signal.facet != "brand", chance, signal.subject_id, signal.cause


def _is_held(
    signal: Signal | None, signals: Sequence[Signal], standing: Mapping[Key, StandingIncident]
) -> bool:
    """Tell whether what the incident stands for as well is still raised elsewhere."""
    return signal is not None and any(
        other.is_raised
        and {other.facet, signal.facet} == FAMILY
        and (other.subject_id, other.cause) not in standing
        for other in signals
    )


def _go_on(
    signal: Signal | None, incident: StandingIncident, now: datetime, *, is_held: bool
) -> Transition | None:
    ended = {"next_update_at": None, "closed_at": now}
    if signal is None:
        # Whoever took the subject off the watchlist wants to hear no more of it.
        return _step("closed", incident, now, **ended)
    known: dict[str, Any] = {
        "peak": max(incident.peak, _peak_since(signal, incident.opened_at)),
        "evidence": _evidence(signal, incident),
    }
    if incident.dismissal is not None:
        return _step("closed", incident, now, **known, **ended)
    if signal.is_calm and not is_held and _has_lasted(signal, incident):
        return _step("closed", incident, now, **known, **ended)
    pause = None
    if signal.is_raised and signal.severity < incident.severity:
        known["severity"] = signal.severity
        pause = FIRST_PAUSE
    elif signal.is_above and _is_due(incident, now):
        pause = _pause(incident)
    if pause is None:
        return None
    return _step("updated", incident, now, **known, next_update_at=now + pause)


def _open(signal: Signal, now: datetime) -> Transition:
    identity = incident_id_of(signal.subject_id, signal.cause, now)
    since = signal.since or now
    incident = StandingIncident(
        id=identity,
        subject_id=signal.subject_id,
        cause=signal.cause,
        severity=signal.severity,
        opened_at=now,
        updated_at=now,
        next_update_at=now + FIRST_PAUSE,
        closed_at=None,
        peak=_peak_since(signal, since),
        evidence={**signal.evidence, "since": since.isoformat()},
    )
    return Transition(
        event_id=event_id_of(identity, "opened", now), kind="opened", incident=incident
    )


def _step(kind: EventKind, before: StandingIncident, now: datetime, **changes: Any) -> Transition:
    return Transition(
        event_id=event_id_of(before.id, kind, now),
        kind=kind,
        incident=replace(before, updated_at=now, **changes),
        previous_severity=before.severity,
    )


def _evidence(signal: Signal, incident: StandingIncident) -> Mapping[str, object]:
    since = incident.evidence.get("since", incident.opened_at.isoformat())
    return {**signal.evidence, "since": since}


def _has_lasted(signal: Signal, incident: StandingIncident) -> bool:
    """Tell whether the calm can have come after the opening, not before it."""
    if signal.cause != "volume":
        return signal.as_of >= incident.opened_at
    return signal.as_of - incident.opened_at >= CALM_HOURS * HOUR


def _is_due(incident: StandingIncident, now: datetime) -> bool:
    if incident.acknowledged_by is not None or incident.next_update_at is None:
        return False
    return now >= max(incident.next_update_at, incident.snoozed_until or incident.next_update_at)


def _pause(incident: StandingIncident) -> timedelta:
    """Wait twice as long as last time: 1, 2, 4, 8, 16, 24 hours."""
    last = (incident.next_update_at or incident.updated_at) - incident.updated_at
    return min(max(2 * last, FIRST_PAUSE), LONGEST_PAUSE)


def _peak_since(signal: Signal, since: datetime) -> int:
    hours = int((signal.as_of - since) / HOUR) + 1
    return max(signal.stories_by_hour[: max(hours, 1)], default=0)
