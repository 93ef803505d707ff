"""What housekeeping asks of a platform about posts that are stored, and what it may conclude."""

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from collectors.contract import Clock, Credential, Unreadable
from collectors.errors import CollectError
from collectors.mention import Mention
from collectors.sources import Source

RECHECKERS = {
    "bluesky": "collectors.bluesky_recheck:BlueskyRechecker",
    "hackernews": "collectors.hackernews_recheck:HackerNewsRechecker",
    "mastodon": "collectors.mastodon_recheck:MastodonRechecker",
    "reddit": "collectors.reddit_recheck:RedditRechecker",
    "x": "collectors.x_recheck:XRechecker",
    "youtube": "collectors.youtube_recheck:YouTubeRechecker",
}
"""An entry that left its feed was not deleted: feeds are not asked again."""

EVERY = timedelta(hours=6)
"""How often housekeeping asks."""

HIDDEN = frozenset({"deactivated", "missing", "protected", "removed", "suspended", "withheld"})
"""
Why a post is not shown that may be taken back: by an author who hides or leaves and comes
again, by moderators who approve after all. Whatever else is said of a post is for good.
"""

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """A post that is stored, as far as a platform needs to know it to find it again."""

    native_id: str
    url: str | None = None
    raw: str = "{}"
    """The source's own record as JSON; the platform's inner ids may stand there only."""
    sources: tuple[str, ...] = ()
    """In which sources it was seen."""
    known_at: datetime | None = None
    """Up to when it is known to be there (aware, UTC)."""

    def is_late(self, within: timedelta, now: datetime) -> bool:
        """Tell whether by the next round its deletion could go unnoticed for longer than *within*."""
        return self.known_at is not None and self.known_at + within < now + EVERY


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is to be found out in one go."""

    due: Sequence[Stored] = ()
    """Posts that may be gone, newest first."""
    witnesses: Sequence[Stored] = ()
    """Posts seen a moment ago: an answer that lacks these, too, says nothing about others."""
    refresh: Sequence[Stored] = ()
    """Posts whose counts are to be read anew although each answer is charged."""
    paid: int = 0
    """How many posts may be read for money, those of `due` that get late first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """
    One answer about stored posts.

    What is named nowhere stays as it is: only what a platform says of a post
    itself takes it away, never a question that failed.
    """

    present: Sequence[Mention] = ()
    """As they read now."""
    unchanged: Collection[str] = ()
    """Native ids of posts that are still there, but were not shown."""
    gone: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    """By native id why: deleted for good, or a word of `HIDDEN`."""
    silent: Collection[str] = ()
    """Native ids of posts that were asked for, and about which the answer says nothing."""
    unreadable: Sequence[Unreadable] = ()
    as_of: datetime | None = None
    """When the platform looked (aware, UTC); None: just now."""
    requests: int = 1
    charged: Sequence[str] = ()
    """Native ids of the posts that the platform charges for."""


class Overdue(CollectError):
    """The platform answers, but not in time: deletions may go unnoticed for longer than it allows."""

    reason = "overdue"


class Memory:
    """What a platform's module has to know at the next time, in one small file of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, Any]:
        """Give what was remembered; empty where there is nothing, or nothing readable."""
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}

    def write(self, known: Mapping[str, Any]) -> None:
        """Remember *known* instead of all before; an empty one leaves no file."""
        if not known:
            self._path.unlink(missing_ok=True)
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_name(f".{self._path.name}.{os.getpid()}.part")
        part.write_text(json.dumps(dict(known)), encoding="utf-8")
        part.rename(self._path)


class Rechecker(ABC):
    """A platform's module that looks stored posts up again: one class without state."""

    within: timedelta
    """The longest that a deletion may go unnoticed."""
    batch: int
    """How many posts one request asks for."""
    most: int
    """How many posts are asked for in one round."""
    takes = timedelta(0)
    """How much later an answer may come than the question."""
    is_charged = False
    """Whether reading posts anew costs money, so that it happens for `Asked.refresh` only."""
    needs_raw = False
    """Whether a post can't be asked for without its stored record."""

    def place(self, source: Source) -> str:
        """Name what a source asks: the posts of one place are the same for all its sources."""
        return source.platform

    def knows(self, post: Stored, source: Source) -> bool:
        """Tell whether a source can be asked for a post that it, or another, brought."""
        del post, source
        return True

    def shows(self, raw: str) -> bool:
        """Tell whether a record as it was collected shows its post, or only that it is hidden."""
        del raw
        return True

    @abstractmethod
    def look_up(
        self,
        asked: Asked,
        source: Source,
        credential: Credential | None,
        clock: Clock,
        memory: Memory,
    ) -> Iterator[Found]:
        """
        Ask for posts again, in their order, answer by answer.

        Raises:
            CollectError: The platform stopped answering; what was found before stays valid.
        """


@cache
def rechecker_for(platform: str) -> Rechecker | None:
    """Load what looks a platform's posts up again; None: that platform can't be asked."""
    if platform not in RECHECKERS:
        return None
    module, name = RECHECKERS[platform].split(":")
    return cast("Rechecker", getattr(import_module(module), name)())


def batches(posts: Sequence[Stored], size: int) -> Iterator[Sequence[Stored]]:
    """Split posts into batches of at most *size*."""
    for start in range(0, len(posts), size):
        yield posts[start : start + size]


def write_asks(path: Path, asks: Mapping[str, Asked]) -> Path:
    """Write down what each source is to be asked, for a worker that has no warehouse."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    values = {source: asdict(asked) for source, asked in asks.items()}
    part.write_text(json.dumps(values, default=datetime.isoformat), encoding="utf-8")
    return part.rename(path)


def read_asks(path: Path) -> dict[str, Asked]:
    """Read what `write_asks` wrote, also in a version that knew less of a post."""
    return {
        source: Asked(
            paid=values.get("paid", 0),
            **{name: tuple(map(_stored, values[name])) for name in ("due", "witnesses", "refresh")},
        )
        for source, values in json.loads(path.read_text(encoding="utf-8")).items()
    }


def _stored(values: Mapping[str, Any]) -> Stored:
    known_at = values.get("known_at")
    return Stored(
        **{
            **values,
            "sources": tuple(values["sources"]),
            "known_at": known_at and datetime.fromisoformat(known_at),
        }
    )
