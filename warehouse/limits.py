"""Requests within what a platform answers: counted in the ledger, not found out by asking."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from collectors.contract import Job, Limit
from collectors.sources import Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Spent:
    """Requests that one attempt made."""

    source: str
    stream: str
    at: datetime
    requests: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PutOff:
    """A job that has to wait."""

    job: Job
    why: str
    """For people: the rest of a sentence that begins with the stream."""

    @property
    def message(self) -> str:
        """Say which stream waits and why, in one line."""
        return f"{self.job.source}, {self.job.stream} waits: {self.why}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """What of the due jobs fits, and what has to wait."""

    jobs: Sequence[Job]
    put_off: Sequence[PutOff]

    @property
    def messages(self) -> list[str]:
        """Say what waits, each stream and reason once."""
        return list(dict.fromkeys(one.message for one in self.put_off))


def fit_limits(
    jobs: Sequence[Job],
    *,
    sources: Mapping[str, Source],
    limits: Callable[[str], Sequence[Limit]],
    spent: Iterable[Spent],
    now: datetime,
) -> Fitted:
    """
    Give each job its fair share of the requests that are left. Pure.

    Requests count together where one credential makes them, or, without one, where
    they go to one host. Jobs come first served, so hand in the longest waiting first.

    Args:
        jobs: What is due.
        sources: By name; those that made *spent* and are no longer there are left out.
        limits: A platform's limits.
        spent: Requests made, at least as far back as the longest limit reaches.
        now: The present.

    Returns:
        The jobs with `max_pages` set where less is left than they may read, and those
        that have to wait. No sum of requests passes a limit if each page is one request.
    """
    accounts = {name: source.account for name, source in sources.items()}
    used = _used(spent, sources, accounts, limits, now)
    wanted = Counter((accounts[job.source], limit) for job in jobs for limit in _of(job, limits))
    fitted: list[Job] = []
    put_off: list[PutOff] = []
    for job in jobs:
        allowed = sources[job.source].max_pages
        most = min(allowed, job.max_pages or allowed)
        shares: dict[_Purse, int] = {}
        for limit in _of(job, limits):
            purse = accounts[job.source], limit
            left = max(limit.requests - used[purse], 0)
            shares[purse] = -(-left // wanted[purse])  # What doesn't divide goes to the first.
            wanted[purse] -= 1
        tightest = min(shares, key=lambda purse: shares[purse], default=None)
        share = most if tightest is None else min(shares[tightest], most)
        if tightest is not None and share == 0:
            put_off.append(PutOff(job=job, why=_used_up(job, tightest[1])))
            continue
        used.update(dict.fromkeys(shares, share))
        fitted.append(replace(job, max_pages=share if share < allowed else None))
    return Fitted(jobs=fitted, put_off=put_off)


def _used_up(job: Job, limit: Limit) -> str:
    minutes = limit.per.total_seconds() / 60
    return (
        f"{job.platform} answers {limit.requests:,} requests in {minutes:,.0f} minutes, "
        "and they are used up"
    )


def _used(
    spent: Iterable[Spent],
    sources: Mapping[str, Source],
    accounts: Mapping[str, str],
    limits: Callable[[str], Sequence[Limit]],
    now: datetime,
) -> Counter["_Purse"]:
    used: Counter[_Purse] = Counter()
    for one in spent:
        if one.source not in sources:
            continue
        for limit in limits(sources[one.source].platform):
            if limit.counts(one.stream) and now - limit.per < one.at <= now:
                used[accounts[one.source], limit] += one.requests
    return used


_Purse = tuple[str, Limit]
"""The requests of one account that one limit counts."""


def _of(job: Job, limits: Callable[[str], Sequence[Limit]]) -> list[Limit]:
    return [limit for limit in limits(job.platform) if limit.counts(job.stream)]
