"""Hold a client library that speaks through `requests` to our bounds, and name its faults."""

import json
import math
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.utils import get_environ_proxies

from collectors.contract import Clock, Credential
from collectors.credentials import hide_secrets
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
from collectors.web.cut_off import CutOff
from collectors.web.reading import UnfitError, instant_from_iso
from collectors.web.utf8 import json_in_utf8

MAX_BODY_BYTES = 32 * 1024 * 1024
_MAX_FAULT_BYTES = 64 * 1024
_MAX_DETAIL = 200
_SHORTEST_SECRET = 4
_LONGEST_WAIT = timedelta(days=366)
_LONGEST_SILENCE = timedelta(days=7)

_NAMED: Mapping[int, type[CollectError]] = {
    HTTPStatus.UNAUTHORIZED: AuthFailed,
    HTTPStatus.PAYMENT_REQUIRED: AuthFailed,
    HTTPStatus.FORBIDDEN: AuthFailed,
    HTTPStatus.NOT_FOUND: SourceGone,
    HTTPStatus.GONE: SourceGone,
    HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS: SourceGone,
    HTTPStatus.REQUEST_TIMEOUT: SourceTimeout,
}


class BearerAuth(AuthBase):
    """Sign each request with a token, which the client library itself never holds."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token on a request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class BoundedAdapter(HTTPAdapter):
    """
    Send requests with a time-out and a size limit, and raise faults as `CollectError`.

    The faults are named here, below the client library, because the libraries
    differ: some retry and sleep, some lose the status, some repeat headers in
    their messages.
    """

    def __init__(
        self,
        *,
        what: str,
        timeout: timedelta,
        clock: Clock,
        credential: Credential | None = None,
        moved: tuple[str, str] | None = None,
        max_body_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        """
        Args:
            what: What is asked for; begins every message.
            timeout: For one whole request.
            clock: The present, for waits that a server gives in seconds.
            credential: What no message may repeat.
            moved: Origin in the library's addresses, and the base URL to use instead.
            max_body_bytes: Longest body that is read, after decompression.
        """
        super().__init__()
        self._cut_off = CutOff()
        self._cut_off.watch(self.poolmanager)
        self._what = what
        self._timeout_s = timeout.total_seconds()
        self._clock = clock
        self._credential = credential
        self._moved = moved
        self._proxies: Mapping[str, str] | None = None
        self._max_body_bytes = max_body_bytes

    def send(
        self, request: requests.PreparedRequest, *_args: Any, **options: Any
    ) -> requests.Response:
        """
        Send one request and read its whole answer.

        Raises:
            CollectError: There is no answer, or it reports a fault.
        """
        if self._moved and request.url and request.url.startswith(self._moved[0]):
            request.url = self._moved[1].rstrip("/") + request.url.removeprefix(self._moved[0])
            # Whether a proxy stands between is a question of where it goes, not where it would have gone.
            if self._proxies is None:  # Once: to look through the environment takes a while.
                self._proxies = get_environ_proxies(request.url)
            options["proxies"] = self._proxies
        deadline = time.monotonic() + self._timeout_s
        options |= {"stream": True, "timeout": self._timeout_s}
        try:
            with self._cut_off.after(self._timeout_s):
                response = super().send(request, **options)
                body = self._read(response, deadline)
            if self._cut_off.has_happened:
                raise requests.Timeout  # noqa: TRY301 - to be named with the others
        except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
            raise SourceTimeout(self._too_late()) from error
        except urllib3.exceptions.DecodeError as error:
            raise BadAnswer(self._says("the compression is broken")) from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            if self._cut_off.has_happened:
                raise SourceTimeout(self._too_late()) from error
            raise SourceUnreachable(self._says(f"no connection, {_cause(error)}")) from error
        if not is_success(response.status_code):
            token = str(request.headers.get("Authorization", "")).partition(" ")[2]
            detail = detail_of(body, token=token, credential=self._credential)
            fault = self.fault_of(response.status_code, response.headers, body, detail)
            if fault:
                raise fault
        body = json_in_utf8(body)
        # Where the media type is some text, or says Latin-1, `requests` would read it so.
        response.raw, response.encoding = BytesIO(body), None if b"\x00" in body else "utf-8"
        return response

    def proxy_manager_for(self, proxy: Any, **options: Any) -> Any:
        """Open a way through a proxy, held to the same time."""
        is_new = proxy not in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **options)
        if is_new:
            self._cut_off.watch(manager)
        return manager

    def fault_of(
        self, status: int, headers: Mapping[str, str], body: bytes, detail: str
    ) -> CollectError | None:
        """Name what an answer reports; a platform with words of its own reads *body* first."""
        del body
        return name_fault(self._what, status, headers, detail, self._clock())

    def _read(self, response: requests.Response, deadline: float) -> bytes:
        is_fine = response.status_code == HTTPStatus.OK
        limit = self._max_body_bytes if is_fine else _MAX_FAULT_BYTES
        body = bytearray()
        try:
            while piece := response.raw.read1(65_536, decode_content=True):
                body += piece
                if len(body) > limit:
                    if is_fine:
                        size = f"{limit // 1024**2} MB" if limit >= 1024**2 else f"{limit} bytes"
                        raise BadAnswer(self._says(f"the answer is longer than {size}"))
                    break
                if time.monotonic() > deadline:
                    raise requests.Timeout
        finally:
            response.raw.close()
        return bytes(body)

    def _too_late(self) -> str:
        return self._says(f"no answer within {self._timeout_s:g} s")

    def _says(self, message: str) -> str:
        return f"{self._what}: {message}"


def is_success(status: int) -> bool:
    """Tell an answer from a fault: 2xx."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


