"""Fetch one document of the web: within a time, within a size, and only from where it may be."""

import asyncio
import logging
import ssl
import zlib
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from http import HTTPStatus
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

from collectors.contract import Credential
from collectors.errors import (
    BadAnswer,
    BadRequest,
    CollectError,
    RateLimited,
    SourceTimeout,
    SourceUnreachable,
)
from collectors.web.public_address import CheckedTransport, NamedHosts
from collectors.web.statuses import name_fault, wait_until
from collectors.web.unpacking import Unpacker

MAX_REDIRECTS = 5
WHOLE_FETCH = 3
"""All of one fetch, redirects included, may take this many times the time-out of one request."""

PERMANENT = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})

_ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})

# At INFO, httpx logs whole addresses, whose query may hold somebody's key.
logging.getLogger("httpx").setLevel(logging.WARNING)


class WrongType(BadAnswer):
    """The answer is of a media type that is not read."""


class TooLong(BadAnswer):
    """The answer is longer than may be read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """How to ask: what is the same for every request of one fetch."""

    agent: str
    """The `User-Agent`; see `agent_name`."""
    accept: str
    named: NamedHosts
    """Hosts that may lie in a private network."""
    timeout_s: float
    """For a connection and for each wait."""
    max_bytes: int
    """Of the answer, decompressed."""
    gateway: str | None = None
    """Where every request goes instead, with the path and query of the address."""
    follows: bool = True
    """Whether redirects are followed; else they are the answer."""
    types: frozenset[str] | None = None
    """Media types that are read; None: all."""
    cuts_off: bool = False
    """Whether a longer answer is cut off at `max_bytes`; else it is refused."""
    whole_s: float | None = None
    """For all of one fetch; None: three times `timeout_s`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """A whole answer."""

    url: str
    """Where redirects led to, as the site itself names it, also behind a gateway."""
    moved_to: str | None = None
    """Where permanent redirects (301, 308) led to, up to the first that was not."""
    location: str | None = None
    """Where a redirect that was not followed leads to."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = b""
    """Decompressed; empty if unchanged."""
    is_unchanged: bool = False
    """Answered with 304: nothing new since the validators that were sent."""
    requests: int = 1


def agent_name(what: str, contact: str | None = None) -> str:
    """Say who asks: program, version, what it is, and whom its user named for questions."""
    said = f"{what}; +{contact}" if contact else what
    return f"luisterpost/{version('luisterpost')} ({said})"


def fetch(
    url: str,
    asking: Asking,
    *,
    validators: Mapping[str, str],
    credential: Credential | None,
    now: datetime,
) -> Fetched:
    """
    Get a document, or the news that it did not change.

    Args:
        url: Its address.
        asking: How to ask.
        validators: The headers `If-None-Match` and `If-Modified-Since` to send.
        credential: Login and password for HTTP Basic; sent to the address's own site only.
        now: The present, from which a `Retry-After` counts.

    Raises:
        CollectError: Any other outcome, by its name.
    """
    return _in_time(_fetch(url, asking, validators, credential, now), shown(url))


def _in_time(fetching: Coroutine[Any, Any, Fetched], what: str) -> Fetched:
    try:
        return asyncio.run(fetching)
    except (TimeoutError, httpx.TimeoutException) as error:
        msg = f"{what} did not answer in time"
        raise SourceTimeout(msg) from error
    except zlib.error as error:
        msg = f"{what}: the answer can't be decompressed"
        raise BadAnswer(msg) from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
        msg = f"{what} can't be asked: {error}"
        raise BadRequest(msg) from error
    except (httpx.HTTPError, OSError) as error:
        msg = f"{what}: {error or type(error).__name__}"
        raise SourceUnreachable(msg) from error


async def _fetch(
    url: str,
    asking: Asking,
    validators: Mapping[str, str],
    credential: Credential | None,
    now: datetime,
) -> Fetched:
    headers = {
        "User-Agent": asking.agent,
        "Accept": asking.accept,
        "Accept-Encoding": "gzip, deflate",
    }
    login = None
    if credential and credential.login is not None:
        login = httpx.BasicAuth(credential.login, credential.password or "")
    place, moved_to, has_moved = url, None, True
    transport = CheckedTransport(httpx.AsyncHTTPTransport(verify=_tls()), asking.named)
    async with (
        asyncio.timeout(asking.whole_s or WHOLE_FETCH * asking.timeout_s),
        httpx.AsyncClient(transport=transport, timeout=asking.timeout_s, headers=headers) as client,
    ):
        for requests in range(1, MAX_REDIRECTS + 2):
            address = through(asking.gateway, place) if asking.gateway else place
            request = client.build_request("GET", address, headers=validators)
            is_home = urlsplit(place)[:2] == urlsplit(url)[:2]
            response = await client.send(request, stream=True, auth=login if is_home else None)
            try:
                target = _target(response, asking.gateway, place)
                body = b"" if target else await _read(response, validators, asking, now)
            finally:
                await response.aclose()
            if target and asking.follows:
                has_moved = has_moved and response.status_code in PERMANENT
                place, moved_to = target, target if has_moved else moved_to
                continue
            return Fetched(
                url=place,
                moved_to=moved_to,
                location=target,
                headers=dict(response.headers),
                body=body,
                is_unchanged=response.status_code == HTTPStatus.NOT_MODIFIED,
                requests=requests,
            )
    msg = f"{shown(url)} redirects more than {MAX_REDIRECTS} times"
    raise BadAnswer(msg)


def _target(response: httpx.Response, gateway: str | None, place: str) -> str | None:
    if response.next_request is None:
        return None
    target = str(response.next_request.url)
    return _behind(gateway, place, target) if gateway else target


def _fault_of(status: int, headers: Mapping[str, str], what: str, now: datetime) -> CollectError:
    until = wait_until(headers, now)
    is_closed = status == HTTPStatus.SERVICE_UNAVAILABLE and until is not None
    if is_closed or status == HTTPStatus.TOO_MANY_REQUESTS:
        when = f", try again after {until:%Y-%m-%d %H:%M:%S} UTC" if until else ""
        return RateLimited(until, f"{what}: answered {status} {HTTPStatus(status).phrase}{when}")
    fault = name_fault(what, status, headers, "", now)
    return fault or BadAnswer(f"{what}: answered {status}, which is no document")


async def _read(
    response: httpx.Response, validators: Mapping[str, str], asking: Asking, now: datetime
) -> bytes:
    what = shown(str(response.url))
    status = response.status_code
    if status == HTTPStatus.NOT_MODIFIED and validators:
        return b""
    if status not in {HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION}:
        raise _fault_of(status, response.headers, what, now)
    # Two layers of gzip, or one of brotli, can hide gigabytes in a single packet.
    if response.headers.get("content-encoding", "").strip().lower() not in _ENCODINGS:
        msg = f"{what} compresses in a way that was not asked for"
        raise BadAnswer(msg)
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if asking.types is not None and kind and kind not in asking.types:
        msg = f"{what} is of type {kind[:80]}"
        raise WrongType(msg)
    body = bytearray()
    unpacker = Unpacker(response.headers.get("content-encoding", ""))
    async for piece in response.aiter_raw():
        body += unpacker.unpack(piece, asking.max_bytes + 1 - len(body))
        if len(body) > asking.max_bytes and asking.cuts_off:
            return bytes(body[: asking.max_bytes])
        if len(body) > asking.max_bytes:
            msg = f"{what} gives more than {asking.max_bytes // 1_000_000} MB"
            raise TooLong(msg)
    return bytes(body)


def through(gateway: str, url: str) -> str:
    """Address *url* at a gateway: its path and query below the gateway's own."""
    door, wanted = urlsplit(gateway), urlsplit(url)
    path = door.path.rstrip("/") + (wanted.path or "/")
    return urlunsplit((door.scheme, door.netloc, path, wanted.query, ""))


def _behind(gateway: str, place: str, target: str) -> str:
    """Name a redirect's target as the site names it that the gateway stands for."""
    door, site, found = urlsplit(gateway), urlsplit(place), urlsplit(target)
    if found[:2] != door[:2]:
        return target
    path = found.path.removeprefix(door.path.rstrip("/"))
    return urlunsplit((site.scheme, site.netloc, path, found.query, found.fragment))


def shown(url: str) -> str:
    """Show an address without what may be secret in it: login, password, query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "the address"
    return f"{parts.hostname or ''}{parts.path}" or "the address"


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()
