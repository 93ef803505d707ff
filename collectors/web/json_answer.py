"""Ask for one JSON answer through httpx: within a time, within a size, with a name for each fault."""

import asyncio
import json
import logging
import ssl
import zlib
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

import httpx

from collectors.contract import Clock
from collectors.errors import BadAnswer, SourceTimeout, SourceUnreachable
from collectors.web.transport import MAX_BODY_BYTES, detail_of, is_success, name_fault
from collectors.web.utf8 import json_in_utf8

_MAX_FAULT_BYTES = 64 * 1024
_GZIP = zlib.MAX_WBITS | 16
_HEADERS = {
    "User-Agent": f"luisterpost/{version('luisterpost')}",
    "Accept": "application/json",
    # Brotli or two layers of gzip can hide gigabytes in a single packet.
    "Accept-Encoding": "gzip",
}

# At INFO, httpx logs whole addresses.
logging.getLogger("httpx").setLevel(logging.WARNING)


def get_json(
    url: str, params: Mapping[str, str], *, what: str, timeout: timedelta, clock: Clock
) -> Any:
    """
    Ask for one answer; nothing is followed and nothing is tried again.

    Args:
        url: Where to ask.
        params: The query.
        what: What is asked for; begins every message.
        timeout: For the whole request.
        clock: The present, for waits that a server gives in seconds.

    Returns:
        Whatever JSON the answer holds.

    Raises:
        CollectError: There is no answer, it reports a fault, it is longer than
            32 MB, or it is no JSON.
    """
    try:
        status, headers, body = asyncio.run(_get(url, params, what, timeout.total_seconds()))
    except (TimeoutError, httpx.TimeoutException) as error:
        msg = f"{what}: no answer within {timeout.total_seconds():g} s"
        raise SourceTimeout(msg) from error
    except (httpx.HTTPError, OSError) as error:
        msg = f"{what}: no connection, {type(error).__name__}"
        raise SourceUnreachable(msg) from error
    fault = (
        None if is_success(status) else name_fault(what, status, headers, detail_of(body), clock())
    )
    if fault:
        raise fault
    try:
        return json.loads(json_in_utf8(body))
    except (ValueError, RecursionError) as error:
        msg = f"{what}: the answer is not JSON"
        raise BadAnswer(msg) from error


async def _get(
    url: str, params: Mapping[str, str], what: str, timeout_s: float
) -> tuple[int, Mapping[str, str], bytes]:
    async with (
        asyncio.timeout(timeout_s),
        httpx.AsyncClient(verify=_tls(), timeout=timeout_s, headers=_HEADERS) as client,
        client.stream("GET", url, params=dict(params)) as response,
    ):
        return response.status_code, dict(response.headers), await _body(response, what)


async def _body(response: httpx.Response, what: str) -> bytes:
    """Read a body as far as it may go; decompressed piece by piece, for a bomb never unfolds."""
    is_fine = response.status_code == HTTPStatus.OK
    limit = MAX_BODY_BYTES if is_fine else _MAX_FAULT_BYTES
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        msg = f"{what}: the answer is compressed in a way that was not asked for"
        raise BadAnswer(msg)
    unzip = zlib.decompressobj(_GZIP) if "gzip" in encoding else None
    body = bytearray()
    try:
        async for piece in response.aiter_raw():
            body += unzip.decompress(piece, limit + 1 - len(body)) if unzip else piece
            if len(body) > limit and is_fine:
                msg = f"{what}: the answer is longer than {limit // 1024**2} MB"
                raise BadAnswer(msg)
            if len(body) > limit:
                break
    except zlib.error as error:
        msg = f"{what}: the compression is broken"
        raise BadAnswer(msg) from error
    return bytes(body)


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()
