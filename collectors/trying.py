"""Ask a source live, and show what comes: no ledger, no file."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from collectors.contract import Clock, Collector, Credential, Job, Stream, Unreadable
from collectors.errors import CollectError
from collectors.mention import Mention
from collectors.permitted import permitted_streams
from collectors.sources import Source
from collectors.watchlist import Watchlist

_SHOWN_WORDS = 280


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """How one stream answered."""

    stream: Stream
    mentions: int
    unreadable: tuple[Unreadable, ...]
    requests: int
    took_s: float
    first_s: float | None = None
    """Until the first answer; None: there was none."""
    is_cut: bool = False
    """More may come than was asked for."""
    oldest_at: datetime | None = None
    newest_at: datetime | None = None
    lacking: Mapping[str, int]
    """How many mentions lack a field that people look for."""
    error: str | None = None
    """None: it answered as asked."""


def try_streams(
    source: Source,
    *,
    collector: Collector,
    credential: Credential | None,
    watchlist: Watchlist,
    clock: Clock,
    limit: int,
) -> Iterator[Mention | Tried]:
    """
    Fetch each stream of a source until *limit* mentions came.

    Returns:
        Each stream's mentions, and after them how it answered.
    """
    now = clock()
    for stream in permitted_streams(collector, source, watchlist, now):
        job = Job(
            source=source.name,
            platform=source.platform,
            stream=stream.key,
            reach=stream.reach,
            params=stream.params,
            since=None if source.history is None else now - source.history,
            until=now,
            validators={},
            planned_at=now,
        )
        started = time.monotonic()
        requests, first_s, is_cut, error = 0, None, False, None
        unreadable: list[Unreadable] = []
        shown: list[Mention] = []
        try:
            for page in collector.pages(job, source, credential, clock):
                first_s = first_s or time.monotonic() - started
                requests += page.requests
                unreadable += page.unreadable
                more = page.mentions[: limit - len(shown)]
                is_cut = len(more) < len(page.mentions) or page.cut_by is not None
                shown += more
                yield from more
                if len(shown) >= limit:
                    break
        except CollectError as problem:
            requests, error = requests + 1, f"{problem.reason}: {problem}"
        dates = [mention.created_at for mention in shown if mention.created_at]
        yield Tried(
            stream=stream,
            mentions=len(shown),
            unreadable=tuple(unreadable),
            requests=requests,
            took_s=time.monotonic() - started,
            first_s=first_s,
            is_cut=is_cut,
            oldest_at=min(dates, default=None),
            newest_at=max(dates, default=None),
            lacking=_lacking(shown),
            error=error,
        )


def _lacking(mentions: Sequence[Mention]) -> dict[str, int]:
    has: dict[str, list[object]] = {
        "date": [mention.created_at for mention in mentions],
        "text": [mention.text or mention.title for mention in mentions],
        "author": [mention.author_handle or mention.author_name for mention in mentions],
        "link": [mention.url for mention in mentions],
        "language": [mention.language_tag for mention in mentions],
    }
    counts = {name: sum(not value for value in values) for name, values in has.items()}
    return {name: count for name, count in counts.items() if count}


def mention_lines(mention: Mention, *, is_owned: bool) -> Iterator[str]:
    """
    Write a mention for people: when, what and by whom; its words; its link.

    Args:
        mention: As the source gave it.
        is_owned: Whether the watchlist says that the firm published it.

    Returns:
        Lines that may hold characters which no terminal should get.
    """
    at = f"{mention.created_at:%Y-%m-%d %H:%M}" if mention.created_at else "undated"
    # Where an id stands in for the handle, the name says more.
    handle = None if mention.author_handle == mention.author_id else mention.author_handle
    author = f"@{handle}" if handle else mention.author_name or mention.author_handle
    facts = [
        f"{mention.kind} by {author or 'nobody named'}",
        mention.language_tag,
        *(f"{name} {count:,}" for name, count in mention.metrics.items() if count),
        "your own" if mention.is_own or is_owned else None,
    ]
    yield f"{at}  {', '.join(fact for fact in facts if fact)}"
    words = " ".join(f"{mention.title or ''} {mention.text}".split())
    yield f"  {words[:_SHOWN_WORDS]}{'…' if len(words) > _SHOWN_WORDS else ''}"
    if mention.url:
        yield f"  {mention.url}"


def mention_json(mention: Mention, *, is_owned: bool, with_raw: bool) -> str:
    """
    Write a mention as one line of JSON: all its fields, times in ISO 8601.

    Args:
        mention: As the source gave it.
        is_owned: Whether the watchlist says that the firm published it.
        with_raw: Whether the source's own record stands in `raw`, as an object.
    """
    values: dict[str, Any] = {"mention_id": mention.mention_id}
    values |= {field.name: getattr(mention, field.name) for field in fields(mention)}
    values |= {"metrics": dict(mention.metrics), "is_own": mention.is_own or is_owned}
    if with_raw:
        values["raw"] = json.loads(mention.raw)
    else:
        del values["raw"]
    return json.dumps(values, ensure_ascii=False, default=datetime.isoformat)
