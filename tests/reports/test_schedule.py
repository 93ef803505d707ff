"""Which reports are due, whatever the clock did: nothing skipped, nothing twice."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from reports.period import PERIODS, Day, Month, Week, parse_period
from reports.schedule import due_periods, read_done
from reports.settings import ReportSettings
from reports.status_mail import status_mail
from reports.status_report import write_status_report
from tests.reports.reading import read
from tests.reports.world import plausible_world
from warehouse.desk.connection import desk_url, open_desk
from warehouse.desk.outbox import enqueue
from warehouse.desk.tables import OutboxMail

BRUSSELS = ZoneInfo("Europe/Brussels")
ALL = ("daily", "weekly", "monthly")


def local(*parts):
    return datetime(*parts, tzinfo=BRUSSELS).astimezone(UTC)


def labels(until, wanted, *done):
    found = due_periods(until, wanted, BRUSSELS, {parse_period(one) for one in done})
    return [period.label for period in found]


def test_first_report_of_each_kind_is_the_last_complete_one_alone():
    assert labels(local(2026, 11, 18, 7), ALL) == ["2026-11-17", "2026-W46", "2026-10"]
    assert labels(local(2026, 11, 18, 7), ("weekly", "weekly")) == ["2026-W46"]


@pytest.mark.parametrize(
    ("until", "due"),
    [
        (local(2026, 11, 15, 23, 59), []),
        (local(2026, 11, 16, 0), ["2026-W46"]),
        (local(2026, 11, 17, 9), ["2026-W46"]),
    ],
)
def test_missed_monday_is_made_up_for_on_tuesday_and_nothing_is_due_before_the_week_is_over(
    until, due
):
    assert labels(until, ("weekly",), "2026-W45") == due


def test_what_was_written_is_due_no_more():
    assert labels(local(2026, 11, 17, 9), ("weekly",), "2026-W45", "2026-W46") == []


def test_machine_that_slept_three_days_makes_up_for_each_day_once_and_in_order():
    until = local(2026, 11, 20, 9)
    assert labels(until, ("daily",), "2026-11-16") == ["2026-11-17", "2026-11-18", "2026-11-19"]


def test_machine_that_slept_a_year_makes_no_storm():
    until = local(2027, 11, 20, 9)
    found = labels(until, ALL, "2026-11-16", "2026-W46", "2026-10")
    assert len(found) == 7 + 4 + 2
    assert found[6] == "2027-11-19"


def test_snapshot_from_before_the_sleep_makes_nothing_due():
    """The caller gives the earlier of clock and snapshot: Friday's data say nothing of Sunday."""
    friday, tuesday = local(2026, 11, 13, 18), local(2026, 11, 17, 9)
    assert labels(min(friday, tuesday), ("weekly",), "2026-W45") == []


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=1), timedelta(days=9)])
def test_clock_set_back_makes_nothing_due_twice_and_nothing_older(back):
    until = local(2026, 11, 16, 7) - back
    assert labels(until, ("weekly",), "2026-W46") == []
    assert labels(until, ("weekly",), "2026-W43", "2026-W44", "2026-W45", "2026-W46") == []


def test_report_of_a_time_that_a_wrong_clock_showed_blocks_no_later_one():
    done = ("2026-W45", "2027-W20")
    assert labels(local(2026, 11, 17, 9), ("weekly",), *done) == ["2026-W46"]


@pytest.mark.parametrize(
    ("until", "day"),
    [
        (local(2026, 10, 26, 0), "2026-10-25"),
        (local(2026, 10, 26, 0) - timedelta(minutes=1), "2026-10-24"),
        (local(2026, 3, 30, 0), "2026-03-29"),
        (local(2026, 3, 30, 0) - timedelta(minutes=1), "2026-03-28"),
    ],
)
def test_day_in_which_the_clocks_change_is_due_at_the_local_midnight(until, day):
    assert labels(until, ("daily",)) == [day]


@given(st.lists(st.integers(-30, 120), min_size=1, max_size=40))
def test_however_the_clock_jumps_no_report_is_written_twice(hours):
    now = local(2026, 10, 23, 7)
    done = set()
    for step in hours:
        now += timedelta(hours=step)
        due = due_periods(now, ALL, BRUSSELS, done)
        assert done.isdisjoint(due)
        assert all(period.bounds(BRUSSELS)[1] <= now for period in due)
        done |= set(due)


@given(st.lists(st.integers(1, 6 * 24), min_size=1, max_size=60))
def test_while_the_clock_goes_on_and_nobody_sleeps_a_week_no_day_is_skipped(hours):
    now = local(2026, 3, 20, 7)
    done = []
    for step in hours:
        done += due_periods(now, ("daily",), BRUSSELS, set(done))
        now += timedelta(hours=step)
    days = [period.first for period in done]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]


@pytest.fixture
def desk(tmp_path):
    return desk_url(tmp_path / "desk.db")


def done_of(desk, *, is_mailed):
    with open_desk(desk) as session:
        return {one.label for one in read_done(session, BRUSSELS, is_mailed=is_mailed)}


def test_report_is_done_when_it_was_written_and_mailed_and_the_period_was_over(
    snapshot, desk, tmp_path
):
    for every, day in (("weekly", date(2026, 11, 9)), ("daily", date(2026, 11, 16))):
        write_status_report(
            snapshot, ReportSettings(), folder=tmp_path, every=every, day=day, desk=desk
        )
    assert done_of(desk, is_mailed=False) == {"2026-W46"}  # The 16th had only begun.
    assert done_of(desk, is_mailed=True) == set()
    letter = mail_of(read(plausible_world()))
    with open_desk(desk) as session:
        assert enqueue(session, letter, kind="report", incident_id=None, now=local(2026, 11, 16, 7))
        assert session.scalars(select(OutboxMail.kind)).all() == ["report"]
    assert done_of(desk, is_mailed=True) == {"2026-W46"}


def mail_of(report):
    from reports.mail_settings import MailSettings

    settings = MailSettings(report_to=("marketing@acme.example",))
    return status_mail(
        report,
        ReportSettings(),
        sender=settings.sender_address,
        recipients=settings.report_addresses,
    )


def test_mails_of_a_day_a_week_and_a_month_are_three():
    world = plausible_world()
    mails = [mail_of(read(world, every=every)) for every in ALL]
    assert len({mail["Message-ID"] for mail in mails}) == 3
    assert [mail["Subject"].split(" report ")[1].split(",")[0] for mail in mails] == [
        "2026-11-15",
        "2026-W46",
        "2026-10",
    ]


def test_every_kind_has_its_period():
    assert [kind.every for kind in PERIODS.values()] == list(PERIODS)
    assert set(PERIODS.values()) == {Day, Week, Month}
