"""Learn from lessons, and measure what was learnt on lessons that were held back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from enrichment.relevance.features import BUCKETS
from enrichment.relevance.lessons import Lesson
from enrichment.relevance.logistic import Spread, Weights, fit, fit_line, probability
from enrichment.relevance.model import RelevanceModel

LEAST_EACH = 5
"""Of each verdict, before anything is judged: one for each part of the cross-validation."""
_FOLDS = 5
_LEAST_HASHES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Learnt:
    """
    What lessons teach.

    Attributes:
        lessons: They.
        model: None where no subject has enough of them.
        held_back: Shape (n,): for each lesson the probability that a model gives which never
            saw it; NaN where its subject has too few.
        key: By which words were hashed; empty where there are no lessons.
    """

    lessons: Sequence[Lesson]
    model: RelevanceModel | None
    held_back: NDArray[np.float64]
    key: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """
    How well a subject is told from others of its name.

    Attributes:
        confirmed: Lessons that are about it.
        rejected: Lessons that are not.
        is_judged: Whether that is enough.
        precision: Share of what would count that is about it, on lessons held back.
        recall: Share of what is about it that would count.
    """

    confirmed: int
    rejected: int
    is_judged: bool
    precision: float
    recall: float


def learn(lessons: Sequence[Lesson], key: bytes, *, spread: Spread | None = None) -> Learnt:
    """
    Learn from lessons.

    Args:
        lessons: In the order of `united`: the same ones give the same model.
        key: By which their words were hashed.
        spread: The priors; None: those chosen by measurement.

    Returns:
        The model of the subjects that have `LEAST_EACH` lessons of both verdicts; the lessons
        of the others help with the part that all share.
    """
    spread = spread or Spread()
    subjects = subjects_judged(lessons)
    held_back = np.full(len(lessons), np.nan)
    if not subjects:
        return Learnt(lessons=lessons, model=None, held_back=held_back, key=key)
    truth = np.array([lesson.is_relevant for lesson in lessons])
    scores = _held_back_scores(lessons, truth, spread)
    measured = np.array([lesson.subject in subjects for lesson in lessons])
    lines: dict[str, tuple[float, float]] = {}
    for group in _apart(lessons):
        here = measured & group
        if here.any():
            slope, shift = fit_line(scores[here], truth[here])
            held_back[here] = probability(slope * scores[here] + shift)
            lines |= {lessons[at].subject: (slope, shift) for at in np.flatnonzero(here).tolist()}
    weights = _fit(lessons, truth, spread)
    model = RelevanceModel(weights=weights, lines=lines, subjects=subjects, key=key)
    return Learnt(lessons=lessons, model=model, held_back=held_back, key=key)


def subjects_judged(lessons: Sequence[Lesson]) -> frozenset[str]:
    """Tell which subjects have enough lessons of both verdicts."""
    counts = Counter((lesson.subject, lesson.is_relevant) for lesson in lessons)
    return frozenset(
        subject
        for subject, _ in counts
        if min(counts[subject, True], counts[subject, False]) >= LEAST_EACH
    )


def standings(learnt: Learnt, thresholds: dict[str, float]) -> dict[str, Standing]:
    """
    Measure each subject at its threshold.

    Args:
        learnt: The lessons and what was learnt.
        thresholds: By subject, the least probability that counts.
    """
    judged = learnt.model.subjects if learnt.model else frozenset()
    found = {}
    for subject in sorted({lesson.subject for lesson in learnt.lessons}):
        here = [at for at, lesson in enumerate(learnt.lessons) if lesson.subject == subject]
        truth = np.array([learnt.lessons[at].is_relevant for at in here])
        counts = learnt.held_back[here] >= thresholds.get(subject, 0.0)
        hits = int((truth & counts).sum())
        found[subject] = Standing(
            confirmed=int(truth.sum()),
            rejected=int((~truth).sum()),
            is_judged=subject in judged,
            precision=hits / max(1, int(counts.sum())),
            recall=hits / max(1, int(truth.sum())),
        )
    return found


def _apart(lessons: Sequence[Lesson]) -> list[NDArray[np.bool_]]:
    """Tell who learns together: all but employees, and each of these alone."""
    groups = np.array([lesson.subject if lesson.is_private else "" for lesson in lessons])
    return [groups == group for group in np.unique(groups)]


def _fit(lessons: Sequence[Lesson], truth: NDArray[np.bool_], spread: Spread) -> Weights:
    weights = Weights(np.zeros(BUCKETS + 1), {})
    for group in _apart(lessons):
        here = [lessons[at] for at in np.flatnonzero(group).tolist()]
        fitted = fit(
            [lesson.evidence for lesson in here],
            [lesson.subject for lesson in here],
            truth[group],
            spread=spread,
            private=frozenset(lesson.subject for lesson in here if lesson.is_private),
        )
        shared = weights.shared if here[0].is_private else fitted.shared
        weights = Weights(shared, weights.own | fitted.own)
    return weights


def _held_back_scores(
    lessons: Sequence[Lesson], truth: NDArray[np.bool_], spread: Spread
) -> NDArray[np.float64]:
    scores = np.zeros(len(lessons))
    fold = _folds(lessons)
    for number in range(_FOLDS):
        seen = np.flatnonzero(fold != number).tolist()
        weights = _fit([lessons[at] for at in seen], truth[seen], spread)
        for at in np.flatnonzero(fold == number).tolist():
            scores[at] = weights.score(lessons[at].evidence, lessons[at].subject)
    return scores


def _folds(lessons: Sequence[Lesson]) -> NDArray[np.intp]:
    """
    Deal the lessons of each subject and verdict out evenly.

    What shares its least hashes is dealt to the same part, so that a text is not told by its copy
    (Broder 1997: the more two texts share, the likelier are their least hashes the same).
    """
    fold = np.zeros(len(lessons), np.intp)
    piles: dict[tuple[str, bool], list[int]] = {}
    least = [_least_hashes(lesson) for lesson in lessons]
    for at in sorted(range(len(lessons)), key=least.__getitem__):
        piles.setdefault((lessons[at].subject, lessons[at].is_relevant), []).append(at)
    for pile in piles.values():
        fold[pile] = np.arange(len(pile)) * _FOLDS // len(pile)
    return fold


def _least_hashes(lesson: Lesson) -> tuple[int, ...]:
    shuffled = lesson.evidence.buckets.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return tuple(np.sort(shuffled >> np.uint64(32))[:_LEAST_HASHES].tolist())
