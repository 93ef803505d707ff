"""A mention as queries read it: its words with their places, and what is known about it."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import urlsplit

from enrichment.matching.boundaries import has_unspaced, is_unspaced
from enrichment.matching.folding import Folded, fold

_WORD = re.compile(r"[^ ]+")
_TAG = re.compile(r"(?<!\w)#(\w+)")
_ACCOUNT = re.compile(r"(?<![\w@.])@([\w.-]*\w(?:@[\w.-]*\w)?)")
_FIRST_NAME = re.compile(r"\w+")
_NEWER_CODES = {"in": "id", "iw": "he", "ji": "yi"}

Place = tuple[int, int]
"""Start and end in `Folded.plain`."""


class About(NamedTuple):
    """What is known of a mention beside its title and text; None: unknown."""

    platform: str | None = None
    author_handle: str | None = None
    author_name: str | None = None
    url: str | None = None
    language_tag: str | None = None
    """As the platform states it."""
    language: str | None = None
    """As found in the text; None: found when a query asks for it."""


class FieldWords:
    """The words of a title or a text, in order, and where each of them stands."""

    def __init__(self, folded: Folded) -> None:
        self.folded = folded

    @cached_property
    def words(self) -> list[str]:
        """All words, in order."""
        words = self.folded.search.split()
        if not has_unspaced(self.folded.plain):
            return words
        return [piece for word in words for _, piece in _pieces(word)]

    @cached_property
    def _starts(self) -> list[int]:
        """Where each of them begins in `Folded.plain`: most texts are never asked for it."""
        return [
            found.start() - 1 + offset
            for found in _WORD.finditer(self.folded.search)
            for offset, _ in _pieces(found[0])
        ]

    @cached_property
    def numbers(self) -> dict[str, list[int]]:
        """The numbers of each different word."""
        numbers: dict[str, list[int]] = {}
        for number, word in enumerate(self.words):
            numbers.setdefault(word, []).append(number)
        return numbers

    @cached_property
    def tags(self) -> list[tuple[str, Place]]:
        """Hashtags without #, and where they stand with it."""
        return [(found[1], found.span()) for found in _TAG.finditer(self.folded.plain)]

    @cached_property
    def accounts(self) -> list[tuple[tuple[str, ...], Place]]:
        """Accounts without @, with their server and without it, and where they stand."""
        return [
            (tuple(dict.fromkeys((found[1], *_FIRST_NAME.findall(found[1])[:1]))), found.span())
            for found in _ACCOUNT.finditer(self.folded.plain)
        ]

    def place(self, first: int, last: int) -> Place:
        """Tell where the words from number *first* to number *last* stand."""
        return self._starts[first], self._starts[last] + len(self.words[last])

    def like(self, pattern: str) -> list[int]:
        """List the numbers of the words that a pattern fits, in order."""
        if "*" not in pattern:
            return self.numbers.get(pattern, [])
        return sorted(
            number
            for word, numbers in self.numbers.items()
            if fits(pattern, word)
            for number in numbers
        )

    def phrases(self, patterns: Sequence[str]) -> Iterator[Place]:
        """Find words that follow one another."""
        if any("*" not in p and p not in self.numbers for p in patterns):
            return
        words, behind = self.words, len(patterns) - 1
        for first in self.like(patterns[0]):
            if first + behind < len(words) and all(
                fits(pattern, words[first + place])
                for place, pattern in enumerate(patterns)
                if place
            ):
                yield self.place(first, first + behind)

    def near(self, patterns: Sequence[str], distance: int) -> Iterator[Place]:
        """Find the shortest stretches with all words, and at most *distance* others between."""
        different = list(dict.fromkeys(patterns))
        lists = [self.like(pattern) for pattern in different]
        if not all(lists):
            return
        longest = len(different) + distance
        met = sorted({number for numbers in lists for number in numbers})
        for number in met:
            latest = []
            for numbers in lists:
                at = bisect_right(numbers, number)
                if not at:
                    break
                latest.append(numbers[at - 1])
            if len(latest) == len(lists) and number - min(latest) < longest:
                yield self.place(min(latest), number)


class QueryText:
    """One mention, read as far as queries ask."""

    def __init__(self, fields: Sequence[Folded], about: About) -> None:
        self._fields = fields
        self.about = about

    @cached_property
    def fields(self) -> list[FieldWords]:
        """Title and text, or the text alone."""
        return [FieldWords(folded) for folded in self._fields]

    @cached_property
    def language(self) -> str:
        """What X says, where it says something; else as found in the text."""
        said = self.about.language_tag
        if self.about.platform == "x" and said and said != "und":
            return _NEWER_CODES.get(said, said)
        if self.about.language is not None:
            return self.about.language
        from enrichment.language.detection import detect_language

        return detect_language("\n".join(folded.text for folded in self._fields), said)[0]

    @cached_property
    def author(self) -> str | None:
        """The author's account, else the name."""
        author = self.about.author_handle or self.about.author_name
        return fold(author).strip() if author else None

    @cached_property
    def host(self) -> str:
        """Where it can be read."""
        try:
            return (urlsplit(self.about.url or "").hostname or "").casefold()
        except ValueError:
            return ""


@lru_cache(maxsize=100_000)
def patterns_in(words: str) -> tuple[str, ...]:
    """
    Fold what a query looks for, as texts are folded.

    Args:
        words: Of a leaf; `*` stands for any letters.

    Returns:
        The words, with their `*`; none where folding leaves nothing.
    """
    patterns: list[str] = []
    for chunk in words.split():
        glue = False
        for number, piece in enumerate(chunk.split("*")):
            if number and patterns:
                patterns[-1] += "*"
            found = [word for run in Folded(piece).search.split() for _, word in _pieces(run)]
            if glue and found and piece[0].isalnum():
                patterns[-1] += found.pop(0)
            patterns += found
            glue = bool(patterns)
    return tuple(patterns)


def fits(pattern: str, word: str) -> bool:
    """Tell whether a pattern fits a whole word; linear, whatever comes."""
    if "*" not in pattern:
        return pattern == word
    first, *middle, last = pattern.split("*")
    at, end = len(first), len(word) - len(last)
    if end < at or not word.startswith(first) or not word.endswith(last):
        return False
    for piece in middle:
        found = word.find(piece, at, end)
        if found == -1:
            return False
        at = found + len(piece)
    return True


def _pieces(word: str) -> Iterator[tuple[int, str]]:
    """Take a run of letters apart where its script puts no blanks: each character is a word."""
    if word.isascii():
        yield 0, word
        return
    edges = [
        0,
        *(at for at in range(1, len(word)) if is_unspaced(word[at]) or is_unspaced(word[at - 1])),
    ]
    for start, end in pairwise([*edges, len(word)]):
        yield start, word[start:end]
