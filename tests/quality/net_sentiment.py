"""
Check intervals of net sentiment: `python -m tests.quality.net_sentiment [fast|accurate|NAME] [MOST]`.

Prints, for each labelled set, how the model moves and flattens net sentiment (told = shift +
slope * true); the error that follows from all sets (the lines of `enrichment/models/
tone_error.toml`); and how often the 95 % interval holds the true net sentiment, in samples of
20 to 1,000 texts with a negative share of 10 to 90 % of the negative and positive ones: once with
the error that the other corpora make one expect, once with the error measured on 200 other texts
of the same set. MOST texts of each set are judged.
"""

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from enrichment.tone.choice import load_tone_model
from enrichment.tone.error import ToneError, count_confusion, error_on_own_texts, told_line
from enrichment.tone.model import LABELS, ToneModel
from reports.sentiment import truth_interval
from tests.quality.net_sentiment_sets import LabelledSet, labelled_sets
from tests.shared_data import SHARED_DATA

SIZES = (20, 50, 200, 1_000)
NEGATIVE_SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)
SAMPLES = 50
_EXACT = ToneError(shift=0.0, slope=1.0, shift_sd=0.0, slope_sd=0.0)
_FEWEST_OF_A_PERIOD = 40
_GROUPS = ("all", "n", "negative", "of")
_MOST = 3_000
_OWN_TEXTS, _OWN_TRIALS, _FEWEST_FOR_OWN = 200, 10, 800
_TOLD = (*LABELS, "uncertain")


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A labelled set and what a model told of it: 0 negative, 1 neither, 2 positive."""

    name: str
    corpus: str
    labels: NDArray[np.int_]
    told: NDArray[np.int_]
    periods: Sequence[str]

    @property
    def confusion(self) -> NDArray[np.float64]:
        """Texts by label and by what was told."""
        return count_confusion(zip(self.labels.tolist(), self.told.tolist(), strict=True))

    def only(self, places: NDArray[np.int_]) -> "Judged":
        """Take the texts at *places*."""
        periods = [self.periods[at] for at in places]
        return replace(self, labels=self.labels[places], told=self.told[places], periods=periods)


@dataclass(slots=True)
class Hits:
    """How often intervals held the truth, and how wide they were, with and without the error."""

    tried: int = 0
    held: int = 0
    width: float = 0.0
    held_by_chance: int = 0
    width_by_chance: float = 0.0

    def __str__(self) -> str:
        """Write coverage and mean width, then those of Wilson's interval."""
        n = max(1, self.tried)
        return (
            f"{100 * self.held / n:>8.1f}{self.width / n:>8.2f}"
            f"{100 * self.held_by_chance / n:>14.1f}{self.width_by_chance / n:>8.2f}"
        )


def judge(one: LabelledSet, model: ToneModel, most: int) -> Judged:
    """Judge up to *most* texts of a set."""
    chosen = Random(5).sample(one.passages, min(most, len(one.passages)))
    found = [_TOLD.index(t.label) for t in model.judge([text.passage for text in chosen])]
    return Judged(
        name=one.name,
        corpus=one.corpus,
        labels=np.array([text.label for text in chosen]),
        told=np.array([1 if told == len(LABELS) else told for told in found]),
        periods=[text.period for text in chosen],
    )


def error_from(sets: Sequence[Judged]) -> ToneError:
    """
    Measure the error to be expected on a kind of text that is not among *sets*.

    Corpora weigh the same, and the sets of a corpus share its weight. With k corpora, the
    standard deviation over them is that of a new one by sqrt(1 + 1/k), and by Student's t with
    k - 1 degrees of freedom against 1.96 (Higgins, Thompson and Spiegelhalter 2009,
    doi:10.1111/j.1467-985X.2008.00552.x, prediction interval of a random-effects analysis).
    """
    by_corpus: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
    for one in sets:
        by_corpus[one.corpus].append(told_line(one.confusion))
    k = len(by_corpus)
    lines = np.concatenate([np.stack(lines) for lines in by_corpus.values()])
    weights = np.concatenate([np.full(len(ls), 1 / len(ls) / k) for ls in by_corpus.values()])
    mean = weights @ lines
    deviations = np.sqrt(weights @ (lines - mean) ** 2 * k / (k - 1) * (1 + 1 / k))
    deviations *= _students_t(k - 1) / NormalDist().inv_cdf(0.975)
    return ToneError(
        shift=round(float(mean[0]), 3),
        slope=round(float(mean[1]), 3),
        shift_sd=round(float(deviations[0]), 3),
        slope_sd=round(float(deviations[1]), 3),
    )


def _students_t(freedom: int) -> float:
    """Approximate the 97.5 % quantile (Abramowitz and Stegun 1964, 26.7.5)."""
    z = NormalDist().inv_cdf(0.975)
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )


