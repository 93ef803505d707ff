"""Net sentiment: one number for the tone, and how far it can be trusted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import hypot, sqrt
from statistics import NormalDist
from typing import Any

from enrichment.tone.error import UNMEASURED, ToneError, mixed_error

_Z95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, kw_only=True, slots=True)
class NetSentiment:
    """Tones counted by story, and what they come to."""

    negative: int
    neutral: int
    positive: int
    uncertain: int
    error: ToneError = UNMEASURED
    """Of the models that judged, mixed by the stories that each judged."""
    judged: Mapping[str, float] = field(default_factory=dict, hash=False)
    """Share of the stories by the name of the model that judged them."""

    @property
    def polar(self) -> int:
        """Stories that are positive or negative."""
        return self.positive + self.negative

    @property
    def value(self) -> float | None:
        """(positive - negative) / (positive + negative), -1 to 1; None without any of either."""
        return (self.positive - self.negative) / self.polar if self.polar else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """
        Where the true net sentiment lies, with 95 % confidence; None where `value` is.

        It covers chance and the model's measured error, see `truth_interval`.
        """
        return truth_interval(self.positive, self.polar, self.error) if self.polar else None

    def told_interval(self, switch_sd: float = 0.0) -> tuple[float, float] | None:
        """
        Where `value` may lie by chance alone: what an earlier value is compared with.

        The model's error is common to both and left out, but for its drift from one period to
        the next and for *switch_sd*, which a change of models adds.

        Returns:
            Lower and upper bound with 95 % confidence, or None where `value` is.
        """
        if not self.polar:
            return None
        sd = hypot(self.error.drift_sd, switch_sd)
        return truth_interval(
            self.positive, self.polar, ToneError(shift=0.0, slope=1.0, shift_sd=sd, slope_sd=0.0)
        )


def count_tones(
    row: Mapping[str, Any] | None, errors: Mapping[str, ToneError] | None = None
) -> NetSentiment:
    """
    Read the tones of a row of the query `facet_periods`; no row, no story.

    Args:
        row: The row.
        errors: Of the tone models, by name.
    """
    return _count(row or {}, "", errors or {})


def count_first_tones(
    row: Mapping[str, Any] | None, errors: Mapping[str, ToneError] | None = None
) -> NetSentiment:
    """
    Read the tones as the enrichment found them, before a better model judged some once more.

    Periods are compared by these: they are by one model where the figures shown are by two.

    Args:
        row: Of the query `facet_periods`; none, no story.
        errors: Of the tone models, by name.
    """
    return _count(row or {}, "first_", errors or {})


def _count(tones: Mapping[str, Any], prefix: str, errors: Mapping[str, ToneError]) -> NetSentiment:
    stories: Mapping[str, int] = tones.get(f"{prefix}judged_by") or {}
    total = sum(stories.values())
    return NetSentiment(
        negative=tones.get(f"{prefix}negative", 0),
        neutral=tones.get(f"{prefix}neutral", 0),
        positive=tones.get(f"{prefix}positive", 0),
        uncertain=tones.get(f"{prefix}uncertain", 0),
        error=mixed_error(stories, errors),
        judged={model: count / total for model, count in sorted(stories.items())},
    )


def truth_interval(positive: int, polar: int, error: ToneError) -> tuple[float, float]:
    """
    Bound the true net sentiment with 95 % confidence, given what a model with a known error told.

    Every t is in it for which what was told, r = 2 * positive / polar - 1, lies within 1.96
    standard deviations of what a true t leads to:

        (r - e)² <= 1.96² ((1 - e²) / polar + shift_sd² + slope_sd² t²),  e = shift + slope t

    Without any error that is Wilson's score interval (1927, doi:10.1080/01621459.1927.10502953)
    stretched from 0…1 to -1…1; with a slope and a shift alone it is that interval put through
    Rogan and Gladen's correction (1978, doi:10.1093/oxfordjournals.aje.a112510); the deviations
    of both come in as in Fieller's theorem (1954). It is never narrower than chance: where
    Wilson's interval lies outside, as it does when a correction leads beyond -1 or 1, the
    interval is widened to hold it.

    Args:
        positive: Positive stories, 0 to *polar*.
        polar: Positive and negative stories, at least 1.
        error: The model's.

    Returns:
        Lower and upper bound, -1 <= lower <= r <= upper <= 1.
    """
    told = (2 * positive - polar) / polar
    chance, known = _Z95**2 / polar, _Z95**2
    squared = error.slope**2 * (1 + chance) - known * error.slope_sd**2
    if squared <= 0:
        return -1.0, 1.0
    linear = error.slope * (error.shift * chance - (told - error.shift))
    constant = (told - error.shift) ** 2 - chance * (1 - error.shift**2) - known * error.shift_sd**2
    root = sqrt(max(0.0, linear**2 - squared * constant))
    low, high = (-linear - root) / squared, (-linear + root) / squared
    lowest, highest = (2 * share - 1 for share in wilson_interval(positive, polar))
    return max(-1.0, min(low, lowest, told)), min(1.0, max(high, highest, told))


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """
    Bound a proportion with 95 % confidence by Wilson's score interval.

    Args:
        successes: 0 to *trials*.
        trials: At least 1.

    Returns:
        Lower and upper bound, within 0 to 1.
    """
    share = successes / trials
    scale = 1 + _Z95**2 / trials
    centre = (share + _Z95**2 / (2 * trials)) / scale
    half = _Z95 / scale * sqrt(share * (1 - share) / trials + _Z95**2 / (4 * trials**2))
    return max(0.0, centre - half), min(1.0, centre + half)
