"""
Let go of what may not be kept, every six hours; safe to run again.

Stored posts are looked up again at their platforms, newest first: `enrich` loads what was found, and
posts that were deleted, protected or withheld go with that load.
Mentions that concern nobody go after their time, withdrawn consents take their rows along, the
warehouse is rewritten if rows were deleted, so that they leave no bytes, a new snapshot replaces
the old ones, and the bodies of mails that were delivered long ago are emptied.

**Triage.** Nothing is lost when it is red, but deletions must be purged within twelve hours: see
the log today.

- Red `purge`: the rewrite needs room for a second copy of `warehouse.duckdb`. Is the disk full?
- Red `look_up`: its log names the sources that did not answer; what others said is loaded. A deletion
  must be noticed within a day on X: correct the credential today.
- "the key of the tombstones": restore the key file that the log names from its backup.
"""

from airflow.sdk import CronTriggerTimetable, chain, dag, task

from dags.assets import LANDED, PUBLISHED
from dags.policies import WAREHOUSE, default_args, finish_within


@dag(
    schedule=CronTriggerTimetable("20 */6 * * *", timezone="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args=default_args(minutes=120),
    deadline=finish_within(180, "housekeeping"),
    doc_md=__doc__,
    tags=["luisterpost"],
)
def housekeeping() -> None:
    """Look up; drop, purge, publish; empty old mails."""

    @task(pool=WAREHOUSE)
    def choose() -> str:
        from dags.steps.housekeeping import choose_rechecks

        return choose_rechecks()

    @task(outlets=[LANDED])
    def look_up(chosen: str) -> int:
        from dags.steps.housekeeping import look_up_posts

        return look_up_posts(chosen)

    @task(pool=WAREHOUSE)
    def drop() -> int:
        from dags.steps.housekeeping import drop_expired

        return drop_expired()

    @task(pool=WAREHOUSE)
    def purge() -> int:
        from dags.steps.housekeeping import purge_bytes

        return purge_bytes()

    @task(pool=WAREHOUSE, outlets=[PUBLISHED])
    def publish() -> str:
        from dags.steps.enriching import publish_snapshot

        return publish_snapshot()

    @task
    def empty() -> int:
        from dags.steps.housekeeping import empty_mails

        return empty_mails()

    look_up(choose())  # type: ignore[arg-type]  # an XComArg until it runs
    empty()
    chain(drop(), purge(), publish())


housekeeping()
