"""Put the status report into HTML: one file that asks nobody for anything."""

import re
from datetime import datetime, time, timedelta
from functools import cache
from html import escape
from typing import Any

from altair.utils.schemapi import debug_mode
from babel import Locale
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from reports import charts
from reports.drawing import runs
from reports.period import Month
from reports.sentiment_chart import net_sentiment_chart
from reports.settings import ReportSettings
from reports.status_model import StatusReport
from reports.templating import template_environment
from reports.ticks import day_ticks, step_ticks, strip_labels, tone_ticks
from reports.verdict import RULE
from reports.words import Words
from warehouse.desk.alert_figures import AlertFigures


def render_status(
    report: StatusReport, settings: ReportSettings, alerts: AlertFigures | None = None
) -> str:
    """
    Write the report as one HTML page; the same report gives the same text.

    Args:
        report: What it says.
        settings: Locale and time zone.
        alerts: What became of the period's alerts; where there were none, nothing is said.
    """
    words = words_for(report, settings)
    page = _environment().get_template("status.html.j2")
    return page.render(
        report=report,
        settings=settings,
        words=words,
        rule=RULE,
        alerts=alerts if alerts and alerts.incidents else None,
        charts=_charts(report, words),
        coverage_runs=runs,
        strip_labels=strip_labels(report, words),
    )


def words_for(report: StatusReport, settings: ReportSettings) -> Words:
    """Choose how values are written in a report, on its page and in its mail."""
    return Words(
        Locale.parse(settings.locale), settings.zone, is_long=isinstance(report.period, Month)
    )


def say(sentence: str, *about: object) -> str:
    """
    Write one of the report's sentences as plain text, not escaped.

    Args:
        sentence: Name of a macro of `status_words.html.j2`.
        about: What the macro takes.
    """
    words = vars(_environment().get_template("status_words.html.j2").module)
    return " ".join(words[sentence](*about).striptags().split())


@cache
def _environment() -> Environment:
    environment = template_environment()
    environment.globals["picture"] = picture
    return environment


@pass_context
def picture(context: Context, name: str, title: str, description: str) -> Markup:
    """
    Place a chart with its title and description for those who don't see it.

    Args:
        context: The template's variables.
        name: The chart's key; it also prefixes the ids within the chart.
        title: What the chart shows.
        description: What it says.
    """
    drawings: dict[str, str] = context["charts"][name]
    parts = []
    for size, drawing in drawings.items():
        key = f"chart-{name}-{size}"
        head = f'<svg role="img" aria-labelledby="{key}-title {key}-desc" class="chart {size}" '
        names = (
            f'<title id="{key}-title">{escape(title)}</title>'
            f'<desc id="{key}-desc">{escape(description)}</desc>'
        )
        own = re.sub(r'(id="|url\(#)(clip)', rf"\1{key}-\2", drawing).replace("<svg ", head, 1)
        parts.append(own.replace(">", ">" + names, 1))
    return Markup("\n".join(parts))  # noqa: S704 - drawn by us, names in it escaped by the drawer


# Else Altair checks each mark against Vega-Lite's schema, which takes half of the time.
@debug_mode(False)
def _charts(report: StatusReport, words: Words) -> dict[str, dict[str, str]]:
    def copies(count: int) -> str:
        return say("copies", words.number(count))

    def of_mentions(share: float) -> str:
        return say("of_mentions", words.percent(share))

    # One name fits above the chart; the others stand in the list of what moved.
    begin = datetime.combine(report.period.first, time.min)
    step = timedelta(days=1) if isinstance(report.period, Month) else timedelta(hours=1)
    marks = [
        ((words.local(driver.first_at) - begin) / step, f"“{driver.name}”")
        for driver in report.drivers
        if driver.is_sudden
    ][:1]
    drawn: dict[str, Any] = {
        "daily": {
            size: charts.daily_chart(
                report.days,
                day_ticks(report, words, each=each),
                copies,
                reported=report.period.days,
                width=width,
            )
            for size, width, each in (("wide", charts.WIDE, 1), ("narrow", charts.NARROW, 3))
        },
        "hourly": {
            size: charts.step_chart(
                report.steps,
                step_ticks(report, words, is_short=size == "narrow"),
                copies,
                marks,
                width=width,
            )
            for size, width in (("wide", charts.WIDE), ("narrow", charts.NARROW))
        },
        "tone": {
            size: charts.tone_chart(report.tones, tone_ticks(report, words, each=each), width=width)
            for size, width, each in (("half", charts.HALF, 1), ("narrow", charts.NARROW, 2))
        },
    }
    drawn["net"] = {
        size: net_sentiment_chart(
            report.tones, tone_ticks(report, words, each=each), words.signed, width=width
        )
        for size, width, each in (("half", charts.HALF, 1), ("narrow", charts.NARROW, 2))
    }
    if report.voices:
        drawn["voice"] = {
            size: charts.voice_chart(
                report.voices, report.firm, words.percent, of_mentions, width=width
            )
            for size, width in (("wide", charts.WIDE), ("narrow", charts.NARROW))
        }
    return drawn
