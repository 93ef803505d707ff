"""The weeks that reports speak of: ISO weeks in the firm's own time zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """One ISO week, Monday to Sunday."""

    monday: date

    @classmethod
    def of(cls, day: date) -> Self:
        """Find the week that *day* lies in."""
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def last_complete(cls, now: datetime, zone: ZoneInfo) -> Self:
        """Find the newest week that is over at *now* (aware)."""
        return cls.of(now.astimezone(zone).date()).earlier(1)

    def earlier(self, weeks: int) -> Self:
        """Go back by *weeks*."""
        return type(self)(self.monday - timedelta(weeks=weeks))

    @property
    def sunday(self) -> date:
        """The week's last day."""
        return self.monday + timedelta(days=6)

    @property
    def label(self) -> str:
        """ISO 8601 name, such as `2026-W46`."""
        year, week, _ = self.monday.isocalendar()
        return f"{year}-W{week:02}"

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """
        Tell when the week begins and ends.

        Returns:
            Start and exclusive end, aware, in UTC: 168 hours apart, but 167
            or 169 in the weeks in which the clocks change.
        """
        return (
            local_midnight(self.monday, zone),
            local_midnight(self.monday + timedelta(weeks=1), zone),
        )


def local_midnight(day: date, zone: ZoneInfo) -> datetime:
    """Tell when *day* begins in *zone*, aware, in UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)
