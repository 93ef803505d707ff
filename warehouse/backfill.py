"""Backfill: what of a past time is missing, hole by hole, and what asking for it would cost."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from collectors.charges import items_with_author
from collectors.configuration.check import count_of, duration_words
from collectors.contract import Interval, Job, Stream
from collectors.readiness import SourceState
from warehouse.costs import price_of
from warehouse.jobs import MOST_HOLES, jobs_for
from warehouse.ledger import IMPORT_STREAM, Ledger, StreamHistory, missing
from warehouse.limits import Fitted, PutOff
from warehouse.plan import Standing, fit
from warehouse.windows import Window, share_out

_DAY = timedelta(days=1)
_MARGIN = 1.25
"""How many more items may come than a platform counted."""
_UNKNOWN_PAGES = 10
"""How much of a window is read where nobody can tell how much it holds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """What of a time can be asked for, and what can't."""

    jobs: Sequence[Job]
    cannot: Sequence[str]
    """For people: what stays unknown, and why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """What a job would bring and cost; those that were confirmed are all that is asked for."""

    job: Job
    items: int | None = None
    """None: nobody can tell."""
    eur: float | None = 0.0
    """None: it costs money, and nobody can tell how much."""
    most_eur: float = 0.0
    """What it may cost; a run that spent the sum of them asks for nothing more."""
    most_pages: int | None = None
    """How many pages it may read at a time; None: it costs nothing."""


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

    Streams with windows are asked hole by hole; listings are walked back to the oldest hole,
    from where an earlier job stopped or from their newest item; feeds hold what they hold. The
    last `overlap` before *begun_at* is left to the next round.

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
            windows = _windows(stream, history, holes, known, begin=begin, now=now)
            jobs += jobs_for(source, stream, windows, history=history, now=now)
    return Missing(jobs=jobs, cannot=cannot)


def _windows(
    stream: Stream,
    history: StreamHistory,
    holes: Sequence[tuple[datetime, datetime]],
    known: Sequence[Interval],
    *,
    begin: datetime,
    now: datetime,
) -> list[Window]:
    """Share out the holes among jobs, the newest first; what is left elsewhere is the plan's."""
    if not (stream.reach == "listing" or stream.is_walked):
        return [Window(since=since, until=until) for since, until in reversed(holes)]
    reaching = {
        job_id: one
        for job_id, one in history.remainders.items()
        if _holds(holes, one.since or begin, one.until)
    }
    windows = share_out(
        holes,
        replace(history, remainders=reaching),
        known=known,
        begin=begin,
        now=now,
        overlap=timedelta(),
        is_walked=True,
    )
    # What lies deeper than was asked for stays open, with its place.
    taken = {job_id for job_id, one in reaching.items() if one.since and one.since >= begin}
    return [
        replace(window, continues=tuple(job_id for job_id in window.continues if job_id in taken))
        for window in reversed(windows)
        if _holds(holes, window.since or begin, window.until)
    ]


def _holds(holes: Iterable[tuple[datetime, datetime]], since: datetime, until: datetime) -> bool:
    return any(max(since, start) < min(until, end) for start, end in holes)


def fit_backfill(jobs: Iterable[Job], standing: Standing, asked: Iterable[Job]) -> Fitted:
    """
    Fit jobs to budgets and limits, without thrift: somebody asked for them by hand. Pure.

    Args:
        jobs: What is missing, of one stream the newest first.
        standing: What the plan is made from.
        asked: Jobs that were fetched already: the same window is not asked for twice from
            the same place.

    Returns:
        The first few jobs of each stream, and those that have to wait.
    """
    done = {_window(job) for job in asked}
    taken: Counter[str] = Counter()
    left: list[Job] = []
    waiting: list[PutOff] = []
    for job in jobs:
        key = f"{job.source} {job.stream}"
        if _window(job) in done:
            why = "it was read, and is not whole yet: run it again later"
            waiting.append(PutOff(job=job, why=why))
            continue
        if taken[key] == MOST_HOLES:
            continue
        taken[key] += 1
        history = standing.ledger.get((job.source, job.stream), StreamHistory())
        if history.retry_at is not None and standing.now < history.retry_at:
            why = f"{job.platform} answers again at {history.retry_at:%d %b %H:%M} (UTC)"
            waiting.append(PutOff(job=job, why=why))
        else:
            left.append(job)
    fitted = fit(left, replace(standing, thrifty={}))
    return Fitted(jobs=fitted.jobs, put_off=[*waiting, *fitted.put_off])


