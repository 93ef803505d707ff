"""One round of alerting: snapshot and desk in; incidents, events and mails out, all at once."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from collectors.configuration.folder import Configuration
from collectors.settings import Settings
from reports.alert_muting import Muted, read_muted
from reports.alert_settings import AlertSettings
from reports.alert_story import Ask, Scene, tell_story
from reports.alert_view import AlertView, Rule, Trust, message_id_of
from reports.alerts import decide
from reports.coverage import Span
from reports.mail_settings import MailSettings
from reports.period import Week
from reports.period_coverage import Ledger, read_ledger
from reports.settings import ReportSettings
from reports.signals import (
    CALM_HOURS,
    HOUR,
    Series,
    Signal,
    read_hours,
    read_series,
    threshold,
    volume_signal,
)
from reports.source_signals import source_signal
from warehouse.connection import open_snapshot
from warehouse.desk.connection import desk_url, open_desk
from warehouse.desk.incidents import (
    StandingIncident,
    Transition,
    read_standing,
    read_threads,
    record_transition,
)
from warehouse.desk.outbox import enqueue
from warehouse.query import rows

Row = Mapping[str, Any]
WriteMail = Callable[[AlertView, str | None], EmailMessage]
"""Makes the whole mail of a transition; its second argument is the subject of the thread."""

_LISTENED_FOR = timedelta(weeks=2)
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What one round sees of the snapshot."""

    as_of: datetime
    """Up to when the data are known."""
    subjects: Mapping[str, Row]
    """By id; employees are never among them."""
    sources: Mapping[str, Row]
    """By name; only those that are switched on."""
    series: Mapping[str, Series]
    signals: Sequence[Signal]
    trust: Trust
    muted: Muted


@dataclass(frozen=True, kw_only=True)
class AlertRound:
    """What one round did."""

    views: tuple[AlertView, ...]
    """One for each transition, mailed or not."""
    mailed: int


def run_alert_round(
    snapshot: Path,
    desk_address: str,
    settings: AlertSettings,
    *,
    zone: ZoneInfo,
    now: datetime,
    write_mail: WriteMail | None,
) -> AlertRound:
    """
    Do one round: what the newest snapshot shows becomes incidents and mails.

    An incident's row, its event and its mail are committed together, or not at all.
    Mails are written before that transaction begins, so that it is short: nobody else's
    write waits for the drawing of a chart. If the desk has changed meanwhile, by another
    round or by somebody's answer, what was prepared is dropped and decided anew; so rounds
    may run side by side, and the second finds what the first one decided.

    Args:
        snapshot: The newest one, by its stable name.
        desk_address: The desk's URL.
        settings: What the firm wants.
        zone: Where the hours of the week are read off the wall.
        now: Aware, UTC.
        write_mail: See `WriteMail`; None: there is nobody to mail.

    Raises:
        SnapshotMissingError: Nothing has been published yet.
    """
    with closing(open_snapshot(snapshot)) as connection:
        ask: Ask = partial(rows, connection)
        # Each further turn follows a commit of somebody else's: it comes to an end.
        while True:
            with open_desk(desk_address) as desk:
                standing = read_standing(desk, now=now)
                threads = read_threads(desk, [incident.id for incident in standing])
            sight = look(ask, standing, settings, zone=zone, now=now)
            steps = decide(sight.signals, standing, now)
            prepared = [
                _prepare(step, threads.get(step.incident.id, ()), sight, ask, settings, now)
                for step in steps
            ]
            letters = [
                write_mail(one.view, one.first_subject) if write_mail and one.is_mailed else None
                for one in prepared
            ]
            if not steps:
                return AlertRound(views=(), mailed=0)
            with open_desk(desk_address) as desk:
                if read_standing(desk, now=now) != standing or (
                    read_threads(desk, threads) != threads
                ):
                    continue
                return _commit(desk, prepared, letters, now)


@dataclass(frozen=True, kw_only=True)
class _Prepared:
    """A transition with all that will be told of it."""

    step: Transition
    view: AlertView
    first_subject: str | None
    is_mailed: bool


def _prepare(
    step: Transition,
    thread: Sequence[tuple[str, str]],
    sight: Sight,
    ask: Ask,
    settings: AlertSettings,
    now: datetime,
) -> _Prepared:
    keys = tuple(key for key, _ in thread)
    return _Prepared(
        step=step,
        view=tell_story(_scene(step, sight, keys, now), ask, settings),
        first_subject=thread[0][1] if thread else None,
        is_mailed=_is_mailed(step, keys, settings),
    )


def _commit(
    desk: Session,
    prepared: Sequence[_Prepared],
    letters: Sequence[EmailMessage | None],
    now: datetime,
) -> AlertRound:
    """Write events and mails, in the caller's transaction."""
    views, mailed = [], 0
    for one, letter in zip(prepared, letters, strict=True):
        # A clock that stands still decides the same again: that is written once.
        if not record_transition(desk, one.step):
            continue
        views.append(one.view)
        if letter is not None:
            incident_id = one.step.incident.id
            mailed += enqueue(desk, letter, kind="alert", incident_id=incident_id, now=now)
    return AlertRound(views=tuple(views), mailed=mailed)


def run_configured_round(settings: Settings, configuration: Configuration) -> AlertRound:
    """
    Do one round as the configuration folder says, at the present of *settings*.

    Raises:
        SnapshotMissingError: Nothing has been published yet.
    """
    reports = configuration.setting("reports", ReportSettings)
    return run_alert_round(
        settings.snapshot,
        desk_url(settings.desk),
        configuration.setting("alerts", AlertSettings),
        zone=reports.zone,
        now=settings.clock(),
        write_mail=mail_writer(configuration.setting("mail", MailSettings), reports),
    )


