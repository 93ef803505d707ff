"""The canary's watch: tell that its items no longer arrive."""

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from collectors.canary import EVERY
from warehouse.connection import open_snapshot
from warehouse.query import rows

_PATIENCE = 2 * EVERY
"""One item may be missing, as where a server restarts."""


def late_canaries(snapshot: Path, *, now: datetime) -> list[str]:
    """
    List the canaries whose newest item in the snapshot is older than two hours.

    Args:
        snapshot: The snapshot's stable name; none may have been published yet.
        now: The present (aware, UTC).

    Returns:
        One line for people for each late one.
    """
    if not snapshot.exists():
        return []
    with closing(open_snapshot(snapshot)) as connection:
        found = rows(connection, "canary_newest")
    return [
        _words(row["source"], now - row["newest_at"], is_silent=row["is_silent"])
        for row in found
        if now - row["newest_at"] > _PATIENCE
    ]


def _words(source: str, age: timedelta, *, is_silent: bool) -> str:
    hours = f"{age / timedelta(hours=1):,.1f} h"
    what = (
        f"none of its items arrived in {hours}"
        if is_silent
        else f"its newest item in the snapshot is {hours} old"
    )
    return (
        f"canary {source} is late: {what}; see whether `luisterpost canary write` is run "
        "hourly, its feed is answered, and rounds are done"
    )
