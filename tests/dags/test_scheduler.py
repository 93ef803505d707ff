"""A real Airflow: what `make airflow` starts runs the five DAGs on the sample world."""

import shutil
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from collectors.sample import CREDENTIALS
from collectors.sample.server import SampleServer
from collectors.sample.world import World, build_world, last_monday
from dags.local import move_configuration, prepare_sample
from tests.dags.latency import (
    NAMES,
    incident_ids,
    land_history,
    measure,
    tell,
    watch_organisations,
)
from tests.dags.rehearsal import MATCHES, MENTIONS, ask
from tests.dags.running import Running, local_airflow, wait_for
from tests.programs import CONFIG, luisterpost

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3000)]

EVENTS = 30
INCIDENTS = 5


@pytest.fixture
def world() -> World:
    return build_world(last_monday(datetime.now(UTC)))


def test_scheduled_dags_do_what_the_command_line_does_and_mail_each_incident(
    tmp_path: Path,
    world: World,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    # Where the programs that this test starts keep the key of deletions.
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    at = world.recall_at + timedelta(hours=2)
    home, other = tmp_path / "airflow run", tmp_path / "command line"
    watched = watch_organisations(CONFIG, tmp_path / "watched", INCIDENTS)
    land_history(home / "landing", INCIDENTS, at=at)
    with SampleServer(world, now=world.import_until) as server:
        config = move_configuration(watched, tmp_path / "config", server.url)
        prepare_sample(home, config, world, server, until=at)
        shutil.copytree(home, other, symlinks=True)
        around = ("--home", other, "--config", config, "--now", at.isoformat())
        done = luisterpost("run", *around, folder=tmp_path, more=CREDENTIALS)
        assert done.code == 0, done.err
    before = len(ask(home / "warehouse.duckdb", MENTIONS))

    with local_airflow(tmp_path, home, at=at, config=watched) as running:

        def states() -> list[tuple[Any, ...]]:
            return running.ask(
                "SELECT dag_id, task_id, state, count(*) FROM task_instance GROUP BY 1, 2, 3"
            )

        with running.client() as client:
            client.post("/dags/report/dagRuns", json={"logical_date": None}).raise_for_status()
            wait_for(
                "alert mail",
                lambda: running.has_mail("][brand]", "on-call@hoogwael.example"),
                about=states,
            )
            wait_for(
                "report mail",
                lambda: running.has_mail("status report", "marketing@hoogwael.example"),
                about=states,
            )
            assets = client.get("/assets").raise_for_status().json()["assets"]
            landed = next(one["id"] for one in assets if one["name"] == "luisterpost_landed")
            for _ in range(EVENTS):
                client.post("/assets/events", json={"asset_id": landed}).raise_for_status()
        rung = running.ask("SELECT max(timestamp) FROM asset_event WHERE asset_id = ?", landed)
        wait_for(
            "a run that began after the last event",
            lambda: running.ask(
                "SELECT 1 FROM dag_run "
                "WHERE dag_id = 'enrich' AND state = 'success' AND start_date > ?",
                *rung[0],
            ),
            about=states,
        )
        wait_for(
            "no run of before that still waits",
            lambda: (
                not running.ask(
                    "SELECT 1 FROM dag_run WHERE state IN ('queued', 'running') AND queued_at <= ?",
                    *rung[0],
                )
            ),
            about=states,
        )
        taken = list(measure(running, NAMES[:INCIDENTS], at=at))
        assert_one_holder(running)
        failed = [row for row in states() if row[2] in {"failed", "upstream_failed"}]
        assert failed == []
        assert not list((home / "landing").glob("*.parquet"))
    with capsys.disabled():
        print(f"\n{tell(taken)}")  # noqa: T201 - measured, and never a condition
    ours, theirs = home / "warehouse.duckdb", other / "warehouse.duckdb"
    assert len(without_incidents(ours, MENTIONS)) > before
    assert without_incidents(ours, MENTIONS) == ask(theirs, MENTIONS)
    assert without_incidents(ours, MATCHES) == ask(theirs, MATCHES)
    assert len(ask(home / "snapshot.duckdb", MENTIONS)) == len(ask(ours, MENTIONS))


def without_incidents(path: Path, query: str) -> list[tuple[Any, ...]]:
    """Ask for all but what was landed to be alerted of: the command line's run had none of it."""
    left_out = incident_ids(NAMES[:INCIDENTS])
    return [row for row in ask(path, query) if row[0] not in left_out]


def assert_one_holder(running: Running) -> None:
    held = running.ask(
        "SELECT start_date, end_date FROM task_instance WHERE pool = 'warehouse' "
        # One that was skipped began and ended at one instant: it held nothing.
        "AND start_date < end_date ORDER BY start_date"
    )
    assert len(held) > 2
    overlaps = [(one, two) for one, two in pairwise(held) if two[0] < one[1]]
    assert overlaps == []
