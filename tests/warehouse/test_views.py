from datetime import date, timedelta

import duckdb
import pytest

from tests.reports.world import MONDAY, World, at

VIEWS = (
    "covered",
    "covered_hour",
    "daily_volume",
    "gap",
    "mention_subject",
    "net_sentiment_week",
    "share_of_voice_week",
    "source_health",
)


@pytest.fixture
def world():
    return World()


def ask(world, sql):
    with duckdb.connect() as connection:
        return world.fill(connection).execute(sql).fetchall()


def test_every_view_and_each_of_its_columns_is_documented(world):
    views = ask(
        world, "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal ORDER BY ALL"
    )
    assert tuple(name for name, _ in views if name in VIEWS) == VIEWS
    assert all(comment.startswith("One row: ") for name, comment in views if name in VIEWS)
    undocumented = ask(
        world,
        "SELECT table_name, column_name FROM duckdb_columns() "
        "WHERE comment IS NULL AND table_name IN (SELECT view_name FROM duckdb_views() WHERE NOT internal)",
    )
    assert undocumented == []


def test_views_may_be_created_again(world):
    with duckdb.connect() as connection:
        world.fill(connection)
        from warehouse.migrate import create_views

        create_views(connection)
        create_views(connection)


def test_mention_appears_once_for_each_subject_in_its_newest_version(world):
    world.subject("hopla", "Hopla", "brand")
    world.subject("zwaan", "Zwaan", "organisation", "competitor")
    key = world.mention(at(0), ["hopla", "hopla", "zwaan"], "Hopla, Hopla and Zwaan")
    world.match(key, "hopla", at(0), tone="negative", version="older")
    assert ask(
        world, "SELECT subject_id, facet, relation, matches, tone FROM mention_subject ORDER BY ALL"
    ) == [
        ("hopla", "brand", None, 2, "neutral"),
        ("zwaan", "organisation", "competitor", 1, "neutral"),
    ]


@pytest.mark.parametrize(
    ("tones", "expected"),
    [
        (["negative"], "negative"),
        (["negative", "positive", "positive"], "positive"),
        (["negative", "positive"], "negative"),
        (["uncertain", "positive"], "positive"),
        (["uncertain", "uncertain"], "uncertain"),
        (["neutral", "uncertain"], "neutral"),
    ],
)
def test_tone_is_the_most_probable_over_all_matches(world, tones, expected):
    world.subject("hopla", "Hopla", "brand")
    key = world.mention(at(0), [], "text")
    for tone in tones:
        world.match(key, "hopla", at(0), tone=tone)
    assert ask(world, "SELECT tone FROM mention_subject") == [(expected,)]


def test_author_is_a_key_across_platforms_and_null_if_unknown(world):
    world.subject("hopla", "Hopla", "brand")
    world.mention(at(0), ["hopla"], "a", author="7")
    world.mention(at(0), ["hopla"], "b", author="7", platform="reddit")
    world.mention(at(0), ["hopla"], "c", author=None)
    assert ask(world, "SELECT author FROM mention_subject ORDER BY mention_id") == [
        ("x 7",),
        ("reddit 7",),
        (None,),
    ]


def test_covered_stretches_that_touch_are_one_and_possible_gaps_are_none(world):
    world.covered("x", "s", at(0, 0), at(0, 2))
    world.covered("x", "s", at(0, 2), at(0, 3))
    world.covered("x", "s", at(0, 1), at(0, 2.5))
    world.covered("x", "s", at(0, 5), at(0, 6))
    world.covered("x", "s", at(0, 3), at(0, 5), "possible_gap")
    world.covered("x", "t", at(0, 2), at(0, 4))
    assert ask(
        world,
        "SELECT stream, epoch(until - since) / 3600 FROM covered ORDER BY stream, since",
    ) == [("s", 3), ("s", 1), ("t", 2)]


