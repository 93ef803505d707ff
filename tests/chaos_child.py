"""
Do whole rounds in processes that are killed: `python -m tests.chaos_child HOME CONFIG SEED`.

Each line on standard input, `TIME DELAY`, starts one round at that simulated time in a
process of its own, forked from this one, which has everything imported and the models
loaded, and nothing open. After DELAY seconds (negative: never) that process gets SIGKILL.
The answer is one line: `killed SECONDS STAGE` or `ended:STATUS SECONDS STAGE`.
"""

import os
import sys
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import collectors.workers
import enrichment.enrich
import luisterpost
import warehouse.plan
from collectors.collect import collect_job
from collectors.configuration.folder import Configuration, load_configuration
from collectors.registry import collector_for
from collectors.sample import CREDENTIALS
from collectors.settings import Settings
from enrichment.enricher import Enricher
from tests.chaos_world import BEGIN, PLATFORMS, write_posts
from tests.warehouse.crash_child import wait, watch
from tests.warehouse.rounds import mark


def watch_round(home: Path) -> None:
    """Let each part of a round say that it begins."""
    watch(home)

    def marked(stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def begin(*args: Any, **keys: Any) -> Any:
            mark(home, stage)
            return work(*args, **keys)

        return begin

    warehouse.plan.plan_round = marked("plan", warehouse.plan.plan_round)
    collectors.workers.collect_job = marked("collect", collect_job)
    enrichment.enrich.enrich_waiting = marked("enrich", enrichment.enrich.enrich_waiting)


def run(home: Path, configuration: Configuration, enricher: Enricher, now: datetime) -> None:
    watch_round(home)
    mark(home, "begin")
    settings = Settings(home=home, config=configuration.folder, fixed_now=now)
    luisterpost.run_round(settings, configuration, CREDENTIALS, enricher=enricher, has_bar=False)
    mark(home, "end")


def start(home: Path, configuration: Configuration, enricher: Enricher, now: datetime) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        run(home, configuration, enricher, now)
    except BaseException:  # noqa: BLE001 - a forked process must end here, whatever happened
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def main() -> None:
    home, config, seed = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    home.mkdir(parents=True, exist_ok=True)
    configuration = load_configuration(config, BEGIN, luisterpost.OPTIONAL_FILES)
    for platform in PLATFORMS:
        collector_for(platform)
    # It remembers what it analysed, so that the rounds need not repeat each other's work.
    enricher = Enricher(configuration.watchlist, has_entities=False)
    nothing = {"mention_id": "", "title": None, "language_tag": None}
    rows = [nothing | {"platform": p.platform, "text": p.text} for p in write_posts(int(seed))]
    enricher.enrich(rows, now=BEGIN)
    for line in sys.stdin:
        now, delay = line.split()
        pid = start(home, configuration, enricher, datetime.fromisoformat(now))
        answer = wait(pid, float(delay))
        stage = (home / "stage").read_text() if (home / "stage").exists() else "start"
        sys.stdout.write(f"{answer} {stage or 'start'}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
