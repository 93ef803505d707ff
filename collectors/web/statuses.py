"""What the status of a web server's answer means for whoever asked."""

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

MAX_WAIT = timedelta(days=7)
"""The longest that a `Retry-After` is believed."""


def fault_of(status: int, headers: Mapping[str, str], shown: str, now: datetime) -> CollectError:
    """Name what an HTTP status means; *headers* are looked up in lower case."""
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


def _time(moment: datetime) -> str:
    return f"after {moment:%Y-%m-%d %H:%M:%S} UTC"
