"""The sources: where to collect from, how often, and as whom."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, Strict, StringConstraints

from collectors.watchlist import Frozen, QueryText, Slug, Words

_UNITS = {
    "s": "seconds",
    "sec": "seconds",
    "second": "seconds",
    "m": "minutes",
    "min": "minutes",
    "minute": "minutes",
    "h": "hours",
    "hour": "hours",
    "d": "days",
    "day": "days",
    "week": "weeks",
}
_PART = re.compile(r"\s*([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*([a-z]+)\s*", re.IGNORECASE)
_LONGEST = timedelta(days=36_525)


def parse_duration(value: Any) -> Any:
    """
    Read a duration such as `15 min`, `1 h 30 min`, `2 days` or `90 s`.

    Raises:
        ValueError: *value* is no duration, has no unit, or is not between
            nothing and a hundred years.
    """
    if isinstance(value, timedelta | None):
        return value
    text = value if isinstance(value, str) else ""
    parts = list(_PART.finditer(text))
    duration = timedelta(0)
    if parts and "".join(part[0] for part in parts) == text:
        for number, unit in (part.groups() for part in parts):
            name = _UNITS.get(unit.lower()) or _UNITS.get(unit.lower().removesuffix("s"))
            duration += timedelta(**{name: float(number)}) if name else _LONGEST * 2
    if not timedelta(0) < duration <= _LONGEST:
        msg = 'is no duration, write for instance "15 min", "1 h" or "2 days"'
        raise ValueError(msg)
    return duration


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4096)]
"""Addresses and queries are often longer than names; each platform has its own limit."""


class Source(Frozen):
    """One configured place to collect from; its streams are fetched separately."""

    name: Slug
    platform: Words
    urls: tuple[Line, ...] = ()
    query: Line | None = None
    """In the platform's own words."""
    listen: QueryText | None = None
    """In the language of docs/queries.md: asked as far as the platform can express it."""
    archive: Annotated[bool, Strict()] = False
    accounts: tuple[Words, ...] | None = None
    """None: the watchlist's handles on this platform."""
    subreddits: tuple[Words, ...] = ()
    base_url: Line | None = None
    every: Duration = timedelta(minutes=15)
    fastest: Duration | None = None
    """A stream that grows is asked up to so often; None: twice as often as `every`."""
    slowest: Duration | None = None
    """One that brings nothing new at least so often; None: four times as rarely as `every`."""
    credential: Words | None = None
    overlap: Duration = timedelta(hours=1)
    history: Duration | None = None
    """How far back the first fetch of a new stream reaches; None: as far as the platform gives."""
    timeout: Duration = timedelta(seconds=20)
    """For one request."""
    full_text: Annotated[bool, Strict()] = False
    """Feeds: whether the article behind an entry that is only a teaser is fetched and read."""
    allow_hosts: tuple[Line, ...] = ()
    """Feeds: hosts of a private network, or of this machine, that may be asked all the same."""
    canary: Annotated[bool, Strict()] = False
    """Feeds: whether its items only time the way into the snapshot; they are no mentions."""
    contact: Annotated[str, StringConstraints(pattern=r"^[!-'*-~]{3,200}$")] | None = None
    """Feeds: whom a site may write to, in the `User-Agent`: an address of a page or of mail."""
    max_pages: Annotated[int, Strict()] = Field(default=100, ge=1, le=10_000)
    """For one job; what lies behind stays uncovered, to be asked for by the next plan."""
    item_eur: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] | None = None
    """What one item costs, in euros; None: what the platform's module says."""
    includes_charged: Annotated[bool, Strict()] = True
    """X: whether posts and accounts that come along with the posts asked for are charged as well."""
    monthly_eur: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    """What may be spent in a month of UTC, in euros; None: whatever it costs."""

    @property
    def account(self) -> str:
        """Whose requests count, and whose items are charged, together."""
        return f"{self.platform} {self.credential or self.base_url or ''}".strip()


class Sources(Frozen):
    """All sources, in the order of the file."""

    source: tuple[Source, ...] = Field(min_length=1)

    def named(self, name: str) -> Source:
        """
        Find a source.

        Raises:
            KeyError: There is no source of that name.
        """
        for source in self.source:
            if source.name == name:
                return source
        raise KeyError(name)
