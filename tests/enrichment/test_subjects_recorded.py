"""On real posts and articles: whatever spaCy's PhraseMatcher finds, we find."""

import pytest

from enrichment.matching.subjects import SubjectMatcher
from tests.bench.corpora import articles, names_in, short_posts, subjects_named
from tests.bench.match_speed import missed_hits
from tests.shared_data import shared_data


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_what_a_phrase_matcher_finds_in_posts_is_found(seed):
    shared_data("corpora", "stocknet", "tweets.jsonl.gz")
    posts = short_posts(6_000)
    names = names_in(posts, 4_000, seed=seed)

    assert missed_hits(posts, names) == []


@pytest.mark.slow
def test_what_a_phrase_matcher_finds_in_articles_is_found():
    shared_data("feeds", "real")
    texts = articles(150)
    names = names_in(texts, 4_000, seed=3)

    assert missed_hits(texts, names) == []


def test_names_drawn_from_texts_are_found_there():
    texts = ["Vandaag dronk Vexa Bier water.", "Vexa Bier en Tern. tern"]
    names = names_in(texts, 10, seed=1)

    found = {
        match.form for text in texts for match in SubjectMatcher(subjects_named(names)).find(text)
    }

    assert {"Vexa Bier", "Vandaag"} <= found
