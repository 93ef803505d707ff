"""X's batch compliance jobs, through tweepy: upload ids, and learn which posts are to be deleted."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from collectors.contract import Clock
from collectors.errors import BadAnswer, SourceTimeout, SourceUnreachable
from collectors.sources import Source
from collectors.web.fetching import Asking, agent_name, fetch
from collectors.web.public_address import CheckedTransport, NamedHosts, PrivateAddress
from collectors.web.reading import identity, mapping, text_or_none
from collectors.web.statuses import name_fault

_REASONS = frozenset({"deleted", "deactivated", "protected", "suspended", "bounced"})
"""`scrub_geo` asks for the place only, which is stored nowhere but in the record."""

_MAX_BYTES = 64_000_000
"""Of a result: some 200 for each of at most 200,000 posts."""


def create_job(client: Any, source: Source, what: str) -> tuple[str, str]:
    """
    Begin a job; X runs one at a time.

    Returns:
        Its id, and where its list of ids goes.

    Raises:
        CollectError: X doesn't begin one.
    """
    job = _job_of(_answered(lambda: client.create_compliance_job("tweets"), what), what)
    return job["id"], _address(job.get("upload_url"), source, what)


def job_state(client: Any, job_id: str, source: Source, what: str) -> tuple[str, str]:
    """
    Ask how a job does.

    Returns:
        `created`, `in_progress`, `complete`, `failed` or `expired`, and where its result lies.

    Raises:
        CollectError: X doesn't tell.
    """
    job = _job_of(_answered(lambda: client.get_compliance_job(job_id), what), what)
    if job["id"] != job_id:
        msg = f"{what}: the answer is about another job"
        raise BadAnswer(msg)
    return str(job.get("status")), _address(job.get("download_url"), source, what)


def upload_ids(url: str, ids: Iterable[str], source: Source, clock: Clock, what: str) -> None:
    """
    Hand in a job's list of ids; the address itself is the permission, no token is sent.

    Raises:
        CollectError: It is not taken, or the address lies in a private network.
    """
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


def download_result(url: str, source: Source, clock: Clock, what: str) -> dict[str, str]:
    """
    Fetch a finished job's result.

    Returns:
        By id why the post is to be deleted. X names these only, so that an
        empty result says that all are still there.

    Raises:
        CollectError: It can't be had, or a line of it is no result.
    """
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


def _job_of(answer: Any, what: str) -> Mapping[str, Any]:
    job = mapping(mapping(answer).get("data"))
    number = identity(job.get("id"))
    if number is None or not number.isalnum():
        msg = f"{what}: the answer names no job"
        raise BadAnswer(msg)
    return {**job, "id": number}


def _address(value: Any, source: Source, what: str) -> str:
    """Take an address that X gives: over TLS, or where everything else is asked; its host is checked later."""
    url = text_or_none(value) or ""
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
