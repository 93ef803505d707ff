"""One entry of a feed, read as a mention."""

import json
import re
from calendar import timegm
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any
from urllib.parse import urljoin, urlsplit

from collectors.mention import Mention, TimeSource
from collectors.web.plain_text import one_line, plain_text, printable

Entry = Mapping[str, Any]
"""One entry as feedparser names its parts."""

_HTML = frozenset({"text/html", "application/xhtml+xml"})
_TEXT = _HTML | {"text/plain"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_YEARS = range(1900, 2200)
"""Beyond these a date is a slip: software writes the years 1 and 9999 for "none"."""

_NAME_AND_ADDRESS = re.compile(
    r"(?P<before>[^<>()@]*[^<>()@\s])\s*[<(][^\s@]+@[^\s@]+[)>]"
    r"|[^\s@]+@[^\s@(]+\s*\((?P<after>[^()]*)\)"
)
_LONGEST_NAME = 500
_LARGEST_COUNT = 2**63 - 1


def native_id(entry: Entry, stream: str) -> str:
    """
    Name an entry within all feeds: by its stream, and by guid, else link, else content.

    Args:
        entry: As feedparser gives it, ids and links not resolved.
        stream: The feed's stable name, which redirects don't change.
    """
    own = entry.get("id") or entry.get("link") or _content_hash(entry)
    return printable(f"{stream} {own}")


def read_entry(
    entry: Entry, *, stream: str, place: str, language: str | None, collected_at: datetime
) -> Mention:
    """
    Read an entry.

    Args:
        entry: As feedparser gives it, ids and links not resolved.
        stream: The feed's stable name.
        place: Where the feed was found, redirects followed; relative links start there.
        language: The feed's own, for an entry that states none.
        collected_at: When the feed was fetched.
    """
    created_at, edited_at, time_source = moments(
        _moment(entry, "published_parsed"), _moment(entry, "updated_parsed")
    )
    given = entry.get("title_detail") or {"value": entry.get("title") or "", "type": "text/html"}
    publisher = _publisher(entry)
    title = one_line(given["value"], given["type"])
    if publisher:  # Google News ends each title with it.
        title = title.removesuffix(f" - {publisher}") or title
    return Mention(
        platform="feed",
        native_id=native_id(entry, stream),
        kind="article",
        author_name=_author(entry) or publisher,
        title=title or None,
        text=_text(entry),
        url=_url(entry, place),
        language_tag=_language(entry, language),
        created_at=created_at,
        edited_at=edited_at,
        time_source=time_source,
        collected_at=collected_at,
        metrics=_metrics(entry),
        raw=raw_json(entry),
    )


def raw_json(entry: Entry) -> str:
    """Write an entry as JSON; dates and texts once, as the feed gives them."""
    given = {name: value for name, value in entry.items() if not name.endswith("_parsed")}
    for name in ("title", "summary"):
        detail = given.get(f"{name}_detail")
        if isinstance(detail, Mapping) and detail.get("value") == given.get(name):
            given[f"{name}_detail"] = {k: v for k, v in detail.items() if k != "value"}
    return printable(json.dumps(given, ensure_ascii=False, default=str))


def _text(entry: Entry) -> str:
    """Take the first content that holds words, else the summary."""
    for content in entry.get("content", ()):
        if content.get("type", "text/html") in _TEXT:
            text = plain_text(content.get("value") or "", content.get("type", "text/html"))
            if text:
                return text
    kind = (entry.get("summary_detail") or {}).get("type", "text/html")
    # YouTube's media:description is plain text with lines, which feedparser takes for HTML.
    return plain_text(entry.get("summary") or "", "text/plain" if "yt_videoid" in entry else kind)


def moments(
    published: datetime | None, updated: datetime | None
) -> tuple[datetime | None, datetime | None, TimeSource]:
    """Tell when an entry was made, when it was edited, and where the first comes from."""
    if published:
        return published, updated if updated and updated > published else None, "published"
    return updated, None, "updated" if updated else "unknown"


def within_years(moment: datetime | None) -> datetime | None:
    """Leave out a date that is a slip."""
    return moment if moment and moment.year in _YEARS else None


def _moment(entry: Entry, name: str) -> datetime | None:
    """Read a date as feedparser gives it: in UTC, its fields not always within bounds."""
    # Asking feedparser for an absent `updated` warns and gives `published`.
    fields = entry[name] if name in entry else None  # noqa: SIM401
    if not fields or fields[0] not in _YEARS:
        return None
    try:
        return datetime.fromtimestamp(timegm(fields), UTC)
    except (ValueError, OverflowError):
        return None


def _author(entry: Entry) -> str | None:
    """Take the entry's own author, by name where one is given beside an address."""
    said = (entry.get("author") or "")[:_LONGEST_NAME]
    detail = entry.get("author_detail") or {}
    name = detail.get("name")
    # feedparser takes an address apart wrongly where its last part is longer than four letters.
    if not name or said not in {name, f"{name} ({detail.get('email')})"}:
        named = _NAME_AND_ADDRESS.fullmatch(said.strip())
        name = (named["before"] or named["after"]) if named else said
    return one_line(name) or None


def _publisher(entry: Entry) -> str | None:
    """Name the channel that an entry came from, where its feed gathers those of others."""
    source = entry.get("source")
    title = source.get("title") if isinstance(source, Mapping) else None
    return one_line(title[:_LONGEST_NAME]) or None if isinstance(title, str) else None


def _url(entry: Entry, place: str) -> str | None:
    link = (entry.get("link") or "").strip()
    # A guid stands in for a missing link, but only a whole address leads anywhere.
    if link == entry.get("id") and not re.match("https?://", link, re.IGNORECASE):
        return None
    return full_address(link, place)


def full_address(link: str | None, place: str) -> str | None:
    """Make a link whole, starting where its feed was found; None if it leads out of the web."""
    if not link or not link.strip():
        return None
    try:
        url = urljoin(place, printable(link).strip().replace(" ", "%20"))
        parts = urlsplit(url)
    except ValueError:
        return None
    is_web = parts.scheme in {"http", "https"} and parts.hostname
    return None if not is_web or re.search(r"\s", url) else url


def _language(entry: Entry, language: str | None) -> str | None:
    details = [*entry.get("content", ()), *(entry.get(f"{n}_detail") for n in ("summary", "title"))]
    stated: list[str | None] = [detail.get("language") for detail in details if detail]
    return next((tag for said in (*stated, language) if (tag := language_tag(said))), None)


def language_tag(said: str | None) -> str | None:
    """Read a language as a feed states it; None if it is none."""
    tag = (said or "").strip().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else None


def _metrics(entry: Entry) -> dict[str, int]:
    rating = entry.get("media_starrating") or {}
    average = str(rating.get("average")).removesuffix(".00")
    given = {
        "comments": entry.get("slash_comments") or entry.get("thr_total"),
        "views": (entry.get("media_statistics") or {}).get("views"),
        # YouTube counts likes as ratings of the highest value; older feeds mix in dislikes.
        "likes": rating.get("count") if average == rating.get("max", "") else None,
    }
    counts = {name: _count(value) for name, value in given.items()}
    return {name: count for name, count in counts.items() if count is not None}


def _count(value: Any) -> int | None:
    if not isinstance(value, str) or not re.fullmatch(r"\s*[0-9]{1,19}\s*", value):
        return None
    return min(int(value), _LARGEST_COUNT)


def _content_hash(entry: Entry) -> str:
    contents = [content.get("value") for content in entry.get("content", ())]
    return content_hash(
        [entry.get("title"), contents or entry.get("summary"), entry.get("published")]
    )


def content_hash(words: Sequence[Any]) -> str:
    """Hash title, contents (else summary) and published date as given: BLAKE2b-128 of their JSON."""
    return blake2b(json.dumps(words).encode(), digest_size=16).hexdigest()
