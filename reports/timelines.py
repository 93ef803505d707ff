"""What the charts over time show: days, hours and periods, and what was known of each."""

from collections.abc import Container, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from enrichment.tone.error import ToneError
from reports.comparison import compare_tones
from reports.frame import Frame
from reports.period import Month, local_midnight
from reports.period_coverage import Ledger, wall_hours
from reports.sentiment import count_tones
from reports.status_model import Day, Step, TonePeriod, Volume

Row = Mapping[str, Any]

_FEWEST_FOR_BAND = 6
_MONTHS_BEFORE = 2
_SILENCE = Volume(stories=0, mentions=0)


def daily(
    rows: Sequence[Row], ledger: Ledger, frame: Frame, until: datetime, watched: Container[str]
) -> tuple[Day, ...]:
    """
    Give each day the volume of each facet *watched* and its coverage.

    Days are those from the first period compared with to the end of the one reported;
    of months the last three, so that single days can be seen.
    """
    period = frame.period
    first = period.earlier(_MONTHS_BEFORE) if isinstance(period, Month) else frame.periods[0]
    days = _days(first.first, (period.end - first.first).days)
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


def stepwise(
    rows: Sequence[Row], ledger: Ledger, frame: Frame, until: datetime
) -> tuple[Step, ...]:
    """
    Give each hour of a day or week, and each day of a month, its volume.

    Beside it stand the stories of the same hour of the earlier periods; of a month, of the
    same weekday, because no day of a month is like the same day of another.
    """
    if isinstance(frame.period, Month):
        return _by_day(rows, ledger, frame, until)
    return _by_hour(rows, ledger, frame, until)


def _by_hour(
    rows: Sequence[Row], ledger: Ledger, frame: Frame, until: datetime
) -> tuple[Step, ...]:
    zone = frame.settings.zone
    hours = wall_hours(frame.period, zone)
    heard = {row["local_hour"]: _volume(row) for row in rows if row["facet"] == "own"}
    earlier: list[list[int]] = [[] for _ in hours]
    for period in frame.periods[:-1]:
        pairs = wall_hours(period, zone)
        parts = ledger.by_step([instant for _, instant in pairs], period.bounds(zone)[1])
        for index, ((local, _), part) in enumerate(zip(pairs, parts, strict=True)):
            if part is not None and part >= frame.settings.least_coverage:
                earlier[index].append(heard.get(local, _SILENCE).stories)
    covered = ledger.by_step([instant for _, instant in hours], until)
    return tuple(
        _step(local, heard.get(local), part, _band(past, fewest=frame.fewest))
        for (local, _), part, past in zip(hours, covered, earlier, strict=True)
    )


def _by_day(rows: Sequence[Row], ledger: Ledger, frame: Frame, until: datetime) -> tuple[Step, ...]:
    zone = frame.settings.zone
    heard: dict[date, Volume] = {}
    for row in rows:
        if row["facet"] == "own":
            day = row["local_hour"].date()
            heard[day] = heard.get(day, _SILENCE) + _volume(row)
    earlier: list[list[int]] = [[] for _ in range(7)]
    past = [day for period in frame.periods[:-1] for day in _days(period.first, period.days)]
    parts = ledger.by_step(
        [local_midnight(day, zone) for day in past], frame.period.bounds(zone)[0]
    )
    for day, part in zip(past, parts, strict=True):
        if part is not None and part >= frame.settings.least_coverage:
            earlier[day.weekday()].append(heard.get(day, _SILENCE).stories)
    days = _days(frame.period.first, frame.period.days)
    covered = ledger.by_step([local_midnight(day, zone) for day in days], until)
    bands = [_band(values, fewest=frame.settings.fewest_weeks) for values in earlier]
    return tuple(
        _step(datetime.combine(day, time.min), heard.get(day), part, bands[day.weekday()])
        for day, part in zip(days, covered, strict=True)
    )


def _days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=n) for n in range(count)]


def _step(
    at: datetime,
    volume: Volume | None,
    covered: float | None,
    band: tuple[float | None, float | None],
) -> Step:
    low, high = band
    return Step(at=at, volume=_known(volume, covered), low=low, high=high, covered=covered)


def _volume(row: Row) -> Volume:
    return Volume(stories=row["stories"], mentions=row["mentions"])


def _known(volume: Volume | None, covered: float | None) -> Volume | None:
    return volume or (_SILENCE if covered else None)


def _band(values: Sequence[int], *, fewest: int) -> tuple[float | None, float | None]:
    """The range of the earlier ones; of many without the highest and the lowest."""
    if len(values) < fewest:
        return None, None
    ordered = sorted(values)
    if len(ordered) >= _FEWEST_FOR_BAND:
        ordered = ordered[1:-1]
    return ordered[0], ordered[-1]


def tones_by_period(
    rows: Sequence[Row], frame: Frame, errors: Mapping[str, ToneError]
) -> tuple[TonePeriod, ...]:
    """Give each period its tones."""
    own = {row["period_start"]: row for row in rows if row["facet"] == "own"}
    told = compare_tones(list(own.values()), frame, errors).told
    return tuple(
        TonePeriod(
            period=one,
            sentiment=count_tones(own.get(one.first), errors) if part or one.first in own else None,
            told=told.get(one.first),
        )
        for one, part in zip(frame.periods, frame.covered, strict=True)
    )