def test_import_covers_every_stream_of_its_source_and_of_no_other(world):
    world.covered("x", "import", at(0), at(1), "imported")
    world.covered("x", "s", at(1), at(1, 1))
    world.attempt("x", "t", at(1, 1), "timeout")
    world.covered("y", "s", at(1), at(1, 1))
    assert ask(
        world, "SELECT source, stream, epoch(until - since) / 3600 FROM covered ORDER BY ALL"
    ) == [("x", "s", 25), ("x", "t", 24), ("y", "s", 1)]


def test_source_with_imports_only_keeps_them_as_its_stream(world):
    world.covered("old", "import", at(0), at(1), "imported")
    assert ask(world, "SELECT source, stream FROM covered") == [("old", "import")]


def test_gap_is_what_lies_between_covered_stretches_with_its_most_frequent_reason(world):
    world.covered("x", "s", at(0, 0), at(0, 6))
    world.covered("x", "s", at(0, 9), at(0, 12))
    for n in (7, 8, 8.5):
        world.attempt("x", "s", at(0, n), "auth_failed", message=f"401 at {n}")
    world.attempt("x", "s", at(0, 7.5), "timeout")
    world.attempt("x", "s", at(0, 12), "answered")
    assert ask(
        world,
        "SELECT since, until, reason, message FROM gap",
    ) == [(at(0, 6), at(0, 9), "auth_failed", "401 at 8.5")]


def test_stream_that_was_never_answered_is_all_gap(world):
    world.attempt("x", "s", at(0, 2), "auth_failed", since=at(0))
    world.attempt("x", "s", at(0, 4), "auth_failed", since=at(0))
    assert ask(world, "SELECT epoch(until - since) / 3600, reason FROM gap") == [(4, "auth_failed")]


def test_gap_may_be_only_possible_or_not_run(world):
    world.covered("x", "s", at(0, 0), at(0, 1))
    world.covered("x", "s", at(0, 1), at(0, 2), "possible_gap")
    world.covered("x", "s", at(0, 2), at(0, 3))
    world.covered("x", "s", at(0, 5), at(0, 6))
    assert ask(world, "SELECT reason FROM gap ORDER BY since") == [
        ("possible_gap",),
        ("not_run",),
    ]


def test_what_was_given_up_is_a_possible_gap_however_often_a_cap_was_met_on_the_way(world):
    world.covered("x", "s", at(0, 0), at(0, 1))
    world.covered("x", "s", at(0, 1), at(0, 2), "possible_gap")
    world.covered("x", "s", at(0, 2), at(0, 6))
    for n in (3, 4, 5):
        world.attempt("x", "s", at(0, n), "page_cap", since=at(0, 1), message="there is more")
    assert ask(world, "SELECT since, until, reason FROM gap") == [
        (at(0, 1), at(0, 2), "possible_gap")
    ]


def test_imported_rows_are_no_gap_before_the_first_answer(world):
    world.covered("x", "import", at(0), at(2), "imported")
    world.covered("x", "s", at(2), at(3))
    world.attempt("x", "import", at(2), kind="import")
    assert ask(world, "SELECT count(*) FROM gap") == [(0,)]


def test_hours_tell_how_much_of_them_is_covered_and_why_not(world):
    world.covered("x", "s", at(0, 0), at(0, 1.25))
    world.covered("x", "s", at(0, 3), at(0, 4))
    world.attempt("x", "s", at(0, 2), "timeout", since=at(0, 1.25))
    assert ask(
        world,
        "SELECT hour, covered, reasons FROM covered_hour ORDER BY hour",
    ) == [
        (at(0, 0), 1, []),
        (at(0, 1), 0.25, ["timeout"]),
        (at(0, 2), 0, ["timeout"]),
        (at(0, 3), 1, []),
    ]


def test_hours_of_a_stream_add_up_to_its_covered_time(world):
    world.covered("x", "s", at(0, 0.1), at(2, 0.7))
    world.covered("x", "s", at(2, 5.3), at(4, 0.2))
    ((hours, spans),) = ask(
        world,
        "SELECT (SELECT sum(covered) FROM covered_hour), "
        "(SELECT sum(epoch(until - since)) / 3600 FROM covered)",
    )
    assert hours == pytest.approx(spans)