def drift_of(sets: Sequence[Judged]) -> tuple[float, int]:
    """
    Measure how far the error wanders from day to day for the same subject, beyond chance.

    A day's net sentiment as told is set against what the whole set's rates make of the day's
    labels; chance is taken off the mean square (DerSimonian and Laird 1986).

    Returns:
        Standard deviation, and the number of days.
    """
    squares, chances = [], []
    for one in sets:
        rates = one.confusion / one.confusion.sum(axis=1, keepdims=True)
        periods = np.array(one.periods)
        for period in sorted(set(one.periods) - {""}):
            labels, told = one.labels[periods == period], one.told[periods == period]
            polar = int((told != 1).sum())
            if polar < _FEWEST_OF_A_PERIOD:
                continue
            expected = np.bincount(labels, minlength=3) @ rates
            net = (expected[2] - expected[0]) / (expected[2] + expected[0])
            seen = ((told == 2).sum() - (told == 0).sum()) / polar
            squares.append((seen - net) ** 2)
            chances.append((1 - net**2) / polar)
    if not squares:
        return 0.0, 0
    return max(0.0, float(np.mean(squares) - np.mean(chances))) ** 0.5, len(squares)


def check_coverage(sets: Sequence[Judged]) -> Mapping[str, Hits]:
    """Check each set with the error that the other corpora make one expect."""
    hits: dict[str, Hits] = defaultdict(Hits)
    chance = np.random.default_rng(3)
    for one in sets:
        error = error_from([other for other in sets if other.corpus != one.corpus])
        _draw(one, error, SAMPLES, chance, hits)
    return hits


def check_own(sets: Sequence[Judged]) -> Mapping[str, Hits]:
    """Check the large sets with the error measured on 200 of their texts, which are left out."""
    hits: dict[str, Hits] = defaultdict(Hits)
    chance = np.random.default_rng(4)
    for one in sets:
        if len(one.labels) < _FEWEST_FOR_OWN:
            continue
        for _ in range(_OWN_TRIALS):
            order = chance.permutation(len(one.labels))
            labelled, rest = (one.only(part) for part in (order[:_OWN_TEXTS], order[_OWN_TEXTS:]))
            error = error_on_own_texts(labelled.confusion)
            if error is not None:
                _draw(rest, error, SAMPLES // _OWN_TRIALS, chance, hits)
    return hits


def _draw(
    one: Judged,
    error: ToneError,
    samples: int,
    chance: np.random.Generator,
    hits: dict[str, Hits],
) -> None:
    """Draw samples of a set with every negative share, and count the intervals that hold."""
    places = [np.flatnonzero(one.labels == label) for label in range(3)]
    neutral = len(places[1]) / len(one.labels)
    for negative in NEGATIVE_SHARES:
        shares = [(1 - neutral) * negative, neutral, (1 - neutral) * (1 - negative)]
        for size in SIZES:
            groups = ("all", f"n = {size:,}", f"negative {negative:.0%}", f"of {one.corpus}")
            for _ in range(samples):
                counts = chance.multinomial(size, shares)
                drawn = [
                    one.told[chance.choice(at, count)]
                    for at, count in zip(places, counts, strict=True)
                ]
                tally = np.bincount(np.concatenate(drawn), minlength=3)
                if tally[0] + tally[2]:
                    for group in groups:
                        _count(hits[group], tally, 1 - 2 * negative, error)


def _count(hits: Hits, tally: NDArray[np.int_], truth: float, error: ToneError) -> None:
    positive, polar = int(tally[2]), int(tally[0] + tally[2])
    low, high = truth_interval(positive, polar, error)
    hits.tried += 1
    hits.held += low <= truth <= high
    hits.width += high - low
    low, high = truth_interval(positive, polar, _EXACT)
    hits.held_by_chance += low <= truth <= high
    hits.width_by_chance += high - low


def main(name: str = "fast", most: str = str(_MOST)) -> int:
    if not SHARED_DATA.exists():
        print(f"nothing to measure: {SHARED_DATA} is absent")
        return 0
    model = load_tone_model(name)
    sets = []
    print(f"{model.name}\n{'set':<28}{'texts':>7}{'shift':>8}{'slope':>8}{'true':>8}{'told':>8}")
    for one in labelled_sets():
        judged = judge(one, model, int(most))
        sets.append(judged)
        shift, slope = told_line(judged.confusion)
        true, told = (
            (counts[2] - counts[0]) / (counts[2] + counts[0])
            for counts in (judged.confusion.sum(axis=1), judged.confusion.sum(axis=0))
        )
        print(
            f"{one.name:<28}{len(judged.labels):>7}{shift:>+8.2f}{slope:>8.2f}"
            f"{true:>+8.2f}{told:>+8.2f}",
            flush=True,
        )
    drift, days = drift_of(sets)
    error = replace(error_from(sets), drift_sd=round(max(drift, 0.05), 3))
    print(f"drift over {days} days of a subject: {drift:.3f}, never taken to be below 0.05")
    print(f"error on another kind of text: {error}\n")
    _show("error of other corpora", check_coverage(sets))
    _show(f"error of {_OWN_TEXTS} own texts", check_own(sets))
    return 0


def _show(title: str, hits: Mapping[str, Hits]) -> None:
    print(f"{title:<28}{'holds':>8}{'width':>8}{'Wilson holds':>14}{'width':>8}")
    for group in sorted(hits, key=lambda group: _GROUPS.index(group.partition(" ")[0])):
        print(f"{group:<28}{hits[group]}")
    print()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
