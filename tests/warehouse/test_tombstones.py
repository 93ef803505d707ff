import logging
import shutil
import time
from pathlib import Path

import duckdb
import pytest

from collectors.mention import mention_id
from tests.warehouse.building import (
    HOUR,
    T0,
    Judgement,
    contents,
    enriched_file,
    header,
    mention,
    simple_file,
    warehouse,
    watchlist,
)
from warehouse.connection import rewrite
from warehouse.errors import TombstoneKeyError
from warehouse.load import load_files
from warehouse.privacy import apply_watchlist, drop_unmatched
from warehouse.tombstones import bury

GONE = mention_id("x", "1")
SECRET = "Zeldzaamwoord quibblefrost"  # noqa: S105 - a word to search for
AUTHOR = "Xanthippe Vanderplanted"


@pytest.fixture
def home(tmp_path):
    """Give a folder with a warehouse of two mentions, of which one was edited."""
    planted = {"author_name": AUTHOR, "author_handle": "xvp", "raw": f'{{"text": "{SECRET}"}}'}
    later = T0 + HOUR
    with warehouse(tmp_path / "w.duckdb") as connection:
        apply_watchlist(connection, watchlist(), now=T0)
        first = [mention(1, SECRET, **planted), mention(2, "Acme")]
        edited = [mention(1, f"{SECRET} edited", at=later, created_at=T0, **planted)]
        files = [
            simple_file(tmp_path / "e", "a", first),
            simple_file(tmp_path / "e", "b", edited, at=later),
        ]
        load_files(connection, files, now=T0)
    return tmp_path


def found(path: Path, *needles: str) -> list[tuple[str, str]]:
    """Search every text column of every table with DuckDB itself."""
    connection = duckdb.connect(path, read_only=True)
    try:
        return [
            (table, column)
            for table, column in connection.execute(
                "SELECT table_name, column_name FROM duckdb_columns() JOIN duckdb_tables() "
                "USING (database_name, schema_name, table_name) WHERE NOT duckdb_tables.internal"
            ).fetchall()
            for needle in needles
            if connection.execute(
                f'SELECT 1 FROM "{table}" WHERE contains("{column}"::VARCHAR, ?) LIMIT 1',  # noqa: S608 - names from the catalogue
                [needle],
            ).fetchall()
        ]
    finally:
        connection.close()


def test_a_buried_mention_leaves_every_table_and_the_roll_ups_follow(home):
    assert {table for table, _ in found(home / "w.duckdb", GONE, SECRET, AUTHOR)} == {
        "mention",
        "mention_version",
        "subject_match",
        "entity",
        "sighting",
        "story",
        "story_text",
    }
    with warehouse(home / "w.duckdb") as connection:
        assert bury(connection, [GONE, mention_id("x", "unknown")], reason="asked", now=T0) == 1
        assert connection.execute("SELECT sum(mentions) FROM hourly_volume").fetchone() == (1,)
        assert connection.execute("SELECT sum(mentions), count(*) FROM story").fetchone() == (1, 1)
        assert connection.execute("SELECT count(*) FROM tombstone").fetchone() == (2,)
        assert bury(connection, [GONE], reason="again", now=T0) == 0
        assert connection.execute("SELECT count(*) FROM tombstone").fetchone() == (2,)
    assert found(home / "w.duckdb", GONE, SECRET, AUTHOR, "xvp") == []


@pytest.mark.parametrize("job", ["a", "b", "new"])
def test_a_buried_mention_stays_away_whatever_file_brings_it(home, job):
    with warehouse(home / "w.duckdb") as connection:
        bury(connection, [GONE], reason="asked", now=T0)
        before = contents(connection)
        apply_watchlist(connection, watchlist(), now=T0)
        again = [mention(1, SECRET, raw=f'"{job}"'), mention(2, "Acme", raw="5")]
        (outcome,) = load_files(connection, [simple_file(home / "f", job, again)], now=T0)
        assert outcome.state == "loaded"
        after = contents(connection)
    assert found(home / "w.duckdb", GONE, SECRET) == []
    unchanged = {"hourly_volume", "story", "subject_match", "entity", "sighting"}
    assert {t: after[t] for t in unchanged} == {t: before[t] for t in unchanged}


