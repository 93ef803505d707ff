"""Find names in words that are none of their written forms: misspelt, or joined with a word."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import filterfalse
from typing import Literal, NamedTuple

from enrichment.matching.folding import Folded
from enrichment.matching.look_alikes import in_latin_letters
from enrichment.matching.near_words import (
    LONGEST,
    SAFE_LETTERS,
    SHORTEST,
    WORD_FROM,
    Leeway,
    Reading,
    read_compound,
    read_misspelling,
)
from enrichment.matching.slips import sound_of, without_digits, without_one
from enrichment.matching.words import known_word

NearRule = Literal["misspelling", "compound"]
_WORD = re.compile(r"[^\W_]+")
_LONGEST_GUESSED = 16
"""Longer words, mostly several joined, are rare and would fill the index."""
_REMEMBERED = 200_000
"""So many words are remembered as nobody's; then they are forgotten."""


class NearPhrase(NamedTuple):
    """
    A written form and what else may stand for it.

    Attributes:
        number: Of the phrase.
        words: Its written form, folded, hyphens and underscores being blanks.
        subjects: Whose it is.
        spelling: Whether it may be misspelt.
        compounds: Whether it may be joined with another word.
    """

    number: int
    words: str
    subjects: frozenset[int]
    spelling: Leeway
    compounds: Leeway


class NearHit(NamedTuple):
    """
    A name that is not written as configured.

    Attributes:
        number: Of the phrase.
        start: First character in `Folded.plain`.
        end: Behind the name.
        word_end: Behind the word that the name is joined with; else `end`.
        rule: Which way.
        reading: What was read how, and what speaks against it.
    """

    number: int
    start: int
    end: int
    word_end: int
    rule: NearRule
    reading: Reading


class _Part(NamedTuple):
    """One word of a phrase, and where it stands there."""

    phrase: NearPhrase
    start: int
    end: int

    @property
    def is_alone(self) -> bool:
        return self.end - self.start == len(self.phrase.words)

    @property
    def is_last(self) -> bool:
        return self.end == len(self.phrase.words)


