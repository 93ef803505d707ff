"""The plan: which streams are due, and which stretch of time to ask each for."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from collectors.contract import Interval, Job, Limit, Stream
from collectors.landing import Header, LandingError, landing_name, read_header, waiting_files
from collectors.leases import Leases
from collectors.readiness import SourceState
from collectors.registry import collector_for
from collectors.settings import Settings
from collectors.sources import Source
from warehouse.connection import open_ledger
from warehouse.costs import Spending, price_of, read_spending
from warehouse.jobs import MOST_HOLES, jobs_for
from warehouse.ledger import (
    IMPORT_STREAM,
    LEDGER_REACH,
    Ledger,
    StreamHistory,
    missing,
    read_ledger,
)
from warehouse.limits import Fitted, Spent, fit_limits
from warehouse.pace import pace
from warehouse.query import rows
from warehouse.thrift import fit_budget, thrifty_streams
from warehouse.windows import Window, share_out

_LONGEST_LIMIT = timedelta(days=1)


def due_jobs(source: Source, streams: Iterable[Stream], ledger: Ledger, now: datetime) -> list[Job]:
    """
    Decide what to ask a source for. Pure: the same ledger gives the same jobs.

    A stream is due when its pace says so, and the platform doesn't want us to wait. Streams with windows are asked for
    every stretch that is not covered, each begun `source.overlap` earlier for
    posts that arrive late; listings from where their coverage ends; feeds
    always for what they hold.
    """
    imported = ledger.get((source.name, IMPORT_STREAM), StreamHistory()).covered
    jobs: list[Job] = []
    for stream in streams:
        history = ledger.get((source.name, stream.key), StreamHistory())
        if next_due(source, stream, history, now) > now:
            continue
        windows = _windows(source, stream, history, imported, now)
        jobs += jobs_for(source, stream, windows, history=history, now=now)
    return jobs


def next_due(source: Source, stream: Stream, history: StreamHistory, now: datetime) -> datetime:
    """Tell when a stream is to be asked: at *now*, where it is due, or later. Pure."""
    if history.last_attempt_at is None or now < history.last_attempt_at:
        return now  # An attempt that is still to come was noted by a clock that went wrong.
    return max(
        now,
        history.retry_at or now,
        history.last_attempt_at + pace(source, stream, history),
    )


def _windows(
    source: Source,
    stream: Stream,
    history: StreamHistory,
    imported: Sequence[Interval],
    now: datetime,
) -> list[Window]:
    if stream.reach == "feed":
        asked = history.last_attempt_at and min(history.last_attempt_at, now)
        return [Window(since=asked, until=now)]
    is_listing = stream.reach == "listing"
    covered = _believable((*history.covered, *imported), now)
    reach = source.history or stream.history
    is_begun = bool(imported or history.remainders) or history.last_whole_at is not None
    if is_listing and reach is None and not is_begun:
        return [Window(since=None, until=now)]
    earliest = max(now - LEDGER_REACH, now - (stream.horizon or LEDGER_REACH))
    begin = min(history.begun_at or now, now - (reach or LEDGER_REACH))
    if is_listing and is_begun and covered:
        begin = max(begin, min(interval.since for interval in covered))
    begin = max(begin, earliest)
    known = (*covered, *_believable(history.lost, now))
    holes: list[tuple[datetime, datetime]] = []
    for since, until in missing(known, begin, now):
        start = max(since - source.overlap, begin)
        if holes and start <= holes[-1][1]:
            holes[-1] = (holes[-1][0], until)
        else:
            holes.append((start, until))
    is_walked = is_listing or stream.is_walked
    windows = share_out(
        holes,
        history,
        known=known,
        begin=earliest,
        now=now,
        overlap=source.overlap,
        is_walked=is_walked,
    )
    return windows[-MOST_HOLES:]


def _believable(intervals: Iterable[Interval], now: datetime) -> list[Interval]:
    """Leave out claims about the future: a clock that went wrong made them, and they hide holes."""
    return [interval for interval in intervals if interval.until <= now]


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """All that a plan is made from."""

    now: datetime
    states: Sequence[SourceState]
    ledger: Ledger
    spending: Mapping[str, Spending]
    """By source."""
    thrifty: Mapping[str, Sequence[str]]
    """By source, the streams that are asked once a day for their newest page only."""
    spent: Sequence[Spent]
    """Requests of the last day."""
    claimed: Sequence[Job]
    """Jobs that are on their way: claimed, and in no snapshot yet."""


def plan_round(settings: Settings, states: Iterable[SourceState]) -> Fitted:
    """Plan what is due now and claim it: the jobs are ours until their leases end."""
    fitted = plan_due(settings, states)
    jobs = Leases(folder=settings.jobs).claim(fitted.jobs, now=settings.clock())
    return replace(fitted, jobs=jobs)


def plan_due(settings: Settings, states: Iterable[SourceState]) -> Fitted:
    """
    Plan what is due now, without claiming it.

    Args:
        settings: Where the snapshot and the waiting files lie.
        states: The configured sources; those that are off are not asked.

    Returns:
        The jobs, the longest waiting first, and those that wait because of a platform's
        limit or a budget.
    """
    return decide(read_standing(settings, states))


def decide(standing: Standing) -> Fitted:
    """Decide which jobs are due, and fit them to budgets and limits. Pure."""
    ledger, now = standing.ledger, standing.now
    due = [
        job
        for state in standing.states
        for job in due_jobs(state.source, state.streams, ledger, now)
    ]
    due.sort(key=lambda job: ledger.get((job.source, job.stream), StreamHistory()).waits_since)
    return fit(due, standing)


def fit(jobs: Sequence[Job], standing: Standing) -> Fitted:
    """Fit jobs to the budgets, and what is left of them to the platforms' limits. Pure."""
    sources = {state.source.name: state.source for state in standing.states}
    paid = fit_budget(
        jobs,
        sources=sources,
        spending=standing.spending,
        thrifty=standing.thrifty,
        ledger=standing.ledger,
        now=standing.now,
    )
    fitted = fit_limits(
        paid.jobs, sources=sources, limits=_limits, spent=standing.spent, now=standing.now
    )
    return Fitted(jobs=fitted.jobs, put_off=[*paid.put_off, *fitted.put_off])


