"""Write the status report: snapshot in, one self-contained HTML file out."""

import os
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import select

from reports.drivers import FEWEST_MENTIONS, Candidate, pick_drivers, story_candidates
from reports.period import PERIODS, Every, Period, Week
from reports.render import render_status
from reports.settings import ReportSettings
from reports.status import StatusRows, build_status
from reports.status_model import StatusReport
from reports.themes import theme_candidates
from warehouse.connection import open_snapshot
from warehouse.desk.alert_figures import AlertFigures, read_alert_figures
from warehouse.desk.connection import open_desk
from warehouse.desk.tables import ReportIssue
from warehouse.query import rows

Ask = Callable[..., list[dict[str, Any]]]
"""Runs a named query: its name, then its parameters by name."""

_MOST_STORIES = 5
_FEWEST_STORIES = 4
_FEWEST_BEFORE = 30


class EmptySnapshotError(Exception):
    """The file is no published snapshot."""


def write_status_report(
    snapshot: Path,
    settings: ReportSettings,
    *,
    folder: Path,
    every: Every = "weekly",
    day: date | None = None,
    out: Path | None = None,
    desk: str | None = None,
) -> Path:
    """
    Write the status report of one day, week or month as one self-contained HTML file.

    Args:
        snapshot: The published snapshot; its time is the report's time.
        settings: What the reader wants.
        folder: Where reports lie; the file is named after the period.
        every: What it spans.
        day: Any day of the period; None: the last complete one of the snapshot.
        out: Another place for the file.
        desk: URL of the desk, which tells what became of the period's alerts, and notes what
            was issued; None: nothing is told or noted.

    Returns:
        The file's path. The same snapshot, settings, period and alerts give the same bytes.

    Raises:
        SnapshotMissingError: Nothing has been published yet.
        EmptySnapshotError: The file holds no snapshot.
    """
    with closing(open_snapshot(snapshot)) as connection:
        report = read_status(partial(rows, connection), settings, every=every, day=day)
    path = out or folder / f"status-{report.period.label}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    alerts = read_alerts(desk, report, settings) if desk is not None else None
    page = render_status(report, settings, alerts).encode()
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    temporary.write_bytes(page)
    temporary.replace(path)
    if desk is not None:
        _note_issue(desk, report, path, page)
    return path


def read_alerts(desk: str, report: StatusReport, settings: ReportSettings) -> AlertFigures:
    """Read from the desk what became of the alerts of a report's period."""
    since, until = report.period.bounds(settings.zone)
    with open_desk(desk) as session:
        return read_alert_figures(session, since=since, until=until)


def _note_issue(desk: str, report: StatusReport, path: Path, page: bytes) -> None:
    """Note on the desk that these bytes were issued; the same ones are noted once."""
    digest = sha256(page).hexdigest()
    with open_desk(desk) as session:
        known = select(ReportIssue).where(
            ReportIssue.digest == digest, ReportIssue.path == str(path)
        )
        if session.scalars(known).first() is None:
            session.add(
                ReportIssue(
                    kind="status",
                    period=report.period.label,
                    snapshot_id=report.snapshot_id,
                    made_at=report.made_at,
                    path=str(path),
                    digest=digest,
                )
            )


def read_status(
    ask: Ask, settings: ReportSettings, *, every: Every = "weekly", day: date | None = None
) -> StatusReport:
    """
    Read the report's content from a snapshot.

    Args:
        ask: Runs a named query on the snapshot.
        settings: What the reader wants.
        every: What the report spans.
        day: Any day of the period; None: the last complete one of the snapshot.

    Raises:
        EmptySnapshotError: The snapshot doesn't say what it is.
    """
    told = ask("report_snapshot")
    if not told:
        msg = "the snapshot has no snapshot_info: publish again"
        raise EmptySnapshotError(msg)
    zone = settings.zone
    kind = PERIODS[every]
    period = kind.of(day) if day else kind.last_complete(told[0]["made_at"], zone)
    since, until = period.bounds(zone)
    first = period.earlier(settings.history(period))
    start = first.bounds(zone)[0]
    local: dict[str, Any] = {"since": start, "until": until, "zone": settings.time_zone}
    history = local | {"unit": period.unit}
    within: dict[str, Any] = {"since": since, "until": until}
    candidates = read_drivers(ask, period, settings, told[0]["made_at"])
    stories = [story for driver in candidates for story in driver.story_ids[:_MOST_STORIES]]
    content = StatusRows(
        snapshot=told[0],
        subjects=ask("report_subjects"),
        facet_periods=ask("facet_periods", **history),
        voice_periods=ask("voice_periods", **history),
        organisation_periods=ask("organisation_periods", **history),
        organisation_tops=ask("organisation_top_stories", **within),
        own_hours=ask("own_hours", **local),
        sources=ask("source_status", **within),
        streams=ask("source_streams"),
        covered_spans=ask("covered_spans", since=start, until=until),
        gap_spans=ask("gap_spans", **within),
        source_periods=ask("source_periods", **history),
        staff_weeks=ask("staff_weeks", first_week=first.first, last_week=period.first)
        if isinstance(period, Week)
        else [],
        latency=ask("canary_latency", **within),
        tone_models=ask("tone_models", **within),
        tone_errors=ask("tone_errors"),
        restated=ask("restated", start=start, **within),
        floods=ask("floods", **within),
        flag_periods=ask("flag_periods", **history),
        candidates=candidates,
        evidence=ask("story_evidence", stories=stories, **within) if stories else [],
    )
    return build_status(content, period, settings)


def read_drivers(
    ask: Ask, period: Period, settings: ReportSettings, made_at: datetime
) -> list[Candidate]:
    """
    Read what moved a period, without its evidence.

    Args:
        ask: Runs a named query on the snapshot.
        period: The one reported.
        settings: What the reader wants.
        made_at: The snapshot's time.
    """
    since, until = period.bounds(settings.zone)
    start = period.earlier(settings.history(period)).bounds(settings.zone)[0]
    stories = story_candidates(ask("own_stories", since=since, until=until, fewest=FEWEST_MENTIONS))
    window: dict[str, Any] = {
        "start": start,
        "since": since,
        "until": until,
        "fewest": _FEWEST_STORIES,
        "fewest_before": _FEWEST_BEFORE,
    }
    terms = ask("own_terms", days=period.days, **window)
    words = [f"{row['language']} {row['term']}" for row in terms]
    themes = theme_candidates(
        terms,
        ask("own_term_stories", since=since, until=until, words=words) if words else [],
        period=(since, min(until, made_at)),
        left_out=frozenset(s.story_ids[0] for s in stories if s.kind == "flood"),
        phrases=ask("own_phrases", **window) if words else [],
    )
    return pick_drivers(stories, themes)
