"""The first seven weeks of the sample world as files, such as another tool would export them."""

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from collectors.sample.posts import FeedItem, RedditThing, XPost
from collectors.sample.server_reddit import permalink
from collectors.sample.world import World

SOURCES = {"x": "x", "reddit": "reddit", "forum": "forum"}
"""Names in sources.toml by platform, or by feed where that is a source of its own."""

_NEWS = "news"


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """One file, for `luisterpost import FILE --source SOURCE --covers SINCE/UNTIL`."""

    path: Path
    source: str
    since: datetime
    until: datetime
    rows: int


def export_world(world: World, folder: Path) -> list[Exported]:
    """
    Write the weeks before the last one: a file for each source.

    JSON lines, CSV and Parquet each appear; columns of one's own are allowed.

    Args:
        world: The sample world.
        folder: Where to write; it is made if need be.
    """
    folder.mkdir(parents=True, exist_ok=True)
    now = world.import_until
    titles = {t.native_id: t.versions[0].title or "" for t in world.reddit if t.is_post}
    rows: dict[str, list[dict[str, Any]]] = {"x": [], "reddit": [], _NEWS: [], "forum": []}
    for post in world.x:
        if is_exported(post, world):
            rows["x"].append(_x_row(post, now))
    for thing in world.reddit:
        if is_exported(thing, world):
            rows["reddit"].append(_reddit_row(thing, titles[thing.root], now))
    for item in world.feed_items:
        if is_exported(item, world):
            rows[source_of(item)].append(_feed_row(item, now))
    written: list[Exported] = []
    for source, write, suffix in (
        ("x", _write_jsonl, "jsonl"),
        ("reddit", _write_csv, "csv"),
        (_NEWS, _write_parquet, "parquet"),
        ("forum", _write_jsonl, "jsonl"),
    ):
        path = folder / f"{source}.{suffix}"
        write(path, rows[source])
        written.append(
            Exported(
                path=path,
                source=source,
                since=world.start,
                until=world.import_until,
                rows=len(rows[source]),
            )
        )
    return written


def source_of(post: XPost | RedditThing | FeedItem) -> str:
    """Tell which source of sources.toml a post comes from."""
    match post:
        case XPost():
            return SOURCES["x"]
        case RedditThing():
            return SOURCES["reddit"]
        case FeedItem():
            return SOURCES.get(post.feed.name, _NEWS)


def is_exported(post: XPost | RedditThing | FeedItem, world: World) -> bool:
    """Tell whether a post is in the files: before the last week, and found by the firm's search."""
    is_found = not isinstance(post, XPost) or post.label.topic != "chatter"
    return is_found and post.created_at < world.import_until


def _x_row(post: XPost, now: datetime) -> dict[str, Any]:
    version = post.at(now) or post.versions[0]
    return {
        "platform": "x",
        "native_id": post.native_id,
        "created_at": _iso(version.at),
        "text": version.text,
        "author_handle": post.author.handle,
        "author_id": post.author.id,
        "author_name": post.author.name,
        "url": f"https://x.com/{post.author.handle}/status/{version.id}",
        "language": post.label.language,
        "kind": post.kind,
        "parent_id": post.parent,
        "root_id": post.root if post.kind == "reply" else version.id,
        "is_repost": post.kind == "repost",
        "is_quote": post.kind == "quote",
        "metrics": {"likes": post.likes, "followers": post.author.followers},
        "exported_by": "an older tool",
    }


def _reddit_row(thing: RedditThing, title: str, now: datetime) -> dict[str, Any]:
    version = thing.at(now) or thing.versions[0]
    author = thing.author_at(now)
    return {
        "platform": "reddit",
        "native_id": thing.native_id,
        "created_at": _iso(thing.created_at),
        "text": version.text,
        "author_handle": author.handle if author else None,
        "author_id": author.id if author else None,
        "title": version.title,
        "url": permalink(thing, title),
        "parent_id": thing.parent,
        "root_id": thing.root,
        "edited_at": _iso(version.at) if version.at > thing.created_at else None,
        "metrics": json.dumps({"score": thing.score}),
        "subreddit": thing.subreddit,
    }


def _feed_row(item: FeedItem, now: datetime) -> dict[str, Any]:
    version = item.at(now) or item.versions[0]
    return {
        "platform": "feed",
        "native_id": item.native_id,
        "created_at": item.created_at,
        "text": version.text,
        "author_name": item.author,
        "title": version.title,
        "url": item.link,
        "language": item.feed.language,
        "site": item.feed.title,
    }


def _write_jsonl(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    lines = (json.dumps(row, ensure_ascii=False, default=_iso) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")


def _write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def _write_parquet(path: Path, rows: list[dict[str, Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows), path)


def _iso(moment: datetime) -> str:
    return moment.isoformat()