def mail_writer(mail: MailSettings, reports: ReportSettings) -> WriteMail | None:
    """Make what writes alert mails; None if there is nobody to mail."""
    if not mail.alert_to:
        return None

    def write(view: AlertView, first_subject: str | None) -> EmailMessage:
        # Drawing and inlining need heavy libraries, and most rounds mail nothing.
        from reports.alert_mail import alert_mail

        return alert_mail(
            view,
            reports,
            sender=mail.sender_address,
            recipients=mail.alert_addresses,
            first_subject=first_subject,
            command=mail.command,
        )

    return write


def _is_mailed(transition: Transition, thread: Sequence[str], settings: AlertSettings) -> bool:
    """Tell whether anybody is to be mailed; a close only where there was a mail before."""
    if transition.kind == "closed":
        return bool(thread)
    return transition.incident.severity <= settings.mail_severity


def look(
    ask: Ask,
    standing: Sequence[StandingIncident],
    settings: AlertSettings,
    *,
    zone: ZoneInfo,
    now: datetime,
) -> Sight:
    """
    Look at the snapshot as the rules do.

    Args:
        ask: Runs a named query on it.
        standing: What is open: its hours don't become usual; and what people muted: its
            stories are left out.
        settings: What the firm wants.
        zone: Where the hours of the week are read off the wall.
        now: Aware; what the snapshot knows of later times is not looked at.
    """
    told = ask("report_snapshot")
    as_of: datetime = min([now, *(row["made_at"] for row in told)])
    count = settings.history_weeks * 168
    since = as_of - count * HOUR
    ledger = _read_ledger(ask, since, as_of, zone)
    starts = [as_of - (ago + 1) * HOUR for ago in reversed(range(count))]
    covered = list(reversed(ledger.by_step(starts, as_of)))
    hours = read_hours(as_of, zone, covered, settings.least_coverage)
    subjects = {row["subject_id"]: row for row in ask("report_subjects")}
    muted = read_muted(ask, standing, subjects, as_of=as_of, now=now)
    counts: dict[str, list[Row]] = {}
    for row in ask(
        "alert_hours",
        since=since,
        as_of=as_of,
        listened_since=as_of - _LISTENED_FOR,
        muted_subjects=[subject for subject, _ in muted.stories],
        muted_stories=[story for _, story in muted.stories],
    ):
        counts.setdefault(row["subject_id"], []).append(row)
    opened = {
        incident.subject_id: incident.opened_at
        for incident in standing
        if incident.cause == "volume" and incident.closed_at is None
    }
    series = {
        key: read_series(subject, counts.get(key, ()), hours, opened_at=opened.get(key))
        for key, subject in subjects.items()
    }
    rarest = threshold(settings, len(series))
    sources = {row["name"]: row for row in ask("alert_sources", as_of=as_of)}
    signals = [
        *(volume_signal(one, settings, rarest=rarest) for one in series.values()),
        *(source_signal(row, as_of) for row in sources.values()),
    ]
    if now - as_of > CALM_HOURS * HOUR:
        # Right after a long sleep the snapshot tells of another day: nothing follows from it.
        signals = [replace(s, is_raised=False, is_calm=False, is_above=False) for s in signals]
    freshest = ask("alert_freshest", as_of=as_of)[0]["freshest_at"]
    trust = Trust(
        healthy=sum(row["failing_since"] is None for row in sources.values()),
        sources=len(sources),
        coverage=ledger.covered((as_of - _DAY, as_of)),
        freshest_minutes=int((now - freshest).total_seconds() // 60) if freshest else None,
    )
    return Sight(
        as_of=as_of,
        subjects=subjects,
        sources=sources,
        series=series,
        signals=signals,
        trust=trust,
        muted=muted,
    )


def _read_ledger(ask: Ask, since: datetime, until: datetime, zone: ZoneInfo) -> Ledger:
    span: Span = (since, until)
    week = Week.of(until.astimezone(zone).date())
    return read_ledger(
        ask("source_status", since=span[0], until=span[1]),
        ask("source_streams"),
        ask("covered_spans", since=span[0], until=span[1]),
        ask("source_periods", since=span[0], until=span[1], zone=zone.key, unit=week.unit),
        period=week,
    )


def _scene(transition: Transition, sight: Sight, thread: tuple[str, ...], now: datetime) -> Scene:
    incident = transition.incident
    known = sight.subjects if incident.cause == "volume" else sight.sources
    key = (incident.subject_id, incident.cause)
    return Scene(
        transition=transition,
        signal=next((s for s in sight.signals if (s.subject_id, s.cause) == key), None),
        subject=known.get(incident.subject_id, {}),
        trust=sight.trust,
        thread=thread,
        as_of=sight.as_of,
        now=now,
        series=sight.series.get(incident.subject_id) if incident.cause == "volume" else None,
        muted=sight.muted,
    )


def view_of_test(settings: AlertSettings, *, now: datetime) -> AlertView:
    """Tell what tries the way to the recipients; another time makes another mail."""
    key = f"{int(now.timestamp() * 1_000_000):032x}"
    return AlertView(
        kind="opened",
        cause="volume",
        event_id=key,
        incident_id=key,
        message_id=message_id_of(key),
        subject_id="test",
        subject_name="Test",
        facet="brand",
        severity=4,
        since=now,
        now=now,
        is_test=True,
        trust=Trust(healthy=0, sources=0, coverage=None, freshest_minutes=None),
        rule=Rule(
            name="test", version=1, threshold="somebody asked for a test", sql="FROM snapshot_info"
        ),
        owner=settings.owner,
        runbook=settings.runbook,
    )
