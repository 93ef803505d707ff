"""A warehouse from before there were near copies keeps its stories."""

import duckdb
import pytest

from collectors.mention import mention_id
from enrichment.stories.signatures import signatures
from tests.warehouse.building import HOUR, T0, brand, mention, simple_file, watchlist
from warehouse import migrate as module
from warehouse.load import load_files
from warehouse.migrate import migrate
from warehouse.privacy import apply_watchlist

PRESS = "Brouwerij Acme roept twaalfduizend flesjes terug na een glasbreuk in de bottellijn"
_KEPT = {
    "platform": "x",
    "kind": "post",
    "text": PRESS,
    "language": "nl",
    "time_source": "created",
    "is_repost": False,
    "is_quote": False,
    "is_own": False,
    "raw": "{}",
}


@pytest.fixture
def old(monkeypatch):
    """Make a warehouse as it was before, with two copies of one text in it, half a year apart."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    real = module._sql_files

    def before(folder):
        return [
            (name, sql) for name, sql in real(folder) if folder == "migrations" and name < "0010"
        ]

    with monkeypatch.context() as patch:
        patch.setattr(module, "_sql_files", before)
        migrate(connection)
    story = signatures({"mention_id": "", "title": None, "text": PRESS})["story_id"]
    for number in (1, 2):
        at = T0 - number * 90 * 24 * HOUR
        times = ("created_at", "first_collected_at", "last_collected_at", "loaded_at")
        row = _KEPT | dict.fromkeys(times, at)
        row |= {"mention_id": mention_id("x", str(number)), "native_id": str(number)}
        row |= {"story_id": story, "version_id": "v"}
        _insert(connection, "mention", row | {"occurred_at": at, "versions": 1})
        _insert(connection, "mention_version", row | {"enriched_at": at, "watchlist_version": "w1"})
    yield connection, story
    connection.close()


def _insert(connection, table: str, row: dict[str, object]) -> None:
    names = ", ".join(row)
    places = ", ".join(f"${name}" for name in row)
    connection.execute(
        f"INSERT INTO {table} ({names}, metrics) VALUES ({places}, MAP {{}})",  # noqa: S608 - own names
        row,
    )


def test_mentions_of_before_keep_their_story(old):
    connection, story = old
    migrate(connection)
    assert connection.execute("SELECT DISTINCT story_id FROM mention").fetchall() == [(story,)]
    texts = "SELECT story_id, shingles, signature FROM story_text"
    assert connection.execute(texts).fetchall() == [(story, None, None)] * 2


def test_what_comes_after_joins_a_story_of_before_by_its_exact_text_within_three_weeks(
    old, tmp_path
):
    connection, story = old
    migrate(connection)
    apply_watchlist(connection, watchlist(brand()), now=T0)
    came = [
        mention(3, f"{PRESS}!", at=T0 - 89 * 24 * HOUR),
        mention(4, PRESS, at=T0),
        mention(5, f"Gelezen: {PRESS}", at=T0),
    ]
    load_files(connection, [simple_file(tmp_path, "j", came)], now=T0)
    found = dict(connection.execute("SELECT native_id, story_id FROM mention").fetchall())
    assert found["1"] == found["3"] == story
    assert found["4"] == found["5"] != story
