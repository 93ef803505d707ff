"""Find the watched subjects in a text, in all the ways in which people write them."""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Literal, NamedTuple

from collectors.watchlist import Subject
from enrichment.matching.boundaries import PLURAL_LETTERS
from enrichment.matching.finder import PhraseFinder
from enrichment.matching.folding import Folded
from enrichment.matching.guards import (
    QUERY_FAILS,
    ContextWords,
    ExcludePhrases,
    guard_reason,
)
from enrichment.matching.near_forms import NearForms, NearHit, NearPhrase
from enrichment.matching.near_words import Leeway
from enrichment.matching.patterns import HandlePattern, Pattern, TermPattern, patterns_of
from enrichment.matching.places import Rule
from enrichment.matching.query_text import About, QueryText
from enrichment.matching.subject_queries import SubjectQueries
from enrichment.matching.zones import Zones

Field = Literal["title", "text"]
_Found = tuple[int, int, Rule, int, bool]
"""Start, end and rule of a place in `Folded.plain`; the subject's number; does it need context?"""

# What a name is, by the sign before it, where a blank or one of these is behind it.
_RULES: dict[str, Rule] = {
    "(": "term",
    '"': "term",
    "$": "term",
    "#": "hashtag",
    "@": "handle",
}
_START, _END = itemgetter(0), itemgetter(1)
_ALONE_AFTER = frozenset(' "\v)]}*~;!?,')


