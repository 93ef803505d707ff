"""What sources ask for subjects with a query, and for a query of their own."""

import re
from datetime import UTC, datetime

import pytest

from collectors.registry import collector_for
from collectors.sources import Source
from collectors.watchlist import Watchlist

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def asked(platform, *subjects, credential="c_main", **keys):
    watchlist = Watchlist.model_validate(
        {
            "subject": [
                {"id": f"s{number}", "name": "S", "facet": "brand", **subject}
                for number, subject in enumerate(subjects)
            ]
        }
    )
    source = Source(name="s", platform=platform, credential=credential, **keys)
    return [
        stream.params.get("query") or f"#{stream.params['tag']}"
        for stream in collector_for(platform).streams(source, watchlist, NOW)
    ]


ZETA = {"terms": ["Zeta"]}
NAMED = {"terms": ["Acme", "Acme Bier"], "query": 'NOT "road runner"'}
ALONE = {"query": "orange AND (gsm OR abonnement) NOT lang:en"}


def test_x_is_asked_for_names_under_their_condition():
    (question,) = asked("x", NAMED, ALONE, ZETA)
    assert question == (
        '((Acme OR "Acme Bier" OR #AcmeBier) -"road runner") OR '
        "(orange (gsm OR abonnement) -lang:en) OR Zeta"
    )


def test_name_is_asked_for_in_full_where_another_subject_has_it_without_a_condition():
    assert asked("x", {"terms": ["Acme"], "query": "NOT bier"}, {"terms": ["Acme"]}) == [
        "(Acme -bier) OR Acme"
    ]


def test_many_names_under_a_condition_are_several_questions_that_fit():
    terms = [f"Acme Product {number}" for number in range(60)]
    questions = asked("x", {"terms": terms, "query": "bier -wijn"})
    assert len(questions) > 2
    assert all(len(question) <= 512 for question in questions)
    assert all(question.endswith(") bier -wijn)") for question in questions)
    assert {name for q in questions for name in re.findall(r'"([^"]+)"', q)} == set(terms)


def test_condition_that_can_not_be_asked_leaves_the_names():
    assert asked("reddit", NAMED) == ['Acme OR "Acme Bier"']


def test_subject_of_another_platform_is_not_asked_for():
    elsewhere = {"terms": ["Acme"], "query": "platform:reddit"}
    assert asked("x", elsewhere, ZETA) == ["Zeta"]
    assert asked("bluesky", elsewhere, ZETA) == ["Zeta"]
    assert asked("mastodon", {"query": "acme platform:x"}, ZETA) == ["#Zeta", "Zeta"]


CLAUSES = {
    "bluesky": ["orange gsm", "orange abonnement", "Zeta"],
    "mastodon": ["#orange", "#Zeta", "orange gsm", "orange abonnement", "Zeta"],
    "hackernews": ['"orange" "gsm"', '"orange" "abonnement"', '"Zeta"'],
    "youtube": ['"orange"|"Zeta"'],
}


@pytest.mark.parametrize(("platform", "questions"), CLAUSES.items(), ids=CLAUSES)
def test_searches_without_brackets_are_asked_in_clauses(platform, questions):
    assert asked(platform, ALONE, ZETA) == questions


LISTEN = {
    "x": ["(acme (bier OR wijn) -lang:en) OR #acme"],
    "reddit": ["(acme AND (bier OR wijn)) OR acme"],
    "bluesky": ["acme bier", "acme wijn", "#acme"],
    "mastodon": ["#acme", "acme bier", "acme wijn", "acme"],
    "hackernews": ['"acme" "bier"', '"acme" "wijn"', '"acme"'],
    "youtube": ['"acme"'],
}


@pytest.mark.parametrize(("platform", "questions"), LISTEN.items(), ids=LISTEN)
def test_source_asks_what_it_listens_for(platform, questions):
    listen = "acme AND (bier OR wijn) -lang:en OR #acme"
    assert asked(platform, NAMED, listen=listen) == questions


def test_tags_of_mastodon_need_no_token():
    assert asked("mastodon", ZETA, credential=None, listen="#acme bier") == ["#acme"]


def test_archive_of_x_takes_longer_questions():
    words = " OR ".join(f"word{number}" for number in range(90))
    assert len(asked("x", ZETA, listen=words)) == 2
    assert len(asked("x", ZETA, listen=words, archive=True)) == 1
