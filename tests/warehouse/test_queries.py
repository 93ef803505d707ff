from datetime import datetime, timedelta
from importlib.resources import files
from math import log

import duckdb
import pytest

from tests.reports.world import MONDAY, World, at
from warehouse.query import query_text, rows

ZONE = "Europe/Brussels"
WEEK = {"since": at(0), "until": at(7)}
HISTORY = {"since": at(0, monday=MONDAY - timedelta(weeks=1)), "until": at(7), "zone": ZONE}
LAST = MONDAY - timedelta(weeks=1)


@pytest.fixture
def world():
    world = World()
    world.subject("hopla", "Hopla", "brand")
    world.subject("wilg", "De Wilg", "company")
    world.subject("zwaan", "Zwaan", "organisation", "competitor")
    return world


def ask(world, name, **parameters):
    with duckdb.connect() as connection:
        return rows(world.fill(connection), name, **parameters)


def values(found, *names):
    return [tuple(row[name] for name in names) for row in found]


@pytest.mark.parametrize(
    "name", [file.name for file in files("warehouse").joinpath("queries").iterdir()]
)
def test_every_query_says_on_top_what_one_row_is(name):
    assert query_text(name.removesuffix(".sql")).startswith("-- One row: ")


def test_facet_periods_count_mentions_stories_and_authors_apart(world):
    for n in range(3):
        world.mention(at(1, n), ["hopla", "wilg"], "same", story="one", author="a")
    world.mention(at(1), ["hopla"], "other", author=None)
    world.mention(at(1), ["hopla"], "ours", is_own=True)
    world.mention(at(0, -0.1), ["wilg"], "on Sunday night")
    found = ask(world, "facet_periods", **HISTORY, unit="week")
    assert values(found, "period_start", "facet", "mentions", "stories", "authors") == [
        (LAST, "company", 1, 1, 1),
        (LAST, "own", 1, 1, 1),
        (MONDAY, "brand", 4, 2, 2),
        (MONDAY, "company", 3, 1, 1),
        (MONDAY, "own", 4, 2, 2),
    ]


def test_facet_periods_count_the_tone_of_each_story_once(world):
    for n in range(9):
        world.mention(at(1, n), ["hopla"], "spam", story="flood", tone="positive")
    world.mention(at(1), ["hopla"], "bad", tone="negative")
    world.mention(at(1), ["hopla"], "worse", tone="negative")
    world.mention(at(1), ["hopla"], "hm", tone="uncertain")
    world.mention(at(1), ["hopla"], "news")
    found = [
        row
        for row in ask(world, "facet_periods", **HISTORY, unit="week")
        if row["facet"] == "brand"
    ]
    assert values(found, "negative", "neutral", "positive", "uncertain", "stories") == [
        (2, 1, 1, 1, 5)
    ]


def test_inactive_subjects_are_left_out(world):
    world.mention(at(1), ["hopla"], "a")
    world.tables["subject"][0]["is_active"] = False
    assert ask(world, "facet_periods", **HISTORY, unit="week") == []
    assert values(ask(world, "report_subjects"), "subject_id") == [("wilg",), ("zwaan",)]


def test_voice_periods_have_a_row_for_each_party(world):
    world.mention(at(1), ["hopla", "zwaan"], "a")
    world.mention(at(1), ["wilg"], "b")
    world.mention(at(1, 1), ["wilg"], "b", story="sm000002")
    found = ask(world, "voice_periods", **HISTORY, unit="week")
    assert values(found, "party", "is_competitor", "mentions", "stories") == [
        ("brand", False, 1, 1),
        ("company", False, 2, 1),
        ("own", False, 3, 2),
        ("zwaan", True, 1, 1),
    ]


def test_organisations_have_their_week_and_their_largest_story(world):
    world.mention(at(2), ["zwaan"], "small")
    world.mention(at(1, 1), ["zwaan"], "big", story="big", url=None)
    world.mention(at(1, 2), ["zwaan"], "big", story="big", url="https://a.example/")
    assert values(
        ask(world, "organisation_periods", **HISTORY, unit="week"), "mentions", "stories"
    ) == [(3, 2)]
    (top,) = ask(world, "organisation_top_stories", **WEEK)
    assert (top["story_id"], top["mentions"], top["url"]) == ("big", 2, "https://a.example/")


