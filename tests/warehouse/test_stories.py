"""Stories: what is one, what it is called, and what becomes of it when mentions come and go."""

import tempfile
from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.mention import Mention, mention_id
from tests.warehouse.building import (
    HOUR,
    T0,
    Judgement,
    brand,
    contents,
    enriched_file,
    header,
    mention,
    publish,
    simple_file,
    warehouse,
    watchlist,
)
from warehouse.connection import open_snapshot
from warehouse.load import load_files
from warehouse.privacy import apply_watchlist
from warehouse.query import rows
from warehouse.tombstones import bury

WEEK = timedelta(weeks=1)
PRESS = "Brouwerij Acme roept twaalfduizend flesjes terug na een glasbreuk in de bottellijn"
OTHER = "De ploeg van Acme wint op de laatste dag nog het kampioenschap van de hele provincie"
BRIDGE = f"{PRESS} en {OTHER}"


@pytest.fixture
def store(tmp_path):
    with warehouse(tmp_path / "warehouse.duckdb") as connection:
        apply_watchlist(connection, watchlist(brand()), now=T0)
        yield connection


@pytest.fixture
def load(store, tmp_path):
    count = 0

    def load(*mentions: Mention) -> None:
        nonlocal count
        count += 1
        path = simple_file(tmp_path, f"j{count}", mentions, at=T0 + count * HOUR)
        load_files(store, [path], now=T0)

    return load


def stories(connection) -> dict[str, str]:
    return dict(connection.execute("SELECT native_id, story_id FROM mention").fetchall())


def groups(connection) -> set[frozenset[str]]:
    found = defaultdict(set)
    for native_id, story_id in stories(connection).items():
        found[story_id].add(native_id)
    return {frozenset(group) for group in found.values()}


def test_near_copies_of_another_load_join_the_story(store, load):
    load(mention(1, PRESS))
    load(mention(2, f"(Belga) \u2013 {PRESS} #bier", at=T0 + HOUR), mention(3, OTHER))
    assert groups(store) == {frozenset("12"), frozenset("3")}


def test_reposts_and_quotes_follow_their_parent_whatever_they_say(store, load):
    load(mention(2, "Schande!", is_quote=True, kind="quote", parent_id="1"))
    load(mention(1, PRESS), mention(3, PRESS[:20], is_repost=True, parent_id="1"))
    load(mention(4, "Klopt dit wel?", kind="reply", parent_id="1"))
    assert groups(store) == {frozenset("123"), frozenset("4")}


def test_boilerplate_after_more_than_three_weeks_is_a_new_story(store, load):
    load(*(mention(n, PRESS, at=T0 + n * WEEK) for n in (0, 3, 7, 60)))
    assert groups(store) == {frozenset("03"), frozenset("7"), frozenset(["60"])}


def test_story_keeps_its_name_while_later_copies_join(store, load):
    load(mention(1, PRESS))
    name = stories(store)["1"]
    for number in range(2, 9):
        load(
            mention(
                number, f"{PRESS} deel {number} {'abcdefgh'[number - 1]}", at=T0 + number * HOUR
            )
        )
    assert set(stories(store).values()) == {name}


def test_merged_story_is_found_by_both_names(store, load):
    load(mention(1, PRESS), mention(2, OTHER, at=T0 + HOUR))
    first, second = stories(store)["1"], stories(store)["2"]
    load(mention(3, BRIDGE, at=T0 + 2 * HOUR))
    assert set(stories(store).values()) == {first}
    aliases = dict(store.execute("SELECT former_id, story_id FROM story_alias").fetchall())
    assert aliases[second] == first
    assert store.execute("SELECT story_id, mentions FROM story").fetchall() == [(first, 3)]


def test_story_falls_apart_when_what_joined_it_is_deleted(store, load):
    load(mention(1, PRESS), mention(2, OTHER, at=T0 + HOUR), mention(3, BRIDGE, at=T0 + 2 * HOUR))
    assert len(groups(store)) == 1
    bury(store, [mention_id("x", "3")], reason="asked", now=T0)
    assert groups(store) == {frozenset("1"), frozenset("2")}
    assert sorted(store.execute("SELECT mentions FROM story").fetchall()) == [(1,), (1,)]


def test_first_publisher_is_elected_again_after_a_deletion(store, load):
    copies = [mention(n, f"{PRESS} {'#bier ' * n}", at=T0 + n * HOUR) for n in range(3)]
    load(*copies)
    query = "SELECT native_id, first_at FROM story JOIN mention ON mention_id = first_mention_id"
    assert store.execute(query).fetchall() == [("0", T0)]
    bury(store, [mention_id("x", "0")], reason="asked", now=T0)
    assert store.execute(query).fetchall() == [("1", T0 + HOUR)]


def test_nothing_of_a_deleted_text_stays(store, load):
    load(mention(1, PRESS), mention(2, f"Gelezen: {PRESS}", at=T0 + HOUR))
    (gone,) = store.execute("SELECT text_id FROM mention WHERE native_id = '1'").fetchone()
    assert sum(gone in row for table in contents(store).values() for row in table) > 2
    bury(store, [mention_id("x", "1")], reason="asked", now=T0)
    assert not [row for table in contents(store).values() for row in table if gone in row]


