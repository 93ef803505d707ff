"""Where the tone towards a subject is read."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichment.passages import (
    PASSAGE_WORDS,
    STATEMENT_WORDS,
    Passage,
    is_addressed,
    looks_like_post,
    passage_around,
    passages_around,
    sentence_spans,
    statement_around,
)


def passage_of(name, text, *others):
    def span(word):
        return text.index(word), text.index(word) + len(word)

    return passage_around(
        text, *span(name), language="nl", others=[span(word) for word in others]
    ).text


def sentences(text):
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Eén zin. Nog een zin! En een vraag?", 3),
        ("Dr. Peeters drinkt Acme. Hij vindt het lekker.", 2),
        ("De prijs steeg met 3.5 procent op acme.example.", 1),
        ("Lekker 😍 Volgende keer weer", 2),
        ("een regel\nnog een regel", 2),
        ("“Vies!” Dat zei hij.", 2),
        ("Wat... een bier", 1),
        ("", 0),
        (" \n ", 0),
    ],
)
def test_sentences_end_where_people_end_them(text, count):
    assert len(sentences(text)) == count


def test_short_post_is_one_passage():
    text = "Gisteren een Acme gedronken. Wat een vies bier! Nooit meer."
    assert passage_of("Acme", text) == text


def test_long_article_gives_the_sentences_around_the_name():
    filler = "Dit is een zin van precies negen woorden over iets. " * 30
    text = f"{filler}Acme stelt zwaar teleur. {filler}"
    passage = passage_of("Acme", text)
    assert "Acme stelt zwaar teleur." in passage
    assert len(passage.split()) <= PASSAGE_WORDS


def test_passage_never_holds_another_subjects_sentence():
    text = "Acme is heerlijk. Bolt is smerig. Echt smerig."
    assert passage_of("Acme", text, "Bolt") == "Acme is heerlijk."
    assert passage_of("Bolt", text, "Acme") == "Bolt is smerig. Echt smerig."


@pytest.mark.parametrize(
    ("text", "acme", "bolt"),
    [
        ("Acme is lekker maar Bolt is smerig", "Acme is lekker", "maar Bolt is smerig"),
        ("Acme is great, but Bolt is awful", "Acme is great", "but Bolt is awful"),
        ("Acme est bonne, mais Bolt est nulle", "Acme est bonne", "mais Bolt est nulle"),
        ("Acme ist gut, aber Bolt ist mies", "Acme ist gut", "aber Bolt ist mies"),
    ],
)
def test_contrast_gives_each_subject_its_clause(text, acme, bolt):
    assert passage_of("Acme", text, "Bolt") == acme
    assert passage_of("Bolt", text, "Acme") == bolt


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("Acme is lekker maar Bolt is smerig", "Acme is lekker"),
        ("Bolt is great, but Acme is awful", "but Acme is awful"),
        ("Acme est bonne, mais Bolt est nulle", "Acme est bonne"),
        ("Acme ist gut, w\u00e4hrend Bolt mies ist", "Acme ist gut"),
        ("Acme is good but expensive", "Acme is good but expensive"),
        ("Acme is good but I can't afford it", "Acme is good but I can't afford it"),
    ],
)
def test_contrast_with_another_name_is_left_out(text, passage):
    assert passage_of("Acme", text) == passage


def test_subjects_named_together_share_what_is_said_of_them():
    text = "Acme and Bolt are both awful"
    assert passage_of("Acme", text, "Bolt") == text


def test_overlapping_subjects_do_not_cut_each_other():
    text = "Acme Brewery is great and cheap"
    assert passage_of("Acme", text, "Acme Brewery") == text


def test_endless_sentence_is_cut_around_the_name():
    words = " ".join(["woord"] * 400)
    passage = passage_around(f"{words} Acme {words}", len(words) + 1, len(words) + 5, language="nl")
    assert len(passage.text.split()) <= PASSAGE_WORDS + 1
    assert passage.text[passage.start : passage.end] == "Acme"


@pytest.mark.parametrize(
    ("text", "is_post"),
    [
        ("Acme opens a plant in Ghent.", False),
        ("thanks @acme for nothing", True),
        ("Nice beer #acme", True),
        ("Acme 😍", True),
        ("See https://acme.example", True),
        ("just had an acme with my friends lol", True),
        ("but acme is awful", False),
        ("", False),
    ],
)
def test_quick_writing_is_told_from_edited_text(text, is_post):
    assert looks_like_post(text) is is_post


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("What a day . Acme was great today . now sleep", "Acme was great today"),
        ("Slept well, Acme was closed again, going home now", "Acme was closed again"),
        ("Oh, Acme!", "Oh, Acme!"),
        ("Acme", "Acme"),
        ("great - Acme opens a bar - finally", "Acme opens a bar"),
    ],
)
def test_statement_is_what_stands_between_marks_around_the_name(text, statement):
    start = text.index("Acme")
    passage = Passage(text=text, start=start, end=start + 4, language="en")
    assert statement_around(passage).text.strip() == statement


def test_statement_of_endless_words_is_cut():
    text = f"{'word ' * 500}Acme{' word' * 500}"
    narrowed = statement_around(Passage(text=text, start=2500, end=2504, language="en"))
    assert len(narrowed.text.split()) == 2 * STATEMENT_WORDS + 1
    assert narrowed.text[narrowed.start : narrowed.end] == "Acme"


@pytest.mark.parametrize(("name", "is_handle"), [("@acme", True), ("acme", True), ("beer", False)])
def test_a_post_to_an_account_is_told_from_one_that_names_a_firm(name, is_handle):
    text = "@acme your beer"
    start = text.index(name)
    passage = Passage(text=text, start=start, end=start + len(name), language="en")
    assert is_addressed(passage) is is_handle


@given(st.text(alphabet="ab .,;-\n@", max_size=60), st.data())
def test_statement_holds_the_name_and_lies_in_the_passage(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    narrowed = statement_around(Passage(text=text, start=start, end=end, language="en"))
    assert narrowed.text in text
    assert narrowed.text[narrowed.start : narrowed.end] == text[start:end]


@given(st.text(max_size=400), st.data())
def test_any_span_lies_in_its_passage(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    others = data.draw(
        st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted))
    )
    passage = passage_around(text, start, end, language="und", others=[tuple(o) for o in others])
    assert passage.text[passage.start : passage.end] == text[start:end]


@given(st.text(max_size=400))
def test_sentences_are_in_order_inside_the_text_and_not_blank(text):
    reached = 0
    for start, end in sentence_spans(text):
        assert reached <= start < end <= len(text)
        assert text[start:end].strip() == text[start:end] != ""
        reached = end


@pytest.mark.parametrize("unit", ["!", ".", " ", "\n", "a", "😡", "a. ", "?! ", "é", "((", "…"])
def test_hostile_repetition_takes_linear_time(unit):
    text = (unit * 200_000)[:200_000]
    began = time.process_time()
    sentence_spans(text)
    passage_around(text, 100_000, 100_004, language="und")
    statement_around(Passage(text=text, start=100_000, end=100_004, language="und"))
    assert time.process_time() - began < 5


def test_what_is_cut_out_of_a_mixed_text_has_its_own_language():
    dutch = (
        "De brouwerij opende vorige week een nieuwe bottelarij, en de hele buurt kwam kijken. " * 9
    )
    french = (
        "« Franchement, la bière Acme n'a plus le goût d'avant, elle est fade, elle coûte trop cher "
        "et le service à la clientèle ne répond jamais aux courriers que nous envoyons depuis des "
        "mois, alors nous ne reviendrons plus », écrit une cliente fidèle qui habite la région. "
    )
    text = (
        f"{dutch}{french}{dutch}Acme zelf zegt dat het de brieven wel degelijk beantwoordt. {dutch}"
    )
    first, second = text.index("Acme"), text.rindex("Acme")
    places = [(first, first + 4, "acme"), (second, second + 4, "acme")]
    read = passages_around(text, places, language="nl")
    assert [passage.language for passage in read] == ["fr", "nl"]


def test_whole_text_keeps_the_language_that_was_told_of_it():
    text = "Acme c'est vraiment trop cher, je ne reviendrai plus jamais."
    (passage,) = passages_around(text, [(0, 4, "acme")], language="nl")
    assert passage.language == "nl"
