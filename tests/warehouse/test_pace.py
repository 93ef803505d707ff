from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.contract import Stream
from collectors.sources import Source
from tests.warehouse.building import T0
from warehouse.ledger import StreamHistory, Yield
from warehouse.pace import pace

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def source(**keys) -> Source:
    return Source.model_validate({"name": "web", "platform": "feed", "every": "15 min", **keys})


FEED = Stream(key="feed", reach="feed")


def after(*brought: tuple[int | None, int], outcome="answered", **keys) -> timedelta:
    recent = tuple(
        Yield(at=T0, outcome=outcome, items_seen=seen, items_new=new) for new, seen in brought
    )
    return pace(source(**keys), FEED, StreamHistory(recent=recent))


def failing(outcome: str, failed: timedelta, stream: Stream = FEED) -> timedelta:
    history = StreamHistory(
        last_attempt_at=T0, failing_since=T0 - failed, last_outcome=outcome, recent=()
    )
    return pace(source(), stream, history)


def test_a_stream_of_which_nothing_is_known_is_asked_as_configured():
    assert after() == 15 * MINUTE
    assert after((None, 40), (None, 40)) == 15 * MINUTE


def test_a_stream_that_brings_mostly_known_items_is_asked_less_often():
    assert 15 * MINUTE < after((1, 40)) < after((1, 40), (0, 40)) < 60 * MINUTE
    assert after(*[(1, 40)] * 12) == 60 * MINUTE
    assert after(*[(0, 0)] * 12, slowest="3 h") == 180 * MINUTE


def test_a_stream_that_brings_many_new_items_is_asked_more_often():
    assert after((60, 60)) == 7.5 * MINUTE
    assert after(*[(60, 60)] * 12, fastest="2 min") == 2 * MINUTE
    assert after((10, 10), outcome="page_cap") < 15 * MINUTE


@pytest.mark.parametrize("before", [(0, 40), (60, 60)])
def test_a_stream_comes_back_to_what_is_configured(before):
    assert after(*[before] * 4, *[(5, 8)] * 8) == 15 * MINUTE


def test_equal_bounds_keep_the_pace():
    keys = {"fastest": "15 min", "slowest": "15 min"}
    assert after((0, 40), (90, 90), (0, 40), **keys) == 15 * MINUTE


counts = st.tuples(st.none() | st.integers(0, 500), st.integers(0, 500))


@given(st.lists(counts, max_size=12))
def test_the_pace_stays_between_its_bounds(brought):
    assert 7.5 * MINUTE <= after(*brought) <= 60 * MINUTE


def test_a_dead_stream_is_tried_ever_more_rarely_and_never_given_up():
    waits = [failing("timeout", age) for age in (HOUR, 2 * DAY, 20 * DAY, 60 * DAY)]
    assert waits == sorted(set(waits))
    assert waits[0] == 15 * MINUTE
    assert failing("timeout", 900 * DAY) == 7 * DAY


def test_a_stream_that_is_gone_is_asked_half_as_often_each_time():
    assert failing("gone", timedelta(0)) == HOUR
    assert failing("gone", 3 * HOUR) == 3 * HOUR
    assert failing("gone", 900 * DAY) == 7 * DAY


def test_a_corrected_key_is_noticed_within_the_hour():
    assert failing("auth_failed", 90 * DAY) == HOUR


def test_what_the_platform_soon_forgets_is_tried_before():
    search = Stream(key="search", reach="window", horizon=7 * DAY)
    assert failing("server_error", 90 * DAY, search) == timedelta(hours=42)
