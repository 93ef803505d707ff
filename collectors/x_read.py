"""Read posts of the X API v2 as mentions."""

import html
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from collectors.charges import account_charges
from collectors.contract import Unreadable
from collectors.mention import Kind, Mention
from collectors.web.paging import whole_second
from collectors.web.reading import (
    UnfitError,
    aside,
    counts,
    identity,
    instant_from_iso,
    mapping,
    mappings,
    needed_id,
    needed_text,
    raw_json,
    text_or_none,
)

_METRICS = {
    "likes": "like_count",
    "replies": "reply_count",
    "reposts": "retweet_count",
    "quotes": "quote_count",
    "views": "impression_count",
    "bookmarks": "bookmark_count",
}.items()
_KINDS: Sequence[tuple[str, Kind]] = (
    ("retweeted", "repost"),
    ("replied_to", "reply"),
    ("quoted", "quote"),
)
"""What a post refers to, and what that makes of it; the first that applies."""

_PLAIN = re.compile("[A-Za-z0-9_]+")
_SNOWFLAKES_SINCE = datetime(2010, 11, 4, 1, 42, 54, 657000, UTC)
_SNOWFLAKE_TIME_SHIFT = 22
_EDITABLE = timedelta(days=1)


def read_posts(
    answer: Mapping[str, Any], collected_at: datetime
) -> tuple[list[Mention], list[Unreadable]]:
    """
    Read the posts of one answer.

    Args:
        answer: What a search or a timeline gave. Posts under `includes` only
            explain others; they are no mentions.
        collected_at: When it was given.

    Returns:
        The mentions in the answer's order, and what could not be read.
    """
    includes = mapping(answer.get("includes"))
    users = _by_id(includes.get("users"), "id")
    places = _by_id(includes.get("places"), "id")
    posts = _by_id(includes.get("tweets"), "id")
    mentions: list[Mention] = []
    unreadable: list[Unreadable] = []
    for item in answer.get("data") or ():
        try:
            mentions.append(_read_post(item, users, places, posts, collected_at))
        except UnfitError as error:
            unreadable.append(aside(item, error))
    return mentions, unreadable


def included_charges(answer: Mapping[str, Any]) -> list[str]:
    """List what came along to explain the posts: those that others refer to, and accounts."""
    includes = mapping(answer.get("includes"))
    posts = mappings(includes.get("tweets"))
    known = (next(iter(_history(post)), None) or identity(post.get("id")) for post in posts)
    accounts = (identity(user.get("id")) for user in mappings(includes.get("users")))
    return [
        *filter(None, known),
        *account_charges(account for account in accounts if account),
    ]


def version_of(mention: Mention) -> int:
    """Order the versions of one edited post: each edit has a larger id."""
    current = (mention.url or "").rpartition("/")[2]
    return int(current) if current.isdecimal() else 0


def _read_post(
    item: Any,
    users: Mapping[str, Mapping[str, Any]],
    places: Mapping[str, Mapping[str, Any]],
    posts: Mapping[str, Mapping[str, Any]],
    collected_at: datetime,
) -> Mention:
    if not isinstance(item, dict):
        msg = "is no post"
        raise UnfitError(msg)
    current_id = needed_id(item)
    history = _history(item)
    created_at, edited_at = _times(history, instant_from_iso(item.get("created_at")))
    author_id = identity(item.get("author_id"))
    author = users.get(author_id or "", {})
    place = places.get(identity(mapping(item.get("geo")).get("place_id")) or "")
    handle = text_or_none(author.get("username"))
    refers = {r.get("type"): identity(r.get("id")) for r in mappings(item.get("referenced_tweets"))}
    about = next(((word, kind) for word, kind in _KINDS if word in refers), None)
    language = text_or_none(item.get("lang"))
    public = mapping(item.get("public_metrics"))
    followers = mapping(author.get("public_metrics")).get("followers_count")
    own_includes: dict[str, Any] = {"users": [author]} if author else {}
    if place:
        own_includes["places"] = [place]
    if others := [posts[other] for other in refers.values() if other and other in posts]:
        own_includes["tweets"] = others
    return Mention(
        platform="x",
        native_id=history[0] if history else current_id,
        kind=about[1] if about else "post",
        text=html.unescape(needed_text(item, "text")),
        collected_at=collected_at,
        url=f"https://x.com/{_quoted(handle or 'i')}/status/{_quoted(current_id)}",
        author_id=author_id,
        author_handle=handle,
        author_name=text_or_none(author.get("name")),
        language_tag=None if language == "und" else language,
        created_at=created_at,
        edited_at=edited_at,
        time_source="created" if created_at else "unknown",
        parent_id=refers[about[0]] if about else None,
        root_id=identity(item.get("conversation_id")),
        is_repost="retweeted" in refers,
        is_quote="quoted" in refers,
        metrics=counts(
            [*[(name, public.get(key)) for name, key in _METRICS], ("followers", followers)]
        ),
        raw=raw_json(item | {"includes": own_includes} if own_includes else item),
    )


def _quoted(part: str) -> str:
    return part if _PLAIN.fullmatch(part) else quote(part, safe="")


def _history(item: Mapping[str, Any]) -> list[str]:
    versions = item.get("edit_history_tweet_ids")
    return [v for v in map(identity, versions if isinstance(versions, list) else ()) if v]


def _times(
    history: Sequence[str], stated_at: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """
    Tell when a post was first written, and when its newest version was.

    `created_at` is that of the version. An id holds its own time: it is a
    "snowflake", whose upper bits count milliseconds from 4 November 2010
    (github.com/twitter-archive/snowflake). Ids that hold no believable time are
    not used: posts can be edited for an hour.
    """
    if stated_at is None or len(set(history)) < 2:  # noqa: PLR2004 - the first and an edit
        return stated_at, None
    first, last = _written_at(history[0]), _written_at(history[-1])
    created_at = first if first and timedelta(0) <= stated_at - first < _EDITABLE else stated_at
    edited_at = max(filter(None, (last, stated_at)))
    is_believable = timedelta(0) < edited_at - created_at < _EDITABLE
    return created_at, edited_at if is_believable else None


def _written_at(post_id: str) -> datetime | None:
    try:
        age = timedelta(milliseconds=int(post_id) >> _SNOWFLAKE_TIME_SHIFT)
        return whole_second(_SNOWFLAKES_SINCE + age)
    except (OverflowError, ValueError):
        return None


def _by_id(items: Any, key: str) -> dict[str, Mapping[str, Any]]:
    return {name: item for item in mappings(items) if (name := identity(item.get(key)))}
