"""Near copies: what of a text is kept to find it again, and whether two texts tell one story."""

import html
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

LEAD_WORDS = 64
"""Words of a title or text that are kept one by one: a whole post, or an article's lead."""

_READ_CHARS = 12_000
_READ_WORDS = 1_500
_TITLE_WORDS = 32
_FEWEST_WORDS = 5
_FEWEST_LETTERS = 20
"""Below either, two people write the same without knowing of each other."""
_RUN = 4
"""Words in a shingle: chance repeats three, seldom four."""
_DENSE, _LEAD, _SPARSE = 3, 8, 16
"""Windows of winnowing: for a post, an article's lead, and its rest."""
_DENSE_WORDS = 32
_MOST_SHINGLES = 96

_LINK = re.compile(
    r"(?:https?://|www\.|pic\.twitter\.com/)\S*|\bhtt(?:p|ps)?(?=\s*…)", re.IGNORECASE
)
_PREFIX = re.compile(
    r"^\W{0,9}(?:(?:RT|MT|HT|H/T)\b\s*(?:@?\w{1,64}\s*:|@\w{1,64}:?)\s*)+", re.IGNORECASE
)
_CREDIT = re.compile(r"\b(?:via|h/t|cc)\s+@\w{1,64}", re.IGNORECASE)
_WORD = re.compile(
    r"(?P<tag>[#@$][^\W\d]\w*(?:\.\w{1,3}\b)?)"
    r"|(?P<number>v?\d[\d.,:/\u00a0]*\d[^\W\d_]{0,3}|v?\d[^\W\d_]{0,3})"
    r"|(?P<sign>[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f])"
    r"|(?P<emoji>[\U0001F000-\U0001F3FA\U0001F400-\U0001FAFF\u2600-\u27BF])"
    r"|(?P<word>(?:[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]|\u0301)+\d*)"
)
_SEPARATORS = str.maketrans("", "", ".,:/\u00a0")


@dataclass(frozen=True, slots=True)
class Signature:
    """What is kept of a text: hashes, from which it can't be read."""

    title: tuple[int, ...]
    """A hash of each word of the title; odd: a number, a ticker or an emoji."""
    words: tuple[int, ...]
    """The same of the text's first `LEAD_WORDS` words, without what copies add around."""
    is_long: bool
    """Whether the text goes on after these."""
    shingles: tuple[int, ...]
    """Hashes of runs of words, chosen alike wherever the run stands: copies share some."""

    def packed(self) -> bytes:
        """Write title and words as bytes; the shingles are stored apart, to be joined by."""
        counts = (len(self.title) << 1 | self.is_long,)
        return np.array(counts + self.title + self.words, dtype="<u4").tobytes()


def unpack(packed: bytes, shingles: Sequence[int]) -> Signature:
    """Read what `Signature.packed` wrote."""
    count, *hashes = np.frombuffer(packed, dtype="<u4").tolist()
    cut = count >> 1
    return Signature(tuple(hashes[:cut]), tuple(hashes[cut:]), bool(count & 1), tuple(shingles))


def sign(row: Mapping[str, Any]) -> Signature | None:
    """
    Keep of a mention what finds its near copies.

    Winnowing (Schleimer, Wilkerson and Aiken 2003) chooses among the hashes of
    four words in a row the smallest in each window: two texts that share six
    words in a row of a post, or eleven of an article's lead, share a shingle.

    Args:
        row: A row of `MENTION_SCHEMA`; read are `title` and `text`.

    Returns:
        None: the mention says too little to be a copy by anything but chance.
    """
    title = _words(row.get("title") or "")[:_TITLE_WORDS]
    words = _words(row.get("text") or "")
    chosen = _shingles(title, _DENSE) | _spread_shingles(words)
    if not chosen:
        return None
    return Signature(
        tuple(title),
        tuple(words[:LEAD_WORDS]),
        len(words) > LEAD_WORDS,
        tuple(sorted(chosen)[:_MOST_SHINGLES]),
    )


def _spread_shingles(words: list[int]) -> set[int]:
    if len(words) <= _DENSE_WORDS:
        return _shingles(words, _DENSE)
    return _shingles(words[: 2 * LEAD_WORDS], _LEAD) | _shingles(words[2 * LEAD_WORDS :], _SPARSE)


