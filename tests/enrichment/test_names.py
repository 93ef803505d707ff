"""The model of names that ships: what it finds, and where."""

import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrichment.names import finder
from enrichment.names.entities import SHIPPED
from enrichment.names.finder import LABELS, NameFinder, name_finder, name_finder_name, names_of
from enrichment.pipeline import build_pipeline, make_doc
from enrichment.tone.fast import default_tone_model

PIPELINES = {
    language: build_pipeline(language, tone_model=default_tone_model(), recogniser=SHIPPED)
    for language in ("nl", "fr", "en", "de")
}


def read(text, language):
    nlp = PIPELINES[language]
    (doc,) = nlp.pipe([make_doc(nlp, text, (), language=language)])
    return doc


def found(text, language):
    return {(name.text, name.label_) for name in read(text, language).ents}


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        (
            "nl",
            "Gisteren opende Rabobank een kantoor in Zwolle, zegt Jan Peeters.",
            {("Rabobank", "ORG"), ("Zwolle", "LOC"), ("Jan Peeters", "PERSON")},
        ),
        (
            "fr",
            "La SNCF supprime 300 emplois à Lille, selon Jean Dupont.",
            {("SNCF", "ORG"), ("Lille", "LOC"), ("Jean Dupont", "PERSON")},
        ),
        (
            "en",
            "Microsoft will open a new office in Dublin, says Sarah Murphy.",
            {("Microsoft", "ORG"), ("Dublin", "LOC"), ("Sarah Murphy", "PERSON")},
        ),
        (
            "de",
            "Siemens streicht Stellen in Köln, sagt Anna Müller.",
            {("Siemens", "ORG"), ("Köln", "LOC"), ("Anna Müller", "PERSON")},
        ),
    ],
)
def test_plain_sentence_gives_its_names(language, text, names):
    assert found(text, language) == names


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl", "Morgen gaan de winkels pas om tien uur open."),
        ("fr", "Le lundi, les magasins sont fermés toute la journée."),
        ("en", "On Monday the French food was cold and the waiter was slow."),
        ("de", "Die Lieferung kam am Montag, aber die Verpackung war beschädigt."),
    ],
)
def test_capital_letter_alone_makes_no_name(language, text):
    assert found(text, language) == set()


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("nl", "De fans van Boyko Draganov waren blij ."),
        ("fr", "Le film de Nkechi Abara sort demain ."),
        ("en", "Zdenka Horv won the race in Dublin ."),
        ("de", "Jarle Strand gewann gestern in Köln ."),
    ],
)
def test_what_may_nearly_as_well_be_a_person_is_one(monkeypatch, language, sentence):
    words = sentence.split()
    person, *others = name_finder().find([words], language)[0]
    assert person.label == "PERSON"
    monkeypatch.setattr(finder, "_NEARLY", 0)
    likelier, *same = name_finder().find([words], language)[0]
    assert likelier.label in ("ORG", "LOC")
    assert (likelier[:2], same) == (person[:2], others)


def test_town_in_small_letters_is_found():
    assert ("gent", "LOC") in found("de trein naar gent is weer te laat", "nl")


def test_model_is_told_by_name_and_version_without_loading_it():
    assert name_finder_name() == name_finder().name == NameFinder.load().name


def test_model_loads_in_less_than_a_second():
    began = time.process_time()
    NameFinder.load()
    assert time.process_time() - began < 1


def test_two_processes_find_the_same():
    program = (
        "from enrichment.names.finder import name_finder\n"
        "words = 'Gisteren reed Anna Peeters van Gent naar Acme Brugge'.split()\n"
        "print(name_finder().find([words], 'nl'), name_finder().scores([words], 'nl').tolist())"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1
    assert "PERSON" in answers.pop()


def test_names_do_not_depend_on_the_texts_beside_them():
    texts = ["Rabobank in Zwolle", "Weer regen!", "Jan Peeters woont in Aalst. Echt waar."]
    nlp = PIPELINES["nl"]
    together = list(nlp.pipe([make_doc(nlp, text, (), language="nl") for text in texts]))
    alone = [read(text, "nl") for text in texts]
    spans = [[(e.start, e.end, e.label_) for e in doc.ents] for doc in together]
    assert spans == [[(e.start, e.end, e.label_) for e in doc.ents] for doc in alone]


def test_name_of_tags_begins_anew_where_the_label_changes():
    # B-PERSON I-PERSON I-ORG O B-LOC B-LOC
    assert [tuple(name) for name in names_of([1, 2, 4, 0, 5, 5])] == [
        (0, 2, "PERSON"),
        (2, 3, "ORG"),
        (4, 5, "LOC"),
        (5, 6, "LOC"),
    ]


def test_no_sentence_and_empty_sentences_have_no_names():
    assert name_finder().find([], "nl") == []
    assert name_finder().find([[], ["Gent"]], "nl")[0] == []


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=300), st.sampled_from(sorted(PIPELINES)))
def test_any_text_has_its_names_inside(text, language):
    text = text.encode("utf-8", "replace").decode()
    doc = read(text, language)
    assert doc.text == text
    last = 0
    for name in doc.ents:
        assert last <= name.start_char < name.end_char <= len(text)
        assert text[name.start_char : name.end_char] == name.text
        assert name.label_ in LABELS
        last = name.end_char


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.text(min_size=1, max_size=80), max_size=20), max_size=6))
def test_any_words_have_their_names_inside(sentences):
    for words, names in zip(sentences, name_finder().find(sentences, "en"), strict=True):
        assert all(0 <= name.start < name.end <= len(words) for name in names)


@pytest.mark.parametrize("unit", ["Acme ", "Jan De Vries ", "😡 ", "a.b-", "1", "A", "\n", "x, "])
def test_hostile_repetition_takes_linear_time(unit):
    text = (unit * 200_000)[:200_000] + " Gent"
    began = time.process_time()
    doc = read(text, "nl")
    assert doc.text == text
    assert time.process_time() - began < 10
