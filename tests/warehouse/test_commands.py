"""The warehouse's commands: what they claim, say and return."""

import json

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from luisterpost import app
from tests.places import NOW, copy_of


def here(folder, *words, expect=0, now=NOW, **environ):
    around = ("--home", folder / "var", "--config", folder / "config", "--now", now)
    result = CliRunner().invoke(app, [*map(str, (*words, *around))], env=environ)
    assert result.exit_code == expect, result.output
    return result


@pytest.fixture
def folder(listened, tmp_path):
    return copy_of(listened.folder, tmp_path / "copy")


def jobs(folder):
    return sorted((folder / "var" / "jobs").glob("*.json"))


def test_nothing_is_due_before_its_time(folder):
    assert "0 jobs for 2 streams" in here(folder, "plan", now="2026-11-23T08:14Z").stderr
    assert jobs(folder) == []


def test_what_is_due_is_shown_and_claimed_once(folder):
    shown = here(folder, "plan", "--claim", now="2026-11-23T08:15Z")
    assert "news" in shown.stdout
    assert "/news.xml" in shown.stdout
    assert "23 Nov 08:15" in shown.stdout
    assert len(jobs(folder)) == 2
    assert "0 jobs" in here(folder, "plan", "--claim", now="2026-11-23T08:15Z").stderr
    shown = here(folder, "plan", now="2026-11-23T08:15Z")
    assert "0 jobs" in shown.stderr
    assert "under way" in shown.stdout


def test_a_claim_that_nobody_followed_is_made_again_after_its_lease(folder):
    here(folder, "plan", "--claim", now="2026-11-23T09:00Z")
    assert "0 jobs" in here(folder, "plan", "--claim", now="2026-11-23T09:59Z").stderr
    assert "2 jobs" in here(folder, "plan", "--claim", now="2026-11-23T10:01Z").stderr


def test_a_plan_claims_nothing_however_often(folder):
    for _ in range(2):
        assert "2 jobs" in here(folder, "plan", now="2026-11-23T09:00Z").stderr
    assert jobs(folder) == []


def test_a_source_without_its_key_is_off_and_said_to_be(folder):
    sources = folder / "config" / "sources.toml"
    keyed = '[[source]]\nname = "x"\nplatform = "x"\ncredential = "k"\n'
    sources.write_text(sources.read_text(encoding="utf-8") + keyed, encoding="utf-8")
    off = here(folder, "plan", now="2026-11-23T09:00Z")
    assert "off: no credential 'k': set AIRFLOW_CONN_K" in off.stdout
    assert "no figure yet" in off.stdout
    assert "off" in off.stdout
    assert "0 jobs" not in off.stderr
    on = json.dumps({"conn_type": "http", "password": "secret-token"})
    shown = here(folder, "plan", now="2026-11-23T09:00Z", AIRFLOW_CONN_K=on)
    assert "search:" in shown.stdout
    assert "secret-token" not in shown.output


def test_a_broken_file_is_put_aside_with_the_reason_and_the_others_are_loaded(folder):
    here(folder, "import", folder / "export.jsonl", now="2026-11-23T09:00Z")
    here(folder, "enrich", now="2026-11-23T09:00Z")
    (good,) = (folder / "var" / "enriched").glob("*.parquet")
    broken = good.with_name(f"20261123T090001-{good.name.split('-', 1)[1]}")
    broken.write_bytes(good.read_bytes()[:200])
    shown = here(folder, "load", expect=1, now="2026-11-23T09:00Z")
    assert "1 file loaded, 0 new mentions, 6 in all" in shown.stdout
    assert "put aside" in shown.stderr
    aside = folder / "var" / "aside"
    assert (aside / broken.name).exists()
    assert (aside / f"{broken.name}.why.txt").read_text(encoding="utf-8").strip()
    assert "0 files loaded" in here(folder, "load").stdout


def test_forget_counts_what_it_erased_and_leaves_the_others(folder):
    shown = here(folder, "forget", "forum", "0", "1", "--reason", "asked by mail")
    assert "2 of 2 stood in the warehouse" in shown.stdout
    assert "0 of 1 stood" in here(folder, "forget", "forum", "0").stdout
    told = here(folder, "sql", "--format", "json", "FROM mention").stdout
    assert {row["platform"] for row in json.loads(told)} == {"feed"}


def test_an_export_of_a_view_is_what_the_view_shows(folder):
    out = folder / "daily.parquet"
    here(folder, "sql", "--out", out, "FROM daily_volume ORDER BY ALL")
    shown = json.loads(
        here(folder, "sql", "--format", "json", "FROM daily_volume ORDER BY ALL").stdout
    )
    rows = pq.read_table(out).to_pylist()
    assert sum(row["mentions"] for row in rows) == sum(row["mentions"] for row in shown) == 5
    assert {str(row["day"]) for row in rows} == {row["day"] for row in shown}
