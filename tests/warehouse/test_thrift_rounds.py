"""Rounds under a budget, through tweepy: the month's sum keeps within it, and the gaps say why."""

import json
from datetime import UTC, datetime, timedelta

import pytest

import luisterpost
from collectors.configuration.folder import load_configuration
from collectors.settings import Settings
from enrichment.enricher import Enricher
from tests.warehouse.test_backfill_command import ask, here
from tests.warehouse.x_archive import KEY, archive

BEGUN = datetime(2026, 11, 2, tzinfo=UTC)
DAY = timedelta(days=1)
PACE = timedelta(minutes=6)
"""240 posts a day: more than a page."""
PRICE = 0.01


def live(folder, budget: float, days: int, monkeypatch) -> list[str]:
    """Run a round every twelve hours, and give what was said to people."""
    said: list[str] = []
    monkeypatch.setattr(luisterpost, "tell", said.append)
    keys = (
        'archive = false\nhistory = "1 day"\nevery = "12 h"\nslowest = "12 h"\n'
        f"item_eur = {PRICE}\nmonthly_eur = {budget}"
    )
    with archive(folder, keys, every=PACE):
        configuration = load_configuration(folder / "config", BEGUN)
        enricher = Enricher(configuration.watchlist)
        for number in range(days * 2):
            settings = Settings(
                home=folder / "var", config=folder / "config", fixed_now=BEGUN + number * DAY / 2
            )
            luisterpost.run_round(
                settings,
                configuration,
                {"AIRFLOW_CONN_X_MAIN": KEY},
                enricher=enricher,
                has_bar=False,
            )
    return said


def spent(folder) -> float:
    (row,) = ask(folder, "SELECT eur::DOUBLE AS eur FROM cost_month")
    return row["eur"]


def test_with_enough_money_nothing_is_put_off(tmp_path, monkeypatch):
    assert live(tmp_path, 200, 4, monkeypatch) == []
    assert ask(tmp_path, "FROM gap") == []
    # Four and a half days, ten posts of the overlap anew after each of three midnights, and each
    # day the post that others refer to.
    charged = 4.5 * 240 + 3 * 10 + 4
    assert spent(tmp_path) == pytest.approx(charged * PRICE)


def test_thrift_keeps_the_month_within_its_budget_and_the_gaps_say_why(tmp_path, monkeypatch):
    said = live(tmp_path, 30, 6, monkeypatch)
    assert any("it is asked once a day for its newest page only" in text for text in said)
    gaps = ask(tmp_path, "SELECT reason, message FROM gap")
    assert {(gap["reason"], gap["message"]) for gap in gaps} == {("not_run", "budget")}
    now = (BEGUN + 6 * DAY).isoformat()
    (told,) = json.loads(here(tmp_path, "costs", "--json", now=now).stdout)
    assert told["month_eur"] == spent(tmp_path) < 240 * 6 * PRICE * 0.8
    shown = here(tmp_path, "plan", now=now).stdout
    assert "newest page only" in shown


def test_once_the_budget_is_spent_nothing_is_asked(tmp_path, monkeypatch):
    said = live(tmp_path, 5, 3, monkeypatch)
    assert spent(tmp_path) <= 5
    assert "until 1 December (UTC)" in said[-1]
