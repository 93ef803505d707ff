"""
Measure a tone model: `python -m tests.quality.tone [fast|accurate|NAME] [MOST] [SETS]`.

Prints macro-F1 over negative, neutral and positive (times 100) of the likeliest label beside the
bar, accuracy over all and over those not called uncertain, the expected calibration error, and
the speed. MOST texts of each set are read (3,000 unless said otherwise), of the sets whose name
contains SETS. None of these texts trained the models. `docs/quality.md` keeps the figures.
"""

import csv
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from enrichment.passages import Passage, passage_around
from enrichment.tone.choice import load_tone_model
from enrichment.tone.evaluation import Judged, evaluate
from enrichment.tone.model import LABELS, Tone
from tests.shared_data import SHARED_DATA

Labelled = tuple[Passage, str]
_NLP = SHARED_DATA / "nlp"
BARS: Mapping[str, Mapping[str, float]] = {
    "fast": {
        "UMSAB val en": 60,
        "UMSAB val fr": 62,
        "UMSAB val de": 64,
        "Dutch tweets": 52,
        "towards newsmtsc": 56,
        "towards tweets_dong": 56,
        "speed": 1_000,
    },
    "accurate": {
        "UMSAB val en": 65.5,
        "UMSAB val fr": 68,
        "UMSAB val de": 66,
        "Dutch tweets": 62,
        "towards newsmtsc": 62,
        "towards tweets_dong": 62,
        "speed": 20,
    },
}
_MOST = 3_000
_SHORT_NAMES = {"negative": "neg", "neutral": "neu", "positive": "pos"}
_LONG_NAMES = {"neg": "negative", "neu": "neutral", "pos": "positive"}


def test_sets() -> Iterator[tuple[str, list[Labelled]]]:
    """Yield (name, labelled passages)."""
    for language in ("en", "fr", "de", "es", "it", "pt"):
        path = _NLP / f"sentiment_umsab_{language}_val.jsonl"
        yield f"UMSAB val {language}", list(_posts(path, language))
    yield "Dutch tweets", list(_posts(_NLP / "sentiment_dutch_political_tweets.jsonl", "nl"))
    for language in ("nl", "fr", "en", "de"):
        path = _NLP / f"aspects_mabsa_{language}_dev.jsonl"
        yield f"reviews {language}", list(_reviews(path, language))
    for name in ("newsmtsc", "tweets_dong"):
        path = _NLP / f"targeted_{name}_train.jsonl"
        yield f"towards {name}", list(_targets(path))
        yield f"towards {name}, conflict", list(_targets(path, is_conflicting=True))
    path = SHARED_DATA / "corpora" / "us_airline_tweets_2015-02.csv"
    yield "airline tweets en", list(_airlines(path))


def macro_f1(truth: Sequence[str], found: Sequence[str]) -> float:
    """Mean over the labels of 2 TP / (2 TP + FP + FN), times 100."""
    total = 0.0
    for label in LABELS:
        hits = sum(t == f == label for t, f in zip(truth, found, strict=True))
        total += 2 * hits / max(1, truth.count(label) + found.count(label))
    return 100 * total / len(LABELS)


def likeliest(tone: Tone) -> str:
    """Name the label with the largest probability, sure or not."""
    probabilities = (tone.p_negative, tone.p_neutral, tone.p_positive)
    return LABELS[probabilities.index(max(probabilities))]


def main(name: str = "fast", most: str = str(_MOST), sets: str = "") -> int:
    if not SHARED_DATA.exists():
        print(f"nothing to measure: {SHARED_DATA} is absent")
        return 0
    model = load_tone_model(name)
    model.judge([Passage(text="warm", start=0, end=0, language="en")])
    bars = BARS.get(name, {})
    print(f"{model.name}")
    print(
        f"{'texts':<26}{'n':>6}{'F1':>7}{'bar':>6}{'right':>7}{'unsure':>8}{'right if sure':>15}{'ECE':>6}"
    )
    count, spent = 0, 0.0
    for test_set, everything in test_sets():
        labelled = Random(5).sample(everything, min(int(most), len(everything)))
        if not labelled or sets not in test_set:
            continue
        truth = [label for _, label in labelled]
        began = time.process_time()
        tones = model.judge([passage for passage, _ in labelled])
        spent += time.process_time() - began
        count += len(labelled)
        figures = evaluate(
            [
                Judged(
                    truth=_SHORT_NAMES[label],
                    p=(tone.p_negative, tone.p_neutral, tone.p_positive),
                    is_uncertain=tone.label == "uncertain",
                )
                for label, tone in zip(truth, tones, strict=True)
            ]
        )
        print(
            f"{test_set:<26}{len(truth):>6}{macro_f1(truth, [likeliest(t) for t in tones]):>7.1f}"
            f"{bars.get(test_set, ''):>6}{100 * figures.accuracy:>7.1f}"
            f"{100 * figures.uncertain:>8.1f}{100 * (figures.accuracy_if_certain or 0):>15.1f}"
            f"{100 * figures.ece:>6.1f}",
            flush=True,
        )
    print(f"{count / spent:,.0f} passages per CPU second (bar: {bars.get('speed', 'none')})")
    return 0


def _posts(path: Path, language: str) -> Iterator[Labelled]:
    for row in map(json.loads, path.read_text("utf-8").splitlines()):
        yield _whole(row["text"], language), _LONG_NAMES[row["label"]]


def _reviews(path: Path, language: str) -> Iterator[Labelled]:
    """Take the sentences whose aspects agree."""
    for row in map(json.loads, path.read_text("utf-8").splitlines()):
        labels = {aspect["label"] for aspect in row["aspects"]}
        if len(labels) == 1 and (label := labels.pop()) in _LONG_NAMES:
            yield _whole(row["text"], language), _LONG_NAMES[label]


def _targets(path: Path, *, is_conflicting: bool = False) -> Iterator[Labelled]:
    """Take the sentences with a target; or only those with targets of different labels."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    labels: dict[str, set[str]] = {}
    for row in rows:
        labels.setdefault(row["text"], set()).add(row["label"])
    for row in rows:
        if is_conflicting and len(labels[row["text"]]) == 1:
            continue
        passage = passage_around(row["text"], row["start"], row["end"], language="en")
        yield passage, _LONG_NAMES[row["label"]]


def _airlines(path: Path) -> Iterator[Labelled]:
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield _whole(row["text"], "en"), row["airline_sentiment"]


def _whole(text: str, language: str) -> Passage:
    return Passage(text=text, start=0, end=0, language=language)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
