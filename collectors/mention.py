"""A mention: one public post or article, exactly as its platform gave it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from json.encoder import encode_basestring
from types import MappingProxyType
from typing import Literal

Kind = Literal["post", "reply", "repost", "quote", "comment", "article"]
TimeSource = Literal["created", "published", "updated", "imported", "unknown"]

_NO_METRICS: Mapping[str, int] = MappingProxyType({})


def mention_id(platform: str, native_id: str) -> str:
    """
    Name a mention across all platforms.

    Returns:
        32 hexadecimal digits: the BLAKE2b-128 of platform and native id, the
        same on every machine and in every run.
    """
    return blake2b(f"{platform}\x1f{native_id}".encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """
    What the source said, before anything is concluded from it.

    Identity is `(platform, native_id)`; the rule for `native_id` is the
    platform's own (X: first of `edit_history_tweet_ids`; Reddit: the fullname,
    such as `t3_abc`; feed: stream, then guid, else link, else content hash).
    Every datetime is aware and in UTC.
    """

    platform: str
    native_id: str
    kind: Kind
    text: str
    collected_at: datetime
    title: str | None = None
    url: str | None = None
    author_id: str | None = None
    author_handle: str | None = None
    author_name: str | None = None
    language_tag: str | None = None
    """Language as the platform or the author stated it: a hint, not a finding."""
    created_at: datetime | None = None
    """None where the source gave no readable date."""
    edited_at: datetime | None = None
    time_source: TimeSource = "unknown"
    """Where `created_at` came from."""
    parent_id: str | None = None
    """Native id of the post that this one answers, quotes or repeats."""
    root_id: str | None = None
    """Native id of the post that began the conversation."""
    is_repost: bool = False
    is_quote: bool = False
    is_own: bool = False
    """Published by the firm itself: its handles or its domains."""
    metrics: Mapping[str, int] = field(default_factory=lambda: _NO_METRICS)
    """Counts at `collected_at`: likes, replies, reposts, quotes, views, score, comments, followers."""
    raw: str = "{}"
    """The source's own record as JSON."""

    @property
    def mention_id(self) -> str:
        """The mention's name across platforms; see `mention_id()`."""
        return mention_id(self.platform, self.native_id)

    @property
    def version_id(self) -> str:
        """
        Name what people can read of this mention: it changes when an edit does.

        Returns:
            16 hexadecimal digits over title, text and url; not over counts,
            the raw record, or when and by whom it was collected.
        """
        read = f"[{_quoted(self.title)}, {_quoted(self.text)}, {_quoted(self.url)}]"
        return blake2b(read.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _quoted(text: str | None) -> str:
    """Write a text as JSON does: several times faster than `json.dumps`, at each mention."""
    return "null" if text is None else encode_basestring(text)
