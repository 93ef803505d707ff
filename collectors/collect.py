"""Run one job: fold a platform's pages into one landing file, whatever happens."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from collectors.contract import Clock, Collector, Credential, Job, Page
from collectors.errors import CollectError, RateLimited
from collectors.landing import Fault, Header, write_landing
from collectors.mention import Mention
from collectors.sources import Source
from collectors.watchlist import Watchlist


def collect_job(
    job: Job,
    *,
    collector: Collector,
    source: Source,
    credential: Credential | None,
    watchlist: Watchlist,
    folder: Path,
    clock: Clock,
) -> Path:
    """
    Fetch one job and write its landing file.

    A source's fault ends the job, not the round: the pages read before it are
    kept, and the header says what was answered and what went wrong.

    Returns:
        The landing file; it exists even if nothing was answered.
    """
    if job.max_pages is not None:
        most = min(source.max_pages, job.max_pages)
        source = source.model_copy(update={"max_pages": most})
    pages: list[Page] = []
    fault: Fault | None = None
    failed_requests = 0
    try:
        for page in collector.pages(job, source, credential, clock):
            pages.append(page)
            if page.cut_by:
                fault = Fault(reason=page.cut_by, message="there is more than one job may read")
    except CollectError as error:
        failed_requests = 1
        retry_at = error.until if isinstance(error, RateLimited) else None
        fault = Fault(reason=error.reason, message=str(error), retry_at=retry_at)
    collected_at = clock()
    mentions = last_of_each(mention for page in pages for mention in page.mentions)
    unreadable = tuple(item for page in pages for item in page.unreadable)
    header = Header(
        kind="collect",
        job_id=job.id,
        source=job.source,
        platform=job.platform,
        stream=job.stream,
        since=job.since,
        until=job.until,
        collected_at=collected_at,
        answered=tuple(pages[-1].answered) if pages else (),
        validators=next((p.validators for p in reversed(pages) if p.validators is not None), None),
        requests=sum(page.requests for page in pages) + failed_requests,
        items_seen=sum(len(page.mentions) + len(page.unreadable) for page in pages),
        unreadable=unreadable,
        fault=fault,
    )
    owned = (
        replace(m, is_own=m.is_own or watchlist.owns(m.platform, m.author_handle, m.url))
        for m in mentions
    )
    return write_landing(folder, header, owned)


def last_of_each(mentions: Iterable[Mention]) -> list[Mention]:
    """Keep one mention of each identity: where an id is repeated, the last one wins."""
    return list({mention.mention_id: mention for mention in mentions}.values())
