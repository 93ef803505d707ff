"""What is usual at an hour of the week, learned from a few weeks of counts, and how unusual a count is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import exp, lgamma, log, log1p

SLOTS = 168
"""Hours of a week, from Monday 00:00 on the clock on the wall."""

LONGEST_WINDOW = 3
"""Hours."""

_LEAST_TAIL = 1e-12
_HALF_LIFE_H = 21 * 24
_CAP_AT = 0.999
_CAP_ROUNDS = 2
_SPARED_DAYS = 0.1
# Strengths of the gamma priors, in stories: 1/c² for profiles that vary around
# the coarser one with a coefficient of variation c of about 0.7, 0.3 and 0.3.
_DAY_PRIOR, _WEEKDAY_PRIOR, _SLOT_PRIOR = 2.0, 10.0, 10.0
# What is assumed of the dispersion, and how much data outweighs it.
_USUAL_DISPERSION, _DISPERSION_PRIOR = 0.25, 5.0
_LEAST_DISPERSION = 0.02
_TINY = 1e-9


@dataclass(frozen=True, kw_only=True, slots=True)
class PastHour:
    """One hour that was listened to well enough to learn from."""

    number: int
    """Hours since any fixed moment: neighbours differ by one."""
    slot: int
    """Hour of the week, 0 to 167."""
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Rhythm:
    """The usual week of one series."""

    means: tuple[float, ...]
    """Expected count by hour of the week."""
    dispersions: tuple[float, ...]
    """Of windows of 1, 2, … hours: the variance is mean + dispersion · mean²."""

    def window(self, slots: Sequence[int]) -> "Usual":
        """Tell what is usual in the consecutive hours *slots*, at most three."""
        return Usual(
            mean=sum(self.means[slot] for slot in slots),
            dispersion=self.dispersions[len(slots) - 1],
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Usual:
    """A negative binomial count: mean, and variance mean + dispersion · mean²."""

    mean: float
    dispersion: float

    def tail(self, count: int) -> float:
        """Give the probability of *count* or more; smaller ones than 1e-12 are given as that."""
        return max(_LEAST_TAIL, 1.0 - sum(islice(self._masses(), count)))

    def quantile(self, share: float) -> int:
        """Give the smallest count that at least *share* (below 1) of all counts don't exceed."""
        total = 0.0
        for count, mass in enumerate(self._masses()):
            total += mass
            # Far out, rounding may keep the sum a little under the share.
            if total >= share or (count > self.mean and not mass):
                return count
        raise AssertionError

    def band(self) -> tuple[int, int]:
        """Give the band in which at least nine of ten counts lie."""
        return self.quantile(0.05), self.quantile(0.95)

    def _masses(self) -> Iterator[float]:
        shape = 1 / self.dispersion
        log_miss = -log1p(self.mean * self.dispersion)
        log_hit = log(self.mean * self.dispersion) + log_miss
        count = 0
        while True:
            yield exp(
                lgamma(shape + count)
                - lgamma(shape)
                - lgamma(count + 1)
                + shape * log_miss
                + count * log_hit
            )
            count += 1


def fit_rhythm(hours: Sequence[PastHour], *, now: int, fewest: int) -> Rhythm | None:
    """
    Learn the usual week of one series.

    The mean of an hour of the week is shrunk towards (hour of the day x weekday), and
    the hour of the day towards the overall level, as gamma-Poisson means are (Clayton &
    Kaldor 1987, doi:10.2307/2532003), so that two weeks suffice. An hour counts half as
    much three weeks later. Counts beyond the 99.9 % bound are cut to it, so that an earlier
    crisis doesn't become usual; that bound knows nothing of the wildest tenth of the days.
    Dispersions come from the squared errors of means that leave the hour itself out
    (method of moments).

    Args:
        hours: In order of time, hours that are not known left out.
        now: The number of the hour that is to be judged.
        fewest: With fewer hours there is no usual week.
    """
    if len(hours) < fewest:
        return None
    weights = [0.5 ** ((now - hour.number) / _HALF_LIFE_H) for hour in hours]
    counts = [float(hour.count) for hour in hours]
    means, left_out = _means(hours, counts, weights)
    for _ in range(_CAP_ROUNDS):
        dispersion = _dispersion(hours, counts, left_out, width=1, spared=_SPARED_DAYS)
        counts = [
            _capped(hour.count, mean, dispersion)
            for hour, mean in zip(hours, left_out, strict=True)
        ]
        means, left_out = _means(hours, counts, weights)
    dispersions = tuple(
        _dispersion(hours, counts, left_out, width=width) for width in range(1, LONGEST_WINDOW + 1)
    )
    return Rhythm(means=tuple(means), dispersions=dispersions)


