"""When people write: the hours of a day and the days of a week."""

from collections.abc import Sequence
from random import Random

# Shares by hour in UTC: quiet nights, coffee, lunch, and evenings on the sofa.
_PEOPLE_HOURS = (
    *(0.6, 0.3, 0.2, 0.2, 0.3, 0.9, 2.2, 3.6, 3.8, 3.6, 4.0, 5.4),
    *(5.2, 4.2, 4.0, 4.6, 5.8, 7.2, 8.4, 8.8, 7.8, 5.4, 3.0, 1.4),
)
_NEWSROOM_HOURS = (*(0,) * 4, 1, 5, 7, 8, 8, 7, 6, 6, 5, 6, 6, 5, 4, 3, 2, 1, *(0,) * 4)
_PEOPLE_DAYS = (0.85, 0.85, 0.9, 0.95, 1.3, 1.25, 1.05)
_NEWSROOM_DAYS = (1.1, 1.1, 1.1, 1.1, 1.1, 0.6, 0.4)
_CRISIS_HOURS = (
    *(22, 26, 26, 24, 22, 20, 21, 23, 24, 22, 16, 9, 5, 3, 2, 1.5, 1, 1.5, 2, 3, 5, 7, 8, 8),
    *(8, 8, 8, 7, 7, 8, 8, 9, 8, 7, 6, 3, 2, 1, 1, 0.5, 0.5, 0.5, 0.7, 1, 2, 3, 3, 3),
    *(3, 3, 3, 2.5, 2.5, 3, 3, 3, 3, 2, 2, 1, *(0.4,) * 8, *(1,) * 12),
)


def people_hours(count: int, week: int, rng: Random) -> list[float]:
    """Draw *count* times of a week, in hours after the first week's Monday 00:00, sorted."""
    return _hours(count, week, _PEOPLE_HOURS, _PEOPLE_DAYS, rng)


def newsroom_hours(count: int, week: int, rng: Random) -> list[float]:
    """Draw *count* times at which articles appear, sorted."""
    return _hours(count, week, _NEWSROOM_HOURS, _NEWSROOM_DAYS, rng)


def crisis_hours(count: int, start_h: float, rng: Random) -> list[float]:
    """Draw *count* times of a crisis: a steep first day, then a tail of two days, sorted."""
    hours = rng.choices(range(len(_CRISIS_HOURS)), _CRISIS_HOURS, k=count)
    return sorted(start_h + hour + rng.random() for hour in hours)


def hours_between(first: float, last: float, count: int, rng: Random) -> list[float]:
    """Draw *count* times in [first, last) of one day by people's rhythm, sorted."""
    hours = range(int(first), int(last))
    drawn = rng.choices(hours, [_PEOPLE_HOURS[hour % 24] for hour in hours], k=count)
    return sorted(hour + rng.random() for hour in drawn)


def _hours(
    count: int, week: int, by_hour: Sequence[float], by_day: Sequence[float], rng: Random
) -> list[float]:
    days = rng.choices(range(7), by_day, k=count)
    hours = rng.choices(range(24), by_hour, k=count)
    return sorted(
        week * 168 + day * 24 + hour + rng.random() for day, hour in zip(days, hours, strict=True)
    )
