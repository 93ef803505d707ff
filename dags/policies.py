"""Who writes to the warehouse, what is tried again, and who is told of failures."""

import os
import sys
import tomllib
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.sdk import (  # type: ignore[attr-defined]  # three are exported lazily, untyped
    Asset,
    AssetOrTimeSchedule,
    AsyncCallback,
    BaseNotifier,
    Context,
    CronTriggerTimetable,
    DeadlineAlert,
    DeadlineReference,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
)

from collectors.configuration.folder import ConfigurationError
from collectors.errors import AuthFailed
from dags.told import FilesPutAside, NowhereError, SourceFailed

WAREHOUSE = "warehouse"
"""The pool of one slot for every task that opens `warehouse.duckdb`."""

OPERATORS = [
    address.strip()
    for address in os.environ.get("LUISTERPOST_OPERATORS", "root@localhost").split(",")
]
"""Who hears of failures."""

COLLECT_MINUTES = int(os.environ.get("LUISTERPOST_COLLECT_MINUTES", "5"))
"""How often it is planned what is due; 1 to 59."""

BY_KIND = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception=[AuthFailed, ConfigurationError, NowhereError],
            action=RetryAction.FAIL,
            reason="a person must act",
        ),
        RetryRule(
            exception=[FilesPutAside, SourceFailed],
            action=RetryAction.FAIL,
            reason="it is recorded; the next round asks again, not before the platform allows",
        ),
    ]
)
"""Waiting helps against a full disk or a busy database, not against a wrong key."""

_BODY = """<p>{{{{ ti.dag_id }}}}, task {{{{ ti.task_id }}}}, attempt {{{{ ti.try_number }}}}: {told}.</p>
<p>The page of this run, with its log: <a href="{{{{ ti.log_url }}}}">{{{{ run_id }}}}</a></p>
<h3>What to do</h3><pre style="white-space: pre-wrap">{{{{ dag.doc_md | e }}}}</pre>"""


class FailureMail(BaseNotifier):
    """Mails that a task failed and what to do; of a source that keeps failing, once."""

    def notify(self, context: Context) -> None:
        """Send the mail, unless people know already."""
        error = context.get("exception")
        # Messages of other people's exceptions may hold texts.
        told = getattr(error, "told", type(error).__name__ if error else "ended from outside")
        if getattr(error, "is_news", True):
            mail = SmtpNotifier(
                to=OPERATORS,
                subject="[Luisterpost] {{ ti.dag_id }}: {{ ti.task_id }} failed",
                html_content=_BODY.format(told=escape(told).replace("{", "(")),
            )
            mail(context)


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
        "retry_delay": timedelta(minutes=1),
        "retry_policy": BY_KIND,
        "execution_timeout": timedelta(minutes=minutes),
        "on_failure_callback": callbacks,
    }


def finish_within(minutes: int, dag_id: str) -> DeadlineAlert | None:
    """
    Mail the operators when a run isn't done *minutes* after it was queued.

    None under `airflow dags test`, which has no triggerer to watch the time, and in Airflow 3.3
    fails at the end of each DAG that has a deadline: there the deadline has no row of its own.
    """
    if sys.argv[1:3] == ["dags", "test"]:
        return None
    late = f"[Luisterpost] {dag_id}: a run is not done after {minutes} minutes"
    what = (
        "<p>The run goes on. Look at its page: is a task waiting for the pool "
        f"'{WAREHOUSE}', for another program that has the warehouse open, or for a slow source?</p>"
    )
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(minutes=minutes),
        callback=AsyncCallback(
            SmtpNotifier, kwargs={"to": OPERATORS, "subject": late, "html_content": what}
        ),
    )


def on_bell_or_minute(bell: Asset) -> AssetOrTimeSchedule:
    """Schedule on an event, and each minute besides: events can get stranded."""
    # https://github.com/apache/airflow/issues/56050
    return AssetOrTimeSchedule(
        assets=[bell], timetable=CronTriggerTimetable("* * * * *", timezone="UTC")
    )
