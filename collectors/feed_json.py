"""JSON Feed, versions 1 and 1.1 (jsonfeed.org): the document, and what becomes of an item."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collectors.errors import BadAnswer
from collectors.feed_entry import content_hash, full_address, language_tag, moments, within_years
from collectors.mention import Mention
from collectors.web.plain_text import one_line, plain_text, printable
from collectors.web.reading import UnfitError, instant_from_iso

_PLAIN_VERSIONS = frozenset({"1", "1.0", "1.1"})
"""What some software writes instead of the version's address."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JsonFeed:
    """A JSON Feed's document."""

    items: Sequence[Any]
    """As they came: one that is no object is the reader's to put aside."""
    language: str | None
    author: str | None
    """Of every item that names none."""
    next_url: str | None
    """Where older items are."""


def read_json_feed(text: str) -> JsonFeed:
    """
    Read a document that begins like JSON.

    Raises:
        BadAnswer: It is no JSON Feed, or breaks off.
    """
    try:
        given = json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        is_meant = "jsonfeed.org/version" in text[:2_000]
        msg = f"the answer is {'a JSON Feed' if is_meant else 'JSON'} that can't be read"
        raise BadAnswer(msg) from error
    version = given.get("version") if isinstance(given, dict) else None
    is_meant = isinstance(version, str) and (
        "jsonfeed.org/version" in version or version in _PLAIN_VERSIONS
    )
    if not is_meant:
        msg = "the answer is JSON, not a feed"
        raise BadAnswer(msg)
    items = given.get("items")
    if not isinstance(items, list):
        msg = "the answer is a JSON Feed without items"
        raise BadAnswer(msg)
    return JsonFeed(
        items=items,
        language=language_tag(_text(given, "language")),
        author=_author(given),
        next_url=_text(given, "next_url"),
    )


def read_item(
    item: Any,
    *,
    stream: str,
    place: str,
    language: str | None,
    author: str | None,
    collected_at: datetime,
) -> Mention:
    """
    Read an item.

    Args:
        item: As the document gives it.
        stream: The feed's stable name.
        place: Where the feed was found, redirects followed; relative links start there.
        language: The feed's own, for an item that states none.
        author: Likewise.
        collected_at: When the feed was fetched.

    Raises:
        UnfitError: It is no object.
    """
    if not isinstance(item, dict):
        msg = "the item is no object"
        raise UnfitError(msg)
    created_at, edited_at, time_source = moments(
        _moment(item, "date_published"), _moment(item, "date_modified")
    )
    return Mention(
        platform="feed",
        native_id=printable(f"{stream} {_own_id(item)}"),
        kind="article",
        author_name=_author(item) if {"author", "authors"} & item.keys() else author,
        title=one_line(_text(item, "title") or "", "text/plain") or None,
        text=_words(item),
        url=full_address(_text(item, "url"), place)
        or full_address(_text(item, "external_url"), place),
        language_tag=language_tag(_text(item, "language")) or language,
        created_at=created_at,
        edited_at=edited_at,
        time_source=time_source,
        collected_at=collected_at,
        raw=raw_item(item),
    )


def raw_item(item: Any) -> str:
    """Write an item as JSON, as it came."""
    return printable(json.dumps(item, ensure_ascii=False))


def _own_id(item: Mapping[str, Any]) -> str:
    """Name an item within its feed; an id that is a number counts as its digits (section 'Items')."""
    given = item.get("id")
    if isinstance(given, int | float) and not isinstance(given, bool):
        return json.dumps(given)
    contents = [c for c in (_text(item, "content_html"), _text(item, "content_text")) if c]
    words = [
        _text(item, "title"),
        contents or _text(item, "summary"),
        _text(item, "date_published"),
    ]
    return _text(item, "id") or _text(item, "url") or content_hash(words)


def _words(item: Mapping[str, Any]) -> str:
    """Take the first content that holds words, else the summary."""
    return (
        plain_text(_text(item, "content_html") or "")
        or plain_text(_text(item, "content_text") or "", "text/plain")
        or plain_text(_text(item, "summary") or "", "text/plain")
    )


def _author(given: Mapping[str, Any]) -> str | None:
    """Name the authors of an item or a feed: a list since version 1.1, one before."""
    several = given.get("authors")
    listed = several if isinstance(several, list) and several else [given.get("author")]
    names = (one_line(_text(a, "name") or "", "text/plain") for a in listed if isinstance(a, dict))
    return ", ".join(dict.fromkeys(name for name in names if name)) or None


def _moment(item: Mapping[str, Any], name: str) -> datetime | None:
    try:
        return within_years(instant_from_iso(_text(item, name)))
    except UnfitError:
        return None


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    return value if isinstance(value, str) and value.strip() else None
