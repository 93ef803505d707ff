import re
from collections import Counter
from itertools import product

import pytest

from collectors.sample.stock import (
    LANGUAGES,
    articles,
    flood,
    own_posts,
    press_release,
    says,
    threads,
)
from enrichment.matching.subjects import SubjectMatcher


@pytest.fixture(scope="module")
def matcher(watchlist):
    return SubjectMatcher(watchlist.subject)


def variants(text):
    parts = re.split(r"\{([^{}]*)\}", text)
    choices = [part.split("|") if n % 2 else [part] for n, part in enumerate(parts)]
    return ["".join(chosen) for chosen in product(*choices)]


def named(matcher, title, text, platform):
    return {match.subject for match in matcher.find_in(title=title, text=text, platform=platform)}


def test_stock_is_large_and_in_four_languages():
    texts = {say.text for say in says()}
    assert len(texts) == len(says()) >= 450
    assert len(articles()) + 1 >= 60
    shares = Counter(say.language for say in says())
    wanted = {"nl": 0.45, "fr": 0.25, "en": 0.2, "de": 0.1}
    for language in LANGUAGES:
        assert shares[language] / len(says()) == pytest.approx(wanted[language], abs=0.03)


def test_choices_are_well_formed_and_differ():
    for say in says():
        assert (
            say.text.count("{") == say.text.count("}") == len(re.findall(r"\{[^{}]*\}", say.text))
        )
        assert len(set(variants(say.text))) == len(variants(say.text))


def test_every_short_text_names_its_subjects_in_all_its_variants(matcher):
    for say in says():
        for text in variants(say.text):
            assert named(matcher, None, text, say.on[0]) == set(say.subjects), text


def test_every_article_and_thread_names_its_subjects(matcher):
    for article in (*articles(), press_release()):
        found = named(matcher, article.title, article.text, "feed")
        assert found == set(article.subjects), article.title
        assert len(re.findall(r"[.!?»](?:\s|$)", article.text)) >= 2, article.title
        if article.edit:
            assert named(matcher, article.edit.title, article.edit.text, "feed") == found
    for thread in threads():
        found = named(matcher, thread.title, thread.text, "reddit")
        assert found == set(thread.subjects), thread.title
    for own in own_posts():
        for text in own.texts:
            assert named(matcher, None, text, "x") == set(own.subjects), text
    assert named(matcher, None, flood().text, "x") == set(flood().subjects)


def test_every_text_of_the_world_names_its_subjects_however_it_is_said(world, matcher):
    for platform, posts in (("x", world.x), ("reddit", world.reddit), ("feed", world.feed_items)):
        for post in posts:
            for version in post.versions:
                found = named(matcher, version.title, version.text, platform)
                assert found == set(post.label.subjects), version.text


def test_homonyms_name_nobody_although_they_have_the_word():
    homonyms = [say for say in says() if say.topic == "homonym"]
    assert len(homonyms) >= 10
    assert all("pervier" in say.text and not say.subjects for say in homonyms)


@pytest.mark.parametrize(
    "form",
    [
        "@epervier_bier",
        "#epervier",
        "#EpervierFail",
        "l'Épervier",
        "l\N{RIGHT SINGLE QUOTATION MARK}Épervier",
        "Epervier-klant",
        "Epervier's",
        "Éperviers",
        "epervier.example",
        "info@epervier.example",
        "EPERVIER",
    ],
)
def test_people_write_the_brand_in_all_forms(form):
    assert any(form in say.text for say in says())
