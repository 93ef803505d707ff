"""
Write the status report of last week and mail it, on Mondays at 07:00 in the firm's time zone.

The zone is `time_zone` in `reports.toml`. The same snapshot gives the same report, and a report
that was mailed is not mailed again.

**Triage.** Nobody waits for anything but the report: clear the red task once the cause is gone.

- Red `write`: is there a snapshot (`enrich` makes it)? Does `luisterpost check` pass?
- Red `deliver`: the mail server can't be used. Correct the connection `smtp_default`
  (Admin → Connections); the mail stays in the outbox, and `alert` delivers it as well.
"""

from airflow.sdk import CronTriggerTimetable, chain, dag, task

from dags.policies import default_args, finish_within, firm_zone


@dag(
    schedule=CronTriggerTimetable("0 7 * * 1", timezone=firm_zone()),
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
    def write() -> str:
        from dags.steps.mailing import write_report

        return write_report()

    @task(retries=0)  # The outbox tries again.
    def deliver() -> int:
        from dags.steps.mailing import deliver

        return deliver()

    chain(write(), deliver())


report()
