"""A logistic regression with a part that all subjects share and a part of each subject's own."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from enrichment.relevance.features import BUCKETS, Evidence

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """How far weights may stray from zero (standard deviations of their normal priors)."""

    shared: float = 2.0
    own: float = 2.0
    shared_bias: float = 1.0
    own_bias: float = 1.0


@dataclass(frozen=True, slots=True)
class Weights:
    """
    What was fitted.

    Attributes:
        shared: Shape (`BUCKETS` + 1,): the part of all subjects; the bias stands last.
        own: By subject, (buckets, weights), ascending; the bias stands last, at `BUCKETS`.
    """

    shared: Floats
    own: dict[str, tuple[NDArray[np.int32], Floats]]

    def score(self, evidence: Evidence, subject: str) -> float:
        """Tell the logarithm of the odds that a mention is about *subject*."""
        total = float(self.shared[evidence.buckets] @ evidence.values) + float(self.shared[-1])
        known = self.own.get(subject)
        if known is not None:
            buckets, weights = known
            places = np.searchsorted(buckets, evidence.buckets)
            hits = buckets[np.minimum(places, len(buckets) - 1)] == evidence.buckets
            total += float(weights[places[hits]] @ evidence.values[hits]) + float(weights[-1])
        return total


def fit(
    rows: Sequence[Evidence],
    subjects: Sequence[str],
    truth: NDArray[np.bool_],
    *,
    spread: Spread,
    private: frozenset[str] = frozenset(),
) -> Weights:
    """
    Fit the weights: the likeliest ones under normal priors around zero.

    What speaks for relevance everywhere goes into the shared part, since one weight there costs
    less than one for each subject (Finkel and Manning 2009, Hierarchical Bayesian Domain
    Adaptation; with the features doubled as by Daumé 2007).

    Args:
        rows: n mentions.
        subjects: Whom each one is labelled for.
        truth: Shape (n,): whether it is about that subject.
        spread: The priors.
        private: Subjects that nothing is learnt from for the others.

    Returns:
        The weights; the same rows in the same order give the same ones.
    """
    names = sorted(set(subjects))
    number = {name: place for place, name in enumerate(names)}
    sizes = np.array([len(row.buckets) for row in rows])
    row = np.repeat(np.arange(len(rows)), sizes)
    bucket = np.concatenate([one.buckets for one in rows]).astype(np.int64)
    value = np.concatenate([one.values for one in rows]).astype(np.float64)
    whose = np.array([number[name] for name in subjects])
    width, every = BUCKETS + 1, np.arange(len(rows))
    open_rows = every[[name not in private for name in subjects]]
    is_open = np.isin(row, open_rows)
    # Four blocks: shared weights and bias, own weights and biases.
    column = np.concatenate(
        [
            bucket[is_open],
            np.full(len(open_rows), BUCKETS),
            width * (1 + whose[row]) + bucket,
            width * (1 + whose) + BUCKETS,
        ]
    )
    at = np.concatenate([row[is_open], open_rows, row, every])
    scaled = np.concatenate(
        [
            spread.shared * value[is_open],
            np.full(len(open_rows), spread.shared_bias),
            spread.own * value,
            np.full(len(rows), spread.own_bias),
        ]
    )
    used, place = np.unique(column, return_inverse=True)
    fitted = _newton(_Matrix(place, at, scaled, len(rows), len(used)), truth.astype(np.float64))
    return _unfold(fitted, used, names, spread, width)


def fit_line(scores: Floats, truth: NDArray[np.bool_]) -> tuple[float, float]:
    """
    Fit slope and shift that make scores honest logarithms of odds, near 1 and 0.

    After Platt 1999, held to (1, 0) as far as few scores can't tell.
    """
    strength = np.array([4.0, 4.0])
    line = np.array([1.0, 0.0])
    columns = np.stack([scores, np.ones_like(scores)], axis=1)
    for _ in range(25):
        p = probability(columns @ line)
        slope = columns.T @ (p - truth) + strength * (line - [1.0, 0.0])
        curve = (columns * (p * (1 - p))[:, None]).T @ columns + np.diag(strength)
        line = line - np.linalg.solve(curve, slope)
    return max(0.05, float(line[0])), float(line[1])


def probability(scores: Floats) -> Floats:
    """Turn logarithms of odds into probabilities."""
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -30, 30))))


@dataclass(frozen=True, slots=True)
class _Matrix:
    """A sparse matrix as places and values."""

    column: NDArray[np.intp]
    row: NDArray[np.intp]
    value: Floats
    rows: int
    columns: int

    def times(self, weights: Floats) -> Floats:
        found = np.bincount(self.row, self.value * weights[self.column], minlength=self.rows)
        return np.asarray(found, np.float64)

    def transposed_times(self, slopes: Floats) -> Floats:
        found = np.bincount(self.column, self.value * slopes[self.row], minlength=self.columns)
        return np.asarray(found, np.float64)


_STEPS, _INNER_STEPS = 30, 60
_ENOUGH = 1e-4
_SHARE_LEFT = 0.1
"""Of what a step is to solve; less is lost on the next one (Lin, Weng, Keerthi 2008)."""
_FLAT = 1e-3


def _newton(matrix: _Matrix, truth: Floats) -> Floats:
    """Minimise loss + |weights|²/2 by Newton steps, each found by conjugate gradients."""
    weights = np.zeros(matrix.columns)
    scores = np.zeros(matrix.rows)
    loss = _loss(scores, truth, weights)
    for _ in range(_STEPS):
        p = probability(scores)
        slope = matrix.transposed_times(p - truth) + weights
        if np.abs(slope).max() < _FLAT:
            break
        step = _solve(matrix, p * (1 - p), -slope)
        moved = matrix.times(step)
        pace = 1.0
        while pace > _ENOUGH:
            tried = _loss(scores + pace * moved, truth, weights + pace * step)
            if tried <= loss + _ENOUGH * pace * _dot(slope, step):
                break
            pace /= 2
        weights, scores = weights + pace * step, scores + pace * moved
        loss = _loss(scores, truth, weights)
    return weights


def _solve(matrix: _Matrix, curve: Floats, wanted: Floats) -> Floats:
    """Solve (Xᵀ C X + 1) step = wanted by conjugate gradients."""
    step = np.zeros_like(wanted)
    rest = wanted.copy()
    direction = rest.copy()
    size = _dot(rest, rest)
    enough = _SHARE_LEFT**2 * size
    for _ in range(_INNER_STEPS):
        bent = matrix.transposed_times(curve * matrix.times(direction)) + direction
        pace = size / _dot(direction, bent)
        step += pace * direction
        rest -= pace * bent
        left = _dot(rest, rest)
        if left <= enough:
            break
        direction = rest + (left / size) * direction
        size = left
    return step


def _loss(scores: Floats, truth: Floats, weights: Floats) -> float:
    loss = float(np.logaddexp(0, scores).sum())
    return loss - _dot(truth, scores) + _dot(weights, weights) / 2


def _dot(one: Floats, other: Floats) -> float:
    """Multiply without BLAS, whose threads wait for one another on a busy machine."""
    return float(np.multiply(one, other).sum())


def _unfold(
    fitted: Floats,
    used: NDArray[np.int64],
    names: Sequence[str],
    spread: Spread,
    width: int,
) -> Weights:
    block, bucket = used // width, used % width
    is_bias = bucket == BUCKETS
    scale = np.where(
        block == 0,
        np.where(is_bias, spread.shared_bias, spread.shared),
        np.where(is_bias, spread.own_bias, spread.own),
    )
    weights = fitted * scale
    shared = np.zeros(width)
    shared[bucket[block == 0]] = weights[block == 0]
    own = {
        name: (bucket[block == 1 + at].astype(np.int32), weights[block == 1 + at])
        for at, name in enumerate(names)
    }
    return Weights(shared=shared, own=own)
