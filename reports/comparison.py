"""What net sentiment is compared by: like with like, whatever a better model judged since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from enrichment.tone.error import ToneError, switch_sd
from reports.frame import Frame
from reports.sentiment import NetSentiment, count_first_tones
from reports.status_model import Figure

_FEWEST_POLAR = 5
_NET_FLOOR = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Net sentiment of a facet by period, as the enrichment found it first."""

    figure: Figure
    """Of the period reported; it changes only where the bar of chance excludes the usual."""
    first: Mapping[date, NetSentiment]
    """By the first day of the period."""
    told: Mapping[date, tuple[float, float]]
    """Bars of chance, by the first day of the period."""


def compare_tones(
    rows: Sequence[Mapping[str, Any]], frame: Frame, errors: Mapping[str, ToneError]
) -> Comparison:
    """
    Compare the tone of periods.

    Args:
        rows: Of the query `facet_periods`, of one facet.
        frame: The periods.
        errors: Of the tone models, by name.
    """
    first = {row["period_start"]: count_first_tones(row, errors) for row in rows}
    nets = net_series(first, frame)
    before = _judged_before(first, nets, frame)
    told = {
        start: bar
        for start, one in first.items()
        if (bar := one.told_interval(switch_sd(one.judged, before, errors))) is not None
    }
    net = frame.share_figure(nets, floor=_NET_FLOOR)
    return Comparison(
        figure=_flag_by_interval(net, told.get(frame.period.first)), first=first, told=told
    )


def shown_figure(tones: Mapping[date, NetSentiment], compared: Comparison, frame: Frame) -> Figure:
    """
    Make the figure that is shown: of the better judgements, with the change that a comparison found.

    No change is shown against which the figures themselves speak.
    """
    shown = frame.share_figure(net_series(tones, frame), floor=_NET_FLOOR)
    change = compared.figure.change
    if shown.now is not None and shown.usual and (shown.now - shown.usual.middle) * change <= 0:
        change = 0
    return Figure(now=shown.now, before=shown.before, usual=shown.usual, change=change)


def net_series(tones: Mapping[date, NetSentiment], frame: Frame) -> list[float | None]:
    """Give net sentiment by period; earlier ones with too few stories tell nothing."""
    return [
        tones[period.first].value
        if period.first in tones
        and (period == frame.period or tones[period.first].polar >= _FEWEST_POLAR)
        else None
        for period in frame.periods
    ]


def _judged_before(
    tones: Mapping[date, NetSentiment], nets: Sequence[float | None], frame: Frame
) -> dict[str, float]:
    """Give the mean share of each model in the stories of the periods compared with."""
    compared = [
        tones[period.first].judged
        for period, net in zip(frame.periods[:-1], frame.baseline(nets), strict=True)
        if net is not None
    ]
    return {
        model: sum(judged.get(model, 0.0) for judged in compared) / len(compared)
        for model in sorted({model for judged in compared for model in judged})
    }


def _flag_by_interval(net: Figure, interval: tuple[float, float] | None) -> Figure:
    """Few stories swing far: the interval, too, must exclude what is usual."""
    change = net.change
    if interval and net.usual and interval[0] <= net.usual.middle <= interval[1]:
        change = 0
    return Figure(now=net.now, before=net.before, usual=net.usual, change=change)
