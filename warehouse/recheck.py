"""Which stored posts are looked up again now: newest first, within limits and budget."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import islice
from typing import Any

import duckdb

from collectors.charges import ACCOUNT_ITEMS
from collectors.configuration.check import count_of
from collectors.contract import Limit
from collectors.landing import Header
from collectors.readiness import SourceState
from collectors.recheck import EVERY, Asked, Rechecker, Stored, rechecker_for
from collectors.rechecking import RECHECK_STREAM
from collectors.registry import collector_for
from collectors.sources import Source
from warehouse.costs import forecast, price_of
from warehouse.limits import Spent
from warehouse.query import rows

_SHARE = 0.5
"""What of a platform's limit re-checks may take; the rest is for collecting."""
_WITNESSES = 5
_REFRESHED = timedelta(days=30)
"""Counts of older posts hardly grow."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """Posts of a platform that are due, and have to wait for the next time."""

    posts: int
    late: int
    """Of these, those whose deletion may by then have gone unnoticed for longer than *within*."""
    within: timedelta
    until: datetime | None = None
    """When the platform answers again, if it said so; None: its limit on requests is used up."""

    def __str__(self) -> str:
        """Say so in one line."""
        text = f"{count_of(self.posts, 'post')} must wait for the next time"
        if self.late:
            hours = self.within / timedelta(hours=1)
            text += f", {self.late:,} of them longer than the {hours:g} hours that it allows"
        if self.until:
            return f"{text}: no answers before {self.until:%Y-%m-%d %H:%M} UTC"
        return f"{text}: no more requests are left for them"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rechecks:
    """What is to be looked up now, and what has to wait."""

    asks: Mapping[str, Asked]
    """By the source that is asked."""
    waiting: Mapping[str, Waiting]
    """By platform, what is due and has to wait."""

    @property
    def posts(self) -> int:
        """How many posts are asked for."""
        return sum(len(ask.due) + len(ask.refresh) for ask in self.asks.values())

    @property
    def told(self) -> Sequence[str]:
        """What has to wait, one line a platform."""
        return [f"{platform}: {left}" for platform, left in self.waiting.items()]


def late_posts(header: Header) -> str | None:
    """Say in one line which posts a round left unanswered for too long, and why; None: there are none."""
    rechecker = rechecker_for(header.platform)
    if not header.late or rechecker is None:
        return None
    hours = rechecker.within / timedelta(hours=1)
    why = header.fault.reason if header.fault else "no answer yet, or no source to ask"
    return (
        f"{header.source}: deletions of {count_of(header.late, 'post')} may go unnoticed for longer than "
        f"the {hours:g} hours that {header.platform} allows: {why}"
    )


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
        price: Of one post with its author, in euros.
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
    waiting: dict[str, Waiting] = {}
    closed = {row["source"]: row["retry_at"] for row in rows(connection, "recheck_closed", now=now)}
    spent = [Spent(**row) for row in rows(connection, "ledger_requests", since=now - _DAY)]
    for name, sources in by_platform.items():
        rechecker = rechecker_for(name)
        if rechecker is None:
            continue
        planned = _Plan(connection, rechecker, name, sources, spent, closed, now)
        found, left = planned.asks(limit, refresh_per_day)
        asks |= found
        if left is not None:
            waiting[name] = left
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
        closed: Mapping[str, datetime],
        now: datetime,
    ) -> None:
        self._connection = connection
        self._rechecker = rechecker
        self._platform = platform
        self._spent = spent
        self._closed = {
            name: at for name, at in closed.items() if name in {s.name for s in sources}
        }
        self._now = now
        self._places: dict[str, list[Source]] = defaultdict(list)
        for source in sources:
            self._places[rechecker.place(source)].append(source)

    def asks(
        self, limit: int | None, refresh_per_day: int
    ) -> tuple[dict[str, Asked], Waiting | None]:
        """Give what each source is asked, and what has to wait."""
        rechecker = self._rechecker
        waits = rechecker.takes + EVERY
        found = rows(
            self._connection,
            "recheck_due",
            platform=self._platform,
            with_raw=rechecker.needs_raw,
            before=self._now - (rechecker.within - waits),
            asked_before=self._now - (waits - timedelta(hours=1)),
            late_before=self._now - (rechecker.within - EVERY),
            most=rechecker.most if limit is None else min(limit, rechecker.most),
        )
        posts = list(map(_stored, found))
        asks: dict[str, Asked] = {}
        for sources, here in self._by_place(posts):
            for source, share in self._shared(sources, here):
                asks[source.name] = Asked(due=share, witnesses=self._witnesses(sources))
        if rechecker.is_charged:
            self._add_paid(asks, refresh_per_day, limit)
        asked = {post.native_id for ask in asks.values() for post in ask.due}
        if not found or found[0]["due"] <= len(asked):
            return asks, None
        is_late = {p.native_id for p in posts if p.is_late(rechecker.within, self._now)}
        left = Waiting(
            posts=found[0]["due"] - len(asked),
            late=found[0]["late"] - len(is_late & asked),
            within=rechecker.within,
            until=max(self._closed.values(), default=None),
        )
        return asks, left

    def _by_place(
        self, posts: Sequence[Stored]
    ) -> Iterable[tuple[Sequence[Source], Sequence[Stored]]]:
        """Give each place what it can be asked for; what none can, the first tells to be so."""
        known: set[str] = set()
        places = []
        for sources in self._places.values():
            here = [post for post in posts if self._rechecker.knows(post, sources[0])]
            known |= {post.native_id for post in here}
            places.append((sources, here))
        strange = {post.native_id for post in posts} - known
        for number, (sources, here) in enumerate(places):
            ids = {post.native_id for post in here} | (strange if number == 0 else set())
            yield sources, [post for post in posts if post.native_id in ids]

    def _shared(
        self, sources: Sequence[Source], posts: Sequence[Stored]
    ) -> Iterable[tuple[Source, Sequence[Stored]]]:
        """Give each post to one source of a place, one that saw it if there is such, within its limits."""
        sources = [source for source in sources if source.name not in self._closed]
        if not sources:
            return
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

    def _witnesses(self, sources: Sequence[Source]) -> Sequence[Stored]:
        if self._rechecker.is_charged:
            return ()
        found = rows(
            self._connection,
            "recheck_witnesses",
            platform=self._platform,
            with_raw=self._rechecker.needs_raw,
            sources=sorted(source.name for source in sources),
            most=_WITNESSES * 10,
        )
        known = (p for p in map(_stored, found) if self._rechecker.knows(p, sources[0]))
        return list(islice(known, _WITNESSES))

    def _add_paid(self, asks: dict[str, Asked], per_day: int, limit: int | None) -> None:
        """Say how many posts may be read for money: late ones, else the newest, by one source."""
        today = self._now.astimezone(UTC).date()
        costs = rows(self._connection, "cost_days", since=today.replace(day=1))
        midnight = datetime.combine(today, time(), UTC)
        (read,) = rows(self._connection, "recheck_read", platform=self._platform, since=midnight)
        done = read["posts"]
        for source in (source for sources in self._places.values() for source in sources):
            if source.name in self._closed:
                continue
            spent = sum(row["eur"] for row in costs if row["source"] == source.name)
            day_eur = spent / max(today.day - 1, 1)
            budget = partial(
                posts_to_refresh,
                done_today=done,
                budget_eur=source.monthly_eur,
                outlook_eur=forecast(spent, day_eur, self._now),
                # With each post comes its author.
                price=price_of(source) * (1 + ACCOUNT_ITEMS * source.includes_charged),
            )
            known = asks.get(source.name, Asked())
            late = sum(post.is_late(self._rechecker.within, self._now) for post in known.due)
            # Who set a budget for the month means it to be used for what X obliges to.
            paid = min(late, budget(per_day if source.monthly_eur is None else done + late))
            most = budget(per_day) if limit is None else min(limit, budget(per_day))
            done += paid
            refresh = self._newest(most) if most > 0 else []
            if paid or refresh:
                asks[source.name] = replace(known, paid=paid, refresh=refresh)
            if refresh:
                return

    def _newest(self, most: int) -> Sequence[Stored]:
        found = rows(
            self._connection,
            "recheck_refresh",
            platform=self._platform,
            with_raw=self._rechecker.needs_raw,
            before=self._now - _DAY,
            since=self._now - _REFRESHED,
            most=most,
        )
        return list(map(_stored, found))


def _stored(row: Mapping[str, Any]) -> Stored:
    return Stored(
        native_id=row["native_id"],
        url=row["url"],
        raw=row["raw"],
        sources=tuple(row["sources"]),
        known_at=row.get("known_at"),
    )
