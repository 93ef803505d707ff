"""What the charts over time show: days, hours and weeks, and what was known of each."""

from collections.abc import Container, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from reports.frame import Frame
from reports.period import local_midnight
from reports.sentiment import count_tones
from reports.status_model import Day, Hour, ToneWeek, Volume
from reports.week_coverage import Ledger, week_hours

Row = Mapping[str, Any]

_FEWEST_FOR_BAND = 6
_SILENCE = Volume(stories=0, mentions=0)


def daily(
    rows: Sequence[Row], ledger: Ledger, frame: Frame, until: datetime, watched: Container[str]
) -> tuple[Day, ...]:
    """Give each day of all weeks the volume of each facet *watched* and its coverage."""
    first = frame.weeks[0].monday
    days = [first + timedelta(days=n) for n in range(7 * len(frame.weeks))]
    starts = [local_midnight(day, frame.settings.zone) for day in days]
    covered = ledger.by_step(starts, until)
    heard: dict[tuple[date, str], Volume] = {}
    for row in rows:
        key = row["local_hour"].date(), row["facet"]
        heard[key] = heard.get(key, _SILENCE) + _volume(row)
    return tuple(
        Day(
            day=day,
            brand=_known(heard.get((day, "brand")), part) if "brand" in watched else None,
            company=_known(heard.get((day, "company")), part) if "company" in watched else None,
            covered=part,
        )
        for day, part in zip(days, covered, strict=True)
    )


def hourly(rows: Sequence[Row], ledger: Ledger, frame: Frame, until: datetime) -> tuple[Hour, ...]:
    """Give each hour of the week its volume, beside the same hour's stories of earlier weeks."""
    zone = frame.settings.zone
    heard = {row["local_hour"]: _volume(row) for row in rows if row["facet"] == "own"}
    earlier: list[list[int]] = [[] for _ in range(168)]
    for week in frame.weeks[:-1]:
        pairs = week_hours(week, zone)
        parts = ledger.by_step([instant for _, instant in pairs], week.bounds(zone)[1])
        for index, ((local, _), part) in enumerate(zip(pairs, parts, strict=True)):
            if part is not None and part >= frame.settings.least_coverage:
                earlier[index].append(heard.get(local, _SILENCE).stories)
    pairs = week_hours(frame.week, zone)
    covered = ledger.by_step([instant for _, instant in pairs], until)
    hours = []
    for index, ((local, _), part) in enumerate(zip(pairs, covered, strict=True)):
        low, high = _band(earlier[index], fewest=frame.settings.fewest_weeks)
        hours.append(
            Hour(at=local, volume=_known(heard.get(local), part), low=low, high=high, covered=part)
        )
    return tuple(hours)


def _volume(row: Row) -> Volume:
    return Volume(stories=row["stories"], mentions=row["mentions"])


def _known(volume: Volume | None, covered: float | None) -> Volume | None:
    return volume or (_SILENCE if covered else None)


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
