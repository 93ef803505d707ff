"""
Measure how well what was taught tells mentions of a brand from others of its name.

`python -m tests.quality.relevance` reads the tweets of twitter_entity_sentiment.csv.gz: those
labelled Irrelevant are not about the brand, the others are. Each tweet comes in up to six variants
under one id: the first is taken, and of near copies within a brand one. Only tweets count in which
the matcher finds the brand: the others never reach the model. A brand's tweets are dealt out at
random, four times; it is taught by 20 to 200 of them (or all but the 60 that are always kept for the
test), while every other brand has been taught by 60.

Settings (features, priors) were chosen on the brands under *chosen on*; the others are new ones.
Precision and recall are at the threshold .5, with every match standing where fewer than five of
either verdict were taught; AUC only where more were. Compared are counting every match, and a logistic regression on bags of words for each brand alone.
"""

import csv
import gzip
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from collectors.watchlist import Watchlist
from enrichment.matching.subjects import SubjectMatcher
from enrichment.relevance.features import Evidence, bucket_of, evidence_of, folded_words
from enrichment.relevance.learning import LEAST_EACH, learn
from enrichment.relevance.lessons import Lesson
from enrichment.relevance.logistic import Spread, fit

CORPUS = Path(__file__).parents[3] / "shared/data/corpora/twitter_entity_sentiment.csv.gz"
KEY = b"of measurements only".ljust(32)
SIZES = (20, 50, 100, 200)
_TURNS = 4
_TEST = 60
_OTHERS = 60
_LEAST_REJECTED = 15
_LEAST_TWEETS = 130
_CHOSEN_ON = ("Battlefield", "Borderlands", "Facebook", "RedDeadRedemption(RDR)", "Xbox(Xseries)")
_TERMS = {
    "ApexLegends": ["Apex Legends", "Apex"],
    "CallOfDuty": ["Call of Duty", "CoD"],
    "CallOfDutyBlackopsColdWar": ["Call of Duty", "Black Ops", "Cold War", "CoD"],
    "Cyberpunk2077": ["Cyberpunk 2077", "Cyberpunk"],
    "GrandTheftAuto(GTA)": ["Grand Theft Auto", "GTA"],
    "LeagueOfLegends": ["League of Legends", "League", "LoL"],
    "MaddenNFL": ["Madden"],
    "PlayerUnknownsBattlegrounds(PUBG)": ["PUBG"],
    "RedDeadRedemption(RDR)": ["Red Dead Redemption", "Red Dead", "RDR", "RDR2"],
    "TomClancysGhostRecon": ["Ghost Recon"],
    "TomClancysRainbowSix": ["Rainbow Six", "Rainbow 6", "R6"],
    "Xbox(Xseries)": ["Xbox"],
    "johnson&johnson": ["Johnson & Johnson", "JNJ"],
}


class Tweet(NamedTuple):
    """A tweet that names a brand: read by the model, by its words alone, and the verdict."""

    evidence: Evidence
    words: Evidence
    is_relevant: bool


class Figures(NamedTuple):
    """What a way of judging reaches."""

    auc: float
    precision: float
    recall: float
    baseline: float


def read_tweets(path: Path = CORPUS) -> dict[str, list[Tweet]]:
    """Read the tweets of each brand, the first variant of each, near copies once."""
    rows: dict[str, dict[str, str]] = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["tweet_id"], row)
    matchers: dict[str, SubjectMatcher] = {}
    seen: set[tuple[str, ...]] = set()
    tweets: dict[str, list[Tweet]] = {}
    for row in rows.values():
        brand, text = row["entity"], row["text"]
        start = (brand, *folded_words(text)[:8])
        if brand not in matchers:
            matchers[brand] = matcher_of(brand)
        matches = matchers[brand].find(text)
        if not matches or start in seen:
            continue
        seen.add(start)
        found = Tweet(
            evidence_of("", text, matches, KEY),
            bag_of_words(text),
            row["sentiment"] != "Irrelevant",
        )
        tweets.setdefault(brand, []).append(found)
    return tweets


def matcher_of(brand: str) -> SubjectMatcher:
    """Build a matcher that knows one brand."""
    terms = _TERMS.get(brand, [brand])
    subject = {"id": "brand", "name": terms[0], "facet": "brand", "terms": terms}
    return SubjectMatcher(Watchlist.model_validate({"subject": [subject]}).subject)


def bag_of_words(text: str) -> Evidence:
    """Read a text as a plain bag of words."""
    buckets = np.unique(np.array([bucket_of(word, KEY) for word in folded_words(text)], np.int32))
    return Evidence(buckets, np.full(len(buckets), 1 / np.sqrt(max(1, len(buckets))), np.float32))


