"""The DAG files as Airflow reads them; no migrated database is needed."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.programs import ROOT, environment

DAGS = ROOT / "dags"
IDS = {"collect", "enrich", "rescore", "alert", "report", "housekeeping"}
HEAVY = ("spacy", "tweepy", "praw", "duckdb", "pandas", "altair", "pyarrow", "sklearn")

_READER = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import pendulum
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.encoders import coerce_to_core_timetable
from airflow.timetables.base import DataInterval, TimeRestriction
from airflow.sdk import get_parsing_context
import airflow.dag_processing.processor
import airflow.sdk.definitions.callback, airflow.sdk.definitions.deadline
before = set(sys.modules)
began = time.perf_counter()
bag = DagBag(dag_folder=sys.argv[1])
took = time.perf_counter() - began
def next_run(dag, last, catchup):
    table = coerce_to_core_timetable(dag.timetable)
    return table.next_dagrun_info(
        last_automated_data_interval=DataInterval(last, last),
        restriction=TimeRestriction(earliest=None, latest=None, catchup=catchup),
    ).run_after

now = pendulum.now("UTC")
evening = pendulum.datetime(2026, 10, 23, 22)
runs = [evening]
while runs[-1] < evening.add(days=4):
    runs.append(next_run(bag.dags["report"], runs[-1], True))
print("\\n" + json.dumps({
    "runs": [one.in_timezone("UTC").isoformat() for one in runs[1:]],
    "after_sleep_s": {
        name: (next_run(dag, now.subtract(days=3), dag.catchup) - now).total_seconds()
        for name, dag in bag.dags.items()
    },
    "took_s": took,
    "files": {s.file.lstrip("/"): s.duration.total_seconds() for s in bag.dagbag_stats},
    "errors": bag.import_errors,
    "modules": sorted(set(sys.modules)),
    "dags": {
        dag.dag_id: {
            "file": dag.fileloc,
            "doc": dag.doc_md,
            "deadlines": len(dag.deadline or []),
            "catchup": dag.catchup,
            "max_active_runs": dag.max_active_runs,
            "timetable": type(dag.timetable).__name__,
            "tasks": {
                task.task_id: {
                    "pool": task.pool,
                    "callbacks": [type(one).__name__ for one in task.on_failure_callback],
                    "policy": type(task.retry_policy).__name__,
                    "timeout_s": task.execution_timeout.total_seconds(),
                    "retries": task.retries,
                }
                for task in dag.tasks
            },
        }
        for dag in bag.dags.values()
    },
}))
"""


def read_dags(folder: Path) -> Mapping[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", _READER, str(DAGS)],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        cwd=folder,
        env=environment(
            folder,
            {"AIRFLOW_HOME": str(folder / "airflow"), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"},
        ),
    )
    assert done.returncode == 0, done.stderr
    told: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    return read_dags(tmp_path_factory.mktemp("integrity"))


def test_there_are_these_dags_and_no_others(bag: Mapping[str, Any]):
    assert bag["errors"] == {}
    assert set(bag["dags"]) == IDS


def test_dag_is_named_after_its_file(bag: Mapping[str, Any]):
    assert {name: Path(dag["file"]).stem for name, dag in bag["dags"].items()} == {
        name: name for name in IDS
    }


@pytest.mark.parametrize("name", sorted(IDS))
def test_dag_says_what_to_do_when_it_is_red(bag: Mapping[str, Any], name: str):
    doc = bag["dags"][name]["doc"]
    assert "**Triage.**" in doc
    assert len(doc.partition("**Triage.**")[2].split()) > 20


@pytest.mark.parametrize("name", sorted(IDS))
def test_dag_never_runs_twice_at_once_nor_for_the_past(bag: Mapping[str, Any], name: str):
    dag = bag["dags"][name]
    assert (dag["catchup"], dag["max_active_runs"], dag["deadlines"]) == (False, 1, 1)


@pytest.mark.parametrize("name", sorted(IDS))
def test_each_task_mails_its_failure_and_ends_in_time(bag: Mapping[str, Any], name: str):
    tasks = bag["dags"][name]["tasks"]
    assert tasks
    for task_id, task in tasks.items():
        assert task["callbacks"] == ["FailureMail"]
        assert task["policy"] == "ExceptionRetryPolicy"
        assert task["retries"] == (0 if task_id == "deliver" else 2)
        assert task["timeout_s"] <= 2 * 3600


def test_tasks_that_open_the_warehouse_share_one_slot(bag: Mapping[str, Any]):
    pooled = {
        f"{name}.{task_id}"
        for name, dag in bag["dags"].items()
        for task_id, task in dag["tasks"].items()
        if task["pool"] == "warehouse"
    }
    assert pooled == {
        "enrich.load",
        "enrich.publish",
        "housekeeping.choose",
        "housekeeping.drop",
        "housekeeping.purge",
        "housekeeping.publish",
        "rescore.take_in",
    }


@pytest.mark.parametrize("name", ["enrich", "alert"])
def test_woken_dag_has_a_floor_on_the_clock(bag: Mapping[str, Any], name: str):
    assert bag["dags"][name]["timetable"] == "AssetOrTimeSchedule"


def test_report_is_asked_for_from_seven_on_before_and_after_the_change_to_winter_time(
    bag: Mapping[str, Any],
):
    first: dict[str, str] = {}
    for run in bag["runs"]:
        first.setdefault(run[:10], run[11:16])
    days = ("2026-10-24", "2026-10-25", "2026-10-26", "2026-10-27")
    assert [first[day] for day in days] == ["05:00", "06:00", "06:00", "06:00"]
    assert sum(run.startswith("2026-10-26") for run in bag["runs"]) == 17


def test_machine_that_slept_for_three_days_makes_one_run_and_no_storm(bag: Mapping[str, Any]):
    periods = {
        "collect": 300,
        "enrich": 60,
        "alert": 60,
        "report": 8 * 3600,
        "rescore": 900,
        "housekeeping": 21_600,
    }
    after = bag["after_sleep_s"]
    # Earlier than one period before now would be a run for the time asleep, and more after it.
    assert {name for name in IDS if -periods[name] <= after[name] <= periods[name]} == IDS


def test_reading_the_dags_loads_no_heavy_library(bag: Mapping[str, Any]):
    assert set(HEAVY).isdisjoint(bag["modules"])
    assert "dags.policies" in bag["modules"]


def test_each_file_is_read_within_half_a_second(bag: Mapping[str, Any], tmp_path: Path):
    best: dict[str, float] = dict(bag["files"])
    for _ in range(4):
        if max(best.values()) <= 0.5:
            break
        again = read_dags(tmp_path)["files"]
        best = {name: min(took, again[name]) for name, took in best.items()}
    assert set(best) == {f"{name}.py" for name in IDS}
    assert max(best.values()) <= 0.5, best
