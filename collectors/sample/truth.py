"""What the sample world's texts mean, and which of them can be collected: to judge the pipeline by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from collectors.sample.export import is_exported, source_of
from collectors.sample.posts import FeedItem, RedditThing, XPost
from collectors.sample.server_feeds import shown_items
from collectors.sample.stock import Tone
from collectors.sample.world import World

Reach = Literal["imported", "certain", "possible", "lost", "never"]
"""
How a mention comes in. `imported`: with the exported files. `certain`: whoever
collects at the given times gets it. `possible`: it depends on what is asked.
`lost`: it left its feed while the feed was out of order. `never`: no query finds it.
"""

_X_DELAY = timedelta(minutes=1)
"""X's search does not give the newest posts yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """What is known of one mention, because it was written for the purpose."""

    platform: str
    native_id: str
    source: str
    """Name in sources.toml."""
    created_at: datetime
    texts: tuple[str, ...]
    """Each of its versions, oldest first."""
    subjects: tuple[str, ...]
    """Ids of the watchlist that it names, sorted."""
    tone: Tone
    topic: str
    language: str
    is_own: bool
    story: str | None
    """Name shared by mentions that repeat one another; None: nobody repeats it."""
    reach: Reach
    gone_at: datetime | None
    """When it was deleted; None: it stays."""


def truth(world: World, rounds: Sequence[datetime] | None = None) -> list[Truth]:
    """
    Tell all there is to know.

    Args:
        world: The sample world.
        rounds: When the last week is collected; None: `world.rounds()`.

    Returns:
        One row for each post, comment and item, in order of time.
    """
    rounds = world.rounds() if rounds is None else rounds
    rows = [
        *_rows("x", world, world.x, rounds),
        *_rows("reddit", world, world.reddit, rounds),
        *_rows("feed", world, world.feed_items, rounds),
    ]
    return sorted(rows, key=lambda row: (row.created_at, row.platform, row.native_id))


def expected(world: World, rounds: Sequence[datetime] | None = None) -> list[Truth]:
    """List what a warehouse must hold after the import and the *rounds*."""
    return [row for row in truth(world, rounds) if row.reach in {"imported", "certain"}]


def _rows(
    platform: str,
    world: World,
    posts: Sequence[XPost | RedditThing | FeedItem],
    rounds: Sequence[datetime],
) -> Iterator[Truth]:
    shown = _shown(world, rounds)
    for post in posts:
        label = post.label
        yield Truth(
            platform=platform,
            native_id=post.native_id,
            source=source_of(post),
            created_at=post.created_at,
            texts=tuple(version.text for version in post.versions),
            subjects=label.subjects,
            tone=label.tone,
            topic=label.topic,
            language=label.language,
            is_own=label.is_own,
            story=label.story,
            reach=_reach(post, world, rounds, shown),
            gone_at=world.gone.get(post.native_id),
        )


def _reach(
    post: XPost | RedditThing | FeedItem,
    world: World,
    rounds: Sequence[datetime],
    shown: frozenset[str],
) -> Reach:
    if is_exported(post, world):
        return "imported"
    last = max(rounds, default=world.start)
    match post:
        case XPost():
            if post.label.topic == "chatter":
                return "never"
            is_found = bool(post.label.subjects) and post.kind != "repost"
            is_certain = is_found and post.created_at <= last - _X_DELAY
        case RedditThing():
            is_found = not post.is_post or bool(post.label.subjects)
            is_certain = is_found and post.created_at <= last
        case FeedItem():
            return "certain" if post.native_id in shown else "lost"
    return "certain" if is_certain else "possible"


def _shown(world: World, rounds: Sequence[datetime]) -> frozenset[str]:
    """Find what the feeds show whenever somebody looks."""
    return frozenset(
        one.item.native_id
        for now in rounds
        for feed in world.feeds
        if not world.outage.covers(feed, now)
        for one in shown_items(world, feed, now)
    )
