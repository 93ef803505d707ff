"""What is published about employees: nothing but figures of groups of five."""

from datetime import timedelta

import pytest

from collectors.contract import Stream, Unreadable
from collectors.landing import Fault
from collectors.readiness import SourceState
from collectors.sources import Source
from tests.warehouse.building import (
    HOUR,
    T0,
    Judgement,
    brand,
    employee,
    enriched_file,
    header,
    mention,
    publish,
    simple_file,
    warehouse,
    watchlist,
)
from tests.warehouse.test_snapshot import rows
from warehouse import intake
from warehouse.connection import open_snapshot
from warehouse.load import load_files
from warehouse.privacy import apply_watchlist
from warehouse.tombstones import bury

STAFF = [employee(f"staff{n}", unit="plantedlargeunit") for n in range(5)]
FEW = [employee(f"few{n}", unit="plantedsmallunit") for n in range(4)]
NAMED = employee(
    "plantedid",
    name="Plantedname Vandeplanted",
    unit="plantedlargeunit",
    terms=["plantedterm"],
    handles={"x": ["plantedhandle"]},
    hashtags=["plantedtag"],
)


def everything(path) -> str:
    """Every value of every table, as text."""
    connection = open_snapshot(path)
    tables = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'snapshot'"
    ).fetchall()
    text = "\n".join(
        str(row) for (table,) in tables for row in connection.execute(f"FROM {table}").fetchall()
    )
    connection.close()
    return text


def test_nothing_of_an_employee_is_in_the_snapshot(tmp_path):
    subjects = watchlist(brand(), NAMED, *STAFF, *FEW)
    raw = '{"planted": "plantedraw"}'
    refused = Fault(reason="bad_request", message="query 'Acme OR PlantedTerm' is invalid")
    limited = Fault(reason="rate_limited", message="wait fifteen minutes")
    with warehouse(tmp_path / "w.duckdb") as connection:
        apply_watchlist(connection, subjects, now=T0)
        stream = Stream(key="s1", reach="window", params={"query": "acme OR plantedterm"})
        source = Source.model_validate({"name": "web", "platform": "x"})
        intake._apply_sources(connection, [SourceState(source=source, streams=(stream,))])
        alone = mention(1, "plantedalone", raw=raw)
        both = mention(2, "Acme", raw=raw)
        judged = [
            (alone, Judgement(subjects=("plantedid", "few1"))),
            # The building puts entities at characters 20 and 21, matches at 0 and following.
            (both, Judgement(subjects=("acme", "plantedid", "few0"), entities=("kept",))),
            (mention(3, "plantedunmatched", raw=raw), Judgement(subjects=())),
        ]
        items = (Unreadable(raw="plantedunreadable", error="no text"),)
        files = [
            enriched_file(
                tmp_path / "e", header("a", stream="s1", fault=refused, unreadable=items), judged
            ),
            enriched_file(
                tmp_path / "e", header("b", at=T0 + HOUR, stream="s1", fault=limited), []
            ),
        ]
        load_files(connection, files, now=T0)
        connection.execute(
            "INSERT INTO entity SELECT mention_id, version_id, field, 'plantedentity', 'PERSON', "
            "start_char, end_char + 5, 'p1', loaded_at FROM subject_match "
            "WHERE subject_id = 'plantedid'"
        )
        bury(connection, ["plantedtombstone"], reason="plantedreason", now=T0)
        path = publish(connection, tmp_path, subjects)
    text = everything(path)
    assert "Acme" in text
    assert "'kept'" in text
    assert "wait fifteen minutes" in text
    assert "withheld: it names people" in text
    for word in ("plantedid", "form few", "few0", "few1", "employee"):
        assert word not in text
    assert [word for word in text.lower().split() if "planted" in word] == ["'plantedlargeunit',"]
    tables = {name for (name,) in rows(path, "SELECT table_name FROM duckdb_tables()")}
    assert tables.isdisjoint({"tombstone", "tombstone_key", "unreadable", "migration"})
    columns = {name for (name,) in rows(path, "SELECT column_name FROM duckdb_columns()")}
    assert columns.isdisjoint({"raw", "asks", "key_hash"})
    # The warehouse itself holds all of it: the search would have found it.
    with warehouse(tmp_path / "w.duckdb") as connection:
        assert connection.execute(
            "SELECT count(*) FROM mention WHERE contains(text, 'planted')"
        ).fetchall() == [(2,)]


def staff_weeks(tmp_path, people: int, mentions: int, **keys):
    subjects = watchlist(
        brand(), *(employee(f"staff{n}", unit="sales", **keys) for n in range(people))
    )
    with warehouse(tmp_path / "w.duckdb") as connection:
        apply_watchlist(connection, subjects, now=T0)
        judged = [
            (mention(n, at=T0 + HOUR), Judgement(subjects=(f"staff{n % people}",)))
            for n in range(mentions)
        ]
        load_files(connection, [enriched_file(tmp_path / "e", header("a"), judged)], now=T0)
        path = publish(connection, tmp_path, subjects)
    return rows(path, "SELECT unit, people, mentions FROM staff_week")


@pytest.mark.parametrize(("mentions", "shown"), [(1, None), (4, None), (5, 5), (7, 7)])
def test_figures_about_staff_under_five_are_withheld(tmp_path, mentions, shown):
    assert staff_weeks(tmp_path, 5, mentions) == [("sales", 5, shown)]


def test_a_unit_of_fewer_than_five_consenting_people_never_appears(tmp_path):
    assert staff_weeks(tmp_path, 4, 40) == []


def test_people_whose_consent_ended_do_not_fill_up_a_unit(tmp_path):
    ended = {"withdrawn_at": (T0 - timedelta(days=1)).date()}
    assert staff_weeks(tmp_path, 9, 40, consent=ended) == []


def test_a_week_without_any_mention_of_staff_is_a_zero(tmp_path):
    subjects = watchlist(brand(), *(employee(f"staff{n}") for n in range(5)))
    with warehouse(tmp_path / "w.duckdb") as connection:
        apply_watchlist(connection, subjects, now=T0)
        load_files(connection, [simple_file(tmp_path / "e", "a", [mention(1)])], now=T0)
        path = publish(connection, tmp_path, subjects)
    assert rows(path, "SELECT mentions FROM staff_week") == [(0,)]


def test_weeks_begin_where_the_firm_is(tmp_path):
    """Monday 00:30 in Brussels is still Sunday in UTC."""
    night = T0 - HOUR / 2
    subjects = watchlist(brand(), *(employee(f"staff{n}") for n in range(5)))
    with warehouse(tmp_path / "w.duckdb") as connection:
        apply_watchlist(connection, subjects, now=T0)
        judged = [(mention(n, at=night), Judgement(subjects=("staff1",))) for n in range(5)]
        load_files(connection, [enriched_file(tmp_path / "e", header("a"), judged)], now=T0)
        path = publish(connection, tmp_path, subjects)
    assert rows(path, "SELECT week_start, mentions FROM staff_week") == [(T0.date(), 5)]
