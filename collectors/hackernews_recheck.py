"""Ask Hacker News itself for stored items again, one by one."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from collectors.contract import Clock, Credential
from collectors.errors import BadAnswer
from collectors.hackernews import read_hit
from collectors.recheck import Asked, Found, Memory, Rechecker, Stored
from collectors.sources import Source
from collectors.web.json_answer import get_json
from collectors.web.reading import UnfitError, aside, identity, json_object, mapping

_API = "https://hacker-news.firebaseio.com"


class HackerNewsRechecker(Rechecker):
    """The API of Hacker News itself, whose search says nothing of deletions; see docs/platforms/hackernews.md."""

    within = timedelta(days=7)
    batch = 1
    needs_raw = True
    most = 1_000

    def knows(self, post: Stored, source: Source) -> bool:
        """Tell whether an item has a number."""
        del source
        return post.native_id.isdecimal()

    def look_up(
        self,
        asked: Asked,
        source: Source,
        credential: Credential | None,
        clock: Clock,
        memory: Memory,
    ) -> Iterator[Found]:
        """
        Ask for items by their numbers: it says of each whether it was deleted, or is dead.

        Dead items were taken away by moderators or users, who may bring them back.

        Raises:
            CollectError: It stopped answering.
        """
        del credential, memory
        what = "hackernews recheck"
        base = (source.base_url or _API).rstrip("/")
        for post in asked.due:
            if not self.knows(post, source):
                continue
            url = f"{base}/v0/item/{post.native_id}.json"
            item = get_json(url, {}, what=what, timeout=source.timeout, clock=clock)
            yield _found(post, item, what, clock)


def _found(post: Stored, item: Any, what: str, clock: Clock) -> Found:
    if item is None:  # It knows no such item, which it said of all that are too new, too.
        return Found(silent=[post.native_id])
    if identity(mapping(item).get("id")) != post.native_id:
        msg = f"{what}: the answer is about another item"
        raise BadAnswer(msg)
    if item.get("deleted") is True:
        return Found(gone={post.native_id: "deleted"})
    if item.get("dead") is True:
        return Found(gone={post.native_id: "removed"})
    hit = _as_hit(item, json_object(post.raw))
    try:
        mention = read_hit(hit, collected_at=clock())
    except UnfitError as error:
        return Found(unchanged=[post.native_id], unreadable=[aside(item, error)])
    return Found(present=[mention], unchanged=[post.native_id])


def _as_hit(item: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Write an item as the search gives it; what only the search knows stays as it was stored."""
    is_comment = item.get("type") == "comment"
    now = {
        "objectID": str(item["id"]),
        "author": item.get("by"),
        "created_at_i": item.get("time"),
        "title": item.get("title"),
        "url": item.get("url"),
        "comment_text" if is_comment else "story_text": item.get("text"),
        "points": item.get("score"),
        "num_comments": item.get("descendants"),
        "parent_id": item.get("parent"),
    }
    known = dict(stored) if "objectID" in stored else {}
    if "_tags" not in known:
        known["_tags"] = ["comment" if is_comment else "story"]
    shown = {key: value for key, value in now.items() if value is not None}
    return known | shown
