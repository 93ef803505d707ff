"""
Measure how well homonyms come apart, made by giving two brands one name.

`python -m tests.quality.relevance_homonyms` takes the tweets about two brands of
twitter_entity_sentiment.csv.gz, writes one made-up name wherever either is named, and teaches whose
it is (pseudo-words: Gale, Church and Yarowsky 1992). Seven mentions in ten are of the first brand, as
if the second were a word that the watchlist doesn't mean. Senses are far apart (a shop and a game, as
*Orange* the firm and the fruit) or near (two shooters). Nothing was chosen on these.
"""

import csv
import gzip
import sys
from pathlib import Path

import numpy as np

from collectors.watchlist import Watchlist
from enrichment.matching.subjects import SubjectMatcher
from enrichment.relevance.features import evidence_of, folded_words
from tests.quality.relevance import (
    CORPUS,
    KEY,
    SIZES,
    Figures,
    Tweet,
    bag_of_words,
    bagged,
    matcher_of,
    measured,
    taught,
)

NAME = "Brelovar"
PAIRS = {
    "far": (
        ("Amazon", "Borderlands"),
        ("Microsoft", "MaddenNFL"),
        ("Facebook", "RedDeadRedemption(RDR)"),
        ("johnson&johnson", "Cyberpunk2077"),
        ("Nvidia", "LeagueOfLegends"),
    ),
    "near": (
        ("Battlefield", "PlayerUnknownsBattlegrounds(PUBG)"),
        ("Microsoft", "Facebook"),
        ("Xbox(Xseries)", "Nvidia"),
    ),
}
_TURNS = 2
_TEST = 80
_MEANT = 0.7


def read_texts(path: Path = CORPUS) -> dict[str, list[str]]:
    """Read the tweets about each brand, the made-up name in the place of its own."""
    matcher_by_brand: dict[str, SubjectMatcher] = {}
    texts: dict[str, dict[tuple[str, ...], str]] = {}
    ids: set[str] = set()
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            brand = row["entity"]
            if row["tweet_id"] in ids or row["sentiment"] == "Irrelevant":
                continue
            ids.add(row["tweet_id"])
            if brand not in matcher_by_brand:
                matcher_by_brand[brand] = matcher_of(brand)
            if renamed := _renamed(row["text"], matcher_by_brand[brand]):
                start = tuple(folded_words(renamed)[:8])
                texts.setdefault(brand, {}).setdefault(start, renamed)
    return {brand: list(found.values()) for brand, found in texts.items()}


def _renamed(text: str, matcher: SubjectMatcher) -> str:
    """Write the made-up name for a brand's own; nothing where none is found."""
    parts, position = [], 0
    for match in matcher.find(text):
        parts += [text[position : match.start], NAME]
        position = match.end
    return "".join([*parts, text[position:]]) if parts else ""


def mixed(meant: list[str], other: list[str], turn: int) -> list[Tweet]:
    """Mix what is meant with what only shares the name, the same way for the same turn."""
    subject = {"id": "brand", "name": NAME, "facet": "brand", "terms": [NAME]}
    matcher = SubjectMatcher(Watchlist.model_validate({"subject": [subject]}).subject)
    rng = np.random.default_rng(turn)
    count = min(_TEST + max(SIZES), int(len(meant) / _MEANT), int(len(other) / (1 - _MEANT)))
    chosen = [
        *((meant[at], True) for at in rng.permutation(len(meant))[: round(count * _MEANT)]),
        *((other[at], False) for at in rng.permutation(len(other))[: round(count * (1 - _MEANT))]),
    ]
    return [
        Tweet(evidence_of("", text, matcher.find(text), KEY), bag_of_words(text), is_meant)
        for text, is_meant in (chosen[at] for at in rng.permutation(len(chosen)))
    ]


def main() -> None:
    """Print the learning curves."""
    if not CORPUS.exists():
        print(f"skipped: ../shared/data is absent: {CORPUS.name} not found")
        sys.exit(0)
    texts = read_texts()
    heading = f"{'AUC':>6} {'prec.':>7} {'recall':>7}"
    for kind, pairs in PAIRS.items():
        print(f"{kind} senses: {', '.join(f'{one} or {other}' for one, other in pairs)}")
        print(f"{'taught by':>10}   {'model':<25} {'bag of words':<25} all stand")
        print(f"{'':>10} {heading}    {heading}    {'prec.':>7}")
        for size in SIZES:
            found: list[tuple[Figures, Figures]] = []
            for turn in range(_TURNS):
                for one, other in pairs:
                    tweets = mixed(texts[one], texts[other], turn)
                    test, lessons = tweets[:_TEST], tweets[_TEST : _TEST + size]
                    found.append(
                        (measured(taught("a", lessons, {}), test), measured(bagged(lessons), test))
                    )
            ours, plain = (Figures(*np.mean([pair[at] for pair in found], axis=0)) for at in (0, 1))
            parts = [f"{f.auc:6.3f} {f.precision:7.3f} {f.recall:7.3f}" for f in (ours, plain)]
            print(f"{size:>10} {parts[0]}    {parts[1]}    {ours.baseline:7.3f}", flush=True)


if __name__ == "__main__":
    main()
