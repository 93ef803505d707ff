"""Open Google's client so that it asks within our bounds, keeps the key to itself, and never retries."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

import requests
from requests.auth import AuthBase

from collectors.contract import Clock, Credential
from collectors.errors import AuthFailed, BadAnswer, CollectError, RateLimited
from collectors.sources import Source
from collectors.web.reading import mapping, mappings
from collectors.web.statuses import wait_until
from collectors.web.transport import BoundedAdapter

_QUOTA_DAY = ZoneInfo("America/Los_Angeles")
_DAILY = frozenset({"quotaexceeded", "dailylimitexceeded"})
_BRIEF = frozenset({"ratelimitexceeded", "userratelimitexceeded", "rate_limit_exceeded"})
_KEY_REFUSED = frozenset({"keyinvalid", "keyexpired", "api_key_invalid", "api_key_expired"})
_NOT_TRIED = 0


class CommentsDisabled(AuthFailed):
    """The video takes no comments: nothing is missed."""


class YouTubeAdapter(BoundedAdapter):
    """Tell apart what YouTube says with status 403: quota, comments switched off, no permission."""

    def fault_of(
        self, status: int, headers: Mapping[str, str], body: bytes, detail: str
    ) -> CollectError | None:
        """Name what an answer reports, by the reasons in its body."""
        reasons, limits = _reasons(body)
        said = f": {detail}" if detail else ""
        if status in {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}:
            now = self._clock()
            if reasons & _DAILY or any("perday" in limit for limit in limits):
                until = next_quota_day(now)
                return RateLimited(until, self._says(f"the day's quota is used up{said}"))
            if reasons & _BRIEF:
                return RateLimited(wait_until(headers, now), self._says(f"rate limited{said}"))
        if status == HTTPStatus.FORBIDDEN and "commentsdisabled" in reasons:
            return CommentsDisabled(self._says("comments are switched off"))
        if status == HTTPStatus.BAD_REQUEST and reasons & _KEY_REFUSED:
            return AuthFailed(self._says(f"the API key is refused{said}"))
        return super().fault_of(status, headers, body, detail)


def next_quota_day(now: datetime) -> datetime:
    """Tell when the quota begins anew: at midnight in California; aware, UTC."""
    tomorrow = now.astimezone(_QUOTA_DAY).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, _QUOTA_DAY).astimezone(UTC)


def open_youtube(
    session: requests.Session,
    what: str,
    source: Source,
    credential: Credential | None,
    clock: Clock,
) -> Any:
    """
    Make a client of the YouTube Data API v3; no request is made, its description is packaged.

    Args:
        session: Carries the requests; whoever made it closes it.
        what: What is asked for; begins every message.
        source: Gives the time-out and perhaps another base URL.
        credential: Its password is the API key.
        clock: The present.

    Raises:
        AuthFailed: There is no usable key.
    """
    from googleapiclient.discovery import build  # type: ignore[import-untyped]

    key = (credential.password or "").strip() if credential else ""
    if not key:
        msg = f"{what}: no API key: set it as the password of the connection"
        raise AuthFailed(msg)
    if not all("!" <= character <= "~" for character in key):
        msg = f"{what}: the API key holds characters that no key has"
        raise AuthFailed(msg)
    adapter = YouTubeAdapter(what=what, timeout=source.timeout, clock=clock, credential=credential)
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter)
    session.auth = _KeyAuth(key)
    base = source.base_url
    return build(
        "youtube",
        "v3",
        http=_SessionHttp(session),
        static_discovery=True,
        cache_discovery=False,
        client_options={"api_endpoint": f"{base.rstrip('/')}/"} if base else None,
    )


def execute(request: Any, what: str) -> tuple[list[Any], str | None]:
    """
    Send a request of the client's.

    Returns:
        The answer's items, and where the next page is.

    Raises:
        CollectError: There is no answer, or it is no list.
    """
    try:
        answer = mapping(request.execute(num_retries=_NOT_TRIED))
    except (ValueError, RecursionError) as error:
        msg = f"{what}: the answer is not JSON"
        raise BadAnswer(msg) from error
    items, cursor = answer.get("items"), answer.get("nextPageToken")
    # Of an empty list YouTube sometimes gives but the count.
    if items is None and isinstance(answer.get("pageInfo"), dict):
        items = []
    if not isinstance(items, list):
        msg = f"{what}: no items in the answer"
        raise BadAnswer(msg)
    return items, cursor if isinstance(cursor, str) and cursor else None


class _KeyAuth(AuthBase):
    """
    Send the key as a header.

    As the parameter `key`, which the client would make of it, it stands in the
    address, and so in its log lines and errors.
    """

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["X-Goog-Api-Key"] = self._key
        return request


class _SessionHttp:
    """What Google's client takes for an `httplib2.Http`, whose answers have no bounds."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[Any, bytes]:
        """Send one request; give status and headers, and the body."""
        from httplib2 import Response  # type: ignore[import-untyped]

        answer = self._session.request(method, uri, data=body, headers=dict(headers or {}))
        return Response(dict(answer.headers) | {"status": str(answer.status_code)}), answer.content

    def close(self) -> None:
        """Leave the session open: who made it closes it."""


def _reasons(body: bytes) -> tuple[set[str], set[str]]:
    """Read the reasons of a fault and the limits that were passed, in lower case."""
    try:
        error = mapping(mapping(json.loads(body)).get("error"))
    except (ValueError, RecursionError):
        return set(), set()
    details = mappings(error.get("details"))
    told = [*mappings(error.get("errors")), *details]
    limits = (mapping(detail.get("metadata")).get("quota_limit") for detail in details)
    return (
        {str(one.get("reason", "")).lower() for one in told},
        {limit.lower() for limit in limits if isinstance(limit, str)},
    )
