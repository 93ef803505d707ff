"""Steps of `collect`: plan what is due, fetch one source's jobs, count what landed."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from collectors.contract import Job
from collectors.landing import read_header, waiting_files
from collectors.leases import Leases
from dags.surroundings import find_ready, look_around, tell
from dags.told import Batch, failure_of


def plan_batches() -> list[Batch]:
    """Claim what is due, and give all open jobs that were not fetched, by source."""
    from warehouse.plan import plan_round, waiting_headers

    around = look_around()
    settings = around.settings
    readiness = find_ready(around)
    for state in readiness.off:
        tell(f"{state.source.name} is off: {state.why_off}")
    for message in plan_round(settings, readiness.states).messages:
        tell(message)
    on = {state.source.name for state in readiness.states if state.why_off is None}
    fetched = {header.job_id for header in waiting_headers(settings)}
    batches: dict[str, list[str]] = defaultdict(list)
    for job in Leases(folder=settings.jobs).open_jobs():
        if job.source in on and job.id not in fetched:
            batches[job.source].append(job.id)
    return [Batch(source=source, jobs=jobs) for source, jobs in batches.items()]


def fetch_batch(batch: Batch) -> list[str]:
    """
    Fetch one source's jobs in turn.

    Returns:
        The landing files.

    Raises:
        SourceFailed: The source did not answer as asked; the files have landed all the same.
    """
    from collectors.workers import collect_jobs

    around = look_around()
    settings, configuration = around.settings, around.configuration
    jobs = _unfetched(batch, settings.jobs, [settings.landing, settings.enriched])
    paths = collect_jobs(
        jobs,
        sources=configuration.sources,
        credentials=find_ready(around).credentials,
        watchlist=configuration.watchlist,
        folder=settings.landing,
        clock=settings.clock,
    )
    headers = [read_header(path) for path in paths]
    tell(f"{len(paths)} files landed, {sum(header.items_seen for header in headers)} items seen")
    failed = failure_of(
        batch["source"], headers, folder=settings.home / "failing", now=settings.clock()
    )
    if failed is not None:
        raise failed
    return [str(path) for path in paths]


def _unfetched(batch: Batch, jobs: Path, folders: Sequence[Path]) -> list[Job]:
    """Leave out what an earlier attempt of this task has fetched; names end in the job's id."""
    fetched = {path.stem.rpartition("-")[2] for folder in folders for path in waiting_files(folder)}
    wanted = set(batch["jobs"]) - fetched
    return [job for job in Leases(folder=jobs).open_jobs() if job.id in wanted]
