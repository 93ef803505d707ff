"""The flags of a text: each match's passage is read, each subject's flags are kept once."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from typing import NamedTuple

from enrichment.flags.finder import FlagFinder
from enrichment.flags.rules import Flag
from enrichment.matching.subjects import Match
from enrichment.passages import Passage

_MOST_PASSAGES = 10
"""Of one subject in one field: what is said of it further on is seldom of another kind."""


class SubjectFlag(NamedTuple):
    """What a text possibly is, or tells, about a subject; by characters of the whole field."""

    subject: str
    flag: Flag
    rule: str
    start: int
    end: int


def flag_matches(
    finder: FlagFinder,
    matches: Sequence[Match],
    passages: Sequence[Passage],
    people: Collection[str] = (),
) -> list[SubjectFlag]:
    """
    Flag the matches of one field.

    Args:
        finder: With the rules.
        matches: All of the field.
        passages: Of each match, in the same order.
        people: Subjects that are employees: about them nothing is flagged.

    Returns:
        Of each subject each flag at most once, where it stands first.
    """
    places = sorted((match.start, match.end, match.subject) for match in matches)
    starts = [start for start, _, _ in places]
    first: dict[tuple[str, Flag], SubjectFlag] = {}
    read: dict[str, set[tuple[int, str]]] = {}
    for match, passage in zip(matches, passages, strict=True):
        offset = match.start - passage.start
        known = read.setdefault(match.subject, set())
        if (
            match.subject in people
            or len(known) >= _MOST_PASSAGES
            or (offset, passage.text) in known
        ):
            continue
        known.add((offset, passage.text))
        here = places[
            bisect_left(starts, offset) : bisect_right(starts, offset + len(passage.text))
        ]
        found = finder.find(
            passage.text,
            language=passage.language,
            subjects=[(s - offset, e - offset) for s, e, who in here if who == match.subject],
            others=[(s - offset, e - offset) for s, e, who in here if who != match.subject],
        )
        for one in found:
            flag = SubjectFlag(
                match.subject, one.flag, one.rule, one.start + offset, one.end + offset
            )
            before = first.get((match.subject, one.flag))
            if before is None or flag[3:] < before[3:]:
                first[match.subject, one.flag] = flag
    return sorted(first.values(), key=lambda flag: (flag.start, flag.end, flag.subject, flag.flag))
