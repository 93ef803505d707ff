"""By what the mentions that repeat one another are found: exact copies, and near copies."""

import re
import unicodedata
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from enrichment.stories.near_copies import sign

_WHOLE_TEXT_CHARS = 80
"""From here on an article's text alone tells a reprint, whatever title a site gave it."""
_CHANCE_LETTERS = 20
"""Below, two people write the same without knowing of each other."""

_REPOST_PREFIX = re.compile(r"^\s*(?:RT\s+@\w{1,64}\s*:\s*)+", re.IGNORECASE)
_LINK = re.compile(r"https?://\S+|www\.\S+|pic\.twitter\.com/\S+", re.IGNORECASE)
# Emoji stay: the same words with a heart and with an angry face are two opinions.
_NOT_READ = re.compile(r"[^\w\U0001F000-\U0001FAFF\u2600-\u27BF]+|_+|[\U0001F3FB-\U0001F3FF]")


def story_id(row: Mapping[str, Any]) -> str:
    """
    Name the story that a mention belongs to, from the mention alone.

    Args:
        row: A row of `MENTION_SCHEMA`; read are `mention_id`, `title` and `text`.

    Returns:
        32 hexadecimal digits, the same for exact copies up to case, links,
        spacing, punctuation and a leading `RT @name:`. A text too short to be
        a copy by anything but chance, or none, is a story of its own. A repost
        that its platform cut (`…`) falls together with those cut alike.
    """
    return _exact(row, fold(row.get("text") or ""))


def _exact(row: Mapping[str, Any], folded: str) -> str:
    text, title = row.get("text") or "", row.get("title") or ""
    if title and not (
        len(text) >= _WHOLE_TEXT_CHARS and len(_without_links(text)) >= _WHOLE_TEXT_CHARS
    ):
        folded = fold(f"{title}\n{text}")
    if sum(map(str.isalpha, folded)) < _CHANCE_LETTERS:
        return _digest(f"mention\x1f{row['mention_id']}")
    return _digest(f"text\x1f{folded}")


def signatures(row: Mapping[str, Any]) -> dict[str, Any]:
    """
    Tell all by which a mention's copies are found.

    Args:
        row: A row of `MENTION_SCHEMA`; read are `mention_id`, `title` and `text`.

    Returns:
        `story_id` as the function of that name gives it; `text_id`, 32 hexadecimal
        digits, the same for the same title and text as far as `fold` keeps them;
        `shingles` and `signature` as `near_copies.sign` gives them: none and null for
        a text that has no near copies but by chance.
    """
    near = sign(row)
    folded = fold(row.get("text") or "")
    exact = _exact(row, folded)
    own = f"{_VERSION}\x1f{fold(row.get('title') or '')}\x1f{folded}" if near else ""
    return {
        "story_id": exact,
        "text_id": _digest(own) if near else exact,
        "shingles": near.shingles if near else (),
        "signature": near.packed() if near else None,
    }


_VERSION = "text 1"
"""Changes whenever equal texts would get another signature."""


def fold(text: str) -> str:
    """Reduce a text to what a copy of it keeps: letters, digits and emoji, in one case."""
    bare = _without_links(_REPOST_PREFIX.sub("", text))
    return _NOT_READ.sub("", unicodedata.normalize("NFKC", bare).casefold())


def _without_links(text: str) -> str:
    return _LINK.sub(" ", text).strip()


def _digest(name: str) -> str:
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
