"""Leases: the folder of planned jobs, and of what is loaded and in no snapshot yet."""

import os
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from filelock import FileLock

from collectors.contract import Job
from collectors.landing import Header, LandingError, sync_folder

LEASE = timedelta(hours=1)
"""A job that left no landing file for so long is planned anew."""

_ENDINGS = frozenset({".json", ".backfill"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Leases:
    """
    The folder of planned jobs: a job's file is the lease of its stream.

    What a load took in stands there as well, until a snapshot knows of it: else what was
    fetched, and paid for, would be unknown to every plan in between, and asked for again.
    """

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

    def mark_loaded(self, headers: Collection[Header]) -> None:
        """
        End the leases of loaded jobs, and note for the plan what the snapshot does not tell yet.

        The note holds until a snapshot is made, however late that is; the plan reads it like
        the header of a file that waits.

        Args:
            headers: Those of the files that one load took in.
        """
        if not headers:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        lines = [_as_noted(header).to_json() for header in headers]
        text = "".join(f"{line}\n" for line in lines)
        name = blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
        temporary = self.folder / f"{name}.{os.getpid()}.part"
        temporary.write_text(text, encoding="utf-8", errors="replace")
        temporary.rename(self.folder / f"{name}.loaded")
        sync_folder(self.folder)  # From here on its files and its leases may go.
        wanted = {header.job_id for header in headers}
        for path in self._files():
            if (job := _read(path)) and job.id in wanted:
                path.unlink(missing_ok=True)

    def end_backfill(self) -> None:
        """Give the backfill's jobs back; whoever calls it is the only backfill."""
        for path in self.folder.glob("*.backfill"):
            path.unlink(missing_ok=True)

    def loaded(self) -> list[Path]:
        """List the notes of what is loaded: a snapshot made from now on knows of it."""
        return sorted(self.folder.glob("*.loaded"))

    def loaded_headers(self) -> list[Header]:
        """Read what is loaded and in no snapshot yet."""
        headers = []
        for path in self.loaded():
            with suppress(FileNotFoundError):  # A snapshot may know of it just now.
                lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
                headers += [header for line in lines if (header := _read_note(line))]
        return headers

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


def _as_noted(header: Header) -> Header:
    """Leave out what no plan asks for, and what may be long."""
    return replace(header, unreadable=(), asked=(), there=(), gone={}, enrichment={})


def _read_note(line: str) -> Header | None:
    try:
        return Header.from_json(line)
    except (LandingError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _read(path: Path) -> Job | None:
    try:
        job = Job.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return job if job.planned_at and job.planned_at.tzinfo else None