class NearForms:
    """
    Looks the unknown words of a text up among the names' neighbours.

    Neighbours are found by deletion (Wolf Garbe's symmetric delete): two words are at most one
    edit apart only if they are alike once each has lost at most one letter. What a word turned
    out to be is remembered: a text of words seen before costs a look into a set.
    """

    def __init__(
        self,
        phrases: Sequence[NearPhrase],
        *,
        is_thorough: bool = False,
    ) -> None:
        """
        Index the names.

        Args:
            phrases: Written forms; the words of all of them are known words.
            is_thorough: Index those, too, that may not be misspelt: to say so.
        """
        self._phrases = phrases
        self._numbers: dict[str, int | list[int]] = {}
        lengths: set[int] = set()
        guessed: set[str] = set()
        for number, (_, words, _, spelling, compounds) in enumerate(phrases):
            parts = (words,) if words.isalnum() else _WORD.findall(words)
            for word in parts:
                known = self._numbers.setdefault(word, number)
                if isinstance(known, list):
                    known.append(number)
                elif known != number:
                    self._numbers[word] = [known, number]
                if is_thorough or (
                    spelling != "no" and (len(word) >= SAFE_LETTERS - 1 or spelling == "always")
                ):
                    guessed.add(word)
            if parts and (is_thorough or compounds != "no"):
                lengths.add(len(parts[-1]))
        self._neighbours, self._more_neighbours = _neighbourhood(guessed)
        self._lengths = sorted(length for length in lengths if SHORTEST <= length <= LONGEST)
        self._ordinary: set[str] = set()
        self._known: dict[str, list[tuple[_Part, Reading]]] = {}

    def find(self, folded: Folded) -> list[NearHit]:
        """
        Find names that are misspelt or joined.

        Args:
            folded: The text.

        Returns:
            Hits whose edges are not judged.
        """
        # Filtered before they are made a set: of a text's words hardly one is new.
        words = set(filterfalse(self._ordinary.__contains__, folded.words()))
        hits: list[NearHit] = []
        for token in sorted(words):
            known = self._known.get(token)
            if known is None:
                known = self._remember(token)
            if known:
                hits.extend(_places(folded, token, known))
        return hits

    def explain(self, folded: Folded) -> Iterator[NearHit]:
        """Find what would be found and what was refused, each with its reading."""
        for token in sorted(set(folded.words())):
            yield from _places(folded, token, self._thorough.decided(token))

    @cached_property
    def _thorough(self) -> "NearForms":
        return NearForms(self._phrases, is_thorough=True)

    def _remember(self, token: str) -> list[tuple[_Part, Reading]]:
        known = (
            [(part, read) for part, read in self.decided(token) if not read.refused]
            if self._may_be_near(token)
            else []
        )
        if known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[token] = known
        else:
            if len(self._ordinary) >= _REMEMBERED:
                self._ordinary = set()
            self._ordinary.add(token)
        return known

    def _may_be_near(self, token: str) -> bool:
        """Tell quickly of most words that they are nobody's."""
        if not SHORTEST <= len(token) <= 2 * LONGEST or token in self._numbers:
            return False
        if not token.isascii():
            return in_latin_letters(token) is not None
        if not token.isalpha():
            return _has_few_digits(token) and without_digits(token) in self._numbers
        return known_word(token).zipf < WORD_FROM

    def decided(self, token: str) -> list[tuple[_Part, Reading]]:
        """Read a word in all ways; of several misspelt names none counts unless one is likelier."""
        readings = list(self._readings(token))
        open_ = [
            (part, read) for part, read in readings if not read.refused and read.how != "joined"
        ]
        if len({read.name for _, read in open_}) < 2:  # noqa: PLR2004 - two names
            return readings
        best = min(read.rank for _, read in open_)
        likely = {part.phrase.subjects for part, read in open_ if read.rank == best}
        return [
            (part, read)
            if read.refused or read.how == "joined" or (read.rank == best and len(likely) == 1)
            else (part, read._replace(refused="another name is as near"))
            for part, read in readings
        ]

    def _readings(self, token: str) -> Iterator[tuple[_Part, Reading]]:
        if not SHORTEST <= len(token) <= 2 * LONGEST or token in self._numbers:
            return
        latin = token if token.isascii() else in_latin_letters(token)
        if latin is None:
            return
        if latin != token and latin in self._numbers and len(latin) >= SHORTEST:
            for part in self._parts(latin):
                yield part, Reading(latin, len(token), "lookalike")
            return
        if not latin.isalpha():
            if not _has_few_digits(latin):
                return
            for part in self._parts(without_digits(latin)):
                yield part, Reading(without_digits(latin), len(token), "lookalike")
            return
        yield from self._misspellings(latin)
        yield from self._compounds(latin)

    def _misspellings(self, token: str) -> Iterator[tuple[_Part, Reading]]:
        if len(token) > LONGEST + 1:
            return
        words = self._near(token)
        if not words and token[-1] == "s":
            token = token[:-1]
            words = self._near(token)
        for word in words:
            if token == f"{word}s":
                continue  # the plural is found as it stands
            for part in self._parts(word):
                reading = read_misspelling(
                    token, word, part.phrase.spelling, is_alone=part.is_alone
                )
                if reading is not None:
                    yield part, reading

    def _parts(self, word: str) -> Iterator[_Part]:
        numbers = self._numbers.get(word, ())
        for number in (numbers,) if isinstance(numbers, int) else numbers:
            phrase = self._phrases[number]
            for found in _WORD.finditer(phrase.words):
                if found[0] == word:
                    yield _Part(phrase, *found.span())

    def _near(self, token: str) -> list[str]:
        neighbours = self._neighbours
        keys = [token, sound_of(token), *without_one(token)]
        if neighbours.keys().isdisjoint(keys):
            return []
        found: dict[str, None] = {}
        for key in keys:
            if key in neighbours:
                found[neighbours[key]] = None
                found.update(dict.fromkeys(self._more_neighbours.get(key, ())))
        found.pop(token, None)
        return list(found)

    def _compounds(self, token: str) -> Iterator[tuple[_Part, Reading]]:
        for length in self._lengths:
            if length + 2 > len(token):
                break
            name = token[:length]
            if name not in self._numbers:
                continue
            readings: dict[tuple[Leeway, bool], Reading] = {}
            for part in self._parts(name):
                if part.is_last:
                    key = part.phrase.compounds, part.is_alone
                    if key not in readings:
                        readings[key] = read_compound(token, name, key[0], is_alone=key[1])
                    yield part, readings[key]


def _has_few_digits(token: str) -> bool:
    return 3 * sum(c.isdigit() for c in token) <= len(token) and not token[0].isdigit()


def _neighbourhood(words: Iterable[str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Index words by what they become without a letter, and by their sound: the first, the others."""
    first: dict[str, str] = {}
    others: dict[str, list[str]] = {}
    for word in words:
        if len(word) > _LONGEST_GUESSED or not (word.isascii() and word.isalpha()):
            continue
        for key in {word, sound_of(word), *without_one(word)}:
            if first.setdefault(key, word) is not word:
                others.setdefault(key, []).append(word)
    return first, others


def _places(
    folded: Folded, token: str, readings: Iterable[tuple[_Part, Reading]]
) -> Iterator[NearHit]:
    """Find a word where the other words of the name stand beside it."""
    plain = folded.plain
    for at in folded.places_of(token):
        for part, reading in readings:
            words = part.phrase.words
            start, behind = at - part.start, at + reading.length
            end = behind + len(words) - part.end
            if start < 0 or (
                not part.is_alone
                and (
                    _blanked(plain[start:at]) != words[: part.start]
                    or _blanked(plain[behind:end]) != words[part.end :]
                )
            ):
                continue
            rule: NearRule = "compound" if reading.how == "joined" else "misspelling"
            word_end = at + len(token) if rule == "compound" else end
            yield NearHit(part.phrase.number, start, end, word_end, rule, reading)


def _blanked(text: str) -> str:
    return text.replace("-", " ").replace("_", " ")
