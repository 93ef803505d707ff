"""The weeks that a report speaks of, and what is usual in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from reports.baseline import Usual, usual_count, usual_share
from reports.period import Week
from reports.settings import ReportSettings
from reports.status_model import Figure
from reports.week_coverage import Ledger


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The weeks of the report, oldest first, and what is known of each."""

    weeks: Sequence[Week]
    covered: Sequence[float | None]
    settings: ReportSettings
    is_running: bool

    @property
    def week(self) -> Week:
        """The week reported."""
        return self.weeks[-1]

    @property
    def is_usable(self) -> list[bool]:
        """Tell for each week whether enough was covered to judge by it."""
        least = self.settings.least_coverage
        return [part is not None and part >= least for part in self.covered]

    def series(self, counts: Mapping[date, float]) -> list[float | None]:
        """Give one value a week; None where nothing was counted because too little was covered."""
        return [
            counts.get(week.monday, 0) if part or week.monday in counts else None
            for week, part in zip(self.weeks, self.covered, strict=True)
        ]

    def baseline(self, series: Sequence[float | None]) -> list[float | None]:
        """Give the earlier weeks' values that may be compared with."""
        return [
            value if usable else None
            for value, usable in zip(series[:-1], self.is_usable[:-1], strict=True)
        ]

    def figure(self, series: Sequence[float | None], usual: Usual | None) -> Figure:
        """Set the week beside the one before and the usual."""
        now, before = series[-1], series[-2]
        change = 0
        if now is not None and usual is not None:
            change = usual.change(now, unusual_at=self.settings.unusual_at)
            # Fewer than usual means something only if all of it was listened to.
            if change < 0 and (self.is_running or not self.is_usable[-1]):
                change = 0
        return Figure(now=now, before=before, usual=usual, change=change)

    def count_figure(self, counts: Mapping[date, float]) -> Figure:
        """Make a figure of weekly counts."""
        series = self.series(counts)
        usual = usual_count(self.baseline(series), fewest=self.settings.fewest_weeks)
        return self.figure(series, usual)

    def share_figure(self, series: Sequence[float | None], *, floor: float) -> Figure:
        """Make a figure of weekly ratios; *floor* is the smallest spread."""
        usual = usual_share(self.baseline(series), fewest=self.settings.fewest_weeks, floor=floor)
        return self.figure(series, usual)


def frame_weeks(ledger: Ledger, week: Week, made_at: datetime, settings: ReportSettings) -> Frame:
    """
    Lay out the weeks of a report.

    Args:
        ledger: What was covered.
        week: The week reported.
        made_at: The snapshot's time: nothing later is known.
        settings: How many weeks, and which of them may be compared with.
    """
    weeks = [week.earlier(n) for n in range(settings.history_weeks, -1, -1)]
    bounds = [one.bounds(settings.zone) for one in weeks]
    return Frame(
        weeks=weeks,
        covered=[ledger.covered((a, max(a, min(b, made_at)))) for a, b in bounds],
        settings=settings,
        is_running=made_at < bounds[-1][1],
    )
