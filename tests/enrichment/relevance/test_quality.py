"""On tweets about two brands that share a made-up name, what was taught pays."""

import numpy as np
import pytest

from tests.quality.relevance import measured, taught
from tests.quality.relevance_homonyms import PAIRS, mixed, read_texts
from tests.shared_data import shared_data


@pytest.fixture(scope="module")
def texts():
    return read_texts(shared_data("corpora", "twitter_entity_sentiment.csv.gz"))


@pytest.mark.parametrize("pair", PAIRS["far"], ids=" or ".join)
def test_a_hundred_verdicts_tell_most_of_two_senses_apart(texts, pair):
    tweets = mixed(*(texts[brand] for brand in pair), turn=7)
    test, lessons = tweets[:80], tweets[80:180]
    assert len(lessons) == 100

    found = measured(taught("a", lessons, {}), test)

    assert found.auc > 0.75
    assert found.precision > found.baseline
    assert found.recall > 0.9


def test_probabilities_are_honest_on_tweets_held_back(texts):
    told, true = [], []
    for pair in PAIRS["far"]:
        tweets = mixed(*(texts[brand] for brand in pair), turn=8)
        test = tweets[:80]
        told += taught("a", tweets[80:280], {})(test).tolist()
        true += [tweet.is_relevant for tweet in test]
    found, truth = np.array(told), np.array(true)
    for low, high in ((0.0, 0.6), (0.6, 0.85), (0.85, 1.0)):
        here = (found >= low) & (found <= high)
        assert here.sum() > 20
        assert abs(found[here].mean() - truth[here].mean()) < 0.12
