"""Backfill: what of a past time is missing, hole by hole, and what asking for it would cost."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from collectors.configuration.check import count_of, duration_words
from collectors.contract import Job, Stream
from collectors.readiness import SourceState
from collectors.sources import Source
from warehouse.costs import Spending, price_of
from warehouse.jobs import MOST_HOLES, Window, jobs_for
from warehouse.ledger import IMPORT_STREAM, Ledger, StreamHistory, missing
from warehouse.limits import Fitted
from warehouse.plan import Standing, fit

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """What of a time can be asked for, and what can't."""

    jobs: Sequence[Job]
    cannot: Sequence[str]
    """For people: what stays unknown, and why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """What a job would bring and cost."""

    job: Job
    items: int | None
    """None: nobody can tell."""
    eur: float | None
    """None: it costs money, and nobody can tell how much."""


def missing_jobs(
    states: Iterable[SourceState],
    ledger: Ledger,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    begun_at: datetime | None = None,
) -> Missing:
    """
    Decide what to ask for so that a past time is covered. Pure.

    Streams with windows are asked hole by hole; listings are walked back from their
    newest item to the oldest hole; feeds hold what they hold. The last `overlap` before
    *begun_at* is left to the next round.

    Args:
        states: The sources; those that are off are left out.
        ledger: Coverage at least as far back as *since*.
        since: Start of the time.
        until: Its end.
        now: The present.
        begun_at: When the backfill began, that it ends however long it takes; None: now.
    """
    jobs: list[Job] = []
    cannot: list[str] = []
    for state in states:
        source = state.source
        imported = ledger.get((source.name, IMPORT_STREAM), StreamHistory()).covered
        feeds = [stream for stream in state.streams if stream.reach == "feed"]
        if feeds:
            streams = count_of(len(feeds), "feed")
            cannot.append(f"{source.name}: {streams}: a feed gives only the entries that it holds")
        for stream in state.streams:
            if stream.reach == "feed":
                continue
            begin = max(since, now - stream.horizon) if stream.horizon else since
            end = min(until, (begun_at or now) - source.overlap)
            history = ledger.get((source.name, stream.key), StreamHistory())
            gone = [i for i in history.lost if i.reason == "possible_gap"]
            known = [*history.covered, *imported, *gone]
            if begin > since and missing(known, since, min(begin, end)):
                cannot.append(
                    f"{source.name}, {stream.key}: {source.platform} answers "
                    f"{duration_words(stream.horizon or _DAY)} back, and not before"
                )
            holes = missing(known, begin, end) if begin < end else []
            jobs += _jobs(source, stream, history, holes, now)
    return Missing(jobs=jobs, cannot=cannot)


def _jobs(
    source: Source,
    stream: Stream,
    history: StreamHistory,
    holes: Sequence[tuple[datetime, datetime]],
    now: datetime,
) -> list[Job]:
    if not holes:
        return []
    windows: Sequence[Window] = holes[::-1][:MOST_HOLES]
    if stream.reach == "listing":
        windows = [(holes[0][0], now)]
    return jobs_for(source, stream, windows, history=history, now=now)


def fit_backfill(jobs: Iterable[Job], standing: Standing, asked: Iterable[Job]) -> Fitted:
    """
    Fit jobs to budgets and limits, without thrift: somebody asked for them by hand. Pure.

    Args:
        jobs: What is missing.
        standing: What the plan is made from.
        asked: Jobs that were fetched already: the same window is not asked for twice.
    """
    done = {_window(job) for job in asked}
    waits = {
        key
        for key, history in standing.ledger.items()
        if history.retry_at is not None and standing.now < history.retry_at
    }
    left = [
        job for job in jobs if _window(job) not in done and (job.source, job.stream) not in waits
    ]
    return fit(left, replace(standing, thrifty={}))


def _window(job: Job) -> tuple[str, str, datetime | None, datetime | None]:
    until = None if job.reach == "listing" else job.until
    return job.source, job.stream, job.since, until


def estimates(
    jobs: Iterable[Job],
    sources: Iterable[Source],
    spending: Callable[[str], Spending],
    count: Callable[[Job], int | None],
) -> list[Estimate]:
    """
    Estimate what jobs bring and cost: by the platform's count, else by what the stream costs a day.

    Args:
        jobs: What would be asked.
        sources: The configured ones.
        spending: What a source has cost.
        count: Asks the platform, free of charge; None: it can't tell.
    """
    prices = {source.name: price_of(source) for source in sources}
    found = []
    for job in jobs:
        price = prices[job.source]
        items = count(job) if price else None
        known = spending(job.source).streams.get(job.stream)
        eur: float | None = None
        if not price:
            eur = 0.0
        elif items is not None:
            eur = items * price
        elif known is not None and job.since is not None:
            eur = known.day_eur * ((job.until - job.since) / _DAY)
        found.append(Estimate(job=job, items=items, eur=eur))
    return found
