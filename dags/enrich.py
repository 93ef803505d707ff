"""
Understand what landed, load it, publish a snapshot; safe to run again.

Woken when something landed, and each minute besides. Each run takes all files that wait.

**Triage.**

- Red `understand`, "put aside": a file was broken. The others went on. The file lies in `aside/`
  below the data directory with the reason beside it; its stream is asked again within the hour.
- Red `load` or `publish`: nothing is lost, the files wait and the next run takes them. Is the disk
  full? Has another program opened `warehouse.duckdb` itself (the log names it; analysts open
  `snapshot.duckdb`)? Only one task at a time may use the pool `warehouse`.
- Tasks that stay "scheduled": the pool `warehouse` must exist with one slot
  (`airflow pools set warehouse 1 "one writer"`).
"""

from airflow.sdk import TriggerRule, chain, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.assets import LANDED, PUBLISHED
from dags.policies import WAREHOUSE, default_args, finish_within, on_bell_or_minute


@dag(
    schedule=on_bell_or_minute(LANDED),
    catchup=False,
    max_active_runs=1,
    default_args=default_args(minutes=20),
    deadline=finish_within(30, "enrich"),
    doc_md=__doc__,
    tags=["luisterpost"],
)
def enrich() -> None:
    """Enrich batch by batch, load once, publish."""

    @task.short_circuit  # Most minutes bring nothing: what starts no process delays no alert.
    def waiting() -> list[list[str]]:
        from dags.steps.enriching import is_anything_to_load, list_batches

        # Without a file there may be something left to load; an empty batch leads there.
        return list_batches() or ([[]] if is_anything_to_load() else [])

    @task
    def understand(files: list[str]) -> int:
        from dags.steps.enriching import enrich_batch
        from dags.steps.room import with_room

        return with_room(enrich_batch)(files)

    @task(trigger_rule=TriggerRule.ALL_DONE, pool=WAREHOUSE)
    def load() -> int:
        from dags.steps.enriching import is_anything_to_load, load_enriched

        if not is_anything_to_load():
            msg = "nothing waits"
            raise AirflowSkipException(msg)
        return load_enriched()

    @task(pool=WAREHOUSE, outlets=[PUBLISHED])
    def publish() -> str:
        from dags.steps.enriching import publish_snapshot

        return publish_snapshot()

    chain(understand.expand(files=waiting()), load(), publish())


enrich()
