"""
Measure precision and recall of matching on cases written beforehand.

`python -m tests.quality.matching` prints both for each half of the cases; with `--mistakes`
what went wrong in the first half. The second half is looked at in sums only: rules are mended
by the first. A case is in the first half if the CRC of its text is even.
"""

import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple
from zlib import crc32

import typer

from collectors.watchlist import Watchlist
from enrichment.matching.subjects import SubjectMatcher

CASES = Path(__file__).parent / "match_cases"
PRECISION_BAR = 0.98
RECALL_BAR = 0.97
_MARKED = re.compile(r"⟦(?P<subject>[a-z0-9-]+)\|(?P<form>.*?)⟧", re.DOTALL)

Place = tuple[str, int, int]
"""Subject, start, end."""


class Case(NamedTuple):
    """A text and what must be found in it."""

    language: str
    about: str
    text: str
    expected: frozenset[Place]

    @property
    def half(self) -> int:
        """0: rules may be mended by it; 1: measured only."""
        return crc32(self.text.encode("utf-8")) % 2


class Counts(NamedTuple):
    """Right, wrongly found and missed places."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of what was found that is right."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of what is right that was found."""
        return self.right / max(1, self.right + self.missed)


def read_subjects() -> SubjectMatcher:
    """Build the matcher for the cases' watchlist."""
    document = tomllib.loads((CASES / "subjects.toml").read_text(encoding="utf-8"))
    return SubjectMatcher(Watchlist.model_validate(document).subject)


def read_cases() -> Iterator[Case]:
    """Read all cases, file by file."""
    for path in sorted(CASES.glob("??.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        for group in document["group"]:
            for marked in group["texts"]:
                text, expected, position = "", set(), 0
                for mark in _MARKED.finditer(marked):
                    text += marked[position : mark.start()]
                    expected.add((mark["subject"], len(text), len(text) + len(mark["form"])))
                    text += mark["form"]
                    position = mark.end()
                text += marked[position:]
                yield Case(document["language"], group["about"], text, frozenset(expected))


def places_in(matcher: SubjectMatcher, text: str) -> frozenset[Place]:
    """Match one text."""
    return frozenset((match.subject, match.start, match.end) for match in matcher.find(text))


def count(found: list[tuple[Case, frozenset[Place]]]) -> Counts:
    """Add up what was right and wrong."""
    return Counts(
        sum(len(case.expected & places) for case, places in found),
        sum(len(places - case.expected) for case, places in found),
        sum(len(case.expected - places) for case, places in found),
    )


def measure(half: int) -> Counts:
    """Count over one half of the cases."""
    matcher = read_subjects()
    return count([(c, places_in(matcher, c.text)) for c in read_cases() if c.half == half])


def main(
    mistakes: Annotated[bool, typer.Option(help="List the first half's mistakes.")] = False,
) -> None:
    """Print the tables; exit code 1 if a bar is missed on the second half."""
    matcher = read_subjects()
    found = [(case, places_in(matcher, case.text)) for case in read_cases()]
    halves = [[pair for pair in found if pair[0].half == half] for half in (0, 1)]
    typer.echo(f"{'cases':<60}{'texts':>6}{'names':>7}{'precision':>11}{'recall':>8}")
    for half, label in ((0, "half for mending"), (1, "half kept unseen")):
        groups: dict[str, list[tuple[Case, frozenset[Place]]]] = defaultdict(list)
        for pair in halves[half]:
            groups[pair[0].language].append(pair)
            groups[pair[0].about].append(pair)
        for name, pairs in [*sorted(groups.items()), (label, halves[half])]:
            _print_line(name if name == label else f"  {name}", pairs)
    if mistakes:
        for case, places in halves[0]:
            for subject, start, end in sorted(places - case.expected):
                typer.echo(f"wrong:  {subject} {case.text[start:end]!r} in {case.text!r}")
            for subject, start, end in sorted(case.expected - places):
                typer.echo(f"missed: {subject} {case.text[start:end]!r} in {case.text!r}")
    unseen = count(halves[1])
    if unseen.precision < PRECISION_BAR or unseen.recall < RECALL_BAR:
        sys.exit(1)


def _print_line(label: str, pairs: list[tuple[Case, frozenset[Place]]]) -> None:
    counts = count(pairs)
    names = counts.right + counts.missed
    typer.echo(
        f"{label:<60}{len(pairs):>6}{names:>7}{counts.precision:>11.3f}{counts.recall:>8.3f}"
    )


if __name__ == "__main__":
    typer.run(main)
