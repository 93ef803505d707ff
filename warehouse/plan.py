"""The plan: which streams are due, and which stretch of time to ask each for."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from collectors.contract import Interval, Job, Stream
from collectors.landing import sync_folder
from collectors.sources import Source
from warehouse.ledger import IMPORT_STREAM, LEDGER_REACH, Ledger, StreamHistory, missing

LEASE = timedelta(hours=1)
"""A job that left no landing file for so long is planned anew."""

_MOST_HOLES = 8
"""Jobs for one stream in one plan, the newest hole first."""


def due_jobs(source: Source, streams: Iterable[Stream], ledger: Ledger, now: datetime) -> list[Job]:
    """
    Decide what to ask a source for. Pure: the same ledger gives the same jobs.

    A stream is due when `source.every` has passed since it was last asked and
    the platform doesn't want us to wait. Streams with windows are asked for
    every stretch that is not covered, each begun `source.overlap` earlier for
    posts that arrive late; listings from where their coverage ends; feeds
    always for what they hold.
    """
    imported = ledger.get((source.name, IMPORT_STREAM), StreamHistory()).covered
    jobs: list[Job] = []
    for stream in streams:
        history = ledger.get((source.name, stream.key), StreamHistory())
        if not _is_due(source, history, now):
            continue
        windows = _windows(source, stream, history, imported, now)
        jobs.extend(
            Job(
                source=source.name,
                platform=source.platform,
                stream=stream.key,
                reach=stream.reach,
                params=stream.params,
                since=since,
                until=until,
                validators=history.validators,
                planned_at=now,
            )
            for since, until in windows
        )
    return jobs


def _is_due(source: Source, history: StreamHistory, now: datetime) -> bool:
    if history.retry_at is not None and now < history.retry_at:
        return False
    return history.last_attempt_at is None or now >= history.last_attempt_at + source.every


def _windows(
    source: Source,
    stream: Stream,
    history: StreamHistory,
    imported: Sequence[Interval],
    now: datetime,
) -> list[tuple[datetime | None, datetime]]:
    covered = (*history.covered, *imported)
    if stream.reach == "feed":
        return [(history.last_attempt_at, now)]
    reach = source.history or stream.history
    if stream.reach == "listing" and not covered and reach is None:
        return [(None, now)]
    begin = min(history.begun_at or now, now - (reach or LEDGER_REACH))
    if stream.reach == "listing" and covered:
        begin = max(begin, min(interval.since for interval in covered))
    begin = max(begin, now - LEDGER_REACH, now - (stream.horizon or LEDGER_REACH))
    windows: list[tuple[datetime, datetime]] = []
    for since, until in missing(covered, begin, now):
        start = max(since - source.overlap, begin)
        if windows and start <= windows[-1][1]:
            windows[-1] = (windows[-1][0], until)
        else:
            windows.append((start, until))
    if stream.reach == "listing":  # One walk from the newest item back to the oldest hole.
        return [(windows[0][0], now)] if windows else []
    return list(windows[-_MOST_HOLES:])


@dataclass(frozen=True, kw_only=True, slots=True)
class Leases:
    """The folder of planned jobs: a job's file is the lease of its stream."""

    folder: Path

    def claim(self, jobs: Sequence[Job], *, now: datetime) -> list[Job]:
        """
        Write each job's file, exclusively; a stream that somebody else holds is left out.

        Returns:
            The jobs that are ours.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._drop_expired(now)
        held = {path.name.split(".")[0] for path in self._files()}
        ours = []
        numbers: Counter[str] = Counter()
        for job in jobs:
            name = _stream_name(job)
            if name not in held and self._create(job, f"{name}.{numbers[name]}.json"):
                ours.append(job)
            numbers[name] += 1
        sync_folder(self.folder)
        return ours

    def open_jobs(self) -> list[Job]:
        """List the jobs that are planned and not yet loaded."""
        return [job for path in sorted(self.folder.glob("*.json")) if (job := _read(path))]

    def release(self, job: Job) -> None:
        """Give a job back unfetched: the next plan asks for it again."""
        for path in self.folder.glob("*.json"):
            if (held := _read(path)) and held.id == job.id:
                path.unlink(missing_ok=True)

    def mark_loaded(self, job_ids: Iterable[str]) -> None:
        """Keep the leases of loaded jobs only until the next snapshot tells the plan of them."""
        wanted = set(job_ids)
        for path in self.folder.glob("*.json"):
            if (job := _read(path)) and job.id in wanted:
                path.rename(path.with_suffix(".loaded"))

    def loaded(self) -> list[Path]:
        """List the leases that a snapshot made from now on knows of."""
        return sorted(self.folder.glob("*.loaded"))

    def _create(self, job: Job, name: str) -> bool:
        path = self.folder / name
        temporary = path.with_suffix(f".{os.getpid()}.part")
        temporary.write_text(job.to_json(), encoding="utf-8")
        try:
            os.link(temporary, path)  # Exclusive, and whole from the first instant.
        except FileExistsError:
            return False
        finally:
            temporary.unlink()
        return True

    def _drop_expired(self, now: datetime) -> None:
        for path in self._files():
            job = _read(path)
            if job is None or now >= job.planned_at + LEASE or now < job.planned_at:
                with suppress(FileNotFoundError):
                    path.unlink()

    def _files(self) -> Iterator[Path]:
        yield from (p for p in self.folder.iterdir() if p.suffix in {".json", ".loaded"})


def _stream_name(job: Job) -> str:
    digest = blake2b(job.stream.encode(), digest_size=6).hexdigest()
    return f"{job.source}-{digest}"


def _read(path: Path) -> Job | None:
    try:
        return Job.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return None
