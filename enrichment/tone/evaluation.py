"""How well a tone model does on labelled texts: confusion, F1, calibration."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from enrichment.tone.classify import SHORT_NAMES
from enrichment.tone.error import ToneError, count_confusion, error_on_own_texts

BINS = 10
_NEITHER = SHORT_NAMES.index("neu")
_LONG_NAMES = {"negative": "neg", "neutral": "neu", "positive": "pos"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One labelled text, and what a model said of it."""

    truth: str
    """One of neg, neu, pos."""
    p: tuple[float, float, float]
    """Probabilities of negative, neutral and positive."""
    is_uncertain: bool = False

    @property
    def found(self) -> str:
        """The likeliest label."""
        return SHORT_NAMES[self.p.index(max(self.p))]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bin:
    """Texts whose likeliest label has about the same probability."""

    low: float
    high: float
    count: int
    mean_p: float
    accuracy: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluation:
    """What a model reaches on one set of texts; shares are 0 to 1."""

    count: int
    confusion: tuple[tuple[int, int, int], ...]
    """Row: the label; column: what was found; both in the order neg, neu, pos."""
    f1: tuple[float, float, float]
    macro_f1: float
    """Mean of the three F1 = 2 TP / (2 TP + FP + FN); a label that never occurs counts 0."""
    accuracy: float
    uncertain: float
    """Share in which no label stands out."""
    accuracy_if_certain: float | None
    mean_p: float
    """Mean probability of the likeliest label: an honest model's is its accuracy."""
    ece: float
    """Expected calibration error: mean of |mean_p - accuracy| over the bins, by count."""
    reliability: tuple[Bin, ...] = field(default_factory=tuple)


def label_of(value: object) -> str | None:
    """Read a label: neg, neu, pos or the whole words, in any case; None: no such label."""
    name = value.strip().casefold() if isinstance(value, str) else ""
    name = _LONG_NAMES.get(name, name)
    return name if name in SHORT_NAMES else None


def evaluate(judged: Sequence[Judged]) -> Evaluation:
    """
    Measure what a model said of labelled texts.

    Args:
        judged: At least one.
    """
    confusion = [[0, 0, 0] for _ in SHORT_NAMES]
    for text in judged:
        confusion[SHORT_NAMES.index(text.truth)][SHORT_NAMES.index(text.found)] += 1
    f1 = tuple(
        2 * confusion[k][k] / max(1, sum(confusion[k]) + sum(row[k] for row in confusion))
        for k in range(3)
    )
    certain = [text for text in judged if not text.is_uncertain]
    bins = reliability(judged)
    return Evaluation(
        count=len(judged),
        confusion=tuple((row[0], row[1], row[2]) for row in confusion),
        f1=(f1[0], f1[1], f1[2]),
        macro_f1=sum(f1) / 3,
        accuracy=_accuracy(judged),
        uncertain=1 - len(certain) / len(judged),
        accuracy_if_certain=_accuracy(certain) if certain else None,
        mean_p=sum(max(text.p) for text in judged) / len(judged),
        ece=sum(one.count * abs(one.mean_p - one.accuracy) for one in bins) / len(judged),
        reliability=bins,
    )


def measure_error(judged: Iterable[Judged]) -> ToneError | None:
    """
    Measure how far the model's net sentiment lies from the truth on texts like these.

    Returns:
        None where negative or positive texts are too few to measure it.
    """
    return error_on_own_texts(
        count_confusion(
            (
                SHORT_NAMES.index(text.truth),
                _NEITHER if text.is_uncertain else SHORT_NAMES.index(text.found),
            )
            for text in judged
        )
    )


def reliability(judged: Iterable[Judged]) -> tuple[Bin, ...]:
    """Sort texts by the probability of their likeliest label into `BINS` equal bins; none empty."""
    sorted_in: list[list[Judged]] = [[] for _ in range(BINS)]
    for text in judged:
        sorted_in[min(BINS - 1, int(max(text.p) * BINS))].append(text)
    return tuple(
        Bin(
            low=number / BINS,
            high=(number + 1) / BINS,
            count=len(texts),
            mean_p=sum(max(text.p) for text in texts) / len(texts),
            accuracy=_accuracy(texts),
        )
        for number, texts in enumerate(sorted_in)
        if texts
    )


def _accuracy(judged: Sequence[Judged]) -> float:
    return sum(text.found == text.truth for text in judged) / len(judged)
