"""The sources: where to collect from, how often, and as whom."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from collectors.watchlist import Frozen, Slug, Words


def parse_duration(value: Any) -> Any:
    """
    Read a duration such as `15 min`, `1 h`, `2 days` or `90 s`.

    Raises:
        ValueError: *value* is no duration, or not a positive one.
    """
    if not isinstance(value, str):
        return value
    import pandas as pd

    try:
        duration = pd.Timedelta(value).to_pytimedelta()
    except ValueError:
        duration = timedelta(0)
    if duration <= timedelta(0):
        msg = f"'{value}' is no duration: write for instance '15 min', '1 h' or '2 days'"
        raise ValueError(msg)
    return duration


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]


class Source(Frozen):
    """One configured place to collect from; its streams are fetched separately."""

    name: Slug
    platform: Words
    urls: tuple[Words, ...] = ()
    query: Words | None = None
    archive: bool = False
    accounts: tuple[Words, ...] | None = None
    """None: the watchlist's handles on this platform."""
    subreddits: tuple[Words, ...] = ()
    base_url: Words | None = None
    every: Duration = timedelta(minutes=15)
    credential: Words | None = None
    overlap: Duration = timedelta(hours=1)
    history: Duration | None = None
    """How far back the first fetch of a new stream reaches; None: as far as the platform gives."""
    timeout: Duration = timedelta(seconds=20)
    """For one request."""
    max_pages: int = Field(default=100, ge=1, le=10_000)
    """For one job; what lies behind stays uncovered, to be asked for by the next plan."""


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
