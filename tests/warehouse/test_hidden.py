"""What a platform hides leaves at once, and comes back once it is shown; what is deleted never does."""

import json
from itertools import permutations

import pytest

from collectors.mention import mention_id
from tests.warehouse.building import HOUR, T0, contents, mention, warehouse, watchlist
from tests.warehouse.test_recheck import DAY, ask, collected, load, rechecked
from tests.warehouse.test_tombstones import found
from warehouse.load import load_files
from warehouse.privacy import apply_watchlist
from warehouse.tombstones import bury

WORDS = "Acme is the word"
LATER = T0 + DAY
SHOWN = LATER + HOUR

each_hiding = pytest.mark.parametrize("why", ["missing", "protected", "removed"])
each_way = pytest.mark.parametrize(
    "how", [{}, {"stream": "backfill:1"}, {"kind": "again"}, {"kind": "import"}]
)


@pytest.fixture
def store(tmp_path):
    """Give a warehouse with one mention."""
    with warehouse(tmp_path / "w.duckdb") as connection:
        apply_watchlist(connection, watchlist(), now=T0)
        load_files(connection, [collected(tmp_path / "e", "a", [post()])], now=T0)
        yield connection


def post(text=WORDS, *, at=T0, **keys):
    return mention(1, text, at=at, created_at=T0, author_handle="xvp", **keys)


def hide(store, folder, why, *, at=LATER):
    load(store, rechecked(folder / "r", f"r{at:%d%H}", at=at, gone={"1": why}))


def texts(store):
    return [text for (text,) in ask(store, "SELECT text FROM mention")]


def test_an_unheard_of_reason_is_for_good(store, tmp_path):
    hide(store, tmp_path, "vanished")
    load(store, collected(tmp_path / "f", "b", [post(at=SHOWN)], at=SHOWN))
    assert texts(store) == []


@each_hiding
def test_what_is_hidden_leaves_every_table(store, tmp_path, why):
    hide(store, tmp_path, why)
    store.close()
    assert found(tmp_path / "w.duckdb", WORDS, "xvp", mention_id("x", "1")) == []


@each_hiding
def test_what_is_hidden_comes_back_when_its_platform_shows_it_later(store, tmp_path, why):
    hide(store, tmp_path, why)
    load(store, collected(tmp_path / "f", "b", [post("Acme again", at=SHOWN)], at=SHOWN))
    assert texts(store) == ["Acme again"]
    assert ask(store, "SELECT sum(mentions) FROM hourly_volume") == [(1,)]
    assert ask(store, "SELECT versions FROM mention") == [(1,)]


@each_way
def test_what_its_author_deleted_never_comes_back(store, tmp_path, how):
    hide(store, tmp_path, "deleted")
    load(store, collected(tmp_path / "f", "b", [post(at=SHOWN)], at=SHOWN, **how))
    assert texts(store) == []


@each_way
def test_what_was_collected_before_it_was_hidden_stays_away(store, tmp_path, how):
    hide(store, tmp_path, "protected")
    before = LATER - HOUR
    load(store, collected(tmp_path / "f", "b", [post(at=before)], at=before, **how))
    assert texts(store) == []


def test_an_import_does_not_show_that_a_platform_shows_it(store, tmp_path):
    hide(store, tmp_path, "protected")
    load(store, collected(tmp_path / "f", "b", [post(at=SHOWN)], at=SHOWN, kind="import"))
    assert texts(store) == []


def test_a_recheck_brings_nothing_back(store, tmp_path):
    hide(store, tmp_path, "protected")
    load(store, rechecked(tmp_path / "f", "b", [post(at=SHOWN)], at=SHOWN))
    assert texts(store) == []


def test_what_came_back_may_be_hidden_again_and_deleted_for_good(store, tmp_path):
    hide(store, tmp_path, "protected")
    load(store, collected(tmp_path / "f", "b", [post(at=SHOWN)], at=SHOWN))
    hide(store, tmp_path, "protected", at=SHOWN + HOUR)
    assert texts(store) == []
    back = SHOWN + 2 * HOUR
    load(store, collected(tmp_path / "f", "c", [post(at=back)], at=back))
    assert texts(store) == [WORDS]
    hide(store, tmp_path, "deleted", at=SHOWN + 3 * HOUR)
    hide(store, tmp_path, "protected", at=SHOWN + 4 * HOUR)
    last = SHOWN + 5 * HOUR
    load(store, collected(tmp_path / "f", "d", [post(at=last)], at=last))
    assert texts(store) == []
    assert ask(store, "SELECT reason, hidden_at FROM tombstone") == [("deleted", None)]


def test_what_people_had_forgotten_never_comes_back(store, tmp_path):
    bury(store, [mention_id("x", "1")], reason="protected", now=LATER)
    load(store, collected(tmp_path / "f", "b", [post(at=SHOWN)], at=SHOWN))
    assert texts(store) == []


def test_a_post_that_was_shown_after_it_was_hidden_stays(store, tmp_path):
    load(store, collected(tmp_path / "f", "b", [post(at=SHOWN)], at=SHOWN))
    hide(store, tmp_path, "protected")
    assert texts(store) == [WORDS]


RECORDS = {
    "reddit": ({"removed_by_category": "moderator"}, {"removed_by_category": None}),
    "x": ({"withheld": {"country_codes": ["DE"]}}, {}),
    "bluesky": (
        {
            "labels": [
                {
                    "src": "did:plc:ar7c4by46qjdydhdevvrndac",
                    "uri": "at://did:plc:jan/app.bsky.feed.post/1",
                    "val": "!hide",
                    "cts": "2026-11-16T00:00:00Z",
                }
            ]
        },
        {"labels": []},
    ),
}


@pytest.mark.parametrize("platform", RECORDS)
def test_a_record_that_says_the_post_is_hidden_does_not_show_it(store, tmp_path, platform):
    hidden, shown = map(json.dumps, RECORDS[platform])
    gone = rechecked(
        tmp_path / "r", "r", at=LATER, gone={"9": "removed"}, platform=platform, source="other"
    )
    load(store, gone)
    for raw, count in ((hidden, 0), (shown, 1)):
        one = mention(9, "Acme back", at=SHOWN, platform=platform, raw=raw)
        file = collected(
            tmp_path / "f", f"b{count}", [one], at=SHOWN, platform=platform, source="other"
        )
        load(store, file)
        query = "SELECT count(*) FROM mention WHERE native_id = '9'"
        assert ask(store, query) == [(count,)]


def test_order_of_hiding_and_deleting_changes_nothing(tmp_path):
    def built(number, order):
        folder = tmp_path / str(number)
        files = [
            rechecked(folder, "r1", at=LATER, gone={"1": "protected", "2": "missing"}),
            rechecked(folder, "r2", at=SHOWN, gone={"1": "deleted", "2": "removed"}),
            collected(folder, "c", [post(at=LATER - HOUR), mention(2)], at=LATER - HOUR),
            rechecked(folder, "r3", at=SHOWN + HOUR, gone={"1": "suspended"}),
        ]
        with warehouse(tmp_path / f"{number}.duckdb") as connection:
            for place in order:
                load(connection, files[place])
            return contents(connection)["tombstone"], texts(connection)

    first, *others = [
        built(n, order) for n, order in enumerate(permutations(range(4), 4)) if n % 5 == 0
    ]
    assert len(first[0]) == 2
    assert first[1] == []
    for other in others:
        assert other == first
