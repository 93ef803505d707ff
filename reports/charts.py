"""The report's charts, as SVG that needs no script, no font file and no request."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import altair as alt
import vl_convert

from reports.status_model import Day, Hour, ToneWeek, Voice

WIDE, NARROW, HALF = 920, 330, 430
"""Drawing widths in pixels; the page shows the one that fits."""

_STRIP_GAP, _STRIP_HEIGHT = 5, 9
_FULL = 0.995
# Colours are the page's own variables, so that dark mode and print reach the charts.
_COVERAGE_FILL = {"full": "var(--covered)", "part": "url(#hatch)", "none": "url(#hatch-none)"}
_TONE_FILL = {
    "negative": "var(--negative)",
    "uncertain": "var(--uncertain)",
    "neutral": "var(--neutral)",
    "positive": "var(--positive)",
}


def coverage_class(covered: float | None) -> str:
    """Sort a covered share into `full`, `part`, `none`, or `unknown` (not yet)."""
    if covered is None:
        return "unknown"
    return "full" if covered >= _FULL else "part" if covered > 0 else "none"


def runs(covered: Sequence[float | None]) -> list[tuple[int, int, str]]:
    """Join neighbours of one class: first step, step after the last, class; unknown left out."""
    joined: list[tuple[int, int, str]] = []
    for index, part in enumerate(covered):
        kind = coverage_class(part)
        if joined and joined[-1][2] == kind and joined[-1][1] == index:
            joined[-1] = (joined[-1][0], index + 1, kind)
        else:
            joined.append((index, index + 1, kind))
    return [run for run in joined if run[2] != "unknown"]


def daily_chart(days: Sequence[Day], ticks: Mapping[int, str], *, width: int) -> str:
    """
    Draw mentions by day for brand and company over all weeks, the last week marked.

    Args:
        days: Consecutive days.
        ticks: Labels by index of the day.
        width: In pixels.
    """
    height = 190
    x = _axis_x(len(days), ticks)
    y = _axis_y(count for day in days for count in (day.brand, day.company))
    layers: list[Any] = [_highlight(len(days) - 7, len(days), x)]
    for name in ("company", "brand"):
        points = [{"x": index + 0.5, "value": getattr(day, name)} for index, day in enumerate(days)]
        line = alt.Chart(_data(points)).encode(x=x, y=y)
        colour = f"var(--{name})"
        layers += [
            line.mark_line(stroke=colour, strokeWidth=2, strokeJoin="round"),
            line.mark_point(fill=colour, filled=True, size=9, opacity=1, strokeWidth=0),
        ]
    layers += _strip([day.covered for day in days], x, height)
    return _svg(layers, width=width, height=height)


def hourly_chart(hours: Sequence[Hour], ticks: Mapping[int, str], *, width: int) -> str:
    """
    Draw this week's mentions by hour over the band of earlier weeks.

    Args:
        hours: Consecutive hours of the week.
        ticks: Labels by index of the hour.
        width: In pixels.
    """
    height = 150
    x = _axis_x(len(hours), ticks)
    y = _axis_y(count for hour in hours for count in (hour.mentions, hour.high))
    band = [
        {"x": index, "x2": index + 1, "value": hour.low, "value2": hour.high}
        for index, hour in enumerate(hours)
        if hour.low is not None
    ]
    bars = [
        {"x": index + 0.12, "x2": index + 0.88, "value": hour.mentions, "value2": 0}
        for index, hour in enumerate(hours)
        if hour.mentions
    ]
    layers: list[Any] = [
        alt.Chart(_data(rows)).mark_rect(fill=fill).encode(x=x, x2="x2:Q", y=y, y2="value2:Q")
        for rows, fill in ((band, "var(--band)"), (bars, "var(--brand)"))
    ]
    layers += _strip([hour.covered for hour in hours], x, height)
    return _svg(layers, width=width, height=height)


def tone_chart(tones: Sequence[ToneWeek], *, width: int) -> str:
    """Draw stories by tone as stacked bars, one a week; hatched where nothing is known."""
    height = 200
    rows, unknown = [], []
    for index, week in enumerate(tones):
        if week.sentiment is None:
            unknown.append({"x": index + 0.15, "x2": index + 0.85})
            continue
        at = 0
        for tone in _TONE_FILL:
            count = getattr(week.sentiment, tone)
            if count:
                rows.append(
                    {"x": index + 0.15, "x2": index + 0.85, "value": at, "value2": at + count}
                    | {"tone": tone}
                )
            at += count
    ticks = {index: f"W{week.week.label[-2:]}" for index, week in enumerate(tones)}
    x = _axis_x(len(tones), ticks, centred=True)
    y = _axis_y(row["value2"] for row in rows)
    fill = alt.Fill(
        "tone:N",
        scale=alt.Scale(domain=list(_TONE_FILL), range=list(_TONE_FILL.values())),
        legend=None,
    )
    layers: list[Any] = [
        _highlight(len(tones) - 1, len(tones), x),
        alt.Chart(_data(rows)).mark_rect().encode(x=x, x2="x2:Q", y=y, y2="value2:Q", fill=fill),
        alt.Chart(_data(unknown))
        .mark_rect(fill="url(#hatch-none)", yOffset=0)
        .encode(x=x, x2="x2:Q", y=alt.value(height - 24), y2=alt.value(height)),
    ]
    return _svg(layers, width=width, height=height)


def voice_chart(
    voices: Sequence[Voice], own: str, percent: Callable[[float], str], *, width: int
) -> str:
    """
    Draw each party's share of voice as a bar, with a tick at its usual share.

    Args:
        voices: The largest first.
        own: What the firm is called.
        percent: Writes a share.
        width: In pixels.
    """
    step = 44
    rows = [
        {
            "y": index,
            "value": voice.share,
            "name": f"{percent(voice.share)}  {own if voice.name is None else voice.name}",
            "colour": "var(--brand)" if voice.name is None else "var(--neutral)",
            "usual": voice.usual.middle if voice.usual else None,
        }
        for index, voice in enumerate(voices)
    ]
    top = max((max(v.share, v.usual.middle if v.usual else 0.0) for v in voices), default=1.0)
    scale = alt.Scale(domain=[0, top * 1.02 or 1])
    x = alt.X("value:Q", axis=None, scale=scale)
    y = alt.Y("y:O", axis=None, scale=alt.Scale(paddingInner=0.1, paddingOuter=0.05))
    chart = alt.Chart(_data(rows))
    layers: list[Any] = [
        chart.mark_bar(height=14, yOffset=9).encode(
            x=x, y=y, fill=alt.Fill("colour:N", scale=None)
        ),
        chart.mark_text(
            align="left", dy=-10, fontSize=13, fill="var(--ink)", limit=width - 10
        ).encode(x=alt.value(0), y=y, text="name:N"),
        alt.Chart(_data([row for row in rows if row["usual"] is not None]))
        .mark_tick(
            orient="vertical", thickness=2, height=22, yOffset=9, stroke="var(--ink)", opacity=1
        )
        .encode(x=alt.X("usual:Q", axis=None, scale=scale), y=y),
    ]
    return _svg(layers, width=width, height=step * len(rows))


def _data(rows: Sequence[Mapping[str, Any]]) -> Any:
    return alt.InlineData(values=list(rows))


def _axis_x(steps: int, ticks: Mapping[int, str], *, centred: bool = False) -> alt.X:
    shift = 0.5 if centred else 0
    labels = json.dumps({str(at + shift): text for at, text in ticks.items()})
    axis = alt.Axis(
        values=[at + shift for at in ticks],
        labelExpr=f"{labels}[toString(datum.value)]",
        grid=False,
        offset=0 if centred else _STRIP_GAP + _STRIP_HEIGHT + 3,
        domain=centred,
        ticks=not centred,
        labelAlign="center" if centred else "left",
        labelPadding=6 if centred else 2,
        labelOverlap=False,
    )
    return alt.X("x:Q", axis=axis, title=None, scale=alt.Scale(domain=[0, steps], nice=False))


def _axis_y(counts: Iterable[float | None]) -> alt.Y:
    top = max((count for count in counts if count is not None), default=0)
    # Counts are whole: no tick between 0 and 1.
    axis = alt.Axis(
        tickCount=min(4, max(1, int(top))), tickMinStep=1, domain=False, ticks=False, format="d"
    )
    scale = alt.Scale(domain=[0, max(1, top)], nice=True)
    return alt.Y("value:Q", axis=axis, scale=scale, title=None)


def _highlight(since: int, until: int, x: alt.X) -> Any:
    return (
        alt.Chart(_data([{"x": max(0, since), "x2": until}]))
        .mark_rect(fill="var(--highlight)")
        .encode(x=x, x2="x2:Q")
    )


def _strip(covered: Sequence[float | None], x: alt.X, height: int) -> list[Any]:
    top = height + _STRIP_GAP
    found = runs(covered)
    layers = []
    for kind, fill in _COVERAGE_FILL.items():
        rows = [{"x": since, "x2": until} for since, until, of in found if of == kind]
        if rows:
            layers.append(
                alt.Chart(_data(rows))
                .mark_rect(fill=fill, clip=False)
                .encode(x=x, x2="x2:Q", y=alt.value(top), y2=alt.value(top + _STRIP_HEIGHT))
            )
    return layers


def _svg(layers: Sequence[Any], *, width: int, height: int) -> str:
    chart = (
        alt.layer(*layers)
        .properties(width=width, height=height, autosize=alt.AutoSizeParams(type="fit-x"))
        .configure(background="transparent", aria=False, font="sans-serif", padding=2)
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=12,
            labelColor="var(--muted)",
            gridColor="var(--line)",
            domainColor="var(--line)",
            tickColor="var(--line)",
        )
    )
    svg: str = vl_convert.vegalite_to_svg(chart.to_dict())
    # The page gives the size and the description; marks need none of their own.
    svg = re.sub(r' (?:xmlns:xlink|role|aria-[a-z]+|class|pointer-events)="[^"]*"', "", svg)
    return re.sub(r'^<svg ([^>]*?)width="[^"]*" height="[^"]*"', r"<svg \1", svg)
