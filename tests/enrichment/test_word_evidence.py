"""How likely words are in each language."""

import math

import numpy as np
import pytest

from enrichment.language.word_evidence import LISTED, weigh_words


def best(*words):
    return LISTED[int(weigh_words(words).total.argmax())]


@pytest.mark.parametrize(
    ("word", "language"),
    [("gezellig", "nl"), ("aujourd", "fr"), ("would", "en"), ("nicht", "de"), ("też", "pl")],
)
def test_word_is_likeliest_in_its_own_language(word, language):
    assert best(word) == language


def test_commoner_word_has_the_higher_logarithm():
    the, rare = weigh_words(["the", "serendipity"]).words[:, LISTED.index("en")]
    assert math.log(0.01) < the < 0
    assert rare < the


@pytest.mark.parametrize(
    ("word", "language"),
    [("zonnepaneleninstallatie", "nl"), ("Überwachungsverordnung".lower(), "de")],
)
def test_unknown_word_is_judged_by_its_first_and_last_letters(word, language):
    floor = weigh_words(["qzxqzxqzx"]).words
    evidence = weigh_words([word])
    assert np.array_equal(evidence.words, floor), "the word is in a list: choose another"
    assert LISTED[int(evidence.total.argmax())] == language


def test_short_unknown_word_says_nothing():
    total = weigh_words(["qzx"]).total
    assert float(total.max() - total.min()) < 0.01


def test_evidence_adds_up_over_known_words():
    together = weigh_words(["een", "biertje"]).total
    apart = weigh_words(["een"]).total + weigh_words(["biertje"]).total
    assert np.allclose(together, apart, atol=0.05)
