"""How reports look and judge: the optional file `config/reports.toml`."""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field

from collectors.configuration.validation import read_model
from collectors.watchlist import Frozen


class ReportConfigError(Exception):
    """`reports.toml` can't be used; the message has a line for each mistake."""


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
    """Whose midnights begin days and weeks."""
    locale: Annotated[str, AfterValidator(_known_locale)] = "en_GB"
    """How numbers and dates are written."""
    history_weeks: int = Field(default=8, ge=1, le=52)
    """Earlier weeks that this one is compared with."""
    fewest_weeks: int = Field(default=4, ge=2, le=52)
    """With fewer usable earlier weeks nothing is called usual or unusual."""
    least_coverage: float = Field(default=0.8, ge=0, le=1)
    """Below it a week is not judged, and not compared with."""
    good_coverage: float = Field(default=0.95, ge=0, le=1)
    """Below it no facet is green."""
    unusual_at: float = Field(default=3.0, gt=0, le=10)
    """A figure is unusual that many robust spreads away from the median."""
    flood_mentions: int = Field(default=20, ge=3)
    """One text from so many accounts, by hand and not by the repost button, is called a flood."""

    @property
    def zone(self) -> ZoneInfo:
        """The firm's time zone."""
        return ZoneInfo(self.time_zone)


def read_report_settings(folder: Path) -> ReportSettings:
    """
    Read `reports.toml` from the configuration folder; without it the defaults hold.

    Raises:
        ReportConfigError: The file can't be read, or something in it is wrong.
    """
    path = folder / "reports.toml"
    if not path.exists():
        return ReportSettings()
    settings, mistakes = read_model(path, ReportSettings)
    if settings is None:
        raise ReportConfigError("\n".join(str(mistake) for mistake in mistakes))
    return settings
