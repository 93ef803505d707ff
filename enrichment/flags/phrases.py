"""The phrases of rules: written for people, indexed so that thousands cost as much as one."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from enrichment.flags.words import OTHER, SUBJECT, Words
from enrichment.matching.folding import fold

GAP = "..."
GAP_WORDS = 4
_NO_WORD = re.compile(r"[^\w#*{}/]|_")
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_FEWEST_LETTERS = 2


class PhraseError(ValueError):
    """A phrase that can't be looked for."""


class Element(NamedTuple):
    """One word of a phrase: any of several spellings, each perhaps open at an end."""

    words: frozenset[str]
    prefixes: tuple[str, ...]
    suffixes: tuple[str, ...]
    inside: tuple[str, ...]
    is_gap: bool = False

    def fits(self, word: str) -> bool:
        """Tell whether a word of a text is meant."""
        if word in self.words:
            return True
        if word in (SUBJECT, OTHER):
            return False
        return (
            (bool(self.prefixes) and word.startswith(self.prefixes))
            or (bool(self.suffixes) and word.endswith(self.suffixes))
            or any(part in word for part in self.inside)
        )


class Phrase(NamedTuple):
    """A phrase ready to be found: its elements, and the one that is looked up."""

    elements: tuple[Element, ...]
    anchor: int


def read_phrase(written: str, *, language: str) -> list[Phrase]:
    """
    Read a phrase: `charged ... twice/double`, `terugroep*`, `*skandal`, `sue {subject}`.

    Args:
        written: Words; a slash between spellings, a star where a word may go on,
            three dots for up to `GAP_WORDS` words, `{subject}` for the name.
        language: In German a phrase with umlauts is looked for with ae, oe, ue as well.

    Returns:
        One phrase, or two.

    Raises:
        PhraseError: There is no word to look for, or a mark between spellings.
    """
    variants = [written]
    if language == "de" and written.lower().translate(_SPELLED) != written.lower():
        variants.append(written.lower().translate(_SPELLED))
    return [_read(variant) for variant in variants]


def _read(written: str) -> Phrase:
    elements: list[Element] = []
    for part in written.split():
        if part == GAP:
            if elements:
                elements.append(Element(frozenset(), (), (), (), is_gap=True))
            continue
        # Marks within a word part it, as they do in texts: doesn't is two words.
        pieces = _NO_WORD.sub(" ", fold(part)).split()
        if len(pieces) > 1 and "/" in part:
            msg = f"'{part}' in '{written}' is several words, write them without a slash"
            raise PhraseError(msg)
        elements.extend(map(_element, pieces))
    while elements and elements[-1].is_gap:
        elements.pop()
    anchor = max(range(len(elements)), key=lambda at: _worth(elements[at]), default=0)
    if not elements or _worth(elements[anchor]) < _FEWEST_LETTERS:
        msg = f"'{written}' has no word to look for, give it one of two letters or more"
        raise PhraseError(msg)
    return Phrase(tuple(elements), anchor)


def _element(piece: str) -> Element:
    words, prefixes, suffixes, inside = set(), [], [], []
    for spelling in filter(None, piece.split("/")):
        bare = spelling.strip("*")
        if spelling.startswith("*") and spelling.endswith("*"):
            inside.append(bare)
        elif spelling.endswith("*"):
            prefixes.append(bare)
        elif spelling.startswith("*"):
            suffixes.append(bare)
        else:
            words.add(bare)
    return Element(frozenset(words), tuple(prefixes), tuple(suffixes), tuple(inside))


def _worth(element: Element) -> int:
    """Tell how good an element is to look up: by its shortest spelling; names are in each passage."""
    if element.is_gap or SUBJECT in element.words or OTHER in element.words:
        return 0
    spellings = [*element.words, *element.prefixes, *element.suffixes, *element.inside]
    return min(map(len, spellings), default=0)


class PhraseIndex:
    """Finds phrases in words: a look-up for each word, and a look around each hit."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._phrases = phrases
        self._by_word: dict[str, list[int]] = {}
        parts: dict[str, list[int]] = {}
        for number, phrase in enumerate(phrases):
            element = phrase.elements[phrase.anchor]
            for word in element.words:
                self._by_word.setdefault(word, []).append(number)
            for part in (
                *(f" {prefix}" for prefix in element.prefixes),
                *(f"{suffix} " for suffix in element.suffixes),
                *element.inside,
            ):
                parts.setdefault(part, []).append(number)
        self._numbers = list(parts.values())
        self._parts = AhoCorasick(list(parts)) if parts else None

    def find(self, read: Words) -> Iterator[tuple[int, list[int]]]:
        """
        Find all phrases.

        Yields:
            The phrase's number and the places of the words that it consists of, in
            order; each once for each place of its anchor.
        """
        by_word = self._by_word
        for at, word in enumerate(read.words):
            for number in by_word.get(word, ()):
                if places := self._places(number, at, read):
                    yield number, places
        if self._parts is not None:
            yield from self._find_parts(self._parts, read)

    def _find_parts(self, parts: AhoCorasick, read: Words) -> Iterator[tuple[int, list[int]]]:
        line = f" {' '.join(read.words)} "
        starts: list[int] = []
        at = 1
        for word in read.words:
            starts.append(at)
            at += len(word) + 1
        seen: set[tuple[int, int]] = set()
        place = 0
        hits = parts.find_matches_as_indexes(line, overlapping=True)
        for part, start, _ in sorted(hits, key=lambda hit: hit[1]):
            first = start + 1 if line[start] == " " else start
            while place + 1 < len(starts) and starts[place + 1] <= first:
                place += 1
            for number in self._numbers[part]:
                if (number, place) not in seen:
                    seen.add((number, place))
                    if places := self._places(number, place, read):
                        yield number, places

    def _places(self, number: int, at: int, read: Words) -> list[int]:
        """Look around an anchor; no place: the rest of the phrase is not there."""
        elements, anchor = self._phrases[number]
        if not elements[anchor].fits(read.words[at]):
            return []
        before = _walk(elements[:anchor][::-1], read, at, -1)
        if before is None:
            return []
        after = _walk(elements[anchor + 1 :], read, at, 1)
        if after is None:
            return []
        return [*before[::-1], at, *after]


def _walk(elements: Sequence[Element], read: Words, at: int, step: int) -> list[int] | None:
    """Find the elements beside a place, in one direction and one sentence; the nearest count."""
    if not elements:
        return []
    first, *rest = elements
    room = 0
    if first.is_gap:
        room = GAP_WORDS
        first, *rest = rest
    for skipped in range(room + 1):
        there = at + step * (skipped + 1)
        if not 0 <= there < len(read.words) or read.sentences[there] != read.sentences[at]:
            return None
        if first.fits(read.words[there]):
            further = _walk(rest, read, there, step)
            if further is not None:
                return [there, *further]
    return None
