"""Ask Bluesky through atproto: without a login where that is answered, with one where it is not."""

import json
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from atproto_client import Client  # type: ignore[import-untyped]
from atproto_client.exceptions import AtProtocolError  # type: ignore[import-untyped]
from atproto_client.request import Request  # type: ignore[import-untyped]

from collectors.contract import Clock, Credential
from collectors.errors import AuthFailed, BadAnswer, CollectError, SourceGone
from collectors.sources import Source
from collectors.web.httpx_transport import BoundedTransport
from collectors.web.reading import mapping

_PUBLIC = "https://api.bsky.app"
_LOGIN = "https://bsky.social"
_SESSION_LASTS = timedelta(hours=1)
_GONE = frozenset({"AccountTakedown", "AccountDeactivated", "ActorNotFound", "RepoDeactivated"})
_EXPIRED = frozenset({"ExpiredToken", "InvalidToken", "AuthMissing"})

_sessions: dict[tuple[str | None, str, str], tuple[datetime, str]] = {}
_logging_in = threading.Lock()


class NamingTransport(BoundedTransport):
    """Name what Bluesky reports under status 400 by its own words."""

    def fault_of(
        self, status: int, headers: Mapping[str, str], body: bytes, detail: str
    ) -> CollectError | None:
        """Tell an account that is gone, and a session that is over, from a wrong question."""
        if status == HTTPStatus.BAD_REQUEST:
            word = _error_word(body)
            if word in _GONE or "profile not found" in detail.casefold():
                return SourceGone(self._says(f"there is no such account: {detail or word}"))
            if word in _EXPIRED:
                return AuthFailed(self._says(f"the session is over: {detail or word}"))
        return super().fault_of(status, headers, body, detail)


class Bluesky:
    """
    The public API, and the account's own server once that refuses.

    Logins are counted by the day (300 by the documentation, 10 by the headers
    of some answers). So one is made only where the public API wants it, and
    its session serves all jobs of this process for an hour.
    """

    def __init__(
        self, what: str, source: Source, credential: Credential | None, clock: Clock
    ) -> None:
        """
        Args:
            what: What is asked for; begins every message.
            source: Gives the time-out and perhaps another base URL, for logins, too.
            credential: Login is the handle, password an app password; None:
                only what is public.
            clock: The present.

        Raises:
            AuthFailed: The credential is not complete.
        """
        if credential and not (credential.login and credential.password):
            msg = f"{what}: the connection lacks login (the handle) or password (an app password)"
            raise AuthFailed(msg)
        self._what = what
        self._base_url = source.base_url
        self._credential = credential
        self._clock = clock
        self._transport = NamingTransport(
            what=what, timeout=source.timeout, clock=clock, credential=credential
        )
        self._client = Client(
            base_url=source.base_url or _PUBLIC, request=Request(transport=self._transport)
        )
        self._is_logged_in = False

    @property
    def requests(self) -> int:
        """How many requests were made so far."""
        return self._transport.requests

    def close(self) -> None:
        """Close the connections."""
        self._client.request.close()

    def ask(self, nsid: str, params: Any, *, may_log_in: bool = True) -> Mapping[str, Any]:
        """
        Ask one question, and read the JSON of its answer.

        Not through atproto's models, which refuse a page for one odd post.

        Args:
            nsid: Name of the question, such as `app.bsky.feed.searchPosts`.
            params: atproto's model of its parameters.
            may_log_in: Whether to log in and ask again where the answer is
                only for those who did.

        Raises:
            CollectError: There is no answer, it reports a fault, or it is no
                object of JSON.
        """
        try:
            if self._session() and not self._is_logged_in:
                self._log_in()
            return self._ask(nsid, params)
        except AuthFailed:
            if self._is_logged_in:
                _sessions.pop(self._key, None)
            if self._is_logged_in or self._credential is None or not may_log_in:
                raise
        self._log_in()
        return self._ask(nsid, params)

    def _ask(self, nsid: str, params: Any) -> Mapping[str, Any]:
        self._transport.last_body = b""
        # atproto's own reader of JSON refuses half a character: read again below.
        with suppress(ValueError, AtProtocolError):
            self._client.invoke_query(
                nsid, params, output_encoding="application/json", ignore_session_check=True
            )
        try:
            answer = json.loads(self._transport.last_body)
        except (ValueError, RecursionError) as error:
            msg = f"{self._what}: the answer is not JSON"
            raise BadAnswer(msg) from error
        if not isinstance(answer, dict):
            msg = f"{self._what}: the answer is no object"
            raise BadAnswer(msg)
        return answer

    @property
    def _key(self) -> tuple[str | None, str, str]:
        who = self._credential or Credential()
        return self._base_url, who.login or "", who.password or ""

    def _session(self) -> str | None:
        """Give the session that another job of this process began within the hour."""
        began_at, session = _sessions.get(self._key, (None, None))
        is_fresh = began_at and timedelta(0) <= self._clock() - began_at < _SESSION_LASTS
        return session if is_fresh else None

    def _log_in(self) -> None:
        now = self._clock()
        with _logging_in:
            session = self._session()
            try:
                if session:
                    self._client.login(session_string=session, fetch_bsky_profile=False)
                else:
                    self._client.update_base_url(self._base_url or _LOGIN)
                    _, login, password = self._key
                    self._client.login(login, password, fetch_bsky_profile=False)
                    _sessions[self._key] = (now, self._client.export_session_string())
            except (AtProtocolError, AttributeError, LookupError, TypeError, ValueError) as error:
                msg = f"{self._what}: the answer to the login is no session"
                raise BadAnswer(msg) from error
        self._is_logged_in = True
        if self._base_url:
            # The answer names the account's own server, which a gateway stands for.
            self._client.update_base_url(self._base_url)


def _error_word(body: bytes) -> str:
    try:
        return str(mapping(json.loads(body)).get("error", ""))
    except (ValueError, RecursionError):
        return ""
