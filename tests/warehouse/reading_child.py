"""
Read a snapshot again and again: `python -m tests.warehouse.reading_child HOME SECONDS`.

Any lock, missing file or half state ends it with a traceback. At the end it
writes how often it read and how many snapshots it saw.
"""

import sys
import time
from pathlib import Path

from tests.warehouse.rounds import check_snapshot


def main() -> None:
    home, seconds = Path(sys.argv[1]), float(sys.argv[2])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    deadline = time.monotonic() + seconds
    reads, held, names = 0, 0, set()
    while time.monotonic() < deadline:
        now_held, name = check_snapshot(home)
        if now_held < held:
            msg = f"went back from {held} rounds to {now_held}"
            raise AssertionError(msg)
        held = now_held
        names.add(name)
        reads += 1
    sys.stdout.write(f"{reads} {len(names)}\n")


if __name__ == "__main__":
    main()
