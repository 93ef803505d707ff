"""
Measure the tone model that ships: `python -m tests.quality.tone`.

Prints macro-F1 over negative, neutral and positive (times 100) of the likeliest label,
accuracy over all and over those not called uncertain, and the speed. None of these texts
trained the model. `docs/quality.md` keeps the figures.
"""

import csv
import json
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from enrichment.passages import Passage, passage_around
from enrichment.tone import LABELS, Tone, default_tone_model
from tests.shared_data import SHARED_DATA

Labelled = tuple[Passage, str]
_NLP = SHARED_DATA / "nlp"
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
        yield f"towards {name}", list(islice(_targets(_NLP / f"targeted_{name}_train.jsonl"), 3000))
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


def main() -> int:
    if not SHARED_DATA.exists():
        print(f"nothing to measure: {SHARED_DATA} is absent")
        return 0
    model = default_tone_model()
    model.judge([Passage(text="warm", start=0, end=0, language="en")])
    print(f"{model.name}")
    print(f"{'texts':<22}{'n':>6}{'F1':>7}{'right':>7}{'unsure':>8}{'right if sure':>15}")
    count, spent = 0, 0.0
    for name, labelled in test_sets():
        truth = [label for _, label in labelled]
        began = time.process_time()
        tones = model.judge([passage for passage, _ in labelled])
        spent += time.process_time() - began
        count += len(labelled)
        found = [likeliest(tone) for tone in tones]
        right = [t == f for t, f in zip(truth, found, strict=True)]
        sure = [hit for hit, tone in zip(right, tones, strict=True) if tone.label != "uncertain"]
        print(
            f"{name:<22}{len(truth):>6}{macro_f1(truth, found):>7.1f}"
            f"{100 * sum(right) / len(right):>7.1f}{100 * (1 - len(sure) / len(right)):>8.1f}"
            f"{100 * sum(sure) / len(sure):>15.1f}"
        )
    print(f"{count / spent:,.0f} passages per CPU second")
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


def _targets(path: Path) -> Iterator[Labelled]:
    for row in map(json.loads, path.read_text("utf-8").splitlines()):
        passage = passage_around(row["text"], row["start"], row["end"], language="en")
        yield passage, _LONG_NAMES[row["label"]]


def _airlines(path: Path) -> Iterator[Labelled]:
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield _whole(row["text"], "en"), row["airline_sentiment"]


def _whole(text: str, language: str) -> Passage:
    return Passage(text=text, start=0, end=0, language=language)


if __name__ == "__main__":
    sys.exit(main())
