"""Judge once more what matters, within a time budget, and take in what was judged."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from collectors.landing import waiting_files
from collectors.settings import Settings
from enrichment.tone.model import ToneModel
from warehouse.aside import put_aside
from warehouse.connection import Tell, open_warehouse
from warehouse.rescore import Ask, Candidate
from warehouse.rescore_file import TakenIn, keys_within, take_in, write_rescored
from warehouse.rescore_judging import judge_in_batches

Timer = Callable[[], float]
"""Tells seconds that pass on the clock on the wall, from any beginning."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judging:
    """What one run judged."""

    waiting: int
    """Matches that waited when it began, those in files included."""
    before: int
    """Of them, those that an earlier run judged whose files wait still."""
    judged: int
    took_s: float

    @property
    def left(self) -> int:
        """Matches that wait for the next run."""
        return max(0, self.waiting - self.before - self.judged)


def judge_within(
    folder: Path,
    ask: Ask,
    candidates: Sequence[Candidate],
    model: ToneModel,
    *,
    budget: timedelta,
    timer: Timer,
    now: datetime,
    progress: Callable[[int], None] = lambda _matches: None,
) -> Judging:
    """
    Judge candidates in their order until they are done or the time is up.

    Each batch becomes a file as soon as it is judged, so a kill loses the one that is being
    judged, and nothing waits for the warehouse. A batch that was begun is finished.

    Args:
        folder: Where the files wait; what they hold already is not judged again.
        ask: Runs a named query on the snapshot that *candidates* were read from.
        candidates: See `rescore.read_candidates`.
        model: Judges.
        budget: On the clock on the wall.
        timer: That clock.
        now: What the files are marked with (aware, UTC).
        progress: Told after each batch how many matches it judged.
    """
    begun = timer()
    done = keys_within(waiting_files(folder), model=model.name)
    wanted = {one.mention_id for one in candidates}
    before = sum(key[0] in wanted for key in done)
    progress(before)
    judged = 0
    batches = judge_in_batches(ask, candidates, model, done=done)
    while timer() - begun < budget.total_seconds():
        rows: list[dict[str, Any]] | None = next(batches, None)
        if rows is None:
            break
        write_rescored(folder, rows, now=now)
        judged += len(rows)
        progress(len(rows))
    return Judging(
        waiting=sum(one.places for one in candidates),
        before=before,
        judged=judged,
        took_s=timer() - begun,
    )


def take_in_waiting(
    settings: Settings,
    *,
    reported_until: datetime | None,
    tell: Tell,
    timeout_s: float = -1,
) -> tuple[TakenIn, list[Path]]:
    """
    Take in what was judged once more and waits; broken files move to `settings.aside`.

    Returns:
        What became of the files; and those that may go as soon as a snapshot knows of them.
        Until then they tell the next run what is judged already.

    Raises:
        TimeoutError: Another process had the warehouse open for longer than *timeout_s*;
            negative: wait without end.
    """
    now = settings.clock()
    with open_warehouse(settings.warehouse, tell=tell, timeout_s=timeout_s) as connection:
        # Under the lock: what another process has taken in meanwhile is gone from the list.
        paths = waiting_files(settings.rescored)
        taken = take_in(connection, paths, now=now, reported_until=reported_until)
        for path, why in taken.broken:
            with suppress(FileNotFoundError):
                put_aside(path, settings.aside, why)
    aside = {path for path, _ in taken.broken}
    return taken, [path for path in paths if path not in aside]
