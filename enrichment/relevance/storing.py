"""The file of what was learnt: written whole, read with care."""

import hmac
import io
import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
from filelock import FileLock

from collectors.configuration.folder import ConfigurationError
from collectors.configuration.mistakes import Mistake
from enrichment.relevance.features import BUCKETS, Evidence
from enrichment.relevance.key import KEY_VARIABLE, relevance_key_path
from enrichment.relevance.learning import Learnt
from enrichment.relevance.lessons import Lesson
from enrichment.relevance.logistic import Weights
from enrichment.relevance.model import RelevanceModel

_FORMAT = 2
_SIGNED = b"luisterpost relevance %d\n" % _FORMAT
_SEAL_BYTES = sha256().digest_size


def relevance_lock(path: Path) -> FileLock:
    """Give the lock to hold around reading and writing the file; its directory must be there."""
    return FileLock(path.with_suffix(".lock"))


def write_learnt(path: Path, learnt: Learnt) -> None:
    """
    Write what was learnt, whole or not at all; without any lesson the file goes.

    Kept are: for each lesson the subject's id, the verdict, and numbers below `BUCKETS` with
    their weights, which only the key connects with words; of an employee's the platform, since
    consents stand for platforms; and what follows from them. No text, no word, no author, no
    address. The file names its key by a fingerprint, and ends with a seal that only the key makes.
    """
    if not learnt.lessons:
        path.unlink(missing_ok=True)
        return
    lessons = learnt.lessons
    ids = sorted({lesson.subject for lesson in lessons})
    weights = learnt.model.weights if learnt.model else Weights(np.zeros(BUCKETS + 1), {})
    judged = sorted(learnt.model.subjects) if learnt.model else []
    lines = [learnt.model.lines[subject] for subject in judged] if learnt.model else []
    shared = np.flatnonzero(weights.shared)
    own = [weights.own[subject] for subject in judged]
    content = io.BytesIO()
    np.savez_compressed(
        content,
        allow_pickle=False,
        subjects=np.array(ids, np.str_),
        private=np.array(sorted({one.subject for one in lessons if one.is_private}), np.str_),
        lesson_subject=np.array([ids.index(lesson.subject) for lesson in lessons], np.int32),
        lesson_platform=np.array([lesson.platform for lesson in lessons], np.str_),
        lesson_relevant=np.array([lesson.is_relevant for lesson in lessons]),
        lesson_sizes=np.array([len(lesson.evidence.buckets) for lesson in lessons], np.int32),
        lesson_buckets=_joined([lesson.evidence.buckets for lesson in lessons], np.int32),
        lesson_values=_joined([lesson.evidence.values for lesson in lessons], np.float32),
        held_back=learnt.held_back,
        judged=np.array(judged, np.str_),
        lines=np.array(lines, np.float64),
        shared_buckets=shared.astype(np.int32),
        shared_weights=weights.shared[shared],
        own_sizes=np.array([len(buckets) for buckets, _ in own], np.int32),
        own_buckets=_joined([buckets for buckets, _ in own], np.int32),
        own_weights=_joined([values for _, values in own], np.float64),
    )
    content.seek(0, os.SEEK_END)
    content.write(_SIGNED + _fingerprint(learnt.key))
    content.write(hmac.digest(learnt.key, content.getvalue(), "sha256"))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("wb") as file:
        file.write(content.getvalue())
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def read_learnt(path: Path, key: bytes | None) -> Learnt:
    """
    Read what was learnt; without a file, nothing.

    Args:
        path: The file.
        key: By which it was written; None: there is none here.

    Raises:
        ConfigurationError: The file is damaged, of another version of this program, or of
            another key.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Learnt(lessons=(), model=None, held_back=np.zeros(0), key=key or b"")
    except OSError as error:
        raise _refused(path, f"can't be read: {error.strerror}", "") from error
    place = f"{relevance_key_path()} or {KEY_VARIABLE}"
    body, seal = content[:-_SEAL_BYTES], content[-_SEAL_BYTES:]
    arrays, fingerprint = body[:-_SEAL_BYTES], body[-_SEAL_BYTES:]
    if not arrays.endswith(_SIGNED):
        raise _damaged(path)
    if key is None:
        why = f"is of no use without its key, which is not here ({place})"
        raise _refused(
            path, why, "restore the key from its backup, or remove the file and teach again"
        )
    if not hmac.compare_digest(fingerprint, _fingerprint(key)):
        why = f"was written with another key than that in {place}, or is damaged"
        raise _refused(path, why, "restore both from a backup, or remove the file and teach again")
    if not hmac.compare_digest(seal, hmac.digest(key, body, "sha256")):
        raise _damaged(path)
    with np.load(io.BytesIO(arrays.removesuffix(_SIGNED)), allow_pickle=False) as saved:
        return _learnt({name: saved[name] for name in saved.files}, key)


def _fingerprint(key: bytes) -> bytes:
    return hmac.digest(key, b"the key of what was taught", "sha256")


def _damaged(path: Path) -> ConfigurationError:
    why = "is not what this version of `luisterpost relevance teach` writes"
    return _refused(path, why, "restore it from a backup, or remove it and teach again")


def _refused(path: Path, why: str, advice: str) -> ConfigurationError:
    return ConfigurationError((Mistake(file=str(path), path="", message=why, suggestion=advice),))


def _learnt(saved: dict[str, np.ndarray], key: bytes) -> Learnt:
    ids = [str(name) for name in saved["subjects"]]
    private = {str(name) for name in saved["private"]}
    ends = np.cumsum(saved["lesson_sizes"])
    starts = ends - saved["lesson_sizes"]
    lessons = tuple(
        Lesson(
            subject=ids[int(number)],
            is_relevant=bool(is_relevant),
            evidence=Evidence(
                saved["lesson_buckets"][start:end], saved["lesson_values"][start:end]
            ),
            is_private=ids[int(number)] in private,
            platform=str(platform),
        )
        for number, platform, is_relevant, start, end in zip(
            saved["lesson_subject"],
            saved["lesson_platform"],
            saved["lesson_relevant"],
            starts,
            ends,
            strict=True,
        )
    )
    judged = [str(name) for name in saved["judged"]]
    if not judged:
        return Learnt(lessons=lessons, model=None, held_back=saved["held_back"], key=key)
    shared = np.zeros(BUCKETS + 1)
    shared[saved["shared_buckets"]] = saved["shared_weights"]
    own_ends = np.cumsum(saved["own_sizes"])
    own = {
        name: (saved["own_buckets"][start:end], saved["own_weights"][start:end])
        for name, start, end in zip(judged, own_ends - saved["own_sizes"], own_ends, strict=True)
    }
    lines = {
        name: (float(slope), float(shift))
        for name, (slope, shift) in zip(judged, saved["lines"], strict=True)
    }
    model = RelevanceModel(
        weights=Weights(shared, own), lines=lines, subjects=frozenset(judged), key=key
    )
    return Learnt(lessons=lessons, model=model, held_back=saved["held_back"], key=key)


def _joined(parts: Sequence[np.ndarray], kind: type) -> np.ndarray:
    return np.concatenate(parts).astype(kind) if parts else np.zeros(0, kind)
