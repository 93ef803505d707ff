"""Jobs of feeds, and fetching them as the pipeline does."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from collectors.contract import Credential, Job, Page
from collectors.feeds import FeedCollector
from collectors.sources import Source

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def feed_source(url: str, **settings: Any) -> Source:
    return Source(name="news", platform="feed", urls=(url,), **settings)


def feed_job(url: str, validators: Mapping[str, Any] | None = None, now: datetime = NOW) -> Job:
    return Job(
        source="news",
        platform="feed",
        stream=url,
        reach="feed",
        params={"url": url},
        since=None,
        until=now,
        validators=validators or {},
        planned_at=now,
    )


def fetch(
    url: str,
    *,
    validators: Mapping[str, Any] | None = None,
    now: datetime = NOW,
    credential: Credential | None = None,
    **settings: Any,
) -> Page:
    source = feed_source(url, **settings)
    (page,) = FeedCollector().pages(feed_job(url, validators, now), source, credential, lambda: now)
    return page


def rss(*items: str, head: str = "") -> bytes:
    return (
        f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>"
        f"<title>News</title>{head}{''.join(f'<item>{item}</item>' for item in items)}"
        f"</channel></rss>"
    ).encode()


def atom(*entries: str, head: str = "") -> bytes:
    return (
        f"<feed xmlns='http://www.w3.org/2005/Atom'><title>News</title>{head}"
        f"{''.join(f'<entry>{entry}</entry>' for entry in entries)}</feed>"
    ).encode()


def dated(number: int, at: datetime) -> str:
    return f"<guid>{number}</guid><title>News {number}</title><pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
