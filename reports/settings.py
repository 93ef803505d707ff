"""How reports look and judge: the optional file `config/reports.toml`."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, model_validator

from collectors.watchlist import Frozen
from reports.period import Every, Month, Period

_FORMER_KEYS = frozenset({"flood_mentions"})


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        msg = f"'{name}' is no time zone: write for instance \"Europe/Brussels\""
        raise ValueError(msg)
    return name


def _known_locale(name: str) -> str:
    from babel import Locale, UnknownLocaleError

    try:
        Locale.parse(name)
    except (UnknownLocaleError, ValueError) as error:
        msg = f'\'{name}\' is no locale: write for instance "en_GB" or "nl_BE"'
        raise ValueError(msg) from error
    return name


class ReportSettings(Frozen):
    """What a reader of the reports may want otherwise; every value has a default."""

    firm: str | None = None
    """Name in the heading; None: the name of the first company, else brand, of the watchlist."""
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Europe/Brussels"
    """Whose midnights begin days, weeks and months."""
    every: tuple[Every, ...] = Field(default=("weekly",), min_length=1)
    """Which reports are written and mailed on schedule; those of other periods on request."""
    locale: Annotated[str, AfterValidator(_known_locale)] = "en_GB"
    """How numbers and dates are written."""
    history_weeks: int = Field(default=8, ge=1, le=52)
    """Earlier weeks that a week is compared with, and a day with the same weekday of each."""
    history_months: int = Field(default=6, ge=1, le=36)
    """Earlier months that a month is compared with."""
    fewest_weeks: int = Field(default=4, ge=2, le=52)
    """With fewer usable earlier weeks nothing is called usual or unusual."""
    fewest_months: int = Field(default=3, ge=2, le=36)
    """The same for months."""
    least_coverage: float = Field(default=0.8, ge=0, le=1)
    """Below it a period is not judged, and not compared with."""
    good_coverage: float = Field(default=0.95, ge=0, le=1)
    """Below it no facet is green."""
    unusual_at: float = Field(default=3.0, gt=0, le=10)
    """A figure is unusual that many robust spreads away from the median."""

    @model_validator(mode="before")
    @classmethod
    def _without_former_keys(cls, given: Any) -> Any:
        """Leave out what earlier examples set and nothing reads now: floods are counted in the warehouse."""
        if isinstance(given, dict):
            return {key: value for key, value in given.items() if key not in _FORMER_KEYS}
        return given

    @property
    def zone(self) -> ZoneInfo:
        """The firm's time zone."""
        return ZoneInfo(self.time_zone)

    def history(self, period: Period) -> int:
        """Tell how many earlier periods *period* is compared with."""
        return self.history_months if isinstance(period, Month) else self.history_weeks

    def fewest(self, period: Period) -> int:
        """Tell how many of them must be usable before anything is called usual."""
        return self.fewest_months if isinstance(period, Month) else self.fewest_weeks