def test_health_speaks_of_the_failing_stream_first(world):
    world.attempt("x", "a", at(0, 1))
    world.attempt("x", "b", at(0, 1))
    world.attempt("x", "b", at(0, 2), "auth_failed", message="401")
    world.attempt("x", "b", at(0, 3), "auth_failed", message="401 again", unreadable=2)
    world.attempt("x", "a", at(0, 4))
    assert ask(
        world,
        "SELECT streams, failing_streams, last_outcome, message, unreadable, requests, "
        "failing_since, last_answered_at FROM source_health",
    ) == [(2, 1, "auth_failed", "401 again", 2, 5, at(0, 2), at(0, 4))]


def test_health_forgets_a_failure_once_it_is_answered(world):
    world.attempt("x", "a", at(0, 1), "timeout", message="slow")
    world.attempt("x", "a", at(0, 2))
    assert ask(
        world, "SELECT last_outcome, message, failing_since, failing_streams FROM source_health"
    ) == [("answered", None, None, 0)]


def test_health_counts_fresh_items_once_whatever_the_streams(world):
    world.subject("hopla", "Hopla", "brand")
    key = world.mention(at(1, 2), ["hopla"], "new")
    world.add(
        "sighting",
        mention_id=key,
        source="x-search",
        stream="other",
        first_collected_at=at(1, 3),
        loaded_at=at(1, 3),
    )
    world.mention(at(0, 2), ["hopla"], "old")
    world.attempt("x-search", "search:1", at(1, 4))
    assert ask(world, "SELECT items_24h, freshest_item_at FROM source_health") == [(1, at(1, 2))]


def test_days_are_the_firms_whatever_the_connections_time_zone(world):
    volume = {
        "subject_id": "hopla",
        "platform": "x",
        "language": "nl",
        "mentions": 2,
        "own": 1,
        "stories": 2,
        "authors": 2,
        "negative": 1,
        "neutral": 1,
        "positive": 0,
        "uncertain": 0,
    }
    world.add("hourly_volume", hour=at(0, 0), **volume)
    world.add("hourly_volume", hour=at(0, 23), **volume)
    with duckdb.connect() as connection:
        world.fill(connection)
        count = "SELECT day, mentions, own FROM daily_volume ORDER BY day"
        connection.execute("UPDATE firm SET time_zone = 'Etc/UTC'")
        assert connection.execute(count).fetchall() == [
            (date(2026, 11, 8), 2, 1),
            (date(2026, 11, 9), 2, 1),
        ]
        connection.execute("UPDATE firm SET time_zone = 'Europe/Brussels'")
        connection.execute("SET TimeZone = 'America/New_York'")
        assert connection.execute(count).fetchall() == [(date(2026, 11, 9), 4, 2)]


def test_share_of_voice_counts_a_mention_once_for_each_party(world):
    for key, facet, relation in (
        ("hopla", "brand", None),
        ("wilg", "company", None),
        ("zwaan", "organisation", "competitor"),
        ("klant", "organisation", "customer"),
    ):
        world.subject(key, key, facet, relation)
    world.mention(at(1), ["hopla", "wilg"], "a")
    world.mention(at(1), ["wilg", "zwaan"], "b")
    world.mention(at(1), ["klant"], "c")
    world.mention(at(1), ["hopla"], "ours", is_own=True)
    world.mention(at(1, monday=MONDAY - timedelta(weeks=1)), ["zwaan"], "earlier")
    assert ask(
        world, "SELECT week_start, party, mentions, share FROM share_of_voice_week ORDER BY ALL"
    ) == [
        (MONDAY - timedelta(weeks=1), "zwaan", 1, 1),
        (MONDAY, "own", 2, pytest.approx(2 / 3)),
        (MONDAY, "zwaan", 1, pytest.approx(1 / 3)),
    ]
