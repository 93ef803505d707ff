"""Fetch many jobs at once: sources side by side, the jobs of one source in turn."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from collectors.collect import collect_job
from collectors.contract import Clock, Credential, Job
from collectors.registry import collector_for
from collectors.sources import Sources
from collectors.watchlist import Watchlist

_WORKERS = 8


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
    """
    by_source: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        by_source[job.source].append(job)
    # Client libraries are imported here, once, and not by eight threads at a time.
    collectors = {job.platform: collector_for(job.platform) for job in jobs}

    def fetch(batch: Sequence[Job]) -> list[tuple[Job, Path]]:
        source = sources.named(batch[0].source)
        return [
            (
                job,
                collect_job(
                    job,
                    collector=collectors[job.platform],
                    source=source,
                    credential=credentials.get(source.credential or ""),
                    watchlist=watchlist,
                    folder=folder,
                    clock=clock,
                ),
            )
            for job in batch
        ]

    paths = []
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="collect") as pool:
        for future in as_completed([pool.submit(fetch, batch) for batch in by_source.values()]):
            for job, path in future.result():
                done(job, path)
                paths.append(path)
    return paths
