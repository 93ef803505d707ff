"""Numbers, dates and times as the reader's locale writes them."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import format_decimal, format_percent

_MINUS = "\u2212"
_LEAST = 0.001


@dataclass(frozen=True, slots=True)
class Words:
    """Writes values in one locale and one time zone."""

    locale: Locale
    zone: ZoneInfo
    is_long: bool = False
    """Whether so long a time is spoken of that a weekday's name alone says too little."""

    def number(self, value: float) -> str:
        """Write a count; a half, as medians have, with one decimal."""
        return format_decimal(value, format="#,##0.#", locale=self.locale)

    def signed(self, value: float) -> str:
        """Write a net sentiment with its sign and two decimals."""
        text = format_decimal(abs(value), format="0.00", locale=self.locale)
        if not float(f"{abs(value):.2f}"):
            return text
        return ("+" if value > 0 else _MINUS) + text

    def percent(self, value: float) -> str:
        """Write a share in whole per cent."""
        return format_percent(value, format="#,##0%", locale=self.locale)

    def covered(self, value: float) -> str:
        """Write a covered share: never 100 % unless it is whole, never 0 % unless nothing is."""
        if 0 < value < 1:
            value = min(max(value, _LEAST), 1 - _LEAST)
        return format_percent(value, format="#,##0.#%", locale=self.locale)

    def day(self, value: date) -> str:
        """Write a date with its year: 9 November 2026."""
        return format_date(value, format="long", locale=self.locale)

    def long_weekday(self, value: date) -> str:
        """Write a date with its weekday and year: Friday 20 November 2026."""
        return format_skeleton("yMMMMEEEEd", value, locale=self.locale).replace(",", "")

    def month(self, value: date) -> str:
        """Write a month with its year: November 2026."""
        return format_skeleton("yMMMM", value, locale=self.locale)

    def short_month(self, value: date) -> str:
        """Write a month's short name: Nov."""
        return format_skeleton("MMM", value, locale=self.locale)

    def short_day(self, value: date) -> str:
        """Write a date without year: 9 Nov."""
        return format_skeleton("MMMd", value, locale=self.locale)

    def weekday(self, value: date) -> str:
        """Write a weekday and date: Mon 9 Nov."""
        return format_skeleton("MMMEd", value, locale=self.locale).replace(",", "")

    def day_name(self, value: datetime) -> str:
        """Write the weekday of an instant on the firm's clock: Thursday, or Thu 12 Nov."""
        if self.is_long:
            return self.weekday(value.astimezone(self.zone))
        return format_datetime(value, "EEEE", tzinfo=self.zone, locale=self.locale)

    def local(self, value: datetime) -> datetime:
        """Give what the firm's clock shows at an instant, naive."""
        return value.astimezone(self.zone).replace(tzinfo=None)

    def is_one_day(self, first: datetime, last: datetime) -> bool:
        """Tell whether two instants lie on one day of the firm's calendar."""
        return self.local(first).date() == self.local(last).date()

    def moment(self, value: datetime) -> str:
        """Write an instant on the firm's clock: Mon 9 Nov 14:05."""
        local = value.astimezone(self.zone)
        return f"{self.weekday(local)} {self.clock(value)}"

    def clock(self, value: datetime) -> str:
        """Write an instant's time of day on the firm's clock: 14:05."""
        return format_datetime(value, "HH:mm", tzinfo=self.zone, locale=self.locale)

    def full_moment(self, value: datetime) -> str:
        """Write an instant with year and distance from UTC, for footnotes."""
        return format_datetime(
            value, "d MMM y HH:mm 'UTC'xxx", tzinfo=self.zone, locale=self.locale
        )

    def iso(self, value: datetime) -> str:
        """Write an instant for machines, in UTC."""
        return format_datetime(
            value, "yyyy-MM-dd'T'HH:mm:ss'Z'", tzinfo=ZoneInfo("UTC"), locale="en"
        )
