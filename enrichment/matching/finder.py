"""Find thousands of folded phrases at once, at the beginnings of words."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property

from ahocorasick_rs import AhoCorasick

from enrichment.matching.boundaries import has_unspaced
from enrichment.matching.folding import Folded

_NO_WORD = re.compile(r"[^\w ]|_")
_TAG = re.compile(r"[#@](\w+)")

Hit = tuple[int, int, int]
"""Number of the phrase, start and end in `Folded.plain`."""


class PhraseFinder:
    """
    Finds phrases, hyphens and underscores being blanks.

    Most texts are searched for whole words only, which loses nothing that could count: single
    words by a look at the set of the text's words, others by an Aho-Corasick automaton.
    Hashtags, accounts and scripts without blanks are searched everywhere.
    """

    def __init__(self, phrases: Sequence[str], *, are_stems: bool = False) -> None:
        """
        Index the phrases.

        Args:
            phrases: What to find, folded by `as_words`.
            are_stems: A word may go on behind a phrase; else it may carry an s only.
        """
        by_key: dict[str, list[int]] = {}
        for number, phrase in enumerate(phrases):
            key = phrase if phrase.isalnum() else _NO_WORD.sub(" ", phrase)
            if key and not key.isspace():
                by_key.setdefault(key, []).append(number)
        self._phrases = phrases
        self._keys = list(by_key)
        self._numbers = list(by_key.values())
        # A single phrase that is its own key needs no second look, if it is one word.
        self._words = {
            key: numbers[0]
            for key, numbers in by_key.items()
            if not are_stems and len(numbers) == 1 and phrases[numbers[0]].isalnum()
        }
        self._plurals = {f"{key}s": number for key, number in self._words.items()}
        self.single = frozenset((*self._words, *self._plurals))
        # Each other key between blanks, and what of these and of an s does not belong to it.
        needles: list[tuple[str, int, int, int]] = []
        for number, key in enumerate(by_key):
            if key in self._words:
                continue
            before = "" if key[0] == " " else " "
            endings = ("",) if are_stems or key[-1] == " " else (" ", "s ")
            needles += [
                (f"{before}{key}{ending}", number, len(before) - 1, len(ending) + 1)
                for ending in endings
            ]
        self._needles = [needle[1:] for needle in needles]
        self._several = AhoCorasick([needle[0] for needle in needles])

    def __bool__(self) -> bool:
        return bool(self._numbers)

    def find(self, folded: Folded, words: AbstractSet[str] | None = None) -> list[Hit]:
        """
        Find all phrases, overlapping ones too.

        Args:
            folded: The text.
            words: Those of its words that may be single phrases; None: all.

        Returns:
            Hits whose edges are not judged.
        """
        plain = folded.plain
        hits: list[Hit] = []
        if not plain.isascii() and has_unspaced(plain):
            return list(self.find_everywhere(folded))
        for word in sorted(self.single.intersection(folded.words if words is None else words)):
            places = folded.places_of(word)
            for number, length in (
                (self._words.get(word), len(word)),
                (self._plurals.get(word), len(word) - 1),
            ):
                if number is not None:
                    hits += [(number, at, at + length) for at in places]
        needles = self._needles
        for needle, start, end in self._several.find_matches_as_indexes(
            folded.search, overlapping=True
        ):
            key, lead, tail = needles[needle]
            hits.extend(self._same(folded, key, start + lead, end - tail))
        if "#" in plain or "@" in plain:
            hits.extend(self._inside_tags(folded))
        return hits

    def find_everywhere(self, folded: Folded) -> Iterator[Hit]:
        """Find all phrases, also inside of words."""
        for key, start, end in self._anywhere.find_matches_as_indexes(
            folded.search, overlapping=True
        ):
            yield from self._same(folded, key, start - 1, end - 1)

    @cached_property
    def _anywhere(self) -> AhoCorasick:
        return AhoCorasick(self._keys)

    def _inside_tags(self, folded: Folded) -> Iterator[Hit]:
        """Find what stands anywhere in a hashtag, and at the beginning of an account."""
        for tag in _TAG.finditer(folded.plain):
            offset = tag.start(1)
            inside = folded.search[offset + 1 : tag.end() + 1]
            is_account = folded.plain[offset - 1] == "@"
            for key, start, end in self._anywhere.find_matches_as_indexes(inside, overlapping=True):
                if end - start < len(inside) and not (start and is_account):
                    yield from self._same(folded, key, start + offset, end + offset)

    def _same(self, folded: Folded, key: int, start: int, end: int) -> Iterator[Hit]:
        """Give the phrases with this key that stand there with their own dots and signs."""
        written = folded.plain[start:end].replace("-", " ").replace("_", " ")
        for number in self._numbers[key]:
            phrase = self._phrases[number]
            if phrase == written or (
                "*" in written
                and phrase == written.replace("*", " ")
                and _are_pictures(folded, start, end)
            ):
                yield number, start, end


def _are_pictures(folded: Folded, start: int, end: int) -> bool:
    """Tell whether the stars in [start, end) are emoji: Acme🍺Bier is one name, Acme—Bier two words."""
    return all(
        unicodedata.category(folded.written(at)) == "So"
        for at in range(start, end)
        if folded.plain[at] == "*"
    )