def _shingles(words: Sequence[int], window: int) -> set[int]:
    if len(words) < _FEWEST_WORDS:
        return set()
    if len(words) <= LEAD_WORDS:  # Few numbers are quicker without numpy.
        few = _few_runs(words)
        return {min(few[place : place + window]) for place in range(max(1, len(few) - window + 1))}
    hashes = _runs(np.array(words, dtype=np.uint64))
    views = np.lib.stride_tricks.sliding_window_view(hashes, window)
    return set(views.min(axis=1).tolist())


def _few_runs(words: Sequence[int]) -> list[int]:
    """Hash each four words in a row, to 32 bits, as `_runs` does."""
    hashes = []
    for run in zip(words, words[1:], words[2:], words[3:], strict=False):
        mixed = 0
        for word in run:
            mixed = mixed * 0x9E3779B1 + word & 0xFFFFFFFF
            mixed ^= mixed >> 15
        mixed = mixed * 0x85EBCA77 & 0xFFFFFFFF
        hashes.append(mixed ^ mixed >> 13)
    return hashes


def _runs(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Hash each four words in a row, to 32 bits."""
    count = len(words) - _RUN + 1
    mixed = np.zeros(count, dtype=np.uint64)
    for place in range(_RUN):
        mixed = (mixed * np.uint64(0x9E3779B1) + words[place : place + count]) & _LOW
        mixed ^= mixed >> np.uint64(15)
    mixed = mixed * np.uint64(0x85EBCA77) & _LOW
    return mixed ^ mixed >> np.uint64(13)


_LOW = np.uint64(0xFFFFFFFF)


def _words(text: str) -> list[int]:
    """Hash the words of a text, without what copies add or lose around it."""
    text = text[:_READ_CHARS]
    if "&" in text:
        text = html.unescape(text)
    text = _LINK.sub(" ", text).rstrip()
    if text.endswith(("…", "...")):  # The last word is half a word.
        text = text.rsplit(None, 1)[0]
    text = _CREDIT.sub(" ", _PREFIX.sub("", text))
    text = unicodedata.normalize("NFKC", text).casefold()
    found = []
    for match in _WORD.finditer(text):
        found.append((match.lastgroup, match[0]))
        if len(found) >= _READ_WORDS:
            break
    kept = _without_tags(found)
    letters = sum(len(word) * _LETTERS.get(kind, 1) for kind, word in kept)
    if len(kept) < _FEWEST_WORDS or letters < _FEWEST_LETTERS:
        return []
    return [_hash(kind, word) for kind, word in kept]


_LETTERS: Mapping[str | None, int] = {"emoji": 0, "sign": 2}
"""How many letters each of these says as much as."""


def _without_tags(found: list[tuple[str | None, str]]) -> list[tuple[str | None, str]]:
    """Take away names called at the beginning, tags and emoji at the end, if enough remains."""
    start, stop = 0, len(found)
    while stop and found[stop - 1][0] in {"tag", "emoji"}:
        stop -= 1
    while start < stop and found[start][1].startswith("@"):
        start += 1
    if stop - start < _ENOUGH_WORDS:
        return found
    if stop - start < _PROMOTION_WORDS:  # Tickers are what a short alert is about.
        return found[start:stop] + [one for one in found[stop:] if one[1].startswith("$")]
    return found[start:stop]


_ENOUGH_WORDS = 8
_PROMOTION_WORDS = 12


@lru_cache(maxsize=200_000)
def _hash(kind: str | None, word: str) -> int:
    is_fact = kind in {"number", "emoji"} or word.startswith("$")
    if kind == "number":
        word = word.translate(_SEPARATORS)
    return crc32(word.lstrip("#@").encode("utf-8", "surrogatepass")) & ~1 | is_fact


def are_copies(one: Signature, other: Signature) -> bool:
    """
    Tell whether two texts tell one story by their words.

    Copies add and drop: what stands before, what stands after, a sentence, the
    rest of an article. Templates fill in: they keep what stands around and put
    another number, ticker or name into the middle. So a text that keeps nearly
    all of the shorter one is a copy, unless both have numbers, tickers or emoji
    that the other lacks, which only a long text outweighs.

    Args:
        one: A signature.
        other: Another one; the order does not matter.
    """
    if one.title and other.title and _are_of_a_series(one.title, other.title):
        return False
    if one.words and other.words and _bodies_agree(one, other):
        return True
    if one.title and other.title:
        return _titles_agree(one, other)
    for titled, plain in ((one, other), (other, one)):
        if titled.title and not plain.title and plain.words and not plain.is_long:
            return _overlap(titled.title, plain.words).is_copy
    return False


def _are_of_a_series(one: Sequence[int], other: Sequence[int]) -> bool:
    """Tell whether two titles differ by a number, such as a release's, a day's or a part's."""
    (words, facts), (more_words, more_facts) = (
        ({word for word in title if not word & 1}, {word for word in title if word & 1})
        for title in (one, other)
    )
    if not (facts - more_facts and more_facts - facts):
        return False
    return 3 * len(words & more_words) >= 2 * min(len(words), len(more_words))


def _titles_agree(one: Signature, other: Signature) -> bool:
    """The same headline tells one story if the texts below it don't speak against it."""
    if not _overlap(one.title, other.title).is_copy:
        return False
    if len(one.words) < _ENOUGH_WORDS or len(other.words) < _ENOUGH_WORDS:
        return True
    return _shared(one.words, other.words) * _FEWEST_SHARE >= min(len(one.words), len(other.words))


_FEWEST_SHARE = 3
_LONG = 40
_CITATION_WORDS = 20


def _bodies_agree(one: Signature, other: Signature) -> bool:
    if one.is_long and other.is_long:
        common = len(set(one.shingles) & set(other.shingles))
        if 2 * common < min(len(one.shingles), len(other.shingles)):
            return False
        # The words that a site puts around all its articles are no story.
        return 2 * _overlap(one.words, other.words).covered >= LEAD_WORDS
    return _overlap(one.words, other.words).is_copy


@dataclass(frozen=True, slots=True)
class _Overlap:
    """How two sequences of words lie on one another."""

    shorter: int
    longer: int
    covered: int
    """Words of the shorter that stand in a run of three which the longer has as well."""
    replaced: int
    """Words changed between the first and the last common run, in the one that has fewer such."""
    framed: int
    """Words changed before the first or after the last common run, in the one that has fewer there."""
    offset: int
    """Words of the longer before the first common run."""
    has_other_facts: bool
    """Whether each has a number, ticker or emoji that the other lacks."""

    @property
    def is_copy(self) -> bool:
        if self.covered < _FEWEST_WORDS:
            return False
        if self.has_other_facts and not (
            self.covered >= _LONG and 10 * self.covered >= 9 * self.shorter
        ):
            return False
        if 10 * self.replaced > self.shorter or 20 * self.framed > 3 * self.shorter:
            return False
        if self.covered >= _ENOUGH_WORDS and 20 * self.covered >= 17 * self.shorter:
            # What a cut leaves is the beginning; further down stands what an article refers to.
            return (
                self.offset <= _ENOUGH_WORDS
                or self.longer <= 3 * self.shorter
                or self.covered >= _CITATION_WORDS
            )
        if self.shorter < _ENOUGH_WORDS:
            return self.covered == self.shorter and self.longer <= 2 * self.shorter
        return 4 * self.covered >= 3 * self.shorter and 2 * self.covered >= self.longer


def _overlap(one: Sequence[int], other: Sequence[int]) -> _Overlap:
    shorter, longer = sorted((one, other), key=len)
    runs = set(zip(shorter, shorter[1:], shorter[2:], strict=False))
    common = runs & set(zip(longer, longer[1:], longer[2:], strict=False))
    covered, *here = _covered(shorter, common)
    _, *there = _covered(longer, common)
    before, inner, after = map(min, here, there)
    own = {word for word in one if word & 1}
    theirs = {word for word in other if word & 1}
    return _Overlap(
        len(shorter),
        len(longer),
        covered,
        inner,
        before + after,
        there[0],
        bool(own - theirs and theirs - own),
    )


def _covered(words: Sequence[int], common: set[tuple[int, int, int]]) -> tuple[int, int, int, int]:
    """Count the words in common runs, and those before, between and after them."""
    covered = 0
    reach = 0
    first = None
    for place, run in enumerate(zip(words, words[1:], words[2:], strict=False)):
        if run in common:
            if first is None:
                first = reach = place
            covered += place + 3 - max(reach, place)
            reach = place + 3
    if first is None:
        return 0, len(words), 0, 0
    return covered, first, reach - first - covered, len(words) - reach


def _shared(one: Sequence[int], other: Sequence[int]) -> int:
    return len(set(one) & set(other))
