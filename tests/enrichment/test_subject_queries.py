"""A subject's query decides together with its names, or looks for words by itself."""

import time

import pytest

from collectors.watchlist import Subject
from enrichment.matching.query_text import About
from enrichment.matching.subjects import SubjectMatcher


def subject(name="acme", **keys):
    return Subject.model_validate({"id": name, "name": name, "facet": "brand"} | keys)


def found(text, *subjects, title=None, **about):
    matches = SubjectMatcher(subjects).find_in(
        title=title, text=text, platform=about.get("platform"), about=About(**about)
    )
    return [(match.field, match.form, match.rule) for match in matches]


NAMED = subject(terms=["Acme"], query='(acme OR bier) AND NOT "looney tunes"')


def test_name_counts_where_the_query_holds():
    assert found("Acme is er", NAMED) == [("text", "Acme", "term")]


def test_no_name_counts_where_the_query_fails():
    assert found("Acme in Looney Tunes", NAMED) == []


def test_query_looks_at_title_and_text():
    assert found("Acme is er", NAMED, title="Looney Tunes") == []


def test_words_of_the_query_are_no_names_beside_names():
    assert found("bier is er", NAMED) == []


def test_query_decides_about_other_written_forms_too():
    query = subject(terms=["Acme"], query="NOT bier")
    assert found("#AcmeFail en acme.be", query) != []
    assert found("#AcmeFail en bier", query) == []


def test_one_query_says_nothing_of_another_subject():
    other = subject("other", terms=["Acme"])
    assert found("Acme in Looney Tunes", NAMED, other) == [("text", "Acme", "term")]


def test_query_alone_finds_its_words_as_they_are_written():
    alone = subject(query='"orange belgium" OR (orange AND abonnement*)')
    assert found("Mijn Or\u00e0nge-Abonnementen!", alone) == [
        ("text", "Or\u00e0nge", "query"),
        ("text", "Abonnementen", "query"),
    ]
    assert found("an orange", alone) == []


def test_longest_of_overlapping_words_counts_once():
    alone = subject(query='orange OR "orange belgium"')
    assert found("Orange Belgium", alone) == [("text", "Orange Belgium", "query")]


def test_refused_words_are_never_the_place():
    alone = subject(query="acme NOT (bier AND wijn)")
    assert found("acme bier", alone) == [("text", "acme", "query")]


def test_span_is_on_the_original_characters():
    alone = subject(query='"orange belgium"~2')
    text = "\u200bx &amp; Orange\u00ad \U0001f34a van\n Belgium."
    (match,) = SubjectMatcher([alone]).find(text)
    assert text[match.start : match.end] == match.form
    assert match.form.startswith("Orange")
    assert match.form.endswith("Belgium")


HOLDS = {
    "case and accents": ("EPERVIER", "l'\u00c9pervier"),
    "letters in other clothes": ("acme", "\uff21\uff43\uff4d\uff45"),
    "punctuation between words": ('"coca cola"', "Coca-Cola"),
    "a word with signs": ("coca-cola", "coca cola"),
    "an entity": ("at&t", "AT&amp;T"),
    "a hashtag is a word": ("acme", "#acme"),
    "a hashtag": ("#acmefail", "#AcmeFail"),
    "a hashtag with endings": ("#acme*", "#AcmeFail"),
    "an account": ("@acme", "dag @Acme!"),
    "an account with its server": ("@acme", "dag @acme@m.example"),
    "another script": ("\u5564\u9152", "\u6211\u559d\u5564\u9152\u4e86"),
    "a wildcard": ("klant*dienst", "klantendienst"),
    "near": ('"bier acme"~2', "Acme maakt goed bier"),
    "near, with a wildcard": ('"bier* acme"~2', "Acme maakt goede bieren"),
}
FAILS = {
    "a part of a word": ("acme", "acmeology"),
    "a hashtag without its sign": ("#acme", "acme"),
    "a part of a hashtag": ("#acme", "#acmefail"),
    "a mail address": ("@acme", "info@acme"),
    "too far": ('"bier acme"~1', "Acme maakt goed bier"),
    "another order": ('"bier acme"', "Acme bier"),
    "a shorter word": ("klant*ant", "klant"),
}


