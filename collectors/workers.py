"""Fetch many jobs at once: sources and sites side by side, the jobs of one of them in turn."""

import gc
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from urllib.parse import urlsplit

from collectors.collect import collect_job
from collectors.contract import Clock, Credential, Job
from collectors.registry import collector_for
from collectors.sources import Sources
from collectors.watchlist import Watchlist

_WORKERS = 20
"""Threads; they wait for servers nearly all of the time."""


def collect_jobs(
    jobs: Sequence[Job],
    *,
    sources: Sources,
    credentials: Mapping[str, Credential],
    watchlist: Watchlist,
    folder: Path,
    clock: Clock,
    done: Callable[[Job, Path], None] = lambda _job, _path: None,
) -> list[Path]:
    """
    Fetch every job and write its landing file.

    Args:
        jobs: Jobs of configured sources.
        sources: The configuration that the jobs were planned from.
        credentials: By the source's `credential` name; held in memory only.
        watchlist: Says which posts are the firm's own.
        folder: Where landing files go.
        clock: The present.
        done: Called in this thread after each job, for a progress bar.

    Returns:
        One landing file a job, in the order in which they ended.

    Raises:
        ExceptionGroup: Jobs met bugs, one exception each, which names its job;
            every other job has its landing file.
    """
    lanes: dict[tuple[str, str], list[Job]] = defaultdict(list)
    for job in jobs:
        lanes[_lane(job)].append(job)
    # Client libraries are imported here, once, and not by all threads at a time.
    collectors = {job.platform: collector_for(job.platform) for job in jobs}

    def fetch(job: Job) -> Path:
        source = sources.named(job.source)
        return collect_job(
            job,
            collector=collectors[job.platform],
            source=source,
            credential=credentials.get(source.credential or ""),
            watchlist=watchlist,
            folder=folder,
            clock=clock,
        )

    paths: list[Path] = []
    bugs: list[Exception] = []
    # What is loaded by now stays: the garbage collector need not walk through it for each page.
    gc.freeze()
    try:
        for job, outcome in _each_ended(list(lanes.values()), fetch):
            if isinstance(outcome, Exception):
                outcome.add_note(f"while collecting {job.source}, stream {job.stream}")
                bugs.append(outcome)
            else:
                done(job, outcome)
                paths.append(outcome)
    finally:
        gc.unfreeze()
    if bugs:
        msg = f"{len(bugs)} of {len(jobs)} jobs met a bug; the others are done"
        raise ExceptionGroup(msg, bugs)
    return paths


def _lane(job: Job) -> tuple[str, str]:
    """Name what is asked by one at a time: a source, or of a source of feeds each site."""
    try:
        return job.source, urlsplit(job.params.get("url", "")).netloc
    except ValueError:
        return job.source, ""


def _each_ended(
    batches: Sequence[Sequence[Job]], fetch: Callable[[Job], Path]
) -> Iterator[tuple[Job, Path | Exception]]:
    """Fetch the batches side by side and give each job as it ends, with its file or its bug."""
    ended: SimpleQueue[tuple[Job, Path | Exception]] = SimpleQueue()
    is_over = Event()

    def fetch_in_turn(batch: Sequence[Job]) -> None:
        for job in batch:
            if is_over.is_set():
                return
            try:
                ended.put((job, fetch(job)))
            except Exception as error:  # noqa: BLE001 - the caller raises it, once the others are done
                ended.put((job, error))

    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="collect") as pool:
        try:
            for batch in batches:
                pool.submit(fetch_in_turn, batch)
            for _ in range(sum(len(batch) for batch in batches)):
                yield ended.get()
        finally:
            is_over.set()  # After Ctrl-C each source ends its present job and begins no other.