def _window(job: Job) -> tuple[str, str, datetime | None, datetime | None, str | None]:
    until = None if job.reach == "listing" else job.until
    return job.source, job.stream, job.since, until, job.cursor


def estimates(
    jobs: Sequence[Job],
    states: Iterable[SourceState],
    standing: Standing,
    counted: Mapping[str, int | None],
) -> list[Estimate]:
    """
    Estimate what jobs bring and cost: by the platform's count, else by what the stream costs a day.

    With posts come their authors, and those that they refer to. What jobs may cost is taken
    high: a quarter more posts than were counted, each with all that may come along; twice
    the usual; ten full pages where nothing is known. Pure.

    Args:
        jobs: All that would be asked.
        states: Their sources.
        standing: What is spent, and what was asked before.
        counted: By a job's id how many items the platform counts; None: it can't tell.
    """
    known = {state.source.name: state for state in states}
    found = []
    for job in jobs:
        state = known[job.source]
        price = price_of(state.source)
        if not price:
            found.append(Estimate(job=job))
            continue
        stream = next(stream for stream in state.streams if stream.key == job.stream)
        page_eur = job.page_charged * price
        cost = standing.spending[job.source].streams.get(job.stream)
        items = counted.get(job.id)
        if items is not None:
            most_items = max(ceil(items * _MARGIN), 1)
            found.append(
                Estimate(
                    job=job,
                    items=items,
                    eur=items * items_with_author(stream) * price,
                    most_eur=most_items * page_eur / stream.page_items,
                    most_pages=ceil(most_items / stream.page_items),
                )
            )
        elif (cost or (job.source, job.stream) in standing.ledger) and job.since is not None:
            day_eur = cost.day_eur if cost else 0.0
            eur = day_eur * ((job.until - job.since) / _DAY)
            most_eur = max(2 * eur, page_eur)
            found.append(
                Estimate(job=job, eur=eur, most_eur=most_eur, most_pages=ceil(most_eur / page_eur))
            )
        else:
            found.append(
                Estimate(
                    job=job, eur=None, most_eur=_UNKNOWN_PAGES * page_eur, most_pages=_UNKNOWN_PAGES
                )
            )
    return found


def confirmed_jobs(
    jobs: Iterable[Job], confirmed: Sequence[Estimate], spent_eur: float
) -> tuple[list[Job], list[Job]]:
    """
    Leave of jobs what was confirmed: those windows, and that much money. Pure.

    Args:
        jobs: What is missing now.
        confirmed: What people were told of and agreed to.
        spent_eur: What was charged since.

    Returns:
        What may be asked for, each job with the pages that it may read, and what
        may not since the money that was confirmed is spent.
    """
    left_eur = sum(one.most_eur for one in confirmed) - spent_eur
    asked: list[Job] = []
    too_dear: list[Job] = []
    for job in jobs:
        for one in confirmed:
            part = _part(job, one.job)
            if part is None:
                continue
            if one.most_pages is None:
                asked.append(part)
                if job.reach == "listing":  # It is not cut to what was confirmed: once is all.
                    break
                continue
            if left_eur <= 0:
                too_dear.append(part)
                continue
            page_eur = one.most_eur / one.most_pages
            pages = min(one.most_pages, max(int(left_eur / page_eur), 1))
            left_eur -= min(pages * page_eur, one.most_eur)
            asked.append(replace(part, max_pages=pages))
    return asked, too_dear


def _part(job: Job, confirmed: Job) -> Job | None:
    """Cut a job to the window that was confirmed; None: nothing of it is left."""
    if (job.source, job.stream) != (confirmed.source, confirmed.stream):
        return None
    if job.reach == "listing":  # It is walked from its newest item or its place on.
        return job
    since = max(filter(None, (job.since, confirmed.since)), default=None)
    until = min(job.until, confirmed.until)
    return replace(job, since=since, until=until) if since is None or since < until else None