def test_a_buried_mention_stays_away_from_a_file_that_holds_nothing_else(home):
    with warehouse(home / "w.duckdb") as connection:
        bury(connection, [GONE], reason="asked", now=T0)
        apply_watchlist(connection, watchlist(), now=T0)
        load_files(connection, [simple_file(home / "f", "n", [mention(1, SECRET)])], now=T0)
        assert connection.execute("SELECT count(*) FROM mention").fetchone() == (1,)


def test_rewriting_takes_the_bytes_away(home):
    """
    Look at bytes, uncompressed so that a search of bytes means something.

    A DELETE leaves them in the file: that they are found before the rewrite
    proves that the search finds them.
    """
    path = home / "plain.duckdb"
    connection = duckdb.connect()
    connection.execute(f"ATTACH '{home / 'w.duckdb'}' AS old (READ_ONLY)")
    connection.execute(f"ATTACH '{path}' AS plain")
    connection.execute("SET force_compression = 'uncompressed'")
    connection.execute("COPY FROM DATABASE old TO plain")
    connection.close()
    assert SECRET.encode() in path.read_bytes()
    with warehouse(path) as connection:
        connection.execute("SET force_compression = 'uncompressed'")
        bury(connection, [GONE], reason="asked", now=T0)
        connection.execute("CHECKPOINT")
    assert SECRET.encode() in path.read_bytes()
    rewrite(path, tell=print)
    # The rewritten file may be compressed: read it as it is, and copied plainly.
    assert found(path, SECRET, AUTHOR, GONE) == []
    connection = duckdb.connect()
    connection.execute("SET force_compression = 'uncompressed'")
    connection.execute(f"ATTACH '{path}' AS old (READ_ONLY)")
    connection.execute(f"ATTACH '{home / 'read.duckdb'}' AS plain")
    connection.execute("COPY FROM DATABASE old TO plain")
    connection.close()
    for file in (path, home / "read.duckdb"):
        assert SECRET.encode() not in file.read_bytes()
        assert AUTHOR.encode() not in file.read_bytes()
    assert b"Acme" in (home / "read.duckdb").read_bytes()


def test_rewriting_keeps_everything_else(home):
    def described(connection):
        return (
            contents(connection),
            connection.execute(
                "SELECT table_name, comment FROM duckdb_tables() ORDER BY ALL"
            ).fetchall(),
            connection.execute(
                "SELECT table_name, column_name, comment, is_nullable FROM duckdb_columns() "
                "WHERE NOT internal ORDER BY ALL"
            ).fetchall(),
            connection.execute(
                "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal ORDER BY ALL"
            ).fetchall(),
        )

    with warehouse(home / "w.duckdb") as connection:
        before = described(connection)
    rewrite(home / "w.duckdb", tell=print)
    assert sorted(path.name for path in home.glob("*w.duckdb*")) == ["w.duckdb"]
    with warehouse(home / "w.duckdb") as connection:
        assert described(connection) == before
        assert load_files(connection, [], now=T0) == []


def test_what_a_killed_rewrite_left_behind_does_no_harm(home):
    (home / ".w.duckdb.rewrite").write_bytes(b"half a file")
    (home / ".w.duckdb.rewrite.wal").write_bytes(b"half a log")
    rewrite(home / "w.duckdb", tell=print)
    with warehouse(home / "w.duckdb") as connection:
        assert connection.execute("SELECT count(*) FROM mention").fetchone() == (2,)
    assert not list(home.glob(".w.duckdb*"))


def test_the_key_lies_outside_the_data_and_only_its_owner_reads_it(home, configuration_home):
    with warehouse(home / "w.duckdb") as connection:
        bury(connection, [GONE], reason="asked", now=T0)
    key = configuration_home / "luisterpost" / "tombstone.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert list(key.parent.iterdir()) == [key]
    assert found(home / "w.duckdb", key.read_text()) == []
    for path in home.rglob("*"):
        if path.is_file():
            assert key.read_bytes() not in path.read_bytes()


def test_the_key_is_never_logged_or_named_in_an_error(
    home, configuration_home, caplog, monkeypatch
):
    caplog.set_level(logging.DEBUG)
    with warehouse(home / "w.duckdb") as connection:
        bury(connection, [GONE], reason="asked", now=T0)
        key = (configuration_home / "luisterpost" / "tombstone.key").read_text()
        for wrong in (key[::-1], key[:-2], key + "x"):
            monkeypatch.setenv("LUISTERPOST_TOMBSTONE_KEY", wrong)
            with pytest.raises(TombstoneKeyError) as caught:
                bury(connection, ["b"], reason="asked", now=T0)
            assert wrong[:8] not in str(caught.value)
            assert caught.value.__cause__ is None
    assert key[:8] not in caplog.text


