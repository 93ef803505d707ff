"""The file of what was learnt: written whole, read with care."""

import io
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from filelock import FileLock

from collectors.configuration.folder import ConfigurationError
from collectors.configuration.mistakes import Mistake
from enrichment.relevance.features import BUCKETS, Evidence
from enrichment.relevance.learning import Learnt
from enrichment.relevance.lessons import Lesson
from enrichment.relevance.logistic import Weights
from enrichment.relevance.model import RelevanceModel

_FORMAT = 1
_BROKEN = (OSError, ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile)


def relevance_lock(path: Path) -> FileLock:
    """Give the lock to hold around reading and writing the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(path.with_suffix(".lock"))


def write_learnt(path: Path, learnt: Learnt) -> None:
    """
    Write what was learnt, whole or not at all; without any lesson the file goes.

    Kept are: for each lesson the subject's id, the verdict, and numbers below `BUCKETS` with
    their weights; and what follows from them. No text, no word, no author, no address.
    """
    if not learnt.lessons:
        path.unlink(missing_ok=True)
        return
    lessons = learnt.lessons
    ids = sorted({lesson.subject for lesson in lessons})
    weights = learnt.model.weights if learnt.model else Weights(np.zeros(BUCKETS + 1), {})
    judged = sorted(learnt.model.subjects) if learnt.model else []
    shared = np.flatnonzero(weights.shared)
    own = [weights.own[subject] for subject in judged]
    content = io.BytesIO()
    np.savez_compressed(
        content,
        allow_pickle=False,
        format=np.array(_FORMAT),
        subjects=np.array(ids, np.str_),
        private=np.array(sorted({one.subject for one in lessons if one.is_private}), np.str_),
        lesson_subject=np.array([ids.index(lesson.subject) for lesson in lessons], np.int32),
        lesson_relevant=np.array([lesson.is_relevant for lesson in lessons]),
        lesson_sizes=np.array([len(lesson.evidence.buckets) for lesson in lessons], np.int32),
        lesson_buckets=_joined([lesson.evidence.buckets for lesson in lessons], np.int32),
        lesson_values=_joined([lesson.evidence.values for lesson in lessons], np.float32),
        held_back=learnt.held_back,
        judged=np.array(judged, np.str_),
        line=np.array(learnt.model.line if learnt.model else (1.0, 0.0)),
        shared_buckets=shared.astype(np.int32),
        shared_weights=weights.shared[shared],
        own_sizes=np.array([len(buckets) for buckets, _ in own], np.int32),
        own_buckets=_joined([buckets for buckets, _ in own], np.int32),
        own_weights=_joined([values for _, values in own], np.float64),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("wb") as file:
        file.write(content.getvalue())
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def read_learnt(path: Path) -> Learnt:
    """
    Read what was learnt; without a file, nothing.

    Raises:
        ConfigurationError: The file is damaged, or of another version of this program.
    """
    if not path.exists():
        return Learnt(lessons=(), model=None, held_back=np.zeros(0))
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as saved:
            return _learnt({name: saved[name] for name in saved.files})
    except _BROKEN as error:
        message = "is not what `luisterpost relevance teach` writes"
        advice = "restore it from a backup, or remove it and teach again"
        mistake = Mistake(file=str(path), path="", message=message, suggestion=advice)
        raise ConfigurationError((mistake,)) from error


def read_model(path: Path) -> RelevanceModel | None:
    """
    Read the model; None where there is none, or too little was taught.

    Raises:
        ConfigurationError: The file is damaged, or of another version of this program.
    """
    return read_learnt(path).model


def _learnt(saved: dict[str, np.ndarray]) -> Learnt:
    if int(saved["format"]) != _FORMAT:
        msg = "another format"
        raise ValueError(msg)
    ids = [str(name) for name in saved["subjects"]]
    private = {str(name) for name in saved["private"]}
    ends = np.cumsum(saved["lesson_sizes"])
    starts = ends - saved["lesson_sizes"]
    lessons = tuple(
        Lesson(
            subject=ids[int(number)],
            is_relevant=bool(is_relevant),
            evidence=Evidence(
                _checked(saved["lesson_buckets"][start:end]), saved["lesson_values"][start:end]
            ),
            is_private=ids[int(number)] in private,
        )
        for number, is_relevant, start, end in zip(
            saved["lesson_subject"], saved["lesson_relevant"], starts, ends, strict=True
        )
    )
    judged = [str(name) for name in saved["judged"]]
    if not judged:
        return Learnt(lessons=lessons, model=None, held_back=saved["held_back"])
    shared = np.zeros(BUCKETS + 1)
    shared[_checked(saved["shared_buckets"])] = saved["shared_weights"]
    own_ends = np.cumsum(saved["own_sizes"])
    own = {
        name: (_checked(saved["own_buckets"][start:end]), saved["own_weights"][start:end])
        for name, start, end in zip(judged, own_ends - saved["own_sizes"], own_ends, strict=True)
    }
    slope, shift = saved["line"].tolist()
    model = RelevanceModel(
        weights=Weights(shared, own), line=(slope, shift), subjects=frozenset(judged)
    )
    return Learnt(lessons=lessons, model=model, held_back=saved["held_back"])


def _checked(buckets: np.ndarray) -> np.ndarray:
    if len(buckets) and not 0 <= int(buckets.min()) <= int(buckets.max()) <= BUCKETS:
        msg = "a bucket that there is not"
        raise ValueError(msg)
    return buckets


def _joined(parts: Sequence[np.ndarray], kind: type) -> np.ndarray:
    return np.concatenate(parts).astype(kind) if parts else np.zeros(0, kind)
