"""
Do backfills in processes that are killed: `python -m tests.backfill_child CONFIG WORDS…`.

Each line on standard input, `HOME STAGE DELAY`, starts `luisterpost backfill WORDS` in a process of
its own, forked from this one, which has everything imported and the models loaded, and nothing
open. DELAY seconds after it came to STAGE that process gets SIGKILL; one that never comes there
ends by itself. The answer is one line: `killed SECONDS STAGE` or `ended:STATUS SECONDS STAGE`;
what it says goes to `HOME/said`.
"""

import functools
import os
import select
import sys
import traceback
from pathlib import Path

import enrichment.enrich
import luisterpost
from collectors.configuration.folder import load_configuration
from collectors.registry import collector_for
from enrichment.enricher import Enricher
from tests.chaos_child import watch_round
from tests.chaos_world import BEGIN
from tests.warehouse.crash_child import wait
from tests.warehouse.rounds import mark


def start(home: Path, words: list[str]) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        said = os.open(home / "said", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(said, 1)
        os.dup2(said, 2)
        watch_round(home)
        mark(home, "begin")
        luisterpost.app(words)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0
        mark(home, "end")
    except BaseException:  # noqa: BLE001 - a forked process must end here, whatever happened
        traceback.print_exc()
    os._exit(status)


def comes_to(pid: int, stage: str, home: Path) -> bool:
    """Wait until a process comes to a stage; tell whether it did before it ended."""
    ended = os.pidfd_open(pid)
    try:
        while not select.select([ended], [], [], 0.005)[0]:
            if (home / "stage").read_text().startswith(stage):
                return True
        return False
    finally:
        os.close(ended)


def main() -> None:
    config, *words = sys.argv[1:]
    configuration = load_configuration(Path(config), BEGIN, luisterpost.OPTIONAL_FILES)
    collector_for("x")
    enricher = Enricher(configuration.watchlist, has_entities=False)
    nothing = {"mention_id": "", "title": None, "language_tag": None, "platform": "x"}
    enricher.enrich([nothing | {"text": "Épervier is goed bier"}], now=BEGIN)
    ready = functools.partial(enrichment.enrich.enrich_waiting, enricher=enricher)
    enrichment.enrich.enrich_waiting = ready
    command = ["backfill", *words, "--config", config]
    for line in sys.stdin:
        name, stage, delay = line.split()
        home = Path(name)
        mark(home, "start")
        pid = start(home, [*command, "--home", name])
        answer = wait(pid, float(delay) if comes_to(pid, stage, home) else -1)
        sys.stdout.write(f"{answer} {(home / 'stage').read_text() or 'start'}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
