"""How the model of names is made: invented texts, tagged tweets, and a fit that learns."""

import re
from pathlib import Path

import numpy as np
import pytest

from enrichment.models import names_texts
from enrichment.models.names_texts import LABELS, LANGUAGES, invented_texts, listed_words
from enrichment.models.train_names import Tagged, fit, read_tagged, save, tag_invented
from enrichment.names.finder import TAGS, NameFinder, names_of

FOLDER = Path(names_texts.__file__).parent / "names"
B_PERSON, I_PERSON, B_ORG, B_LOC, I_LOC = (
    TAGS.index(tag) for tag in ("B-PERSON", "I-PERSON", "B-ORG", "B-LOC", "I-LOC")
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_invented_texts_repeat_and_mark_their_names(language):
    texts = list(invented_texts(language, 400, 1))
    assert texts == list(invented_texts(language, 400, 1))
    assert texts != list(invented_texts(language, 400, 2))
    for text, names in texts:
        assert not re.search(r"[{}]|\|", text)
        last = 0
        for start, end, label in names:
            assert last <= start < end <= len(text)
            assert label in LABELS.values()
            last = end
    assert {label for _, names in texts for *_, label in names} == set(LABELS.values())
    assert any(not names for _, names in texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_patterns_are_many_and_no_two_alike(language):
    patterns = (FOLDER / f"{language}.txt").read_text("utf-8").splitlines()
    assert len(patterns) > 150
    assert len(patterns) == len(set(patterns))
    for pattern in patterns:
        assert pattern.count("[") == pattern.count("]"), pattern


def test_listed_words_are_no_patterns():
    words = list(listed_words("bodies"))
    assert "VRT" in words
    assert not any("{" in word for word in words)


def test_tags_of_an_invented_text_lie_on_its_words():
    text = "Gisteren zag Jan Peeters Gent."
    (tagged,) = tag_invented("nl", iter([(text, [(13, 24, "PERSON"), (25, 29, "LOC")])]))
    assert tagged.words == ["Gisteren", "zag", "Jan", "Peeters", "Gent", "."]
    assert tagged.tags == [0, 0, B_PERSON, I_PERSON, B_LOC, 0]


def test_name_with_an_s_is_one_and_an_adjective_or_a_compound_is_none():
    texts = [
        ("Annas Hund", [(0, 4, "PERSON")]),
        ("Gentse fiets", [(0, 4, "LOC")]),
        ("Acmeklanten wachten", [(0, 4, "ORG")]),
    ]
    name, adjective, compound = tag_invented("de", iter(texts))
    assert name.tags == [B_PERSON, 0]
    assert adjective.tags == compound.tags == [0, 0]


def test_tagged_tweets_are_read_without_accounts_and_with_tags_as_words(tmp_path):
    path = tmp_path / "tweets.conll"
    path.write_text(
        "@\tB-PER\njo99\tB-PER\nin\tO\n#Gent\tB-LOC\n\n"
        "Empire\tB-location\nState\tI-location\nfilm\tB-creative-work\nAcme\tI-ORG\n\n"
        "0\tUgarit\tB-LOC\n",
        encoding="utf-8",
    )
    assert read_tagged(path) == [
        Tagged(["@jo99", "in", "#", "Gent"], [0, 0, 0, B_LOC]),
        Tagged(["Empire", "State", "film", "Acme"], [B_LOC, I_LOC, 0, B_ORG]),
        Tagged(["Ugarit"], [B_LOC]),
    ]


def test_fit_learns_what_it_is_shown_and_is_kept_in_a_file(tmp_path):
    shown = [
        Tagged(["Gisteren", "kwam", name, "uit", town], [0, 0, B_PERSON, 0, B_LOC])
        for name in ("Anna", "Jan", "Piet", "Els")
        for town in ("Gent", "Aalst", "Breda")
    ] * 5
    weights, steps = fit({"nl": shown}, {}, rounds=3)
    finder = NameFinder(name="test 1", weights=weights, steps=steps, kinds={})
    (found,) = finder.find([["Gisteren", "kwam", "Karel", "uit", "Lier"]], "nl")
    assert found == names_of([0, 0, B_PERSON, 0, B_LOC])
    rows = save(tmp_path / "names.npz", weights, steps)
    with np.load(tmp_path / "names.npz") as stored:
        kept = np.zeros_like(weights)
        kept[np.cumsum(stored["gaps"], dtype=np.int64)] = stored["weights"] * stored["scale"]
        assert rows == len(stored["gaps"])
    assert np.abs(kept - weights).max() < 0.05
    again, _ = fit({"nl": shown}, {}, rounds=3)
    assert np.array_equal(again, weights)
