"""
Collect what is due from each source; safe to run again.

Every five minutes (`LUISTERPOST_COLLECT_MINUTES`) it is planned which streams are due (`every` in `sources.toml`), and each
source's jobs are fetched side by side with the other sources'. What landed rings for `enrich`.

**Triage.** A red square of one source is that source's trouble: the others land all the same,
the run stays green, and the source is asked again next time for what it did not answer. It is
mailed once: at once for `auth_failed`, `gone` and `bad_request`, else after an hour.

- `auth_failed`: the key is missing, wrong or expired. Correct the connection that the source's
  `credential` names (Admin → Connections), and run `luisterpost try SOURCE`.
- `gone`, `bad_request`: the address or the query is wrong: correct `sources.toml`, run
  `luisterpost check`.
- `timeout`, `unreachable`, `server_error`, `bad_answer`: see the platform's status page, and
  whether this machine reaches the address.
- Red `plan`: its log names the mistake in the configuration, or the missing folder.
"""

from typing import Any, cast

from airflow.sdk import CronTriggerTimetable, TriggerRule, chain, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.assets import LANDED
from dags.policies import COLLECT_MINUTES, default_args, finish_within
from dags.told import Batch, NoPlan


@dag(
    schedule=CronTriggerTimetable(f"*/{COLLECT_MINUTES} * * * *", timezone="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args=default_args(minutes=20),
    deadline=finish_within(30, "collect"),
    doc_md=__doc__,
    tags=["luisterpost"],
)
def collect() -> None:
    """Plan, fetch source by source, ring."""

    @task
    def plan() -> list[Batch]:
        from dags.steps.collecting import plan_batches

        return plan_batches()

    @task(map_index_template="{{ source }}")
    def fetch(batch: Batch) -> int:
        from dags.steps.collecting import fetch_batch

        cast("dict[str, Any]", get_current_context())["source"] = batch["source"]
        return len(fetch_batch(batch))

    @task(trigger_rule=TriggerRule.ALL_DONE, outlets=[LANDED])
    def ring(planned: list[Batch] | None) -> int:
        if planned is None:
            raise NoPlan
        if not planned:
            msg = "nothing is due"
            raise AirflowSkipException(msg)
        return sum(len(batch["jobs"]) for batch in planned)

    planned = plan()
    chain(fetch.expand(batch=planned), ring(planned))  # type: ignore[arg-type]  # an XComArg until it runs


collect()