def read_standing(
    settings: Settings, states: Iterable[SourceState], *, reach: timedelta = LEDGER_REACH
) -> Standing:
    """
    Read all that a plan is made from: the snapshot, the files that wait, the leases.

    Args:
        settings: Where they lie.
        states: The configured sources.
        reach: How far back coverage is read.
    """
    now, states = settings.clock(), list(states)
    waiting = unpublished_headers(settings)
    landed = {header.job_id for header in waiting}
    claimed = Leases(folder=settings.jobs).claimed(now=now)
    sources = [state.source for state in states]
    on_their_way = [job for job in claimed if job.id not in landed]
    spending = read_spending(settings.snapshot, waiting, on_their_way, sources, now=now)
    return Standing(
        now=now,
        states=states,
        ledger=read_ledger(settings.snapshot, waiting, now=now, reach=reach),
        spending=spending,
        thrifty={
            state.source.name: thrifty_streams(
                spending[state.source.name],
                state.source.monthly_eur,
                streams=state.streams,
                item_eur=price_of(state.source),
                now=now,
            )
            for state in states
        },
        spent=_spent(settings.snapshot, waiting, since=now - _LONGEST_LIMIT),
        claimed=claimed,
    )


def _limits(platform: str) -> Sequence[Limit]:
    return collector_for(platform).limits


def _spent(snapshot: Path, waiting: Iterable[Header], *, since: datetime) -> list[Spent]:
    spent = [
        Spent(
            source=header.source,
            stream=header.stream,
            at=header.collected_at,
            requests=header.requests,
        )
        for header in waiting
        if header.kind != "import"
    ]
    if snapshot.exists():
        connection = open_ledger(snapshot)
        try:
            spent += [Spent(**row) for row in rows(connection, "ledger_requests", since=since)]
        finally:
            connection.close()
    return spent


def unpublished_headers(settings: Settings) -> list[Header]:
    """Read the headers of all that no snapshot knows of: files that wait, and what is loaded."""
    # In this order: what is loaded in between is found twice rather than not at all.
    waiting = waiting_headers(settings)
    loaded = Leases(folder=settings.jobs).loaded_headers()
    return list({landing_name(header): header for header in (*loaded, *waiting)}.values())


def waiting_headers(settings: Settings) -> list[Header]:
    """Read the headers of all files that wait; broken ones are the next stage's to report."""
    # What is enriched waits twice, under one name, until it is loaded.
    folders = settings.landing, settings.enriched
    paths = {path.name: path for folder in folders for path in waiting_files(folder)}
    headers = []
    for path in paths.values():
        with suppress(LandingError, FileNotFoundError):  # A load may be at work just now.
            headers.append(read_header(path))
    return headers
