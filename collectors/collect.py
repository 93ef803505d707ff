"""Run one job: fold a platform's pages into one landing file, whatever happens."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

from collectors.contract import Clock, Collector, Credential, Interval, Job, Page
from collectors.errors import CollectError, RateLimited
from collectors.landing import Fault, Header, write_landing
from collectors.mention import Mention
from collectors.permitted import may_be_asked
from collectors.sources import Source
from collectors.walks import what_is_left
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
    kept, and the header says what was answered and what went wrong. Of a job that
    names an employee who agrees no more nothing is asked: it ends as `not_run`.

    Returns:
        The landing file; it exists even if nothing was answered.

    Raises:
        Exception: A bug was met; what was read before it has landed.
    """
    if job.max_pages is not None:
        most = min(source.max_pages, job.max_pages)
        source = source.model_copy(update={"max_pages": most})
    pages: list[Page] = []
    fault: Fault | None = None
    refusal: CollectError | None = None
    bug: Exception | None = None
    failed_requests = 0
    is_permitted = may_be_asked(job, collector, source, watchlist, clock())
    if not is_permitted:
        fault = Fault(reason="not_run", message="it names an employee who agrees no more")
    try:
        for page in collector.pages(job, source, credential, clock) if is_permitted else ():
            pages.append(page)
            if page.cut_by and not job.is_thrifty:
                fault = Fault(reason=page.cut_by, message="there is more than one job may read")
    except CollectError as error:
        failed_requests, refusal = 1, error
        retry_at = error.until if isinstance(error, RateLimited) else None
        fault = Fault(reason=error.reason, message=str(error), retry_at=retry_at)
    except Exception as error:  # noqa: BLE001 - raised below, once what was read has landed
        failed_requests, bug = 1, error
        fault = Fault(reason="failed", message="our own program failed: see its log")
    collected_at = clock()
    left = what_is_left(job, pages, is_cut=fault is not None, error=refusal, at=collected_at)
    mentions = last_of_each(mention for page in pages for mention in page.mentions)
    unreadable = tuple(item for page in pages for item in page.unreadable)
    item_eur = collector.item_eur if source.item_eur is None else source.item_eur
    header = Header(
        kind="collect",
        job_id=job.id,
        source=job.source,
        platform=job.platform,
        stream=job.stream,
        since=job.since,
        until=job.until,
        collected_at=collected_at,
        answered=(*_answered(job, pages, is_whole=fault is None), *left.given_up),
        validators=next((p.validators for p in reversed(pages) if p.validators is not None), None),
        requests=sum(page.requests for page in pages) + failed_requests,
        items_seen=sum(len(page.mentions) + len(page.unreadable) for page in pages),
        unreadable=unreadable,
        account=source.account if item_eur else "",
        item_eur=item_eur,
        charged=_charged(pages) if item_eur else (),
        fault=fault,
        remainder=left.remainder,
        continues=left.continues,
    )
    owned = (
        replace(m, is_own=True)
        if not m.is_own and watchlist.owns(m.platform, m.author_handle, m.url)
        else m
        for m in mentions
    )
    path = write_landing(folder, header, owned)
    if bug is not None:
        raise bug
    return path


def _answered(job: Job, pages: Sequence[Page], *, is_whole: bool) -> tuple[Interval, ...]:
    answered = tuple(pages[-1].answered) if pages else ()
    if not (job.is_thrifty and is_whole and job.since and pages and pages[-1].cut_by):
        return answered
    read_from = min((i.since for i in answered), default=job.until)
    given_up = Interval(since=job.since, until=read_from, reason="budget")
    return (*answered, given_up) if job.since < read_from else answered


def _charged(pages: Sequence[Page]) -> tuple[str, ...]:
    """List what the pages are charged for, each once; what can't be read by its bytes."""
    ids = [m.native_id for page in pages for m in page.mentions]
    ids += [one for page in pages for one in page.also_charged]
    ids += [
        blake2b(item.raw.encode("utf-8", "replace"), digest_size=16).hexdigest()
        for page in pages
        for item in page.unreadable
    ]
    return tuple(dict.fromkeys(ids))


def last_of_each(mentions: Iterable[Mention]) -> list[Mention]:
    """Keep one mention of each identity: where an id is repeated, the last one wins."""
    return list({mention.mention_id: mention for mention in mentions}.values())