def test_hours_are_those_of_the_local_clock(world):
    world.mention(at(0, 0.5), ["hopla", "wilg"], "a")
    found = ask(world, "own_hours", **HISTORY)
    midnight = datetime(2026, 11, 9)  # noqa: DTZ001 - the clock on the wall
    assert values(found, "local_hour", "facet", "mentions", "stories") == [
        (midnight, "brand", 1, 1),
        (midnight, "company", 1, 1),
        (midnight, "own", 1, 1),
    ]


def test_a_story_counts_once_a_day_in_the_hour_that_first_tells_it(world):
    for hour in (21, 23, 23.1, 23.2, 25):
        world.mention(at(0, hour), ["hopla"], "again", story="a")
    hours = [row for row in ask(world, "own_hours", **HISTORY) if row["facet"] == "own"]
    assert values(hours, "mentions", "stories") == [(1, 1), (3, 0), (1, 1)]


def test_stories_are_described_by_who_tells_them(world):
    for n in range(4):
        world.mention(
            at(1, n), ["hopla", "wilg"], "news", story="n", kind="article", author=f"{n % 2}"
        )
    world.mention(at(1), ["hopla"], "once")
    found = ask(world, "own_stories", **WEEK, fewest=2)
    assert values(found, "story_id", "mentions", "authors", "articles", "reposts") == [
        ("n", 4, 2, 4, 0)
    ]


def terms(world, *, fewest_before=30):
    period = {"start": at(0, monday=LAST), "since": at(0), "until": at(7)}
    return ask(world, "own_terms", **period, days=7, fewest=4, fewest_before=fewest_before)


def test_terms_stand_out_against_the_time_before(world):
    for n in range(40):
        world.mention(at(n % 7, monday=LAST), ["hopla"], f"nice terrace weather number {n}")
    for n in range(6):
        world.mention(
            at(1, n),
            ["hopla"],
            f"Glass in Hopla, nice terrace @helpdesk {n} https://glasswork.example/x",
        )
    assert values(terms(world), "language", "term", "now", "before", "usual") == [
        ("en", "glass", 6, 0, 0)
    ]


def test_strength_of_a_term_is_dunnings_ratio(world):
    for n in range(40):
        word = "glass" if n < 2 else "terrace"
        world.mention(at(n % 7, monday=LAST), ["hopla"], f"nice {word} number {n}")
    for n in range(10):
        word = "glass" if n < 8 else "terrace"
        world.mention(at(1, n), ["hopla"], f"nice {word} {n}")
    (found,) = terms(world)
    rate = 10 / 50
    ratio = 2 * (8 * log(8 / (10 * rate)) + 2 * log(2 / (40 * rate)))
    assert (found["term"], found["usual"]) == ("glass", 2)
    assert found["strength"] == pytest.approx(ratio, abs=1e-5)


def test_words_of_a_language_that_was_not_heard_before_do_not_stand_out(world):
    for n in range(40):
        world.mention(at(n % 7, monday=LAST), ["hopla"], f"nice terrace weather number {n}")
    for n in range(30):
        world.mention(at(1, n), ["hopla"], f"dans la rue avec un verre {n}", language="fr")
    assert terms(world) == []
    assert terms(world, fewest_before=0) == []


def test_chance_alone_makes_no_term_stand_out(world):
    for n in range(40):
        world.mention(at(n % 7, monday=LAST), ["hopla"], f"nice weather number {n}")
    for n in range(40):
        word = "terrace" if n < 4 else "weather"
        world.mention(at(1, n), ["hopla"], f"nice {word} number {n}")
    assert terms(world) == []


