"""Which stored posts are looked up again now: newest first, within limits and budget."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from collectors.contract import Limit
from collectors.readiness import SourceState
from collectors.recheck import Asked, Rechecker, Stored, rechecker_for
from collectors.rechecking import RECHECK_STREAM
from collectors.registry import collector_for
from collectors.sources import Source
from warehouse.costs import forecast, price_of
from warehouse.limits import Spent
from warehouse.query import rows

EVERY = timedelta(hours=6)
"""How often housekeeping runs."""

_SHARE = 0.5
"""What of a platform's limit re-checks may take; the rest is for collecting."""
_WITNESSES = 5
_REFRESHED = timedelta(days=30)
"""Counts of older posts hardly grow."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rechecks:
    """What is to be looked up now, and what has to wait."""

    asks: Mapping[str, Asked]
    """By the source that is asked."""
    waiting: Mapping[str, int]
    """By platform, posts that are due and have to wait for the next time."""

    @property
    def posts(self) -> int:
        """How many posts are asked for."""
        return sum(len(ask.due) + len(ask.refresh) for ask in self.asks.values())


def posts_within(
    limits: Iterable[Limit], spent: Iterable[Spent], *, batch: int, most: int, now: datetime
) -> int:
    """
    Tell how many posts may be asked for: at most half of what a limit leaves.

    Args:
        limits: The platform's, for one account; those of other kinds of requests don't count.
        spent: Requests of that account.
        batch: Posts in one request.
        most: Posts in one round.
        now: The present.
    """
    spent = list(spent)
    for limit in limits:
        if limit.counts(RECHECK_STREAM):
            used = sum(
                one.requests
                for one in spent
                if limit.counts(one.stream) and now - limit.per < one.at <= now
            )
            most = min(most, int((limit.requests - used) * _SHARE) * batch)
    return max(most, 0)


def posts_to_refresh(
    per_day: int, done_today: int, *, budget_eur: float | None, outlook_eur: float, price: float
) -> int:
    """
    Tell how many posts may be read anew for money now.

    Args:
        per_day: What is wanted.
        done_today: What was done on this day of UTC.
        budget_eur: What the source may cost in a month; None: whatever it costs.
        outlook_eur: What it will have cost at the month's end by what is known.
        price: Of one post, in euros.
    """
    wanted = max(per_day - done_today, 0)
    if budget_eur is None or not price:
        return wanted
    return min(wanted, max(int((budget_eur - outlook_eur) / price), 0))


def plan_rechecks(
    connection: duckdb.DuckDBPyConnection,
    states: Sequence[SourceState],
    *,
    refresh_per_day: int,
    now: datetime,
    platform: str | None = None,
    limit: int | None = None,
) -> Rechecks:
    """
    Choose the posts that are looked up now.

    A post is due when it was last seen so long ago that by the next time its
    platform's deadline would have passed.

    Args:
        connection: The warehouse itself: snapshots lack the records.
        states: The sources; those that are off are not asked.
        refresh_per_day: Posts whose counts are read anew for money.
        now: The present (aware, UTC).
        platform: Only this one; None: all.
        limit: At most so many posts of each platform; None: as many as may be.
    """
    by_platform: dict[str, list[Source]] = defaultdict(list)
    for state in states:
        if state.why_off is None and platform in {None, state.source.platform}:
            by_platform[state.source.platform].append(state.source)
    asks: dict[str, Asked] = {}
    waiting: dict[str, int] = {}
    spent = [Spent(**row) for row in rows(connection, "ledger_requests", since=now - _DAY)]
    for name, sources in by_platform.items():
        rechecker = rechecker_for(name)
        if rechecker is None:
            continue
        planned = _Plan(connection, rechecker, name, sources, spent, now)
        found, due = planned.asks(limit, refresh_per_day)
        asks |= found
        asked = {post.native_id for ask in found.values() for post in ask.due}
        if due > len(asked):
            waiting[name] = due - len(asked)
    return Rechecks(asks=asks, waiting=waiting)


class _Plan:
    """Plans for one platform."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        rechecker: Rechecker,
        platform: str,
        sources: Sequence[Source],
        spent: Sequence[Spent],
        now: datetime,
    ) -> None:
        self._connection = connection
        self._rechecker = rechecker
        self._platform = platform
        self._spent = spent
        self._now = now
        self._places: dict[str, list[Source]] = defaultdict(list)
        for source in sources:
            self._places[rechecker.place(source)].append(source)
        self._is_everywhere = set(self._places) == {platform}

    def asks(self, limit: int | None, refresh_per_day: int) -> tuple[dict[str, Asked], int]:
        """Give what each source is asked, and how many posts are due in all."""
        rechecker = self._rechecker
        waits = rechecker.takes + EVERY
        found = self._stored(
            "recheck_due",
            before=self._now - (rechecker.within - waits),
            asked_before=self._now - (waits - timedelta(hours=1)),
            sources=None if self._is_everywhere else self._names(),
            most=rechecker.most if limit is None else min(limit, rechecker.most),
        )
        asks: dict[str, Asked] = {}
        for sources in self._places.values():
            names = {source.name for source in sources}
            here = [post for post, _ in found if self._is_everywhere or names & set(post.sources)]
            for source, posts in self._shared(sources, here):
                asks[source.name] = Asked(due=posts, witnesses=self._witnesses(names))
        if rechecker.is_charged:
            self._add_refresh(asks, refresh_per_day, limit)
        return asks, found[0][1] if found else 0

    def _names(self) -> list[str]:
        return [source.name for sources in self._places.values() for source in sources]

    def _shared(
        self, sources: Sequence[Source], posts: Sequence[Stored]
    ) -> Iterable[tuple[Source, Sequence[Stored]]]:
        """Give each post to one source of a place, one that saw it if there is such, within its limits."""
        mine: dict[str, list[Stored]] = defaultdict(list)
        for post in posts:
            source = next((s for s in sources if s.name in post.sources), sources[0])
            mine[source.name].append(post)
        left: dict[str, int] = {}
        for source in sources:
            if source.account not in left:
                left[source.account] = self._room(source)
            share = mine[source.name][: left[source.account]]
            left[source.account] -= len(share)
            if share or self._rechecker.takes:  # Something may be on its way.
                yield source, share

    def _room(self, source: Source) -> int:
        ours = {s.name for g in self._places.values() for s in g if s.account == source.account}
        return posts_within(
            collector_for(self._platform).limits,
            [one for one in self._spent if one.source in ours],
            batch=self._rechecker.batch,
            most=self._rechecker.most,
            now=self._now,
        )

    def _witnesses(self, names: Iterable[str]) -> Sequence[Stored]:
        if self._rechecker.is_charged:
            return ()
        found = self._stored("recheck_witnesses", sources=sorted(names), most=_WITNESSES)
        return [post for post, _ in found]

    def _add_refresh(self, asks: dict[str, Asked], per_day: int, limit: int | None) -> None:
        """Read the newest posts anew through the first source that its budget lets do so."""
        today = self._now.astimezone(UTC).date()
        for source in (source for sources in self._places.values() for source in sources):
            costs = rows(self._connection, "cost_days", since=today.replace(day=1))
            mine = [row for row in costs if row["source"] == source.name]
            spent = sum(row["eur"] for row in mine)
            day_eur = spent / max(today.day - 1, 1)
            most = posts_to_refresh(
                per_day,
                sum(
                    row["items"]
                    for row in costs
                    if row["stream"] == RECHECK_STREAM and row["day"] == today
                ),
                budget_eur=source.monthly_eur,
                outlook_eur=forecast(spent, day_eur, self._now),
                price=price_of(source),
            )
            most = most if limit is None else min(limit, most)
            if not most:
                continue
            found = self._stored(
                "recheck_refresh",
                before=self._now - _DAY,
                since=self._now - _REFRESHED,
                most=most,
            )
            known = asks.get(source.name, Asked())
            asks[source.name] = Asked(
                due=known.due, witnesses=known.witnesses, refresh=[post for post, _ in found]
            )
            return

    def _stored(self, query: str, **parameters: Any) -> list[tuple[Stored, int]]:
        found = rows(
            self._connection,
            query,
            platform=self._platform,
            with_raw=self._rechecker.needs_raw,
            **parameters,
        )
        return [
            (
                Stored(
                    native_id=row["native_id"],
                    url=row["url"],
                    raw=row["raw"],
                    sources=tuple(row["sources"]),
                ),
                row.get("due", 0),
            )
            for row in found
        ]
