"""Import a file exported elsewhere: one file in, one landing file out."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import pyarrow as pa

from collectors.contract import Interval
from collectors.imports.archives import Content, ImportFile
from collectors.imports.formats import FORMATS, recognise
from collectors.imports.record import Circumstances, Read, Row, RowError
from collectors.imports.rows import parse_moment
from collectors.imports.unpacking import ImportFileError
from collectors.imports.writing import AsideFile, LandingSpool, Place
from collectors.landing import Header, read_header, waiting_files
from collectors.watchlist import Watchlist

__all__ = ["FORMATS", "ImportFileError", "ImportResult", "import_file", "parse_covers"]

Progress = Callable[[float], None]
"""Told which share of the file's bytes is read, from 0 to 1."""

DEFAULT_SOURCE = "import"

_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_LONGEST_NAME = 40
_TELL_EACH = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportResult:
    """What became of one file."""

    path: Path
    """The landing file."""
    rows: int
    """Mentions in it; each identity once."""
    put_aside: int
    repeated: int = 0
    """Rows that a later row of the same identity replaced."""
    aside: Path | None = None
    """The rows that could not be read, one JSON object a line; None if there are none."""
    problems: tuple[tuple[int, str], ...] = ()
    """The first rows put aside: (line, row or item; why)."""
    places: tuple[str, ...] = ()
    """Where those stand, in words, such as `line 3`."""
    formats: tuple[str, ...] = ()
    """The formats that it was recognised as; an archive may hold several."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Why rows are none of our business, such as `not public`, and how many."""
    damage: str | None = None
    """Why the file was read to some point only, and so covers nothing."""


def parse_covers(text: str) -> Interval:
    """
    Read the stretch of time that an import covers, `2026-10-01/2026-11-01`.

    Raises:
        ValueError: It is none, or it ends before it begins.
    """
    since, slash, until = text.partition("/")
    try:
        moments = (parse_moment(since), parse_moment(until)) if slash else (None, None)
    except ValueError:
        moments = (None, None)
    if moments[0] is None or moments[1] is None:
        msg = f"'{text}' is no stretch of time: write FROM/TO, such as 2026-10-01/2026-11-01"
        raise ValueError(msg)
    if moments[0] >= moments[1]:
        msg = f"'{text}' ends before it begins"
        raise ValueError(msg)
    return Interval(since=moments[0], until=moments[1], reason="imported")


def import_file(
    path: Path,
    *,
    source: str | None = None,
    covers: Interval | None = None,
    watchlist: Watchlist,
    folder: Path,
    aside: Path,
    now: datetime,
    progress: Progress | None = None,
    wanted: str | None = None,
    encoding: str | None = None,
    time_zone: tzinfo = UTC,
) -> ImportResult:
    """
    Write a landing file from a file that another program exported.

    What is in the file tells its format. The same file, options and watchlist
    give the same job, so that importing twice is importing once. Of an identity
    that is repeated the last row wins.

    Args:
        path: The file: plain, compressed, or an archive.
        source: Name of the source that the mentions count for.
        covers: The time that the file covers for all streams of *source*;
            None: the import covers nothing.
        watchlist: Knows which posts are the firm's own.
        folder: Where landing files wait.
        aside: Where rows that can't be read are kept.
        now: Aware, UTC.
        progress: Told how far it is.
        wanted: A name of `FORMATS`, the only one that the file may have; None: any.
        encoding: Of the text; None: UTF-8, or UTF-16 that shows itself.
        time_zone: Of times that name none.

    Raises:
        ImportFileError: The file as a whole can't be imported; nothing was written.
    """
    if covers and not source:
        msg = "what an import covers can be recorded for a named source only"
        raise ImportFileError(msg)
    if source is not None and not _NAME.fullmatch(source):
        msg = "the name of a source is lower-case letters, digits, - and _"
        raise ImportFileError(msg)
    # Names of files may hold bytes that are no text, and be as long as the disk allows.
    file_name = path.name.encode("utf-8", "replace").decode()[-_LONGEST_NAME:]
    job_id = _job_id(path, source, covers, watchlist, [wanted, encoding, str(time_zone)])
    collected_at = _waiting_since(folder, job_id) or now
    header = Header(
        kind="import",
        job_id=job_id,
        source=source or DEFAULT_SOURCE,
        platform=DEFAULT_SOURCE,
        stream="import" if covers else f"import:{file_name}",
        since=covers.since if covers else None,
        until=covers.until if covers else None,
        collected_at=collected_at,
        answered=(covers,) if covers else (),
    )
    name = f"import-{file_name}-{job_id[:8]}-rows.jsonl"
    with (
        _opened(path) as file,
        LandingSpool(folder, header) as landing,
        AsideFile(aside / name) as put_aside,
    ):
        taken = _Import(landing, put_aside, watchlist, _told(progress, file.share))
        for content in file.contents():
            known = Circumstances(imported_at=collected_at, time_zone=time_zone, actor=file.actor)
            taken.take(content, known, wanted, encoding)
        taken.check()
        damage = taken.damage or file.damage
        if damage:
            header = replace(header, answered=())
        header = replace(header, unreadable=tuple(put_aside.first))
        rows, repeated = landing.finish(header, put_aside=put_aside.count)
        put_aside.finish()
        if progress:
            progress(1.0)
        return ImportResult(
            path=landing.path,
            rows=rows,
            put_aside=put_aside.count,
            repeated=repeated,
            aside=put_aside.path if put_aside.count else None,
            problems=tuple((place.number, error) for place, error in put_aside.problems),
            places=tuple(str(place) for place, _ in put_aside.problems),
            formats=tuple(taken.formats),
            left_out=dict(taken.left_out),
            damage=damage,
        )


