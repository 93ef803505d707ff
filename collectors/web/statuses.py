"""What the status of a web server's answer means for whoever asked."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from collectors.errors import (
    AuthFailed,
    BadAnswer,
    BadRequest,
    CollectError,
    RateLimited,
    ServerFault,
    SourceGone,
    SourceTimeout,
)
from collectors.web.reading import UnfitError, instant_from_iso

MAX_WAIT = timedelta(days=7)
"""The longest that a server's word on when to come back is believed."""
_LONGEST_WAIT = timedelta(days=366)

_NAMED: Mapping[int, type[CollectError]] = {
    HTTPStatus.UNAUTHORIZED: AuthFailed,
    HTTPStatus.PAYMENT_REQUIRED: AuthFailed,
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: AuthFailed,
    HTTPStatus.FORBIDDEN: AuthFailed,
    HTTPStatus.NOT_FOUND: SourceGone,
    HTTPStatus.GONE: SourceGone,
    HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS: SourceGone,
    HTTPStatus.REQUEST_TIMEOUT: SourceTimeout,
}


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
        retry_at(lower.get("retry-after", ""), now),
    )
    found = next((t for t in readings if t and t - now < _LONGEST_WAIT), None)
    return found and min(found, now + MAX_WAIT)


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
