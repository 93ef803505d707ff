"""The outlook: of each stream what it is asked, how often, at what cost, when next, or why not."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from collectors.contract import Job, Stream
from collectors.permitted import permitted_streams
from collectors.readiness import SourceState
from collectors.registry import collector_for
from collectors.watchlist import Watchlist
from warehouse.connection import open_ledger
from warehouse.costs import price_of
from warehouse.ledger import StreamHistory
from warehouse.limits import Fitted
from warehouse.pace import pace
from warehouse.plan import Standing, next_due
from warehouse.query import rows

MONTH = timedelta(days=30)
_JUDGED_OVER = timedelta(days=7)
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamOutlook:
    """What is in store for one stream."""

    source: str
    platform: str
    stream: str
    params: Mapping[str, str]
    """What it is asked: the query, the account, the address."""
    state: Literal["due", "later", "waits", "claimed", "off"]
    next_at: datetime | None
    """When it is due; None: it is off."""
    why: str | None
    """Why it waits or is off."""
    is_thrifty: bool
    requests_day: float | None
    """Requests on a day at the present pace, by its fetches of the last seven days."""
    least_requests_day: float
    """The same if one request were enough each time."""
    month_eur: float | None
    """What it costs in 30 days; None: no figure yet."""
    windows: Sequence[tuple[datetime | None, datetime]] = ()
    """Which times it is asked for now."""


def stream_outlooks(
    standing: Standing,
    fitted: Fitted,
    watchlist: Watchlist,
    requests: Mapping[tuple[str, str], float],
) -> list[StreamOutlook]:
    """
    Tell what is in store for each stream, sources that are off included. Pure.

    Args:
        standing: What the plan was made from.
        fitted: The plan.
        watchlist: What queries are derived from.
        requests: How many requests one fetch of a stream makes, where that is known.
    """
    planned: dict[tuple[str, str], list[Job]] = defaultdict(list)
    for job in fitted.jobs:
        planned[job.source, job.stream].append(job)
    put_off = {(one.job.source, one.job.stream): one.why for one in fitted.put_off}
    claimed = {(job.source, job.stream) for job in standing.claimed}
    outlooks = []
    for state in standing.states:
        for stream in _streams(state, watchlist, standing.now):
            key = state.source.name, stream.key
            history = standing.ledger.get(key, StreamHistory())
            due_at = next_due(state.source, stream, history, standing.now)
            word: Literal["due", "later", "waits", "claimed", "off"]
            if state.why_off is not None:
                word, why = "off", state.why_off
            elif key in claimed:
                word, why = "claimed", None
            elif key in planned:
                word, why = "due", None
            elif key in put_off:
                word, why = "waits", put_off[key]
            else:
                word, why = "later", None
            rounds_a_day = _DAY / pace(state.source, stream, history)
            known = requests.get(key)
            outlooks.append(
                StreamOutlook(
                    source=state.source.name,
                    platform=state.source.platform,
                    stream=stream.key,
                    params=stream.params,
                    state=word,
                    next_at=None if word == "off" else due_at,
                    why=why,
                    is_thrifty=stream.key in standing.thrifty.get(state.source.name, ()),
                    requests_day=None if known is None else known * rounds_a_day,
                    least_requests_day=rounds_a_day,
                    month_eur=_month_eur(standing, state, stream),
                    windows=[(job.since, job.until) for job in planned.get(key, ())],
                )
            )
    return outlooks


def _streams(state: SourceState, watchlist: Watchlist, now: datetime) -> Sequence[Stream]:
    if state.why_off is None:
        return state.streams
    collector = collector_for(state.source.platform)
    return permitted_streams(collector, state.source, watchlist, now)


def _month_eur(standing: Standing, state: SourceState, stream: Stream) -> float | None:
    if not price_of(state.source):
        return 0.0
    if (state.source.name, stream.key) not in standing.ledger:
        return None
    cost = standing.spending[state.source.name].streams.get(stream.key)
    return cost.day_eur * (MONTH / _DAY) if cost else 0.0


def read_requests(snapshot: Path, *, now: datetime) -> dict[tuple[str, str], float]:
    """Read how many requests a fetch of each stream makes, by the last seven days."""
    if not snapshot.exists():
        return {}
    with closing(open_ledger(snapshot)) as connection:
        return {
            (row["source"], row["stream"]): row["requests"]
            for row in rows(connection, "stream_requests", since=now - _JUDGED_OVER)
        }