def _capped(count: int, mean: float, dispersion: float) -> float:
    # Chebyshev: nothing within three times the mean and three spreads needs a closer look.
    if count <= mean + 3 * (mean + dispersion * mean * mean) ** 0.5:
        return float(count)
    return float(min(count, Usual(mean=mean, dispersion=dispersion).quantile(_CAP_AT)))


def _means(
    hours: Sequence[PastHour], counts: Sequence[float], weights: Sequence[float]
) -> tuple[list[float], list[float]]:
    """Give the means by hour of the week, and for each hour the one that leaves it out."""
    by_slot, exposure = [0.0] * SLOTS, [0.0] * SLOTS
    for hour, count, weight in zip(hours, counts, weights, strict=True):
        by_slot[hour.slot] += weight * count
        exposure[hour.slot] += weight
    # Half a story: a series without any has a level all the same.
    level = (sum(by_slot) + 0.5) / sum(exposure)
    by_day = [
        (_DAY_PRIOR + sum(by_slot[hour::24])) / (_DAY_PRIOR / level + sum(exposure[hour::24]))
        for hour in range(24)
    ]
    by_weekday = []
    for day in range(7):
        slots = range(24 * day, 24 * day + 24)
        expected = sum(exposure[slot] * by_day[slot % 24] for slot in slots)
        found = sum(by_slot[slot] for slot in slots)
        by_weekday.append((_WEEKDAY_PRIOR + found) / (_WEEKDAY_PRIOR + expected))
    priors = [by_day[slot % 24] * by_weekday[slot // 24] for slot in range(SLOTS)]

    def shrunk(slot: int, found: float, seen: float) -> float:
        return (_SLOT_PRIOR + found) / (_SLOT_PRIOR / priors[slot] + seen)

    means = [shrunk(slot, by_slot[slot], exposure[slot]) for slot in range(SLOTS)]
    left_out = [
        shrunk(
            hour.slot,
            max(0.0, by_slot[hour.slot] - weight * count),
            max(0.0, exposure[hour.slot] - weight),
        )
        for hour, count, weight in zip(hours, counts, weights, strict=True)
    ]
    return means, left_out


def _dispersion(
    hours: Sequence[PastHour],
    counts: Sequence[float],
    means: Sequence[float],
    *,
    width: int,
    spared: float = 0.0,
) -> float:
    """Estimate the dispersion of windows of *width* hours, the wildest *spared* days left out."""
    days: dict[int, tuple[float, float]] = {}
    for first in range(len(hours) - width + 1):
        last = first + width - 1
        if hours[last].number - hours[first].number != width - 1:
            continue
        mean = sum(means[first : last + 1])
        excess = (sum(counts[first : last + 1]) - mean) ** 2 - mean
        known = days.get(hours[first].number // 24, (0.0, 0.0))
        days[hours[first].number // 24] = known[0] + excess, known[1] + mean * mean
    tame = sorted(days.values(), key=lambda day: day[0] / max(day[1], _TINY))
    tame = tame[: len(tame) - int(spared * len(tame))]
    prior = _DISPERSION_PRIOR * width
    excess = sum(day[0] for day in tame) + prior * _USUAL_DISPERSION
    return max(_LEAST_DISPERSION, excess / (sum(day[1] for day in tame) + prior))
