"""What a failure is called in a mail, and what helps: told by its cause, never by its message."""

import errno
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_NO_ROOM_WORDS = (
    "No space left on device",  # DuckDB
    "database or disk is full",  # SQLite
    "Disk quota exceeded",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """Why something failed, in words that hold no text, no person and no secret."""

    told: str
    to_do: str = ""
    """What helps against just this; empty: the DAG's own note must do."""


def cause_of(error: BaseException | None, *, home: str, allowed: timedelta | None) -> Cause:
    """
    Tell why a task failed.

    Messages of other people's exceptions may hold anything, so only their types are told.

    Args:
        error: What it raised; None: it was ended from outside.
        home: The data directory.
        allowed: How long the task may take.
    """
    if error is None:
        return Cause(
            told="the task's process was ended from outside",
            to_do="Was the machine out of memory, or Airflow stopped? The next run goes on.",
        )
    if told := getattr(error, "told", ""):
        return Cause(told=told, to_do=getattr(error, "to_do", ""))
    chain = list(_chain(error))
    if any(_is_no_room(one) for one in chain):
        return Cause(
            told="no room is left on the disk",
            to_do=f"Make room; `df -h {home}` shows how much there is. Nothing else: "
            "half-written files are never read, and the next run takes what waits.",
        )
    if any(type(one).__name__ == "AirflowTaskTimeout" for one in chain):
        longest = f" {allowed.total_seconds() / 60:.0f} minutes" if allowed else " time"
        return Cause(
            told=f"the task was ended because the{longest} it may take were over",
            to_do="Its log says what it was waiting for. The next run goes on.",
        )
    return Cause(told=f"{type(error).__name__}; its log says more")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Give an error, what it was raised from or during, and the members of groups, each once."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions


def _is_no_room(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return True
    return any(words in str(error) for words in _NO_ROOM_WORDS)


def is_news(folder: Path, key: str, *, quiet: timedelta, now: float) -> bool:
    """
    Tell whether people have not heard of *key* for a while.

    Args:
        folder: Where `remember` keeps what they heard of.
        key: What happened, where.
        quiet: How long the same is not told again.
        now: The present, as a time stamp of files.
    """
    try:
        told_at = _memory(folder, key).stat().st_mtime
    except OSError:
        return True
    return not 0 <= now - told_at < quiet.total_seconds()


def remember(folder: Path, key: str) -> None:
    """Remember that people heard of *key*, in an empty file: it needs no room on a full disk."""
    folder.mkdir(parents=True, exist_ok=True)
    _memory(folder, key).touch()


def _memory(folder: Path, key: str) -> Path:
    from hashlib import blake2b

    return folder / f"{blake2b(key.encode(), digest_size=12).hexdigest()}.told"
