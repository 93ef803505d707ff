from datetime import UTC, datetime, timedelta

import pytest

from reports.drivers import pick_drivers, story_candidates, theme_candidates

ZERO = datetime(2026, 11, 9, tzinfo=UTC)


def story(key, mentions, *, authors=None, articles=0, reposts=0):
    return {
        "story_id": key,
        "mentions": mentions,
        "authors": mentions if authors is None else authors,
        "articles": articles,
        "reposts": reposts,
        "first_at": ZERO,
        "last_at": ZERO,
    }


def term(word, now, before=0, stories_before=400):
    return {
        "term": word,
        "now": now,
        "before": before,
        "stories_now": 100,
        "stories_before": stories_before,
    }


def told(word, stories, tone="negative"):
    return [
        {
            "term": word,
            "story_id": f"s{n:03}",
            "mentions": 1,
            "first_at": ZERO + timedelta(minutes=n),
            "tone": tone,
        }
        for n in stories
    ]


def themes(terms, stories, left_out=()):
    return theme_candidates(terms, stories, weeks=8, left_out=frozenset(left_out))


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (story("a", 10, articles=10), "reprint"),
        (story("a", 10, articles=2, reposts=8), "shared"),
        (story("a", 300), "flood"),
        (story("a", 300, reposts=290), "shared"),
        (story("a", 30, authors=3), "shared"),
        (story("a", 19), "shared"),
    ],
)
def test_repetition_is_named_by_who_repeats(row, kind):
    (candidate,) = story_candidates([row], flood_mentions=20)
    assert candidate.kind == kind
    assert candidate.mentions == row["mentions"]


def test_a_story_told_a_few_times_drives_nothing():
    assert story_candidates([story("a", 4)], flood_mentions=20) == []


def test_words_that_stand_together_are_one_theme():
    found = themes(
        [term("glass", 20), term("recall", 16), term("terrace", 6)],
        told("glass", range(20)) + told("recall", range(4, 20)) + told("terrace", range(50, 56)),
    )
    assert [theme.terms for theme in found] == [("glass", "recall"), ("terrace",)]
    assert found[0].mentions == 20
    assert found[0].negative == 20
    assert found[0].first_at == ZERO


def test_a_theme_needs_twice_its_usual_stories():
    assert themes([term("summer", 9, before=40)], told("summer", range(9))) == []
    assert len(themes([term("summer", 10, before=40)], told("summer", range(10)))) == 1


def test_without_history_no_word_stands_out():
    assert themes([term("glass", 20, stories_before=29)], told("glass", range(20))) == []


def test_stories_left_out_do_not_make_a_theme():
    left_out = [f"s{n:03}" for n in range(6)]
    assert themes([term("win", 10)], told("win", range(10)), left_out) == []


def test_drivers_are_the_three_largest_with_floods_last():
    stories = story_candidates(
        [story("flood", 300), story("press", 10, articles=10), story("small", 6, articles=6)],
        flood_mentions=20,
    )
    theme = themes([term("glass", 20)], told("glass", range(20)))
    chosen = pick_drivers(stories, theme)
    assert [driver.kind for driver in chosen] == ["theme", "reprint", "flood"]


def test_order_of_the_rows_does_not_matter():
    rows = [story("b", 10, articles=10), story("a", 10, articles=10)]
    forward = pick_drivers(story_candidates(rows, flood_mentions=20), [])
    backward = pick_drivers(story_candidates(rows[::-1], flood_mentions=20), [])
    assert forward == backward
