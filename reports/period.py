"""The periods that reports speak of: days, ISO weeks and months in the firm's own time zone."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar, Literal, Self
from zoneinfo import ZoneInfo

Every = Literal["daily", "weekly", "monthly"]
"""How often a report is written, and so what it spans."""

Unit = Literal["day", "week", "month"]

_MONTHS = 12
_NAMED = re.compile(r"(\d{4})-W(\d\d)|(\d{4})-(\d\d)(?:-(\d\d))?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Period(ABC):
    """One day, week or month of the calendar."""

    first: date
    """Its first day."""

    unit: ClassVar[Unit]
    """What it is called, and what DuckDB's `date_trunc` calls it."""
    every: ClassVar[Every]

    @classmethod
    @abstractmethod
    def of(cls, day: date) -> Self:
        """Find the period that *day* lies in."""

    @classmethod
    def last_complete(cls, now: datetime, zone: ZoneInfo) -> Self:
        """Find the newest period that is over at *now* (aware)."""
        return cls.of(now.astimezone(zone).date()).previous()

    def previous(self) -> Self:
        """Give the period that ends where this one begins."""
        return self.of(self.first - timedelta(days=1))

    @abstractmethod
    def earlier(self, steps: int) -> Self:
        """
        Go back to the one that this is compared with, *steps* times.

        A week is compared with the week before, a month with the month before,
        and a day with the same weekday of the week before.
        """

    @property
    @abstractmethod
    def end(self) -> date:
        """The first day after it."""

    @property
    @abstractmethod
    def label(self) -> str:
        """ISO 8601 name, such as `2026-11-20`, `2026-W46` or `2026-11`."""

    @property
    def last(self) -> date:
        """Its last day."""
        return self.end - timedelta(days=1)

    @property
    def days(self) -> int:
        """How many days of the calendar it has."""
        return (self.end - self.first).days

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """
        Tell when it begins and ends.

        Returns:
            Start and exclusive end, aware, in UTC: for each day 24 hours apart, in
            all one less or more where the clocks change.
        """
        return local_midnight(self.first, zone), local_midnight(self.end, zone)


@dataclass(frozen=True, slots=True, order=True)
class Day(Period):
    """One day, midnight to midnight."""

    unit = "day"
    every = "daily"

    @classmethod
    def of(cls, day: date) -> Self:
        """Find the period that *day* lies in."""
        return cls(day)

    def earlier(self, steps: int) -> Self:
        """Go back to the same weekday, *steps* weeks earlier."""
        return type(self)(self.first - timedelta(weeks=steps))

    @property
    def end(self) -> date:
        """The day after."""
        return self.first + timedelta(days=1)

    @property
    def label(self) -> str:
        """ISO 8601 name, such as `2026-11-20`."""
        return self.first.isoformat()


@dataclass(frozen=True, slots=True, order=True)
class Week(Period):
    """One ISO week, Monday to Sunday."""

    unit = "week"
    every = "weekly"

    @classmethod
    def of(cls, day: date) -> Self:
        """Find the week that *day* lies in."""
        return cls(day - timedelta(days=day.weekday()))

    def earlier(self, steps: int) -> Self:
        """Go back by so many weeks."""
        return type(self)(self.first - timedelta(weeks=steps))

    @property
    def end(self) -> date:
        """The Monday after."""
        return self.first + timedelta(weeks=1)

    @property
    def label(self) -> str:
        """ISO 8601 name, such as `2026-W46`."""
        year, week, _ = self.first.isocalendar()
        return f"{year}-W{week:02}"


@dataclass(frozen=True, slots=True, order=True)
class Month(Period):
    """One month of the calendar."""

    unit = "month"
    every = "monthly"

    @classmethod
    def of(cls, day: date) -> Self:
        """Find the month that *day* lies in."""
        return cls(day.replace(day=1))

    def earlier(self, steps: int) -> Self:
        """Go back by so many months."""
        months = self.first.year * _MONTHS + self.first.month - 1 - steps
        return type(self)(date(months // _MONTHS, months % _MONTHS + 1, 1))

    @property
    def end(self) -> date:
        """The first of the next month."""
        return self.earlier(-1).first

    @property
    def label(self) -> str:
        """ISO 8601 name, such as `2026-11`."""
        return f"{self.first:%Y-%m}"


PERIODS: Mapping[Every, type[Period]] = {"daily": Day, "weekly": Week, "monthly": Month}
"""What a report spans, by how often it is written."""


class UnknownPeriodError(ValueError):
    """The text names no period."""


def parse_period(text: str) -> Period:
    """
    Read a period's name: `2026-11-20`, `2026-W46` or `2026-11`.

    Raises:
        UnknownPeriodError: It is none, or no such day, week or month exists.
    """
    found = _NAMED.fullmatch(text.strip())
    msg = f"'{text}' is no period: write for instance 2026-11-20, 2026-W46 or 2026-11"
    if found is None:
        raise UnknownPeriodError(msg)
    iso_year, week, year, month, day = found.groups()
    try:
        if week is not None:
            return Week(date.fromisocalendar(int(iso_year), int(week), 1))
        if day is not None:
            return Day(date(int(year), int(month), int(day)))
        return Month(date(int(year), int(month), 1))
    except ValueError as error:
        raise UnknownPeriodError(msg) from error


def local_midnight(day: date, zone: ZoneInfo) -> datetime:
    """Tell when *day* begins in *zone*, aware, in UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)
