"""Mails to the operators that Airflow calls for: a task failed, a run is late."""

import os
import time
from contextlib import suppress
from datetime import timedelta
from email.utils import formataddr, getaddresses
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from airflow.configuration import conf
from airflow.sdk import BaseNotifier, Context


def operators_of(text: str) -> list[str]:
    """
    Read addresses, with or without names, separated by commas.

    Returns:
        Those that are addresses: a slip in one must not silence the mails to the others;
        root's on this machine, if none is.
    """
    found = [
        formataddr(pair) if pair[0].isascii() else pair[1]
        for pair in getaddresses([text])
        if "@" in pair[1]
    ]
    return found or ["root@localhost"]


OPERATORS = operators_of(os.environ.get("LUISTERPOST_OPERATORS", ""))
"""Who hears of failures."""

_QUIET = timedelta(hours=1)
"""A task that fails again and again for the same cause is mailed about so often."""

_LATE = """
The deadline counts from when the run was queued. Only one run of each DAG goes on at a time, so
the next one waits for this one and then takes all that waits: nothing is lost.

**Triage.** Open the run's page. What is its first task that is not done?

- "scheduled" or "queued": it waits for a slot. Does the pool `warehouse` exist with one slot
  (`airflow pools list`), and which task has it? Is the scheduler alive (`airflow jobs check`)?
- "running": its log says what it waits for: another program that has the warehouse open, or a slow
  source.
- "up for retry": it failed, and is tried again; its log says why.
- To end it, mark the task as failed on its page: the next run goes on from there.
"""


class FailureMail(BaseNotifier):
    """Mails that a task failed and what to do; what keeps failing alike, once an hour."""

    def notify(self, context: Context) -> None:
        """Send the mail, unless people know already."""
        from dags.causes import cause_of, is_news, remember
        from dags.notices import Notice, post

        error = context.get("exception")
        if not getattr(error, "is_news", True):
            return
        ti, dag = context["ti"], context["dag"]
        home = os.environ.get("LUISTERPOST_HOME", "")
        allowed = getattr(context.get("task"), "execution_timeout", None)
        cause = cause_of(
            error if isinstance(error, BaseException) else None, home=home, allowed=allowed
        )
        key = f"{ti.dag_id} {ti.task_id}: {cause.told}"
        known = Path(home or ".") / "failing"
        if not is_news(known, key, quiet=_QUIET, now=time.time()):
            return
        notice = Notice(
            key=f"{ti.run_id} {ti.map_index} {key}",
            recipients=OPERATORS,
            subject=f"[Luisterpost] {ti.dag_id}: {ti.task_id} failed",
            headline=f"{ti.dag_id}: {ti.task_id} failed",
            told=cause.told,
            to_do=cause.to_do,
            facts=[
                ("Run", str(ti.run_id)),
                ("Attempts", str(ti.try_number)),
                ("Again", "the same failure is not mailed for an hour"),
            ],
            page=str(ti.log_url),
            note=dag.doc_md or "",
        )
        post(notice)
        with suppress(OSError):  # Told twice is better than not at all.
            remember(known, key)


class LateMail(BaseNotifier):
    """Mails that a run is not done in time; the triggerer calls it."""

    def __init__(self, dag_id: str, minutes: float, context: Context | None = None) -> None:
        super().__init__(context)
        self.dag_id = dag_id
        self.minutes = minutes

    async def async_notify(self, context: Context) -> None:
        """Send the mail."""
        from dags.notices import Notice, post_from_triggerer

        # The triggerer gives what the API would say of the run, and no more.
        run = cast("dict[str, Any]", context.get("dag_run") or {})
        run_id = str(run.get("dag_run_id", ""))
        pages = conf.get("api", "base_url", fallback="http://localhost:8080").rstrip("/")
        await post_from_triggerer(
            Notice(
                key=f"late {self.dag_id} {run_id}",
                recipients=OPERATORS,
                subject=f"[Luisterpost] {self.dag_id}: a run is not done after {self.minutes:g} minutes",
                headline=f"{self.dag_id}: a run is not done",
                told=f"{self.minutes:g} minutes after it was queued it is not done; it goes on",
                to_do="",
                facts=[
                    ("Run", run_id),
                    ("Queued", str(run.get("queued_at") or "unknown")),
                    ("Began", str(run.get("start_date") or "not yet")),
                ],
                page=f"{pages}/dags/{quote(self.dag_id)}/runs/{quote(run_id, safe='')}",
                note=_LATE,
            )
        )
