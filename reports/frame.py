"""The periods that a report speaks of, and what is usual in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from reports.baseline import Usual, usual_count, usual_share
from reports.period import Period
from reports.period_coverage import Ledger
from reports.settings import ReportSettings
from reports.status_model import Figure


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The period reported and those it is compared with, oldest first, and what is known of each."""

    periods: Sequence[Period]
    covered: Sequence[float | None]
    settings: ReportSettings
    is_running: bool

    @property
    def period(self) -> Period:
        """The one reported."""
        return self.periods[-1]

    @property
    def fewest(self) -> int:
        """With fewer usable earlier periods nothing is called usual."""
        return self.settings.fewest(self.period)

    @property
    def is_usable(self) -> list[bool]:
        """Tell for each period whether enough was covered to judge by it."""
        least = self.settings.least_coverage
        return [part is not None and part >= least for part in self.covered]

    def series(self, counts: Mapping[date, float]) -> list[float | None]:
        """Give one value a period; None where nothing was counted because too little was covered."""
        return [
            counts.get(period.first, 0) if part or period.first in counts else None
            for period, part in zip(self.periods, self.covered, strict=True)
        ]

    def baseline(self, series: Sequence[float | None]) -> list[float | None]:
        """Give the earlier periods' values that may be compared with."""
        return [
            value if usable else None
            for value, usable in zip(series[:-1], self.is_usable[:-1], strict=True)
        ]

    def count_baseline(self, series: Sequence[float | None]) -> list[float | None]:
        """Give the earlier counts that may be compared with; months as if they were as long as this."""
        days = self.period.days
        return [
            value if value is None or one.days == days else round(value * days / one.days)
            for value, one in zip(self.baseline(series), self.periods[:-1], strict=True)
        ]

    def figure(self, series: Sequence[float | None], usual: Usual | None) -> Figure:
        """Set the period beside the one before, if enough of that was covered, and the usual."""
        now, before = series[-1], series[-2] if self.is_usable[-2] else None
        change = 0
        if now is not None and usual is not None:
            change = usual.change(now, unusual_at=self.settings.unusual_at)
            # Fewer than usual means something only if all of it was listened to.
            if change < 0 and (self.is_running or not self.is_usable[-1]):
                change = 0
        return Figure(now=now, before=before, usual=usual, change=change)

    def count_figure(self, counts: Mapping[date, float]) -> Figure:
        """Make a figure of counts."""
        series = self.series(counts)
        usual = usual_count(self.count_baseline(series), fewest=self.fewest)
        return self.figure(series, usual)

    def share_figure(self, series: Sequence[float | None], *, floor: float) -> Figure:
        """Make a figure of ratios; *floor* is the smallest spread."""
        usual = usual_share(self.baseline(series), fewest=self.fewest, floor=floor)
        return self.figure(series, usual)


def frame_periods(
    ledger: Ledger, period: Period, made_at: datetime, settings: ReportSettings
) -> Frame:
    """
    Lay out the periods of a report.

    Args:
        ledger: What was covered.
        period: The one reported.
        made_at: The snapshot's time: nothing later is known.
        settings: How many earlier ones, and which of them may be compared with.
    """
    periods = [period.earlier(n) for n in range(settings.history(period), -1, -1)]
    bounds = [one.bounds(settings.zone) for one in periods]
    return Frame(
        periods=periods,
        covered=[ledger.covered((a, max(a, min(b, made_at)))) for a, b in bounds],
        settings=settings,
        is_running=made_at < bounds[-1][1],
    )
