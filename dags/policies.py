"""Who writes to the warehouse, what is tried again, and who is told of failures."""

import os
import sys
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from airflow.sdk import (  # type: ignore[attr-defined]  # three are exported lazily, untyped
    Asset,
    AssetOrTimeSchedule,
    AsyncCallback,
    BaseNotifier,
    CronTriggerTimetable,
    DeadlineAlert,
    DeadlineReference,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
)

from collectors.configuration.folder import ConfigurationError
from collectors.errors import AuthFailed
from dags.operator_mails import FailureMail, LateMail
from dags.told import FilesPutAside, NoPlan, NowhereError, SourceFailed

WAREHOUSE = "warehouse"
"""The pool of one slot for every task that opens `warehouse.duckdb`."""

COLLECT_MINUTES = int(os.environ.get("LUISTERPOST_COLLECT_MINUTES", "5"))
"""How often it is planned what is due; 1 to 59."""

RETRY_DELAY = timedelta(seconds=float(os.environ.get("LUISTERPOST_RETRY_SECONDS", "60")))
"""How long after a failure a task is tried again."""

BY_KIND = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception=[AuthFailed, ConfigurationError, NowhereError],
            action=RetryAction.FAIL,
            reason="a person must act",
        ),
        RetryRule(
            exception=[FilesPutAside, NoPlan, SourceFailed],
            action=RetryAction.FAIL,
            reason="it is recorded; the next round asks again, not before the platform allows",
        ),
    ]
)
"""Waiting helps against a full disk or a busy database, not against a wrong key."""

_DEADLINES = {
    name: float(minutes)
    for name, _, minutes in (
        one.partition("=") for one in os.environ.get("LUISTERPOST_DEADLINES", "").split()
    )
}
"""Minutes by DAG, where its own don't fit, as in `housekeeping=240 collect=45`."""


def firm_zone() -> str:
    """Tell whose Monday morning it is: `time_zone` in `reports.toml`."""
    path = Path(os.environ.get("LUISTERPOST_CONFIG", "")) / "reports.toml"
    default = "Europe/Brussels"
    try:
        zone = tomllib.loads(path.read_text(encoding="utf-8")).get("time_zone", default)
        return str(ZoneInfo(zone))
    except (OSError, ValueError, TypeError, ZoneInfoNotFoundError):
        return default  # A mistake there fails the tasks, which name it, and not the schedule.


def default_args(*, minutes: int) -> dict[str, Any]:
    """Give what holds for each task of a DAG, which is ended after so many *minutes*."""
    callbacks: list[BaseNotifier] = [FailureMail()]
    return {
        "owner": "luisterpost",
        "retries": 2,
        "retry_delay": RETRY_DELAY,
        "retry_policy": BY_KIND,
        "execution_timeout": timedelta(minutes=minutes),
        "on_failure_callback": callbacks,
    }


def finish_within(minutes: int, dag_id: str) -> DeadlineAlert | None:
    """
    Mail the operators when a run isn't done *minutes* after it was queued.

    `LUISTERPOST_DEADLINES` may say other minutes.

    None under `airflow dags test`, which has no triggerer to watch the time, and in Airflow 3.3
    fails at the end of each DAG that has a deadline: there the deadline has no row of its own.
    """
    if sys.argv[1:3] == ["dags", "test"]:
        return None
    within = _DEADLINES.get(dag_id, float(minutes))
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(minutes=within),
        callback=AsyncCallback(LateMail, kwargs={"dag_id": dag_id, "minutes": within}),
    )


def on_bell_or_minute(bell: Asset) -> AssetOrTimeSchedule:
    """Schedule on an event, and each minute besides: events can get stranded."""
    # https://github.com/apache/airflow/issues/56050
    return AssetOrTimeSchedule(
        assets=[bell], timetable=CronTriggerTimetable("* * * * *", timezone="UTC")
    )
