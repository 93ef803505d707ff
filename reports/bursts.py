"""When something began: the stretch of time into which stories crowd."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt

# The 95 % point of Kuiper's statistic as modified for small samples
# (Stephens 1970, doi:10.1111/j.2517-6161.1970.tb00821.x).
_KUIPER_95 = 1.747
_FEWEST_CROWDED = 1 / 3


@dataclass(frozen=True, slots=True)
class Burst:
    """A stretch of time in which more happened than in the rest."""

    since: datetime
    """The first of what crowds."""
    until: datetime
    """The last of it."""

    @property
    def middle(self) -> datetime:
        """The instant halfway."""
        return self.since + (self.until - self.since) / 2

    def holds(self, at: datetime) -> bool:
        """Tell whether an instant lies within it, both ends included."""
        return self.since <= at <= self.until


def find_burst(times: Sequence[datetime], since: datetime, until: datetime) -> Burst | None:
    """
    Find the stretch that holds most beyond an even spread over the period.

    Args:
        times: Instants within the period, in any order.
        since: The period's start.
        until: Its end.

    Returns:
        The stretch from one instant to another whose share of the instants exceeds its
        share of the period the most; None if that excess is under a third, or within
        what an even spread gives by chance (Kuiper 1960).
    """
    ordered = sorted(times)
    length = (until - since).total_seconds()
    if not ordered or length <= 0:
        return None
    count = len(ordered)
    places = [(at - since).total_seconds() / length for at in ordered]
    excess, first, last, lowest = 0.0, 0, 0, 0
    for index, place in enumerate(places):
        if index / count - place < lowest / count - places[lowest]:
            lowest = index
        found = (index + 1 - lowest) / count - (place - places[lowest])
        if found > excess:
            excess, first, last = found, lowest, index
    by_chance = _KUIPER_95 / (sqrt(count) + 0.155 + 0.24 / sqrt(count))
    if excess < max(by_chance, _FEWEST_CROWDED):
        return None
    return Burst(ordered[first], ordered[last])