def test_term_stories_find_whole_words_with_their_tone(world):
    world.mention(at(1, 1), ["hopla"], "Glass!", tone="negative", story="a")
    world.mention(at(1, 2), ["hopla"], "Glass!", tone="negative", story="a")
    world.mention(at(1, 3), ["hopla"], "glasses", story="b")
    found = ask(world, "own_term_stories", **WEEK, words=["en glass", "fr glasses"])
    assert values(found, "words", "story_id", "mentions", "tone") == [
        (["en glass"], "a", 2, "negative")
    ]
    assert ask(world, "own_term_stories", **WEEK, words=[]) == []


def test_evidence_is_up_to_five_of_each_story_links_first_and_the_last(world):
    for n in range(9):
        world.mention(at(1, n), ["hopla"], f"t{n}", story="a", url=None if n < 2 else "auto")
    world.mention(at(1), ["hopla"], "not asked for", story="b")
    found = ask(world, "story_evidence", **WEEK, stories=["a"])
    assert values(found, "text", "mentions") == [(f"t{n}", 9) for n in (2, 3, 4, 5, 6, 8)]


def test_sources_are_listed_even_if_nothing_ever_came(world):
    world.source("x-search", "x", ["s"])
    world.source("off", "reddit", [], why_off="no credential")
    world.attempt("x-search", "s", at(1), requests=3, unreadable=1)
    world.attempt("x-search", "s", at(2), "timeout")
    world.attempt("x-search", "s", at(-1), requests=50)
    found = ask(world, "source_status", **WEEK)
    assert values(found, "name", "is_active", "requests", "unreadable", "failed_attempts") == [
        ("off", False, 0, 0, 0),
        ("x-search", True, 4, 1, 1),
    ]


def test_streams_are_those_last_planned_else_those_known(world):
    world.source("planned", "x", ["new"])
    world.covered("planned", "old", at(0), at(1))
    world.covered("imported", "import", at(0), at(1), "imported")
    assert values(ask(world, "source_streams"), "source", "stream") == [
        ("imported", "import"),
        ("planned", "new"),
    ]


def test_spans_and_gaps_are_those_that_touch_the_period(world):
    world.covered("x", "s", at(-2), at(-1))
    world.covered("x", "s", at(1), at(2))
    world.covered("x", "import", at(6), at(8), "imported")
    assert values(ask(world, "covered_spans", **WEEK), "stream", "since") == [
        ("import", at(6)),
        ("s", at(1)),
        ("s", at(6)),
    ]
    assert values(ask(world, "gap_spans", **WEEK), "since", "until", "reason") == [
        (at(-1), at(1), "not_run"),
        (at(2), at(6), "not_run"),
    ]


def test_sources_are_weighed_by_distinct_mentions(world):
    key = world.mention(at(1), ["hopla"], "a")
    world.add(
        "sighting",
        mention_id=key,
        source="x-search",
        stream="t",
        first_collected_at=at(1),
        loaded_at=at(1),
    )
    world.add(
        "sighting",
        mention_id=key,
        source="news",
        stream="t",
        first_collected_at=at(1),
        loaded_at=at(1),
    )
    assert values(
        ask(world, "source_periods", **HISTORY, unit="week"), "period_start", "source", "mentions"
    ) == [
        (MONDAY, "news", 1),
        (MONDAY, "x-search", 1),
    ]


def test_staff_weeks_keep_hidden_figures_hidden(world):
    world.add("staff_week", week_start=MONDAY, unit="Sales", people=6, mentions=None)
    world.add("staff_week", week_start=LAST, unit="Sales", people=6, mentions=7)
    found = ask(world, "staff_weeks", first_week=LAST, last_week=MONDAY)
    assert values(found, "week_start", "mentions") == [(LAST, 7), (MONDAY, None)]


def test_tone_models_and_snapshot_tell_their_names(world):
    world.mention(at(1), ["hopla"], "a")
    world.info()
    assert values(ask(world, "tone_models", **WEEK), "tone_model", "mentions") == [("lexicon 1", 1)]
    assert values(ask(world, "report_snapshot"), "snapshot_id", "watchlist_version") == [
        ("20261116T050000Z-ab12", "w1")
    ]
