"""What every tone model gives: the tone of a passage towards its subject."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, Self

from enrichment.passages import Passage

Label = Literal["negative", "neutral", "positive", "uncertain"]

LABELS: tuple[Label, Label, Label] = ("negative", "neutral", "positive")
SURE_FROM = 0.42
"""A largest probability below this is no finding: a fair guess would be 0.33."""


class ToneModelUnavailable(Exception):
    """A model that is named and can't be had; the message says what to do about it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tone:
    """How a passage speaks of its subject; the three probabilities sum to 1."""

    label: Label
    p_negative: float
    p_neutral: float
    p_positive: float

    @classmethod
    def of(cls, p_negative: float, p_neutral: float, p_positive: float) -> Self:
        """Label probabilities: the likeliest, or `uncertain` when none stands out."""
        probabilities = (p_negative, p_neutral, p_positive)
        best = max(probabilities)
        return cls(
            label=LABELS[probabilities.index(best)] if best >= SURE_FROM else "uncertain",
            p_negative=p_negative,
            p_neutral=p_neutral,
            p_positive=p_positive,
        )


class ToneModel(Protocol):
    """Judges passages; whoever has a better one gives it to the enricher."""

    @property
    def name(self) -> str:
        """Name and version, kept with every judgement."""

    def judge(self, passages: Sequence[Passage]) -> list[Tone]:
        """Judge each passage by itself, in the order given."""

    def __hash__(self) -> int:
        """Tell models apart: pipelines are kept by model."""
