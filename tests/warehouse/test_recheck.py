"""What re-checks do to the warehouse, and which posts are looked up when."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.contract import Limit
from collectors.mention import mention_id
from collectors.readiness import SourceState
from collectors.recheck import read_asks, write_asks
from collectors.sources import Source
from tests.warehouse.building import (
    HOUR,
    T0,
    Judgement,
    contents,
    enriched_file,
    header,
    mention,
    publish,
    warehouse,
    watchlist,
)
from warehouse.limits import Spent
from warehouse.load import load_files
from warehouse.privacy import apply_watchlist, drop_unmatched
from warehouse.query import rows
from warehouse.recheck import plan_rechecks, posts_to_refresh, posts_within
from warehouse.tombstones import bury

DAY = timedelta(days=1)
NOBODY = Judgement(subjects=())


def collected(folder, job, mentions, *, at=T0, judgement=None, **keys):
    rows = [(m, judgement or Judgement()) for m in mentions]
    return enriched_file(folder, header(job, at=at, **keys), rows)


def rechecked(
    folder, job, mentions=(), *, at, there=(), gone=None, asked=(), judgement=None, **keys
):
    """Write what a re-check leaves; those among the rows are there."""
    there = {*there, *(m.native_id for m in mentions)}
    values = {
        "kind": "recheck",
        "stream": "recheck",
        "since": None,
        "until": None,
        "answered": (),
        "validators": None,
        "there": tuple(sorted(there)),
        "gone": gone or {},
        "asked": tuple(sorted({*there, *(gone or {}), *asked})),
        **keys,
    }
    rows = [(m, judgement or Judgement()) for m in mentions]
    return enriched_file(folder, header(job, at=at, **values), rows)


@pytest.fixture
def store(tmp_path):
    """Give a warehouse with three matched mentions and one that concerns nobody."""
    with warehouse(tmp_path / "w.duckdb") as connection:
        apply_watchlist(connection, watchlist(), now=T0)
        files = [
            collected(tmp_path / "e", "a", [mention(n, metrics={"likes": n}) for n in (1, 2, 3)]),
            collected(tmp_path / "e", "b", [mention(4)], judgement=NOBODY, stream="search:2"),
        ]
        load_files(connection, files, now=T0)
        yield connection


def load(connection, *files):
    apply_watchlist(connection, watchlist(), now=T0)
    return load_files(connection, list(files), now=T0)


def ask(connection, sql):
    return connection.execute(sql).fetchall()


def test_what_is_gone_leaves_with_the_load_and_never_returns(store, tmp_path):
    gone = {"1": "deleted", "4": "protected", "unknown": "deleted"}
    load(store, rechecked(tmp_path / "e", "r", at=T0 + DAY, gone=gone))
    assert ask(store, "SELECT native_id FROM mention ORDER BY 1") == [("2",), ("3",)]
    assert ask(store, "SELECT reason, count(*) FROM tombstone GROUP BY 1 ORDER BY 1") == [
        ("deleted", 2),
        ("protected", 1),
    ]
    assert ask(store, "SELECT sum(mentions) FROM hourly_volume") == [(2,)]
    assert ask(store, "SELECT count(*) FROM metric_history") == [(2,)]
    assert ask(store, "SELECT count(*) FROM recheck") == [(0,)]
    load(store, collected(tmp_path / "f", "c", [mention(1), mention(2)], at=T0 + DAY))
    assert ask(store, "SELECT native_id FROM mention ORDER BY 1") == [("2",), ("3",)]


def test_gone_in_one_file_outdoes_the_post_in_another_of_the_same_load(store, tmp_path):
    files = [
        collected(tmp_path / "f", "c", [mention(9)], at=T0 + DAY),
        rechecked(tmp_path / "f", "r", at=T0 + DAY, gone={"9": "deleted"}),
    ]
    load(store, *files)
    assert ask(store, "SELECT 1 FROM mention WHERE native_id = '9'") == []


def test_an_edit_found_by_a_recheck_is_a_version(store, tmp_path):
    later = T0 + DAY
    edited = mention(1, "Acme, now", at=later, created_at=T0, metrics={"likes": 8})
    load(store, rechecked(tmp_path / "e", "r", [edited], at=later))
    assert ask(
        store, "SELECT text, versions, metrics['likes'] FROM mention WHERE native_id='1'"
    ) == [("Acme, now", 2, 8)]


def test_counts_are_refreshed_and_their_history_tells_the_growth(store, tmp_path):
    for days, likes in ((1, 5), (2, 5), (4, 11)):
        at = T0 + days * DAY
        seen = mention(1, at=at, created_at=T0, metrics={"likes": likes})
        load(store, rechecked(tmp_path / "e", f"r{days}", [seen], at=at))
    growth = ask(
        store,
        "SELECT day::VARCHAR, value, growth FROM metric_growth JOIN mention USING (mention_id) "
        "WHERE native_id = '1' ORDER BY day",
    )
    assert growth == [
        ("2026-11-16", 1, None),
        ("2026-11-17", 5, 4),
        ("2026-11-18", 5, 0),
        ("2026-11-20", 11, 6),
    ]
    assert ask(store, "SELECT metrics['likes'] FROM mention WHERE native_id = '1'") == [(11,)]


def test_coverage_health_and_sightings_know_nothing_of_rechecks(store, tmp_path):
    tables = ("coverage", "attempt", "sighting", "stream_state", "source_health", "covered", "gap")
    before = {table: ask(store, f"FROM {table} ORDER BY ALL") for table in tables}
    seen = mention(1, at=T0 + DAY, created_at=T0)
    load(store, rechecked(tmp_path / "e", "r", [seen], at=T0 + DAY, gone={"77": "deleted"}))
    assert {table: ask(store, f"FROM {table} ORDER BY ALL") for table in tables} == before
    assert ask(store, "SELECT source, outcome, asked, present, gone FROM recheck_round") == [
        ("web", "answered", 2, 1, 1)
    ]
    spent = rows(store, "ledger_requests", since=T0)
    assert [(row["stream"], row["requests"]) for row in spent if row["at"] > T0] == [("recheck", 1)]


def test_a_recheck_brings_nothing_back_that_is_no_longer_stored(store, tmp_path):
    load(store, rechecked(tmp_path / "e", "r", [mention(50, at=T0 + DAY)], at=T0 + DAY))
    assert ask(store, "SELECT 1 FROM mention_version WHERE native_id = '50'") == []
    assert ask(store, "SELECT count(*) FROM recheck") == [(0,)]


def test_a_recheck_does_not_prolong_what_concerns_nobody(store, tmp_path):
    at = T0 + 29 * DAY
    same = mention(4, at=at, created_at=T0, metrics={"likes": 3})
    load(store, rechecked(tmp_path / "e", "r", [same], at=at, judgement=NOBODY))
    assert ask(store, "SELECT checked_at FROM recheck") == [(at,)]
    assert drop_unmatched(store, now=T0 + 31 * DAY, keep=30 * DAY) == 1
    assert ask(store, "SELECT count(*) FROM recheck") == [(0,)]


def test_a_recheck_of_what_concerned_nobody_brings_its_edit(store, tmp_path):
    at = T0 + DAY
    edited = mention(4, "Acme after all", at=at, created_at=T0)
    load(store, rechecked(tmp_path / "e", "r", [edited], at=at))
    assert ask(store, "SELECT versions, text FROM mention WHERE native_id = '4'") == [
        (2, "Acme after all")
    ]


def test_an_author_who_is_gone_leaves_every_version(store, tmp_path):
    named = {"author_id": "t2_x", "author_handle": "xvp", "raw": '{"author": "xvp"}'}
    files = [
        collected(tmp_path / "f", "n1", [mention(6, "old", **named)]),
        collected(tmp_path / "f", "n2", [mention(6, "new", **named)], at=T0 + HOUR),
        collected(tmp_path / "f", "n3", [mention(7, "other", **named)], judgement=NOBODY),
    ]
    load(store, *files)
    at = T0 + DAY
    nameless = [mention(n, text, at=at, created_at=T0) for n, text in ((6, "new"), (7, "other"))]
    file = rechecked(tmp_path / "f", "r", nameless, at=at, judgement=NOBODY)
    load(store, file)
    for table in ("mention", "mention_version"):
        query = f"SELECT count(*) FROM {table} WHERE author_id IS NOT NULL OR contains(raw, 'xvp')"  # noqa: S608
        assert ask(store, query) == [(0,)]
    assert ask(store, "SELECT versions FROM mention WHERE native_id = '6'") == [(2,)]


def test_order_and_repetition_of_rechecks_change_nothing(tmp_path):
    def built(number, order):
        folder = tmp_path / str(number)
        begin = collected(folder, "a", [mention(n, metrics={"likes": 1}) for n in (1, 2, 3)])
        files = []
        for hours in (1, 2, 26):
            at = T0 + hours * HOUR
            seen = [
                mention(1, at=at, created_at=T0, metrics={"likes": hours}),
                mention(2, "edited" if hours > 1 else "Acme", at=at, created_at=T0),
            ]
            gone = {"3": "deleted"} if hours == 2 else {"2": "protected"} if hours == 26 else {}
            seen = seen if hours < 26 else seen[:1]
            files.append(rechecked(folder, f"r{hours}", seen, at=at, gone=gone, asked=["1", "3"]))
        with warehouse(tmp_path / f"{number}.duckdb") as connection:
            load(connection, begin)
            for place in order:
                load(connection, files[place])
            load(connection, *files)
            return contents(connection)

    first, *others = [built(n, order) for n, order in enumerate(permutations(range(3)))]
    assert first["metric_history"]
    for other in others:
        assert other == first


@settings(max_examples=8)
@given(
    seen=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 3)), min_size=1, max_size=5),
    data=st.data(),
)
def test_history_of_counts_is_the_same_in_any_order_of_files(tmp_path_factory, seen, data):
    folder = tmp_path_factory.mktemp("history")

    def history(order, name):
        with warehouse(folder / f"{name}.duckdb") as connection:
            for number, (minutes, likes) in order:
                at = T0 + timedelta(minutes=minutes)
                one = mention(1, at=at, created_at=T0, metrics={"likes": likes})
                load(connection, collected(folder / name, f"j{number}", [one], at=at))
            return contents(connection)["metric_history"]

    jobs = list(enumerate(seen))
    assert history(jobs, "a") == history(data.draw(st.permutations(jobs)), "b")


def test_snapshots_hold_the_history_of_matched_mentions_only(store, tmp_path):
    load(
        store, collected(tmp_path / "f", "n", [mention(8, metrics={"likes": 2})], judgement=NOBODY)
    )
    publish(store, tmp_path, watchlist())
    store.execute(f"ATTACH '{tmp_path / 'snapshot.duckdb'}' AS published (READ_ONLY)")
    ids = {mention_id("x", str(n)) for n in (1, 2, 3)}
    assert {one for (one,) in ask(store, "SELECT mention_id FROM published.metric_history")} == ids
    tables = ask(store, "SELECT table_name FROM duckdb_tables() WHERE database_name = 'published'")
    assert ("recheck",) not in tables


# --- what is looked up, and when -----------------------------------------------------------


def state(name="web", platform="x", why_off=None, **keys):
    return SourceState(source=Source(name=name, platform=platform, **keys), why_off=why_off)


def due(connection, now, *states, **values):
    options = {"refresh_per_day": 0, "now": now} | values
    planned = plan_rechecks(connection, states or [state()], **options)
    return {name: [p.native_id for p in ask.due] for name, ask in planned.asks.items() if ask.due}


def test_posts_are_due_before_the_platforms_deadline_could_pass(store):
    assert due(store, T0 + 12 * HOUR) == {}
    assert sorted(due(store, T0 + 12.5 * HOUR)["web"]) == ["1", "2", "3", "4"]


def test_newest_posts_come_first_and_the_rest_waits(store, tmp_path):
    young = [mention(n, at=T0 + n * timedelta(minutes=1)) for n in (10, 12, 11)]
    load(store, collected(tmp_path / "f", "y", young))
    planned = plan_rechecks(store, [state()], refresh_per_day=0, now=T0 + 2 * DAY, limit=3)
    assert [p.native_id for p in planned.asks["web"].due] == ["12", "11", "10"]
    (left,) = planned.waiting.values()
    assert (left.posts, left.late) == (4, 4)
    assert planned.told == [f"x: {left}"]
    assert str(left) == (
        "4 posts must wait for the next time, 4 of them longer than the 24 hours that it allows: "
        "no more requests are left for them"
    )
    assert planned.posts == 3


def test_what_was_asked_lately_or_seen_again_is_not_due(store, tmp_path):
    now = T0 + 20 * HOUR
    files = [
        rechecked(tmp_path / "f", "r", at=now - HOUR, there=["1"], asked=["2"]),
        collected(tmp_path / "f", "c", [mention(3, at=now - HOUR, created_at=T0)], at=now - HOUR),
    ]
    load(store, *files)
    assert due(store, now) == {"web": ["4"]}
    # About what the answer said nothing is asked again at the next time but one.
    assert sorted(due(store, now + 11 * HOUR)["web"]) == ["2", "4"]


def test_an_answer_is_as_old_as_the_platforms_look(store, tmp_path):
    now = T0 + 20 * HOUR
    load(store, rechecked(tmp_path / "f", "r", at=now, there=["1"], since=T0 + HOUR))
    assert "1" in due(store, now + 12 * HOUR)["web"]


def test_sources_that_are_off_and_platforms_that_cannot_be_asked_are_left_out(store, tmp_path):
    feed = [mention("f", platform="feed")]
    load(store, collected(tmp_path / "f", "n", feed, platform="feed", source="news"))
    late = T0 + 40 * DAY
    states = [state(why_off="no key"), state("news", "feed")]
    assert due(store, late, *states) == {}
    assert due(store, late, state(), state("news", "feed"), platform="feed") == {}


def test_statuses_are_asked_of_the_instances_that_know_their_number(store, tmp_path):
    def status(name, instance, number):
        raw = json.dumps({"id": number, "_instance": instance})
        return mention(f"https://{name}", platform="mastodon", raw=raw)

    statuses = [
        status("one.example/users/a/statuses/7", "one.example", "7"),
        status("far.example/users/b/statuses/9", "two.example", "70"),
        status("one.example/users/c/statuses/8", "two.example", "71"),
        status("far.example/users/d/statuses/5", "gone.example", "72"),
    ]
    load(store, collected(tmp_path / "f", "m", statuses, platform="mastodon", source="old name"))
    states = [
        state("one", "mastodon", base_url="https://one.example"),
        state("two", "mastodon", base_url="https://two.example"),
    ]
    found = due(store, T0 + 2 * DAY, *states)
    # What none knows is the first one's to tell so.
    assert {name: sorted(one[8:] for one in ids) for name, ids in found.items()} == {
        "one": [
            "far.example/users/d/statuses/5",
            "one.example/users/a/statuses/7",
            "one.example/users/c/statuses/8",
        ],
        "two": ["far.example/users/b/statuses/9", "one.example/users/c/statuses/8"],
    }


def test_what_is_asked_survives_its_file(store, tmp_path):
    planned = plan_rechecks(store, [state()], refresh_per_day=2, now=T0 + 2 * DAY)
    path = write_asks(tmp_path / "rechecks" / "asked.json", planned.asks)
    assert read_asks(path) == {
        name: replace(ask, due=tuple(ask.due), refresh=tuple(ask.refresh), witnesses=())
        for name, ask in planned.asks.items()
    }
    assert [len(ask.refresh) for ask in planned.asks.values()] == [2]


LIMIT = Limit(requests=100, per=timedelta(minutes=15))


def spent(requests, *, minutes=1, stream="search:1"):
    return Spent(source="web", stream=stream, at=T0 - timedelta(minutes=minutes), requests=requests)


@pytest.mark.parametrize(
    ("limits", "used", "posts"),
    [
        ([], [], 1_000),
        ([LIMIT], [], 500),
        ([LIMIT], [spent(40)], 300),
        ([LIMIT], [spent(40, minutes=16)], 500),
        ([LIMIT], [spent(100)], 0),
        ([LIMIT], [spent(500)], 0),
        ([replace(LIMIT, kind="search")], [spent(100)], 1_000),
    ],
)
def test_rechecks_take_at_most_half_of_what_the_limit_leaves(limits, used, posts):
    assert posts_within(limits, used, batch=10, most=1_000, now=T0) == posts


@pytest.mark.parametrize(
    ("done", "budget", "outlook", "posts"),
    [
        (0, None, 99.0, 50),
        (20, None, 99.0, 30),
        (60, None, 99.0, 0),
        (0, 10.0, 9.9, 10),
        (0, 10.0, 5.0, 50),
        (0, 10.0, 10.0, 0),
        (0, 10.0, 12.0, 0),
    ],
)
def test_posts_are_read_anew_within_the_budget(done, budget, outlook, posts):
    found = posts_to_refresh(50, done, budget_eur=budget, outlook_eur=outlook, price=0.0099)
    assert found == posts


def test_a_post_that_was_buried_is_not_looked_up(store):
    bury(store, [mention_id("x", "1")], reason="asked", now=T0)
    assert "1" not in due(store, T0 + 2 * DAY)["web"]
