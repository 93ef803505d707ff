"""What is usual: the middle and the robust spread of earlier periods."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median

# Makes the median absolute deviation comparable with a standard deviation
# (Rousseeuw & Croux 1993, doi:10.1080/01621459.1993.10476408).
_MAD_TO_SIGMA = 1.4826


@dataclass(frozen=True, kw_only=True, slots=True)
class Usual:
    """The earlier periods in two numbers."""

    middle: float
    """Their median."""
    spread: float
    """Their robust standard deviation, never below what pure chance gives."""
    periods: int
    """How many were usable."""

    def change(self, value: float, *, unusual_at: float) -> int:
        """
        Tell whether *value* lies beyond the normal variation.

        Returns:
            -1 below, 0 within, 1 above.
        """
        distance = (value - self.middle) / self.spread
        return (distance > unusual_at) - (distance < -unusual_at)


def usual_count(values: Sequence[float | None], *, fewest: int) -> Usual | None:
    """
    Describe earlier counts.

    Args:
        values: One count a period; None where too little was covered to count.
        fewest: With fewer usable periods there is no usual.

    Returns:
        Median and 1.4826 times the median absolute deviation; the spread is at least
        the square root of the median, which a Poisson count has, and at least 1.
    """
    known = [value for value in values if value is not None]
    if len(known) < fewest:
        return None
    middle = median(known)
    return Usual(middle=middle, spread=max(_spread(known), sqrt(middle), 1.0), periods=len(known))


def usual_share(values: Sequence[float | None], *, fewest: int, floor: float) -> Usual | None:
    """
    Describe earlier shares or ratios.

    Args:
        values: One ratio a period; None where it is unknown.
        fewest: With fewer usable periods there is no usual.
        floor: The smallest spread, in the ratio's own unit.
    """
    known = [value for value in values if value is not None]
    if len(known) < fewest:
        return None
    return Usual(middle=median(known), spread=max(_spread(known), floor), periods=len(known))


def _spread(values: Sequence[float]) -> float:
    middle = median(values)
    return _MAD_TO_SIGMA * median(abs(value - middle) for value in values)
