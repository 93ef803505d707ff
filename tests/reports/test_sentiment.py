import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.sentiment import NetSentiment, wilson_interval


def tones(negative, positive, neutral=0, uncertain=0):
    return NetSentiment(negative=negative, neutral=neutral, positive=positive, uncertain=uncertain)


def test_net_sentiment_leaves_neutral_and_uncertain_out():
    assert tones(30, 10, neutral=500, uncertain=7).value == -0.5


def test_without_any_opinion_net_sentiment_is_unknown_and_not_zero():
    assert tones(0, 0, neutral=12).value is None
    assert tones(0, 0, neutral=12).interval is None
    assert tones(4, 4).value == 0


def test_wilson_interval_agrees_with_the_published_example():
    # Newcombe 1998, Statistics in Medicine 17:857-872, table I: 81 of 263.
    low, high = wilson_interval(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


@given(st.integers(0, 500), st.integers(0, 500))
def test_interval_holds_the_value_and_stays_in_bounds(negative, positive):
    sentiment = tones(negative, positive)
    if sentiment.interval is not None:
        low, high = sentiment.interval
        assert -1 <= low <= sentiment.value + 1e-9
        assert sentiment.value - 1e-9 <= high <= 1


def test_interval_narrows_with_more_stories():
    few, many = tones(3, 7).interval, tones(300, 700).interval
    assert many[1] - many[0] < few[1] - few[0]
    assert few[1] - few[0] == pytest.approx(1.0, abs=0.25)