def test_edited_mention_leaves_the_story_that_it_no_longer_tells(store, load):
    load(mention(1, PRESS), mention(2, f"Gelezen: {PRESS}"))
    load(mention(2, OTHER, at=T0 + HOUR, created_at=T0))
    assert groups(store) == {frozenset("1"), frozenset("2")}


def flood(count: int, text: str = PRESS, **keys) -> list[Mention]:
    return [
        mention(f"f{n}", f"{text} {'😀' * (n % 3)}", author_id=f"a{n}", **keys)
        for n in range(count)
    ]


def test_one_text_of_fifty_accounts_in_a_day_is_a_flood_and_of_49_is_none(store, load):
    load(*flood(49))
    assert store.execute("SELECT is_flood FROM story").fetchall() == [(False,)]
    assert store.execute("SELECT sum(mentions), sum(flood) FROM hourly_volume").fetchone() == (
        49,
        0,
    )
    load(*flood(50)[49:])
    assert store.execute("SELECT is_flood FROM story").fetchall() == [(True,)]
    assert store.execute("SELECT sum(mentions), sum(flood) FROM hourly_volume").fetchone() == (
        0,
        50,
    )


def test_flood_that_shrinks_counts_again(store, load):
    load(*flood(50))
    bury(store, [mention_id("x", "f7")], reason="asked", now=T0)
    assert store.execute("SELECT sum(mentions), sum(flood) FROM hourly_volume").fetchone() == (
        49,
        0,
    )


@pytest.mark.parametrize(
    "keys",
    [{"is_repost": True, "kind": "repost"}, {"kind": "article"}, {"is_own": True}],
)
def test_reposts_reprints_and_own_posts_make_no_flood(store, load, keys):
    load(mention(1, PRESS), *flood(60, **keys))
    assert store.execute("SELECT bool_or(is_flood) FROM story").fetchone() == (False,)


def test_one_account_repeating_itself_makes_no_flood(store, load):
    load(*(mention(n, PRESS, author_id="a") for n in range(60)))
    assert store.execute("SELECT is_flood FROM story").fetchall() == [(False,)]


def test_flood_raises_no_volume_alert_and_stands_apart_in_the_snapshot(store, load, tmp_path):
    since = {"since": T0 - HOUR, "as_of": T0 + 2 * HOUR, "listened_since": T0}
    since |= {"muted_subjects": [], "muted_stories": []}
    load(*flood(60), mention(1, OTHER))
    publish(store, tmp_path, watchlist(brand()))
    snapshot = open_snapshot(tmp_path / "snapshot.duckdb")
    assert [row["stories"] for row in rows(snapshot, "alert_hours", **since)] == [1]
    within = {"since": T0 - HOUR, "until": T0 + HOUR}
    assert rows(snapshot, "floods", **within) == [{"mentions": 60, "stories": 1}]
    spread = "SELECT mentions, authors, platform FROM story_spread WHERE is_flood"
    assert snapshot.execute(spread).fetchall() == [(60, 60, "x")]
    columns = {row[0] for row in snapshot.execute("DESCRIBE story_text").fetchall()}
    assert not columns & {"shingles", "signature"}
    snapshot.close()


TEXTS = (PRESS, f"Belga: {PRESS}", OTHER, f"{OTHER} #sport", BRIDGE, "Mmm", PRESS[:60] + "…")


@st.composite
def told(draw):
    number = draw(st.integers(0, 7))
    repeats = draw(st.none() | st.integers(0, 7))
    return mention(
        number,
        draw(st.sampled_from(TEXTS)),
        at=T0 + draw(st.integers(0, 3)) * HOUR,
        created_at=T0 + draw(st.sampled_from((0, 1, 2, 4, 9))) * -WEEK,
        is_quote=repeats is not None,
        parent_id=None if repeats is None else str(repeats),
    )


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    files=st.lists(
        st.lists(told(), max_size=4, unique_by=lambda m: m.native_id), min_size=2, max_size=4
    ),
    data=st.data(),
)
def test_order_batches_repetition_and_the_moment_of_a_deletion_change_no_story(files, data):
    order = data.draw(st.permutations([*range(len(files)), 0]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(order)), max_size=2)))
    gone = [mention_id("x", str(data.draw(st.integers(0, 7))))]
    when = data.draw(st.integers(0, len(cuts)))
    with tempfile.TemporaryDirectory() as folder:
        paths = [
            enriched_file(
                Path(folder),
                header(f"j{n}", at=T0 + n * HOUR),
                [(m, Judgement(entities=())) for m in mentions],
            )
            for n, mentions in enumerate(files)
        ]
        found = []
        for batches in (
            [list(range(len(files)))],
            [list(order[a:b]) for a, b in pairwise([0, *cuts, len(order)])],
        ):
            with warehouse(Path(folder) / f"{len(found)}.duckdb") as connection:
                apply_watchlist(connection, watchlist(brand()), now=T0)
                for number, batch in enumerate(batches):
                    if found and number == when:
                        bury(connection, gone, reason="asked", now=T0)
                    load_files(connection, [paths[n] for n in batch], now=T0)
                bury(connection, gone, reason="asked", now=T0)
                tables = contents(connection)
                found.append(
                    {
                        name: tables[name]
                        for name in ("mention", "story", "story_text", "hourly_volume")
                    }
                )
    assert found[0] == found[1]