def test_a_lost_key_stops_loads_and_deletions_with_a_clear_error(home, configuration_home):
    with warehouse(home / "w.duckdb") as connection:
        bury(connection, [GONE], reason="asked", now=T0)
        before = contents(connection)
        shutil.rmtree(configuration_home / "luisterpost")
        apply_watchlist(connection, watchlist(), now=T0)
        path = simple_file(home / "f", "n", [mention(1, SECRET), mention(3)])
        with pytest.raises(TombstoneKeyError, match=r"restore .*tombstone\.key"):
            load_files(connection, [path], now=T0)
        with pytest.raises(TombstoneKeyError, match=r"restore .*tombstone\.key"):
            bury(connection, [mention_id("x", "2")], reason="asked", now=T0)
        assert contents(connection) == before | {"subject": contents(connection)["subject"]}


def test_another_key_is_noticed(home, monkeypatch):
    with warehouse(home / "w.duckdb") as connection:
        bury(connection, [GONE], reason="asked", now=T0)
        apply_watchlist(connection, watchlist(), now=T0)
        monkeypatch.setenv("LUISTERPOST_TOMBSTONE_KEY", "ab" * 32)
        with pytest.raises(TombstoneKeyError, match="made with another key"):
            load_files(connection, [simple_file(home / "f", "n", [mention(1)])], now=T0)


def test_the_key_may_come_from_the_environment(home, monkeypatch, configuration_home):
    monkeypatch.setenv("LUISTERPOST_TOMBSTONE_KEY", "ab" * 32)
    with warehouse(home / "w.duckdb") as connection:
        bury(connection, [GONE], reason="asked", now=T0)
    assert not list(configuration_home.iterdir())


def test_without_tombstones_no_key_is_needed(home, configuration_home):
    with warehouse(home / "w.duckdb") as connection:
        apply_watchlist(connection, watchlist(), now=T0)
        load_files(connection, [simple_file(home / "f", "n", [mention(3)])], now=T0)
    assert not list(configuration_home.iterdir())


def test_mentions_that_concern_nobody_go_after_their_time(tmp_path):
    nobody = Judgement(subjects=(), story="same")
    with warehouse(tmp_path / "w.duckdb") as connection:
        apply_watchlist(connection, watchlist(), now=T0)
        rows = [(mention(1), nobody), (mention(2), Judgement(story="same"))]
        late = [(mention(3, at=T0 + 9 * HOUR), nobody)]
        files = [
            enriched_file(tmp_path / "e", header("a"), rows),
            enriched_file(tmp_path / "e", header("b", at=T0 + 9 * HOUR), late),
        ]
        load_files(connection, files, now=T0)
        keep = 24 * HOUR
        assert drop_unmatched(connection, now=T0 + keep, keep=keep) == 0
        assert drop_unmatched(connection, now=T0 + keep + HOUR, keep=keep) == 1
        left = connection.execute("SELECT native_id FROM mention ORDER BY 1").fetchall()
        assert left == [("2",), ("3",)]
        assert connection.execute("SELECT mentions FROM story").fetchall() == [(2,)]


def test_unmatched_mentions_that_left_may_come_again(tmp_path):
    row = [(mention(1), Judgement(subjects=()))]
    with warehouse(tmp_path / "w.duckdb") as connection:
        apply_watchlist(connection, watchlist(), now=T0)
        load_files(connection, [enriched_file(tmp_path / "e", header("a"), row)], now=T0)
        drop_unmatched(connection, now=T0 + 2 * HOUR, keep=HOUR)
        matched = [mention(1, at=T0 + 3 * HOUR)]
        load_files(connection, [simple_file(tmp_path / "e", "b", matched)], now=T0)
        assert connection.execute("SELECT native_id, versions FROM mention").fetchall() == [
            ("1", 1)
        ]


def test_burying_many_is_quick(home):
    begun = time.monotonic()
    with warehouse(home / "w.duckdb") as connection:
        assert bury(connection, (f"{n:032x}" for n in range(50_000)), reason="r", now=T0) == 0
    assert time.monotonic() - begun < 20
