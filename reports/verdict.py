"""The on-course rule, version 2: when a facet is green, amber, red, or can't be judged."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.baseline import Usual
from reports.sentiment import NetSentiment
from reports.settings import ReportSettings
from reports.status_model import Colour, Facet, Figure, Headline, Verdict

RULE = "on-course v2"

NOT_WATCHED = Verdict(colour="grey", reasons=("not_watched",))
"""Of a facet without any subject on the watchlist."""

_CLEARLY = 0.2
_WORST_FIRST: tuple[Colour, ...] = ("red", "amber", "grey", "green")


@dataclass(frozen=True, kw_only=True, slots=True)
class Signs:
    """What the rule looks at; see docs/metrics.md."""

    covered: float | None
    is_running: bool
    stories: Figure
    negative: int
    usual_negative: Usual | None
    sentiment: NetSentiment
    told: tuple[float, float] | None
    """Where net sentiment may lie by chance: what the usual is compared with."""
    usual_net: Usual | None


def judge(signs: Signs, settings: ReportSettings) -> Verdict:
    """
    Judge brand or company.

    What was seen is enough for red; green needs to know that nothing was missed.
    """
    reasons = _tone_reasons(signs, settings)
    interval = signs.sentiment.interval
    is_negative = interval is not None and interval[1] < 0
    if "more_negative" in reasons and ("tone_clearly_worse" in reasons or is_negative):
        return Verdict(colour="red", reasons=reasons)
    unknown = _why_unknown(
        signs.covered, signs.stories.usual, settings, is_running=signs.is_running
    )
    if unknown is not None:
        return Verdict(colour="grey", reasons=(unknown, *reasons))
    if signs.stories.change:
        reasons += ("more",) if signs.stories.change > 0 else ("fewer",)
    return _calm_or_not(reasons, signs.covered, settings)


def sum_up(facets: Sequence[Facet]) -> Headline:
    """
    Answer for all facets that are watched: red goes before amber, amber before green.

    Grey counts as the answer only where no facet is red or amber. If several facets
    share a colour, the reasons are those that hold for all; else those of the first.
    """
    watched = [facet for facet in facets if facet.verdict != NOT_WATCHED]
    if not watched:
        return Headline(colour="grey", facets=(), reasons=NOT_WATCHED.reasons)
    colours = [facet.verdict.colour for facet in watched]
    colour = next(one for one in _WORST_FIRST if one in colours)
    chosen = [facet for facet in watched if facet.verdict.colour == colour]
    reasons = tuple(
        reason
        for reason in chosen[0].verdict.reasons
        if all(reason in facet.verdict.reasons for facet in chosen)
    )
    if not reasons:
        chosen, reasons = chosen[:1], chosen[0].verdict.reasons
    return Headline(
        colour=colour,
        facets=tuple(facet.name for facet in chosen),
        reasons=reasons,
        calm=tuple(facet.name for facet in watched if facet.verdict.colour == "green")
        if colour == "grey"
        else (),
    )


def judge_staff(
    mentions: Figure,
    covered: float | None,
    settings: ReportSettings,
    *,
    units: int,
    is_running: bool,
) -> Verdict:
    """Judge the employee facet by its volume alone; tone is never looked at."""
    if not units:
        return Verdict(colour="grey", reasons=("no_units",))
    if mentions.now is None:
        return Verdict(colour="grey", reasons=("all_hidden",))
    unknown = _why_unknown(covered, mentions.usual, settings, is_running=is_running)
    if unknown is not None:
        return Verdict(colour="grey", reasons=(unknown,))
    reasons: tuple[str, ...] = ()
    if mentions.change:
        reasons = ("more",) if mentions.change > 0 else ("fewer",)
    return _calm_or_not(reasons, covered, settings)


def _tone_reasons(signs: Signs, settings: ReportSettings) -> tuple[str, ...]:
    reasons: tuple[str, ...] = ()
    if signs.told is not None and signs.usual_net is not None:
        if signs.told[1] < signs.usual_net.middle - _CLEARLY:
            reasons += ("tone_clearly_worse",)
        elif signs.told[1] < signs.usual_net.middle:
            reasons += ("tone_worse",)
    if (
        signs.usual_negative is not None
        and signs.usual_negative.change(signs.negative, unusual_at=settings.unusual_at) > 0
    ):
        reasons += ("more_negative",)
    return reasons


def _why_unknown(
    covered: float | None, usual: Usual | None, settings: ReportSettings, *, is_running: bool
) -> str | None:
    if covered is None or covered < settings.least_coverage:
        return "little_covered"
    if is_running:
        return "still_running"
    return "no_history" if usual is None else None


def _calm_or_not(
    reasons: tuple[str, ...], covered: float | None, settings: ReportSettings
) -> Verdict:
    if covered is None or covered < settings.good_coverage:
        reasons = (*reasons, "partly_covered")
    colour: Colour = "amber" if reasons else "green"
    return Verdict(colour=colour, reasons=reasons or ("usual",))
