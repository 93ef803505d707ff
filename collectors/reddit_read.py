"""Read Reddit's posts and comments as mentions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from collectors.contract import Unreadable
from collectors.mention import Mention
from collectors.web.reading import (
    UnfitError,
    aside,
    counts,
    identity,
    instant_from_epoch,
    mapping,
    needed_text,
    raw_json,
    text_or_none,
)

_SITE = "https://www.reddit.com"
_DELETED = "[deleted]"


def read_listing(
    children: Sequence[Any], collected_at: datetime
) -> tuple[list[Mention], list[Unreadable]]:
    """
    Read the things of one listing.

    Args:
        children: Posts (t3) and comments (t1); subreddits, users and the rest
            are no mentions and are left out.
        collected_at: When they were given.

    Returns:
        The mentions in the listing's order, and what could not be read.
    """
    mentions: list[Mention] = []
    unreadable: list[Unreadable] = []
    for child in children:
        try:
            mention = _read_thing(child, collected_at)
        except UnfitError as error:
            unreadable.append(aside(child, error))
        else:
            if mention:
                mentions.append(mention)
    return mentions, unreadable


def _read_thing(child: Any, collected_at: datetime) -> Mention | None:
    thing = mapping(child)
    kind, data = thing.get("kind"), thing.get("data")
    if not isinstance(kind, str) or not isinstance(data, dict):
        msg = "is no thing of Reddit"
        raise UnfitError(msg)
    if kind == "t3":
        return _read_post(data, collected_at)
    return _read_comment(data, collected_at) if kind == "t1" else None


def _read_post(data: Mapping[str, Any], collected_at: datetime) -> Mention:
    fullname = _fullname(data, "t3")
    original = identity(data.get("crosspost_parent"))
    created_at = instant_from_epoch(data.get("created_utc"))
    return Mention(
        platform="reddit",
        native_id=fullname,
        kind="post",
        title=text_or_none(data.get("title")),
        # A link without words of its own has no selftext in old answers.
        text="" if data.get("selftext") is None else needed_text(data, "selftext"),
        collected_at=collected_at,
        url=_url(data, f"/comments/{fullname.removeprefix('t3_')}/"),
        author_id=_author(data, "author_fullname"),
        author_handle=_author(data, "author"),
        created_at=created_at,
        edited_at=_edited_at(data),
        time_source="created" if created_at else "unknown",
        parent_id=original,
        root_id=fullname,
        is_repost=original is not None,
        metrics=counts([("score", data.get("score")), ("comments", data.get("num_comments"))]),
        raw=raw_json(data),
    )


def _read_comment(data: Mapping[str, Any], collected_at: datetime) -> Mention:
    fullname = _fullname(data, "t1")
    post = identity(data.get("link_id"))
    created_at = instant_from_epoch(data.get("created_utc"))
    under = (post or "").removeprefix("t3_")
    return Mention(
        platform="reddit",
        native_id=fullname,
        kind="comment",
        text=needed_text(data, "body"),
        collected_at=collected_at,
        url=_url(data, f"/comments/{under}/_/{fullname.removeprefix('t1_')}/" if under else None),
        author_id=_author(data, "author_fullname"),
        author_handle=_author(data, "author"),
        created_at=created_at,
        edited_at=_edited_at(data),
        time_source="created" if created_at else "unknown",
        parent_id=identity(data.get("parent_id")),
        root_id=post,
        metrics=counts([("score", data.get("score"))]),
        raw=raw_json(data),
    )


def _fullname(data: Mapping[str, Any], kind: str) -> str:
    name = identity(data.get("name"))
    if name is not None and name.startswith(f"{kind}_"):
        return name
    short = identity(data.get("id"))
    if short is None:
        msg = "'name' and 'id' are absent"
        raise UnfitError(msg)
    return f"{kind}_{short}"


def _author(data: Mapping[str, Any], key: str) -> str | None:
    """Read who wrote it; a deleted account leaves neither name nor id."""
    handle = text_or_none(data.get("author"))
    return text_or_none(data.get(key)) if handle and handle != _DELETED else None


def _edited_at(data: Mapping[str, Any]) -> datetime | None:
    # False: never; True: in the years before Reddit kept the time.
    edited = data.get("edited")
    return None if isinstance(edited, bool) else instant_from_epoch(edited)


def _url(data: Mapping[str, Any], otherwise: str | None) -> str | None:
    path = text_or_none(data.get("permalink")) or otherwise
    if path is None or path.startswith(("https://", "http://")):
        return path
    return f"{_SITE}/{path.lstrip('/')}"
