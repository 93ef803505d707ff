"""Find names in words that are none of their written forms: misspelt, or joined with a word."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from enrichment.matching.folding import Folded
from enrichment.matching.look_alikes import in_latin_letters
from enrichment.matching.near_words import (
    LONGEST,
    SHORTEST,
    Leeway,
    Reading,
    read_compound,
    read_misspelling,
)
from enrichment.matching.slips import sound_of, without_digits, without_one

NearRule = Literal["misspelling", "compound"]
_NO_WORD = re.compile(r"[^\w ]|_")
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

    def __init__(self, phrases: Iterable[NearPhrase]) -> None:
        self._parts: dict[str, list[_Part]] = {}
        exact: set[str] = set()
        for phrase in phrases:
            position = 0
            for word in _NO_WORD.sub(" ", phrase.words).split():
                start = phrase.words.index(word, position)
                position = start + len(word)
                exact.add(word)
                if (
                    phrase.spelling + phrase.compounds != "nono"
                    and SHORTEST <= len(word) <= LONGEST
                    and word.isascii()
                    and word.isalpha()
                ):
                    self._parts.setdefault(word, []).append(_Part(phrase, start, position))
        self._neighbours: dict[str, list[str]] = {}
        for word, parts in self._parts.items():
            if any(part.phrase.spelling != "no" for part in parts):
                for key in {word, _heard(word), *without_one(word)}:
                    self._neighbours.setdefault(key, []).append(word)
        self._lengths = sorted(
            {
                len(word)
                for word, parts in self._parts.items()
                if any(part.is_last and part.phrase.compounds != "no" for part in parts)
            }
        )
        self._exact = frozenset(exact)
        self._harmless: set[str] = set(exact)
        self._known: dict[str, list[tuple[_Part, Reading]]] = {}

    def find(self, folded: Folded) -> list[NearHit]:
        """
        Find names that are misspelt or joined.

        Returns:
            Hits whose edges are not judged.
        """
        tokens = folded.search.split()
        if self._harmless.issuperset(tokens):
            return []
        hits: list[NearHit] = []
        for token in set(tokens).difference(self._harmless):
            known = self._known.get(token)
            if known is None:
                known = self._remember(token)
            if known:
                hits.extend(_places(folded, token, known))
        return hits

    def explain(self, folded: Folded) -> Iterator[NearHit]:
        """Find what would be found and what was refused, each with its reading."""
        for token in dict.fromkeys(folded.search.split()):
            yield from _places(folded, token, self._decided(token))

    def _remember(self, token: str) -> list[tuple[_Part, Reading]]:
        known = [(part, read) for part, read in self._decided(token) if not read.refused]
        if known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[token] = known
        else:
            if len(self._harmless) >= _REMEMBERED + len(self._exact):
                self._harmless = set(self._exact)
            self._harmless.add(token)
        return known

    def _decided(self, token: str) -> list[tuple[_Part, Reading]]:
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
        if not SHORTEST <= len(token) <= 2 * LONGEST or token in self._exact:
            return
        latin = token if token.isascii() else in_latin_letters(token)
        if latin is None:
            return
        if latin != token and latin in self._parts:
            for part in self._parts[latin]:
                yield part, Reading(latin, len(token), "lookalike")
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
            for part in self._parts[word]:
                reading = read_misspelling(
                    token, word, part.phrase.spelling, is_alone=part.is_alone
                )
                if reading is not None:
                    yield part, reading

    def _near(self, token: str) -> list[str]:
        neighbours = self._neighbours
        keys = [token, *without_one(token), _heard(token)]
        if not token.isalpha():
            keys.append(without_digits(token))
        found = dict.fromkeys(word for key in keys if key in neighbours for word in neighbours[key])
        return [word for word in found if word != token]

    def _compounds(self, token: str) -> Iterator[tuple[_Part, Reading]]:
        for length in self._lengths:
            if length + 2 > len(token):
                break
            name = token[:length]
            for part in self._parts.get(name, ()):
                if part.is_last:
                    leeway = part.phrase.compounds
                    yield part, read_compound(token, name, leeway, is_alone=part.is_alone)


def _heard(word: str) -> str:
    return f"~{sound_of(word)}"


def _places(
    folded: Folded, token: str, readings: Iterable[tuple[_Part, Reading]]
) -> Iterator[NearHit]:
    """Find a word where the other words of the name stand beside it."""
    plain, needle = folded.plain, f" {token} "
    at = folded.search.find(needle)
    while at != -1:
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
        at = folded.search.find(needle, at + 1)


def _blanked(text: str) -> str:
    return text.replace("-", " ").replace("_", " ")
