"""The keyphrases of a text: around each match, for each subject once."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from collectors.watchlist import Subject
from enrichment.keyphrases.extraction import keyphrases
from enrichment.matching.folding import fold
from enrichment.matching.subjects import Match
from enrichment.passages import Passage

MOST_PHRASES = 24
"""Of one subject in one field."""
_MOST_PASSAGES = 3
_FEWEST_LETTERS = 3


class SubjectPhrase(NamedTuple):
    """A phrase that a text uses around a subject's name."""

    subject: str
    phrase: str
    key: str


def phrase_matches(
    matches: Sequence[Match],
    passages: Sequence[Passage],
    *,
    people: Collection[str] = (),
    persons: Iterable[tuple[int, int]] = (),
    private_words: frozenset[str] = frozenset(),
) -> list[SubjectPhrase]:
    """
    Find the keyphrases around the matches of one field.

    Args:
        matches: All of the field.
        passages: Of each match, in the same order.
        people: Subjects that are employees: none are kept of them.
        persons: Spans of persons' names in the field, as a pipeline found them.
        private_words: Of `private_words_of`.

    Returns:
        At most `MOST_PHRASES` of each subject, each key once.
    """
    names = sorted([*((match.start, match.end) for match in matches), *persons])
    starts = [start for start, _ in names]
    known: dict[tuple[int, str], list[tuple[str, str]]] = {}
    of_subject: dict[str, dict[str, str]] = {}
    read: dict[str, set[tuple[int, str]]] = {}
    for match, passage in zip(matches, passages, strict=True):
        if match.subject in people:
            continue
        offset = match.start - passage.start
        where = (offset, passage.text)
        seen = read.setdefault(match.subject, set())
        if where in seen or len(seen) >= _MOST_PASSAGES:
            continue
        seen.add(where)
        if where not in known:
            first = max(0, bisect_left(starts, offset) - 1)
            here = names[first : bisect_right(starts, offset + len(passage.text))]
            known[where] = [
                (one.phrase, one.key)
                for one in keyphrases(
                    passage.text,
                    language=passage.language,
                    names=[(start - offset, end - offset) for start, end in here],
                    private_words=private_words,
                )
            ]
        phrases = of_subject.setdefault(match.subject, {})
        for phrase, key in known[where]:
            if len(phrases) < MOST_PHRASES:
                phrases.setdefault(key, phrase)
    return [
        SubjectPhrase(subject, phrase, key)
        for subject, phrases in of_subject.items()
        for key, phrase in phrases.items()
    ]


def private_words_of(subjects: Iterable[Subject]) -> frozenset[str]:
    """List the words of employees' names, folded, whether or not they may be looked for."""
    return frozenset(
        word
        for subject in subjects
        if subject.facet == "employee"
        for name in (subject.name, *subject.terms)
        for word in fold(name).replace("-", " ").split()
        if len(word) >= _FEWEST_LETTERS
    )
