"""What do we not know about a time: the macro `unknown`, over a warehouse and over a snapshot."""

from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from tests.warehouse.building import publish, watchlist
from warehouse.connection import open_snapshot
from warehouse.migrate import migrate

T = datetime(2026, 11, 16, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hour: float) -> datetime:
    return T + hour * HOUR


@pytest.fixture
def world():
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    migrate(connection)
    yield connection
    connection.close()


def stream(world, source: str, key: str) -> None:
    world.execute(
        "INSERT INTO stream (source, stream, reach, asks) VALUES (?, ?, 'window', '{}')",
        [source, key],
    )


def covered(world, source: str, key: str, since: float, until: float, reason="answered") -> None:
    world.execute(
        "INSERT INTO coverage VALUES (?, ?, ?, ?, ?, ?)",
        [source, key, at(since), at(until), reason, T],
    )


def failed(world, source: str, key: str, since: float, until: float, outcome: str) -> None:
    world.execute(
        "INSERT INTO attempt BY NAME SELECT 'j' AS job_id, 'collect' AS kind, $source AS source, "
        "'x' AS platform, $stream AS stream, $since AS since, $until AS until, "
        "$until AS collected_at, $outcome AS outcome, '401' AS message, 1 AS requests, "
        "0 AS items_seen, 0 AS unreadable, $until AS loaded_at",
        {
            "source": source,
            "stream": key,
            "since": at(since),
            "until": at(until),
            "outcome": outcome,
        },
    )


def unknown(world, since: float = 0, until: float = 24) -> list[tuple]:
    rows = world.execute(
        "SELECT source, stream, since, until, reason, message FROM unknown($a, $b)",
        {"a": at(since), "b": at(until)},
    ).fetchall()
    return [(s, t, (a - T) / HOUR, (b - T) / HOUR, why, said) for s, t, a, b, why, said in rows]


def test_a_stream_that_was_never_asked_is_unknown_throughout(world):
    stream(world, "x", "new")
    assert unknown(world) == [("x", "new", 0, 24, "not_run", None)]


def test_what_is_not_covered_is_told_with_its_reason(world):
    stream(world, "x", "s")
    covered(world, "x", "s", -5, 6)
    failed(world, "x", "s", 6, 9, "auth_failed")
    covered(world, "x", "s", 9, 12)
    covered(world, "x", "s", 12, 15, "budget")
    covered(world, "x", "s", 15, 20)
    assert unknown(world) == [
        ("x", "s", 6, 9, "auth_failed", "401"),
        ("x", "s", 12, 15, "not_run", "budget"),
        ("x", "s", 20, 24, "not_run", None),
    ]


def test_a_covered_time_leaves_nothing_unknown(world):
    stream(world, "x", "s")
    covered(world, "x", "s", -1, 25)
    assert unknown(world) == []


def test_an_import_is_knowledge_of_every_stream_of_its_source(world):
    stream(world, "x", "never asked")
    covered(world, "x", "import", 0, 20, "imported")
    covered(world, "x", "import", 2, 5, "imported")
    assert unknown(world) == [("x", "never asked", 20, 24, "not_run", None)]


def test_a_source_that_is_off_is_unknown_with_the_reason_since_it_is_off(world):
    world.execute("INSERT INTO source VALUES ('x', 'x', 900, false, 'no credential', false)")
    covered(world, "x", "s", 0, 8)
    assert unknown(world) == [("x", "*", 8, 24, "not_run", "no credential")]


def test_a_stream_that_is_no_longer_configured_is_not_asked_after(world):
    covered(world, "x", "an old query", 0, 1)
    assert unknown(world) == []


def test_analysts_can_ask_it_of_a_snapshot(world, tmp_path):
    stream(world, "x", "s")
    publish(world, tmp_path, watchlist())
    connection = open_snapshot(tmp_path / "snapshot.duckdb")
    try:
        assert unknown(connection) == [("x", "s", 0, 24, "not_run", None)]
        rows = connection.execute("FROM unknown(now() - INTERVAL 7 DAY, now())").fetchall()
        assert len(rows) == 1
    finally:
        connection.close()
