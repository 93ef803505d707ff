"""What is published: versioned, read-only, whole, and without what analysts may not see."""

import os
import time
from datetime import timedelta

import duckdb
import pytest

from tests.warehouse.building import (
    HOUR,
    T0,
    Judgement,
    enriched_file,
    header,
    mention,
    publish,
    simple_file,
    warehouse,
    watchlist,
)
from warehouse.connection import open_snapshot
from warehouse.errors import SnapshotMissingError
from warehouse.load import load_files
from warehouse.privacy import apply_watchlist
from warehouse.publish import is_publish_due


@pytest.fixture
def filled(tmp_path):
    with warehouse(tmp_path / "w.duckdb") as connection:
        apply_watchlist(connection, watchlist(), now=T0)
        load_files(connection, [simple_file(tmp_path / "e", "a", [mention(1)])], now=T0)
        yield connection


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Give a folder with a snapshot of one mention, for tests that only read it."""
    home = tmp_path_factory.mktemp("published")
    with warehouse(home / "w.duckdb") as connection:
        apply_watchlist(connection, watchlist(), now=T0)
        load_files(connection, [simple_file(home / "e", "a", [mention(1)])], now=T0)
        publish(connection, home, watchlist())
    (home / "secret.csv").write_text("a\n1\n")
    return home


def rows(path, query):
    connection = open_snapshot(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_each_snapshot_has_a_name_of_its_own_and_the_stable_one_follows(filled, tmp_path):
    stable = tmp_path / "snapshot.duckdb"
    first = publish(filled, tmp_path, watchlist())
    assert stable.resolve() == first
    second = publish(filled, tmp_path, watchlist())
    assert first != second
    assert stable.resolve() == second
    assert not stable.readlink().is_absolute()
    assert rows(stable, "SELECT snapshot_id FROM snapshot_info") == [(second.stem,)]


def test_a_moved_data_directory_still_has_its_snapshot(filled, tmp_path):
    publish(filled, tmp_path / "home", watchlist())
    (tmp_path / "home").rename(tmp_path / "moved")
    assert rows(tmp_path / "moved" / "snapshot.duckdb", "SELECT count(*) FROM mention") == [(1,)]


@pytest.mark.parametrize(("keep", "left"), [(3, 3), (1, 2)])
def test_old_versions_go_and_at_least_two_stay(filled, tmp_path, keep, left):
    made = [publish(filled, tmp_path, watchlist(), keep=keep) for _ in range(4)]
    assert sorted((tmp_path / "snapshots").iterdir()) == made[-left:]


def test_versions_go_by_their_number_and_other_files_stay(filled, tmp_path):
    folder = tmp_path / "snapshots"
    folder.mkdir()
    for name in (
        "luisterpost-999999.duckdb",
        "luisterpost-1000000.duckdb",
        "luisterpost-own.duckdb",
    ):
        (folder / name).touch()
    path = publish(filled, tmp_path, watchlist(), keep=2)
    assert {p.name for p in folder.iterdir()} == {
        "luisterpost-1000000.duckdb",
        "luisterpost-1000001.duckdb",
        "luisterpost-own.duckdb",
    }
    assert path.name == "luisterpost-1000001.duckdb"


def test_what_a_killed_publish_left_behind_is_swept_up(filled, tmp_path):
    folder = tmp_path / "snapshots"
    folder.mkdir()
    (folder / ".luisterpost-000001.duckdb.part").write_bytes(b"half")
    (folder / ".luisterpost-000001.duckdb.part.wal").write_bytes(b"half")
    (folder / ".luisterpost-000001.duckdb.part.tmp").mkdir()
    (folder / ".luisterpost-000001.duckdb.part.tmp" / "duckdb_temp_0").write_bytes(b"texts")
    path = publish(filled, tmp_path, watchlist())
    assert list(folder.iterdir()) == [path]


def test_the_file_is_read_only_and_of_a_version_that_bi_tools_read(published):
    path = published / "snapshot.duckdb"
    assert path.stat().st_mode & 0o777 == 0o444
    ((tags,),) = rows(path, "SELECT tags FROM duckdb_databases() WHERE database_name = 'snapshot'")
    assert tags["storage_version"].startswith("v1.5.0")


def test_every_table_view_and_column_is_described(filled, tmp_path):
    path = publish(filled, tmp_path, watchlist())
    undescribed = (
        "SELECT table_name, NULL FROM duckdb_tables() WHERE NOT internal AND comment IS NULL "
        "UNION ALL SELECT view_name, NULL FROM duckdb_views() WHERE NOT internal AND comment IS NULL "
        "UNION ALL SELECT table_name, column_name FROM duckdb_columns() "
        "WHERE NOT internal AND comment IS NULL"
    )
    filled.execute("CREATE OR REPLACE TEMP TABLE control AS SELECT 1 AS a")
    assert ("control", "a") in filled.execute(undescribed).fetchall()
    for (name,) in filled.execute(
        "SELECT table_name FROM duckdb_tables() WHERE temporary"
    ).fetchall():
        filled.execute(f"DROP TABLE {name}")
    assert filled.execute(undescribed).fetchall() == []
    assert rows(path, undescribed) == []


def test_without_a_snapshot_one_is_told_what_to_do(tmp_path):
    with pytest.raises(SnapshotMissingError, match="luisterpost run"):
        open_snapshot(tmp_path / "snapshot.duckdb")


@pytest.mark.parametrize(
    "query",
    [
        "COPY mention TO '{home}/out.csv'",
        "EXPORT DATABASE '{home}/out'",
        "SELECT * FROM read_csv('{home}/secret.csv')",
        "SELECT * FROM read_text('{home}/secret.csv')",
        "FROM '{home}/secret.csv'",
        "SELECT * FROM glob('{home}/*')",
        "ATTACH '{home}/other.duckdb'",
        "SET memory_limit = '9GB'",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET max_execution_time = 0",
        "RESET max_execution_time",
        "INSTALL httpfs",
        "LOAD httpfs",
        "DELETE FROM mention",
        "UPDATE mention SET text = ''",
        "INSERT INTO story SELECT * FROM story",
        "DROP TABLE mention",
        "CREATE TABLE own AS SELECT 1",
        "ALTER TABLE mention ADD COLUMN a INTEGER",
    ],
)
def test_a_reader_can_do_no_harm(published, query):
    connection = open_snapshot(published / "snapshot.duckdb")
    before = sorted(published.rglob("*"))
    with pytest.raises(duckdb.Error):
        connection.execute(query.format(home=published)).fetchall()
    assert connection.execute("SELECT count(*) FROM mention").fetchall() == [(1,)]
    connection.close()
    assert sorted(published.rglob("*")) == before


def test_what_a_reader_is_refused_would_work_elsewhere(published):
    """Without this, a misspelt query would count as refused."""
    connection = duckdb.connect(published / "snapshot.duckdb", read_only=True)
    query = "SELECT * FROM read_csv(?)"
    assert connection.execute(query, [f"{published}/secret.csv"]).fetchall() == [(1,)]
    connection.close()


def test_a_long_query_is_interrupted(published):
    connection = open_snapshot(published / "snapshot.duckdb", time_limit_s=0.2)
    begun = time.monotonic()
    with pytest.raises(duckdb.InterruptException):
        connection.execute("SELECT sum(a * b) FROM range(1000000) a(a), range(1000000) b(b)")
    assert time.monotonic() - begun < 10
    assert connection.execute("SELECT count(*) FROM mention").fetchall() == [(1,)]
    connection.close()


def test_one_process_may_open_it_several_times_with_limits_of_their_own(published):
    opened = [
        open_snapshot(published / "snapshot.duckdb", time_limit_s=seconds, memory_limit=memory)
        for seconds, memory in ((1, "1GB"), (60, "2GB"), (1, "1GB"))
    ]
    for connection in opened:
        assert connection.execute("SELECT current_setting('TimeZone')").fetchall() == [("UTC",)]
        assert connection.execute("SELECT count(*) FROM mention_subject").fetchall() == [(1,)]
        connection.close()


def test_who_holds_a_snapshot_keeps_its_data_while_others_see_the_new(filled, tmp_path):
    stable = tmp_path / "snapshot.duckdb"
    publish(filled, tmp_path, watchlist())
    held = open_snapshot(stable)
    more = simple_file(tmp_path / "e", "b", [mention(n) for n in range(2, 9)])
    load_files(filled, [more], now=T0)
    for _ in range(4):
        publish(filled, tmp_path, watchlist())
    assert held.execute("SELECT count(*), max(text) FROM mention").fetchall() == [(1, "Acme")]
    assert rows(stable, "SELECT count(*) FROM mention") == [(8,)]
    held.close()


def test_a_snapshot_that_vanished_while_being_opened_is_looked_up_again(
    filled, tmp_path, monkeypatch
):
    from warehouse import connection as module

    stable = tmp_path / "snapshot.duckdb"
    publish(filled, tmp_path, watchlist(), keep=2)
    connect = module._connect_locked_down
    tried = []

    def outrun(path, *limits):
        tried.append(path)
        if len(tried) == 1:
            for _ in range(3):
                publish(filled, tmp_path, watchlist(), keep=2)
            assert not path.exists()
        return connect(path, *limits)

    monkeypatch.setattr(module, "_connect_locked_down", outrun)
    assert rows(stable, "SELECT count(*) FROM mention") == [(1,)]
    assert len(tried) == 2


def test_a_broken_snapshot_is_an_error_and_no_endless_wait(tmp_path):
    (tmp_path / "snapshot.duckdb").write_bytes(b"no database" * 1000)
    begun = time.monotonic()
    with pytest.raises(duckdb.Error):
        open_snapshot(tmp_path / "snapshot.duckdb")
    assert time.monotonic() - begun < 2


def test_what_was_edited_away_is_not_published(tmp_path):
    later = T0 + HOUR
    edited = enriched_file(
        tmp_path / "e",
        header("b", at=later),
        [(mention(1, "nothing", at=later), Judgement(subjects=()))],
    )
    with warehouse(tmp_path / "w.duckdb") as connection:
        apply_watchlist(connection, watchlist(), now=T0)
        first = simple_file(tmp_path / "e", "a", [mention(1), mention(2)])
        load_files(connection, [first, edited], now=T0)
        path = publish(connection, tmp_path, watchlist())
    tables = ("mention", "mention_version", "subject_match", "sighting", "entity")
    for table in tables:
        assert rows(path, f"SELECT count(DISTINCT mention_id) FROM {table}") == [(1,)]  # noqa: S608
    assert rows(path, "SELECT mentions_all FROM snapshot_info") == [(2,)]


def test_a_story_counts_the_mentions_that_are_in_the_snapshot(tmp_path):
    judged = [
        (mention(1), Judgement(subjects=(), story="s")),
        (mention(2, at=T0 + HOUR, author_id="1"), Judgement(story="s")),
        (mention(3, at=T0 + 2 * HOUR, author_id="1"), Judgement(story="s")),
    ]
    with warehouse(tmp_path / "w.duckdb") as connection:
        apply_watchlist(connection, watchlist(), now=T0)
        load_files(connection, [enriched_file(tmp_path / "e", header("a"), judged)], now=T0)
        path = publish(connection, tmp_path, watchlist())
    query = (
        "SELECT mentions, authors, native_id, first_at, last_at FROM story "
        "JOIN mention ON mention_id = first_mention_id"
    )
    assert rows(path, query) == [(2, 1, "2", T0 + HOUR, T0 + 2 * HOUR)]


def test_the_snapshot_says_what_it_is(filled, tmp_path):
    path = publish(filled, tmp_path, watchlist(), now=T0 + HOUR)
    ((made_at, version, zone, took),) = rows(
        path, "SELECT made_at, watchlist_version, time_zone, took_s FROM snapshot_info"
    )
    assert (made_at, version, zone) == (T0 + HOUR, watchlist().version, "Europe/Brussels")
    assert 0 < took < 60


def test_a_failed_publish_leaves_the_old_snapshot_and_a_usable_warehouse(
    filled, tmp_path, monkeypatch
):
    path = publish(filled, tmp_path, watchlist())
    with pytest.raises(duckdb.Error):
        publish(filled, tmp_path, watchlist(), time_zone="Nowhere/Atall")
    assert (tmp_path / "snapshot.duckdb").resolve() == path
    assert publish(filled, tmp_path, watchlist()).exists()
    monkeypatch.setattr(os, "fsync", lambda _descriptor: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        publish(filled, tmp_path, watchlist())
    assert rows(tmp_path / "snapshot.duckdb", "SELECT count(*) FROM mention") == [(1,)]


@pytest.mark.parametrize(
    ("since_s", "took_s", "is_due"),
    [(0, 1, False), (19, 1, False), (20, 1, True), (20, 3, False), (30, 3, True)],
)
def test_publishing_takes_at_most_a_tenth_of_the_time(since_s, took_s, is_due):
    since, took = timedelta(seconds=since_s), timedelta(seconds=took_s)
    assert is_publish_due(T0, took, T0 + since) is is_due
    assert is_publish_due(None, took, T0)