@pytest.mark.parametrize(("query", "text"), HOLDS.values(), ids=HOLDS)
def test_words_are_found(query, text):
    assert found(text, subject(query=query))


@pytest.mark.parametrize(("query", "text"), FAILS.values(), ids=FAILS)
def test_words_are_not_found(query, text):
    assert not found(text, subject(query=query))


def test_phrase_does_not_go_from_title_to_text():
    assert not found("bier", subject(query='"acme bier"'), title="acme")
    assert found("bier", subject(query="acme bier"), title="acme")


ABOUT = {
    "platform": ("platform:x", {"platform": "x"}, {"platform": "reddit"}),
    "handle": ("author:Bob", {"author_handle": "bob"}, {"author_handle": "bobby"}),
    "name without a handle": (
        'author:"an peeters"',
        {"author_name": "An Peeters"},
        {"author_name": "An Peeters", "author_handle": "an"},
    ),
    "host": ("site:news.example", {"url": "https://www.news.example/a"}, {"url": "https://x/a"}),
    "no host": ("site:news.example", {"url": "https://news.example"}, {"url": "https://[bad"}),
    "top-level domain": ("site:be", {"url": "https://vrt.be/1"}, {"url": "https://vrt.bet/1"}),
    "language found": ("lang:nl", {"language": "nl"}, {"language": "und"}),
    "language stated elsewhere": (
        "lang:nl",
        {"language": "nl", "language_tag": "en", "platform": "bluesky"},
        {"language": "en", "language_tag": "nl", "platform": "bluesky"},
    ),
    "language as X says": (
        "lang:nl",
        {"language": "en", "language_tag": "nl", "platform": "x"},
        {"language": "nl", "language_tag": "en", "platform": "x"},
    ),
    "language that X does not know": (
        "lang:nl",
        {"language": "nl", "language_tag": None, "platform": "x"},
        {"language": "fr", "language_tag": None, "platform": "x"},
    ),
    "older code of X": (
        "lang:id",
        {"language": "en", "language_tag": "in", "platform": "x"},
        {"language": "id", "language_tag": "nl", "platform": "x"},
    ),
}


@pytest.mark.parametrize(("query", "so", "otherwise"), ABOUT.values(), ids=ABOUT)
def test_query_asks_about_the_mention(query, so, otherwise):
    one = subject(query=f"acme {query}")
    assert found("acme", one, **so)
    assert not found("acme", one, **otherwise)


def test_language_is_found_where_nobody_says_it():
    one = subject(query="acme lang:nl")
    assert found("Vandaag drinken wij met heel de familie een lekker glas acme", one)
    assert not found("Today we drink a nice glass of acme with the whole family", one)


def test_unknown_platform_is_none():
    assert not found("acme", subject(query="acme platform:x"))
    assert found("acme", subject(query="acme NOT platform:x"))


def test_explanation_names_the_query():
    from enrichment.matching.explanation import explain

    decisions = explain(SubjectMatcher([NAMED]), title=None, text="Acme in Looney Tunes")
    assert [(d.form, d.counts, d.reason) for d in decisions] == [
        ("Acme", False, 'its query fails: "looney tunes" is there')
    ]


LONG = {
    "words": "ab " * 70_000,
    "one word": "a" * 200_000,
    "signs": "#ab@ab " * 30_000,
    "another script": "\u5564" * 200_000,
    "nearly the phrase": "ab ab ab ab cd " * 14_000,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_long_text_takes_linear_time(text):
    query = '"ab cd ef"~9 OR "ab ab ab ab ab ab cx" OR aa*a*a*b OR #abc* OR @abc OR \u5564\u9152'
    matcher = SubjectMatcher([subject(query=query)])
    matcher.find(text[:1_000])
    started = time.process_time()
    matcher.find(text)
    assert time.process_time() - started < 5


def test_texts_without_the_words_that_are_needed_are_not_read(monkeypatch):
    read = []
    monkeypatch.setattr(
        "enrichment.matching.subject_queries.holds", lambda query, _: read.append(query)
    )
    matcher = SubjectMatcher([subject(f"s{n}", query=f"word{n} AND NOT x") for n in range(50)])
    matcher.find("iets anders")
    assert read == []
    matcher.find("iets met word7")
    assert len(read) == 1
