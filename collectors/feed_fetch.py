"""Fetch one feed: within a time, within a size, and no more often than needed."""

import asyncio
import logging
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from importlib.metadata import version
from urllib.parse import urlsplit, urlunsplit

import httpx

from collectors.contract import Credential
from collectors.errors import (
    AuthFailed,
    BadAnswer,
    BadRequest,
    CollectError,
    RateLimited,
    ServerFault,
    SourceGone,
    SourceTimeout,
    SourceUnreachable,
)

MAX_BYTES = 20_000_000
"""Of one feed, decompressed."""

MAX_REDIRECTS = 5
WHOLE_FETCH = 3
"""All of one fetch, redirects included, may take this many times the time-out of one request."""

MAX_WAIT = timedelta(days=7)
"""The longest that a `Retry-After` is believed."""

_ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
)

# At INFO, httpx logs whole addresses, whose query may hold somebody's key.
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """A feed's whole answer."""

    url: str
    """Where redirects led to, as the feed's own site names it, also behind a gateway."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    """Decompressed; empty if unchanged."""
    is_unchanged: bool
    """Answered with 304: nothing new since the validators that were sent."""
    requests: int


def fetch_feed(
    url: str,
    *,
    gateway: str | None,
    validators: Mapping[str, str],
    credential: Credential | None,
    timeout_s: float,
    now: datetime,
) -> Fetched:
    """
    Get a feed, or the news that it did not change.

    Args:
        url: The feed's address.
        gateway: Where every request goes instead, with the path and query of the address.
        validators: The headers `If-None-Match` and `If-Modified-Since` to send.
        credential: Login and password for HTTP Basic; sent to the feed's own site only.
        timeout_s: Seconds for a connection and for each wait; three times that for all.
        now: The present, from which a `Retry-After` counts.

    Raises:
        CollectError: Any other outcome, by its name.
    """
    shown = _shown(url)
    try:
        return asyncio.run(
            _fetch(
                url,
                gateway=gateway,
                validators=validators,
                credential=credential,
                timeout_s=timeout_s,
                now=now,
            )
        )
    except (TimeoutError, httpx.TimeoutException) as error:
        msg = f"{shown} did not answer in time"
        raise SourceTimeout(msg) from error
    except httpx.DecodingError as error:
        msg = f"{shown}: the answer can't be decompressed"
        raise BadAnswer(msg) from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
        msg = f"{shown} can't be asked: {error}"
        raise BadRequest(msg) from error
    except (httpx.HTTPError, OSError) as error:
        msg = f"{shown}: {error or type(error).__name__}"
        raise SourceUnreachable(msg) from error


async def _fetch(
    url: str,
    *,
    gateway: str | None,
    validators: Mapping[str, str],
    credential: Credential | None,
    timeout_s: float,
    now: datetime,
) -> Fetched:
    headers = {
        "User-Agent": f"luisterpost/{version('luisterpost')} (feed reader)",
        "Accept": _ACCEPT,
        "Accept-Encoding": "gzip, deflate",
    }
    login = None
    if credential and credential.login is not None:
        login = httpx.BasicAuth(credential.login, credential.password or "")
    place = url
    async with (
        asyncio.timeout(WHOLE_FETCH * timeout_s),
        httpx.AsyncClient(verify=_tls(), timeout=timeout_s, headers=headers) as client,
    ):
        for requests in range(1, MAX_REDIRECTS + 2):
            address = through(gateway, place) if gateway else place
            request = client.build_request("GET", address, headers=validators)
            is_home = urlsplit(place)[:2] == urlsplit(url)[:2]
            response = await client.send(request, stream=True, auth=login if is_home else None)
            try:
                if response.next_request is not None:
                    target = str(response.next_request.url)
                    place = _behind(gateway, place, target) if gateway else target
                    continue
                body = await _read(response, validators, now)
            finally:
                await response.aclose()
            return Fetched(
                url=place,
                headers=dict(response.headers),
                body=body,
                is_unchanged=response.status_code == HTTPStatus.NOT_MODIFIED,
                requests=requests,
            )
    msg = f"{_shown(url)} redirects more than {MAX_REDIRECTS} times"
    raise BadAnswer(msg)


async def _read(response: httpx.Response, validators: Mapping[str, str], now: datetime) -> bytes:
    shown = _shown(str(response.url))
    status = response.status_code
    if status == HTTPStatus.NOT_MODIFIED and validators:
        return b""
    if status not in {HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION}:
        raise fault_of(status, response.headers, shown, now)
    # Two layers of gzip, or one of brotli, can hide gigabytes in a single packet.
    if response.headers.get("content-encoding", "").strip().lower() not in _ENCODINGS:
        msg = f"{shown} compresses in a way that was not asked for"
        raise BadAnswer(msg)
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MAX_BYTES:
            msg = f"{shown} gives more than {MAX_BYTES // 1_000_000} MB"
            raise BadAnswer(msg)
    return bytes(body)


def fault_of(status: int, headers: Mapping[str, str], shown: str, now: datetime) -> CollectError:
    """Name what an HTTP status means for a feed; *headers* are looked up in lower case."""
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    said = f"{shown} answered {status} {phrase}".rstrip()
    until = retry_at(headers.get("retry-after", ""), now)
    if status == HTTPStatus.TOO_MANY_REQUESTS or (
        status == HTTPStatus.SERVICE_UNAVAILABLE and until
    ):
        return RateLimited(until, f"{said}, try again {_time(until)}" if until else said)
    by_status: dict[int, type[CollectError]] = {
        401: AuthFailed,
        402: AuthFailed,
        403: AuthFailed,
        404: SourceGone,
        407: AuthFailed,
        408: SourceTimeout,
        410: SourceGone,
        451: SourceGone,
    }
    by_hundred = {4: BadRequest, 5: ServerFault}
    return by_status.get(status, by_hundred.get(status // 100, BadAnswer))(said)


def retry_at(value: str, now: datetime) -> datetime | None:
    """Read a `Retry-After`, seconds or an HTTP date (RFC 9110, 10.2.3); None if it is neither."""
    value = value.strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        moment = now + timedelta(seconds=int(value))
    else:
        try:
            moment = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(moment, now), now + MAX_WAIT)


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


def _shown(url: str) -> str:
    """Show an address without what may be secret in it: login, password, query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "the address"
    return f"{parts.hostname or ''}{parts.path}" or "the address"


def _time(moment: datetime) -> str:
    return f"after {moment:%Y-%m-%d %H:%M:%S} UTC"


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()
