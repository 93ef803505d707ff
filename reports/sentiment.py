"""Net sentiment: one number for the tone, and how far it can be trusted."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any

_Z95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, kw_only=True, slots=True)
class NetSentiment:
    """Tones counted by story, and what they come to."""

    negative: int
    neutral: int
    positive: int
    uncertain: int

    @property
    def value(self) -> float | None:
        """(positive - negative) / (positive + negative), -1 to 1; None without any of either."""
        polar = self.positive + self.negative
        return (self.positive - self.negative) / polar if polar else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """
        The 95 % interval of `value`; None without any positive or negative story.

        Wilson's score interval of the positive share among the positive and
        negative stories (Wilson 1927, doi:10.1080/01621459.1927.10502953),
        stretched from 0…1 to -1…1. It covers chance only, not the model's errors.
        """
        polar = self.positive + self.negative
        if not polar:
            return None
        low, high = wilson_interval(self.positive, polar)
        return 2 * low - 1, 2 * high - 1


def count_tones(row: Mapping[str, Any] | None) -> NetSentiment:
    """Read the tones of a row of the query `facet_periods`; no row, no story."""
    tones = row or {}
    return NetSentiment(
        negative=tones.get("negative", 0),
        neutral=tones.get("neutral", 0),
        positive=tones.get("positive", 0),
        uncertain=tones.get("uncertain", 0),
    )


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
