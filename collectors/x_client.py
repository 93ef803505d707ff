"""Ask the X API v2 through tweepy: one function a kind of request, each answer checked."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from collectors.contract import Clock, Credential, Job
from collectors.errors import AuthFailed, BadAnswer, CollectError, SourceGone
from collectors.sources import Source
from collectors.web.reading import identity, mapping, mappings, text_or_none

_ORIGIN = "https://api.twitter.com"
_ARCHIVE_PAUSE_S = 1.05
ARCHIVE_PAGE = 500
"""Posts in one answer of the archive."""

_FIELDS = {
    "tweet_fields": [
        "author_id",
        "conversation_id",
        "created_at",
        "edit_controls",
        "edit_history_tweet_ids",
        "entities",
        "geo",
        "in_reply_to_user_id",
        "lang",
        "note_tweet",
        "possibly_sensitive",
        "public_metrics",
        "referenced_tweets",
        "text",
        "withheld",
    ],
    "expansions": ["author_id", "geo.place_id", "referenced_tweets.id"],
    "user_fields": ["id", "name", "username", "public_metrics", "verified"],
    "place_fields": ["country_code", "full_name", "place_type"],
}

Ask = Callable[[str | None], Any]
"""Asks for the page behind a cursor; None: the first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """What is asked for, in whole seconds; without `since`, all that X keeps."""

    since: datetime | None
    until: datetime
    keeps: int | None = None
    """How many items the endpoint keeps, whatever the window; None: all."""

    def place(self, token: str) -> str:
        """Write where a walk stopped: its token holds for its own window only."""
        since = self.since.isoformat() if self.since else ""
        return f"{since} {self.until.isoformat()} {token}"

    @classmethod
    def of_place(cls, place: str, keeps: int | None) -> tuple[Self, str]:
        """Read what `place` wrote: the window, and the token."""
        since, until, token = place.split(" ", 2)
        moment = datetime.fromisoformat
        window = cls(since=moment(since) if since else None, until=moment(until), keeps=keeps)
        return window, token


def open_client(what: str, source: Source, credential: Credential | None, clock: Clock) -> Any:
    """
    Open tweepy's client, with a session that the caller closes.

    Raises:
        AuthFailed: There is no bearer token, or none that could be one.
    """
    import tweepy  # type: ignore[import-untyped]

    from collectors.web.transport import BearerAuth, BoundedAdapter

    token = (credential.password or "").strip() if credential else ""
    if not token:
        msg = f"{what}: no bearer token: set it as the password of the connection"
        raise AuthFailed(msg)
    if not all("!" <= character <= "~" for character in token):
        msg = f"{what}: the bearer token holds characters that no token has"
        raise AuthFailed(msg)
    # The token is set below tweepy, which writes its headers to the debug log.
    client = tweepy.Client(return_type=dict, wait_on_rate_limit=False)
    client.session.auth = BearerAuth(token)
    adapter = BoundedAdapter(
        what=what,
        timeout=source.timeout,
        clock=clock,
        credential=credential,
        moved=(_ORIGIN, source.base_url) if source.base_url else None,
    )
    for scheme in ("https://", "http://"):
        client.session.mount(scheme, adapter)
    return client


def asking_search(client: Any, job: Job, window: Window, source: Source) -> Ask:
    """Ask recent or archive search for a job's query."""
    is_archive = job.params["endpoint"] == "all"
    search = client.search_all_tweets if is_archive else client.search_recent_tweets
    pause_s = _ARCHIVE_PAUSE_S if is_archive and not source.base_url else 0

    def ask(cursor: str | None) -> Any:
        # X answers one archive request a second; a gateway has limits of its own.
        time.sleep(pause_s)
        return search(
            job.params["query"],
            max_results=ARCHIVE_PAGE if is_archive else 100,
            start_time=window.since,
            end_time=window.until,
            next_token=cursor,
            **_FIELDS,
        )

    return ask


def asking_account(client: Any, job: Job, window: Window, user_id: str) -> Ask:
    """Ask for an account's mentions, or for its own posts."""
    is_timeline = job.params.get("endpoint") == "timeline"
    listing = client.get_users_tweets if is_timeline else client.get_users_mentions

    def ask(cursor: str | None) -> Any:
        return listing(
            user_id,
            max_results=100,
            start_time=window.since,
            end_time=window.until,
            pagination_token=cursor,
            **_FIELDS,
        )

    return ask


def asking_counts(client: Any, job: Job, window: Window, source: Source) -> Ask:
    """Ask how many posts a search would give, hour by hour: no post is read, each question is charged."""
    is_archive = job.params["endpoint"] == "all"
    count = client.get_all_tweets_count if is_archive else client.get_recent_tweets_count
    pause_s = _ARCHIVE_PAUSE_S if is_archive and not source.base_url else 0

    def ask(cursor: str | None) -> Any:
        time.sleep(pause_s)
        behind = {"next_token": cursor} if cursor else {}
        return count(
            job.params["query"],
            granularity="hour",
            start_time=window.since,
            end_time=window.until,
            **behind,
        )

    return ask


def answer_of(ask: Ask, cursor: str | None, what: str) -> Mapping[str, Any]:
    """
    Ask for a page, and accept an answer with data, or with the count of none.

    Beside data, `errors` only tell of posts that others refer to.

    Raises:
        CollectError: X did not answer as asked.
    """
    answer = _asked(ask, cursor, what)
    if isinstance(answer, dict):
        data, meta = answer.get("data"), answer.get("meta")
        if isinstance(data, list) or (data is None and isinstance(meta, dict)):
            return answer
    raise _refusal(answer, what)


def look_up_user(client: Any, handle: str, what: str) -> str:
    """
    Ask which id an account has: a request that is charged.

    Raises:
        CollectError: X doesn't know the account, or doesn't show it.
    """
    answer = _asked(lambda _: client.get_user(username=handle), None, what)
    user_id = identity(mapping(mapping(answer).get("data")).get("id"))
    if user_id is None or not user_id.isdecimal():
        raise _refusal(answer, what)
    return user_id


def _asked(ask: Ask, cursor: str | None, what: str) -> Any:
    try:
        return ask(cursor)
    except (ValueError, RecursionError) as error:
        msg = f"{what}: the answer is not JSON"
        raise BadAnswer(msg) from error


def _refusal(answer: Any, what: str) -> CollectError:
    """Name what X says under status 200 instead of data."""
    for error in mappings(mapping(answer).get("errors")):
        kind = str(error.get("type", "")).rpartition("/")[2]
        title = text_or_none(error.get("title")) or "refused"
        message = f"{what}: {title[:100]}"
        if kind == "resource-not-found":
            return SourceGone(message)
        if kind == "not-authorized-for-resource":
            return AuthFailed(message)
    return BadAnswer(f"{what}: neither data nor a count in the answer")


def look_up_posts(client: Any, ids: Sequence[str], what: str) -> Mapping[str, Any]:
    """
    Ask for up to 100 posts by their ids: each one that is given is charged.

    Returns:
        The answer; its `errors` name posts that are gone. What others refer to
        is not asked for: it would be charged as well.

    Raises:
        CollectError: X did not answer as asked.
    """
    expansions = [one for one in _FIELDS["expansions"] if one != "referenced_tweets.id"]
    fields = {**_FIELDS, "expansions": expansions}
    answer = _asked(lambda _: client.get_tweets(list(ids), **fields), None, what)
    if isinstance(answer, dict) and ("data" in answer or "errors" in answer):
        return answer
    raise _refusal(answer, what)
