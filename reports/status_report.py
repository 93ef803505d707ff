"""Write the weekly status report: snapshot in, one self-contained HTML file out."""

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
from reports.period import Week
from reports.render import render_status
from reports.settings import ReportSettings
from reports.status import StatusRows, build_status
from reports.status_model import StatusReport
from reports.themes import theme_candidates
from warehouse.connection import open_snapshot
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
    day: date | None = None,
    out: Path | None = None,
    desk: str | None = None,
) -> Path:
    """
    Write the status report of one week as one self-contained HTML file.

    Args:
        snapshot: The published snapshot; its time is the report's time.
        settings: What the reader wants; see `read_report_settings`.
        folder: Where reports lie; the file is named after the week.
        day: Any day of the week; None: the last complete week of the snapshot.
        out: Another place for the file.
        desk: URL of the desk, which then notes what was issued; None: nowhere.

    Returns:
        The file's path. The same snapshot, settings and week give the same bytes.

    Raises:
        SnapshotMissingError: Nothing has been published yet.
        EmptySnapshotError: The file holds no snapshot.
    """
    with closing(open_snapshot(snapshot)) as connection:
        report = read_status(partial(rows, connection), settings, day=day)
    path = out or folder / f"status-{report.week.label}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    page = render_status(report, settings).encode()
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    temporary.write_bytes(page)
    temporary.replace(path)
    if desk is not None:
        _note_issue(desk, report, path, page)
    return path


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
                    period=report.week.label,
                    snapshot_id=report.snapshot_id,
                    made_at=report.made_at,
                    path=str(path),
                    digest=digest,
                )
            )


def read_status(ask: Ask, settings: ReportSettings, *, day: date | None = None) -> StatusReport:
    """
    Read the report's content from a snapshot.

    Args:
        ask: Runs a named query on the snapshot.
        settings: What the reader wants.
        day: Any day of the week; None: the last complete week of the snapshot.

    Raises:
        EmptySnapshotError: The snapshot doesn't say what it is.
    """
    told = ask("report_snapshot")
    if not told:
        msg = "the snapshot has no snapshot_info: publish again"
        raise EmptySnapshotError(msg)
    zone = settings.zone
    week = Week.of(day) if day else Week.last_complete(told[0]["made_at"], zone)
    since, until = week.bounds(zone)
    first = week.earlier(settings.history_weeks)
    start = first.bounds(zone)[0]
    history: dict[str, Any] = {"since": start, "until": until, "zone": settings.time_zone}
    period: dict[str, Any] = {"since": since, "until": until}
    candidates = _candidates(ask, week, settings, told[0]["made_at"])
    stories = [story for driver in candidates for story in driver.story_ids[:_MOST_STORIES]]
    content = StatusRows(
        snapshot=told[0],
        subjects=ask("report_subjects"),
        facet_weeks=ask("facet_weeks", **history),
        voice_weeks=ask("voice_weeks", **history),
        organisation_weeks=ask("organisation_weeks", **history),
        organisation_tops=ask("organisation_top_stories", **period),
        own_hours=ask("own_hours", **history),
        sources=ask("source_status", **period),
        streams=ask("source_streams"),
        covered_spans=ask("covered_spans", since=start, until=until),
        gap_spans=ask("gap_spans", **period),
        source_weeks=ask("source_weeks", **history),
        staff_weeks=ask("staff_weeks", first_week=first.monday, last_week=week.monday),
        latency=ask("canary_latency", **period),
        tone_models=ask("tone_models", **period),
        candidates=candidates,
        evidence=ask("story_evidence", stories=stories, **period) if stories else [],
    )
    return build_status(content, week, settings)


def _candidates(
    ask: Ask, week: Week, settings: ReportSettings, made_at: datetime
) -> list[Candidate]:
    since, until = week.bounds(settings.zone)
    start = week.earlier(settings.history_weeks).bounds(settings.zone)[0]
    stories = story_candidates(
        ask("own_stories", since=since, until=until, fewest=FEWEST_MENTIONS),
        flood_mentions=settings.flood_mentions,
    )
    terms = ask(
        "own_terms",
        start=start,
        since=since,
        until=until,
        fewest=_FEWEST_STORIES,
        fewest_before=_FEWEST_BEFORE,
    )
    words = [f"{row['language']} {row['term']}" for row in terms]
    themes = theme_candidates(
        terms,
        ask("own_term_stories", since=since, until=until, words=words) if words else [],
        period=(since, min(until, made_at)),
        left_out=frozenset(s.story_ids[0] for s in stories if s.kind == "flood"),
    )
    return pick_drivers(stories, themes)
