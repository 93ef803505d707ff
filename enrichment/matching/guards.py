"""What must stand beside a name, and what must not: context words and exclude phrases."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import accumulate

from collectors.watchlist import Subject
from enrichment.matching.boundaries import is_camel_edge, is_unspaced, is_word, may_begin, may_end
from enrichment.matching.finder import PhraseFinder
from enrichment.matching.folding import Folded
from enrichment.matching.patterns import Pattern, term_patterns
from enrichment.matching.written_forms import written_forms
from enrichment.matching.zones import Zones

QUERY_FAILS = "its query does not hold for the text"
STEM_LETTERS = 4
"""A context word of so many letters may go on: bier, bieren, bierliefhebber."""


class ContextWords:
    """Which subjects' context words a text has."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self._subjects_by_word: dict[str, set[int]] = {}
        for number, subject in enumerate(subjects):
            for context in subject.context:
                for form in written_forms(context):
                    if not form.is_tag:
                        self._subjects_by_word.setdefault(form.words, set()).add(number)
        self._words = list(self._subjects_by_word)
        self._finder = PhraseFinder(self._words, are_stems=True)

    def __bool__(self) -> bool:
        return bool(self._finder)

    def subjects_in(self, folded: Folded) -> set[int]:
        """Find the subjects (by their place in the list) that have a context word in *folded*."""
        found: set[int] = set()
        zones = Zones(folded)
        for number, start, end in self._finder.find(folded):
            subjects = self._subjects_by_word[self._words[number]]
            if not subjects <= found and _stands_as_context(folded, start, end, zones):
                found |= subjects
        return found


class Stretches:
    """Stretches of a text, asked by the thousand."""

    def __init__(self, stretches: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(stretches)
        self._starts = [start for start, _ in ordered]
        self._reached = list(accumulate((end for _, end in ordered), max))

    def hold(self, start: int, end: int) -> bool:
        """Tell whether one of the stretches holds [start, end)."""
        before = bisect_right(self._starts, start)
        return before > 0 and end <= self._reached[before - 1]


class ExcludePhrases:
    """Which occurrences, or which whole texts, a subject's exclude phrases rule out."""

    def __init__(self, subjects: Sequence[Subject], naming: Collection[tuple[int, str]]) -> None:
        """
        Prepare the search.

        Args:
            subjects: The list.
            naming: (place in the list, phrase) of phrases that contain a name of their subject.
        """
        self._by_words: dict[str, list[tuple[Pattern, bool]]] = {}
        for number, subject in enumerate(subjects):
            for phrase in subject.exclude:
                is_naming = (number, phrase) in naming
                for words, pattern in term_patterns(number, subject, phrase):
                    self._by_words.setdefault(words, []).append((pattern, is_naming))
        self._words = list(self._by_words)
        self._finder = PhraseFinder(self._words)

    def __bool__(self) -> bool:
        return bool(self._finder)

    def found_in(self, folded: Folded) -> tuple[set[int], dict[int, Stretches]]:
        """
        Find the phrases.

        Returns:
            The subjects that are ruled out altogether, and for others the
            stretches of `Folded.plain` inside which no occurrence counts.
        """
        zones = Zones(folded)
        whole: set[int] = set()
        found: dict[int, list[tuple[int, int]]] = {}
        for number, start, end in self._finder.find(folded):
            for pattern, is_naming in self._by_words[self._words[number]]:
                place = pattern.place(folded, start, end, zones)
                if place is None:
                    continue
                if is_naming:
                    found.setdefault(pattern.subject, []).append(place[:2])
                else:
                    whole.add(pattern.subject)
        return whole, {subject: Stretches(places) for subject, places in found.items()}


def guard_reason(
    subject: int,
    place: tuple[int, int],
    *,
    needs_context: bool,
    in_context: Collection[int],
    whole: Collection[int],
    failed: Collection[int],
    held: Mapping[int, Stretches],
) -> str:
    """
    Decide on one place of a subject.

    Args:
        subject: Its place in the list.
        place: Start and end in `Folded.plain`.
        needs_context: Whether the name counts beside a context word only.
        in_context: Subjects with a context word in the text.
        whole: Subjects that an exclude phrase rules out altogether.
        failed: Subjects whose query does not hold for the text.
        held: Per subject the stretches inside which nothing counts.

    Returns:
        Why the place does not count; empty if it does.
    """
    if needs_context and subject not in in_context:
        return "none of its context words stands in the text"
    if subject in whole:
        return "an exclude phrase rules the whole text out"
    if subject in held and held[subject].hold(*place):
        return "part of an exclude phrase"
    if subject in failed:
        return QUERY_FAILS
    return ""


def _stands_as_context(folded: Folded, start: int, end: int, zones: Zones) -> bool:
    plain = folded.plain
    is_stem = end - start >= STEM_LETTERS or is_unspaced(plain[start])
    zone = zones.at(start)
    if zone is not None and zone.kind == "hashtag":
        return is_stem or (is_camel_edge(folded, start) and is_camel_edge(folded, end))
    begins = not is_word(plain[start - 1]) or may_begin(folded, start)
    return begins and (is_stem or may_end(folded, start, end))
