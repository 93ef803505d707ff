"""What the charts over time show: days, hours and weeks, and what was known of each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from reports.frame import Frame
from reports.period import local_midnight
from reports.sentiment import count_tones
from reports.status_model import Day, Hour, ToneWeek
from reports.week_coverage import Ledger, week_hours

Row = Mapping[str, Any]

_FEWEST_FOR_BAND = 6


def daily(rows: Sequence[Row], ledger: Ledger, frame: Frame, until: datetime) -> tuple[Day, ...]:
    """Give each day of all weeks its mentions and its coverage, to be drawn."""
    first = frame.weeks[0].monday
    days = [first + timedelta(days=n) for n in range(7 * len(frame.weeks))]
    starts = [local_midnight(day, frame.settings.zone) for day in days]
    covered = ledger.by_step(starts, until)
    counts: Counter[tuple[date, str]] = Counter()
    for row in rows:
        counts[row["local_hour"].date(), row["facet"]] += row["mentions"]
    return tuple(
        Day(
            day=day,
            brand=_known(counts[day, "brand"], part),
            company=_known(counts[day, "company"], part),
            covered=part,
        )
        for day, part in zip(days, covered, strict=True)
    )


def hourly(rows: Sequence[Row], ledger: Ledger, frame: Frame, until: datetime) -> tuple[Hour, ...]:
    """Give each hour of the week its mentions, beside the same hour of earlier weeks."""
    zone = frame.settings.zone
    counts: Counter[datetime] = Counter()
    for row in rows:
        if row["facet"] == "own":
            counts[row["local_hour"]] += row["mentions"]
    earlier: list[list[int]] = [[] for _ in range(168)]
    for week in frame.weeks[:-1]:
        pairs = week_hours(week, zone)
        parts = ledger.by_step([instant for _, instant in pairs], week.bounds(zone)[1])
        for index, ((local, _), part) in enumerate(zip(pairs, parts, strict=True)):
            if part is not None and part >= frame.settings.least_coverage:
                earlier[index].append(counts[local])
    pairs = week_hours(frame.week, zone)
    covered = ledger.by_step([instant for _, instant in pairs], until)
    hours = []
    for index, ((local, _), part) in enumerate(zip(pairs, covered, strict=True)):
        low, high = _band(earlier[index], fewest=frame.settings.fewest_weeks)
        hours.append(
            Hour(at=local, mentions=_known(counts[local], part), low=low, high=high, covered=part)
        )
    return tuple(hours)


def _known(count: int, covered: float | None) -> int | None:
    return count if count or covered else None


def _band(values: Sequence[int], *, fewest: int) -> tuple[float | None, float | None]:
    """The range of the earlier weeks; of many weeks without the highest and the lowest."""
    if len(values) < fewest:
        return None, None
    ordered = sorted(values)
    if len(ordered) >= _FEWEST_FOR_BAND:
        ordered = ordered[1:-1]
    return ordered[0], ordered[-1]


def weekly_tones(rows: Sequence[Row], frame: Frame) -> tuple[ToneWeek, ...]:
    """Give each week its tones."""
    own = {row["week_start"]: row for row in rows if row["facet"] == "own"}
    return tuple(
        ToneWeek(
            week=week,
            sentiment=count_tones(own.get(week.monday)) if part or week.monday in own else None,
        )
        for week, part in zip(frame.weeks, frame.covered, strict=True)
    )
