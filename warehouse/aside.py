"""What was put aside, broken files and rows: for a person to look at, and not for ever."""

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

_REASON = ".why.txt"


def put_aside(path: Path, folder: Path, why: str) -> Path:
    """Move a broken file where a person can look at it, with the reason beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / path.name
    path.rename(target)
    target.with_suffix(target.suffix + _REASON).write_text(why + "\n", encoding="utf-8")
    return target


def age_out(folder: Path, *, keep: timedelta) -> int:
    """
    Delete what was written more than *keep* ago, reasons as well.

    Returns:
        How many files went.
    """
    limit = time.time() - keep.total_seconds()
    return _delete(path for path, written_at in _files(folder) if written_at < limit)


def let_go_of_texts(folder: Path) -> int:
    """
    Delete all that may hold what people wrote; the reasons stay.

    Nobody can tell whether a broken file holds what must be erased.

    Returns:
        How many files went.
    """
    return _delete(path for path, _ in _files(folder) if not path.name.endswith(_REASON))


def _files(folder: Path) -> Iterator[tuple[Path, float]]:
    """Find the files and when each was written (seconds since 1970)."""
    for path in list(folder.rglob("*")):
        with suppress(FileNotFoundError):  # A person tidies up meanwhile.
            if path.is_file():
                yield path, path.stat().st_mtime


def _delete(paths: Iterable[Path]) -> int:
    gone = 0
    for path in paths:
        with suppress(FileNotFoundError):
            path.unlink()
            gone += 1
    return gone
