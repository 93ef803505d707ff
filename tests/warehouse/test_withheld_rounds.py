"""Rounds of looking again: where only employees are asked for, their figures are about persons."""

from collectors.landing import Fault
from tests.warehouse.building import T0, enriched_file, header, publish, warehouse
from tests.warehouse.test_withheld import PEOPLE, ask, source, take_in
from warehouse.load import load_files

SAID = "x recheck: it still runs; 17 posts have to be looked up by now, and there is money for 0"
SHOWN = "SELECT requests, asked, present, gone, late, message, outcome FROM recheck_round"


def shown_of_round(folder, asking):
    """Publish a round that left posts without an answer, and read what analysts see of it."""
    head = header(
        "round",
        kind="recheck",
        source="our-x",
        platform="x",
        stream="recheck",
        since=None,
        until=None,
        answered=(),
        validators=None,
        asked=("1",),
        late=17,
        fault=Fault(reason="overdue", message=SAID),
    )
    with warehouse(folder / "w.duckdb") as connection:
        take_in(connection, PEOPLE, sources=[asking])
        load_files(connection, [enriched_file(folder / "e", head, [])], now=T0)
        path = publish(connection, folder, PEOPLE)
    (row,) = ask(path, SHOWN)
    return row


def test_a_round_of_a_source_that_asks_for_nobody_but_employees_tells_no_figure(tmp_path):
    only = source("x", accounts=["ana_brouwt"], query="from:ana_brouwt")
    assert shown_of_round(tmp_path, only) == (*[None] * 6, "overdue")


def test_a_round_of_a_source_that_asks_for_others_as_well_tells_its_figures(tmp_path):
    row = shown_of_round(tmp_path, source("x", accounts=["acme", "ana_brouwt"]))
    assert row[1:] == (1, 0, 0, 17, SAID, "overdue")
