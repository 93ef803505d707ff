"""
Judge once more, by a better tone model, what people look at; safe to run again.

Every quarter of an hour, for as long as `budget` below `[rescore]` in tone.toml says: what open
incidents are about, what the reports show, what reaches many. Judging reads the snapshot and writes
files, so no load waits for it; taking them in takes a moment.

**Triage.** Nothing is lost: each match keeps the tone it has until a better one is written, and what
was judged waits as files.

- Skipped: there is nothing to judge, or no model to judge by; the log of `judge` says which.
- Red `judge`: does `luisterpost check` pass? Is the disk full?
- Red `take_in`: its log names the program that has the warehouse open; or a file was put aside in
  `aside/` below the data directory, the reason beside it. The next run judges that anew.
"""

from airflow.sdk import CronTriggerTimetable, chain, dag, task

from dags.assets import PUBLISHED
from dags.policies import WAREHOUSE, default_args, finish_within


@dag(
    schedule=CronTriggerTimetable("4/15 * * * *", timezone="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args=default_args(minutes=75),
    deadline=finish_within(90, "rescore"),
    doc_md=__doc__,
    tags=["luisterpost"],
)
def rescore() -> None:
    """Judge outside of the warehouse's pool, take in within it."""

    @task.short_circuit
    def judge() -> int:
        from dags.steps.rescoring import judge_what_matters
        from dags.steps.room import with_room

        return with_room(judge_what_matters)()

    @task(pool=WAREHOUSE, outlets=[PUBLISHED])
    def take_in() -> int:
        from dags.steps.rescoring import take_in_judged

        return take_in_judged()

    chain(judge(), take_in())


rescore()
