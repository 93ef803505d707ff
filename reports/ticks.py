"""What stands on the charts' axes of time, for a report of a day, a week or a month."""

from datetime import datetime, time, timedelta

from reports.period import Day, Month, Week
from reports.status_model import StatusReport
from reports.words import Words

_WEEK = 7
_DAY_H = 24
_QUARTER_H = 6
_ROOM_DAYS = 4


def day_ticks(report: StatusReport, words: Words, *, each: int = 1) -> dict[int, str]:
    """
    Label the chart of days, counted back from the period reported.

    Args:
        report: What is drawn.
        words: The reader's locale.
        each: Only each n-th week has a label.

    Returns:
        Labels by index of the day.
    """
    starts = list(range(0, len(report.days), _WEEK))
    if isinstance(report.period, Month):
        starts = [at for at in starts if at <= len(report.days) - _ROOM_DAYS]
    return {at: words.short_day(report.days[at].day) for at in reversed(starts[::-1][::each])}


def step_ticks(report: StatusReport, words: Words, *, is_short: bool) -> dict[int, str]:
    """Label the chart of the period's hours, or of a month's days, by index of the step."""
    first = report.period.first
    if isinstance(report.period, Day):
        midnight = datetime.combine(first, time.min)
        hours = range(0, _DAY_H, _QUARTER_H)
        return {n: f"{midnight + timedelta(hours=n):%H:%M}" for n in hours}
    if isinstance(report.period, Month):
        starts = range(0, report.period.days, _WEEK)
        return {n: words.short_day(first + timedelta(days=n)) for n in starts}
    days = {n: words.weekday(first + timedelta(days=n)) for n in range(report.period.days)}
    return {n * _DAY_H: text.split(" ")[0] if is_short else text for n, text in days.items()}


def tone_ticks(report: StatusReport, words: Words, *, each: int = 1) -> dict[int, str]:
    """Label the bars of tone; of days, counted back from the last, only each n-th."""
    labels = {}
    for index, tone in enumerate(report.tones):
        if isinstance(tone.period, Week):
            labels[index] = f"W{tone.period.label[-2:]}"
        elif isinstance(tone.period, Month):
            labels[index] = words.short_month(tone.period.first)
        elif (len(report.tones) - 1 - index) % each == 0:
            labels[index] = words.short_day(tone.period.first)
    return labels


def strip_labels(report: StatusReport, words: Words) -> list[str]:
    """Label the strip of a source's coverage: parts of equal width, some without a label."""
    if isinstance(report.period, Day):
        return [f"{hour:02}:00" for hour in range(0, _DAY_H, _QUARTER_H)]
    days = [report.period.first + timedelta(days=n) for n in range(report.period.days)]
    if isinstance(report.period, Month):
        return [str(day.day) if n % _WEEK == 0 else "" for n, day in enumerate(days)]
    return [words.weekday(day).split(" ")[0] for day in days]
