from dataclasses import replace

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from enrichment.tone.error import UNMEASURED, ToneError
from reports.sentiment import NetSentiment, count_tones, truth_interval, wilson_interval
from tests.reports.world import World

EXACT = ToneError(shift=0.0, slope=1.0, shift_sd=0.0, slope_sd=0.0, drift_sd=0.0)
OTHER_TEXTS = ToneError(shift=0.05, slope=0.5, shift_sd=0.2, slope_sd=0.15)
OWN_TEXTS = ToneError(shift=-0.04, slope=0.7, shift_sd=0.06, slope_sd=0.05)

counts = st.integers(0, 100_000)
errors = st.builds(
    ToneError,
    shift=st.floats(-0.5, 0.5),
    slope=st.floats(0.1, 1.2),
    shift_sd=st.floats(0, 0.5),
    slope_sd=st.floats(0, 0.5),
    drift_sd=st.floats(0, 0.2),
)


def tones(negative, positive, neutral=0, uncertain=0, error=UNMEASURED):
    return NetSentiment(
        negative=negative, neutral=neutral, positive=positive, uncertain=uncertain, error=error
    )


def width(interval):
    return interval[1] - interval[0]


def test_net_sentiment_leaves_neutral_and_uncertain_out():
    assert tones(30, 10, neutral=500, uncertain=7).value == -0.5


def test_without_any_opinion_net_sentiment_is_unknown_and_not_zero():
    assert tones(0, 0, neutral=12).value is None
    assert tones(0, 0, neutral=12).interval is None
    assert tones(0, 0, neutral=12).told_interval() is None
    assert tones(4, 4).value == 0


def test_wilson_interval_agrees_with_the_published_example():
    # Newcombe 1998, Statistics in Medicine 17:857-872, table I: 81 of 263.
    low, high = wilson_interval(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


@given(st.integers(1, 500), st.data())
def test_without_any_error_the_interval_is_wilsons(polar, data):
    positive = data.draw(st.integers(0, polar))
    low, high = wilson_interval(positive, polar)
    assert truth_interval(positive, polar, EXACT) == pytest.approx((2 * low - 1, 2 * high - 1))


@given(counts, counts, errors, st.floats(0, 1))
def test_intervals_hold_the_value_and_stay_in_bounds(negative, positive, error, switched):
    sentiment = tones(negative, positive, error=error)
    for interval in (sentiment.interval, sentiment.told_interval(switched)):
        if interval is not None:
            assert -1 <= interval[0] <= sentiment.value <= interval[1] <= 1


@pytest.mark.parametrize("error", [OTHER_TEXTS, OWN_TEXTS])
@pytest.mark.parametrize("positive", [2, 5, 8])
def test_interval_narrows_with_more_stories_but_never_below_the_models_error(positive, error):
    widths = [
        width(tones(10 * n - positive * n, positive * n, error=error).interval)
        for n in (1, 10, 1_000, 100_000)
    ]
    assert widths == sorted(widths, reverse=True)
    told = 2 * positive / 10 - 1
    reach = 1.95 * error.shift_sd / error.slope
    centre = (told - error.shift) / error.slope
    assert widths[-1] >= min(1, centre + reach) - max(-1, centre - reach)


@given(st.integers(0, 300), st.integers(0, 300), errors, st.floats(0, 0.3))
def test_larger_error_never_narrows_the_interval(negative, positive, error, more):
    small = tones(negative, positive, error=error).interval
    for worse in (
        replace(error, shift_sd=error.shift_sd + more),
        replace(error, slope_sd=error.slope_sd + more),
    ):
        large = tones(negative, positive, error=worse).interval
        if small is not None:
            assert large[0] <= small[0] + 1e-9
            assert large[1] >= small[1] - 1e-9


@given(st.integers(1, 500), errors, st.data())
def test_interval_of_the_truth_is_never_narrower_than_chance(polar, error, data):
    positive = data.draw(st.sampled_from([0, polar]) | st.integers(0, polar))
    chance = [2 * share - 1 for share in wilson_interval(positive, polar)]
    low, high = truth_interval(positive, polar, error)
    assert low <= chance[0]
    assert high >= chance[1]


@pytest.mark.parametrize("polar", [12, 50, 100])
@pytest.mark.parametrize("error", [OTHER_TEXTS, OWN_TEXTS])
def test_unanimous_stories_leave_room_for_chance(polar, error):
    room = 2 * wilson_interval(0, polar)[1]
    assert width(tones(polar, 0, error=error).interval) >= room - 1e-9
    assert width(tones(0, polar, error=error).interval) >= room - 1e-9


def test_flattening_is_undone():
    flat = ToneError(shift=0.1, slope=0.5, shift_sd=0.0, slope_sd=0.0)
    low, high = truth_interval(700_000, 1_000_000, flat)
    assert (low, high) == pytest.approx((0.4, 0.6), abs=0.21)
    assert low < 0.6 <= high + 0.01
    low, high = truth_interval(475_000, 1_000_000, flat)
    assert low == pytest.approx(-0.3, abs=0.01)


def test_errors_common_to_two_periods_leave_a_comparison_alone():
    sentiment = tones(220, 180, error=OTHER_TEXTS)
    assert width(sentiment.told_interval()) < 0.3
    assert width(sentiment.interval) > 1
    assert width(sentiment.told_interval(switch_sd=0.3)) > 1
    unsteady = tones(220, 180, error=replace(OTHER_TEXTS, drift_sd=0.2))
    assert width(unsteady.told_interval()) > 2 * width(sentiment.told_interval())


def test_models_are_mixed_by_the_stories_that_each_judged():
    row = {
        "negative": 6,
        "neutral": 1,
        "positive": 4,
        "uncertain": 0,
        "judged_by": {"a": 1, "b": 3},
    }
    mixed = count_tones(row, {"a": OTHER_TEXTS, "b": OWN_TEXTS})
    assert mixed.error.slope == pytest.approx((0.5 + 3 * 0.7) / 4)
    assert mixed.error.shift_sd == pytest.approx((0.2 + 3 * 0.06) / 4)
    assert mixed.judged == {"a": 0.25, "b": 0.75}


def test_of_a_model_that_nobody_knows_the_truth_may_lie_anywhere():
    row = {"negative": 60, "neutral": 0, "positive": 40, "uncertain": 0, "judged_by": {"x": 100}}
    assert count_tones(row, {}).interval == (-1, 1)


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as made:
        yield World().fill(made)


@given(st.integers(0, 5_000), st.just(0) | st.integers(0, 5_000), errors)
@example(negative=50, positive=0, error=OWN_TEXTS)
@example(negative=0, positive=100, error=OTHER_TEXTS)
def test_an_analysts_interval_is_the_reports(connection, negative, positive, error):
    found = connection.execute(
        "SELECT net_sentiment(n, p), net_sentiment_low(n, p, a, b, sa, sb), "
        "net_sentiment_high(n, p, a, b, sa, sb) "
        "FROM (SELECT ? AS n, ? AS p, ? AS a, ? AS b, ? AS sa, ? AS sb)",
        [negative, positive, error.shift, error.slope, error.shift_sd, error.slope_sd],
    ).fetchone()
    sentiment = tones(negative, positive, error=error)
    if sentiment.interval is None:
        assert found == (None, None, None)
    else:
        assert found == pytest.approx((sentiment.value, *sentiment.interval), abs=1e-6)
