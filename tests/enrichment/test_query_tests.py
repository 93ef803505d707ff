"""Query tests: what must, and what must not, concern a subject; `check` runs them."""

import tomllib

import pytest

from collectors.configuration.mistakes import Document
from collectors.watchlist import Watchlist
from enrichment.matching.query_tests import count_tests, failed_tests
from tests.programs import luisterpost

ORANGE = """\
[[subject]]
id = "orange"
name = "Orange"
facet = "brand"
query = 'orange AND (gsm OR abonnement*) NOT lang:en'
"""
ACME = """\
[[subject]]
id = "acme"
name = "Acme"
facet = "brand"
terms = ["Acme"]
exclude = ["Acme Street"]
query = 'NOT "looney tunes" AND NOT platform:reddit'
"""
SOURCE = '[[source]]\nname = "hn"\nplatform = "hackernews"\n'


def failures(text):
    document = Document(file="watchlist.toml", text=text, data=tomllib.loads(text))
    return [str(m) for m in failed_tests(document, Watchlist.model_validate(document.data))]


def test_right_tests_pass():
    assert not failures(
        ORANGE
        + 'must = ["mijn orange-abonnement", { text = "gsm van Orange", lang = "nl" }]\n'
        + 'must_not = ["een orange", { text = "orange gsm", lang = "en" }]\n'
        + ACME
        + 'must = ["Acme!", { title = "Acme", text = "" }, { text = "Acme", platform = "x" }]\n'
        + 'must_not = ["Acme Street", { text = "Acme", platform = "reddit" }]\n'
    )


FAILING = {
    "a word lacks": (
        ORANGE + 'must = ["een oranje gsm"]',
        '"orange", but its query fails: orange is not there (subject "orange", line 6)',
    ),
    "alternatives lack": (
        ORANGE + 'must = ["orange"]',
        "but its query fails: nothing of gsm OR abonnement* is there",
    ),
    "what is refused is there": (
        ACME + 'must = ["Acme Looney Tunes"]',
        'but its query fails: "looney tunes" is there',
    ),
    "a field": (
        ACME + 'must = [{ text = "Acme", platform = "reddit" }]',
        "but its query fails: platform:reddit holds",
    ),
    "a guard": (ACME + 'must = ["Acme Street"]', "but part of an exclude phrase"),
    "a guard of words": (
        ORANGE + 'exclude = ["prins"]\nmust = ["orange gsm van de prins"]',
        "but an exclude phrase rules the whole text out",
    ),
    "no name": (ACME + 'must = ["Zenith"]', "but none of its names stands there"),
    "a name": (
        ACME + 'must_not = ["x", "dag #AcmeFail"]',
        'must_not[1]: "dag #AcmeFail" must not concern "acme", but "#AcmeFail" counts (hashtag)',
    ),
    "a word of the query": (
        ORANGE + 'must_not = ["mijn orange gsm"]',
        '"orange" counts (query)',
    ),
}


@pytest.mark.parametrize(("text", "message"), FAILING.values(), ids=FAILING)
def test_failing_test_says_why(text, message):
    (failure,) = failures(text)
    assert message in failure


def test_tests_serve_subjects_without_a_query_too():
    plain = ACME.replace("query", "# query") + 'must_not = ["Acme"]'
    assert '"Acme" counts (term)' in failures(plain)[0]


def test_long_or_hostile_text_is_cut_and_harmless():
    (failure,) = failures(ACME + 'must_not = ["\\u001b[2J Acme ' + "x" * 1_000 + '"]')
    assert "\x1b" not in failure
    assert len(failure) < 300


def test_tests_are_no_new_version_of_the_watchlist():
    tested = Watchlist.model_validate(tomllib.loads(ACME + 'must = ["Acme"]'))
    untested = Watchlist.model_validate(tomllib.loads(ACME))
    other = Watchlist.model_validate(tomllib.loads(ACME.replace("looney", "merrie")))
    assert tested.version == untested.version != other.version
    assert count_tests(tested) == 1


def test_check_runs_them(tmp_path):
    (tmp_path / "sources.toml").write_text(SOURCE, encoding="utf-8")
    watchlist = tmp_path / "watchlist.toml"
    watchlist.write_text(ACME + 'must = ["Acme"]\nmust_not = ["Zenith"]\n', encoding="utf-8")
    passed = luisterpost("check", "--config", tmp_path, folder=tmp_path)
    assert passed.code == 0
    assert "2 query tests passed" in passed.out
    watchlist.write_text(ACME + 'must = ["Zenith"]\n', encoding="utf-8")
    failed = luisterpost("check", "--config", tmp_path, folder=tmp_path)
    assert failed.code == 2
    assert 'subject[0].must[0]: "Zenith" must concern "acme"' in failed.out
    assert "1 mistake" in failed.out
