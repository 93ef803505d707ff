"""The report's charts, as SVG that needs no script, no font file and no request."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt

from reports.drawing import axis_x, axis_y, data, highlight, rects, strip, svg
from reports.status_model import Day, Step, TonePeriod, Voice, Volume

WIDE, NARROW, HALF = 920, 330, 430
"""Drawing widths in pixels; the page shows the one that fits."""

_LABEL_WIDTH = 110
_BESIDE = 130
_MOST_ROOM = 1.3
"""The axis reaches so far above the most stories, if copies need more."""
# Colours are the page's own variables, so that dark mode and print reach the charts.
_TONE_FILL = {
    "negative": "var(--negative)",
    "uncertain": "var(--uncertain)",
    "neutral": "var(--neutral)",
    "positive": "var(--positive)",
}


def daily_chart(
    days: Sequence[Day],
    ticks: Mapping[int, str],
    copies: Callable[[int], str],
    *,
    reported: int,
    width: int,
) -> str:
    """
    Draw stories by day for brand and company, the days reported marked.

    Copies stand as pale bars upon the lines; where they would dwarf the stories they are cut
    off and labelled.

    Args:
        days: Consecutive days.
        ticks: Labels by index of the day.
        copies: Writes a number of copies.
        reported: How many days, the last ones, the report is about.
        width: In pixels.
    """
    height = 190
    x = axis_x(len(days), ticks)
    volumes = [volume for day in days for volume in (day.brand, day.company) if volume]
    top, is_cut = _top(volumes, ())
    y = axis_y([top], nice=not is_cut)
    layers: list[Any] = [highlight(len(days) - reported, len(days), x)]
    cuts: list[_Cut] = []
    for name in ("company", "brand"):
        heard: list[Volume | None] = [getattr(day, name) for day in days]
        cuts += _cuts(heard, top)
        layers += _copies(heard, top, x, y)
    layers += _cut_marks(cuts, copies, len(days), x, width=width)
    for name in ("company", "brand"):
        volumes_of = [getattr(day, name) for day in days]
        points = [
            {"x": index + 0.5, "value": volume.stories if volume else None}
            for index, volume in enumerate(volumes_of)
        ]
        line = alt.Chart(data(points)).encode(x=x, y=y)
        colour = f"var(--{name})"
        layers += [
            line.mark_line(stroke=colour, strokeWidth=2, strokeJoin="round"),
            line.mark_point(fill=colour, filled=True, size=9, opacity=1, strokeWidth=0),
        ]
    layers += strip([day.covered for day in days], x, height)
    return svg(layers, width=width, height=height)


def step_chart(
    steps: Sequence[Step],
    ticks: Mapping[int, str],
    copies: Callable[[int], str],
    marks: Sequence[tuple[float, str]] = (),
    *,
    width: int,
) -> str:
    """
    Draw stories by hour, or by day, over the band of earlier ones, copies pale upon them.

    Args:
        steps: Consecutive hours or days.
        ticks: Labels by index of the step.
        copies: Writes a number of copies.
        marks: What began when: the place in steps from the start, and what to call it.
        width: In pixels.
    """
    height = 150
    x = axis_x(len(steps), ticks)
    heard = [step.volume for step in steps]
    top, is_cut = _top([volume for volume in heard if volume], [step.high for step in steps])
    y = axis_y([top], nice=not is_cut)
    band = [
        {"x": index, "x2": index + 1, "value": step.low, "value2": step.high}
        for index, step in enumerate(steps)
        if step.low is not None
    ]
    bars = [
        {"x": index + 0.12, "x2": index + 0.88, "value": volume.stories, "value2": 0}
        for index, volume in enumerate(heard)
        if volume and volume.stories
    ]
    layers = [rects(band, "var(--band)", x, y), *_copies(heard, top, x, y)]
    layers.append(rects(bars, "var(--brand)", x, y))
    layers += _cut_marks(_cuts(heard, top), copies, len(steps), x, width=width)
    layers += _begin_marks(marks, len(steps), x, height, width=width)
    layers += strip([step.covered for step in steps], x, height)
    return svg(layers, width=width, height=height)


def tone_chart(tones: Sequence[TonePeriod], ticks: Mapping[int, str], *, width: int) -> str:
    """Draw stories by tone as stacked bars, one a period; hatched where nothing is known."""
    height = 200
    rows, unknown = [], []
    for index, one in enumerate(tones):
        if one.sentiment is None:
            unknown.append({"x": index + 0.15, "x2": index + 0.85})
            continue
        at = 0
        for tone in _TONE_FILL:
            count = getattr(one.sentiment, tone)
            if count:
                rows.append(
                    {"x": index + 0.15, "x2": index + 0.85, "value": at, "value2": at + count}
                    | {"tone": tone}
                )
            at += count
    x = axis_x(len(tones), ticks, centred=True)
    y = axis_y(row["value2"] for row in rows)
    fill = alt.Fill(
        "tone:N",
        scale=alt.Scale(domain=list(_TONE_FILL), range=list(_TONE_FILL.values())),
        legend=None,
    )
    layers: list[Any] = [
        highlight(len(tones) - 1, len(tones), x),
        alt.Chart(data(rows)).mark_rect().encode(x=x, x2="x2:Q", y=y, y2="value2:Q", fill=fill),
        alt.Chart(data(unknown))
        .mark_rect(fill="url(#hatch-none)", yOffset=0)
        .encode(x=x, x2="x2:Q", y=alt.value(height - 24), y2=alt.value(height)),
    ]
    return svg(layers, width=width, height=height)


def voice_chart(
    voices: Sequence[Voice],
    own: str,
    percent: Callable[[float], str],
    of_mentions: Callable[[float], str],
    *,
    width: int,
) -> str:
    """
    Draw each party's share of voice by stories as a bar, with a tick at its usual share.

    Args:
        voices: The largest first.
        own: What the firm is called.
        percent: Writes a share.
        of_mentions: Writes the share of mentions, which stands beside.
        width: In pixels.
    """
    step = 44
    rows = [
        {
            "y": index,
            "value": voice.share,
            "name": f"{percent(voice.share)}  {own if voice.name is None else voice.name}",
            "mentions": of_mentions(voice.share_of_mentions),
            "colour": "var(--brand)" if voice.name is None else "var(--neutral)",
            "usual": voice.usual.middle if voice.usual else None,
        }
        for index, voice in enumerate(voices)
    ]
    top = max((max(v.share, v.usual.middle if v.usual else 0.0) for v in voices), default=1.0)
    scale = alt.Scale(domain=[0, top * 1.02 or 1])
    x = alt.X("value:Q", axis=None, scale=scale)
    y = alt.Y("y:O", axis=None, scale=alt.Scale(paddingInner=0.1, paddingOuter=0.05))
    chart = alt.Chart(data(rows))
    layers: list[Any] = [
        chart.mark_bar(height=14, yOffset=9).encode(
            x=x, y=y, fill=alt.Fill("colour:N", scale=None)
        ),
        chart.mark_text(
            align="left", dy=-10, fontSize=13, fill="var(--ink)", limit=width - _BESIDE
        ).encode(x=alt.value(0), y=y, text="name:N"),
        chart.mark_text(
            align="right", dy=-10, fontSize=12, fill="var(--muted)", limit=_BESIDE - 10
        ).encode(x=alt.value(width), y=y, text="mentions:N"),
        alt.Chart(data([row for row in rows if row["usual"] is not None]))
        .mark_tick(
            orient="vertical", thickness=2, height=22, yOffset=9, stroke="var(--ink)", opacity=1
        )
        .encode(x=alt.X("usual:Q", axis=None, scale=scale), y=y),
    ]
    return svg(layers, width=width, height=step * len(rows))


@dataclass(slots=True)
class _Cut:
    """Neighbouring bars of copies that are cut off: first step, last step, copies in them."""

    first: int
    last: int
    copies: int

    @property
    def middle(self) -> float:
        return (self.first + self.last + 1) / 2


def _top(volumes: Sequence[Volume], band: Iterable[float | None]) -> tuple[float, bool]:
    """Find how high the axis reaches, and whether copies are cut off there."""
    stories = max(
        (1, *(volume.stories for volume in volumes), *(high for high in band if high is not None))
    )
    mentions = max((volume.mentions for volume in volumes), default=0)
    if mentions <= _MOST_ROOM * stories:
        return max(mentions, stories), False
    return _MOST_ROOM * stories, True


def _copies(heard: Sequence[Volume | None], top: float, x: alt.X, y: alt.Y) -> list[Any]:
    rows = [
        {
            "x": index + 0.12,
            "x2": index + 0.88,
            "value": min(volume.stories, top),
            "value2": min(volume.mentions, top),
        }
        for index, volume in enumerate(heard)
        if volume and volume.copies
    ]
    return [rects(rows, "var(--copies)", x, y)]


def _cuts(heard: Sequence[Volume | None], top: float) -> list[_Cut]:
    return [
        _Cut(index, index, volume.copies)
        for index, volume in enumerate(heard)
        if volume and volume.mentions > top
    ]


def _cut_marks(
    cuts: Sequence[_Cut], copies: Callable[[int], str], steps: int, x: alt.X, *, width: int
) -> list[Any]:
    """Draw a gap through bars that are cut off, and say above them how much was."""
    if not cuts:
        return []
    gaps = [{"x": cut.first, "x2": cut.last + 1} for cut in cuts]
    joined: list[_Cut] = []
    for cut in sorted(cuts, key=lambda cut: cut.first):
        if joined and (cut.middle - joined[-1].middle) * width < _LABEL_WIDTH * steps:
            joined[-1].last = max(joined[-1].last, cut.last)
            joined[-1].copies += cut.copies
        else:
            joined.append(_Cut(cut.first, cut.last, cut.copies))
    layers = [
        alt.Chart(data(gaps))
        .mark_rect(fill="var(--page)")
        .encode(x=x, x2="x2:Q", y=alt.value(9), y2=alt.value(12))
    ]
    return layers + [
        _label(cut.middle, copies(cut.copies), steps, x, y=-9, fill="var(--muted)", width=width)
        for cut in joined
    ]


def _begin_marks(
    marks: Sequence[tuple[float, str]], steps: int, x: alt.X, height: int, *, width: int
) -> list[Any]:
    """Draw a line where something began, and its name above the chart, one row for each."""
    layers: list[Any] = []
    for row, (at, name) in enumerate(marks):
        top = -26 - 16 * row
        layers += [
            alt.Chart(data([{"x": at}]))
            .mark_rule(stroke="var(--ink)", strokeDash=[2, 2], clip=False)
            .encode(x=x, y=alt.value(top + 9), y2=alt.value(height)),
            _label(at, name, steps, x, y=top, fill="var(--ink)", width=width, is_aside=True),
        ]
    return layers


def _label(
    at: float,
    text: str,
    steps: int,
    x: alt.X,
    *,
    y: float,
    fill: str,
    width: int,
    is_aside: bool = False,
) -> Any:
    """Write above the chart, turned inwards near its edges."""
    place = at / steps
    edge = 0.5 if is_aside else _LABEL_WIDTH / 2 / width
    align: Literal["left", "center", "right"] = (
        "left" if place < edge else "right" if place > 1 - edge else "center"
    )
    limit = width * (max(place, 1 - place) if is_aside else 1)
    return (
        alt.Chart(data([{"x": at, "text": text}]))
        .mark_text(align=align, fontSize=12, fill=fill, limit=limit, clip=False)
        .encode(x=x, y=alt.value(y), text="text:N")
    )
