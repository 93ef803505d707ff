"""Ask an instance through Mastodon.py, without its waiting, and take the answers as they came."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from mastodon import Mastodon, MastodonError

from collectors.contract import Clock, Credential
from collectors.errors import AuthFailed, BadAnswer, CollectError, RateLimited
from collectors.sources import Source
from collectors.web.reading import text_or_none
from collectors.web.statuses import wait_until
from collectors.web.transport import BoundedAdapter

DEFAULT_INSTANCE = "https://mastodon.social"
_REMAINING, _RESET = "x-ratelimit-remaining", "x-ratelimit-reset"
_VERSION = "4.5.0"
_WANTS_ACCOUNT = "authenticated user"

Call = Callable[[Mastodon], Any]
"""One call of the library."""


class CountingAdapter(BoundedAdapter):
    """
    Count down the instance's limit, and keep from Mastodon.py what it stumbles over.

    A reset that is no time makes it refuse a good answer, a `Deprecation`
    header makes it warn, and one odd item makes it refuse a page; to give each
    item its type takes it 10 ms, minutes for what a hostile instance may send.
    So it is handed an empty answer, and the whole one is kept here.
    """

    _closed_until: datetime | None = None
    last: requests.Response | None = None
    """The last answer without fault, but for its body."""
    last_body = b""

    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        """
        Send one request, unless the one before was the last allowed.

        Raises:
            CollectError: The limit is used up, there is no answer, or it
                reports a fault.
        """
        now = self._clock()
        if self._closed_until and now < self._closed_until:
            raise RateLimited(self._closed_until, self._says("the instance's limit is used up"))
        response = super().send(request, *args, **options)
        headers = response.headers
        reset = {_RESET: headers.get(_RESET, "")}
        if headers.get(_REMAINING, "").strip() == "0":
            self._closed_until = wait_until(reset, now)
        for name in (_REMAINING, _RESET, "x-ratelimit-limit", "deprecation"):
            headers.pop(name, None)
        self.last, self.last_body = response, response.raw.read()
        response.raw = BytesIO(b"[]" if self.last_body.lstrip().startswith(b"[") else b"{}")
        return response

    def fault_of(
        self, status: int, headers: Mapping[str, str], body: bytes, detail: str
    ) -> CollectError | None:
        """Tell a question that only accounts may ask, which Mastodon refuses with 422."""
        if status == HTTPStatus.UNPROCESSABLE_ENTITY and _WANTS_ACCOUNT in detail.casefold():
            return AuthFailed(self._says(f"the instance wants an account's token: {detail}"))
        return super().fault_of(status, headers, body, detail)


class _Mastodon(Mastodon):
    """Ask only what is asked for: no look at the instance's description before each timeline."""

    def timeline_is_available(self, *_args: Any, **_options: Any) -> bool:
        return True


class Instance:
    """One instance, asked with or without a token."""

    def __init__(
        self,
        session: requests.Session,
        what: str,
        source: Source,
        credential: Credential | None,
        clock: Clock,
    ) -> None:
        """
        Args:
            session: Carries the requests; whoever made it closes it.
            what: What is asked for; begins every message.
            source: Gives the instance and the time-out.
            credential: The password is the access token; None: only what is public.
            clock: The present.

        Raises:
            AuthFailed: The credential holds no token.
        """
        self._what = what
        self._adapter = CountingAdapter(
            what=what, timeout=source.timeout, clock=clock, credential=credential
        )
        for scheme in ("https://", "http://"):
            session.mount(scheme, self._adapter)
        # What went wrong is told in the instance's own language otherwise.
        session.headers["Accept-Language"] = "en"
        if credential:
            # Below Mastodon.py, which takes a token for the name of a file where there is one.
            session.headers["Authorization"] = f"Bearer {_token(credential, what)}"
        self._client = _Mastodon(
            api_base_url=source.base_url or DEFAULT_INSTANCE,
            ratelimit_method="throw",
            request_timeout=source.timeout.total_seconds(),
            # Said, so that it isn't asked for; whatever else an instance runs answers the same calls.
            version_check_mode="created",
            mastodon_version=_VERSION,
            session=session,
        )

    def answer_to(self, call: Call) -> Any:
        """
        Make one call, and read the JSON of its answer.

        Raises:
            CollectError: There is no answer, it reports a fault, or it is no JSON.
        """
        self._adapter.last = None
        try:
            call(self._client)
        except (MastodonError, AttributeError) as error:
            if isinstance(error.__context__, CollectError):
                raise error.__context__ from None
            if self._adapter.last is None:
                raise
        answer = self._adapter.last
        if answer is None or answer.status_code != HTTPStatus.OK:
            msg = f"{self._what}: the answer holds nothing"
            raise BadAnswer(msg)
        try:
            return json.loads(self._adapter.last_body)
        except (ValueError, RecursionError) as error:
            msg = f"{self._what}: the answer is not JSON"
            raise BadAnswer(msg) from error

    def next_id(self) -> str | None:
        """Read behind which id the last answer goes on; None: it was the last page."""
        last = self._adapter.last
        try:
            link = last.links.get("next", {}).get("url", "") if last is not None else ""
            asked = dict(parse_qsl(urlsplit(link).query))
        except ValueError:
            return None
        return text_or_none(asked.get("max_id"))


def _token(credential: Credential, what: str) -> str:
    token = (credential.password or "").strip()
    if not token:
        msg = f"{what}: no access token: set it as the password of the connection"
        raise AuthFailed(msg)
    if not all("!" <= character <= "~" for character in token):
        msg = f"{what}: the access token holds characters that no token has"
        raise AuthFailed(msg)
    return token
