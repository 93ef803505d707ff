"""Which mentions fall into one story by their text alone."""

import re

from hypothesis import given
from hypothesis import strategies as st

from enrichment.stories.signatures import fold, story_id

PRESS = (
    "Brouwerij Acme roept 12.000 flesjes terug nadat in een bottellijn een glasbreuk is "
    "vastgesteld. Klanten kunnen de flesjes inleveren in elke winkel."
)


def story(text="", title=None, mention_id="m1"):
    return story_id({"mention_id": mention_id, "title": title, "text": text})


def test_copies_differ_in_case_links_spacing_and_punctuation_only():
    copy = f"{PRESS.upper().replace('. ', ' —  ')}\n\nhttps://news.example/a?b=c"
    assert story(PRESS) == story(copy, mention_id="m2")


def test_leading_repost_mark_is_not_read():
    assert story(f"RT @acme_news: {PRESS}") == story(PRESS, mention_id="m2")
    assert story(f"RT @b: RT @acme_news: {PRESS}") == story(PRESS, mention_id="m2")


def test_full_width_letters_and_decomposed_accents_fold():
    assert fold("\uff21\uff43\uff4d\uff45 cafe\u0301") == fold("acme café")


def test_another_text_is_another_story():
    assert story(PRESS) != story(PRESS.replace("12.000", "15.000"), mention_id="m2")


def test_other_emoji_are_another_story_but_skin_tones_are_not():
    text = "Weer een flesje met glas gevonden vandaag"
    assert story(f"{text} 😡") != story(f"{text} 😍", mention_id="m2")
    assert story(f"{text} 👍🏽") == story(f"{text} 👍", mention_id="m2")


def test_reprint_under_another_title_is_the_same_story():
    assert story(PRESS, "Acme roept bier terug") == story(PRESS, "Glas in bier!", "m2")


def test_short_text_is_told_apart_by_its_title():
    assert story("Lees meer op onze site.", "Acme roept bier terug") != story(
        "Lees meer op onze site.", "Acme opent een nieuwe brouwerij", "m2"
    )


def test_link_does_not_make_a_text_long_enough_to_stand_alone():
    link = "https://news.example/" + "a" * 100
    assert story(f"Lees meer {link}", "Acme roept bier terug") != story(
        f"Lees meer {link}", "Acme opent een nieuwe brouwerij", "m2"
    )


def test_short_texts_are_stories_of_their_own():
    assert story("Mmm, Acme!") != story("Mmm, Acme!", mention_id="m2")


def test_empty_texts_are_stories_of_their_own():
    assert story("") != story("", mention_id="m2")
    assert story("https://t.co/a 🍺") != story("https://t.co/a 🍺", mention_id="m2")


def test_missing_text_and_title_are_survived():
    assert story(None, None) == story("", "")


def test_reposts_cut_alike_fall_together():
    cut = f"RT @acme_news: {PRESS[:100]}…"
    assert story(cut) == story(cut, mention_id="m2")


@given(st.text(), st.one_of(st.none(), st.text()))
def test_any_text_has_a_story_of_32_hexadecimal_digits(text, title):
    assert re.fullmatch(r"[0-9a-f]{32}", story(text, title))


@given(st.text(max_size=400))
def test_spacing_around_never_changes_the_story(text):
    assert story(text) == story(f"  {text}\n")
