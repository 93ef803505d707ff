"""What items cost: the ledger of money, what of it is spent, and what a month will have cost."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType

import duckdb
import pyarrow as pa

from collectors.charges import items_of
from collectors.contract import Job
from collectors.landing import Header
from collectors.registry import collector_for
from collectors.sources import Source
from warehouse.connection import open_ledger
from warehouse.query import rows

ITEMS_KEPT = timedelta(days=40)
"""How long single items are remembered; what a day cost is kept for good."""

_MEAN_OF = timedelta(days=7)
_JUDGED_OVER = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamCost:
    """What one stream costs, and what comes of it."""

    day_eur: float = 0.0
    """On a day, by the mean of the seven whole days before today."""
    recent_eur: float = 0.0
    """In the last 30 days."""
    matched: int = 0
    """Mentions that it brought first in the last 30 days and that name a subject."""

    @property
    def eur_per_match(self) -> float:
        """Euros for each mention that names a subject; infinite where there is none."""
        if not self.recent_eur:
            return 0.0
        return self.recent_eur / self.matched if self.matched else float("inf")


_NO_STREAMS: Mapping[str, StreamCost] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Spending:
    """What a source has cost in this month of UTC, and its streams lately."""

    month_eur: float = 0.0
    """Spent since the first of the month, files that are not yet loaded included."""
    reserved_eur: float = 0.0
    """What jobs that are on their way may cost at most."""
    streams: Mapping[str, StreamCost] = field(default_factory=lambda: _NO_STREAMS)

    @property
    def day_eur(self) -> float:
        """What the source costs on a day."""
        return sum(stream.day_eur for stream in self.streams.values())


def price_of(source: Source) -> float:
    """Tell what one item of a source costs, in euros."""
    if source.item_eur is not None:
        return source.item_eur
    return collector_for(source.platform).item_eur


def forecast(spent_eur: float, day_eur: float, now: datetime) -> float:
    """
    Tell what a month of UTC will have cost: what is spent, and the usual for the time left.

    Args:
        spent_eur: Since the first of the month.
        day_eur: Mean of a day.
        now: The present (aware).
    """
    return spent_eur + day_eur * days_left(now)


def days_left(now: datetime) -> float:
    """Tell how many days of the month are left, in UTC, with their fraction."""
    now = now.astimezone(UTC)
    begun = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    length = timedelta(days=monthrange(now.year, now.month)[1])
    return (begun + length - now) / timedelta(days=1)


def read_spending(
    snapshot: Path,
    waiting: Iterable[Header],
    on_their_way: Iterable[Job],
    sources: Iterable[Source],
    *,
    now: datetime,
) -> dict[str, Spending]:
    """
    Read what each source has cost.

    Args:
        snapshot: The snapshot's stable name; none may have been published yet.
        waiting: Headers of landing and enriched files.
        on_their_way: Jobs that are claimed, and of which no waiting file tells.
        sources: The configured sources.
        now: The present (aware, UTC).

    Returns:
        By name, one for each of *sources*.
    """
    today = now.astimezone(UTC).date()
    days: dict[tuple[str, str], dict[date, float]] = defaultdict(lambda: defaultdict(float))
    matched: dict[tuple[str, str], int] = {}
    if snapshot.exists():
        with closing(open_ledger(snapshot)) as connection:
            for row in rows(connection, "cost_days", since=today - _JUDGED_OVER - _MEAN_OF):
                days[row["source"], row["stream"]][row["day"]] += row["eur"]
            for row in rows(connection, "stream_matches", since=now - _JUDGED_OVER):
                matched[row["source"], row["stream"]] = row["mentions"]
    for header, eur in _charged_for(waiting):
        day = header.collected_at.astimezone(UTC).date()
        days[header.source, header.stream][day] += eur
    known = {source.name: source for source in sources}
    reserved: dict[str, float] = defaultdict(float)
    for job in on_their_way:
        if job.source in known:
            pages = job.max_pages or known[job.source].max_pages
            reserved[job.source] += pages * job.page_charged * price_of(known[job.source])
    return {
        name: Spending(
            month_eur=sum(
                eur
                for (owner, _), by_day in days.items()
                if owner == name
                for day, eur in by_day.items()
                if (day.year, day.month) == (today.year, today.month)
            ),
            reserved_eur=reserved[name],
            streams={
                stream: _stream_cost(by_day, matched.get((name, stream), 0), begun, today)
                for (owner, stream), by_day in days.items()
                if owner == name
            },
        )
        for name in known
        for begun in [
            min((d for (o, _), by in days.items() if o == name for d in by), default=today)
        ]
    }


def _stream_cost(
    by_day: Mapping[date, float], matched: int, begun: date, today: date
) -> StreamCost:
    since = max(today - _MEAN_OF, begun)
    if since < today:
        whole = sum(eur for day, eur in by_day.items() if since <= day < today)
        day_eur = whole / (today - since).days
    else:  # It began today: nothing better is known than today.
        day_eur = by_day.get(today, 0.0)
    recent = sum(eur for day, eur in by_day.items() if day > today - _JUDGED_OVER)
    return StreamCost(day_eur=day_eur, recent_eur=recent, matched=matched)


def charged_eur(headers: Iterable[Header]) -> float:
    """Tell what files are charged for, in euros, each item and account once a UTC day."""
    return sum(eur for _, eur in _charged_for(headers))


def _charged_for(headers: Iterable[Header]) -> list[tuple[Header, float]]:
    """Tell what each file costs, in euros; what several files name counts for the first."""
    seen: set[tuple[str, date, str]] = set()
    counted = []
    job_ids: set[tuple[str, datetime]] = set()
    for header in sorted(headers, key=lambda header: header.collected_at):
        # A file waits twice while its enriched twin is already there.
        if (header.job_id, header.collected_at) in job_ids or not header.item_eur:
            continue
        job_ids.add((header.job_id, header.collected_at))
        day = header.collected_at.astimezone(UTC).date()
        fresh = {(header.account, day, item) for item in header.charged} - seen
        seen |= fresh
        counted.append((header, sum(items_of(item) for _, _, item in fresh) * header.item_eur))
    return counted


def charge_rows(headers: Iterable[Header]) -> pa.Table:
    """Put what files are charged for into a table, one row an item and file."""
    schema = pa.schema(
        [
            ("day", pa.date32()),
            ("account", pa.string()),
            ("item", pa.uint64()),
            ("source", pa.string()),
            ("stream", pa.string()),
            ("eur", pa.float64()),
            ("seen_at", pa.timestamp("us", tz="UTC")),
        ]
    )
    charged = [header for header in headers if header.item_eur and header.charged]
    tables = [
        pa.table(
            {
                "day": [header.collected_at.astimezone(UTC).date()] * len(header.charged),
                "account": [header.account] * len(header.charged),
                "item": [_hash(item) for item in header.charged],
                "source": [header.source] * len(header.charged),
                "stream": [header.stream] * len(header.charged),
                "eur": [items_of(item) * header.item_eur for item in header.charged],
                "seen_at": [header.collected_at] * len(header.charged),
            },
            schema=schema,
        )
        for header in charged
    ]
    return pa.concat_tables(tables) if tables else schema.empty_table()


def _hash(item: str) -> int:
    digest = blake2b(item.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def let_items_go(connection: duckdb.DuckDBPyConnection, *, now: datetime) -> None:
    """Forget single items of more than 40 days ago; what their days cost stays."""
    oldest = (now - ITEMS_KEPT).astimezone(UTC).date()
    connection.execute("DELETE FROM charged_item WHERE day < $oldest", {"oldest": oldest})
