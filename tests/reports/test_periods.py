"""A day's and a month's report: the same words and figures as a week's, in their own measure."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reports.period import Month, UnknownPeriodError, parse_period
from tests.reports.reading import read, text_of, written
from tests.reports.world import World, at, plausible_world

BRUSSELS = ZoneInfo("Europe/Brussels")
DAYS = {
    date(2026, 3, 28): 24,
    date(2026, 3, 29): 23,
    date(2026, 3, 30): 24,
    date(2026, 10, 24): 24,
    date(2026, 10, 25): 25,
    date(2026, 10, 26): 24,
}


def talkative(first, last):
    """A brand mentioned once each hour that passes, from the first midnight to the last."""
    world = World()
    world.subject("hopla", "Hopla", "brand")
    world.source("x-search", "x", ["search:1"])
    since, until = (at(0, monday=day) for day in (first, last))
    world.covered("x-search", "search:1", since, until)
    for n in range(int((until - since) / timedelta(hours=1))):
        world.mention(since + timedelta(hours=n, minutes=30), ["hopla"], f"hour {n}")
    world.info(made_at=until)
    return world


@pytest.mark.parametrize(("day", "hours"), DAYS.items())
def test_day_in_which_the_clocks_change_counts_every_hour_once(day, hours):
    world = talkative(day - timedelta(days=29), day + timedelta(days=1))
    status = read(world, every="daily")
    assert status.period.label == day.isoformat()
    assert (status.until - status.since) == timedelta(hours=hours)
    brand = status.facets[0]
    assert brand.mentions.now == hours
    assert (brand.mentions.before, brand.mentions.usual.middle) == (24, 24)
    assert brand.mentions.change == 0
    assert len(status.steps) == 24
    assert sum(step.volume.mentions for step in status.steps if step.volume) == hours
    assert status.days[-1].brand.mentions == hours
    assert status.covered == 1
    assert status.sources[0].mentions == hours


@pytest.mark.parametrize(
    ("month", "hours"), [(date(2026, 3, 1), 743), (date(2026, 10, 1), 745), (date(2026, 2, 1), 672)]
)
def test_month_in_which_the_clocks_change_counts_every_hour_once(month, hours):
    end = Month(month).end
    status = read(talkative(month, end), every="monthly")
    assert status.period == Month(month)
    assert status.facets[0].mentions.now == hours
    assert sum(step.volume.mentions for step in status.steps) == hours
    assert len(status.steps) == (end - month).days
    assert status.covered == 1


def test_months_are_compared_as_if_they_were_as_long_as_this_one():
    months = [Month(date(2026, 2, 1)).earlier(n) for n in range(6, -1, -1)]
    status = read(talkative(months[0].first, months[-1].end), every="monthly")
    mentions = status.facets[0].mentions
    assert [month.days for month in months] == [31, 30, 31, 30, 31, 31, 28]
    assert mentions.now == 28 * 24
    assert mentions.before == 31 * 24
    assert mentions.usual.periods == 6
    assert mentions.usual.middle == 28 * 24
    assert mentions.change == 0


def test_day_is_compared_with_the_same_weekday_of_earlier_weeks():
    world = World()
    world.subject("hopla", "Hopla", "brand")
    world.source("x-search", "x", ["search:1"])
    world.covered("x-search", "search:1", at(0, monday=date(2026, 10, 5)), at(7))
    for week in range(5):
        monday = date(2026, 10, 12) + timedelta(weeks=week)
        for day, count in ((4, 10), (5, 50)):
            for n in range(count):
                world.mention(at(day, 8 + n / 10, monday=monday), ["hopla"], f"{week} {day} {n}")
    world.info()
    friday = read(world, every="daily", day=date(2026, 11, 13)).facets[0].mentions
    assert (friday.now, friday.before, friday.usual.middle) == (10, 10, 10)
    thursday = read(world, every="daily", day=date(2026, 11, 12)).facets[0].mentions
    assert (thursday.now, thursday.usual.middle) == (0, 0)


def test_band_of_a_months_day_is_that_of_its_weekday():
    status = read(talkative(date(2026, 8, 1), date(2026, 11, 1)), every="monthly")
    assert {(step.low, step.high) for step in status.steps} == {(24, 24)}
    assert len(status.days) == 31 + 30 + 31


def test_day_with_little_coverage_is_not_compared_with():
    world = talkative(date(2026, 10, 1), date(2026, 11, 14))
    hole = at(0, monday=date(2026, 10, 30)), at(0, 12, monday=date(2026, 10, 30))
    (row,) = world.tables["coverage"]
    world.covered("x-search", "search:1", hole[1], row["until"])
    row["until"] = hole[0]
    assert read(world, every="daily", day=date(2026, 11, 13)).usable == 5
    assert read(world, every="daily", day=date(2026, 11, 12)).usable == 6


def test_snapshot_of_the_morning_tells_of_yesterday_and_of_the_month_before():
    world = plausible_world()
    assert read(world, every="daily").period.label == "2026-11-15"
    assert read(world, every="monthly").period.label == "2026-10"


@pytest.mark.parametrize(
    ("every", "name", "title", "unit", "others"),
    [
        ("daily", "2026-11-10", "Daily status report", "day", ("this week", "this month")),
        ("monthly", "2026-11", "Monthly status report", "month", ("this week", "this day")),
    ],
)
def test_page_speaks_of_its_own_period(tmp_path, every, name, title, unit, others):
    page = written(plausible_world(), tmp_path, every=every, day=date(2026, 11, 10))
    assert (tmp_path / f"status-{name}.html").exists()
    said = text_of(page)
    assert title in said
    assert f"How the {unit} went" in said
    assert not [word for word in others if word in said.lower()]
    assert f"status report, {unit} {name}" in page
    assert "The weekly report shows them" in said
    assert "Sales" not in said


def test_staff_are_counted_by_whole_weeks_only():
    world = plausible_world()
    for every in ("daily", "monthly"):
        staff = read(world, every=every, day=date(2026, 11, 10)).staff
        assert staff.units == ()
        assert staff.mentions.now is None
        assert staff.verdict.reasons == ("by_week",)


def test_recall_is_found_on_its_day_and_told_with_its_hour():
    status = read(plausible_world(), every="daily", day=date(2026, 11, 10))
    assert status.facets[0].verdict.colour == "red"
    assert "recall" in status.drivers[0].terms


@pytest.mark.parametrize("day", ["2026-11-20", "2026-W46", "2026-11"])
def test_period_has_one_name(day):
    assert parse_period(day).label == day


@pytest.mark.parametrize(
    "name", ["", "2026", "2026-13", "2026-02-30", "2026-W54", "26-11", "2026-W4", "week", "0000-01"]
)
def test_name_of_no_period_is_refused_with_examples(name):
    with pytest.raises(UnknownPeriodError, match="2026-W46"):
        parse_period(name)


def test_months_join_without_gap():
    month = Month.of(date(2024, 1, 31))
    for n in range(30):
        assert month.bounds(BRUSSELS)[1] == Month(month.end).bounds(BRUSSELS)[0]
        assert Month(month.end).previous() == month == Month(month.end).earlier(1)
        assert month.earlier(n).earlier(-n) == month
        month = Month(month.end)
    assert month.label == "2026-07"
    assert datetime(2026, 7, 1, tzinfo=BRUSSELS) == month.bounds(BRUSSELS)[0]