def name_fault(
    what: str, status: int, headers: Mapping[str, str], detail: str, now: datetime
) -> CollectError | None:
    """
    Give an answer's fault its name.

    Args:
        what: What was asked for; begins the message.
        status: HTTP status.
        headers: Of the answer, looked up in any case.
        detail: What the platform said, already free of secrets; may be empty.
        now: The present, aware.

    Returns:
        The error to raise, or None for an answer without fault (2xx).
    """
    if is_success(status):
        return None
    said = f": {detail}" if detail else ""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        until = wait_until(headers, now)
        when = f" until {until:%Y-%m-%d %H:%M:%S} UTC" if until else ""
        return RateLimited(until, f"{what}: rate limited{when}{said}")
    message = f"{what}: answered {status}{_phrase(status)}{said}"
    if status in _NAMED:
        return _NAMED[status](message)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ServerFault(message)
    if status >= HTTPStatus.BAD_REQUEST:
        return BadRequest(message)
    # Where Reddit sends whoever asks for a subreddit that does not exist.
    is_lost = "/subreddits/search" in headers.get("location", "")
    return SourceGone(message) if is_lost else BadAnswer(message)


def wait_until(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """
    Read when a platform answers again: the headers of X, Reddit, Mastodon, Bluesky, else Retry-After.

    Returns:
        Aware, UTC; None if the headers say nothing, or nothing believable.
    """
    lower = {name.lower(): value.strip() for name, value in headers.items()}
    readings = (
        _epoch(lower.get("x-rate-limit-reset")),
        _in_seconds(lower.get("x-ratelimit-reset"), now),
        # Mastodon writes a time, and software that speaks its language seconds since 1970.
        _iso_date(lower.get("x-ratelimit-reset")),
        _epoch(lower.get("x-ratelimit-reset")),
        _in_seconds(lower.get("ratelimit-reset"), now),
        _epoch(lower.get("ratelimit-reset")),
        _in_seconds(lower.get("retry-after"), now),
        _http_date(lower.get("retry-after")),
    )
    found = next((t for t in readings if t and t - now < _LONGEST_WAIT), None)
    return found and min(found, now + _LONGEST_SILENCE)


def _epoch(text: str | None) -> datetime | None:
    number = _number(text)
    try:
        return datetime.fromtimestamp(number, UTC) if number else None
    except (ValueError, OverflowError, OSError):
        return None


def _in_seconds(text: str | None, now: datetime) -> datetime | None:
    number = _number(text)
    try:
        return None if number is None else now + timedelta(seconds=number)
    except OverflowError:
        return None


def _iso_date(text: str | None) -> datetime | None:
    try:
        return instant_from_iso(text) if text and not text.isdigit() else None
    except UnfitError:
        return None


def _http_date(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except (TypeError, ValueError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _phrase(status: int) -> str:
    try:
        return f" {HTTPStatus(status).phrase}"
    except ValueError:
        return ""


def detail_of(body: bytes, *, token: str = "", credential: Credential | None = None) -> str:
    """
    Find what a platform says about a fault.

    Returns:
        One line without secrets, at most 200 characters; empty if it says nothing.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
        answer = answer["error"]
    if not isinstance(answer, dict):
        return ""
    errors = answer.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    said = (
        first.get("message") if isinstance(first, dict) else None,
        *(answer.get(key) for key in ("detail", "reason", "message", "title", "error")),
    )
    text = next((" ".join(value.split()) for value in said if isinstance(value, str)), "")
    text = hide_secrets(
        text.replace(token, "•••") if len(token) >= _SHORTEST_SECRET else text, credential
    )
    return "".join(character for character in text if character.isprintable())[:_MAX_DETAIL]


def _cause(error: BaseException) -> str:
    """Say why a connection failed, without the request that failed."""
    cause: BaseException | None = error
    kind = type(error).__name__
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
        kind = type(cause).__name__
        cause = cause.__cause__ or cause.__context__
    return kind
