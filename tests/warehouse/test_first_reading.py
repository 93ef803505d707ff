"""A snapshot knows what the enrichment found first where a better model has judged once more."""

from contextlib import closing

import pytest

from tests.warehouse.building import HOUR, T0, Judgement, mention
from tests.warehouse.rescored import NOW, Better, judge, load, place, snapshot, take
from warehouse.connection import open_snapshot
from warehouse.query import rows

FOUND = Judgement(tone="positive", p=(0.1, 0.2, 0.7))


@pytest.fixture
def judged(tmp_path):
    """Two mentions that a better model has judged once more."""
    settings = place(tmp_path)
    load(settings, "first", [mention(1, "Acme is slow"), mention(2, "Acme is fine")])
    snapshot(settings)
    judge(settings, Better())
    take(settings)
    snapshot(settings)
    return settings


def told(settings, query):
    with closing(open_snapshot(settings.snapshot)) as connection:
        return connection.execute(query).fetchall()


def periods(settings):
    with closing(open_snapshot(settings.snapshot)) as connection:
        found = rows(
            connection,
            "facet_periods",
            since=T0 - HOUR,
            until=NOW,
            zone="Europe/Brussels",
            unit="month",
        )
    (row,) = [row for row in found if row["facet"] == "brand"]
    return row


def test_snapshot_has_both_readings(judged):
    query = "SELECT tone, p_neutral, tone_model FROM first_reading"
    assert told(judged, query) == [("neutral", 0.75, "m1")] * 2
    assert told(judged, "SELECT DISTINCT tone, tone_model FROM subject_match") == [
        ("negative", "better 1")
    ]
    assert told(judged, "SELECT tone_model FROM tone_model ORDER BY ALL") == [
        ("better 1",),
        ("m1",),
    ]


def test_periods_are_counted_by_both_readings(judged):
    row = periods(judged)
    assert (row["negative"], row["neutral"], row["judged_by"]) == (2, 0, {"better 1": 2})
    assert (row["first_negative"], row["first_neutral"]) == (0, 2)
    assert not row["first_judged_by"]


def test_second_judging_leaves_the_first_reading(judged):
    judge(judged, Better("best 1", (0.02, 0.08, 0.9)))
    take(judged)
    snapshot(judged)
    assert told(judged, "SELECT DISTINCT tone_model FROM subject_match") == [("best 1",)]
    query = "SELECT DISTINCT tone, tone_model FROM first_reading"
    assert told(judged, query) == [("neutral", "m1")]


def test_what_the_enrichment_reads_anew_has_no_reading_before(judged):
    load(
        judged,
        "later",
        [mention(1, "Acme is slow", at=T0)],
        judgement=FOUND,
        enriched_at=NOW,
    )
    snapshot(judged)
    assert told(judged, "SELECT count(*) FROM first_reading") == [(1,)]
    row = periods(judged)
    assert (row["first_positive"], row["first_judged_by"]) == (1, {"m1": 1})
