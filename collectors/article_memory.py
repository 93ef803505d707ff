"""What is known of the articles behind a feed's entries, so that each is fetched once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Self

from collectors.mention import Mention

MAX_TRIES = 4
"""Requests for one article, over all fetches of its feed: for failures and for edits."""

MAX_KNOWN = 1_000
"""Articles that are remembered for one feed; of a longer feed, the first are read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What is known of one entry's article."""

    sight: str
    """The entry as the feed showed it when the article was last asked for."""
    tries: int
    is_full: bool
    """Its full text was read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Articles:
    """The articles of one feed, those of its present entries first."""

    known: Mapping[str, Known]

    @classmethod
    def from_validators(cls, value: Any) -> Self:
        """Read what `to_validators` wrote; what is unreadable counts as unknown."""
        known: dict[str, Known] = {}
        for key, record in value.items() if isinstance(value, dict) else ():
            match record:
                case [str() as sight, int() as tries, bool() as is_full]:
                    known[key] = Known(sight=sight, tries=tries, is_full=is_full)
                case _:
                    continue
        return cls(known=known)

    def to_validators(self) -> dict[str, Any]:
        """Write it as JSON can hold it."""
        return {key: [k.sight, k.tries, k.is_full] for key, k in self.known.items()}

    def wanted(self, mentions: Iterable[Mention]) -> list[Mention]:
        """
        List the entries whose article is to be fetched: new, failed, or edited since.

        Args:
            mentions: The feed's entries as it shows them.
        """
        chosen: list[Mention] = []
        for number, mention in enumerate(mentions):
            record = self.known.get(key_of(mention))
            is_new = record is None and number < MAX_KNOWN
            is_open = record is not None and record.tries < MAX_TRIES
            if is_new or (is_open and record and not self._is_settled(mention, record)):
                chosen.append(mention)
        return chosen

    def shows(self, mention: Mention) -> bool:
        """
        Tell whether an entry is a mention as the feed shows it.

        It is not once its full text was read: the teaser must not follow the article.
        """
        record = self.known.get(key_of(mention))
        return record is None or not record.is_full

    def tried(self, mention: Mention, *, is_full: bool, is_final: bool) -> Self:
        """Note that an article was asked for."""
        before = self.known.get(key_of(mention))
        tries = MAX_TRIES if is_final else (before.tries if before else 0) + 1
        record = Known(
            sight=mention.version_id[:8],
            tries=tries,
            is_full=is_full or bool(before and before.is_full),
        )
        return type(self)(known={**self.known, key_of(mention): record})

    def kept(self, mentions: Sequence[Mention]) -> Self:
        """Keep those of present entries, and of departed ones, which may return, what has room."""
        present = {key: self.known[key] for m in mentions if (key := key_of(m)) in self.known}
        departed = [(key, record) for key, record in self.known.items() if key not in present]
        return type(self)(known=dict([*present.items(), *departed][:MAX_KNOWN]))

    @staticmethod
    def _is_settled(mention: Mention, record: Known) -> bool:
        return record.is_full and record.sight == mention.version_id[:8]


def key_of(mention: Mention) -> str:
    """Shorten an entry's identity to 12 hexadecimal digits."""
    return blake2b(mention.native_id.encode("utf-8", "replace"), digest_size=6).hexdigest()
