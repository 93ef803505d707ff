"""Every model that judged tones has its error where analysts' figures are made."""

from datetime import timedelta
from functools import partial

import pytest

from enrichment.tone.error import UNMEASURED, ToneError, shipped_errors
from reports.settings import ReportSettings
from reports.status_report import read_status
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
from warehouse.load import load_files
from warehouse.privacy import apply_watchlist
from warehouse.query import rows
from warehouse.tone_models import note_tone_models

MEASURED = ToneError(shift=0.1, slope=0.75, shift_sd=0.07, slope_sd=0.05)
LATER = ToneError(shift=-0.1, slope=0.5, shift_sd=0.06, slope_sd=0.04)
TONES = {
    "positive": (0.1, 0.1, 0.8),
    "negative": (0.8, 0.1, 0.1),
    "neutral": (0.1, 0.8, 0.1),
    "uncertain": (0.34, 0.33, 0.33),
}


@pytest.fixture
def connection(tmp_path):
    with warehouse(tmp_path / "w.duckdb") as opened:
        apply_watchlist(opened, watchlist(), now=T0)
        yield opened


def measured_file(folder, job, error, at, **described):
    words = {"tone_model": "m1", "tone_error": error.to_json(), **described}
    rows_ = [(mention(job, at=at), Judgement())]
    return enriched_file(folder, header(job, at=at), rows_, enriched_at=at, **words)


def known(connection):
    return rows(connection, "tone_errors")


def test_what_was_configured_last_holds_in_whatever_order_files_arrive(connection, tmp_path):
    files = [
        measured_file(tmp_path, "a", MEASURED, T0),
        measured_file(tmp_path, "b", LATER, T0 + HOUR),
    ]
    load_files(connection, [files[1]], now=T0)
    load_files(connection, [files[0]], now=T0)
    (row,) = known(connection)
    assert (row["tone_model"], row["origin"], row["shift"]) == ("m1", "configured", LATER.shift)
    note_tone_models(connection)
    assert known(connection) == [row]


def test_both_in_one_batch_give_the_later_one(connection, tmp_path):
    files = [
        measured_file(tmp_path, "a", LATER, T0 + HOUR),
        measured_file(tmp_path, "b", MEASURED, T0),
    ]
    load_files(connection, files, now=T0)
    (row,) = known(connection)
    assert row["slope"] == LATER.slope


def test_model_that_nobody_measured_gets_a_cautious_error_with_the_snapshot(connection, tmp_path):
    load_files(connection, [simple_file(tmp_path / "e", "a", [mention(1)])], now=T0)
    assert known(connection) == []
    publish(connection, tmp_path, watchlist())
    snapshot = open_snapshot(tmp_path / "snapshot.duckdb")
    (row,) = known(snapshot)
    assert (row["tone_model"], row["origin"]) == ("m1", "assumed")
    assert row["shift_sd"] == UNMEASURED.shift_sd
    snapshot.close()


def test_model_that_ships_has_the_error_that_ships_with_it(connection, tmp_path):
    name, error = next(iter(shipped_errors().items()))
    load_files(connection, [simple_file(tmp_path / "e", "a", [mention(1)])], now=T0)
    connection.execute("UPDATE subject_match SET tone_model = $name", {"name": name})
    note_tone_models(connection)
    (row,) = known(connection)
    assert (row["tone_model"], row["origin"], row["slope"]) == (name, "shipped", error.slope)


def test_header_that_tells_of_no_error_is_refused_and_loads_nothing(connection, tmp_path):
    at = T0
    words = {"tone_model": "m1", "tone_error": '{"slope": 1}'}
    path = enriched_file(tmp_path, header("a", at=at), [(mention(1), Judgement())], **words)
    (outcome,) = load_files(connection, [path], now=T0)
    assert outcome.state == "broken"
    assert "no error of a tone model" in outcome.message
    assert connection.execute("SELECT count(*) FROM mention").fetchone() == (0,)


def test_analysts_find_the_figures_of_the_report(connection, tmp_path):
    drawn = [
        (
            mention(n, f"story {n}", at=T0 + n * HOUR),
            Judgement(tone=tone, p=TONES[tone], story=str(n)),
        )
        for n, tone in enumerate(["positive"] * 9 + ["negative"] * 17 + ["neutral", "uncertain"])
    ]
    drawn += [(mention(f"copy {n}", "story 1", at=T0 + HOUR), drawn[1][1]) for n in range(5)]
    words = {"tone_model": "m1", "tone_error": MEASURED.to_json()}
    load_files(connection, [enriched_file(tmp_path, header("a"), drawn, **words)], now=T0)
    publish(connection, tmp_path, watchlist(), now=T0 + timedelta(days=8))
    snapshot = open_snapshot(tmp_path / "snapshot.duckdb")
    report = read_status(partial(rows, snapshot), ReportSettings())
    sentiment = report.facets[0].sentiment
    assert (sentiment.positive, sentiment.negative) == (9, 17)
    assert sentiment.error.slope == MEASURED.slope
    found = snapshot.execute(
        "SELECT negative, neutral, positive, uncertain, net_sentiment, net_sentiment_low, "
        "net_sentiment_high FROM net_sentiment_week WHERE facet = 'brand'"
    ).fetchall()
    assert found == [
        (17, 1, 9, 1, pytest.approx(sentiment.value), *map(pytest.approx, sentiment.interval))
    ]
    own = snapshot.execute(
        "SELECT net_sentiment_low FROM net_sentiment_by('week') WHERE facet = 'own'"
    ).fetchall()
    assert own == [(pytest.approx(sentiment.interval[0]),)]
    days = snapshot.execute(
        "SELECT count(*), sum(negative) FROM net_sentiment_by('day') WHERE facet = 'brand'"
    ).fetchone()
    assert days == (2, 17)
    snapshot.close()
