"""The ledger of money: each item once a UTC day, whatever is loaded when, and nobody named in it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import duckdb
import pytest

from collectors.contract import Job
from collectors.sources import Source
from tests.warehouse.building import (
    HOUR,
    T0,
    brand,
    employee,
    enriched_file,
    header,
    mention,
    publish,
    simple_file,
    watchlist,
)
from warehouse.connection import open_snapshot
from warehouse.costs import StreamCost, charge_rows, let_items_go, price_of, read_spending
from warehouse.load import load_files
from warehouse.migrate import migrate
from warehouse.privacy import apply_watchlist
from warehouse.tombstones import bury

DAY = timedelta(days=1)
NOW = T0 + 4 * DAY
X = Source.model_validate({"name": "web", "platform": "x", "monthly_eur": 100, "max_pages": 10})


@pytest.fixture
def world():
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    migrate(connection)
    apply_watchlist(connection, watchlist(brand()), now=NOW)
    yield connection
    connection.close()


def paid(job_id: str, *items: str, at: datetime = T0, **keys):
    values = {"account": "x main", "item_eur": 0.5, "charged": items, **keys}
    return header(job_id, at=at, **values)


def load(world, folder, *heads, now: datetime = NOW) -> None:
    for number, head in enumerate(heads):
        place = folder / f"{now:%d%H%M}-{number}-{head.job_id}"
        place.mkdir()
        load_files(world, [enriched_file(place, head, [])], now=now)


def days(world) -> list[tuple]:
    return world.execute(
        "SELECT day, stream, items, eur FROM cost_day ORDER BY day, stream"
    ).fetchall()


def test_an_item_costs_once_a_utc_day_and_again_the_next(world, tmp_path):
    late = T0 - timedelta(seconds=1)
    load(
        world,
        tmp_path,
        paid("j1", "a", "b", at=late),
        paid("j2", "b", "c"),
        paid("j3", "c", at=T0 + 23 * HOUR),
        paid("j4", "c", at=T0 + 24 * HOUR),
    )
    stream = "search:1"
    assert days(world) == [
        (date(2026, 11, 15), stream, 2, Decimal("1.0")),
        (date(2026, 11, 16), stream, 2, Decimal("1.0")),
        (date(2026, 11, 17), stream, 1, Decimal("0.5")),
    ]


def test_what_two_streams_bring_counts_for_the_first_whichever_is_loaded_first(world, tmp_path):
    load(
        world,
        tmp_path,
        paid("late", "a", "b", at=T0 + HOUR, stream="s2"),
        paid("early", "a", stream="s1"),
    )
    assert [row[1:3] for row in days(world)] == [("s1", 1), ("s2", 1)]


def test_another_account_pays_for_itself(world, tmp_path):
    load(world, tmp_path, paid("j1", "a"), paid("j2", "a", account="x other"))
    ((items,),) = world.execute("SELECT sum(items) FROM cost_day").fetchall()
    assert items == 2


def test_what_is_deleted_has_still_been_paid_for(world, tmp_path):
    post = mention(1)
    bury(world, [post.mention_id], reason="asked", now=NOW)
    path = simple_file(tmp_path, "j", [post], account="x", item_eur=0.5, charged=("1",))
    load_files(world, [path], now=NOW)
    assert world.execute("SELECT count(*) FROM mention").fetchall() == [(0,)]
    assert [row[2] for row in days(world)] == [1]


def test_single_items_go_after_forty_days_and_what_the_day_cost_stays(world, tmp_path):
    load(world, tmp_path, paid("j1", "a", "b"))
    let_items_go(world, now=T0 + 40 * DAY)
    assert world.execute("SELECT count(*) FROM charged_item").fetchall() == [(2,)]
    let_items_go(world, now=T0 + 41 * DAY)
    assert world.execute("SELECT count(*) FROM charged_item").fetchall() == [(0,)]
    before = days(world)
    load(world, tmp_path, paid("late", "a"), now=T0 + 41 * DAY)
    assert days(world) == before != []


def test_a_snapshot_names_neither_account_nor_employee(world, tmp_path):
    people = watchlist(brand(), employee("jan", handles={"x": ["JanPeeters"]}))
    for handle in ("JanPeeters", "acme"):
        asks = f'{{"handle": "{handle}"}}'
        world.execute(
            "INSERT INTO stream (source, stream, reach, asks) VALUES ('web', $key, 'window', $asks)",
            {"key": f"timeline:{handle.lower()}", "asks": asks},
        )
    load(
        world,
        tmp_path,
        paid("j1", "a", stream="timeline:janpeeters"),
        paid("j2", "b", stream="timeline:acme"),
    )
    publish(world, tmp_path, people)
    snapshot = open_snapshot(tmp_path / "snapshot.duckdb")
    try:
        rows = snapshot.execute("FROM cost_day ORDER BY stream").fetchall()
        tables = {
            name
            for (name,) in snapshot.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        }
        months = snapshot.execute("FROM cost_month").fetchall()
    finally:
        snapshot.close()
    day = date(2026, 11, 16)
    half = Decimal("0.5")
    assert rows == [(day, "web", "*", 2, 2 * half)]
    assert "charged_item" not in tables
    assert months == [(date(2026, 11, 1), "web", 2, Decimal("1.0"))]


def test_an_item_is_remembered_by_a_hash_that_only_the_key_leads_to(world, tmp_path):
    load(world, tmp_path, paid("j1", "a"), paid("j2", "a", at=T0 + DAY))
    found = world.execute("SELECT item, is_keyed FROM charged_item ORDER BY day").fetchall()
    unkeyed = charge_rows([paid("j1", "a")]).column("item").to_pylist()
    assert [is_keyed for _, is_keyed in found] == [True, True]
    assert len({unkeyed[0], *(item for item, _ in found)}) == 3


def test_an_item_of_an_earlier_version_counts_once_and_is_hidden(world, tmp_path):
    ((item,),) = [charge_rows([paid("j1", "a")]).column("item").to_pylist()]
    world.execute(
        "INSERT INTO charged_item VALUES ($day, 'x main', $item, 'web', 'search:1', 0.5, $at, FALSE)",
        {"day": T0.date(), "item": item, "at": T0},
    )
    world.execute(
        "INSERT INTO cost_day VALUES ($day, 'x main', 'web', 'search:1', 1, 0.5)",
        {"day": T0.date()},
    )
    load(world, tmp_path, paid("again", "a", at=T0 + HOUR))
    assert [row[2] for row in days(world)] == [1]
    ((hidden, is_keyed),) = world.execute("SELECT item, is_keyed FROM charged_item").fetchall()
    assert is_keyed
    assert hidden != item
    assert world.execute("SELECT count(*) FROM pending_purge").fetchall() == [(1,)]


def test_a_deletion_hides_the_items_of_an_earlier_version_as_well(world):
    world.execute(
        "INSERT INTO charged_item VALUES ($day, 'x main', 7, 'web', 'search:1', 0.5, $at, FALSE)",
        {"day": T0.date(), "at": T0},
    )
    bury(world, [mention(1).mention_id], reason="asked", now=NOW)
    assert world.execute("FROM charged_item WHERE item = 7 OR NOT is_keyed").fetchall() == []


def spending(folder, waiting=(), jobs=(), now: datetime = NOW):
    return read_spending(folder / "snapshot.duckdb", waiting, jobs, [X], now=now)["web"]


def test_what_waits_to_be_loaded_is_spent_already_and_only_once(tmp_path):
    head = paid("j1", "a", "b", at=NOW)
    again = paid("j2", "b", "c", at=NOW)
    assert spending(tmp_path, [head, head, again]).month_eur == 1.5


def test_jobs_on_their_way_may_cost_all_that_they_may_read(tmp_path):
    job = Job(
        source="web",
        platform="x",
        stream="s",
        reach="window",
        params={},
        since=None,
        until=NOW,
        validators={},
        planned_at=NOW,
        max_pages=3,
        page_charged=200,
    )
    assert spending(tmp_path, jobs=[job]).reserved_eur == pytest.approx(3 * 200 * price_of(X))


def test_the_usual_is_the_mean_of_the_last_seven_whole_days(world, tmp_path):
    heads = [paid(f"j{n}", *"abc"[:n], at=T0 + n * DAY) for n in range(1, 4)]
    load(world, tmp_path, *heads)
    publish(world, tmp_path, watchlist(brand()))
    now = T0 + 3 * DAY + HOUR
    found = spending(tmp_path, now=now)
    # It began two days ago: the days before don't count as days on which it cost nothing.
    assert found.streams["search:1"] == StreamCost(day_eur=0.75, recent_eur=3.0, matched=0)
    assert found.month_eur == 3.0
    later = spending(tmp_path, now=T0 + 9 * DAY)
    assert later.streams["search:1"].day_eur == pytest.approx(2.5 / 7)


def test_a_new_month_has_cost_nothing_yet(world, tmp_path):
    load(world, tmp_path, paid("j1", "a"))
    publish(world, tmp_path, watchlist(brand()))
    assert spending(tmp_path, now=datetime(2026, 11, 30, 23, 59, tzinfo=UTC)).month_eur == 0.5
    assert spending(tmp_path, now=datetime(2026, 12, 1, tzinfo=UTC)).month_eur == 0
