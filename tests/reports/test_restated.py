"""Figures that changed because stored texts were read again are called restated."""

from datetime import timedelta

import pytest

from tests.reports.reading import text_of, written
from tests.reports.world import NOW, World, at, plausible_world


def restate(world: World, mention: str, change: str, *, days_ago: int) -> None:
    occurred = at(-days_ago) if days_ago else at(0)
    world.add(
        "restatement",
        mention_id=mention,
        subject_id="hopla",
        occurred_at=occurred,
        change=change,
        tone_before=None if change == "added" else "negative",
        tone_after=None if change == "removed" else "positive",
        watchlist_version_before="w1",
        watchlist_version_after="w2",
        restated_at=NOW,
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            [("a", "added", 0), ("b", "added", 0), ("c", "tone", 0), ("d", "removed", 9)],
            (
                "in this week 2 mentions came in and 1 changed tone; of the time before, "
                "1 mention changed."
            ),
        ),
        ([("a", "removed", 0)], "in this week 1 mention went out."),
        (
            [("a", "tone", 9)],
            "in this week nothing changed; of the time before, 1 mention did.",
        ),
    ],
)
def test_report_says_what_was_restated(tmp_path, changes, said):
    world = plausible_world()
    for mention, change, ago in changes:
        restate(world, mention, change, days_ago=ago)
    page = text_of(written(world, tmp_path))
    assert "Figures were restated on" in page
    assert said in page


def test_nothing_is_said_where_nothing_was_restated(page):
    assert "restated" not in text_of(page)


def test_what_a_later_reading_undid_is_no_restatement(tmp_path):
    world = plausible_world()
    restate(world, "a", "added", days_ago=0)
    restate(world, "a", "removed", days_ago=0)
    world.tables["restatement"][1] |= {"restated_at": NOW + timedelta(hours=1)}
    world.tables["restatement"][1]["tone_before"] = "positive"
    assert "restated" not in text_of(written(world, tmp_path))
