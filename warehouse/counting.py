"""Ask platforms that tell it how much there is, before anything is read."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from math import ceil

from collectors.charges import items_with_author
from collectors.configuration.mistakes import printable
from collectors.contract import Clock, Counting, Job
from collectors.errors import CollectError
from collectors.readiness import Readiness
from collectors.registry import collector_for
from collectors.sources import Source
from warehouse.connection import Tell
from warehouse.costs import price_of
from warehouse.outlook import MONTH, StreamOutlook

_COUNTED_EACH = 8
"""So many windows of a stream are counted one by one."""

_COUNTED_OVER = timedelta(days=6)
"""Within the seven days that X's recent search reaches back."""


def count_items(job: Job, readiness: Readiness, clock: Clock, *, tell: Tell) -> int | None:
    """
    Ask how many items a job would bring.

    Returns:
        The platform's own estimate; None: it can't tell, or did not answer.
    """
    source = next(s.source for s in readiness.states if s.source.name == job.source)
    collector = collector_for(job.platform)
    if not isinstance(collector, Counting):
        return None
    credential = readiness.credentials.get(source.credential or "")
    try:
        return collector.count(job, source, credential, clock)
    except CollectError as error:
        tell(printable(f"not counted: {error}"))
        return None


def count_missing(
    jobs: Iterable[Job], readiness: Readiness, clock: Clock, *, tell: Tell
) -> tuple[dict[str, int | None], float]:
    """
    Ask how many items each job would bring, with few requests: they cost something, too.

    Args:
        jobs: What would be asked.
        readiness: The sources and their credentials.
        clock: The present.
        tell: Says why something was not counted.

    Returns:
        By a job's id the platform's count, None where it tells none, and what asking
        for all of them cost, in euros. Of a stream with many windows the whole time is
        counted, and each window has its share.
    """
    prices = {state.source.name: _question_eur(state.source) for state in readiness.states}
    by_stream: dict[tuple[str, str], list[Job]] = defaultdict(list)
    for job in jobs:
        if prices[job.source]:
            by_stream[job.source, job.stream].append(job)
    counted: dict[str, int | None] = {}
    eur = 0.0
    for (source, _), windows in by_stream.items():
        spans = windows
        if len(windows) > _COUNTED_EACH and (begin := windows[-1].since):
            spans = [replace(windows[0], since=begin)]
        totals = [count_items(span, readiness, clock, tell=tell) for span in spans]
        eur += prices[source] * sum(total is not None for total in totals)
        if len(spans) == len(windows):
            counted |= {job.id: total for job, total in zip(windows, totals, strict=True)}
            continue
        for job in windows:
            share = _length(job) / _length(spans[0])
            counted[job.id] = None if totals[0] is None else ceil(totals[0] * share)
    return counted, eur


def _length(job: Job) -> timedelta:
    return job.until - (job.since or job.until)


def _question_eur(source: Source) -> float:
    """Tell what one request for a count costs: X takes as much as for a post, for two in the archive."""
    return price_of(source) * (2 if source.archive else 1)


def with_counts(
    outlooks: Sequence[StreamOutlook], readiness: Readiness, clock: Clock, *, tell: Tell
) -> list[StreamOutlook]:
    """Fill in what streams without a figure would cost, by what the last six days hold."""
    sources = {state.source.name: state.source for state in readiness.states}
    streams = {
        (state.source.name, stream.key): stream
        for state in readiness.states
        for stream in state.streams
    }
    filled = []
    for outlook in outlooks:
        items = None
        if outlook.month_eur is None and outlook.state != "off":
            now = clock()
            job = Job(
                source=outlook.source,
                platform=outlook.platform,
                stream=outlook.stream,
                reach="window",
                params=outlook.params,
                since=now - _COUNTED_OVER,
                until=now,
                validators={},
                planned_at=now,
            )
            items = count_items(job, readiness, clock, tell=tell)
        if items is None:
            filled.append(outlook)
            continue
        with_authors = items * items_with_author(streams[outlook.source, outlook.stream])
        eur = with_authors * price_of(sources[outlook.source]) * (MONTH / _COUNTED_OVER)
        filled.append(replace(outlook, month_eur=eur))
    return filled
