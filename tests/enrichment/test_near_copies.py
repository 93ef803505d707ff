"""Which two texts tell one story by their words."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrichment.stories.near_copies import Signature, _few_runs, _runs, are_copies, sign, unpack

PRESS = (
    "Brouwerij Acme roept 12.000 flesjes terug nadat in een bottellijn een glasbreuk is "
    "vastgesteld. Klanten kunnen de flesjes inleveren in elke winkel."
)
REST = " ".join(f"Zin {word} van het vervolg zegt weer iets anders." for word in PRESS.split())
ALERT = "$ACME hit a new 52-week high of $95.10 in trading today, up 3.2%"


def signed(text: str, title: str | None = None) -> Signature:
    found = sign({"text": text, "title": title})
    assert found is not None
    return found


def is_copy(one: Signature, other: Signature) -> bool:
    assert are_copies(one, other) == are_copies(other, one), "the order must not matter"
    return are_copies(one, other)


@pytest.mark.parametrize(
    "copy",
    [
        f"(Belga) \u2013 {PRESS}",
        f"{PRESS} via @nieuwssite https://t.co/abc",
        f"{PRESS} Lees meer…",
        f"RT @acme_news: {PRESS[:100]}…",
        f"{PRESS} 🍺 #bier #glas",
        f"@jan @piet {PRESS}",
        f"Schandalig! {PRESS[:86]}",
        PRESS.split(". ", maxsplit=1)[0],
        PRESS.upper(),
        PRESS.replace("glasbreuk", "glas-breuk"),
        PRESS.replace("flesjes", "#flesjes"),
        PRESS.replace("vastgesteld.", "vastgesteld, zegt het bedrijf."),
        f"{PRESS} {REST}",
    ],
)
def test_copies_add_before_add_behind_or_drop(copy):
    assert is_copy(signed(PRESS), signed(copy))


@pytest.mark.parametrize(
    "other",
    [
        PRESS.replace("12.000", "15.000"),
        "Brouwerij Acme opent een nieuwe bottellijn. Klanten kunnen de bieren proeven in elke winkel.",
        (
            "Brewery Acme recalls 12,000 bottles after broken glass was found in a bottling line. "
            "Customers can return the bottles in any shop."
        ),
    ],
)
def test_another_number_another_text_and_a_translation_are_other_stories(other):
    assert not is_copy(signed(PRESS), signed(other))


@pytest.mark.parametrize(
    "other",
    [
        ALERT.replace("ACME", "BETA"),
        ALERT.replace("95.10", "96.40"),
        ALERT.replace("ACME", "BETA").replace("95.10", "12.02").replace("3.2", "0.4"),
    ],
)
def test_template_with_another_ticker_or_price_is_another_story(other):
    assert not is_copy(signed(ALERT), signed(other))


def test_number_edited_in_a_long_text_is_the_same_story():
    text = f"{PRESS} {REST}"
    assert is_copy(signed(text), signed(text.replace("12.000", "15.000")))


def test_number_is_the_same_however_its_thousands_are_set_apart():
    assert is_copy(signed(PRESS), signed(PRESS.replace("12.000", "12,000")))


def test_body_under_another_title_is_the_same_story():
    assert is_copy(signed(PRESS, "Acme roept bier terug"), signed(PRESS, "Glas in bier gevonden"))


def test_headline_shared_without_its_article_tells_the_article():
    title = "Brouwerij Acme roept 12.000 flesjes terug na glasbreuk"
    assert is_copy(signed(REST, title), signed(f"{title} https://news.example/a via @news"))
    assert not is_copy(signed(REST, title), signed(PRESS.replace("roept", "haalt")))


def test_same_headline_over_another_text_is_another_story():
    title = "Het weer voor vandaag in heel het land"
    assert not is_copy(signed(PRESS, title), signed(REST.replace("Zin", "Woord"), title))


def test_releases_and_episodes_of_a_series_are_other_stories():
    title = "Acme Bottling Controller v1.95.78 released (stable)"
    assert not is_copy(signed(PRESS, title), signed(PRESS, title.replace("78", "77")))


def test_headline_that_an_article_refers_to_further_down_is_another_story():
    headline = "Politiques, flics, voyous : Marseille passée au crible de trois livres"
    assert not is_copy(signed(f"{PRESS} Lisez aussi : {headline}"), signed(headline))


def test_long_texts_with_one_beginning_and_another_rest_are_other_stories():
    intro = "Welkom bij onze brief van deze week met al het nieuws over bier en glas. "
    one, other = (" ".join(f"{w}{n}" for n in range(300)) for w in ("eerste", "tweede"))
    assert not is_copy(signed(intro + one), signed(intro + other))


@pytest.mark.parametrize("text", ["", "Mmm, Acme!", "🍺" * 500, "https://t.co/a", "!?" * 900])
def test_too_little_said_has_no_near_copies(text):
    assert sign({"text": text, "title": None}) is None


@pytest.mark.parametrize(
    "text",
    [
        "今日はとても良い天気ですから散歩に行きましょう",
        "그는 오늘 새로운 맥주를 마셨다고 말했습니다",
    ],
)
def test_scripts_without_blanks_have_near_copies(text):
    assert is_copy(signed(text), signed(f"RT @a: {text} 🍺"))


@settings(max_examples=200)
@given(st.text(), st.text(), st.none() | st.text())
def test_any_two_texts_compare_alike_in_both_orders(one, other, title):
    signs = [sign({"text": one, "title": title}), sign({"text": other, "title": None})]
    if all(signs):
        is_copy(*signs)


@given(st.lists(st.sampled_from(PRESS.split()), min_size=8), st.none() | st.just(PRESS))
def test_signature_survives_packing_and_is_its_own_copy(words, title):
    found = sign({"text": " ".join(words), "title": title})
    if found is not None:
        assert unpack(found.packed(), found.shingles) == found


@pytest.mark.parametrize(
    "unit",
    ["a b ç😀 ", "x", "😀", "$a", ".", "1.", "htt", "RT @a: ", "via ", " ", "&amp;", "\u0301", "…"],
)
def test_hostile_text_of_200_000_characters_takes_no_time(unit):
    text = (unit * 200_000)[:200_000]
    began = time.process_time()
    sign({"text": text, "title": text})
    assert time.process_time() - began < 0.5


@given(st.lists(st.integers(0, 2**32 - 1), min_size=4, max_size=80))
def test_runs_hash_alike_with_and_without_numpy(words):
    assert _few_runs(words) == _runs(np.array(words, dtype=np.uint64)).tolist()
