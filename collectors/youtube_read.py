"""Read videos and comments of the YouTube Data API as mentions."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import quote

from collectors.contract import Unreadable
from collectors.mention import Mention
from collectors.web.reading import (
    UnfitError,
    aside,
    counts,
    identity,
    instant_from_iso,
    mapping,
    needed_id,
    needed_text,
    raw_json,
    text_or_none,
)

_WATCH = "https://www.youtube.com/watch?v="
_COUNT = re.compile(r"[0-9]{1,19}")

Read = tuple[list[Mention], list[Unreadable]]


def video_ids(found: Sequence[Any]) -> list[str]:
    """Give the ids of the videos that a search found, each once."""
    ids = (identity(mapping(mapping(item).get("id")).get("videoId")) for item in found)
    return list(dict.fromkeys(one for one in ids if one))


def read_videos(found: Sequence[Any], listed: Sequence[Any], collected_at: datetime) -> Read:
    """
    Read what a search found.

    Args:
        found: The search's results; channels and playlists are no mentions.
        listed: The same videos as `videos.list` gives them, with whole
            descriptions and counts; one that it lacks is read from the result.
        collected_at: When they were given.

    Returns:
        The mentions in the search's order, and what could not be read.
    """
    by_id = {identity(mapping(item).get("id")): item for item in listed}
    mentions: list[Mention] = []
    unreadable: list[Unreadable] = []
    for result in found:
        item = result
        try:
            names = mapping(mapping(result).get("id"))
            if names.get("kind") in ("youtube#channel", "youtube#playlist"):
                continue
            number = needed_id(names, "videoId")
            item = by_id.get(number, result)
            mentions.append(_read_video(number, item, collected_at, is_escaped=item is result))
        except UnfitError as error:
            unreadable.append(aside(item, error))
    return mentions, unreadable


def _read_video(number: str, item: Any, collected_at: datetime, *, is_escaped: bool) -> Mention:
    snippet, statistics = mapping(mapping(item).get("snippet")), mapping(item.get("statistics"))
    channel = identity(snippet.get("channelId"))
    created_at = instant_from_iso(snippet.get("publishedAt"))
    plain = unescape if is_escaped else str
    title, name = text_or_none(snippet.get("title")), text_or_none(snippet.get("channelTitle"))
    text = needed_text(snippet, "description") if snippet.get("description") is not None else ""
    return Mention(
        platform="youtube",
        native_id=video_name(number),
        kind="post",
        title=plain(title) if title else None,
        text=plain(text),
        url=_WATCH + quote(number),
        author_id=channel,
        # A video names its channel by id and title only; either may stand in the watchlist.
        author_handle=channel,
        author_name=plain(name) if name else None,
        language_tag=text_or_none(snippet.get("defaultAudioLanguage"))
        or text_or_none(snippet.get("defaultLanguage")),
        created_at=created_at,
        time_source="published" if created_at else "unknown",
        root_id=video_name(number),
        metrics=_counts(
            views=statistics.get("viewCount"),
            likes=statistics.get("likeCount"),
            comments=statistics.get("commentCount"),
        ),
        collected_at=collected_at,
        raw=raw_json(item),
    )


def video_name(number: str) -> str:
    """Name a video as the feeds of channels do, whose guid is `yt:video:ID`."""
    return f"yt:video:{number}"


def comment_name(number: str) -> str:
    """Name a comment, so that it is not taken for a video."""
    return f"yt:comment:{number}"


def unread_replies(thread: Any) -> str | None:
    """Give the id of a thread whose replies did not all come with it."""
    snippet = mapping(mapping(thread).get("snippet"))
    total = snippet.get("totalReplyCount")
    came = mapping(mapping(thread).get("replies")).get("comments")
    has = len(came) if isinstance(came, list) else 0
    is_more = isinstance(total, int) and total > has
    return identity(mapping(thread).get("id")) if is_more else None


def read_threads(
    threads: Sequence[Any], replies: Mapping[str, Sequence[Any]], collected_at: datetime
) -> Read:
    """
    Read comment threads: each first comment and the replies to it.

    Args:
        threads: As `commentThreads.list` gives them.
        replies: By a thread's id, all its replies where they were asked for.
        collected_at: When they were given.

    Returns:
        The mentions, replies behind what they answer, and what could not be read.
    """
    mentions: list[Mention] = []
    unreadable: list[Unreadable] = []
    for thread in threads:
        for comment, video, count in _comments(thread, replies):
            try:
                mentions.append(_read_comment(comment, video, count, collected_at))
            except UnfitError as error:
                unreadable.append(aside(comment, error))
    return mentions, unreadable


def _comments(
    thread: Any, replies: Mapping[str, Sequence[Any]]
) -> Iterator[tuple[Any, str | None, Any]]:
    snippet = mapping(mapping(thread).get("snippet"))
    video = identity(snippet.get("videoId"))
    yield snippet.get("topLevelComment") or thread, video, snippet.get("totalReplyCount")
    came = mapping(mapping(thread).get("replies")).get("comments")
    asked = replies.get(identity(mapping(thread).get("id")) or "")
    for reply in asked if asked is not None else came if isinstance(came, list) else ():
        yield reply, video, None


def _read_comment(comment: Any, video: str | None, replies: Any, collected_at: datetime) -> Mention:
    item = mapping(comment)
    number, snippet = needed_id(item), mapping(item.get("snippet"))
    video = identity(snippet.get("videoId")) or video
    answered = identity(snippet.get("parentId"))
    parent = comment_name(answered) if answered else video and video_name(video)
    created_at = instant_from_iso(snippet.get("publishedAt"))
    edited_at = instant_from_iso(snippet.get("updatedAt"))
    is_edited = created_at and edited_at and edited_at > created_at
    name = text_or_none(snippet.get("authorDisplayName"))
    is_original = snippet.get("textOriginal") is not None
    return Mention(
        platform="youtube",
        native_id=comment_name(number),
        kind="comment",
        text=needed_text(snippet, "textOriginal" if is_original else "textDisplay"),
        url=f"{_WATCH}{quote(video)}&lc={quote(number)}" if video else None,
        author_id=identity(mapping(snippet.get("authorChannelId")).get("value")),
        author_handle=name.removeprefix("@") if name and name.startswith("@") else None,
        author_name=name,
        created_at=created_at,
        edited_at=edited_at if is_edited else None,
        time_source="published" if created_at else "unknown",
        parent_id=parent,
        root_id=video_name(video) if video else parent,
        metrics=_counts(likes=snippet.get("likeCount"), replies=replies),
        collected_at=collected_at,
        raw=raw_json(comment),
    )


def _counts(**given: Any) -> dict[str, int]:
    """Keep what is a count; YouTube writes large ones as text."""
    numbers = (
        (name, int(value) if isinstance(value, str) and _COUNT.fullmatch(value) else value)
        for name, value in given.items()
    )
    return counts(numbers)
