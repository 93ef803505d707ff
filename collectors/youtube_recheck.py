"""Ask YouTube for stored videos and comments again, fifty at a time."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from collectors.contract import Clock, Credential
from collectors.recheck import Asked, Found, Memory, Rechecker, Stored, batches
from collectors.sources import Source
from collectors.web.absence import Answered, Ask, look_up_with_witnesses
from collectors.web.reading import identity, mapping
from collectors.youtube_client import execute, open_youtube
from collectors.youtube_read import comment_name, read_threads, read_videos, video_name

_VIDEO, _COMMENT = video_name(""), comment_name("")


class YouTubeRechecker(Rechecker):
    """`videos.list` and `comments.list` through Google's client; see docs/platforms/youtube.md."""

    within = timedelta(days=7)
    batch = 50
    most = 2_500

    def knows(self, post: Stored, source: Source) -> bool:
        """Tell whether it is a video or a comment that has an id."""
        del source
        return bool(_number(post, _VIDEO) or _number(post, _COMMENT))

    def look_up(
        self,
        asked: Asked,
        source: Source,
        credential: Credential | None,
        clock: Clock,
        memory: Memory,
    ) -> Iterator[Found]:
        """
        Ask for videos and comments by their ids.

        Raises:
            CollectError: YouTube stopped answering; see docs/platforms/youtube.md.
        """
        del memory
        from requests import Session

        what = "youtube recheck"
        with Session() as session:
            client = open_youtube(session, what, source, credential, clock)
            for prefix, ask in (
                (_VIDEO, _asking_videos(client, what, clock)),
                (_COMMENT, _asking_comments(client, what, clock, asked)),
            ):
                due = [post for post in asked.due if _number(post, prefix)]
                for posts in batches(due, self.batch):
                    name = partial(_number, prefix=prefix)
                    yield from look_up_with_witnesses(
                        posts, asked.witnesses, ask, name, size=self.batch
                    )


def _number(post: Stored, prefix: str) -> str | None:
    """Give the id within YouTube."""
    number = post.native_id.removeprefix(prefix)
    is_ours = post.native_id.startswith(prefix) and number.isascii() and "," not in number
    return number if is_ours and number else None


def _asking_videos(client: Any, what: str, clock: Clock) -> Ask:
    def ask(ids: Sequence[str]) -> Answered:
        items, _ = execute(
            client.videos().list(part="snippet,statistics,status", id=",".join(ids)), what
        )
        numbers = {identity(mapping(item).get("id")): item for item in items}
        hidden = {
            number: "protected"
            for number, item in numbers.items()
            if number and mapping(mapping(item).get("status")).get("privacyStatus") == "private"
        }
        found = [{"id": {"videoId": number}} for number in numbers if number not in hidden]
        mentions, unreadable = read_videos(found, items, clock())
        return Answered(
            shown=frozenset(filter(None, numbers)),
            present=mentions,
            gone=hidden,
            unreadable=unreadable,
        )

    return ask


def _asking_comments(client: Any, what: str, clock: Clock, stored: Asked) -> Ask:
    # Asked for by its id a comment does not say under which video it stands.
    videos = {post.native_id: _video_of(post) for post in (*stored.due, *stored.witnesses)}

    def ask(ids: Sequence[str]) -> Answered:
        asked = client.comments().list(part="snippet", textFormat="plainText", id=",".join(ids))
        items, _ = execute(asked, what)
        for item in items:
            snippet = mapping(mapping(item).get("snippet"))
            video = videos.get(comment_name(identity(mapping(item).get("id")) or ""))
            if isinstance(snippet, dict) and video:
                snippet.setdefault("videoId", video)
        # A comment stands for a thread of its own here.
        mentions, unreadable = read_threads(items, {}, clock())
        shown = {identity(mapping(item).get("id")) for item in items}
        return Answered(
            shown=frozenset(filter(None, shown)), present=mentions, unreadable=unreadable
        )

    return ask


def _video_of(post: Stored) -> str | None:
    try:
        return dict(parse_qsl(urlsplit(post.url or "").query)).get("v")
    except ValueError:
        return None
