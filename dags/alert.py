"""
Decide what deserves an alert, and mail it; safe to run again.

Woken by each new snapshot, and each minute besides: updates, closings and repeated deliveries need
a clock. It reads the snapshot and writes the desk, and never waits for the warehouse.

**Triage.** Nothing is lost: an incident and its mail are committed together, and a mail stays in
the outbox until a server took it.

- Red `deliver`: the mail server can't be used. The log says why. Correct the connection
  `smtp_default` (Admin → Connections); the outbox tries again after 1, 5, 15 minutes, 1 hour and
  then every 6 hours. `luisterpost mail outbox` lists what waits and what was given up.
- Red `decide`: alerts are **not** being decided; act now. Its log names the mistake. Is there a
  snapshot (`enrich` makes it)? Does `luisterpost check` pass? `deliver` still delivers what waits,
  and is red, too, so that the run is.
"""

from airflow.sdk import TriggerRule, dag, task

from dags.assets import PUBLISHED
from dags.policies import default_args, finish_within, on_bell_or_minute
from dags.told import NotDecided


@dag(
    schedule=on_bell_or_minute(PUBLISHED),
    catchup=False,
    max_active_runs=1,
    default_args=default_args(minutes=10) | {"priority_weight": 10},  # Before all that waits.
    deadline=finish_within(15, "alert"),
    doc_md=__doc__,
    tags=["luisterpost"],
)
def alert() -> None:
    """Decide, deliver."""

    @task
    def decide() -> int:
        from dags.steps.mailing import decide_alerts

        return decide_alerts()

    @task(trigger_rule=TriggerRule.ALL_DONE, retries=0)  # The outbox tries again.
    def deliver(decided: int | None) -> int:
        from dags.steps.mailing import deliver

        sent = deliver()
        if decided is None:
            raise NotDecided
        return sent

    deliver(decide())  # type: ignore[arg-type]  # what `decide` returns, once it has run


alert()
