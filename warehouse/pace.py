"""How often a stream is asked: by what it brings, and how long it has failed."""

from datetime import timedelta

from collectors.contract import Stream
from collectors.sources import Source
from warehouse.ledger import WHOLE, StreamHistory

_MANY = 50
"""New items, half a page of most platforms, from which on a stream is asked more often."""
_NEW = 0.5
"""Share of new items from which on `every` is right."""
_KNOWN = 0.25
"""Share of new items below which a stream brings mostly known ones."""
_MORE_OFTEN = 2
_LESS_OFTEN = 1.5

_SOONEST_GONE = timedelta(hours=1)
_LATEST_AUTH = timedelta(hours=1)
"""Once a person has corrected a key, it shall be noticed."""
_LATEST = timedelta(days=7)
_LONG = 48


def pace(source: Source, stream: Stream, history: StreamHistory) -> timedelta:
    """
    Decide how long after a stream's last attempt it is asked again. Pure.

    It begins at `source.every`. Many new items, or an answer that a cap cut off, make
    it half as long, down to `fastest`. A share of new items below a quarter makes it
    half as long again, up to `slowest`; one of half and more brings it back to `every`.

    A stream that fails is asked after a forty-eighth of the time for which it has
    failed (half an hour after a day), one that is gone after all of that time: ever
    more rarely, at least once in seven days, and four times within what the platform
    still gives.
    """
    if history.failing_since is not None and history.last_attempt_at is not None:
        failing_for = history.last_attempt_at - history.failing_since
        return max(source.every, _patience(stream, history.last_outcome, failing_for))
    if source.canary:  # What it times must not depend on what it brings.
        return source.every
    fastest = min(source.fastest or source.every / 2, source.every)
    slowest = max(source.slowest or source.every * 4, source.every)
    wait = source.every
    for brought in history.recent:
        if brought.outcome not in WHOLE or brought.items_new is None:
            continue
        share = brought.items_new / brought.items_seen if brought.items_seen else 0.0
        if brought.items_new >= _MANY or brought.outcome == "page_cap":
            wait = max(wait / _MORE_OFTEN, fastest)
        elif share < _KNOWN:
            wait = min(wait * _LESS_OFTEN, slowest)
        elif share >= _NEW and wait > source.every:
            wait = max(wait / _MORE_OFTEN, source.every)
        elif share >= _NEW:
            wait = min(wait * _LESS_OFTEN, source.every)
    return wait


def _patience(stream: Stream, outcome: str | None, failing_for: timedelta) -> timedelta:
    latest = _LATEST if stream.horizon is None else min(_LATEST, stream.horizon / 4)
    if outcome == "gone":
        return min(max(failing_for, _SOONEST_GONE), latest)
    if outcome == "auth_failed":
        return min(failing_for / _LONG, _LATEST_AUTH)
    return min(failing_for / _LONG, latest)