class _Import:
    """Takes the contents of one file, and keeps count."""

    def __init__(
        self,
        landing: LandingSpool,
        put_aside: AsideFile,
        watchlist: Watchlist,
        tell: Callable[[int], None],
    ) -> None:
        self._landing = landing
        self._put_aside = put_aside
        self._watchlist = watchlist
        self._tell = tell
        self._refused: ImportFileError | None = None
        self.formats: dict[str, None] = {}
        self.left_out: Counter[str] = Counter()
        self.damage: str | None = None

    def take(
        self, content: Content, known: Circumstances, wanted: str | None, encoding: str | None
    ) -> None:
        """
        Take all rows of a content; one of an archive that is of no format costs no other.

        Raises:
            ImportFileError: It is of no format, and all that there is.
        """
        try:
            found = recognise(content, known, wanted=wanted, encoding=encoding)
        except ImportFileError as error:
            refused = ImportFileError(content.damage) if content.damage else error
            if content.member is None:
                raise refused from error
            self._refused, self.damage = refused, content.damage or self.damage
            self._put_aside.add(Place(number=1, member=content.member), str(refused), "")
            return
        self.formats[found.format.name] = None
        number, unit = 0, "line"
        for row in found.rows:
            number, unit = row.number, row.unit
            self._take_row(row, found.read, content.member)
            self.damage = row.error if row.is_cut else self.damage
        if content.damage:
            self.damage = content.damage
            place = Place(number=number, unit=unit, member=content.member)
            self._put_aside.add(place, f"{content.damage}: what follows is missing", "")

    def check(self) -> None:
        """
        Refuse an archive in which nothing could be recognised.

        Raises:
            ImportFileError: It is one; the reason is that of its last file.
        """
        if not self.formats and self._refused:
            raise self._refused

    def _take_row(self, row: Row, read: Read, member: str | None) -> None:
        place = Place(number=row.number, unit=row.unit, member=member)
        try:
            reading = read(row.values) if row.error is None else None
        except RowError as error:
            reading, problem = None, str(error)
        else:
            problem = row.error or ""
        self._tell(len(reading.mentions) if reading else 1)
        if reading is None:
            self._put_aside.add(place, problem, row.raw or _as_json(row.values))
            return
        for mention in reading.mentions:
            is_own = self._watchlist.owns(mention.platform, mention.author_handle, mention.url)
            self._landing.add(replace(mention, is_own=True) if is_own else mention)
        for problem, part in reading.problems:
            self._put_aside.add(place, problem, part or row.raw)
        if reading.left_out:
            self.left_out[reading.left_out] += 1


def _as_json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, default=str)


def _told(progress: Progress | None, share: Callable[[], float]) -> Callable[[int], None]:
    """Tell the progress before the first row, and every so many mentions."""
    count = next_at = 0

    def tell(mentions: int) -> None:
        nonlocal count, next_at
        if progress and count >= next_at:
            progress(share())
            next_at = count + _TELL_EACH
        count += mentions

    return tell


@contextmanager
def _opened(path: Path) -> Iterator[ImportFile]:
    try:
        with ImportFile(path) as file:
            yield file
    except (OSError, pa.ArrowException) as error:
        msg = f"can't be imported ({error})"
        raise ImportFileError(msg) from error


def _job_id(
    path: Path,
    source: str | None,
    covers: Interval | None,
    watchlist: Watchlist,
    how: Sequence[str | None],
) -> str:
    try:
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
    except IsADirectoryError as error:
        msg = "is a folder: name the files in it, such as outbox.json"
        raise ImportFileError(msg) from error
    except OSError as error:
        msg = f"can't be read ({error.strerror})"
        raise ImportFileError(msg) from error
    stretch = (covers.since.isoformat(), covers.until.isoformat()) if covers else ()
    parts = json.dumps([content, path.name, source, stretch, watchlist.version, *how])
    return hashlib.sha256(parts.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _waiting_since(folder: Path, job_id: str) -> datetime | None:
    for path in waiting_files(folder):
        if path.stem.endswith(f"-{job_id}"):
            return read_header(path).collected_at
    return None
