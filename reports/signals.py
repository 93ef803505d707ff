"""What the alert rules see: counts of the newest hours against what is usual then. Pure statistics."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reports.alert_settings import AlertSettings
from reports.alert_view import Cause, Trend
from reports.rhythm import LONGEST_WINDOW, SLOTS, PastHour, Rhythm, fit_rhythm
from reports.sentiment import wilson_interval

Row = Mapping[str, Any]

HOUR = timedelta(hours=1)
FEWEST_HOURS = 2 * SLOTS
"""Of history: two weeks."""
CALM_HOURS = 6
"""So many hours in a row must be usual again; so late may come what opens an incident."""

_WINDOWS = (1, LONGEST_WINDOW)
# Windows slide by the minute: about four of them in an hour are independent.
_LOOKS_A_WEEK = 4 * SLOTS
# Half of the budget is kept for what the model of chance does not know.
_RESERVE = 2.0
_RAREST_NEEDED = 5e-4
_LONGEST_FROZEN_H = 7 * 24
_LEARNS_BEFORE_H = 3
_GIVEN_UP_H = 72
_LEAST_EXPECTED = 0.5

_SHOUTING, _CLEARLY_MORE = 10.0, 3.0
_MOSTLY = 0.5
_FEWEST_JUDGED = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Hours:
    """The hours before a moment, the newest first: where in the week, and how well heard."""

    as_of: datetime
    """End of hour 0: up to when the data are known."""
    slots: tuple[int, ...]
    """Hour of the week by the clock on the firm's wall."""
    is_known: tuple[bool, ...]
    """Whether enough of it was listened to."""

    def start_of(self, hours_ago: int) -> datetime:
        """Tell when an hour began."""
        return self.as_of - (hours_ago + 1) * HOUR


