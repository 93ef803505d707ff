"""How long a task waits for the warehouse, and who had it meanwhile."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dags.told import WarehouseHeld

PATIENCE_S = float(os.environ.get("LUISTERPOST_LOCK_SECONDS", "300"))
"""A task waits so long in the one slot of its pool, then frees it and is tried again."""

_LOCKS = Path("/proc/locks")
_LOCK = re.compile(r"(?m)^\d+: .* (\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) \S+ \S+$")


@contextmanager
def naming_who_holds(warehouse: Path) -> Iterator[None]:
    """
    Turn running out of patience into an error that names the programs.

    Raises:
        WarehouseHeld: The warehouse couldn't be opened in time.
    """
    try:
        yield
    except TimeoutError as error:
        paths = (warehouse, warehouse.with_suffix(".lock"))
        names = dict.fromkeys(name for path in paths for name in holders_of(path))
        raise WarehouseHeld(list(names)) from error


def holders_of(path: Path) -> list[str]:
    """
    Name the other processes that hold a lock on a file, on Linux.

    Their programs only: a command line, or a user's name, may say too much.
    """
    try:
        status = path.stat()
        locks = _LOCKS.read_text(encoding="ascii")
    except OSError:
        return []
    file = (os.major(status.st_dev), os.minor(status.st_dev), status.st_ino)
    holders = {
        int(process)
        for process, major, minor, inode in _LOCK.findall(locks)
        if (int(major, 16), int(minor, 16), int(inode)) == file
    }
    return [_name(process) for process in sorted(holders - {0, os.getpid()})]


def _name(process: int) -> str:
    try:
        program = Path(f"/proc/{process}/comm").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return f"process {process}"
    return f"{program.strip()} (process {process})"
