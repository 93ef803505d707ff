"""Afrikaans against Dutch."""

import pytest

from enrichment.language.afrikaans import weigh_afrikaans
from enrichment.language.word_evidence import LISTED, weigh_words


def odds(text, detector=0.0, *, is_short=False):
    words = text.split()
    dutch = weigh_words(words).words[:, LISTED.index("nl")]
    return weigh_afrikaans(words, dutch, detector, is_short=is_short)


@pytest.mark.parametrize(
    ("afrikaans", "dutch"),
    [
        ("hy sê hulle skryf baie", "hij zegt dat zij veel schrijven"),
        ("die nuwe skool is nie vir kinders nie", "de nieuwe school is niet voor kinderen"),
        ("sy het gister gewerk", "zij heeft gisteren gewerkt"),
        ("die wetenskap en die vryheid", "de wetenschap en de vrijheid"),
    ],
)
def test_spelling_and_small_words_tell_them_apart(afrikaans, dutch):
    assert odds(afrikaans) > 0 > odds(dutch)


def test_detector_counts_for_more_in_a_longer_text():
    gain = odds("water en wind", 4.0) - odds("water en wind", 0.0)
    short = odds("water en wind", 4.0, is_short=True) - odds("water en wind", is_short=True)
    assert gain > short > 0
