"""
Write each status report that is due and mail it: from 07:00 on in the firm's time zone.

`every` in `reports.toml` says which: of each day, of each week on Mondays, of each month on the
1st; `time_zone` whose mornings. A run on each hour from 07:00 asks what is due: a report that was
missed is made up for once the machine is awake and new data are published, and no report is mailed
twice. Mostly nothing is due, and the run ends at once.

**Triage.** Nobody waits for anything but the report: clear the red task once the cause is gone.

- Red `write`: does `luisterpost check` pass? Does `luisterpost report status` write the report?
- No report although it is due: it waits for a snapshot made after the period's end; see `enrich`.
- Red `deliver`: the mail server can't be used. Correct the connection `smtp_default`
  (Admin → Connections); the mail stays in the outbox, and `alert` delivers it as well.
"""

from airflow.sdk import CronTriggerTimetable, dag, task

from dags.policies import default_args, finish_within, firm_zone


@dag(
    schedule=CronTriggerTimetable("0 7-23 * * *", timezone=firm_zone()),
    catchup=False,
    max_active_runs=1,
    default_args=default_args(minutes=20),
    deadline=finish_within(60, "report"),
    doc_md=__doc__,
    tags=["luisterpost"],
)
def report() -> None:
    """Write, deliver."""

    @task
    def write() -> list[str]:
        from dags.steps.mailing import write_reports

        return write_reports()

    @task(retries=0)  # The outbox tries again, and so does `alert`.
    def deliver(written: list[str]) -> int:
        from dags.steps.mailing import deliver

        return deliver() if written else 0

    deliver(write())  # type: ignore[arg-type]  # what `write` returns, once it has run


report()
