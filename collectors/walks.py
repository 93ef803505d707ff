"""Walks: what a job that ended early leaves to go on with, and what has to be given up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from collectors.contract import Interval, Job, Page, Remainder
from collectors.errors import BadRequest, CollectError, PlaceLost, SourceGone

_RESTARTS = 1
"""How often a walk whose place is lost begins again before the rest is given up."""

_REFUSALS = (PlaceLost, BadRequest, SourceGone)


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """What is left of a job."""

    remainder: Remainder | None = None
    continues: tuple[str, ...] = ()
    """The jobs whose remainders are no longer open."""
    given_up: tuple[Interval, ...] = ()
    """What can't be reached; the plan does not ask for it again."""


def what_is_left(
    job: Job, pages: Sequence[Page], *, is_cut: bool, error: CollectError | None, at: datetime
) -> Left:
    """
    Tell what a later job has to go on with. Pure.

    A cap and a passing fault leave the place where reading stopped. A place that the
    platform no longer knows, or from which it leads in a circle, is lost: the walk begins
    once more at the newest item; where that gets stuck as well, the rest is given up.

    Args:
        job: What was to be read.
        pages: What was read of it.
        is_cut: There was more.
        error: What ended the job, if it was the platform.
        at: When it ended (aware, UTC).
    """
    if job.reach == "feed" or not is_cut:
        return Left(continues=job.continues)
    before = job.remainder or Remainder(since=job.since, until=job.until)
    if not pages:
        return _stuck(job, before, error, at) if before.cursor else Left()
    reached = [i.since for i in pages[-1].answered if i.reason == "answered"]
    until = min((*reached, before.until))
    if job.since is not None and until <= job.since:
        return Left(continues=job.continues)
    gets_further = until < before.until or not before.cursor
    left = replace(
        before,
        since=job.since,
        until=until,
        cursor=pages[-1].cursor,
        stuck_since=None if gets_further else before.stuck_since or at,
    )
    is_lost = isinstance(error, PlaceLost) or (job.is_last_try and not gets_further)
    if left.cursor and is_lost:
        return _lost(job, left)
    return Left(remainder=left, continues=job.continues)


def _stuck(job: Job, before: Remainder, error: CollectError | None, at: datetime) -> Left:
    if isinstance(error, _REFUSALS) or job.is_last_try:
        return _lost(job, before)
    stuck = replace(before, since=job.since, stuck_since=before.stuck_since or at)
    return Left(remainder=stuck, continues=job.continues)


def _lost(job: Job, left: Remainder) -> Left:
    if left.restarts < _RESTARTS or job.since is None:
        again = replace(left, since=job.since, cursor=None, restarts=_RESTARTS, stuck_since=None)
        return Left(remainder=again, continues=job.continues)
    gap = Interval(since=job.since, until=left.until, reason="possible_gap")
    return Left(continues=job.continues, given_up=(gap,))
