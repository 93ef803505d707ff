"""Find the watched subjects in a text, in all the ways in which people write them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ahocorasick_rs import AhoCorasick

from collectors.watchlist import Subject
from enrichment.boundaries import FIRST_UNSPACED
from enrichment.folding import Folded
from enrichment.guards import ContextWords, ExcludePhrases, Stretch
from enrichment.patterns import HandlePattern, Pattern, Place, Rule, patterns_of
from enrichment.zones import Zones

Field = Literal["title", "text"]
_Found = tuple[int, bool, Place]
"""A subject's place in the list, whether it needs a context word, and where it was found."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """
    One place where a text names a subject.

    Attributes:
        subject: The subject's id.
        field: Where it stands.
        form: How it is written there: `field's original text[start:end]`.
        start: First character, counted in code points.
        end: Behind the last character.
        rule: What it was found as: `term`, `hashtag`, `handle` or `domain`.
    """

    subject: str
    field: Field
    form: str
    start: int
    end: int
    rule: Rule


class SubjectMatcher:
    """
    Finds thousands of names at once, on characters and not on tokens.

    The text is folded (`enrichment.folding`), searched once for all written
    forms by an Aho-Corasick automaton, and each hit judged by the characters
    around it (`enrichment.patterns`); at last the subjects' context words and
    exclude phrases are consulted (`enrichment.guards`).
    """

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self._ids = [subject.id for subject in subjects]
        patterns: dict[str, list[Pattern]] = {}
        for number, subject in enumerate(subjects):
            for words, pattern in patterns_of(number, subject):
                known = patterns.setdefault(words, [])
                if pattern not in known:
                    known.append(pattern)
        self._patterns = list(patterns.values())
        self._automaton = AhoCorasick(list(patterns))
        self._context = ContextWords(subjects)
        naming = {
            (number, phrase)
            for number, subject in enumerate(subjects)
            for phrase in subject.exclude
            if any(found == number for found, _, _ in self._places(Folded(phrase), None))
        }
        self._exclude = ExcludePhrases(subjects, naming)

    def find(self, text: str) -> list[Match]:
        """
        Find all subjects in one text.

        Args:
            text: Any text, of any length; time grows with its length only.

        Returns:
            Matches by start; of one subject they never overlap, the longest counts.
        """
        return self.find_in(title=None, text=text)

    def find_in(self, *, title: str | None, text: str, platform: str | None = None) -> list[Match]:
        """
        Find all subjects in a title and a text; context and exclude look at both.

        Args:
            title: The title, if there is one.
            text: The text.
            platform: Where it was posted; there, other platforms' accounts are other people's.

        Returns:
            Matches of the title, then of the text, by start.
        """
        fields: list[tuple[Field, Folded]] = [("title", Folded(title))] if title else []
        fields.append(("text", Folded(text)))
        found = [self._places(folded, platform) for _, folded in fields]
        if not any(found):
            return []
        found = self._guarded([folded for _, folded in fields], found)
        return [
            match
            for (field, folded), places in zip(fields, found, strict=True)
            if places
            for match in self._matches(field, folded, places)
        ]

    def _places(self, folded: Folded, platform: str | None) -> list[_Found]:
        """Judge each hit by the characters around it."""
        plain = folded.plain
        has_hashtag = "#" in plain
        zones = Zones(folded)
        found: list[_Found] = []
        for number, start, end in self._automaton.find_matches_as_indexes(
            folded.words, overlapping=True
        ):
            if not has_hashtag and _is_inside_word(plain, start, end):
                continue
            for pattern in self._patterns[number]:
                if isinstance(pattern, HandlePattern) and not pattern.counts_on(platform):
                    continue
                place = pattern.place(folded, start, end, zones)
                if place is not None:
                    found.append((pattern.subject, pattern.needs_context, place))
        return found

    def _guarded(
        self, fields: Sequence[Folded], found: Sequence[list[_Found]]
    ) -> list[list[_Found]]:
        """Leave out what lacks its context or stands in an exclude phrase."""
        in_context: set[int] = set()
        if any(needs_context for places in found for _, needs_context, _ in places):
            in_context = set().union(*(self._context.subjects_in(folded) for folded in fields))
        excluded = [self._exclude.found_in(folded) for folded in fields] if self._exclude else []
        whole = {subject for subjects, _ in excluded for subject in subjects}
        stretches = [stretches for _, stretches in excluded] or [{} for _ in fields]
        return [
            [
                (subject, needs_context, place)
                for subject, needs_context, place in places
                if (not needs_context or subject in in_context)
                and subject not in whole
                and not _lies_in(place, field_stretches.get(subject, ()))
            ]
            for places, field_stretches in zip(found, stretches, strict=True)
        ]

    def _matches(self, field: Field, folded: Folded, places: list[_Found]) -> Iterator[Match]:
        """Keep the longest of a subject's overlapping places, on the original characters."""
        reached: dict[int, int] = {}
        for subject, _, (start, end, rule) in sorted(places, key=_by_start_then_longest):
            span = folded.span(start, end) if start >= reached.get(subject, 0) else None
            if span is not None:
                reached[subject] = end
                yield Match(
                    subject=self._ids[subject],
                    field=field,
                    form=folded.text[slice(*span)],
                    start=span[0],
                    end=span[1],
                    rule=rule,
                )


def _by_start_then_longest(found: _Found) -> tuple[int, int]:
    _, _, (start, end, _) = found
    return start, -end


def _is_inside_word(plain: str, start: int, end: int) -> bool:
    """Tell quickly of most hits inside longer words; a hashtag's inner words need a closer look."""
    before, after = plain[start - 1], plain[end]
    if before.isalnum() and before < FIRST_UNSPACED and plain[start] < FIRST_UNSPACED:
        return True
    if after == "s" or not after.isalnum() or after >= FIRST_UNSPACED:
        return False
    return plain[end - 1].isalnum() and plain[end - 1] < FIRST_UNSPACED


def _lies_in(place: Place, stretches: Sequence[Stretch]) -> bool:
    start, end, _ = place
    return any(first <= start and end <= behind for first, behind in stretches)
