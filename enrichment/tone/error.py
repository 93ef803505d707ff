"""How far a tone model's net sentiment lies from the truth, as measured on labelled texts."""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from importlib.resources import files
from math import hypot
from typing import Self

import numpy as np
from numpy.typing import NDArray

from enrichment.passages import Passage
from enrichment.tone.model import Tone, ToneModel

DRIFT = 0.05
"""Standard deviation of the error from one period of the same subjects to the next."""

FEWEST = 20
"""So many negative and so many positive texts, at least, measure an error."""

_AT = 0.8
_DRAWS = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class ToneError:
    """
    What a model makes of the true net sentiment: told = shift + slope * true.

    Shift and slope differ from one kind of text to the next; the standard deviations say how
    much, so that 1.96 of them hold a new kind of text in 95 of 100 cases. A model that takes
    some praise for blame, and blame for praise, has a slope below 1: it flattens.
    """

    shift: float
    """Told when the truth is 0."""
    slope: float
    """How much of a true change is told."""
    shift_sd: float
    slope_sd: float
    drift_sd: float = DRIFT
    """Standard deviation of the shift from one period of the same subjects to the next."""

    @classmethod
    def from_json(cls, text: str) -> Self:
        """
        Read what `to_json` wrote.

        Raises:
            ValueError: It is no such thing.
        """
        told = json.loads(text)
        names = {field.name for field in fields(cls)}
        if not isinstance(told, dict) or set(told) != names:
            msg = f"no error of a tone model: {text[:80]!r}"
            raise ValueError(msg)
        return cls(**{name: float(told[name]) for name in names})

    def to_json(self) -> str:
        """Write it on one line."""
        return json.dumps(asdict(self), sort_keys=True)


UNMEASURED = ToneError(shift=0.0, slope=0.5, shift_sd=0.25, slope_sd=0.18)
"""Assumed of a model that was never measured: somewhat worse than the fast one."""

ANYTHING = ToneError(shift=0.0, slope=1.0, shift_sd=1.0, slope_sd=0.0)
"""Of a model that is not even known by name: the truth may lie anywhere."""


@dataclass(frozen=True, kw_only=True)
class MeasuredTone:
    """A tone model whose error was measured by whoever configured it."""

    model: ToneModel
    error: ToneError

    @property
    def name(self) -> str:
        """Name and version of the model."""
        return self.model.name

    def judge(self, passages: Sequence[Passage]) -> list[Tone]:
        """Judge each passage by itself, in the order given."""
        return self.model.judge(passages)


@cache
def shipped_errors() -> Mapping[str, ToneError]:
    """Read the measured errors of the models that ship, by name and version."""
    path = files("enrichment").joinpath("models", "tone_error.toml")
    names = [field.name for field in fields(ToneError)]
    return {
        row["name"]: ToneError(**{name: float(row[name]) for name in names})
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["model"]
    }


def mixed_error(judged: Mapping[str, float], errors: Mapping[str, ToneError]) -> ToneError:
    """
    Mix the errors of several models by how much each judged.

    The standard deviations are averaged as well: as if all models erred alike, which is the
    safe side.

    Args:
        judged: Stories, or a share of them, by name of the model; no model: `ANYTHING`.
        errors: By name; a model that is not among them is `ANYTHING`.
    """
    total = sum(judged.values())
    if not total:
        return ANYTHING

    def mean(name: str) -> float:
        return sum(
            count * float(getattr(errors.get(model, ANYTHING), name))
            for model, count in judged.items()
        ) / float(total)

    return ToneError(**{field.name: mean(field.name) for field in fields(ToneError)})


