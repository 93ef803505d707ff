"""Within the budget: what is asked less often first, and how many pages a month still pays for."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from collectors.contract import Job, Stream
from collectors.sources import Source
from warehouse.costs import Spending, days_left, forecast, price_of
from warehouse.ledger import Ledger
from warehouse.limits import Fitted, PutOff

ASKED_ONCE_IN = timedelta(days=1)
"""How often a thrifty stream is asked."""


def order_of_thrift(spending: Spending) -> list[str]:
    """List the streams that cost anything, the most euros for each matched mention first. Pure."""
    costly = {key: cost for key, cost in spending.streams.items() if cost.recent_eur}
    return sorted(
        costly, key=lambda key: (-costly[key].eur_per_match, -costly[key].recent_eur, key)
    )


def thrifty_streams(
    spending: Spending,
    budget_eur: float | None,
    *,
    streams: Iterable[Stream],
    item_eur: float,
    now: datetime,
) -> list[str]:
    """
    Decide which streams are asked once a day for their newest page only. Pure.

    In the order of thrift, until the month's forecast fits the budget; streams that
    bring less than a page a day are left out, since that would save nothing.

    Args:
        spending: What the source has cost.
        budget_eur: For a month of UTC; None: whatever it costs.
        streams: The source's.
        item_eur: What one item costs.
        now: The present (aware).

    Returns:
        Keys of streams, the first to be saved on first.
    """
    if budget_eur is None:
        return []
    page_eur = {stream.key: stream.page_items * item_eur for stream in streams}
    expected = forecast(spending.month_eur, spending.day_eur, now)
    chosen = []
    for key in order_of_thrift(spending):
        if expected <= budget_eur:
            break
        saved = spending.streams[key].day_eur - page_eur.get(key, 0.0)
        if key in page_eur and saved > 0:
            expected -= saved * days_left(now)
            chosen.append(key)
    return chosen


def fit_budget(
    jobs: Sequence[Job],
    *,
    sources: Mapping[str, Source],
    spending: Mapping[str, Spending],
    thrifty: Mapping[str, Sequence[str]],
    ledger: Ledger,
    now: datetime,
) -> Fitted:
    """
    Let jobs read no more than what their source's budget still pays for. Pure.

    Args:
        jobs: What is due, in the order in which it is served; of one stream the
            newest window last.
        sources: By name.
        spending: By source.
        thrifty: By source, the streams that are asked once a day for their newest page.
        ledger: When a stream was asked last.
        now: The present (aware).

    Returns:
        The jobs with `max_pages` set, and those that wait. If each page costs at most
        `Job.page_charged` items, no sum of them passes a budget.
    """
    newest = {(job.source, job.stream): job for job in jobs}
    asked: list[Job] = []
    put_off: list[PutOff] = []
    for job in jobs:
        source = sources[job.source]
        if job.stream not in thrifty.get(job.source, ()):
            asked.append(job)
            continue
        history = ledger.get((job.source, job.stream))
        last = history.last_attempt_at if history else None
        if job is newest[job.source, job.stream] and not (
            last and timedelta(0) <= now - last < ASKED_ONCE_IN
        ):
            asked.append(replace(job, max_pages=1, is_thrifty=True))
        else:
            why = (
                "it is asked once a day for its newest page only, since the forecast of the "
                f"month passes the budget of {euros(source.monthly_eur or 0)}"
            )
            put_off.append(PutOff(job=job, why=why))
    wanted = Counter(job.source for job in asked)
    left = {name: budget_left(source, spending[name]) for name, source in sources.items()}
    fitted: list[Job] = []
    for job in asked:
        source, money = sources[job.source], left[job.source]
        page_eur = job.page_charged * price_of(source)
        if money is None or not page_eur:
            fitted.append(job)
            continue
        most = min(source.max_pages, job.max_pages or source.max_pages)
        share = int(money / wanted[job.source] / page_eur)
        wanted[job.source] -= 1
        if money < page_eur:
            put_off.append(PutOff(job=job, why=_spent(source, spending[job.source], now)))
            continue
        pages = min(most, max(share, 1))
        left[job.source] = money - pages * page_eur
        fitted.append(replace(job, max_pages=pages if pages < source.max_pages else None))
    return Fitted(jobs=fitted, put_off=put_off)


def budget_left(source: Source, spending: Spending) -> float | None:
    """Tell what may still be spent in this month of UTC; None: a source without a budget."""
    if source.monthly_eur is None:
        return None
    return max(source.monthly_eur - spending.month_eur - spending.reserved_eur, 0.0)


def _spent(source: Source, spending: Spending, now: datetime) -> str:
    now = now.astimezone(UTC)
    following = (now.replace(day=1) + timedelta(days=32)).replace(day=1)
    spent = f"{euros(spending.month_eur)} of {euros(source.monthly_eur or 0)} are spent"
    if spending.reserved_eur:
        return f"{spent}, and jobs on their way may need the rest"
    return f"{spent}, and the rest pays for no page: until {following:%-d %B} (UTC)"


def euros(amount: float) -> str:
    """Write an amount of money; small ones with their cents."""
    return f"€{amount:,.2f}" if amount % 1 else f"€{amount:,.0f}"
