"""Write the weekly status report: snapshot in, one self-contained HTML file out."""

import os
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from reports.drivers import FEWEST_MENTIONS, Candidate, pick_drivers, story_candidates
from reports.period import Week
from reports.render import render_status
from reports.settings import ReportSettings
from reports.status import StatusRows, build_status
from reports.status_model import StatusReport
from reports.themes import theme_candidates
from warehouse.connection import open_snapshot
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
) -> Path:
    """
    Write the status report of one week as one self-contained HTML file.

    Args:
        snapshot: The published snapshot; its time is the report's time.
        settings: What the reader wants; see `read_report_settings`.
        folder: Where reports lie; the file is named after the week.
        day: Any day of the week; None: the last complete week of the snapshot.
        out: Another place for the file.

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
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    temporary.write_text(render_status(report, settings), encoding="utf-8", newline="\n")
    temporary.replace(path)
    return path


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
