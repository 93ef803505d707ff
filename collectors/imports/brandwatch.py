"""Read the CSV files that Brandwatch, and tools that write alike, export."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from collectors.imports.addresses import identity_from, usual_address
from collectors.imports.record import Circumstances, Read, Reading, RowError
from collectors.imports.rows import parse_moment
from collectors.mention import Kind, Mention
from collectors.watchlist import bare_handle

_NEEDED = frozenset({"date", "url"})
_TYPICAL = frozenset(
    {"query id", "query name", "page type", "snippet", "full text", "resource id", "sentiment"}
    | {"content source", "content source name", "mention id"}
)
_ENOUGH = 3
_PAGE_TYPES = ("page type", "content source name", "content source")
_PLATFORMS = {
    "twitter": "x",
    "x_twitter": "x",
    "news_article": "news",
    "online_news": "news",
    "blogs": "blog",
    "forums": "forum",
    "reviews": "review",
    "hacker_news": "hackernews",
    "hacker-news": "hackernews",
    "youtube_comments": "youtube",
}
_ARTICLES = frozenset({"news", "blog"})
_WITH_TITLES = frozenset({*_ARTICLES, "forum", "review", "web", "youtube", "hackernews"})
_KINDS: Mapping[str, Kind] = {
    "retweet": "repost",
    "repost": "repost",
    "share": "repost",
    "quote": "quote",
    "reply": "reply",
    "comment": "comment",
}
_METRICS = {
    "likes": ("likes", "like count", "favorites"),
    "replies": ("reply count", "replies"),
    "reposts": ("retweets", "reposts", "shares"),
    "comments": ("comments", "comment count"),
    "score": ("score", "upvotes"),
    "views": ("views", "video views"),
    "followers": ("followers", "subscribers"),
}
"""Counts, and how their columns are named behind the platform. `Impressions` are none: an estimate."""
_ZONE = re.compile(r"\b(UTC|GMT|[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)?)\b")
_COUNT = re.compile(r"\d{1,15}(?:\.0+)?|\d{1,3}(?:,\d{3})+")
_SLUG = re.compile(r"[^a-z0-9]+")
_LONGEST = 1_000_000


def has_brandwatch_columns(columns: Sequence[str]) -> bool:
    """Tell whether a line of names, in lower case, is that of such an export."""
    return set(columns) >= _NEEDED and len(_TYPICAL.intersection(columns)) >= _ENOUGH


def brandwatch_reader(circumstances: Circumstances) -> Read:
    """
    Read rows of such an export.

    The address of a post tells its identity where it can, so that the same post
    collected live is the same mention; an article is its address; the rest is a
    hash of address, author, time and words. Times are in the time zone that the
    lines above the columns name, else in that of *circumstances*.
    """
    zone = _zone_of(circumstances.preamble) or circumstances.time_zone

    def read(values: Mapping[str, Any]) -> Reading:
        return Reading(mentions=[_mention(values, circumstances.imported_at, zone)])

    return read


def _mention(values: Mapping[str, Any], now: datetime, zone: Any) -> Mention:
    row = {key: value.strip() for key, value in values.items() if isinstance(value, str) and value}
    _check(row)
    url = row.get("url") or row.get("original url") or row.get("thread url")
    platform = _platform(row)
    identity = identity_from(url, platform)
    platform, native_id = identity or (platform, None)
    created_at = _created_at(row, zone)
    is_comment = platform == "reddit" and (native_id or "").startswith("t1_")
    is_titled = platform in _WITH_TITLES or (platform == "reddit" and not is_comment)
    title = row.get("title") if is_titled else None
    text = row.get("full text") or row.get("snippet") or row.get("title")
    if not text:
        msg = "full text, snippet and title are missing"
        raise RowError(msg)
    parent = _parent(row, platform)
    kind = _kind(row, platform, parent, is_comment=is_comment)
    return Mention(
        platform=platform,
        native_id=native_id or _hashed(platform, url, row, created_at, text),
        kind=kind,
        title=title,
        text="" if text == title else text,
        collected_at=now,
        url=usual_address(url, identity) if url and identity else url,
        author_id=row.get(f"{_prefix(platform)} author id"),
        author_handle=_handle(row, platform),
        author_name=_name(row),
        language_tag=row.get("language"),
        created_at=created_at,
        time_source="imported" if created_at else "unknown",
        parent_id=parent,
        is_repost=kind == "repost",
        is_quote=kind == "quote",
        metrics=_metrics(row, platform),
        raw=json.dumps(row, ensure_ascii=False),
    )


def _check(row: Mapping[str, str]) -> None:
    for key, value in row.items():
        if len(value) > _LONGEST:
            msg = f"{key} is longer than {_LONGEST} characters"
            raise RowError(msg)
        if "\x00" in value:
            msg = f"{key} holds a NUL character"
            raise RowError(msg)


def _platform(row: Mapping[str, str]) -> str:
    stated = next((row[key] for key in _PAGE_TYPES if row.get(key)), "web")
    slug = _SLUG.sub("_", stated.lower()).strip("_")[:64].strip("_") or "web"
    return _PLATFORMS.get(slug, slug)


def _created_at(row: Mapping[str, str], zone: Any) -> datetime | None:
    try:
        return parse_moment(row.get("date"), zone)
    except ValueError as error:
        msg = f"date {error}"
        raise RowError(msg) from None


def _kind(row: Mapping[str, str], platform: str, parent: str | None, *, is_comment: bool) -> Kind:
    if platform in _ARTICLES:
        return "article"
    if is_comment:
        return "comment"
    for key in ("engagement type", "thread entry type"):
        if found := _KINDS.get(row.get(key, "").lower()):
            return found
    if row.get("twitter retweet of") or row.get("x retweet of"):
        return "repost"
    return "reply" if parent else "post"


def _parent(row: Mapping[str, str], platform: str) -> str | None:
    prefix = _prefix(platform)
    for name in ("retweet of", "repost of", "reply to"):
        address = row.get(f"{prefix} {name}")
        found = identity_from(address, platform) if address else None
        if found and found[0] == platform:
            return found[1]
    return None


def _prefix(platform: str) -> str:
    return "twitter" if platform == "x" else platform


def _handle(row: Mapping[str, str], platform: str) -> str | None:
    author = row.get("author")
    if author is None or platform in _ARTICLES:
        return None
    return bare_handle(author) or None


def _name(row: Mapping[str, str]) -> str | None:
    """Read a name, which stands in brackets behind the handle on X: `jan (Jan Jansen)`."""
    author, name = row.get("author"), row.get("full name")
    if author and name and name.startswith(f"{author} (") and name.endswith(")"):
        return name[len(author) + 2 : -1] or None
    return name or author


def _hashed(
    platform: str, url: str | None, row: Mapping[str, str], created_at: datetime | None, text: str
) -> str:
    written = created_at.isoformat() if created_at else ""
    told = [url] if url and platform in _ARTICLES else [url, row.get("author"), written, text]
    return blake2b(json.dumps(told).encode(), digest_size=16).hexdigest()


def _metrics(row: Mapping[str, str], platform: str) -> dict[str, int]:
    return {
        metric: count
        for column, metric in _metric_columns(_prefix(platform)).items()
        if column in row and (count := _count(row[column])) is not None
    }


@lru_cache(maxsize=64)
def _metric_columns(prefix: str) -> Mapping[str, str]:
    return {f"{prefix} {name}": metric for metric, names in _METRICS.items() for name in names}


def _count(text: str | None) -> int | None:
    """Read a count; what is none stays in the raw record."""
    if text is None or not _COUNT.fullmatch(text):
        return None
    return int(text.replace(",", "").partition(".")[0])


def _zone_of(preamble: Sequence[Sequence[str]]) -> ZoneInfo | None:
    """Find the time zone that the lines above the columns name, such as `Time zone:,Europe/Brussels`."""
    for cells in preamble:
        if cells and "zone" in cells[0].lower():
            for name in _ZONE.findall(" ".join(cells)):
                try:
                    return ZoneInfo(name)
                except (KeyError, ValueError, OSError):
                    continue
    return None
