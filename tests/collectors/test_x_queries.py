"""Queries derived from the watchlist, for X's search and Reddit's."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.watchlist import Subject
from collectors.web.queries import (
    derive_queries,
    quoted,
    reddit_clauses,
    reddit_users,
    subreddit_names,
    x_clauses,
    x_handles,
)

LIMIT = 512


def brand(name="acme", **values):
    return Subject.model_validate({"id": name, "name": name, "facet": "brand"} | values)


FULL = brand(
    terms=("Acme", "Acme Bier"),
    hashtags=("#acmefail",),
    domains=("acme.example",),
    handles={"x": ("@acme",), "reddit": ("u/acme_official",), "mastodon": ("acme@m.example",)},
    context=("beer",),
    exclude=("Acme Corporation",),
)


def test_x_is_asked_for_terms_hashtags_handles_and_domains():
    assert derive_queries([FULL], x_clauses, LIMIT) == (
        'Acme OR "Acme Bier" OR #AcmeBier OR #acmefail OR @acme OR from:acme OR url:"acme.example"',
    )


def test_reddit_is_asked_in_its_own_words():
    (query,) = derive_queries([FULL], reddit_clauses, LIMIT)
    assert query.split(" OR ") == [
        "Acme",
        '"Acme Bier"',
        "acmefail",
        '"u/acme_official"',
        "author:acme_official",
        '"acme.example"',
        "site:acme.example",
    ]


def test_homonym_guards_stay_local():
    (query,) = derive_queries([FULL], x_clauses, LIMIT)
    assert "beer" not in query
    assert "Corporation" not in query


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("Acme", "Acme"),
        ("Ünïcode", "Ünïcode"),
        ("Acme  Bier", '"Acme Bier"'),
        ("AT&T", '"AT&T"'),
        ("OR", '"OR"'),
        ("-acme", '"-acme"'),
        ("from:somebody", '"from:somebody"'),
        ('say "hi" now', '"say hi now"'),
        ("l'Acme", '"l\'Acme"'),
        ("a\\b", '"a b"'),
    ],
)
def test_a_term_is_never_read_as_an_operator(term, expected):
    assert quoted(term) == expected


def test_what_two_subjects_share_is_asked_once():
    queries = derive_queries([FULL, brand("twin", terms=("ACME", "Twin"))], x_clauses, LIMIT)
    (query,) = queries
    clauses = query.casefold().split(" or ")
    assert clauses.count("acme") == 1
    assert clauses[-1] == "twin"


def test_a_term_without_anything_to_find_is_not_asked():
    subject = brand(terms=('"', "...", "Acme", "\U0001f37a"))
    assert derive_queries([subject], x_clauses, LIMIT) == ('Acme OR "\U0001f37a"',)


def test_a_new_subject_at_the_end_changes_the_last_query_only():
    subjects = [brand(f"b{n}", terms=tuple(f"brand {n} {m}" for m in range(6))) for n in range(12)]
    before = derive_queries(subjects, x_clauses, LIMIT)
    after = derive_queries([*subjects, brand("new", terms=("new",))], x_clauses, LIMIT)
    assert len(before) > 2
    assert after[: len(before) - 1] == before[:-1]


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).map("a{}".format)


@settings(deadline=None)
@given(st.lists(st.lists(words, min_size=1, max_size=8), min_size=1, max_size=6))
def test_every_term_is_asked_within_the_limit_and_always_the_same(named):
    subjects = [brand(f"b{n}", terms=tuple(terms)) for n, terms in enumerate(named)]
    queries = derive_queries(subjects, x_clauses, 100)
    assert queries == derive_queries(subjects, x_clauses, 100)
    assert all(len(query) <= 100 for query in queries)
    asked = {clause.casefold() for query in queries for clause in query.split(" OR ")}
    for subject in subjects:
        for term in subject.terms:
            if " OR " not in quoted(term):
                assert quoted(term).casefold() in asked
    assert all(query.count('"') % 2 == 0 for query in queries)


@pytest.mark.parametrize(
    ("read", "given", "expected"),
    [
        (x_handles, ["@Acme", "acme", "a-b", "x" * 16, ""], ("acme",)),
        (reddit_users, ["u/acme-1", "/u/Acme_2/", "a b", "ab"], ("acme-1", "Acme_2")),
        (subreddit_names, ["r/Belgium", "/r/gent/", "a/../b", "+all"], ("Belgium", "gent")),
    ],
)
def test_names_that_would_break_an_address_are_left_out(read, given, expected):
    assert read(given) == expected
    assert all(re.fullmatch(r"[\w-]+", name) for name in read(given))
