"""What stories possibly are or tell stands in the report, beside what is usual."""

from tests.reports.reading import text_of, written
from tests.reports.world import NOW, World, at, plausible_world


def flag(world: World, mention: str, name: str) -> None:
    world.add(
        "flag",
        mention_id=mention,
        version_id="v1",
        subject_id="hopla",
        field="text",
        flag=name,
        rule=f"{name}-en",
        start_char=0,
        end_char=4,
        loaded_at=NOW,
    )


def say(world: World, name: str, *, days_ago: int, times: int, story: str | None = None) -> None:
    """Add posts about Hopla that carry a flag, each a story of its own unless *story* is given."""
    for n in range(times):
        key = world.mention(at(-days_ago, n / 10), ["hopla"], f"{name} {n}", story=story)
        flag(world, key, name)


def test_stories_of_the_week_are_told_beside_the_usual_number(tmp_path):
    world = plausible_world()
    for week in range(1, 8):
        say(world, "complaint", days_ago=7 * week, times=2)
    say(world, "complaint", days_ago=0, times=9)
    say(world, "recall", days_ago=0, times=1)
    page = text_of(written(world, tmp_path))
    assert "Possible, in stories: complaints ▲ 9 (usual 2), recall or unsafe product 1" in page


def test_a_copied_text_is_one_story(tmp_path):
    world = plausible_world()
    say(world, "boycott", days_ago=0, times=4, story="copied")
    page = text_of(written(world, tmp_path))
    assert "Possible, in stories: call to boycott 1" in page


def test_where_nothing_is_flagged_there_is_no_line(page):
    assert "Possible, in stories" not in text_of(page)


def test_weeks_before_the_first_flag_are_not_compared_with(tmp_path):
    world = plausible_world()
    say(world, "question", days_ago=7, times=3)
    say(world, "question", days_ago=0, times=3)
    page = text_of(written(world, tmp_path))
    assert "Possible, in stories: questions 3." in page