def switch_sd(
    now: Mapping[str, float], before: Mapping[str, float], errors: Mapping[str, ToneError]
) -> float:
    """
    Give the error that a comparison takes on because other models judged now than before.

    What is common to both times cancels out. What is not doesn't: with the difference d of a
    model's share, d * shift and d * slope are moved, and their deviations come in independently.

    Args:
        now: Share of each model in the stories of a period, by name.
        before: The same of what it is compared with.
        errors: By name; a model that is not among them is `ANYTHING`.

    Returns:
        A standard deviation of net sentiment; 0 where the same models judged both.
    """
    differences = {model: now.get(model, 0.0) - before.get(model, 0.0) for model in {*now, *before}}
    found = [(share, errors.get(model, ANYTHING)) for model, share in sorted(differences.items())]
    return hypot(
        sum(share * error.shift for share, error in found),
        sum(share * error.slope for share, error in found),
        *(share * error.shift_sd for share, error in found),
        *(share * error.slope_sd for share, error in found),
    )


def told_line(confusion: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Find what a model makes of true net sentiment on texts of one kind.

    With the rates at which it tells each label as negative or positive, and with the neutral
    share as it is, the net sentiment told for a true one t is a ratio of linear functions of t;
    the line through its values at t = -0.8 and 0.8 is returned. It differs from the ratio by a
    few hundredths.

    Args:
        confusion: Shape (…, 3, 3): texts by label (negative, neutral, positive) and by what was
            told (negative, neither, positive); some negative and some positive ones.

    Returns:
        Shape (…, 2): shift and slope.
    """
    of_label = confusion.sum(axis=-1)
    rates = confusion / np.maximum(of_label, 1)[..., None]
    neutral = of_label[..., 1] / of_label.sum(axis=-1)
    told = [_told(rates, neutral, at) for at in (-_AT, _AT)]
    return np.stack([(told[0] + told[1]) / 2, (told[1] - told[0]) / (2 * _AT)], axis=-1)


def _told(
    rates: NDArray[np.float64], neutral: NDArray[np.float64], at: float
) -> NDArray[np.float64]:
    shares = [(1 - neutral) * (1 - at) / 2, neutral, (1 - neutral) * (1 + at) / 2]
    negative, positive = (
        sum((share * rates[..., label, told] for label, share in enumerate(shares)), np.zeros(()))
        for told in (0, 2)
    )
    found = negative + positive
    return np.where(found > 0, (positive - negative) / np.where(found > 0, found, 1), 0.0)


def count_confusion(judged: Iterable[tuple[int, int]]) -> NDArray[np.float64]:
    """
    Count judgements.

    Args:
        judged: Label and what was told of it, each 0 negative, 1 neutral or 2 positive; what
            is uncertain is told as neither, 1.

    Returns:
        Shape (3, 3): see `told_line`.
    """
    confusion = np.zeros((3, 3))
    for label, told in judged:
        confusion[label, told] += 1
    return confusion


def error_on_own_texts(confusion: NDArray[np.float64]) -> ToneError | None:
    """
    Measure a model's error on texts of the kind that it will judge.

    Chance is what is left of the error then, and the drift from one period to the next. The
    deviations are those of 500 draws with the rates found, each label as often as it occurs
    (parametric bootstrap: Efron and Tibshirani 1993, chapter 6).

    Args:
        confusion: Shape (3, 3): see `told_line`.

    Returns:
        None with fewer than `FEWEST` negative or positive texts, or if praise and blame are not
        told apart.
    """
    of_label = confusion.sum(axis=1).astype(int)
    if min(of_label[0], of_label[2]) < FEWEST:
        return None
    rates = (confusion + 1 / 3) / (of_label + 1)[:, None]
    chance = np.random.default_rng(0)
    drawn = np.stack(
        [
            chance.multinomial(count, rate, _DRAWS)
            for count, rate in zip(of_label, rates, strict=True)
        ],
        axis=1,
    )
    shift, slope = told_line(confusion)
    deviations = told_line(drawn.astype(float)).std(axis=0, ddof=1)
    if slope <= 0:
        return None
    return ToneError(
        shift=round(float(shift), 3),
        slope=round(float(slope), 3),
        shift_sd=round(hypot(float(deviations[0]), DRIFT), 3),
        slope_sd=round(float(deviations[1]), 3),
    )
