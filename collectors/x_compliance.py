"""X's batch compliance jobs, through tweepy: upload ids, and learn which posts are to be deleted."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from collectors.contract import Clock
from collectors.errors import BadAnswer, SourceTimeout, SourceUnreachable
from collectors.sources import Source
from collectors.web.fetching import Asking, agent_name, fetch
from collectors.web.public_address import CheckedTransport, NamedHosts, PrivateAddress
from collectors.web.reading import (
    UnfitError,
    identity,
    instant_from_iso,
    mapping,
    mappings,
    text_or_none,
)
from collectors.web.statuses import name_fault

_REASONS = frozenset({"deleted", "deactivated", "protected", "suspended", "bounced"})
"""`scrub_geo` asks for the place only, which is stored nowhere but in the record."""

_MAX_BYTES = 64_000_000
"""Of a result: some 200 for each of at most 200,000 posts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ComplianceJob:
    """A job as X tells of it."""

    id: str
    name: str | None
    status: str
    """`created`, `in_progress`, `complete`, `failed` or `expired`."""
    upload_until: datetime | None
    """Up to when its list of ids is taken (aware, UTC)."""
    upload_url: str | None
    download_url: str | None

    def takes_list(self, now: datetime) -> bool:
        """Tell whether its list can still be handed in."""
        is_open = self.upload_until is not None and now < self.upload_until
        return is_open and self.status == "created"


def create_job(client: Any, name: str, what: str) -> ComplianceJob:
    """
    Begin a job; X runs one at a time.

    Args:
        client: tweepy's.
        name: By which `find_job` finds it again; up to 64 characters.
        what: Begins the message of a fault.

    Raises:
        CollectError: X doesn't begin one, or its answer does not arrive.
    """
    answer = _answered(lambda: client.create_compliance_job("tweets", name=name), what)
    return _job_of(mapping(answer).get("data"), what)


def job_state(client: Any, job_id: str, what: str) -> ComplianceJob:
    """
    Ask how a job does.

    Raises:
        CollectError: X doesn't tell.
    """
    answer = _answered(lambda: client.get_compliance_job(job_id), what)
    job = _job_of(mapping(answer).get("data"), what)
    if job.id != job_id:
        msg = f"{what}: the answer is about another job"
        raise BadAnswer(msg)
    return job


def find_job(client: Any, name: str, what: str) -> ComplianceJob | None:
    """
    Look a job up by its name, among those that X lists; None: it was never begun, or long ago.

    Raises:
        CollectError: X doesn't list them.
    """
    answer = _answered(lambda: client.get_compliance_jobs("tweets"), what)
    if not isinstance(answer, dict) or ("errors" in answer and "data" not in answer):
        msg = f"{what}: no list of jobs in the answer"
        raise BadAnswer(msg)
    found = (one for one in mappings(answer.get("data")) if one.get("name") == name)
    return next((_job_of(one, what) for one in found), None)


def upload_ids(
    url: str | None, ids: Iterable[str], source: Source, clock: Clock, what: str
) -> None:
    """
    Hand in a job's list of ids; the address itself is the permission, no token is sent.

    Raises:
        CollectError: It is not taken, or the address is none, or lies in a private network.
    """
    url = _address(url, source, what)
    body = "".join(f"{one}\n" for one in ids).encode()
    timeout_s = source.timeout.total_seconds()
    try:
        status, headers = asyncio.run(_put(url, body, NamedHosts.of(source.base_url), timeout_s))
    except PrivateAddress as error:
        raise BadAnswer(_private(what)) from error
    except (TimeoutError, httpx.TimeoutException) as error:
        msg = f"{what}: the list of ids was not taken within {timeout_s:g} s"
        raise SourceTimeout(msg) from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        msg = f"{what}: the list of ids can't be handed in, {type(error).__name__}"
        raise SourceUnreachable(msg) from error
    if fault := name_fault(f"{what}: the list of ids", status, headers, "", clock()):
        raise fault


async def _put(
    url: str, body: bytes, named: NamedHosts, timeout_s: float
) -> tuple[int, Mapping[str, str]]:
    """Hand a body in; nothing is followed, and of the answer only its header is read."""
    transport = CheckedTransport(httpx.AsyncHTTPTransport(), named)
    headers = {"Content-Type": "text/plain"}
    async with (
        asyncio.timeout(timeout_s),
        httpx.AsyncClient(transport=transport, timeout=timeout_s) as client,
        client.stream("PUT", url, content=body, headers=headers) as response,
    ):
        return response.status_code, dict(response.headers)


def download_result(url: str | None, source: Source, clock: Clock, what: str) -> dict[str, str]:
    """
    Fetch a finished job's result.

    Returns:
        By id why the post is to be deleted. X names these only, so that an
        empty result says that all are still there.

    Raises:
        CollectError: It can't be had, or a line of it is no result.
    """
    url = _address(url, source, what)
    asking = Asking(
        agent=agent_name("compliance"),
        accept="text/plain, */*;q=0.1",
        named=NamedHosts.of(source.base_url),
        timeout_s=source.timeout.total_seconds(),
        whole_s=source.timeout.total_seconds(),
        max_bytes=_MAX_BYTES,
        follows=False,
    )
    try:
        fetched = fetch(url, asking, validators={}, credential=None, now=clock())
    except PrivateAddress as error:
        raise BadAnswer(_private(what)) from error
    if fetched.location is not None:
        msg = f"{what}: the result lies elsewhere than X says"
        raise BadAnswer(msg)
    lines = fetched.body.decode("utf-8", "replace").splitlines()
    gone = {}
    for line in filter(str.strip, lines):
        try:
            told = mapping(json.loads(line))
        except (ValueError, RecursionError):
            told = {}
        number, reason = identity(told.get("id")), told.get("reason")
        if number is None or told.get("action") is None or not isinstance(reason, str):
            msg = f"{what}: a line of the result is none"
            raise BadAnswer(msg)
        if told["action"] == "delete" and reason in _REASONS:
            gone[number] = reason
    return gone


def _answered(ask: Any, what: str) -> Any:
    try:
        return ask()
    except (ValueError, RecursionError) as error:
        msg = f"{what}: the answer is not JSON"
        raise BadAnswer(msg) from error


def _job_of(job: Any, what: str) -> ComplianceJob:
    job = mapping(job)
    number = identity(job.get("id"))
    if number is None or not number.isalnum():
        msg = f"{what}: the answer names no job"
        raise BadAnswer(msg)
    try:
        upload_until = instant_from_iso(job.get("upload_expires_at"))
    except UnfitError:
        upload_until = None
    return ComplianceJob(
        id=number,
        name=text_or_none(job.get("name")),
        status=str(job.get("status")),
        upload_until=upload_until,
        upload_url=text_or_none(job.get("upload_url")),
        download_url=text_or_none(job.get("download_url")),
    )


def _address(url: str | None, source: Source, what: str) -> str:
    """Take an address that X gives: over TLS, or where everything else is asked; its host is checked later."""
    url = url or ""
    try:
        parts = urlsplit(url)
        base = urlsplit(source.base_url or "")
        is_ours = bool(base.netloc) and (parts.scheme, parts.netloc) == (base.scheme, base.netloc)
        is_fine = is_ours or (parts.scheme == "https" and bool(parts.hostname))
    except ValueError:
        is_fine = False
    if not is_fine:
        msg = f"{what}: the job has no usable address"
        raise BadAnswer(msg)
    return url


def _private(what: str) -> str:
    return f"{what}: the job's address lies in a private network"
