"""Find thousands of folded phrases at once, at the beginnings of words."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

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

    An Aho-Corasick automaton searches most texts for whole words only, which loses nothing
    that could count; hashtags, accounts and scripts without blanks are searched everywhere.
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
        # Each key between blanks, and what of these and of an s does not belong to it.
        needles: list[tuple[str, int, int, int]] = []
        # Of a key that is all of one phrase and of no other, that phrase: most are.
        self._only = [
            numbers[0] if len(numbers) == 1 and phrases[numbers[0]] == key else None
            for key, numbers in by_key.items()
        ]
        for number, key in enumerate(by_key):
            before = "" if key[0] == " " else " "
            endings = ("",) if are_stems or key[-1] == " " else (" ", "s ")
            needles += [
                (f"{before}{key}{ending}", number, len(before) - 1, len(ending) + 1)
                for ending in endings
            ]
        self._needles = [needle[1:] for needle in needles]
        self._whole_words = AhoCorasick([needle[0] for needle in needles])
        self._anywhere = AhoCorasick(self._keys)

    def __bool__(self) -> bool:
        return bool(self._numbers)

    def find(self, folded: Folded) -> list[Hit]:
        """
        Find all phrases, overlapping ones too.

        Args:
            folded: The text.

        Returns:
            Hits whose edges are not judged.
        """
        plain = folded.plain
        hits: list[Hit] = []
        if not plain.isascii() and has_unspaced(plain):
            return list(self.find_everywhere(folded))
        needles, keys, only = self._needles, self._keys, self._only
        for needle, first, behind in self._whole_words.find_matches_as_indexes(
            folded.search, overlapping=True
        ):
            key, lead, tail = needles[needle]
            start, end = first + lead, behind - tail
            phrase = only[key]
            if phrase is not None and plain[start:end] == keys[key]:
                hits.append((phrase, start, end))
            else:
                hits.extend(self._same(folded, key, start, end))
        if "#" in plain or "@" in plain:
            hits.extend(self._inside_tags(folded))
        return hits

    def find_everywhere(self, folded: Folded) -> Iterator[Hit]:
        """Find all phrases, also inside of words."""
        for key, start, end in self._anywhere.find_matches_as_indexes(
            folded.search, overlapping=True
        ):
            yield from self._same(folded, key, start - 1, end - 1)

    def _inside_tags(self, folded: Folded) -> Iterator[Hit]:
        """Find what stands anywhere in a hashtag, and at the beginning of an account."""
        anywhere, search = self._anywhere, folded.search
        for tag in _TAG.finditer(folded.plain):
            offset = tag.start(1)
            inside = search[offset + 1 : tag.end() + 1]
            is_account = folded.plain[offset - 1] == "@"
            for key, start, end in anywhere.find_matches_as_indexes(inside, overlapping=True):
                if end - start < len(inside) and not (start and is_account):
                    yield from self._same(folded, key, start + offset, end + offset)

    def _same(self, folded: Folded, key: int, start: int, end: int) -> Iterator[Hit]:
        """Give the phrases with this key that stand there with their own dots and signs."""
        written = folded.plain[start:end]
        if "-" in written or "_" in written:
            written = written.replace("-", " ").replace("_", " ")
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
