"""The chart of net sentiment: what was told, what chance makes of it, and where the truth lies."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt

from reports.drawing import axis_x, data, highlight, rects, svg
from reports.status_model import TonePeriod

_TICKS = (-1.0, -0.5, 0.0, 0.5, 1.0)


def net_sentiment_chart(
    tones: Sequence[TonePeriod],
    ticks: Mapping[int, str],
    signed: Callable[[float], str],
    *,
    width: int,
) -> str:
    """
    Draw net sentiment as a point a period, in a bar of chance, in the band of the true value.

    Args:
        tones: The periods, the one reported last.
        ticks: Labels by index of the period.
        signed: Writes a net sentiment.
        width: In pixels.
    """
    height = 200
    bands, bars, points, unknown = [], [], [], []
    for index, one in enumerate(tones):
        if one.sentiment is None:
            unknown.append({"x": index + 0.15, "x2": index + 0.85})
            continue
        interval, value, told = one.sentiment.interval, one.sentiment.value, one.told
        if interval is None or value is None:
            continue
        bands.append(_span(index, 0.15, interval))
        if told is not None:
            # Where stories were judged once more the value shown is another one than was compared.
            bars.append(_span(index, 0.46, (min(told[0], value), max(told[1], value))))
        points.append({"x": index + 0.5, "value": value})
    x = axis_x(len(tones), ticks, centred=True)
    labels = json.dumps({f"{at:.1f}": signed(at) for at in _TICKS})
    y = alt.Y(
        "value:Q",
        title=None,
        axis=alt.Axis(
            values=list(_TICKS),
            labelExpr=f"{labels}[replace(format(datum.value, '.1f'), '\u2212', '-')]",
            domain=False,
            ticks=False,
        ),
        scale=alt.Scale(domain=[-1, 1], nice=False),
    )
    layers: list[Any] = [
        highlight(len(tones) - 1, len(tones), x),
        rects(bands, "var(--band)", x, y),
        alt.Chart(data([{"value": 0}])).mark_rule(stroke="var(--muted)").encode(y=y),
        rects(bars, "var(--ink)", x, y),
        alt.Chart(data(points))
        .mark_point(
            fill="var(--ink)", filled=True, size=44, opacity=1, stroke="var(--page)", strokeWidth=1
        )
        .encode(x=x, y=y),
        alt.Chart(data(unknown))
        .mark_rect(fill="url(#hatch-none)")
        .encode(x=x, x2="x2:Q", y=alt.value(height - 24), y2=alt.value(height)),
    ]
    return svg(layers, width=width, height=height)


def _span(index: int, margin: float, bounds: tuple[float, float]) -> dict[str, float]:
    low, high = bounds
    return {"x": index + margin, "x2": index + 1 - margin, "value": low, "value2": high}
