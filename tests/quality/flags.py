"""
Measure the precision and recall of the flags on sentences written before and after the rules.

`python -m tests.quality.flags` prints both for each flag and language, and what the labels of
airline tweets say of complaints and praise; with `--mistakes` each error of the former. `flag_cases`
holds sentences that the author knew while writing the rules; `flag_cases_later.toml` those written
afterwards, by which no rule was mended. Four languages, all about Acme.
"""

import csv
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from collectors.watchlist import Watchlist
from enrichment.flags.finder import FlagFinder
from enrichment.flags.matches import flag_matches
from enrichment.flags.rules import FLAGS, FlagSettings
from enrichment.keyphrases.matches import phrase_matches
from enrichment.matching.subjects import SubjectMatcher
from enrichment.passages import passage_around

CASES = Path(__file__).parent / "flag_cases"
PRECISION_BAR = 0.9
_AIRLINES = ("VirginAmerica", "united", "SouthwestAir", "JetBlue", "USAirways", "AmericanAir")


class Case(NamedTuple):
    """A sentence and the flags that it may carry."""

    language: str
    text: str
    expected: frozenset[str]


def read_cases() -> Iterator[Case]:
    """Read all sentences, file by file."""
    for path in sorted(CASES.glob("??.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        language = document.pop("language")
        for flags, texts in document.items():
            expected = frozenset(flags.split()) - {"none"}
            for text in texts:
                yield Case(language, text, expected)


def read_later_cases() -> Iterator[Case]:
    """Read the sentences that were written after the rules."""
    path = CASES.with_name("flag_cases_later.toml")
    for language, groups in tomllib.loads(path.read_text(encoding="utf-8")).items():
        for flags, texts in groups.items():
            for text in texts:
                yield Case(language, text, frozenset(flags.split()) - {"none"})


def matcher_for(*names: str) -> SubjectMatcher:
    """Build a matcher that knows nothing but these names."""
    subjects = [
        {"id": name.lower(), "name": name, "facet": "brand", "terms": [name]} for name in names
    ]
    return SubjectMatcher(Watchlist.model_validate({"subject": subjects}).subject)


def flags_of(finder: FlagFinder, matcher: SubjectMatcher, text: str, language: str) -> set[str]:
    """Flag one text as the enrichment does: the passage around each match."""
    found: set[str] = set()
    matches = matcher.find(text)
    for match in matches:
        passage = passage_around(text, match.start, match.end, language=language)
        offset = match.start - passage.start
        names = [(m.start - offset, m.end - offset) for m in matches]
        flagged = finder.find(passage.text, language=language, subjects=names)
        found |= {one.flag for one in flagged}
    return found


def measure(cases: list[Case]) -> dict[str, tuple[int, int, int]]:
    """Count right, wrong and missed by flag."""
    finder = FlagFinder(FlagSettings().rules())
    matcher = matcher_for("Acme")
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for case in cases:
        found = flags_of(finder, matcher, case.text, case.language)
        right.update(case.expected & found)
        wrong.update(found - case.expected)
        missed.update(case.expected - found)
    return {flag: (right[flag], wrong[flag], missed[flag]) for flag in FLAGS}


def airline_shares(path: Path) -> dict[str, tuple[int, Counter[str]]]:
    """Count the labelled sentiment of the tweets that carry each flag."""
    finder = FlagFinder(FlagSettings().rules())
    matcher = matcher_for(*_AIRLINES)
    labels: dict[str, Counter[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for flag in flags_of(finder, matcher, row["text"], "en"):
                labels.setdefault(flag, Counter())[row["airline_sentiment"]] += 1
    return {flag: (count.total(), count) for flag, count in labels.items()}


def speed(path: Path) -> tuple[float, float]:
    """Time flags and keyphrases, each once before: CPU microseconds a passage."""
    finder, matcher = FlagFinder(FlagSettings().rules()), matcher_for(*_AIRLINES)
    tasks = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in islice(csv.DictReader(file), 3_000):
            text = row["text"]
            if matches := matcher.find(text):
                passages = [passage_around(text, m.start, m.end, language="en") for m in matches]
                tasks.append((matches, passages))
    passages_read = sum(len(matches) for matches, _ in tasks)
    times = []
    for _ in range(2):
        begun = time.process_time()
        for matches, passages in tasks:
            flag_matches(finder, matches, passages)
        between = time.process_time()
        for matches, passages in tasks:
            phrase_matches(matches, passages)
        times = [between - begun, time.process_time() - between]
    return times[0] / passages_read * 1e6, times[1] / passages_read * 1e6


def main(
    mistakes: Annotated[bool, typer.Option(help="List each error.")] = False,
) -> None:
    """Print the tables; exit code 1 if the precision of all flags together is under the bar."""
    from tests.shared_data import SHARED_DATA

    cases = list(read_cases())
    print(f"{'flag':<16}{'right':>6}{'wrong':>6}{'missed':>7}{'precision':>11}{'recall':>8}")
    parts = {"all": cases} | {
        lang: [case for case in cases if case.language == lang] for lang in ("nl", "fr", "en", "de")
    }
    counts = measure(cases)
    for flag, (right, wrong, missed) in counts.items():
        _print_line(flag, right, wrong, missed)
    sums = {}
    for name, part in parts.items():
        columns = zip(*measure(part).values(), strict=True)
        sums[name] = tuple(map(sum, columns))
        _print_line(name, *sums[name])
    if mistakes:
        _print_mistakes(cases)
    later = zip(*measure(list(read_later_cases())).values(), strict=True)
    _print_line("written later", *map(sum, later))
    path = SHARED_DATA / "corpora" / "us_airline_tweets_2015-02.csv"
    if path.exists():
        for flag, (total, labels) in sorted(airline_shares(path).items()):
            print(f"airline tweets: {flag:<16}{total:>6}  {dict(labels.most_common())}")
        print("CPU microseconds a passage: flags {:.0f}, keyphrases {:.0f}".format(*speed(path)))
    else:
        print("airline tweets: ../shared/data is absent")
    right, wrong, _ = sums["all"]
    if right / max(1, right + wrong) < PRECISION_BAR:
        sys.exit(1)


def _print_line(name: str, right: int, wrong: int, missed: int) -> None:
    precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
    print(f"{name:<16}{right:>6}{wrong:>6}{missed:>7}{precision:>11.3f}{recall:>8.3f}")


def _print_mistakes(cases: list[Case]) -> None:
    finder, matcher = FlagFinder(FlagSettings().rules()), matcher_for("Acme")
    for case in cases:
        found = flags_of(finder, matcher, case.text, case.language)
        for flag in sorted(found - case.expected):
            print(f"wrong:  {flag} in {case.text!r}")
        for flag in sorted(case.expected - found):
            print(f"missed: {flag} in {case.text!r}")


if __name__ == "__main__":
    typer.run(main)
