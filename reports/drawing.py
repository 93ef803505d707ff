"""What all charts are made of: axes, the strip of coverage, and SVG that needs nothing else."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import altair as alt
import vl_convert

_STRIP_GAP, _STRIP_HEIGHT = 5, 9
_FULL = 0.995
# Colours are the page's own variables, so that dark mode and print reach the charts.
_COVERAGE_FILL = {"full": "var(--covered)", "part": "url(#hatch)", "none": "url(#hatch-none)"}


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


def data(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Wrap the rows of a drawing's layer."""
    return alt.InlineData(values=list(rows))


def rects(rows: Sequence[Mapping[str, Any]], fill: str, x: alt.X, y: alt.Y) -> Any:
    """Draw a rectangle for each row: x to x2, value to value2."""
    chart = alt.Chart(data(rows)).mark_rect(fill=fill)
    return chart.encode(x=x, x2="x2:Q", y=y, y2="value2:Q")


def axis_x(steps: int, ticks: Mapping[int, str], *, centred: bool = False) -> alt.X:
    """Lay out steps of time from left to right; labels stand at the steps given."""
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


def axis_y(counts: Iterable[float], *, nice: bool = True) -> alt.Y:
    """Lay out counts from zero to the highest; *nice* rounds the top up."""
    top = max(counts, default=0)
    # Counts are whole: no tick between 0 and 1.
    axis = alt.Axis(
        tickCount=min(4, max(1, int(top))), tickMinStep=1, domain=False, ticks=False, format="d"
    )
    scale = alt.Scale(domain=[0, max(1, top)], nice=nice)
    return alt.Y("value:Q", axis=axis, scale=scale, title=None)


def highlight(since: int, until: int, x: alt.X) -> Any:
    """Shade the steps from *since* to *until*."""
    return (
        alt.Chart(data([{"x": max(0, since), "x2": until}]))
        .mark_rect(fill="var(--highlight)")
        .encode(x=x, x2="x2:Q")
    )


def strip(covered: Sequence[float | None], x: alt.X, height: int) -> list[Any]:
    """Draw under the chart what was covered of each step."""
    top = height + _STRIP_GAP
    found = runs(covered)
    layers = []
    for kind, fill in _COVERAGE_FILL.items():
        rows = [{"x": since, "x2": until} for since, until, of in found if of == kind]
        if rows:
            layers.append(
                alt.Chart(data(rows))
                .mark_rect(fill=fill, clip=False)
                .encode(x=x, x2="x2:Q", y=alt.value(top), y2=alt.value(top + _STRIP_HEIGHT))
            )
    return layers


def svg(layers: Sequence[Any], *, width: int, height: int) -> str:
    """Write the layers as one SVG that has neither size nor description of its own."""
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
    svg: str = vl_convert.vegalite_to_svg(chart.to_dict(validate=False))
    # The page gives the size and the description; marks need none of their own.
    svg = re.sub(r' (?:xmlns:xlink|role|aria-[a-z]+|class|pointer-events)="[^"]*"', "", svg)
    return re.sub(r'^<svg ([^>]*?)width="[^"]*" height="[^"]*"', r"<svg \1", svg)
