"""What an earlier version asked, and asks no more, can't be judged: who is spared, and who isn't."""

import duckdb
import pytest

from tests.warehouse.building import HOUR, T0, publish, warehouse
from tests.warehouse.test_withheld import NOBODY, PEOPLE, ask, source, take_in
from warehouse import migrate as module
from warehouse.migrate import migrate

BRAND = [source("x", accounts=["acme"])]
FORMER = ("search:earlier", "mentions:ana_brouwt")


def earlier(path, people, monkeypatch):
    """Leave a warehouse as the version before stood: two former streams and a look-up, each charged."""
    real = module._sql_files
    with monkeypatch.context() as patch, duckdb.connect(path) as connection:
        patch.setattr(
            module,
            "_sql_files",
            lambda folder: [
                (name, sql)
                for name, sql in real(folder)
                if folder == "migrations" and name < "0007_"
            ],
        )
        migrate(connection)
        for one in people.subject:
            connection.execute(
                "INSERT INTO subject (subject_id, name, facet, is_active, watchlist_version) "
                "VALUES (?, ?, ?, true, 'w1')",
                [one.id, one.name, one.facet],
            )
        for stream in FORMER:
            connection.execute(
                "INSERT INTO attempt VALUES (?, 'collect', 'our-x', 'x', ?, ?, ?, ?, 'answered', NULL, "
                "NULL, 3, 7, 0, ?, 7)",
                [stream, stream, T0 - HOUR, T0, T0, T0],
            )
            connection.execute(
                "INSERT INTO coverage VALUES ('our-x', ?, ?, ?, 'answered', ?)",
                [stream, T0 - HOUR, T0, T0],
            )
        for stream in (*FORMER, "recheck"):
            connection.execute(
                "INSERT INTO cost_day VALUES (?, 'x some', 'our-x', ?, 7, 0.5)", [T0, stream]
            )
    return path


def shown_after_upgrade(folder, before, after, monkeypatch):
    """Upgrade, publish, and list the streams that analysts see in attempts and costs."""
    with warehouse(earlier(folder / "w.duckdb", before, monkeypatch)) as connection:
        take_in(connection, after, now=T0 + HOUR, sources=BRAND)
        path = publish(connection, folder, after, now=T0 + HOUR)
        notes = connection.execute(
            "SELECT stream FROM stream_privacy WHERE is_withheld IS NOT FALSE"
        ).fetchall()
    attempts = ask(path, "SELECT stream, requests, items_seen FROM attempt ORDER BY stream DESC")
    costs = ask(path, "SELECT stream, items FROM cost_day ORDER BY stream DESC")
    return notes, attempts, costs


def test_a_firm_that_never_watched_anybody_loses_nothing_at_an_upgrade(tmp_path, monkeypatch):
    notes, attempts, costs = shown_after_upgrade(tmp_path, NOBODY, NOBODY, monkeypatch)
    assert notes == []
    assert attempts == [(stream, 3, 7) for stream in FORMER]
    assert costs == [("search:earlier", 7), ("recheck", 7), ("mentions:ana_brouwt", 7)]


@pytest.mark.parametrize("after", [PEOPLE, NOBODY], ids=["still watched", "left meanwhile"])
def test_where_an_employee_was_watched_what_was_asked_before_is_withheld(
    tmp_path, monkeypatch, after
):
    notes, attempts, costs = shown_after_upgrade(tmp_path, PEOPLE, after, monkeypatch)
    assert ("withheld",) in notes
    assert ("recheck",) not in notes
    assert {stream for stream, *_ in attempts} == {"withheld"}
    assert costs == [("*", 21)]
