"""
Measure subject matching beside spaCy's PhraseMatcher, in one run on the same texts.

Ours reads the raw strings; the other needs a Doc of each. Bars: ten times its speed on
articles, three times on short posts, and every hit (text, subject) of the other is ours, too.
"""

import sys
import time
from collections.abc import Callable, Sequence

import spacy
import typer
from ahocorasick_rs import AhoCorasick
from spacy.matcher import PhraseMatcher

from collectors.watchlist import Subject
from enrichment.matching.subjects import SubjectMatcher
from tests.bench.corpora import (
    articles,
    invented_names,
    names_in,
    short_posts,
    subjects_named,
)
from tests.shared_data import SHARED_DATA

TERMS = 5_000
MANY = 5_000
MANY_TERMS = 50_000
LOAD_BAR_S = 2
POSTS = 20_000
ARTICLES = 600
ROUNDS = 3
Hits = set[tuple[int, str]]
Work = Callable[[Sequence[str]], Hits]


def phrase_matcher(names: Sequence[str]) -> Work:
    """Build spaCy's way: a blank tokenizer for all languages, then a PhraseMatcher on LOWER."""
    nlp = spacy.blank("xx")
    nlp.max_length = 10_000_000
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    for number, name in enumerate(names):
        matcher.add(f"subject-{number}", [nlp.make_doc(name)])

    def hits(texts: Sequence[str]) -> Hits:
        return {
            (number, nlp.vocab.strings[label])
            for number, doc in enumerate(nlp.pipe(texts))
            for label, _, _ in matcher(doc)
        }

    return hits


def subject_matcher(names: Sequence[str]) -> Work:
    """Build ours."""
    matcher = SubjectMatcher(subjects_named(names))

    def hits(texts: Sequence[str]) -> Hits:
        return {
            (number, match.subject)
            for number, text in enumerate(texts)
            for match in matcher.find(text)
        }

    return hits


def missed_hits(texts: Sequence[str], names: Sequence[str]) -> list[tuple[str, str]]:
    """List (name, text) that the PhraseMatcher finds and we don't."""
    missed = phrase_matcher(names)(texts) - subject_matcher(names)(texts)
    return sorted(
        (names[int(subject.removeprefix("subject-"))], texts[number]) for number, subject in missed
    )


def cpu_seconds(work: Work, texts: Sequence[str]) -> tuple[float, Hits]:
    """Run *work* and tell the CPU seconds it took."""
    begun = time.process_time()
    result = work(texts)
    return time.process_time() - begun, result


def compare(label: str, texts: Sequence[str], names: Sequence[str], bar: float) -> bool:
    """Print one line of the table; tell whether the bar is reached and nothing is missed."""
    ours, theirs = subject_matcher(names), phrase_matcher(names)
    our_s, our_hits = min((cpu_seconds(ours, texts) for _ in range(ROUNDS)), key=_seconds)
    their_s, their_hits = cpu_seconds(theirs, texts)
    missed = their_hits - our_hits
    typer.echo(
        f"{label:<22}{len(texts):>7,}{len(names):>7,}{len(texts) / our_s:>12,.0f}"
        f"{len(texts) / their_s:>14,.0f}{their_s / our_s:>8.1f}{bar:>6.0f}"
        f"{len(our_hits):>10,}{len(their_hits):>10,}{len(missed):>8,}"
    )
    for number, subject in sorted(missed)[:10]:
        name = names[int(subject.removeprefix("subject-"))]
        at = max(0, texts[number].lower().find(name.lower()) - 30)
        typer.echo(f"  missed: {name!r}, perhaps in {texts[number][at : at + 80]!r}")
    return their_s / our_s >= bar and not missed


def _seconds(measured: tuple[float, Hits]) -> float:
    return measured[0]


def main() -> int:
    """Print the table; 1 if a bar is missed."""
    if not SHARED_DATA.exists():
        typer.echo("skipped: ../shared/data is absent")
        return 0
    posts, news = short_posts(POSTS), articles(ARTICLES)
    names = names_in(posts, TERMS, seed=5)
    typer.echo(
        f"{'texts':<22}{'n':>7}{'terms':>7}{'ours/CPU-s':>12}{'theirs/CPU-s':>14}"
        f"{'ratio':>8}{'bar':>6}{'our hits':>10}{'theirs':>10}{'missed':>8}"
    )
    reached = [
        compare("articles, 600 words", news, names_in(news, TERMS, seed=5), bar=10),
        compare("short posts", posts, names, bar=3),
        compare("  of them ASCII", [text for text in posts if text.isascii()], names, bar=3),
        compare("  of them folded", [text for text in posts if not text.isascii()], names, bar=3),
    ]
    reached.append(measure_many(posts))
    return 0 if all(reached) else 1


def measure_many(posts: Sequence[str]) -> bool:
    """Print how fast 5,000 subjects with 50,000 invented terms load and match, misspellings on."""
    names = invented_names(MANY_TERMS, seed=5)
    subjects = [
        Subject(id=f"subject-{n}", name=names[n], facet="brand", terms=tuple(names[n::MANY]))
        for n in range(MANY)
    ]
    begun = time.process_time()
    matcher = SubjectMatcher(subjects)
    load_s = time.process_time() - begun
    plain = AhoCorasick([name.lower() for name in names])
    typer.echo(f"{MANY:,} subjects, {len(names):,} terms loaded in {load_s:.2f} CPU s (bar: 2)")
    is_fast = load_s < LOAD_BAR_S
    half = len(posts) // 2
    for words, texts in (("first words", posts[:half]), ("later", posts[half:])):
        for label, bar, some in (
            ("ASCII", 50_000, [text for text in texts if text.isascii()]),
            ("folded", 15_000, [text for text in texts if not text.isascii()]),
        ):
            rates = []
            for work in (
                matcher.find,
                lambda text: plain.find_matches_as_indexes(text.lower(), overlapping=True),
            ):
                begun = time.process_time()
                for text in some:
                    work(text)
                rates.append(len(some) / (time.process_time() - begun))
            typer.echo(
                f"  {label:<8}{words:<13}{rates[0]:>9,.0f} texts/CPU-s (bar: {bar:,}); "
                f"plain ahocorasick_rs {rates[1]:,.0f}"
            )
            is_fast &= rates[0] >= bar or words == "first words"
    return is_fast


if __name__ == "__main__":
    sys.exit(main())
