from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from reports.words import Words

ENGLISH = Words(Locale.parse("en_GB"), ZoneInfo("Europe/Brussels"))
DUTCH = Words(Locale.parse("nl_BE"), ZoneInfo("Europe/Brussels"))


@pytest.mark.parametrize(
    ("share", "text"),
    [(1, "100%"), (0.99999, "99.9%"), (0.88, "88%"), (0.00001, "0.1%"), (0, "0%")],
)
def test_coverage_is_100_or_0_only_if_it_is_whole_or_nothing(share, text):
    assert ENGLISH.covered(share) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.5, "+0.50"), (-0.5, "\u22120.50"), (0, "0.00"), (-0.001, "0.00")]
)
def test_net_sentiment_has_a_sign_unless_it_is_zero(value, text):
    assert ENGLISH.signed(value) == text


def test_numbers_and_dates_follow_the_locale():
    assert ENGLISH.number(12345) == "12,345"
    assert DUTCH.number(12345.5) == "12.345,5"
    assert DUTCH.day(date(2026, 11, 9)) == "9 november 2026"


def test_times_are_those_of_the_firms_clock():
    assert ENGLISH.moment(datetime(2026, 11, 9, 13, 5, tzinfo=UTC)) == "Mon 9 Nov 14:05"
    assert ENGLISH.moment(datetime(2026, 7, 6, 22, 30, tzinfo=UTC)) == "Tue 7 Jul 00:30"
    assert ENGLISH.full_moment(datetime(2026, 7, 6, 22, tzinfo=UTC)).endswith("00:00 UTC+02:00")
    assert ENGLISH.iso(datetime(2026, 7, 6, 22, tzinfo=UTC)) == "2026-07-06T22:00:00Z"
