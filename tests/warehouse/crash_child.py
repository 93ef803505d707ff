"""
Run rounds in processes that are killed: `python -m tests.warehouse.crash_child HOME`.

Each line on standard input, `NUMBER DELAY`, starts one round in a process of
its own, forked from this one, which has everything imported and nothing open.
After DELAY seconds (negative: never) that process gets SIGKILL. The answer is
one line: `killed STAGE SECONDS` or `ended STATUS SECONDS`.
"""

import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.warehouse.rounds import mark, run_round, settings
from warehouse import connection, intake, load, privacy, publish


def watch(home: Path) -> None:
    """Let each step say that it begins."""

    def marked(stage: Callable[..., str], work: Callable[..., Any]) -> Callable[..., Any]:
        def begin(*args: Any, **keys: Any) -> Any:
            mark(home, stage(*args))
            return work(*args, **keys)

        return begin

    script = marked(lambda _connection, name, _parameters: f"load:{name}", load.run_script)
    load.run_script = privacy.run_script = script
    intake.tidy_up = marked(lambda *_: "tidy", intake.tidy_up)
    intake.apply_watchlist = marked(lambda *_: "open", intake.apply_watchlist)
    publish._copy_tables = marked(lambda *_: "publish:copy", publish._copy_tables)
    publish.create_views = marked(lambda *_: "publish:views", publish.create_views)
    publish._point = marked(lambda *_: "publish:point", publish._point)


def work(home: Path, number: int) -> None:
    watch(home)
    mark(home, "begin")
    run_round(home, number)
    if number % 3 == 0:
        mark(home, "rewrite")
        connection.rewrite(settings(home).warehouse, tell=lambda _: None)
    mark(home, "end")


def start(home: Path, number: int) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        work(home, number)
    except BaseException:  # noqa: BLE001 - a forked process must end here, whatever happened
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def wait(pid: int, delay_s: float) -> str:
    begun = time.monotonic()
    descriptor = os.pidfd_open(pid)
    ready, _, _ = select.select([descriptor], [], [], None if delay_s < 0 else delay_s)
    if not ready:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    os.close(descriptor)
    took = time.monotonic() - begun
    if os.WIFSIGNALED(status):
        return f"killed {took:.3f}"
    return f"ended:{os.waitstatus_to_exitcode(status)} {took:.3f}"


def main() -> None:
    home = Path(sys.argv[1])
    home.mkdir(parents=True, exist_ok=True)
    for line in sys.stdin:
        number, delay = line.split()
        answer = wait(start(home, int(number)), float(delay))
        stage = (home / "stage").read_text() if (home / "stage").exists() else "start"
        sys.stdout.write(f"{answer} {stage or 'start'}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
