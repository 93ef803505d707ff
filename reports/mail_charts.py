"""The charts of mails: those of the report, as PNG, because mail programs show no SVG."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import vl_convert

from reports import charts
from reports.alert_view import AlertView, ChartHour
from reports.mail import Picture
from reports.status_model import StatusReport, Step, Volume
from reports.ticks import day_ticks, tone_ticks
from reports.words import Words

WIDTH = 440
"""In CSS pixels, between a phone's and a screen's, so that labels can be read on both."""

# The report's light colours, see `status.css.j2`; a picture brings its own ground in the dark.
_COLOURS: Mapping[str, str] = {
    "page": "#ffffff",
    "ink": "#1c1b19",
    "muted": "#66625b",
    "line": "#e2ded5",
    "highlight": "#f3eee1",
    "brand": "#1f5f8b",
    "company": "#b9770e",
    "band": "#d3dee5",
    "copies": "#a9c6dc",
    "negative": "#b8432f",
    "neutral": "#b9b4a8",
    "uncertain": "#dcd8ce",
    "positive": "#2e7d6b",
    "covered": "#9fc3a9",
}
_PATTERNS = (
    '<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="5" height="5" fill="#f6e7b8"/>'
    '<rect width="2" height="5" fill="#8a6d1c"/></pattern>'
    '<pattern id="hatch-none" width="4" height="4" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(-45)"><rect width="4" height="4" fill="#f7ddd7"/>'
    '<rect width="2" height="4" fill="#a33a2a"/></pattern></defs>'
)
_MARGIN = 12
_DAY_H = 24


def daily_picture(report: StatusReport, words: Words) -> Picture:
    """Draw stories by day, those reported marked."""
    drawing = charts.daily_chart(
        report.days,
        day_ticks(report, words, each=2),
        lambda count: f"+{words.number(count)} copies",
        reported=report.period.days,
        width=WIDTH,
    )
    told = [
        f"{name} {words.number(facet.stories.now)}"
        for facet in report.facets
        for name in [facet.name]
        if facet.stories.now is not None
    ]
    over = f"{len(report.days)} days"
    if report.period.unit == "week":
        over = f"{len(report.tones)} weeks"
    this = f"This {report.period.unit}: {', '.join(told) or 'unknown'}."
    alt = f"Stories a day over {over}. {this}"
    return Picture(name="daily", png=_png(drawing), alt=alt)


def tone_picture(report: StatusReport, words: Words) -> Picture:
    """Draw stories by tone, a bar for each period."""
    unit = report.period.unit
    drawing = charts.tone_chart(report.tones, tone_ticks(report, words, each=2), width=WIDTH)
    last = report.tones[-1].sentiment if report.tones else None
    told = (
        f"This {unit}: {last.positive} positive, {last.neutral} neutral, "
        f"{last.uncertain} uncertain, {last.negative} negative."
        if last
        else f"This {unit} is unknown."
    )
    return Picture(name="tone", png=_png(drawing), alt=f"Stories by tone and {unit}. {told}")


def alert_picture(view: AlertView, words: Words) -> Picture | None:
    """Draw the seven days before an alert, by hour, over the usual band; None: nothing to draw."""
    if not view.chart:
        return None
    hours = [_hour(one) for one in view.chart]
    local = [one.at.astimezone(words.zone) for one in view.chart]
    ticks = {
        index: words.weekday(at).split(" ")[0] for index, at in enumerate(local) if at.hour == 0
    }
    begun = (view.since - view.chart[0].at) / timedelta(hours=1)
    marks = [(begun, "first sign")] if 0 < begun < len(hours) else []
    drawing = charts.step_chart(hours, ticks, str, marks, width=WIDTH)
    known = [one.stories for one in view.chart if one.stories is not None]
    days = words.number(len(hours) // _DAY_H)
    alt = f"Stories an hour over {days} days, with the usual band. Most in an hour: {max(known, default='unknown')}."
    return Picture(name="hours", png=_png(drawing), alt=alt)


def _hour(one: ChartHour) -> Step:
    volume = None if one.stories is None else Volume(stories=one.stories, mentions=one.stories)
    return Step(
        at=one.at.replace(tzinfo=None),
        volume=volume,
        low=one.low,
        high=one.high,
        covered=0.0 if one.stories is None else 1.0,
    )


def _png(drawing: str) -> bytes:
    painted = re.sub(r"var\(--([a-z]+)\)", lambda found: _COLOURS[found[1]], drawing)
    box = re.search(r'viewBox="([-0-9. ]+)"', painted)
    left, top, width, height = (float(n) for n in box[1].split()) if box else (0, 0, WIDTH, 200)
    left, top = left - _MARGIN, top - _MARGIN
    width, height = width + 2 * _MARGIN, height + 2 * _MARGIN
    ground = f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="#ffffff"/>'
    framed = re.sub(
        r"^<svg [^>]*>",
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="{left} {top} {width} {height}">{_PATTERNS}{ground}',
        painted,
        count=1,
    )
    png: Any = vl_convert.svg_to_png(framed, scale=2)
    return bytes(png)
