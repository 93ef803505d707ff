"""What X accepts: parameters, queries, windows, page sizes, cursors; each refusal in X's words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from collectors.sample.exchange import Answer, Question
from collectors.sample.search_language import QueryError, Test, parse_query

LIMITS = {
    "recent": 450,
    "all": 300,
    "mentions": 450,
    "tweets": 900,
    "users": 300,
    "lookup": 300,
    "compliance": 150,
    "counts/recent": 300,
    "counts/all": 300,
}
"""Requests in 15 minutes, by endpoint (docs.x.com, rate limits, app only)."""

_QUERY_LIMITS = {"recent": 512, "all": 1024}
_REACH = {"recent": timedelta(days=7), "all": timedelta(days=30)}
_NEWEST_AGE = timedelta(seconds=10)
_USUAL_AGE = timedelta(seconds=30)
_SIZES = {
    "recent": (10, 100, 10),
    "all": (10, 500, 10),
    "mentions": (5, 100, 10),
    "tweets": (5, 100, 10),
}
_OPERATORS = frozenset({"from", "to", "lang", "is", "url", "has"})
_FIELDS = frozenset(
    {"tweet.fields", "user.fields", "expansions", "place.fields", "media.fields", "poll.fields"}
)
_WINDOW = frozenset(
    {"start_time", "end_time", "since_id", "until_id", "max_results", "pagination_token"}
)
_SEARCH = _WINDOW | _FIELDS | {"query", "next_token", "sort_order"}
_COUNTS = (_WINDOW - {"max_results"}) | {"query", "next_token", "granularity"}
_ALLOWED = {
    "recent": _SEARCH,
    "all": _SEARCH,
    "mentions": _WINDOW | _FIELDS,
    "tweets": _WINDOW | _FIELDS | {"exclude"},
    "users": frozenset({"usernames", "user.fields", "expansions", "tweet.fields"}),
    "lookup": _FIELDS | {"ids"},
    "compliance": frozenset({"type", "status"}),
    "counts/recent": _COUNTS,
    "counts/all": _COUNTS,
}


class RefusedError(Exception):
    """X does not answer as asked."""

    def __init__(self, message: str, *, parameter: str, value: str) -> None:
        super().__init__(message)
        content = {
            "errors": [{"parameters": {parameter: [value]}, "message": message}],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": "https://api.twitter.com/2/problems/invalid-request",
        }
        self.answer = Answer.of_json(content, HTTPStatus.BAD_REQUEST)


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Which posts are asked for."""

    start: datetime | None
    end: datetime
    since_id: int | None
    until_id: int | None

    def holds(self, at: datetime, post_id: int) -> bool:
        """Tell whether a post of that time and id is asked for."""
        return (
            (self.start is None or at >= self.start)
            and at < self.end
            and (self.since_id is None or post_id > self.since_id)
            and (self.until_id is None or post_id < self.until_id)
        )


def check_parameters(query: Mapping[str, str], endpoint: str) -> None:
    """
    Refuse what the endpoint does not know.

    Raises:
        RefusedError: There is an unknown parameter.
    """
    for name, value in query.items():
        if name not in _ALLOWED[endpoint]:
            known = ",".join(sorted(_ALLOWED[endpoint]))
            msg = f"The query parameter [{name}] is not one of [{known}]"
            raise RefusedError(msg, parameter=name, value=value)


def read_query(query: Mapping[str, str], endpoint: str) -> Test:
    """
    Read the search query.

    Raises:
        RefusedError: It is absent, too long, or can't be read.
    """
    text, limit = query.get("query", ""), _QUERY_LIMITS[endpoint]
    if not 1 <= len(text) <= limit:
        message = f"Rules must be between 1 and {limit} characters long."
        raise RefusedError(message, parameter="query", value=text[:80])
    try:
        signs = {"#": "hashtag", "@": "mention"}
        return parse_query(text, _OPERATORS, is_verbal=False, prefixes=signs)
    except QueryError as error:
        raise RefusedError(str(error), parameter="query", value=text) from error


def read_window(question: Question, endpoint: str) -> Window:
    """
    Read which stretch of time is asked for.

    Raises:
        RefusedError: It reaches too far back, too near to the present, or is none.
    """
    query, now = question.query, question.now
    start, end = _moment(query, "start_time"), _moment(query, "end_time")
    since_id, until_id = _id(query, "since_id"), _id(query, "until_id")
    if endpoint == "recent" and start and start < now - _REACH["recent"]:
        earliest = f"{now - _REACH['recent']:%Y-%m-%dT%H:%MZ}"
        message = f"Invalid 'start_time':'{start:%Y-%m-%dT%H:%MZ}'. 'start_time' must be on or after {earliest}."
        raise RefusedError(message, parameter="start_time", value=query["start_time"])
    if end and end > now - _NEWEST_AGE:
        message = (
            f"Invalid 'end_time':'{end:%Y-%m-%dT%H:%MZ}'. 'end_time' must be a minimum of "
            "10 seconds prior to the request time."
        )
        raise RefusedError(message, parameter="end_time", value=query["end_time"])
    if start and end and start >= end:
        message = "Invalid 'start_time'. 'start_time' must be before 'end_time'."
        raise RefusedError(message, parameter="start_time", value=query["start_time"])
    end = end or (
        now + timedelta(seconds=1) if endpoint in {"mentions", "tweets"} else now - _USUAL_AGE
    )
    if start is None and since_id is None and endpoint in _REACH:
        start = end - _REACH[endpoint]
    return Window(start=start, end=end, since_id=since_id, until_id=until_id)


def read_size(query: Mapping[str, str], endpoint: str) -> int:
    """
    Read how many posts a page shall have.

    Raises:
        RefusedError: More or fewer than X gives.
    """
    least, most, usual = _SIZES[endpoint]
    text = query.get("max_results", str(usual))
    if not text.isdecimal() or not least <= int(text) <= most:
        message = (
            f"The `max_results` query parameter value [{text}] is not between {least} and {most}"
        )
        raise RefusedError(message, parameter="max_results", value=text)
    return int(text)


def read_cursor(query: Mapping[str, str]) -> int | None:
    """
    Read behind which post the page begins; None: the first page.

    Raises:
        RefusedError: No cursor of ours.
    """
    token = query.get("next_token") or query.get("pagination_token")
    if token is None:
        return None
    if not re.fullmatch(r"s[0-9a-f]{1,16}", token):
        msg = f"Invalid 'next_token':'{token}'."
        raise RefusedError(msg, parameter="next_token", value=token)
    return int(token[1:], 16)


def cursor_behind(post_id: int) -> str:
    """Write what `read_cursor` reads."""
    return f"s{post_id:x}"


def _moment(query: Mapping[str, str], name: str) -> datetime | None:
    text = query.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        message = f"The `{name}` query parameter value [{text}] is not a valid RFC3339 date-time."
        raise RefusedError(message, parameter=name, value=text)
    return moment.astimezone(UTC)


def _id(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name)
    if text is not None and not re.fullmatch(r"[0-9]{1,19}", text):
        message = f"The `{name}` query parameter value [{text}] does not match ^[0-9]{{1,19}}$"
        raise RefusedError(message, parameter=name, value=text)
    return None if text is None else int(text)
