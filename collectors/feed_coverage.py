"""What a feed's answer covers: it shows its newest entries, and says nothing of those it dropped."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import pairwise
from typing import Any, Self

from collectors.article_memory import Articles
from collectors.contract import Coverage, Interval

FIRST_REACH = timedelta(days=7)
"""The most that a feed's first answer covers of the time before it."""

MAX_SEEN = 500
"""Entries of an answer that are remembered for the next."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """What an answer leaves for the next fetch of the same feed."""

    fetched_at: datetime
    seen: tuple[str, ...] = ()
    """Short hashes of its entries' ids."""
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None
    """Where the feed has moved to for good; None: it is where it is configured."""
    articles: Articles = field(default_factory=lambda: Articles(known={}))
    """What is known of the articles behind its entries."""

    @classmethod
    def from_validators(cls, validators: Mapping[str, Any], now: datetime) -> Self | None:
        """
        Read a ledger's validators.

        Returns:
            None if they don't tell when the feed was last fetched: then nothing
            else of them is of use.
        """
        try:
            fetched_at = datetime.fromisoformat(validators["fetched_at"])
            fetched_at = fetched_at.replace(tzinfo=fetched_at.tzinfo or UTC).astimezone(UTC)
        except (KeyError, TypeError, ValueError, OverflowError):
            return None
        if fetched_at > now:
            return None
        seen = validators.get("seen")
        return cls(
            fetched_at=fetched_at,
            seen=tuple(s for s in seen if isinstance(s, str)) if isinstance(seen, list) else (),
            etag=_header_value(validators.get("etag")),
            last_modified=_header_value(validators.get("last_modified")),
            moved_to=_header_value(validators.get("moved_to")),
            articles=Articles.from_validators(validators.get("articles")),
        )

    def to_validators(self) -> dict[str, Any]:
        """Write what `from_validators` reads."""
        return {
            "fetched_at": self.fetched_at.isoformat(),
            "seen": list(self.seen),
            "etag": self.etag,
            "last_modified": self.last_modified,
            "moved_to": self.moved_to,
            "articles": self.articles.to_validators(),
        }

    def conditions(self) -> dict[str, str]:
        """Give the headers of a conditional request (RFC 9110, 13.1)."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in headers.items() if value}


def remember(native_ids: Sequence[str]) -> tuple[str, ...]:
    """Shorten ids to 8 hexadecimal digits each; of very many, those at both ends."""
    hashes = list(dict.fromkeys(map(_hash, native_ids)))
    if len(hashes) > MAX_SEEN:
        hashes = hashes[: MAX_SEEN // 2] + hashes[-MAX_SEEN // 2 :]
    return tuple(hashes)


def coverage(
    before: Memory | None,
    native_ids: Sequence[str],
    created: Sequence[datetime | None],
    now: datetime,
) -> tuple[Interval, ...]:
    """
    Tell what is known of a feed's time after an answer.

    Args:
        before: What the previous answer left; None if this is the first.
        native_ids: The entries of this answer, in its order.
        created: When each was published, if it says so.
        now: When it was asked for.

    Returns:
        At most two intervals, the later one ending at *now*. An answer that
        shares an entry with the one before, or that follows an empty one,
        lost nothing in between; else something may have come and gone.
    """
    oldest = _oldest_if_newest_first(created)
    if before is None:
        since = now if oldest is None else max(oldest, now - FIRST_REACH)
        return _stretch(since, now)
    if meets(before, native_ids):
        return _stretch(before.fetched_at, now)
    if oldest is None or not before.fetched_at < oldest < now:
        return _stretch(before.fetched_at, now, "possible_gap")
    return _stretch(before.fetched_at, oldest, "possible_gap") + _stretch(oldest, now)


def meets(before: Memory | None, native_ids: Sequence[str]) -> bool:
    """Tell whether nothing can lie between an answer and the one before, which may be none."""
    if before is None or not before.seen or not native_ids:
        return True
    return not set(before.seen).isdisjoint(map(_hash, native_ids))


def _oldest_if_newest_first(created: Sequence[datetime | None]) -> datetime | None:
    """A feed in another order, such as a chart, tells nothing of how far back it reaches."""
    dated = [moment for moment in created if moment is not None]
    newest_first = all(newer >= older for newer, older in pairwise(dated))
    return dated[-1] if dated and newest_first else None


def _stretch(
    since: datetime, until: datetime, reason: Coverage = "answered"
) -> tuple[Interval, ...]:
    return (Interval(since=since, until=until, reason=reason),) if since < until else ()


def _hash(native_id: str) -> str:
    return blake2b(native_id.encode("utf-8", "replace"), digest_size=4).hexdigest()


def _header_value(value: Any) -> str | None:
    """A stored value may go into a request only if no server can have put a line break in it."""
    return value if isinstance(value, str) and re.fullmatch(r"[ -~]{1,4000}", value) else None
