"""Streams that asked for employees and are asked no more: nothing of them is told later either."""

import pytest

from collectors.landing import Fault
from collectors.naming import joined
from tests.warehouse.building import HOUR, T0, enriched_file, header, publish, warehouse
from tests.warehouse.test_withheld import NOBODY, PEOPLE, WORDS, cells, source, states, take_in
from warehouse.load import load_files

BOTH = [source("x", accounts=["acme", "ana_brouwt"])]
BRAND = [source("x", accounts=["acme"])]


def failed(folder, stream, message):
    """Land a job of the stream that the source refused."""
    head = header(
        "refused",
        source="our-x",
        platform="x",
        stream=stream,
        answered=(),
        fault=Fault(reason="bad_request", message=message),
    )
    return enriched_file(folder, head, [])


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        ("search", 'x search: X refuses the query: invalid term "Ana Péeters"'),
        ("mentions:ana_brouwt", "x mentions:ana_brouwt: no such user"),
    ],
    ids=["a query that named others as well", "an account"],
)
@pytest.mark.parametrize("was_judged", [True, False], ids=["judged", "of an earlier version"])
def test_what_a_source_said_of_a_stream_is_told_no_more_once_its_employee_left(
    tmp_path, stream, message, was_judged
):
    keys = [one.key for one in states(sources=BOTH)[0].streams]
    key = next(one for one in keys if one.startswith(stream))
    with warehouse(tmp_path / "w.duckdb") as connection:
        take_in(connection, PEOPLE, sources=BOTH)
        load_files(connection, [failed(tmp_path / "e", key, message)], now=T0)
        if not was_judged:
            connection.execute("UPDATE stream_privacy SET is_withheld = NULL, is_only_staff = TRUE")
        take_in(connection, NOBODY, now=T0 + HOUR, sources=BRAND)
        rows = connection.execute("SELECT message FROM attempt").fetchall()
        path = publish(connection, tmp_path, NOBODY, now=T0 + HOUR)
    assert set(rows) <= {(None,)}
    assert [cell for cell in cells(path) if any(word in joined(cell[2]) for word in WORDS)] == []
