"""What the plan asks of a platform's module, and what it gives back."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Literal, Protocol, Self, runtime_checkable

from collectors.mention import Mention
from collectors.sources import Source
from collectors.watchlist import Watchlist

Clock = Callable[[], datetime]
"""Gives the present, aware and in UTC."""

Reach = Literal["window", "listing", "feed"]
"""`window`: asked for by time; `listing`: newest first; `feed`: the newest few."""

Coverage = Literal["answered", "imported", "possible_gap", "budget"]
"""`possible_gap`: something may have been missed; `budget`: not read, to save money; else nothing was."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """A stretch of time [since, until) of a stream, and what is known of it."""

    since: datetime
    until: datetime
    reason: Coverage = "answered"


@dataclass(frozen=True, kw_only=True, slots=True)
class Stream:
    """What is fetched separately within a source: one URL, one subreddit, one query."""

    key: str
    """Stable name within the source, such as `search:9f3a…`, `comments:belgium`, a feed's URL."""
    reach: Reach
    params: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    """What the platform's module needs to fetch it, such as `{"query": …}`."""
    horizon: timedelta | None = None
    """How far back the platform answers; None: no limit that we know of."""
    history: timedelta | None = None
    """How far back a first fetch reaches; None: as far as the platform gives."""
    page_items: int = 100
    """The most items in one answer."""
    page_charged: int | None = None
    """The most items for which one answer is charged; None: as many as it holds."""
    is_walked: bool = False
    """A window that is always read from its newest item back, as a listing is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Remainder:
    """What a job was to read and did not come to, so that a later one goes on from there."""

    since: datetime | None
    """Down to where there is to read; None: as far back as the platform gives."""
    until: datetime
    """Down to where it was read."""
    cursor: str | None = None
    """Where the next page is; None: it is asked for by time, or from the newest item on again."""
    restarts: int = 0
    """How often the platform lost the place."""
    stuck_since: datetime | None = None
    """Since when nothing more came from there; None: the last job got further."""

    def to_json(self) -> str:
        """Write it as one line of JSON."""
        return json.dumps(asdict(self), default=datetime.isoformat, sort_keys=True)

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        """Read the object that `to_json` wrote, in this version or another: what is new to it is left out."""
        known = {one.name: values[one.name] for one in fields(cls) if one.name in values}
        moments = {
            name: values[name] and datetime.fromisoformat(values[name])
            for name in ("since", "until", "stuck_since")
        }
        return cls(**(known | moments))


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One fetch of one stream: everything a worker needs beside the credential."""

    source: str
    platform: str
    stream: str
    reach: Reach
    params: Mapping[str, str]
    since: datetime | None
    """Start of the window; None: as far back as the platform gives."""
    until: datetime
    validators: Mapping[str, Any]
    """What the last answer left for the next request: etag, last_modified, seen ids …"""
    planned_at: datetime
    max_pages: int | None = None
    """The most that limits and budget leave for it now; None: as many as the source may."""
    page_charged: int = 100
    """The most items for which one answer is charged, where items are charged at all."""
    is_thrifty: bool = False
    """The rest of the window is given up, to stay within the budget."""
    remainder: Remainder | None = None
    """What an earlier job left and this one goes on with; None: it begins anew."""
    continues: tuple[str, ...] = ()
    """Ids of the jobs whose remainders this one takes over."""
    is_last_try: bool = False
    """Where nothing more comes now, the place counts as lost."""

    @property
    def cursor(self) -> str | None:
        """Where to go on; None: at the beginning."""
        return self.remainder.cursor if self.remainder else None

    @property
    def id(self) -> str:
        """16 hexadecimal digits: the same for the same stream, window and plan time."""
        parts = (self.source, self.stream, str(self.since), str(self.until), str(self.planned_at))
        return blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()

    def to_json(self) -> str:
        """Write the job as one line of JSON."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        values |= {"params": dict(self.params), "validators": dict(self.validators)}
        values["remainder"] = self.remainder and asdict(self.remainder)
        return json.dumps(values, default=datetime.isoformat, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        values = json.loads(text)
        for name in ("since", "until", "planned_at"):
            values[name] = values[name] and datetime.fromisoformat(values[name])
        remainder = values.get("remainder")
        values["remainder"] = remainder and Remainder.from_values(remainder)
        values["continues"] = tuple(values.get("continues", ()))
        return cls(**values)


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable:
    """One item that could not be read, kept as it came, so that nothing is lost."""

    raw: str
    error: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One answer of a platform, read."""

    mentions: Sequence[Mention] = ()
    unreadable: Sequence[Unreadable] = ()
    answered: Sequence[Interval] = ()
    """What is known of the stream's time **once this page is in**, not merely of this page."""
    validators: Mapping[str, Any] | None = None
    """For the next request; None: unchanged."""
    requests: int = 1
    also_charged: Sequence[str] = ()
    """Native ids of items that came along and are charged like the mentions."""
    cut_by: str | None = None
    """Why reading stopped here although there is more, such as `page_cap`."""
    cursor: str | None = None
    """Where a later job goes on; None: it asks by time for what is not answered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Credential:
    """Who we are at a platform. Never printed: its repr shows nothing of it."""

    login: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    host: str | None = field(default=None, repr=False)
    extra: Mapping[str, Any] = field(default_factory=lambda: _NOTHING, repr=False)
    port: int | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """How many requests a platform answers to one credential in a stretch of time."""

    requests: int
    per: timedelta
    kind: str = ""
    """Which streams count: the part of their keys before the colon; empty: all."""

    def counts(self, stream: str) -> bool:
        """Tell whether the requests of a stream count."""
        return self.kind in ("", stream.partition(":")[0])


class Collector(Protocol):
    """
    A platform's module: one class without state, named in the registry.

    `pages` raises a `CollectError` when the source stops answering; the pages
    it gave before stay valid. An item it can't read goes into
    `Page.unreadable`; a bug propagates.
    """

    needs_credential: bool
    limits: Sequence[Limit]
    """What the platform answers; empty: no limit that we know of."""
    item_eur: float
    """What the platform charges for each item, once in a UTC day, in euros; 0: nothing."""

    def mistakes(self, source: Source) -> Sequence[tuple[str, str]]:
        """List what is wrong in a source's configuration: (key, what to do)."""

    def streams(self, source: Source, watchlist: Watchlist, now: datetime) -> Sequence[Stream]:
        """List what is fetched separately within *source*; no request is made."""

    def pages(
        self, job: Job, source: Source, credential: Credential | None, clock: Clock
    ) -> Iterator[Page]:
        """Fetch *job*, answer by answer, newest first where the platform sorts so."""


@runtime_checkable
class Counting(Protocol):
    """A platform's module that can ask how much there is, for little or nothing."""

    def count(
        self, job: Job, source: Source, credential: Credential | None, clock: Clock
    ) -> int | None:
        """Ask how many items a job would bring; None: this kind of stream can't be counted."""
