"""The sample world as a whole: eight weeks around an anchor, the same for the same seed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from collectors.sample.feed_items import FEEDS, build_feeds
from collectors.sample.posts import Feed, FeedItem, RedditThing, XPost
from collectors.sample.reddit_posts import build_reddit
from collectors.sample.talk import Talk
from collectors.sample.x_posts import FLOOD_H, RECALL_H, WEEKS, build_x

ROUND_STEP = timedelta(hours=12)
"""Whoever looks so often misses nothing but what the outage swallows."""

_OUTAGE_H = ((WEEKS - 1) * 168 + 24 + 18, (WEEKS - 1) * 168 + 48 + 24.5)
"""Tuesday 18:00 to Thursday 00:30 of the last week."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outage:
    """A feed that answers with a fault from *since* until *until*."""

    feed: Feed
    since: datetime
    until: datetime

    def covers(self, feed: Feed, now: datetime) -> bool:
        """Tell whether *feed* is out of order at *now*."""
        return feed == self.feed and self.since <= now < self.until


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """All that happens, on all platforms, in order of time."""

    anchor: datetime
    """The end of the eight weeks: a Monday 00:00, UTC."""
    start: datetime
    import_until: datetime
    """Until here the world comes as exported files, from here through the clients."""
    x: tuple[XPost, ...]
    reddit: tuple[RedditThing, ...]
    feed_items: tuple[FeedItem, ...]
    feeds: tuple[Feed, ...]
    outage: Outage
    recall_at: datetime
    flood_at: datetime
    gone: Mapping[str, datetime] = field(default_factory=dict)
    """By native id when somebody deleted a post or comment; by itself nobody does."""

    def gone_at(self, native_id: str, now: datetime) -> datetime | None:
        """Tell since when a post is gone at *now*; None: it is not."""
        at = self.gone.get(native_id)
        return at if at is not None and at <= now else None

    def rounds(self) -> list[datetime]:
        """List the times at which the last week is collected, the anchor included."""
        count = (self.anchor - self.import_until) // ROUND_STEP
        return [self.import_until + number * ROUND_STEP for number in range(count + 1)]


def build_world(anchor: datetime, seed: int = 7) -> World:
    """
    Write the eight weeks before *anchor*.

    Args:
        anchor: A Monday 00:00 (aware; taken in UTC).
        seed: Another seed gives another world; another anchor only moves it.

    Raises:
        ValueError: The anchor is no Monday 00:00 UTC.
    """
    anchor = anchor.astimezone(UTC)
    if anchor != last_monday(anchor):
        msg = f"{anchor:%A %Y-%m-%d %H:%M} is no Monday 00:00 UTC"
        raise ValueError(msg)
    # One stream of luck for each platform: a change in one leaves the others as they are.
    lucks = [Random(f"{seed} {name}") for name in ("talk", "x", "reddit", "feeds")]  # noqa: S311
    talk, start = Talk(lucks[0]), anchor - timedelta(weeks=WEEKS)
    return World(
        anchor=anchor,
        start=start,
        import_until=anchor - timedelta(weeks=1),
        x=build_x(start, talk, lucks[1]),
        reddit=build_reddit(start, talk, lucks[2]),
        feed_items=build_feeds(start, talk, lucks[3]),
        feeds=tuple(FEEDS.values()),
        outage=Outage(
            feed=FEEDS["forum"],
            since=start + timedelta(hours=_OUTAGE_H[0]),
            until=start + timedelta(hours=_OUTAGE_H[1]),
        ),
        recall_at=start + timedelta(hours=RECALL_H),
        flood_at=start + timedelta(hours=FLOOD_H),
    )


def last_monday(now: datetime) -> datetime:
    """Find the Monday 00:00 UTC on or before *now* (aware)."""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())
