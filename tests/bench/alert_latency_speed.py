"""
Measure how long an alert takes: `python -m tests.bench.alert_latency_speed [INCIDENTS]`.

Starts a local Airflow on the sample world, lands one file after another that each hold an
incident of their own, at times spread evenly over the minute, and prints how long each mail
took to reach the mail server, and which steps took that long. Twenty take about half an hour.
"""

import os
import signal
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from collectors.sample.world import build_world, last_monday
from tests.dags.latency import (
    NAMES,
    land_history,
    measure,
    spread_over_the_minute,
    tell,
    watch_organisations,
)
from tests.dags.running import local_airflow, wait_for
from tests.programs import CONFIG


def main() -> int:
    """Print the table."""
    for number in (signal.SIGINT, signal.SIGTERM):  # Airflow must not stay behind.
        signal.signal(number, signal.default_int_handler)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else len(NAMES)
    world = build_world(last_monday(datetime.now(UTC)))
    at = world.recall_at - timedelta(hours=2)
    print(f"{os.cpu_count()} cores, load of the last minute {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = folder / "home"
        config = watch_organisations(CONFIG, folder / "watched", count)
        land_history(home / "landing", count, at=at)
        with local_airflow(folder, home, at=at, config=config) as running:
            wait_for(
                "the end of all that waited",
                lambda: (
                    not list((home / "landing").glob("*.parquet"))
                    and running.ask(
                        "SELECT 1 FROM task_instance "
                        "WHERE task_id = 'publish' AND state = 'success'"
                    )
                ),
                about=lambda: running.ask(
                    "SELECT dag_id, state, count(*) FROM dag_run GROUP BY 1, 2"
                ),
            )
            taken = []
            for one in measure(running, NAMES[:count], at=at, pause=spread_over_the_minute(count)):
                taken.append(one)
                print(f"{one.seconds:6.1f} s, load {os.getloadavg()[0]:.1f}", flush=True)
    print(tell(taken))
    return 0


if __name__ == "__main__":
    sys.exit(main())
