"""Keyphrases: what is spoken of around a name, and no person."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.watchlist import Watchlist
from enrichment.enricher import Enricher
from enrichment.keyphrases.extraction import MOST_OF_EACH, MOST_WORDS, keyphrases
from enrichment.keyphrases.folds import word_key
from enrichment.keyphrases.matches import private_words_of
from enrichment.matching.folding import fold
from tests.warehouse.building import T0, brand, employee


def phrases(text: str, language: str = "en", **keys) -> set[str]:
    return {one.phrase for one in keyphrases(text, language=language, **keys)}


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("They suffered a massive data breach again.", "en", "massive data breach"),
        ("Nieuwe algemene voorwaarden voor iedereen.", "nl", "algemene voorwaarden"),
        ("Encore une fuite de données chez eux.", "fr", "fuite de données"),
        ("Die neue Kundenhotline ist weg.", "de", "Kundenhotline"),
    ],
)
def test_phrases_are_content_words_beside_one_another(text, language, expected):
    assert expected in phrases(text, language)


@pytest.mark.parametrize("language", ["nl", "fr", "en", "de", "und", "es"])
def test_phrases_have_no_small_word_at_an_edge(language):
    text = "the service of the shop de service van de winkel le service de la poste der Dienst des"
    for phrase in keyphrases(text, language=language):
        words = [fold(word) for word in phrase.phrase.split()]
        assert 1 <= len(words) <= MOST_WORDS
        if language in ("en", "und"):
            assert words[0] not in {"the", "of"}
            assert words[-1] not in {"the", "of"}


def test_no_phrase_goes_across_a_mark_or_a_name():
    text = "Cold soup, rude waiter Acme broken chair"
    at = text.index("Acme")
    found = phrases(text, names=[(at, at + 4)])
    assert {"Cold soup", "rude waiter", "broken chair"} <= found
    assert not any("Acme" in phrase or "soup rude" in phrase for phrase in found)


def test_links_accounts_and_numbers_are_no_phrases():
    found = phrases("See https://acme.example/recall @jan_peeters 3,000 kettles")
    assert found == {"kettles"}


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        ("Thanks to Sarah Janssens for the quick help", "en", "Janssens"),
        ("Volgens Pieter van den Broeck komt er soep", "nl", "Broeck"),
        ("Selon Mme Lefebvre la soupe est froide", "fr", "Lefebvre"),
        ("Laut Herr Bauermann ist die Suppe kalt", "de", "Bauermann"),
        ("Cold soup, Abdou Diarra says", "en", "Diarra"),
        ("The CEO Okonkwo likes soup", "en", "Okonkwo"),
    ],
)
def test_persons_names_are_no_phrases(text, language, name):
    found = phrases(text, language)
    assert found
    assert not any(name in phrase for phrase in found)


def test_no_phrase_holds_an_employees_name_whether_or_not_they_consent():
    subjects = [
        brand(terms=["Acme"]),
        employee("jana", name="Jana Voorbeeld", terms=["J. Voorbeeld"]),
    ]
    names = Watchlist.model_validate({"subject": subjects})
    assert {"jana", "voorbeeld"} <= private_words_of(names.subject)
    row = {"mention_id": "1", "platform": "mastodon", "title": None, "language_tag": "nl"}
    row |= {"text": "Lekkere koffie bij Acme van mevrouw voorbeeld, aldus voorbeeld", "url": None}
    (decided,) = Enricher(names, has_entities=False).enrich([row], now=T0)
    found = [one["phrase"] for one in decided["keyphrases"]]
    assert "Lekkere koffie" in found
    assert not any("voorbeeld" in phrase for phrase in found)


def test_a_phrase_in_title_and_text_is_kept_once():
    names = Watchlist.model_validate({"subject": [brand(terms=["Acme"])]})
    row = {"mention_id": "1", "platform": "feed", "title": "Acme data breach", "language_tag": "en"}
    row |= {"text": "The data breach at Acme is large.", "url": None}
    (decided,) = Enricher(names, has_entities=False).enrich([row], now=T0)
    keys = [one["key"] for one in decided["keyphrases"]]
    assert keys.count("data breach") == 1


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("breach", "breaches", "en"),
        ("company", "companies", "en"),
        ("datalek", "datalekken", "nl"),
        ("staking", "stakingen", "nl"),
        ("panne", "pannes", "fr"),
        ("beschwerde", "beschwerden", "de"),
        ("kunde", "kunden", "de"),
    ],
)
def test_plural_and_inflection_have_one_key(one, other, language):
    assert word_key(one, language) == word_key(other, language)


def test_different_words_have_different_keys():
    assert len({word_key(w, "en") for w in ("bus", "bug", "class", "clash", "news", "new")}) == 6


def test_of_a_long_text_a_bounded_number_is_kept():
    words = [f"wort{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(400)]
    assert len(keyphrases(" ".join(words), language="de")) == sum(MOST_OF_EACH)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["nl", "fr", "en", "de", "und"]))
def test_any_text_has_phrases_or_none(text, language):
    found = keyphrases(text, language=language)
    assert len(found) <= sum(MOST_OF_EACH)
    assert len({one.key for one in found}) == len(found)