def area_under_curve(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """ROC AUC: how often a relevant one is above an irrelevant one; ties count half."""
    above = scores[truth][:, None] - scores[~truth][None, :]
    return float((above > 0).mean() + (above == 0).mean() / 2)


Judge = Callable[[Sequence[Tweet]], NDArray[np.float64]]


def taught(brand: str, lessons: Sequence[Tweet], others: dict[str, list[Tweet]]) -> Judge:
    """Teach the model by a brand's lessons beside those of others; below the least, all stand."""
    known = [
        Lesson(subject=name, is_relevant=tweet.is_relevant, evidence=tweet.evidence)
        for name, some in sorted({**others, brand: list(lessons)}.items())
        for tweet in some
    ]
    model = learn(known, KEY).model

    def judge(tweets: Sequence[Tweet]) -> NDArray[np.float64]:
        if model is None or brand not in model.subjects:
            return np.ones(len(tweets))
        return np.array([model.probability_of(tweet.evidence, brand) for tweet in tweets])

    return judge


def bagged(lessons: Sequence[Tweet]) -> Judge:
    """Fit a logistic regression on the bags of words of one brand alone."""
    truth = np.array([tweet.is_relevant for tweet in lessons])
    spread = Spread(shared=1e-6, shared_bias=1e-6, own=3.0, own_bias=3.0)
    weights = fit([tweet.words for tweet in lessons], ["a"] * len(lessons), truth, spread=spread)

    def judge(tweets: Sequence[Tweet]) -> NDArray[np.float64]:
        scores = np.array([weights.score(tweet.words, "a") for tweet in tweets])
        return np.asarray(1 / (1 + np.exp(-scores)))

    return judge


def measured(judge: Judge, tweets: Sequence[Tweet]) -> Figures:
    """Measure on tweets that nothing was learnt from."""
    truth = np.array([tweet.is_relevant for tweet in tweets])
    probabilities = judge(tweets)
    counts = probabilities >= 0.5
    return Figures(
        auc=area_under_curve(probabilities, truth),
        precision=float((truth & counts).sum() / max(1, counts.sum())),
        recall=float((truth & counts).sum() / truth.sum()),
        baseline=float(truth.mean()),
    )


def measure(
    brands: Sequence[str], tweets: dict[str, list[Tweet]], size: int
) -> tuple[Figures, Figures, float]:
    """Measure model and bag of words for all brands, and tell in how many turns it judged."""
    found: list[tuple[Figures, Figures]] = []
    judged: list[bool] = []
    for turn in range(_TURNS):
        rng = np.random.default_rng(turn)
        dealt = {
            brand: [some[at] for at in rng.permutation(len(some)).tolist()]
            for brand, some in sorted(tweets.items())
        }
        for brand in brands:
            test, lessons = dealt[brand][:_TEST], dealt[brand][_TEST : _TEST + size]
            if len({tweet.is_relevant for tweet in test}) == 1:
                continue
            others = {name: some[:_OTHERS] for name, some in dealt.items() if name != brand}
            rejected = sum(not tweet.is_relevant for tweet in lessons)
            judged.append(min(rejected, len(lessons) - rejected) >= LEAST_EACH)
            found.append(
                (measured(taught(brand, lessons, others), test), measured(bagged(lessons), test))
            )
    ours, plain = (_mean([pair[at] for pair in found], judged) for at in (0, 1))
    return ours, plain, sum(judged) / len(judged)


def _mean(found: Sequence[Figures], judged: Sequence[bool]) -> Figures:
    """Average over turns; the order of mentions only where enough was taught to give one."""
    ordered = [one.auc for one, is_judged in zip(found, judged, strict=True) if is_judged]
    auc = float(np.mean(ordered)) if ordered else float("nan")
    return Figures(*np.mean(found, axis=0))._replace(auc=auc)


def main() -> None:
    """Print the learning curves."""
    if not CORPUS.exists():
        print(f"skipped: ../shared/data is absent: {CORPUS.name} not found")
        sys.exit(0)
    tweets = {
        brand: some
        for brand, some in read_tweets().items()
        if brand in _CHOSEN_ON
        or (
            len(some) >= _LEAST_TWEETS
            and sum(not tweet.is_relevant for tweet in some) >= _LEAST_REJECTED
        )
    }
    new = [brand for brand in tweets if brand not in _CHOSEN_ON]
    for title, brands in (("chosen on", _CHOSEN_ON), ("new", new)):
        print(f"{title}: {', '.join(sorted(brands))}")
        print(f"{'taught by':>10} {'judged':>7}   {'model':<25} {'bag of words':<25} all stand")
        heading = f"{'AUC':>6} {'prec.':>7} {'recall':>7}"
        print(f"{'':>18} {heading}    {heading}    {'prec.':>7}")
        for size in SIZES:
            ours, plain, judged = measure(brands, tweets, size)
            parts = [
                f"{one.auc:6.3f} {one.precision:7.3f} {one.recall:7.3f}" for one in (ours, plain)
            ]
            print(
                f"{size:>10} {judged:>7.0%} {parts[0]}    {parts[1]}    {ours.baseline:7.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
