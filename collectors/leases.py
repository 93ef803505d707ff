"""Leases: the folder of planned jobs, between the plan and the workers."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from filelock import FileLock

from collectors.contract import Job
from collectors.landing import sync_folder

LEASE = timedelta(hours=1)
"""A job that left no landing file for so long is planned anew."""

_ENDINGS = frozenset({".json", ".loaded", ".backfill"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Leases:
    """The folder of planned jobs: a job's file is the lease of its stream."""

    folder: Path

    def claim(self, jobs: Sequence[Job], *, now: datetime, is_backfill: bool = False) -> list[Job]:
        """
        Write each job's file, exclusively; a stream that somebody else holds is left out.

        Args:
            jobs: What is to be fetched.
            now: The present.
            is_backfill: The jobs are the backfill's own: no round fetches them.

        Returns:
            The jobs that are ours.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        # Without the lock, two plans that meet an expired lease could both replace it.
        with FileLock(self.folder / ".lock"):
            self._drop_expired(now)
            held = {path.name.split(".")[0] for path in self._files()}
            ours = []
            numbers: Counter[str] = Counter()
            ending = "backfill" if is_backfill else "json"
            for job in jobs:
                name = _stream_name(job)
                if name not in held and self._create(job, f"{name}.{numbers[name]}.{ending}"):
                    ours.append(job)
                numbers[name] += 1
            sync_folder(self.folder)
        return ours

    def open_jobs(self) -> list[Job]:
        """List the jobs that are planned and not yet loaded."""
        return [job for path in sorted(self.folder.glob("*.json")) if (job := _read(path))]

    def claimed(self, *, now: datetime) -> list[Job]:
        """List the jobs that no snapshot knows of yet, fetched or not, whose leases still hold."""
        if not self.folder.exists():
            return []
        jobs = [job for path in self._files() if (job := _read(path))]
        return [job for job in jobs if abs(now - job.planned_at) < LEASE]

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
                with suppress(FileNotFoundError):  # It expired a moment ago.
                    path.rename(path.with_suffix(".loaded"))

    def end_backfill(self) -> None:
        """Give the backfill's jobs back; whoever calls it is the only backfill."""
        for path in self.folder.glob("*.backfill"):
            path.unlink(missing_ok=True)

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
            # A lease from far in the future was planned by a clock that went wrong.
            if job is None or abs(now - job.planned_at) >= LEASE:
                with suppress(FileNotFoundError):
                    path.unlink()

    def _files(self) -> Iterator[Path]:
        yield from (p for p in self.folder.iterdir() if p.suffix in _ENDINGS)


def _stream_name(job: Job) -> str:
    digest = blake2b(job.stream.encode(), digest_size=6).hexdigest()
    return f"{job.source}-{digest}"


def _read(path: Path) -> Job | None:
    try:
        job = Job.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return job if job.planned_at and job.planned_at.tzinfo else None
