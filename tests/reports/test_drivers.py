from datetime import UTC, datetime

import pytest

from reports.drivers import Candidate, pick_drivers, story_candidates

ZERO = datetime(2026, 11, 9, tzinfo=UTC)


def story(key, mentions, *, authors=None, articles=0, reposts=0, is_flood=False):
    return {
        "story_id": key,
        "mentions": mentions,
        "authors": mentions if authors is None else authors,
        "articles": articles,
        "reposts": reposts,
        "is_flood": is_flood,
        "first_at": ZERO,
        "last_at": ZERO,
    }


def theme(*stories, mentions):
    return Candidate(
        kind="theme",
        terms=("glass",),
        story_ids=stories,
        mentions=mentions,
        authors=None,
        usual=0,
        first_at=ZERO,
        last_at=ZERO,
    )


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (story("a", 10, articles=10), "reprint"),
        (story("a", 10, articles=2, reposts=8), "shared"),
        (story("a", 300, is_flood=True), "flood"),
        (story("a", 300, reposts=240, is_flood=True), "flood"),
        (story("a", 300, reposts=290), "shared"),
        (story("a", 300), "shared"),
        (story("a", 30, authors=3), "shared"),
        (story("a", 19), "shared"),
    ],
)
def test_repetition_is_named_by_who_repeats(row, kind):
    (candidate,) = story_candidates([row])
    assert candidate.kind == kind
    assert candidate.mentions == row["mentions"]


def test_a_story_told_a_few_times_drives_nothing():
    assert story_candidates([story("a", 4)]) == []


def test_drivers_are_the_three_largest_with_floods_last():
    stories = story_candidates(
        [
            story("flood", 300, is_flood=True),
            story("press", 10, articles=10),
            story("small", 6, articles=6),
        ]
    )
    chosen = pick_drivers(stories, [theme("a", "b", mentions=20)])
    assert [driver.kind for driver in chosen] == ["theme", "reprint", "flood"]


def test_a_repeated_story_is_told_within_its_theme():
    stories = story_candidates([story("press", 10, articles=10), story("other", 6, articles=6)])
    chosen = pick_drivers(stories, [theme("press", "b", mentions=30)])
    assert [driver.story_ids for driver in chosen] == [("press", "b"), ("other",)]


def test_order_of_the_rows_does_not_matter():
    rows = [story("b", 10, articles=10), story("a", 10, articles=10)]
    forward = pick_drivers(story_candidates(rows), [])
    backward = pick_drivers(story_candidates(rows[::-1]), [])
    assert forward == backward
