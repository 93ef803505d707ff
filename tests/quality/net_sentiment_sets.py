"""Labelled texts that net sentiment is measured on, by kind of text, subject and day."""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from enrichment.passages import Passage, passage_around
from tests.shared_data import SHARED_DATA

_NLP = SHARED_DATA / "nlp"
_CORPORA = SHARED_DATA / "corpora"
_SHORT = ("neg", "neu", "pos")


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelledPassage:
    """A passage, what people said of its tone, and when it was said of whom."""

    passage: Passage
    label: int
    """0 negative, 1 neutral, 2 positive."""
    period: str
    """Subject and day, where both are known; else empty."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelledSet:
    """Passages of one kind; sets of one corpus were labelled by the same rules."""

    name: str
    corpus: str
    passages: list[LabelledPassage]


def labelled_sets() -> Iterator[LabelledSet]:
    """Read all sets at hand; none of their texts trained the models that ship."""
    for language in ("en", "fr", "de", "es", "it", "pt"):
        path = _NLP / f"sentiment_umsab_{language}_val.jsonl"
        yield _set(f"tweets {language}", "UMSAB", _posts(path, language))
    path = _NLP / "sentiment_dutch_political_tweets.jsonl"
    yield _set("political tweets nl", "Dutch tweets", _posts(path, "nl"))
    for language in ("nl", "fr", "en", "de"):
        path = _NLP / f"aspects_mabsa_{language}_dev.jsonl"
        yield _set(f"reviews {language}", "M-ABSA", _reviews(path, language))
    for name in ("newsmtsc", "tweets_dong"):
        path = _NLP / f"targeted_{name}_train.jsonl"
        yield _set(f"towards names, {name}", name, _targets(path))
    yield _set("airlines", "airlines", _airlines(_CORPORA / "us_airline_tweets_2015-02.csv"))
    yield _set("brands", "entities", _entities(_CORPORA / "twitter_entity_sentiment.csv.gz"))
    yield _set("computer firms", "Sanders", _firms(_CORPORA / "sanders_2011.csv"))
    yield _set("products at a fair", "SXSW", _products(_CORPORA / "sxsw_brands_products.csv"))
    yield _set("one firm", "Apple", _apple(_CORPORA / "apple_dfe_2014-12.csv"))


def _set(name: str, corpus: str, passages: Iterable[LabelledPassage]) -> LabelledSet:
    return LabelledSet(name=name, corpus=corpus, passages=list(passages))


def _posts(path: Path, language: str) -> Iterator[LabelledPassage]:
    for row in map(json.loads, path.read_text("utf-8").splitlines()):
        yield _labelled(row["text"], row["label"], language)


def _reviews(path: Path, language: str) -> Iterator[LabelledPassage]:
    """Take the sentences whose aspects agree."""
    for row in map(json.loads, path.read_text("utf-8").splitlines()):
        labels = {aspect["label"] for aspect in row["aspects"]}
        if len(labels) == 1 and (label := labels.pop()) in _SHORT:
            yield _labelled(row["text"], label, language)


def _targets(path: Path) -> Iterator[LabelledPassage]:
    for row in map(json.loads, path.read_text("utf-8").splitlines()):
        yield LabelledPassage(
            passage=passage_around(row["text"], row["start"], row["end"], language="en"),
            label=_SHORT.index(row["label"]),
            period="",
        )


def _airlines(path: Path) -> Iterator[LabelledPassage]:
    for row in _rows(path):
        handle = row["airline"].replace(" ", "")
        period = f"{handle} {row['tweet_created'][:10]}"
        yield _labelled(row["text"], row["airline_sentiment"][:3], "en", period, name=handle)


def _entities(path: Path) -> Iterator[LabelledPassage]:
    """Take the first variant of each tweet that is about its brand."""
    seen = set()
    for row in _rows(path):
        label = row["sentiment"].casefold()[:3]
        if label in _SHORT and row["tweet_id"] not in seen:
            seen.add(row["tweet_id"])
            name = row["entity"].partition("(")[0]
            yield _labelled(row["text"], label, "en", name=name)


def _firms(path: Path) -> Iterator[LabelledPassage]:
    for row in _rows(path):
        label = row["Sentiment"][:3]
        if label in _SHORT:
            period = f"{row['Topic']} {row['TweetDate'][4:10]}"
            yield _labelled(row["TweetText"], label, "en", period, name=row["Topic"])


def _products(path: Path) -> Iterator[LabelledPassage]:
    labels = {"Negative": "neg", "No": "neu", "Positive": "pos"}
    for row in _rows(path):
        said = row["is_there_an_emotion_directed_at_a_brand_or_product"].partition(" ")[0]
        if said in labels:
            name = row["emotion_in_tweet_is_directed_at"].partition(" ")[0]
            yield _labelled(row["tweet_text"], labels[said], "en", name=name)


def _apple(path: Path) -> Iterator[LabelledPassage]:
    labels = {"1": "neg", "3": "neu", "5": "pos"}
    for row in _rows(path):
        if row["sentiment"] in labels:
            period = f"Apple {row['date'][4:10]}"
            yield _labelled(row["text"], labels[row["sentiment"]], "en", period, name="Apple")


def _labelled(
    text: str, label: str, language: str, period: str = "", *, name: str = ""
) -> LabelledPassage:
    """Judge the tone towards *name* where the text has it, as it is done for mentions."""
    start = text.casefold().find(name.strip().casefold()) if name.strip() else -1
    if start < 0 or len(text.casefold()) != len(text):
        passage = Passage(text=text, start=0, end=0, language=language)
    else:
        passage = passage_around(text, start, start + len(name.strip()), language=language)
    return LabelledPassage(passage=passage, label=_SHORT.index(label), period=period)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    yield from csv.DictReader(io.StringIO(raw.decode("utf-8", "replace"), newline=""))
