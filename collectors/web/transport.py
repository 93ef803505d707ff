"""Hold a client library that speaks through `requests` to our bounds, and name its faults."""

import json
import time
from collections.abc import Mapping
from datetime import timedelta
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
    BadAnswer,
    CollectError,
    SourceTimeout,
    SourceUnreachable,
)
from collectors.web.cut_off import CutOff
from collectors.web.statuses import is_success, name_fault
from collectors.web.utf8 import json_in_utf8

MAX_BODY_BYTES = 32 * 1024 * 1024
_MAX_FAULT_BYTES = 64 * 1024
_MAX_DETAIL = 200
_SHORTEST_SECRET = 4


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
