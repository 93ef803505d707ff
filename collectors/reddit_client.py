"""Open praw so that it never sleeps, never waits for ever, and reads no configuration but ours."""

import math
from datetime import datetime, timedelta
from typing import Any

import praw
import prawcore
import requests
from prawcore.const import ACCESS_TOKEN_PATH

from collectors.contract import Clock, Credential
from collectors.errors import AuthFailed, BadAnswer, RateLimited
from collectors.sources import Source
from collectors.web.transport import BoundedAdapter

_OAUTH = "https://oauth.reddit.com"
_SITE = "https://www.reddit.com"
_SHORTEST_USER_AGENT = 7
_LONGEST_WINDOW_S = 86_400
_LIMIT_HEADERS = ("x-ratelimit-remaining", "x-ratelimit-used", "x-ratelimit-reset")


class UnsleepingRequestor(prawcore.Requestor):
    """
    Send praw's requests as they are, and count down Reddit's limit instead of praw.

    prawcore would sleep, in the worker, for up to the ten minutes of Reddit's
    window, and stumble over limits that are no numbers. Here the headers are
    taken from the answer before prawcore sees them, and the request after the
    last allowed one raises `RateLimited`.
    """

    def __init__(self, *, what: str, clock: Clock, **options: Any) -> None:
        """
        Args:
            what: What is asked for; begins every message.
            clock: The present.
            options: For prawcore's own Requestor.
        """
        super().__init__(**options)
        self._what = what
        self._clock = clock
        self._closed_until: datetime | None = None

    def request(self, *args: Any, timeout: float | None = None, **options: Any) -> Any:
        """
        Send one request; the time-out is the adapter's.

        Raises:
            CollectError: Reddit's limit is used up, there is no answer, or it
                reports a fault.
        """
        del timeout
        now = self._clock()
        if self._closed_until and now < self._closed_until:
            message = f"{self._what}: Reddit's limit is used up"
            raise RateLimited(self._closed_until, message)
        response = self._http.request(*args, **options)
        if str(response.url).partition("?")[0].endswith(ACCESS_TOKEN_PATH):
            self._check_token(response)
        remaining, _, reset = (_number(response.headers.pop(n, None)) for n in _LIMIT_HEADERS)
        if remaining < 1 and 0 <= reset <= _LONGEST_WINDOW_S:
            self._closed_until = self._clock() + timedelta(seconds=reset)
        return response

    def _check_token(self, response: requests.Response) -> None:
        try:
            token = response.json()
        except (ValueError, RecursionError) as error:
            msg = f"{self._what}: Reddit's token answer is not JSON"
            raise BadAnswer(msg) from error
        if isinstance(token, dict) and "error" in token:
            msg = f"{self._what}: Reddit refuses the client id and secret"
            raise AuthFailed(msg)
        is_whole = (
            isinstance(token, dict)
            and isinstance(token.get("access_token"), str)
            and isinstance(token.get("expires_in"), int | float)
            and isinstance(token.get("scope"), str)
        )
        if not is_whole:
            msg = f"{self._what}: Reddit's token answer lacks what a token needs"
            raise BadAnswer(msg)


def open_reddit(
    session: requests.Session,
    what: str,
    source: Source,
    credential: Credential | None,
    clock: Clock,
) -> praw.Reddit:
    """
    Make a read-only client; no request is made yet.

    Args:
        session: Carries the requests; whoever made it closes it.
        what: What is asked for; begins every message.
        source: Gives the time-out and perhaps another base URL.
        credential: Login is the client id, password the client secret;
            `user_agent` stands in extra.
        clock: The present.

    Raises:
        AuthFailed: The credential is not complete.
    """
    client_id = _needed(credential and credential.login, "login (the client id)", what)
    secret = _needed(credential and credential.password, "password (the client secret)", what)
    extra = credential.extra if credential else {}
    agent = _needed(extra.get("user_agent"), "extra.user_agent", what)
    if len(agent) < _SHORTEST_USER_AGENT:
        msg = f"{what}: extra.user_agent must tell who is asking, as in 'linux:acme-listener:1.0'"
        raise AuthFailed(msg)
    adapter = BoundedAdapter(what=what, timeout=source.timeout, clock=clock, credential=credential)
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter)
    session.auth = _as_it_is
    base = source.base_url.rstrip("/") if source.base_url else None
    return praw.Reddit(
        "DEFAULT",
        client_id=client_id,
        client_secret=secret,
        user_agent=agent,
        oauth_url=f"{base or _OAUTH}/",
        reddit_url=base or _SITE,
        check_for_updates=False,
        check_for_async=False,
        # A praw.ini in some folder must not turn this into somebody's account.
        username=None,
        password=None,
        refresh_token=None,
        redirect_uri=None,
        requestor_class=UnsleepingRequestor,
        requestor_kwargs={"session": session, "what": what, "clock": clock},
    )


def _needed(value: Any, name: str, what: str) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        msg = f"{what}: the connection has no {name}"
        raise AuthFailed(msg)
    if not all(" " <= character <= "~" for character in text):
        msg = f"{what}: the connection's {name} holds characters that can't be sent"
        raise AuthFailed(msg)
    return text


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep requests from adding a login of its own from a .netrc file."""
    return request


def _number(text: str | None) -> float:
    try:
        return float(text or "")
    except ValueError:
        return math.nan
