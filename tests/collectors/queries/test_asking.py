"""What each platform is asked instead of a query, and what is left to be checked here."""

import pytest

from collectors.queries.asking import MOST_QUESTIONS, checked_here, is_impossible, questions
from collectors.queries.dialects import BLUESKY, DIALECTS, HACKERNEWS, MASTODON, REDDIT, YOUTUBE, X
from collectors.queries.loosening import needed
from collectors.queries.parsing import parse_query
from collectors.queries.tree import written

ASKED = {
    "all that X knows": (
        X,
        '(acme OR "acme bier") AND NOT "looney tunes" AND #acme AND @acme AND author:bob',
        ('(acme OR "acme bier") -"looney tunes" #acme @acme from:bob',),
    ),
    "unknown languages come along on X": (X, "acme lang:nl", ("acme (lang:nl OR lang:und)",)),
    "another language is left out on X": (X, "acme -lang:fr", ("acme -lang:fr",)),
    "newer codes are older ones on X": (X, "acme -lang:id", ("acme -lang:in",)),
    "a language that X does not know": (X, "acme lang:la", ("acme",)),
    "not before brackets": (X, "acme NOT (bier OR wijn)", ("acme -bier -wijn",)),
    "not before and": (X, "acme NOT (bier lang:fr)", ("acme",)),
    "an alternative in brackets": (X, "a OR b c", ("a OR (b c)",)),
    "words like operators": (X, '"AND" OR "or"', ('"AND" OR or',)),
    "a quoted operator of X": (X, '"from:bob"', ('"from:bob"',)),
    "no refusal by stems": (REDDIT, "acme -bier author:bob_1", ("acme AND author:bob_1",)),
    "words instead of signs": (REDDIT, "#acme OR @bob", ("acme OR bob",)),
    "a question for each alternative": (
        BLUESKY,
        "acme (bier OR wijn) OR #acme",
        ("acme bier", "acme wijn", "#acme"),
    ),
    "phrases only": (HACKERNEWS, 'acme OR "acme bier"', ('"acme"', '"acme bier"')),
    "or between phrases": (YOUTUBE, 'acme OR "acme bier"', ('"acme"|"acme bier"',)),
    "the rarer half": (YOUTUBE, "(acme OR bier) epervier", ('"epervier"',)),
    "words that stand near each other": (MASTODON, '"acme bier"~4', ("acme bier",)),
    "what stands beside a wildcard": (X, "acm* bier", ("bier",)),
    "what stands around a wildcard": (X, '"acme klant* bier"', ("acme bier",)),
    "a wildcard alone": (X, "acm*", ()),
    "a wildcard as alternative": (X, "acme OR bie*", ()),
    "a refusal as alternative": (X, "acme OR NOT bier", ()),
    "a refusal alone": (X, "NOT bier", ()),
    "its own platform": (X, "acme platform:x -platform:reddit", ("acme",)),
    "another platform": (X, "acme platform:reddit", ()),
    "one of the platforms": (REDDIT, "acme platform:x OR bier platform:reddit", ("bier",)),
    "its own site": (REDDIT, "acme site:reddit.com", ("acme",)),
    "another site": (YOUTUBE, "acme site:news.example", ()),
    "a site that may be an instance": (MASTODON, "acme site:m.example", ("acme",)),
    "nobody there can be called so": (X, 'acme author:"An Peeters"', ()),
    "everybody there is called otherwise": (X, 'acme -author:"An Peeters"', ("acme",)),
}


@pytest.mark.parametrize(("dialect", "query", "asked"), ASKED.values(), ids=ASKED)
def test_platform_is_asked(dialect, query, asked):
    assert questions(parse_query(query), dialect) == asked


def test_alternatives_that_are_too_long_are_several_questions():
    query = parse_query(" OR ".join(f"word{number}" for number in range(150)))
    asked = questions(query, X)
    assert len(asked) == 4
    assert all(len(question) <= X.limit for question in asked)
    assert [word for question in asked for word in question.split(" OR ")] == [
        f"word{number}" for number in range(150)
    ]


def test_condition_goes_with_each_part_of_long_alternatives():
    words = " OR ".join(f"word{number}" for number in range(100))
    asked = questions(parse_query(f"({words}) bier -wijn"), X)
    assert len(asked) > 1
    assert all(len(question) <= X.limit for question in asked)
    assert all(question.startswith("bier -wijn (word") for question in asked)


def test_conditions_that_are_too_long_are_left_out_the_narrowing_ones_first():
    refused = " ".join(f"-refused{number}" for number in range(60))
    (question,) = questions(parse_query(f"acme bier {refused}"), X)
    assert question.startswith("acme bier -refused0 -refused1 ")
    assert X.limit - 20 < len(question) <= X.limit


def test_archive_has_longer_questions():
    words = " OR ".join(f"word{number}" for number in range(90))
    assert len(questions(parse_query(words), X)) == 2
    assert len(questions(parse_query(words), X, 1024)) == 1


def test_more_combinations_than_can_be_asked_leave_conditions_out():
    groups = " ".join(f"(a{number} OR b{number})" for number in range(20))
    asked = questions(parse_query(groups), BLUESKY)
    assert 2 <= len(asked) <= MOST_QUESTIONS


LEFT = {
    "nothing is left to X": (X, 'acme -"road runner" lang:nl platform:x site:x.com author:bob', []),
    "X": (X, 'acm* "a b"~3 -acme*', ["acm*", '"a b"~3', "NOT acme*"]),
    "Reddit": (REDDIT, "acme #acme -bier lang:nl", ["#acme", "NOT bier", "lang:nl"]),
    "Mastodon": (MASTODON, "acme author:bob site:m.example", ["author:bob", "site:m.example"]),
}


@pytest.mark.parametrize(("dialect", "query", "left"), LEFT.values(), ids=LEFT)
def test_what_a_platform_cannot_express_is_checked_here(dialect, query, left):
    assert [written(part) for part in checked_here(parse_query(query), dialect)] == left


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_query_for_another_platform_is_impossible(dialect):
    assert is_impossible(parse_query("acme platform:feed"), dialect)
    assert not is_impossible(parse_query(f"acme platform:{dialect.platform}"), dialect)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("acme", ["acme"]),
        ("acme OR bier", ["acme", "bier"]),
        ("(acme OR bier) wijn", ["wijn"]),
        ("(acme OR bier) (wijn OR epervier)", ["acme", "bier"]),
        ("(acme OR bier OR x) (wijn OR epervier)", ["wijn", "epervier"]),
        ('"acme epervier"~3', ["epervier"]),
        ("NOT acme", None),
        ("acme OR NOT bier", None),
        ("lang:nl", None),
        ("acme lang:nl", ["acme"]),
    ],
)
def test_words_without_which_a_query_cannot_hold(query, words):
    found = needed(parse_query(query))
    assert (found and [written(leaf) for leaf in found]) == words
