# ruff: noqa: RUF001 - letters that look like others are what is tested
"""Any text in: no crash, spans on the original characters, time that grows with the length only."""

import gc
import re
import time
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from collectors.watchlist import Subject
from enrichment.matching.folding import fold
from enrichment.matching.places import Rule
from enrichment.matching.subjects import SubjectMatcher
from enrichment.matching.written_forms import written_forms

SUBJECTS = [
    Subject(
        id="acme",
        name="Acme",
        facet="brand",
        terms=("Acme", "Acme Bier", "A&B", "É", "각", "a"),
        hashtags=("acmefail", "a"),
        domains=("acme.example", "a.be"),
        handles={"x": ("acme", "a_b"), "mastodon": ("acme@m.example",)},
    ),
    Subject(
        id="guarded",
        name="Guarded",
        facet="brand",
        terms=("bier", "é b"),
        context=("acme", "a"),
        exclude=("bier a", "ßß"),
    ),
    Subject(
        id="near",
        name="Near",
        facet="brand",
        terms=("Brasvel", "Van Drosse Bier", "Zelp"),
        misspellings=True,
        compounds=True,
    ),
]
MATCHER = SubjectMatcher(SUBJECTS)

PIECES = [
    *(
        "Acme",
        "acme bier",
        "A&amp;B",
        "é",
        "e\u0301",
        "brasvel",
        "Barsvel",
        "brasvwl",
        "br\u0430svel",
        "zlep",
        "klanten",
        "Van Dorsse",
        "각",
        "a",
        "#",
        "@",
        "u/",
        "https://",
        "www.",
    ),
    *("acme.example", "@acme", "#AcmeFail", ".", "-", "_", "/", "?", "'", "’", "\u200b", "\n", " "),
    *(
        "\u00a0",
        "🍺",
        "s",
        "ß",
        "ﬁ",
        "Ａ",
        "\ud800",
        "\x00",
        "&#x1F37A;",
        "m.example",
        ":",
        "(",
        '"',
    ),
]
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join))


@given(TEXTS, st.none() | TEXTS)
@settings(max_examples=500)
@example("e\u0301\u200b\u0301", None)
@example("@acme:acme.example.", "#")
def test_any_text_is_matched_on_its_own_characters(text, title):
    fields = {"title": title or "", "text": text}

    for match in MATCHER.find_in(title=title, text=text, platform="x"):
        whole = fields[match.field]
        assert 0 <= match.start < match.end <= len(whole)
        assert match.form == whole[match.start : match.end]
        assert match.rule in get_args(Rule)
        following = whole[match.end : match.end + 1]
        assert not following or not "\u0300" <= following <= "\u036f"


@given(TEXTS)
def test_what_was_found_as_it_stands_folds_to_a_written_form(text):
    written = {
        subject.id: {
            form.words.replace(" ", "") for t in subject.terms for form in written_forms(t)
        }
        for subject in SUBJECTS
    }

    for match in MATCHER.find(text):
        if match.rule in {"term", "compound"}:
            form = re.sub("[-_ *\v]", "", fold(match.form))
            assert form in written[match.subject]


@given(TEXTS)
def test_matches_of_one_subject_never_overlap(text):
    reached = dict.fromkeys((subject.id for subject in SUBJECTS), 0)
    for match in MATCHER.find(text):
        assert match.start >= reached[match.subject]
        reached[match.subject] = match.end


@given(TEXTS, st.sampled_from([" ", "\n", "\t", "\u00a0", "  ", "\n\n", " \n"]))
def test_blanks_around_a_text_change_nothing(text, blanks):
    inner = [(m.subject, m.form, m.rule) for m in MATCHER.find(text)]

    outer = MATCHER.find(f"{blanks}{text}{blanks}")

    assert [(m.subject, m.form, m.rule) for m in outer] == inner


@given(TEXTS)
def test_find_and_find_in_agree(text):
    assert MATCHER.find(text) == MATCHER.find_in(title=None, text=text)


LONG = {
    "one word": "a" * 200_000,
    "names": "Acme " * 40_000,
    "names without blanks": "Acme-" * 40_000,
    "accounts": "@acme" * 40_000,
    "hashtags": "#AcmeFail" * 22_000,
    "camels": "#" + "Acme" * 50_000,
    "mail addresses": "a@" * 100_000,
    "dots": "a." * 100_000,
    "links": "https://" * 25_000,
    "one link": "https://acme.example/" + "acme/" * 40_000,
    "one host": "https://" + "acme." * 40_000,
    "one account": "@" + "acme." * 40_000,
    "domains": "acme.example." * 15_000,
    "excluded names": "bier a " * 30_000,
    "blanks": " " * 200_000,
    "lines": "\n" * 200_000,
    "hyphens": "-" * 200_000,
    "underscores": "_acme" * 40_000,
    "underscore runs": ("_" * 400 + "acme") * 500,
    "entities": "&amp;" * 40_000,
    "ampersands": "&" * 200_000,
    "marks": "e" + "\u0301" * 200_000,
    "invisible": "\u200b" * 200_000,
    "names and invisible": ("Acme" + "\u200b" * 400) * 500,
    "kana": "アクメAcme" * 28_000,
    "hangul": "각" * 100_000,
    "paths": "/u/" * 66_000,
    "apostrophes": "acme'" * 40_000,
    "misspelt names": "barsvel " * 25_000,
    "different words": " ".join(f"br{n:x}vel" for n in range(22_000)),
    "names and words": "brasvelklanten " * 13_000,
    "look-alikes": "br\u0430svel " * 25_000,
    "near names of several words": "van dorsse bier " * 12_500,
}


@pytest.mark.slow
@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_200_000_characters_take_seconds_and_twice_as_long_as_half_of_them(text):
    half, whole = seconds_of(text[: len(text) // 2]), seconds_of(text)
    if whole > 3.2 * half + 0.05:  # another program may have emptied the caches meanwhile
        half, whole = (
            min(seconds_of(part) for _ in range(3)) for part in (text[: len(text) // 2], text)
        )

    assert whole < 10
    assert whole < 3.2 * half + 0.05


def seconds_of(text: str) -> float:
    """Measure without the garbage collector, whose share grows with what other tests have left."""
    gc.disable()
    try:
        begun = time.process_time()
        MATCHER.find(text)
        return time.process_time() - begun
    finally:
        gc.enable()
