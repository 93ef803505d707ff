"""`backfill`, `costs` and budgets over X's archive, played by a local server, through tweepy."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from collectors.configuration.folder import ConfigurationError
from collectors.contract import Interval
from collectors.leases import Leases
from collectors.sources import Source
from collectors.x import XCollector
from luisterpost import app
from tests.collectors.rounds import ACME
from tests.replay import Answer, ReplayServer
from tests.warehouse.building import simple_file
from tests.warehouse.x_archive import BEGINS, KEY, answer, archive, posts, write_sources

NOW = "2026-11-23T08:00Z"
MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)
SINCE = datetime(2026, 10, 20, tzinfo=UTC)
DAY = timedelta(days=1)
PRICE = 0.0045
WITH_AUTHOR = 3
"""An author costs as much as two posts."""


def here(folder, *words, expect=0, now=NOW):
    around = ("--home", folder / "var", "--config", folder / "config", "--now", now)
    result = CliRunner().invoke(
        app, [*map(str, (*words, *around))], env={"AIRFLOW_CONN_X_MAIN": KEY}
    )
    assert expect in (result.exit_code, None), result.output
    return result


def ask(folder, query: str):
    return json.loads(here(folder, "sql", "--format", "json", query).stdout)


def searches(server) -> int:
    return sum(request.path.endswith("/search/all") for request in server.requests)


@pytest.fixture
def place(tmp_path):
    with archive(tmp_path, "monthly_eur = 150") as server:
        here(tmp_path, "run")
        server.requests.clear()
        yield tmp_path, server


def test_nothing_that_costs_money_is_asked_without_a_yes(place):
    folder, server = place
    shown = here(folder, "backfill", "--since", "2026-10-20", expect=2)
    assert "say --yes" in shown.stderr
    assert searches(server) == 0


@pytest.mark.parametrize("command", [("backfill", "--since", "2026-10-20", "--yes"), ("recheck",)])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tone", 'model = "nobody/knows-it"'),
        ("flags", 'off = ["no-such-rule"]'),
        ("tone", "modle = 1"),
    ],
    ids=["no such model", "no such rule", "misspelt"],
)
def test_a_mistake_in_what_reads_texts_is_told_before_anything_is_asked(place, command, name, text):
    folder, server = place
    (folder / "config" / f"{name}.toml").write_text(text + "\n", encoding="utf-8")
    failed = here(folder, *command, expect=1)
    assert isinstance(failed.exception, ConfigurationError)
    assert f"{name}.toml" in str(failed.exception.mistakes)
    assert server.requests == []


def test_a_dry_run_counts_what_it_would_bring_and_cost_and_says_what_counting_cost(place):
    folder, server = place
    shown = here(folder, "backfill", "--since", "2026-10-20", "--dry-run")
    missing = len(posts(SINCE, MOMENT)) - 24
    assert f"{missing:,}" in shown.stdout
    assert f"about €{missing * PRICE * WITH_AUTHOR:.2f}" in shown.stdout
    assert f"at most €{missing * 1.25 * PRICE * 4:.2f}" in shown.stdout
    assert "counting them cost about €0.01" in shown.stderr
    assert searches(server) == 0


def test_the_estimate_and_the_question_are_about_all_that_is_missing(tmp_path):
    """Thirty holes, more than are asked for at a time: counted in one go, and all told of."""
    with archive(tmp_path, "monthly_eur = 150") as server:
        source = Source(name="x", platform="x", query="acme", accounts=(), archive=True)
        (stream,) = XCollector().streams(source, ACME, MOMENT)
        mornings = tuple(
            Interval(since=BEGINS + n * DAY, until=BEGINS + (n + 0.5) * DAY) for n in range(30)
        )
        simple_file(
            tmp_path / "var" / "enriched",
            "j",
            [],
            at=MOMENT,
            source="x",
            stream=stream.key,
            answered=mornings,
        )
        month = (
            "backfill",
            "--since",
            f"{BEGINS.isoformat()}",
            "--until",
            f"{(BEGINS + 30 * DAY).isoformat()}",
        )
        shown = here(tmp_path, *month, "--dry-run")
        assert "30 windows" in shown.stdout
        assert f"about €{360 * PRICE * WITH_AUTHOR:.2f}" in shown.stdout
        assert len(server.requests) == 1
        here(tmp_path, *month, "--yes")
        assert ask(tmp_path, "SELECT count(*) AS n FROM mention") == [{"n": 360}]


def test_a_backfill_stops_where_more_comes_than_was_confirmed_and_can_be_run_again(tmp_path):
    """X counts a tenth of what it then gives."""

    def answering(request):
        given = answer(request)
        if "/counts/" not in request.path:
            return given
        total = json.loads(given.body)["meta"]["total_tweet_count"]
        return Answer.of({"data": [], "meta": {"total_tweet_count": total // 10}})

    with archive(tmp_path, "max_pages = 1") as server, ReplayServer(answering) as miscounting:
        path = tmp_path / "config" / "sources.toml"
        text = path.read_text(encoding="utf-8").replace(server.url, miscounting.url)
        path.write_text(text, encoding="utf-8")
        command = "backfill", "--since", "2026-10-01", "--yes"
        shown = here(tmp_path, *command, expect=1)
        assert "stopped: €" in shown.stderr
        assert "1 window not read to the end" in shown.stderr
        confirmed = len(posts(BEGINS, MOMENT)) // 10 * 1.25 * 4 * PRICE
        (row,) = ask(tmp_path, "SELECT eur::DOUBLE AS eur FROM cost_month")
        assert row["eur"] <= confirmed + 501 * PRICE  # The page that was too many.
        for _ in range(5):
            if "Nothing is missing" in here(tmp_path, *command, expect=None).stdout:
                break
        expected = len(posts(BEGINS, MOMENT - timedelta(hours=1)))  # The rest is the next round's.
        assert ask(tmp_path, "SELECT count(*) AS n FROM mention") == [{"n": expected}]


def test_what_was_loaded_and_not_published_is_not_asked_for_again(place, monkeypatch):
    folder, server = place

    def fails(*_args, **_keys):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("warehouse.intake.publish_snapshot", fails)
        here(folder, "backfill", "--since", "2026-10-20", "--yes", expect=1)
    asked = searches(server)
    assert asked == 2
    later = "2026-11-23T12:00Z"
    shown = here(
        folder, "backfill", "--since", "2026-10-20", "--until", "2026-11-23", "--yes", now=later
    )
    assert "Nothing is missing" in shown.stdout
    assert searches(server) == asked


def test_a_backfill_brings_what_is_missing_once_and_a_second_one_nothing(place):
    folder, server = place
    here(folder, "backfill", "--since", "2026-10-20", "--yes")
    expected = len(posts(SINCE, MOMENT))
    assert ask(folder, "SELECT count(*) AS n FROM mention") == [{"n": expected}]
    asked = searches(server)
    assert asked == 2  # 500 posts a page
    shown = here(folder, "backfill", "--since", "2026-10-20", "--yes")
    assert "Nothing is missing" in shown.stdout
    assert searches(server) == asked
    unknown = "FROM unknown('2026-10-20', '2026-11-23 07:00')"
    assert ask(folder, unknown) == []


def test_each_post_costs_once_a_day_and_those_that_come_along_as_well(place):
    folder, _ = place
    here(folder, "backfill", "--since", "2026-10-20", "--yes")
    charged = len(posts(SINCE, MOMENT)) + 1
    (row,) = ask(folder, "SELECT items, eur::DOUBLE AS eur FROM cost_month")
    assert row == {"items": charged, "eur": round(charged * PRICE, 6)}
    (told,) = json.loads(here(folder, "costs", "--json").stdout)
    assert (told["month_eur"], told["budget_eur"]) == (row["eur"], 150)
    assert told["order_of_thrift"][0]["matched_30_days"] == len(posts(SINCE, MOMENT))
    shown = here(folder, "costs").stdout
    assert f"€{row['eur']:.2f} in 2026-11 (UTC)" in shown
    assert "budget €150" in shown


def test_a_backfill_stops_where_the_budget_ends_and_goes_on_in_the_next_month(place):
    folder, server = place
    write_sources(folder, server, "monthly_eur = 10")  # A page of the archive may cost 9.
    shown = here(folder, "backfill", "--since", "2026-10-20", "--yes", expect=1)
    assert "until 1 December (UTC)" in shown.stderr
    (row,) = ask(folder, "SELECT eur::DOUBLE AS eur FROM cost_month")
    assert row["eur"] <= 10
    assert searches(server) == 1
    assert "0 jobs for 1 stream" in here(folder, "plan", now="2026-11-24T08:00Z").stderr
    here(folder, "run", now="2026-11-24T08:00Z")
    assert searches(server) == 1
    later = "2026-12-01T00:30Z"
    here(folder, "backfill", "--since", "2026-10-20", "--until", "2026-11-22", "--yes", now=later)
    assert searches(server) == 2
    assert ask(folder, "FROM unknown('2026-10-20', '2026-11-22')") == []
    months = ask(folder, "SELECT month, eur::DOUBLE AS eur FROM cost_month ORDER BY month")
    assert [row["month"] for row in months] == ["2026-11-01", "2026-12-01"]
    assert max(row["eur"] for row in months) <= 10


def test_a_backfill_spends_nothing_that_a_running_round_may_need(place):
    folder, server = place
    here(folder, "plan", "--claim", now="2026-11-23T09:00Z")
    shown = here(
        folder, "backfill", "--since", "2026-10-20", "--yes", expect=1, now="2026-11-23T09:00Z"
    )
    assert "on their way" in shown.stderr
    assert searches(server) == 0


def test_a_stream_that_a_round_is_asking_is_left_to_it(place):
    folder, server = place
    write_sources(folder, server, "")
    here(folder, "plan", "--claim", now="2026-11-23T09:00Z")
    shown = here(
        folder, "backfill", "--since", "2026-10-20", "--yes", expect=1, now="2026-11-23T09:00Z"
    )
    assert "is being asked by a round" in shown.stderr
    assert searches(server) == 0


def test_a_backfill_that_was_killed_blocks_no_other(place):
    folder, _ = place
    leases = Leases(folder=folder / "var" / "jobs")
    here(folder, "plan", "--claim", now="2026-11-23T09:00Z")
    jobs = leases.open_jobs()
    for job in jobs:
        leases.release(job)
    assert leases.claim(jobs, now=jobs[0].planned_at, is_backfill=True) == jobs
    assert leases.open_jobs() == []
    here(folder, "backfill", "--since", "2026-10-20", "--yes", now="2026-11-23T09:00Z")
    assert list((folder / "var" / "jobs").glob("*.backfill")) == []


@pytest.mark.parametrize(
    "words",
    [
        ("--since", "2026-11-24"),
        ("--since", "2026-11-02", "--until", "2026-11-01"),
        ("--since", "yesterday"),
        ("--since", "2026-11-01", "--source", "y"),
    ],
    ids=" ".join,
)
def test_a_time_or_source_that_does_not_exist_is_wrong_usage(place, words):
    folder, server = place
    here(folder, "backfill", *words, "--yes", expect=2)
    assert server.requests == []


def test_a_backfill_may_be_the_first_thing_that_is_done(tmp_path):
    with archive(tmp_path, "monthly_eur = 150"):
        dry = here(tmp_path, "backfill", "--since", "2026-11-20", "--dry-run")
        assert f"about €{79 * PRICE * WITH_AUTHOR:.2f}" in dry.stdout  # 79 hours, one post each
        assert not (tmp_path / "var").exists()
        here(tmp_path, "backfill", "--since", "2026-11-20", "--yes")
        assert ask(tmp_path, "SELECT count(*) AS n FROM mention") == [{"n": 79}]


def test_a_source_that_fails_ends_with_1_and_the_next_backfill_asks_for_the_rest(tmp_path):
    is_down = True

    def answering(request):
        return Answer(status=503) if is_down else answer(request)

    with archive(tmp_path, "monthly_eur = 150") as server, ReplayServer(answering) as failing:
        path = tmp_path / "config" / "sources.toml"
        text = path.read_text(encoding="utf-8").replace(server.url, failing.url)
        path.write_text(text, encoding="utf-8")
        shown = here(tmp_path, "backfill", "--since", "2026-11-20", "--yes", expect=1)
        assert "server_error" in shown.stderr
        is_down = False
        here(tmp_path, "backfill", "--since", "2026-11-20", "--yes")
        assert ask(tmp_path, "SELECT count(*) AS n FROM mention") == [{"n": 79}]
