from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.coverage import (
    NOT_RUN,
    KnownGap,
    clip,
    holes,
    mean_share,
    share,
    shares_by_step,
    source_gaps,
    unite,
)

ZERO = datetime(2026, 11, 9, tzinfo=UTC)


def hour(n):
    return ZERO + timedelta(hours=n)


def span(a, b):
    return hour(a), hour(b)


spans = st.lists(
    st.tuples(st.integers(0, 100), st.integers(0, 30)).map(lambda p: span(p[0], p[0] + p[1])),
    max_size=12,
)


def test_spans_that_touch_or_overlap_are_one():
    assert unite([span(5, 7), span(0, 2), span(2, 3), span(6, 9), span(4, 4)]) == [
        span(0, 3),
        span(5, 9),
    ]


@given(spans)
def test_covered_and_holes_fill_the_window_exactly_once(found):
    window = span(10, 90)
    parts = sorted(clip(found, window) + holes(found, window))
    assert parts[0][0] == window[0]
    assert parts[-1][1] == window[1]
    assert all(a[1] == b[0] for a, b in pairwise(parts))


@given(spans)
def test_order_and_repetition_do_not_matter(found):
    assert unite(found) == unite([*reversed(found), *found])


def test_share_counts_overlapping_time_once():
    assert share([span(0, 6), span(3, 6)], span(0, 12)) == 0.5
    assert share([], span(0, 12)) == 0
    assert share([span(0, 6)], span(3, 3)) is None


def test_a_source_without_streams_has_no_share():
    assert mean_share({}, span(0, 1)) is None
    assert mean_share({"a": [span(0, 1)], "b": []}, span(0, 1)) == 0.5


def test_shares_by_step_average_the_streams_and_leave_the_future_unknown():
    starts = [hour(n) for n in range(5)]
    streams = {"a": [span(0, 3)], "b": [span(1, 1.5)]}
    assert shares_by_step(streams, starts, hour(3)) == [0.5, 0.75, 0.5, None, None]


def test_the_hour_that_spring_skips_is_unknown_and_disturbs_no_other():
    starts = [hour(0), hour(1), hour(1), hour(2)]
    assert shares_by_step({"a": [span(0, 3)]}, starts, hour(3)) == [1, None, 1, 1]


@given(spans)
def test_steps_add_up_to_the_whole(found):
    starts = [hour(n) for n in range(100)]
    parts = shares_by_step({"a": found}, starts, hour(100))
    assert sum(parts) / 100 == pytest.approx(share(found, span(0, 100)))


def test_gaps_of_a_source_say_how_many_streams_and_the_longest_reason():
    gaps = source_gaps(
        {"a": [span(0, 4), span(8, 24)], "b": [span(0, 5), span(6, 24)], "c": [span(0, 24)]},
        span(0, 24),
        [
            KnownGap(stream="a", since=hour(4), until=hour(7), reason="auth_failed", message="401"),
            KnownGap(stream="b", since=hour(5), until=hour(6), reason="timeout"),
        ],
    )
    (gap,) = gaps
    assert (gap.since, gap.until, gap.streams) == (hour(4), hour(8), 2)
    assert (gap.reason, gap.message) == ("auth_failed", "401")


def test_a_gap_that_the_ledger_cannot_explain_was_not_run():
    (gap,) = source_gaps({"a": [span(0, 4)]}, span(0, 6), [])
    assert gap.reason == NOT_RUN
    assert gap.streams == 1
