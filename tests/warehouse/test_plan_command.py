"""`plan`: each stream's query, requests, euros and next time, or why it is off or waits."""

import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from luisterpost import app
from tests.warehouse.test_backfill_command import NOW, here
from tests.warehouse.x_archive import KEY, archive, write_sources
from warehouse import plan_command

QUERY = "(acme OR bier) " + " OR ".join(f'"acme {n}"' for n in range(40))


@pytest.fixture
def place(tmp_path):
    with archive(tmp_path, "monthly_eur = 150") as server:
        yield tmp_path, server


def planned(folder, *words, **keys):
    return json.loads(here(folder, "plan", "--json", *words, **keys).stdout)


def test_a_stream_that_was_never_asked_has_no_figure_yet(place):
    folder, server = place
    (stream,) = planned(folder)
    assert (stream["state"], stream["requests_day"], stream["month_eur"]) == ("due", None, None)
    assert stream["least_requests_day"] == 96
    assert stream["params"] == {"query": "acme", "endpoint": "all"}
    assert stream["windows"] == [
        {"since": "2026-11-22T08:00:00+00:00", "until": "2026-11-23T08:00:00+00:00"}
    ]
    assert "no figure yet" in here(folder, "plan").stdout
    assert server.requests == []


def test_a_new_query_can_be_counted_before_it_is_asked_for_posts(place):
    folder, server = place
    (stream,) = planned(folder, "--count")
    assert stream["month_eur"] == pytest.approx(30 * 24 * 0.0045 * 3)  # With their authors.
    assert {request.path for request in server.requests} == {"/2/tweets/counts/all"}


def test_after_a_round_its_figures_are_known_and_the_next_time_as_well(place):
    folder, _ = place
    here(folder, "run")
    (stream,) = planned(folder)
    assert (stream["state"], stream["windows"]) == ("later", [])
    assert stream["next_at"] > "2026-11-23T08:00"
    assert stream["requests_day"] == stream["least_requests_day"]
    assert stream["month_eur"] == pytest.approx(30 * 25 * 0.0045, rel=0.05)


def test_a_stream_that_waits_for_the_next_month_says_so(place):
    folder, server = place
    here(folder, "run")
    write_sources(folder, server, "monthly_eur = 0.2")
    (stream,) = planned(folder, now="2026-11-24T08:00Z")
    assert stream["state"] == "waits"
    assert "€0.11 of €0.20 are spent" in stream["why"]
    assert "until 1 December (UTC)" in here(folder, "plan", now="2026-11-24T08:00Z").stdout


def test_a_source_that_is_off_shows_what_it_would_be_asked_and_why_it_is_not(place):
    folder, _ = place
    around = ("--home", folder / "var", "--config", folder / "config", "--now", NOW)
    result = CliRunner().invoke(app, [*map(str, ("plan", *around))])
    assert "off: no credential 'x_main': set AIRFLOW_CONN_X_MAIN" in result.stdout
    assert "acme" in result.stdout
    assert "0 jobs for 1 stream" in result.stderr


@pytest.mark.parametrize("columns", [80, 120, 200])
def test_the_whole_query_stands_in_a_table_that_fits_the_terminal(place, monkeypatch, columns):
    folder, server = place
    write_sources(folder, server, "")
    sources = folder / "config" / "sources.toml"
    text = sources.read_text(encoding="utf-8").replace('"acme"', f"'{QUERY}'")
    sources.write_text(text, encoding="utf-8")
    monkeypatch.setattr(plan_command, "console", Console(width=columns))
    around = ("--home", folder / "var", "--config", folder / "config", "--now", NOW)
    result = CliRunner().invoke(
        app, [*map(str, ("plan", *around))], env={"AIRFLOW_CONN_X_MAIN": KEY}
    )
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= columns
    assert " ".join(QUERY.split()) in " ".join(result.stdout.split())
