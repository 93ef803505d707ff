"""Ask a source live, and show what comes: no ledger, no file."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from collectors.contract import Clock, Collector, Credential, Job, Stream, Unreadable
from collectors.errors import CollectError
from collectors.mention import Mention
from collectors.sources import Source
from collectors.watchlist import Watchlist


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """How one stream answered."""

    stream: Stream
    mentions: int
    unreadable: tuple[Unreadable, ...]
    requests: int
    took_s: float
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
    for stream in collector.streams(source, watchlist, now):
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
        mentions, requests, error = 0, 0, None
        unreadable: list[Unreadable] = []
        try:
            for page in collector.pages(job, source, credential, clock):
                requests += page.requests
                unreadable += page.unreadable
                for mention in page.mentions[: limit - mentions]:
                    mentions += 1
                    yield mention
                if mentions >= limit:
                    break
        except CollectError as problem:
            requests, error = requests + 1, f"{problem.reason}: {problem}"
        yield Tried(
            stream=stream,
            mentions=mentions,
            unreadable=tuple(unreadable),
            requests=requests,
            took_s=time.monotonic() - started,
            error=error,
        )


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