class Match(NamedTuple):
    """
    One place where a text names a subject; a tuple, since news name hundreds.

    Attributes:
        subject: The subject's id.
        field: Where it stands.
        form: How it is written there: `field's original text[start:end]`.
        start: First character, counted in code points.
        end: Behind the last character.
        rule: What it was found as: `term`, `hashtag`, `handle`, `domain`, `misspelling`,
            `compound` (the name joined with another word) or `query` (a word of the query of
            a subject that has no names).
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

    The text is folded (`enrichment.matching.folding`), searched once for all written
    forms by an Aho-Corasick automaton, and each hit judged by the characters
    around it (`enrichment.matching.patterns`); at last the subjects' context words and
    exclude phrases are consulted (`enrichment.matching.guards`), and their queries
    (`enrichment.matching.subject_queries`).
    """

    def __init__(self, subjects: Sequence[Subject]) -> None:
        with _without_garbage_collection():
            self.ids = [subject.id for subject in subjects]
            patterns: dict[str, list[Pattern]] = {}
            for number, subject in enumerate(subjects):
                for words, pattern in patterns_of(number, subject):
                    known = patterns.setdefault(words, [])
                    if pattern not in known:
                        known.append(pattern)
            self.patterns = list(patterns.values())
            self._plain_terms = [_plain_term(known) for known in self.patterns]
            self.finder = PhraseFinder(list(patterns))
            self.near = NearForms(list(_near_phrases(patterns)))
            self._context = ContextWords(subjects)
            naming = {
                (number, phrase)
                for number, subject in enumerate(subjects)
                for phrase in subject.exclude
                if any(found == number for *_, found, _ in self._places(Folded(phrase), None))
            }
            self._exclude = ExcludePhrases(subjects, naming)
            self._queries = SubjectQueries(subjects)
            self._has_guards = bool(self._context or self._exclude)
            self._has_queries = bool(self._queries)

    def find(self, text: str) -> list[Match]:
        """
        Find all subjects in one text.

        Args:
            text: Any text, of any length; time grows with its length only.

        Returns:
            Matches by start; of one subject they never overlap, the longest counts.
        """
        if self._has_queries:
            return self.find_in(title=None, text=text)
        folded = Folded(text)
        places = self._places(folded, None)
        if places and self._has_guards:
            (places,) = self._guarded([folded], [places])
        return self._matches("text", folded, places) if places else []

    def find_in(
        self,
        *,
        title: str | None,
        text: str,
        platform: str | None = None,
        about: About | None = None,
    ) -> list[Match]:
        """
        Find all subjects in a title and a text; context, exclude and queries look at both.

        Args:
            title: The title, if there is one.
            text: The text.
            platform: Where it was posted; there, other platforms' accounts are other people's.
            about: What else is known of the mention, which queries may ask for.

        Returns:
            Matches of the title, then of the text, by start.
        """
        fields: list[tuple[Field, Folded]] = [("title", Folded(title))] if title else []
        fields.append(("text", Folded(text)))
        found = [self._places(folded, platform) for _, folded in fields]
        if self._has_queries:
            both = [folded for _, folded in fields]
            asked = QueryText(both, about or About(platform=platform))
            found = self._with_words_of_queries(both, found, asked)
            found = self._guarded(both, found, asked) if any(found) else found
        elif not any(found):
            return []
        elif self._has_guards:
            found = self._guarded([folded for _, folded in fields], found)
        return [
            match
            for (field, folded), places in zip(fields, found, strict=True)
            if places
            for match in self._matches(field, folded, places)
        ]

    def _places(self, folded: Folded, platform: str | None) -> list[_Found]:
        """Judge each hit by the characters around it."""
        plain, plain_terms = folded.plain, self._plain_terms
        zones = Zones(folded)
        found: list[_Found] = []
        for number, start, end in self.finder.find(folded):
            before, after = plain[start - 1], plain[end]
            # Most hits stand alone: settled here what the patterns would decide more slowly.
            rule: Rule | None = None
            if before == " ":
                rule = "term"
            elif plain[start - 2] == " ":
                rule = _RULES.get(before)
            if rule is not None and (
                after in _ALONE_AFTER
                or (after in ".:" and plain[end + 1] == " ")
                or (after == "'" and plain[end - 1] != "n")
                or (
                    after == "s"
                    and end - start >= PLURAL_LETTERS
                    and plain[end + 1] in _ALONE_AFTER
                    and plain[end - 1] != "s"
                    and plain[end - 1].isalpha()
                )
            ):
                plain_term = plain_terms[number]
                if plain_term is not None:
                    first = start if rule == "term" else start - 1
                    subject, needs_context = plain_term
                    found.append((first, end, rule, subject, needs_context))
                    continue
            for pattern in self.patterns[number]:
                if isinstance(pattern, HandlePattern) and not pattern.counts_on(platform):
                    continue
                place = pattern.place(folded, start, end, zones)
                if place is not None:
                    found.append((*place, pattern.subject, pattern.needs_context))
        near = self.near.find(folded)
        if near:
            found.extend(self._near_places(folded, near, zones))
        return found

    def _near_places(
        self, folded: Folded, hits: Iterable[NearHit], zones: Zones
    ) -> Iterator[_Found]:
        """Judge each misspelt or joined name by the characters around it."""
        for hit in hits:
            for pattern in self.patterns[hit.number]:
                if isinstance(pattern, TermPattern) and pattern.leeway(hit.rule) != "no":
                    place = pattern.near_place(folded, hit, zones)
                    if place is not None:
                        yield (*place, pattern.subject, pattern.needs_context)

    def _with_words_of_queries(
        self, fields: Sequence[Folded], found: Sequence[list[_Found]], asked: QueryText
    ) -> list[list[_Found]]:
        """Add what is looked for by a query alone."""
        alone: list[list[_Found]] = [
            [(start, end, "query", subject, False) for (start, end), subject in places]
            for places in self._queries.found_in(asked, fields)
        ]
        return [[*places, *more] for places, more in zip(found, alone, strict=True)]

    def refusals_in(
        self, fields: Sequence[Folded], platform: str | None, about: About | None = None
    ) -> list[list[tuple[int, int, int, str]]]:
        """List per field what its guards refuse: start, end, subject (its place), reason."""
        found = [self._places(folded, platform) for folded in fields]
        asked = QueryText(fields, about or About(platform=platform))
        found = self._with_words_of_queries(fields, found, asked)
        return [
            [
                (start, end, subject, self._in_words(reason, subject, asked))
                for (start, end, _, subject, _), reason in judged
                if reason
            ]
            for judged in self._judged(fields, found, asked)
        ]

    def _in_words(self, reason: str, subject: int, asked: QueryText) -> str:
        return self._queries.why_refused(subject, asked) if reason == QUERY_FAILS else reason

    def _guarded(
        self,
        fields: Sequence[Folded],
        found: Sequence[list[_Found]],
        asked: QueryText | None = None,
    ) -> list[list[_Found]]:
        """Leave out what lacks its context, stands in an exclude phrase, or fails its query."""
        return [
            [place for place, reason in judged if not reason]
            for judged in self._judged(fields, found, asked)
        ]

    def _judged(
        self, fields: Sequence[Folded], found: Sequence[list[_Found]], asked: QueryText | None
    ) -> Iterator[Iterator[tuple[_Found, str]]]:
        """Say of each place why its guards refuse it; nothing if they don't."""
        in_context: set[int] = set()
        if self._context and any(place[-1] for places in found for place in places):
            in_context = set().union(*(self._context.subjects_in(folded) for folded in fields))
        excluded = [self._exclude.found_in(folded) for folded in fields] if self._exclude else []
        whole = {subject for subjects, _ in excluded for subject in subjects}
        stretches = [stretches for _, stretches in excluded] or [{} for _ in fields]
        failed: set[int] = set()
        if asked is not None and self._queries:
            subjects = {place[3] for places in found for place in places}
            failed = self._queries.refused_by(subjects, asked)
        for places, held in zip(found, stretches, strict=True):
            yield (
                (
                    place,
                    guard_reason(
                        place[3],
                        place[:2],
                        needs_context=place[4],
                        in_context=in_context,
                        whole=whole,
                        failed=failed,
                        held=held,
                    ),
                )
                for place in places
            )

    def _matches(self, field: Field, folded: Folded, places: list[_Found]) -> list[Match]:
        """Keep the longest of a subject's overlapping places, on the original characters."""
        text, ids, origins = folded.text, self.ids, folded.origins
        if len(places) > 1:
            places.sort(key=_END, reverse=True)
            places.sort(key=_START)
        reached: dict[int, int] = {}
        matches = []
        for start, end, rule, subject, _ in places:
            if start < reached.get(subject, 0):
                continue
            # Where each character comes from one of its own, as nearly always, this is all of `span`.
            first, behind = origins[start], origins[end]
            if behind != origins[end - 1] + 1 or (start and first == origins[start - 1]):
                span = folded.span(start, end)
                if span is None:
                    continue
                first, behind = span
            reached[subject] = end
            matches.append(Match(ids[subject], field, text[first:behind], first, behind, rule))
        return matches


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Look for no cycles meanwhile: among a million new objects that stay it takes half the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _near_phrases(patterns: Mapping[str, Sequence[Pattern]]) -> Iterator[NearPhrase]:
    """Give the written forms that may be misspelt or joined; all words of a name count as known."""
    for number, (words, known) in enumerate(patterns.items()):
        if len(known) == 1 and isinstance(pattern := known[0], TermPattern):
            whose = frozenset((pattern.subject,))
            yield NearPhrase(number, words, whose, pattern.spelling, pattern.compounds)
            continue
        terms = [pattern for pattern in known if isinstance(pattern, TermPattern)]
        yield NearPhrase(
            number,
            words,
            frozenset(pattern.subject for pattern in terms),
            _widest(pattern.spelling for pattern in terms),
            _widest(pattern.compounds for pattern in terms),
        )


def _widest(leeways: Iterable[Leeway]) -> Leeway:
    return max(leeways, key=("no", "safe", "always").index, default="no")


def _plain_term(patterns: Sequence[Pattern]) -> tuple[int, bool] | None:
    """Give subject and need of context of what is nothing but a term."""
    if len(patterns) != 1:
        return None
    (pattern,) = patterns
    if not isinstance(pattern, TermPattern):
        return None
    if pattern.is_tag or pattern.is_split or pattern.symbols:
        return None
    return pattern.subject, pattern.needs_context
