from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.bursts import find_burst

START = datetime(2026, 11, 8, 23, tzinfo=UTC)
WEEK = (START, START + timedelta(weeks=1))


def hours(*values):
    return [START + timedelta(hours=value) for value in values]


def test_burst_begins_with_the_first_of_what_crowds():
    stray = hours(3, 40, 120)
    crowd = hours(*(80 + n / 2 for n in range(30)))
    burst = find_burst([*stray, *crowd], *WEEK)
    assert burst.since == crowd[0]
    assert burst.until == crowd[-1]


@pytest.mark.parametrize("count", [1, 2, 5, 20, 168, 500])
def test_an_even_spread_is_no_burst(count):
    assert find_burst(hours(*(168 * (n + 0.5) / count for n in range(count))), *WEEK) is None


def test_days_and_nights_are_no_burst():
    awake = [
        24 * day + hour + part / 4 for day in range(7) for hour in range(8, 22) for part in (0, 1)
    ]
    assert find_burst(hours(*awake), *WEEK) is None


@pytest.mark.parametrize("count", [1, 2])
def test_very_few_are_no_burst_even_if_they_crowd(count):
    assert find_burst(hours(*(80 + n / 60 for n in range(count))), *WEEK) is None


def test_five_within_an_hour_are_a_burst():
    assert find_burst(hours(80, 80.2, 80.4, 80.6, 81), *WEEK) is not None


def test_nothing_and_no_time_are_no_burst():
    assert find_burst([], *WEEK) is None
    assert find_burst([START], START, START) is None


@given(st.lists(st.floats(min_value=0, max_value=167.9), max_size=60), st.randoms())
def test_order_does_not_matter_and_a_burst_begins_and_ends_with_instants(values, chance):
    times = hours(*values)
    burst = find_burst(times, *WEEK)
    chance.shuffle(times)
    assert find_burst(times, *WEEK) == burst
    if burst:
        assert {burst.since, burst.until} <= set(times)
        assert burst.since <= burst.middle <= burst.until
