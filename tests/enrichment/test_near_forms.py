"""Misspelt and joined names: what may be set, and what stands in their way."""

import pytest

from collectors.watchlist import Subject
from enrichment.matching.explanation import explain
from enrichment.matching.slips import slip_between
from enrichment.matching.subjects import SubjectMatcher
from enrichment.matching.words import known_word

CONSENT = {
    "given_at": "2026-01-15",
    "purpose": "brand monitoring",
    "platforms": ["x"],
    "notice": "v3",
    "proof": "form 1",
}


def forms(text: str, *subjects: dict[str, object]) -> list[str]:
    made = [
        Subject.model_validate({"id": f"s{n}", "name": "S", "facet": "brand"} | subject)
        for n, subject in enumerate(subjects)
    ]
    return [match.form for match in SubjectMatcher(made).find(text)]


@pytest.mark.parametrize(
    ("setting", "found"),
    [
        ({}, ["Barsvel"]),
        ({"misspellings": True}, ["Barsvel", "Zlep"]),
        ({"misspellings": False}, []),
        ({"misspellings": ["Zelp"]}, ["Barsvel", "Zlep"]),
    ],
)
def test_misspellings_are_set_per_subject_and_term(setting, found):
    assert forms("Barsvel Zlep", {"terms": ["Brasvel", "Zelp"]} | setting) == found


@pytest.mark.parametrize(
    ("setting", "found"),
    [
        ({}, ["Brasvel"]),
        ({"compounds": True}, ["Brasvel", "Delta"]),
        ({"compounds": False}, []),
        ({"compounds": ["Delta"]}, ["Brasvel", "Delta"]),
    ],
)
def test_compounds_are_set_per_subject_and_term(setting, found):
    text = "Brasvelklanten en Deltaklanten"

    assert forms(text, {"terms": ["Brasvel", "Delta"]} | setting) == found


def test_employees_name_is_not_guessed():
    employee = {"facet": "employee", "terms": ["Annelore Wintersdael"], "consent": CONSENT}

    assert forms("Annelore Wintersdeal", employee) == []
    assert forms("Annelore Wintersdael", employee) == ["Annelore Wintersdael"]


def test_word_of_another_name_is_no_misspelling():
    assert forms("Brasvol", {"terms": ["Brasvel"]}) == ["Brasvol"]
    assert forms("Brasvol", {"terms": ["Brasvel"]}, {"terms": ["Brasvol"]}) == ["Brasvol"]
    assert len(forms("Brasvol", {"terms": ["Brasvel"]}, {"terms": ["Brasvol"]})) == 1


def test_word_between_two_names_is_neither():
    assert forms("Marvlx", {"terms": ["Marvax"]}, {"terms": ["Marvux"]}) == []


def test_misspelt_name_needs_its_context_too():
    guarded = {"terms": ["Brasvel"], "context": ["bier"]}

    assert forms("een Barsvel", guarded) == []
    assert forms("een Barsvel, lekker bier", guarded) == ["Barsvel"]


@pytest.mark.parametrize(
    ("written", "meant", "slip"),
    [
        ("barsvel", "brasvel", "swapped"),
        ("brassvel", "brasvel", "doubled"),
        ("brasvl", "brasvel", "missing"),
        ("brasxvel", "brasvel", "extra"),
        ("brasvwl", "brasvel", "key"),
        ("brasvul", "brasvel", "replaced"),
        ("rysdael", "rijsdael", "sound"),
        ("br4svel", "brasvel", "lookalike"),
    ],
)
def test_slip_is_named(written, meant, slip):
    assert slip_between(written, meant)[0] == slip


@pytest.mark.parametrize("written", ["brasvel", "bravles", "brsvle", "", "b"])
def test_no_slip_or_two_are_none(written):
    assert slip_between(written, "brasvel") is None


@pytest.mark.parametrize("word", ["klanten", "kundschaft", "thursday", "dehors", "orangerie"])
def test_words_of_the_four_languages_are_known(word):
    assert known_word(word).zipf > 2


def test_refusals_are_explained():
    subjects = [
        Subject(id="a", name="A", facet="brand", terms=("Brasvel", "Kortlin", "Zelp")),
        Subject(
            id="b",
            name="B",
            facet="brand",
            terms=("Delta",),
            context=("vlucht",),
            exclude=("Delta variant",),
        ),
    ]
    text = (
        "Barsvel Kotlin Zlep mybrasvel @brasvelfan #brasvelonia https://x.example/?q=brasvel "
        "Brasvelburg Delta"
    )

    told = {
        (d.form, d.counts): d.reason
        for d in explain(SubjectMatcher(subjects), title=None, text=text)
    }

    assert told["Barsvel", True] == "two letters swapped: brasvel"
    assert "'kotlin' is a word or a known name (en)" in told["Kotlin", False]
    assert "too short to guess" in told["Zlep", False]
    assert "context words" in told["Delta", False]
    reasons = [reason for (_, counts), reason in told.items() if not counts]
    assert len(reasons) >= 4


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("mybrasvel", "inside the word 'mybrasvel'"),
        ("@brasvelfan", "@brasvelfan is another account"),
        ("https://x.example/?q=brasvel", "inside a link's query"),
        ("#xbrasvelonia", "no capital shows"),
        ("Brasvelburg", "'burg' is no noun"),
    ],
)
def test_each_refusal_has_its_reason(text, reason):
    matcher = SubjectMatcher([Subject(id="a", name="A", facet="brand", terms=("Brasvel",))])

    (decision,) = explain(matcher, title=None, text=text)

    assert not decision.counts
    assert reason in decision.reason