@dataclass(frozen=True, kw_only=True, slots=True)
class HourCount:
    """What was first told in one hour."""

    stories: int
    negative: int
    judged: int
    first_at: datetime
    authors: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """One to three hours, and how unusual they are."""

    hours_ago: int
    """Where its newest hour lies."""
    hours: int
    stories: int
    expected: float
    high: int
    """Upper end of the band in which nine of ten lie."""
    probability: float
    authors: int

    @property
    def ratio(self) -> float:
        """Stories by expected ones, of which at least a half is assumed."""
        return self.stories / max(self.expected, _LEAST_EXPECTED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Signal:
    """What is to be known of one subject, or one source, for a decision."""

    subject_id: str
    cause: Cause
    as_of: datetime
    is_raised: bool
    """Beyond the threshold within the last hours."""
    is_calm: bool
    """Usual for long enough to close."""
    is_above: bool
    """Above the band now: worth an update."""
    severity: int
    facet: str = "source"
    """brand, company, organisation; or source."""
    stories_by_hour: tuple[int, ...] = ()
    """The newest first."""
    since: datetime | None = None
    """First story of the window that raised it."""
    window: Window | None = None
    """The most unusual one of the last hours."""
    band: tuple[int, int] | None = None
    """Of the newest hour."""
    negative: int = 0
    judged: int = 0
    trend: Trend = "steady"
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Series:
    """The counts of one subject."""

    subject_id: str
    facet: str
    counts: Mapping[int, HourCount]
    """By hours ago; hours without any are absent."""
    hours: Hours
    rhythm: Rhythm | None
    """None: there is not enough history yet."""

    def stories(self, hours_ago: int, width: int = 1) -> int:
        """Count the stories of consecutive hours, the newest of them *hours_ago*."""
        return sum(
            self.counts[ago].stories
            for ago in range(hours_ago, hours_ago + width)
            if ago in self.counts
        )

    def window(self, hours_ago: int, width: int) -> Window | None:
        """Judge a window; None without history."""
        if self.rhythm is None or hours_ago + width > len(self.hours.slots):
            return None
        slots = self.hours.slots[hours_ago : hours_ago + width]
        usual = self.rhythm.window(slots)
        stories = self.stories(hours_ago, width)
        return Window(
            hours_ago=hours_ago,
            hours=width,
            stories=stories,
            expected=usual.mean,
            high=usual.quantile(0.95),
            probability=usual.tail(stories),
            authors=len(
                frozenset[str]().union(
                    *(self.counts[a].authors for a in self._ago(hours_ago, width))
                )
            ),
        )

    def band(self, hours_ago: int) -> tuple[int, int] | None:
        """Give the band in which nine of ten such hours lie; None without history."""
        if self.rhythm is None:
            return None
        return self.rhythm.window([self.hours.slots[hours_ago]]).band()

    def tones(self, hours_ago: int, width: int) -> tuple[int, int]:
        """Count stories of consecutive hours: negative ones, and those with any judged tone."""
        found = [self.counts[ago] for ago in self._ago(hours_ago, width)]
        return sum(hour.negative for hour in found), sum(hour.judged for hour in found)

    def first_at(self, hours_ago: int, width: int) -> datetime | None:
        """Tell when the first story of consecutive hours was told."""
        found = [self.counts[ago].first_at for ago in self._ago(hours_ago, width)]
        return min(found, default=None)

    def _ago(self, hours_ago: int, width: int) -> list[int]:
        return [ago for ago in range(hours_ago, hours_ago + width) if ago in self.counts]


def read_hours(
    as_of: datetime, zone: ZoneInfo, covered: Sequence[float | None], least: float
) -> Hours:
    """
    Lay out the hours before *as_of*.

    Args:
        as_of: Up to when the data are known.
        zone: Where the week's hours are read off the wall.
        covered: Which part of each was listened to, the newest first.
        least: From which part on an hour is known.
    """
    slots = []
    for ago in range(len(covered)):
        local = (as_of - (ago + 1) * HOUR).astimezone(zone)
        slots.append(24 * local.weekday() + local.hour)
    return Hours(
        as_of=as_of,
        slots=tuple(slots),
        is_known=tuple(part is not None and part >= least for part in covered),
    )


def read_series(
    subject: Row, counts: Iterable[Row], hours: Hours, *, opened_at: datetime | None
) -> Series:
    """
    Gather the counts of one subject, and learn what is usual.

    What is learned ends three hours before *opened_at*, so that an incident does not
    become usual while it lasts; after a week it may.

    Args:
        subject: A row of the query `report_subjects`.
        counts: Its rows of the query `alert_hours`.
        hours: The hours that they lie in.
        opened_at: When its open incident began; None: it has none.
    """
    by_hour = {
        row["hours_ago"]: HourCount(
            stories=row["stories"],
            negative=row["negative"],
            judged=row["judged"],
            first_at=row["first_at"],
            authors=frozenset(row["authors"]),
        )
        for row in counts
        if 0 <= row["hours_ago"] < len(hours.slots)
    }
    newest = CALM_HOURS + LONGEST_WINDOW - 1
    if opened_at is not None:
        frozen = int((hours.as_of - opened_at) / HOUR) + _LEARNS_BEFORE_H
        newest = max(newest, min(frozen, _LONGEST_FROZEN_H))
    # Before the first story ever heard, the subject may not have been on the watchlist.
    oldest = max(by_hour, default=-1)
    past = [
        PastHour(number=-ago, slot=hours.slots[ago], count=_stories(by_hour.get(ago)))
        for ago in range(oldest, newest - 1, -1)
        if hours.is_known[ago]
    ]
    return Series(
        subject_id=subject["subject_id"],
        facet=subject["facet"],
        counts=by_hour,
        hours=hours,
        rhythm=fit_rhythm(past, now=0, fewest=FEWEST_HOURS),
    )


def _stories(hour: HourCount | None) -> int:
    return hour.stories if hour else 0


def threshold(settings: AlertSettings, subjects: int) -> float:
    """
    Share the budget of false alarms out over all looks at all subjects.

    Returns:
        budget / (2 · subjects · 672), at most 0.0005: the probability below which
        chance is ruled out.
    """
    looks = _RESERVE * max(subjects, 1) * _LOOKS_A_WEEK
    return min(_RAREST_NEEDED, settings.false_alarms_a_week / looks)


def volume_signal(series: Series, settings: AlertSettings, *, rarest: float) -> Signal:
    """
    Judge one subject's newest hours.

    Late data still count: the windows that ended in the last six hours are looked at
    again, the same hours as when they were new.

    Args:
        series: Its counts.
        settings: What the firm wants.
        rarest: See `threshold`.
    """
    found = [
        window
        for width in _WINDOWS
        for ago in range(CALM_HOURS)
        if (window := series.window(ago, width)) is not None
    ]
    raised = [window for window in found if _raises(window, settings, rarest)]
    tellers = raised or found
    told = min(tellers, key=lambda w: (w.probability, w.hours_ago, w.hours), default=None)
    negative, judged = series.tones(told.hours_ago, told.hours) if told else (0, 0)
    now = series.window(0, LONGEST_WINDOW)
    return Signal(
        subject_id=series.subject_id,
        cause="volume",
        facet=series.facet,
        as_of=series.hours.as_of,
        is_raised=bool(raised),
        is_calm=not raised and _is_calm(series),
        is_above=now is not None and now.stories > now.high,
        severity=_severity(series.facet, told, negative, judged) if told else 4,
        stories_by_hour=tuple(series.stories(ago) for ago in range(_GIVEN_UP_H)),
        since=series.first_at(told.hours_ago, told.hours) if told else None,
        window=told,
        band=series.band(0),
        negative=negative,
        judged=judged,
        trend=_trend(series),
        evidence=_evidence(series, told, rarest, negative, judged),
    )


def _raises(window: Window, settings: AlertSettings, rarest: float) -> bool:
    return (
        window.stories >= settings.fewest_stories
        and window.authors >= settings.fewest_authors
        and window.stories >= settings.fewest_times_usual * window.expected
        and window.probability < rarest
    )


def _is_calm(series: Series) -> bool:
    """Tell whether the six newest known hours are usual, or all of three days."""
    if series.rhythm is None:
        return not any(series.stories(ago) for ago in range(_GIVEN_UP_H))
    known = [ago for ago in range(_GIVEN_UP_H) if series.hours.is_known[ago : ago + 1] == (True,)]
    newest = known[:CALM_HOURS]
    looked_at = newest if len(newest) == CALM_HOURS else range(_GIVEN_UP_H)
    return all(
        (window := series.window(ago, LONGEST_WINDOW)) is None or window.stories <= window.high
        for ago in looked_at
    )


def _trend(series: Series) -> Trend:
    """Compare the newest hour with the two before, beyond what chance does to such counts."""
    newest = series.stories(0)
    before = series.stories(1, 2) / 2
    spread = max(1.0, (newest + before / 2) ** 0.5)
    if newest - before > spread:
        return "rising"
    return "falling" if before - newest > spread else "steady"


def _severity(facet: str, window: Window, negative: int, judged: int) -> int:
    """
    Grade 1 (act within 15 minutes) to 4 (the weekly report is enough); see docs/alerts.md.

    Organisations are graded one step milder.
    """
    is_negative = judged > 0 and negative / judged >= _MOSTLY
    is_surely_negative = (
        judged >= _FEWEST_JUDGED and wilson_interval(negative, judged)[0] >= _MOSTLY
    )
    if is_surely_negative and window.ratio >= _SHOUTING:
        grade = 1
    elif is_negative and window.ratio >= _CLEARLY_MORE:
        grade = 2
    elif is_negative or window.ratio >= _CLEARLY_MORE:
        grade = 3
    else:
        grade = 4
    return min(4, grade + (facet == "organisation"))


def _evidence(
    series: Series, window: Window | None, rarest: float, negative: int, judged: int
) -> dict[str, Any]:
    if window is None:
        return {"rule": "volume", "version": 1}
    return {
        "rule": "volume",
        "version": 1,
        "as_of": series.hours.as_of.isoformat(),
        "window_hours": window.hours,
        "window_hours_ago": window.hours_ago,
        "stories": window.stories,
        "authors": window.authors,
        "expected": round(window.expected, 3),
        "ratio": round(window.ratio, 2),
        "probability": float(f"{window.probability:.3g}"),
        "threshold": float(f"{rarest:.3g}"),
        "negative": negative,
        "judged": judged,
    }
