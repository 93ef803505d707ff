"""Coverage: a feed's answer claims what it shows, and admits what it can't know."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.contract import Interval
from collectors.feed_coverage import FIRST_REACH, Memory, coverage, remember
from tests.collectors.feed_jobs import HOUR, NOW, dated, fetch, rss
from tests.replay import Answer, ReplayServer

BEFORE = NOW - 6 * HOUR


def memory(*ids: str) -> Memory:
    return Memory(fetched_at=BEFORE, seen=remember(ids))


def spans(intervals):
    return [(i.since, i.until, i.reason) for i in intervals]


CASES = {
    "first, newest first": (None, "cba", [1, 2, 30], [(30, 0, "answered")]),
    "first, longer ago than a week": (None, "ba", [1, 400], [(168, 0, "answered")]),
    "first, same time twice": (None, "cba", [2, 2, 3], [(3, 0, "answered")]),
    "first, some undated": (None, "cba", [1, None, 3], [(3, 0, "answered")]),
    "first, in another order": (None, "cba", [3, 1, 2], []),
    "first, oldest first": (None, "abc", [3, 2, 1], []),
    "first, undated": (None, "a", [None], []),
    "first, from the future": (None, "a", [-5], []),
    "first, empty": (None, "", [], []),
    "overlap": ("ab", "cb", [1, 9], [(6, 0, "answered")]),
    "overlap, undated": ("ab", "cb", [None, None], [(6, 0, "answered")]),
    "unchanged": ("ab", "ab", [8, 9], [(6, 0, "answered")]),
    "empty before": ("", "cb", [1, 2], [(6, 0, "answered")]),
    "empty now": ("ab", "", [], [(6, 0, "answered")]),
    "nothing shared": ("ab", "ed", [1, 2], [(6, 2, "possible_gap"), (2, 0, "answered")]),
    "nothing shared, oldest before": ("ab", "ed", [1, 9], [(6, 0, "possible_gap")]),
    "nothing shared, undated": ("ab", "ed", [None, None], [(6, 0, "possible_gap")]),
    "nothing shared, other order": ("ab", "ed", [2, 1], [(6, 0, "possible_gap")]),
    "nothing shared, future": ("ab", "ed", [-2, -1], [(6, 0, "possible_gap")]),
}


@pytest.mark.parametrize(("before", "ids", "hours", "expected"), CASES.values(), ids=CASES.keys())
def test_coverage_follows_what_two_answers_share(before, ids, hours, expected):
    created = [None if h is None else NOW - h * HOUR for h in hours]
    found = coverage(None if before is None else memory(*before), list(ids), created, NOW)
    assert spans(found) == [(NOW - a * HOUR, NOW - b * HOUR, reason) for a, b, reason in expected]


_HOURS = st.one_of(st.none(), st.floats(-48, 480))


@given(
    st.one_of(st.none(), st.lists(st.sampled_from("abcdef"))),
    st.lists(st.tuples(st.sampled_from("abcdefgh"), _HOURS)),
)
def test_intervals_join_end_now_and_claim_nothing_before_the_last_fetch(before, entries):
    ids = [native_id for native_id, _ in entries]
    created = [None if h is None else NOW - h * HOUR for _, h in entries]
    found = coverage(None if before is None else memory(*before), ids, created, NOW)
    edges = [(i.since, i.until) for i in found]
    assert all(since < until for since, until in edges)
    if before is None:
        assert all(since >= NOW - FIRST_REACH and until == NOW for since, until in edges)
        assert len(edges) <= 1
    else:
        assert edges[0][0] == BEFORE
        assert edges[-1][1] == NOW
        assert all(a[1] == b[0] for a, b in pairwise(edges))


def test_a_fetch_at_the_very_same_time_claims_nothing():
    assert coverage(memory("a"), ["a"], [None], BEFORE) == ()


def test_of_very_many_entries_both_ends_are_remembered():
    ids = [str(n) for n in range(2_000)]
    seen = remember(ids)
    assert len(seen) == 500
    assert remember(ids[:1])[0] in seen
    assert remember(ids[-1:])[0] in seen
    assert {len(short) for short in seen} == {8}


def test_memory_is_the_same_after_the_ledger():
    kept = Memory(fetched_at=NOW, seen=("0a1b2c3d",), etag='W/"v1"', last_modified=None)
    assert Memory.from_validators(kept.to_validators(), NOW) == kept


def test_a_feed_that_rolled_over_between_two_fetches_shows_a_possible_gap():
    answers = iter([
        rss(dated(2, NOW - HOUR), dated(1, NOW - 2 * HOUR)),
        rss(dated(9, NOW + 5 * HOUR), dated(8, NOW + 4 * HOUR)),
        rss(dated(10, NOW + 6 * HOUR), dated(9, NOW + 5 * HOUR)),
    ])  # fmt: skip
    later = NOW + 6 * HOUR
    with ReplayServer(lambda _: Answer(body=next(answers))) as server:
        first = fetch(server.url)
        second = fetch(server.url, validators=first.validators, now=later)
        third = fetch(server.url, validators=second.validators, now=later + HOUR)
    assert list(first.answered) == [Interval(since=NOW - 2 * HOUR, until=NOW)]
    assert list(second.answered) == [
        Interval(since=NOW, until=NOW + 4 * HOUR, reason="possible_gap"),
        Interval(since=NOW + 4 * HOUR, until=later),
    ]
    assert list(third.answered) == [Interval(since=later, until=later + HOUR)]
