from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reports.period import Week

BRUSSELS = ZoneInfo("Europe/Brussels")


@pytest.mark.parametrize(
    ("day", "label"),
    [
        (date(2026, 11, 9), "2026-W46"),
        (date(2026, 11, 15), "2026-W46"),
        (date(2026, 11, 16), "2026-W47"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2024, 12, 30), "2025-W01"),
    ],
)
def test_any_day_finds_its_iso_week(day, label):
    assert Week.of(day).label == label


def test_bounds_are_local_midnights_in_utc():
    since, until = Week.of(date(2026, 11, 11)).bounds(BRUSSELS)
    assert since == datetime(2026, 11, 8, 23, tzinfo=UTC)
    assert until == datetime(2026, 11, 15, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 167), (date(2026, 10, 25), 169), (date(2026, 7, 1), 168)]
)
def test_weeks_in_which_the_clocks_change_are_an_hour_shorter_or_longer(day, hours):
    since, until = Week.of(day).bounds(BRUSSELS)
    assert until - since == timedelta(hours=hours)


def test_weeks_join_without_gap_through_a_year():
    week = Week.of(date(2026, 1, 1))
    for _ in range(60):
        following = Week.of(week.last + timedelta(days=1))
        assert week.bounds(BRUSSELS)[1] == following.bounds(BRUSSELS)[0]
        assert following.earlier(1) == week
        week = following


@pytest.mark.parametrize(
    ("now", "label"),
    [
        (datetime(2026, 11, 15, 22, 59, tzinfo=UTC), "2026-W45"),
        (datetime(2026, 11, 15, 23, 0, tzinfo=UTC), "2026-W46"),
        (datetime(2026, 11, 22, 12, 0, tzinfo=UTC), "2026-W46"),
    ],
)
def test_last_complete_week_ends_at_the_local_midnight(now, label):
    assert Week.last_complete(now, BRUSSELS).label == label
