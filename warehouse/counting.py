"""Ask platforms that tell it free of charge how much there is, before anything is paid for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from collectors.configuration.mistakes import printable
from collectors.contract import Clock, Counting, Job
from collectors.errors import CollectError
from collectors.readiness import Readiness
from collectors.registry import collector_for
from warehouse.connection import Tell
from warehouse.costs import price_of
from warehouse.outlook import MONTH, StreamOutlook

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


def with_counts(
    outlooks: Sequence[StreamOutlook], readiness: Readiness, clock: Clock, *, tell: Tell
) -> list[StreamOutlook]:
    """Fill in what streams without a figure would cost, by what the last six days hold."""
    sources = {state.source.name: state.source for state in readiness.states}
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
        eur = items * price_of(sources[outlook.source]) * (MONTH / _COUNTED_OVER)
        filled.append(replace(outlook, month_eur=eur))
    return filled
