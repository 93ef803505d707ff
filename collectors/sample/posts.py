"""What exists on the sample world's platforms, each with what its author meant by it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from collectors.sample.people import Account
from collectors.sample.stock import Tone

FeedFormat = Literal["rss", "atom", "rdf"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """What a text is about: known because it was written for the purpose."""

    subjects: tuple[str, ...]
    """Ids of the watchlist, sorted."""
    tone: Tone
    topic: str
    language: str
    is_own: bool = False
    story: str | None = None
    """Name shared by texts that repeat one another; None: a text of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """How something reads from a time on."""

    at: datetime
    text: str
    title: str | None = None
    id: str = ""
    """X only: an edited post has a new id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class XPost:
    """A post on X."""

    versions: tuple[Version, ...]
    author: Account
    kind: Literal["post", "reply", "quote", "repost"]
    parent: str | None
    """Native id of the post that it answers, quotes or repeats."""
    root: str
    likes: int
    label: Label

    @property
    def native_id(self) -> str:
        """The first of its ids."""
        return self.versions[0].id

    @property
    def created_at(self) -> datetime:
        """When it first appeared."""
        return self.versions[0].at

    def at(self, now: datetime) -> Version | None:
        """Tell how it reads at *now*; None: it does not exist yet."""
        return _newest(self.versions, now)


@dataclass(frozen=True, kw_only=True, slots=True)
class RedditThing:
    """A post (t3) or comment (t1) on Reddit."""

    native_id: str
    subreddit: str
    author: Account
    versions: tuple[Version, ...]
    parent: str | None
    root: str
    score: int
    label: Label
    account_gone_at: datetime | None = None
    """When the author deleted the account: the words stay, under `[deleted]`."""

    @property
    def is_post(self) -> bool:
        """Whether it is a post of its own, no comment."""
        return self.native_id.startswith("t3_")

    @property
    def created_at(self) -> datetime:
        """When it first appeared."""
        return self.versions[0].at

    def at(self, now: datetime) -> Version | None:
        """Tell how it reads at *now*; None: it does not exist yet."""
        return _newest(self.versions, now)

    def author_at(self, now: datetime) -> Account | None:
        """Tell who wrote it, as far as Reddit still says so at *now*."""
        return None if self.account_gone_at and self.account_gone_at <= now else self.author


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """A site's feed: the newest few of its items."""

    name: str
    url: str
    title: str
    language: str
    format: FeedFormat
    window: int
    """How many items it shows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedItem:
    """An item of a feed."""

    feed: Feed
    guid: str
    link: str
    author: str
    versions: tuple[Version, ...]
    label: Label

    @property
    def native_id(self) -> str:
        """Its name within all feeds: the feed's address and the guid."""
        return f"{self.feed.url} {self.guid}"

    @property
    def created_at(self) -> datetime:
        """When it first appeared."""
        return self.versions[0].at

    def at(self, now: datetime) -> Version | None:
        """Tell how it reads at *now*; None: it does not exist yet."""
        return _newest(self.versions, now)


def _newest(versions: tuple[Version, ...], now: datetime) -> Version | None:
    return next((version for version in reversed(versions) if version.at <= now), None)
