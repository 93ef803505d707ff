"""Collect from X: recent and archive search, and the mentions of accounts, through tweepy."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from collectors.contract import Clock, Credential, Interval, Job, Limit, Page, Stream
from collectors.errors import AuthFailed, BadAnswer, CollectError, SourceGone
from collectors.mention import Mention
from collectors.sources import Source
from collectors.watchlist import Watchlist
from collectors.web.paging import (
    PageWatch,
    answered,
    gap_before,
    oldest,
    seen_down_to,
    whole_second,
)
from collectors.web.queries import derive_queries, fingerprint, x_clauses, x_handles
from collectors.web.reading import identity, mapping, mappings, text_or_none
from collectors.x_read import read_posts, version_of

_ORIGIN = "https://api.twitter.com"
_QUERY_LIMIT = 512
_ARCHIVE_QUERY_LIMIT = 1024
_RECENT_REACH = timedelta(days=7) - timedelta(minutes=10)
_ARCHIVE_DEFAULT_REACH = timedelta(days=30)
_ARCHIVE_BEGINS = datetime(2006, 3, 21, tzinfo=UTC)
_MENTIONS_BEGIN = datetime(2010, 11, 6, tzinfo=UTC)
_MENTIONS_KEPT = 800
_NEARLY = 0.95
_NEWEST_AGE = timedelta(seconds=15)
_QUARTER = timedelta(minutes=15)
_ARCHIVE_PAUSE_S = 1.05

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
    # Without referenced_tweets.id: the other post would be read, and paid for, unused.
    "expansions": ["author_id", "geo.place_id"],
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


class XCollector:
    """X API v2 through tweepy; see docs/platforms/x.md."""

    needs_credential = True
    limits = (
        Limit(kind="search", requests=450, per=_QUARTER),
        Limit(kind="mentions", requests=300, per=_QUARTER),
    )

    def mistakes(self, source: Source) -> Sequence[tuple[str, str]]:
        """List what is wrong in a source's configuration: (key, what to do)."""
        found = []
        limit = _ARCHIVE_QUERY_LIMIT if source.archive else _QUERY_LIMIT
        if source.query and len(source.query) > limit:
            found.append(
                ("query", f"{len(source.query)} characters: shorten it to at most {limit}")
            )
        found += [
            (f"accounts.{index}", "write the handle only, such as 'acme': 1 to 15 of A-Z, 0-9, _")
            for index, account in enumerate(source.accounts or ())
            if not x_handles([account])
        ]
        if source.urls:
            found.append(("urls", "remove it: X is asked by 'query' and 'accounts'"))
        if source.subreddits:
            found.append(("subreddits", 'remove it, or set platform = "reddit"'))
        return found

    def streams(self, source: Source, watchlist: Watchlist, now: datetime) -> Sequence[Stream]:
        """List one stream for each query, and one for each account's mentions."""
        endpoint = "all" if source.archive else "recent"
        queries = (
            (source.query,)
            if source.query
            else derive_queries(watchlist.watched("x", now), x_clauses, _QUERY_LIMIT)
        )
        accounts = watchlist.followed_handles("x") if source.accounts is None else source.accounts
        searches = [
            Stream(
                key=f"search:{fingerprint(endpoint, query)}",
                reach="window",
                params={"query": query, "endpoint": endpoint},
                horizon=None if source.archive else _RECENT_REACH,
                history=_ARCHIVE_DEFAULT_REACH if source.archive else None,
            )
            for query in queries
        ]
        mentions = [
            Stream(
                key=f"mentions:{handle.casefold()}",
                reach="window",
                params={"handle": handle},
                horizon=_RECENT_REACH,
            )
            for handle in x_handles(accounts)
        ]
        return [*searches, *mentions]

    def pages(
        self, job: Job, source: Source, credential: Credential | None, clock: Clock
    ) -> Iterator[Page]:
        """
        Fetch a window, newest first, page by page.

        Raises:
            CollectError: X stopped answering; see docs/platforms/x.md.
        """
        handle = job.params.get("handle")
        endpoint = "mentions" if handle else job.params["endpoint"]
        window = window_for(endpoint, job, clock())
        if window is None:
            return
        what = f"x {job.stream}"
        client = _client(what, source, credential, clock)
        with client.session:
            if handle:
                ask = _asking_mentions(client, job, window, what)
            else:
                ask = _asking_search(client, job, window, source)
            yield from _turn_pages(what, ask, window, source, clock, looked_up=bool(handle))


def window_for(endpoint: str, job: Job, now: datetime) -> Window | None:
    """
    Fit a job's window to what an endpoint accepts.

    Args:
        endpoint: `recent`, `all` or `mentions`.
        job: Its `since` is None for "as far back as there is": 7 days for
            recent search, 30 days (X's own default) for the archive, the
            newest 800 for mentions.
        now: The present; X wants the end at least 10 s before it. Mentions are
            asked for up to there, whatever the job's end: only from the newest
            one on is it plain whether X still keeps them all.

    Returns:
        The window in whole seconds; None if nothing is left of it.
    """
    newest = now - _NEWEST_AGE
    until = whole_second(newest if endpoint == "mentions" else min(job.until, newest))
    since = whole_second(job.since) if job.since else None
    if endpoint == "recent":
        earliest = whole_second(now - _RECENT_REACH)
        since = max(since or earliest, earliest)
    elif endpoint == "all":
        since = max(since or until - _ARCHIVE_DEFAULT_REACH, _ARCHIVE_BEGINS)
    elif since:
        since = max(since, _MENTIONS_BEGIN)
    if since and since >= until:
        return None
    keeps = _MENTIONS_KEPT if endpoint == "mentions" else None
    return Window(since=since, until=until, keeps=keeps)


def _turn_pages(
    what: str, ask: Ask, window: Window, source: Source, clock: Clock, *, looked_up: bool
) -> Iterator[Page]:
    watch = PageWatch(what)
    newest_version: dict[str, int] = {}
    cursor: str | None = None
    seen: list[Mention] = []
    for number in range(1, source.max_pages + 1):
        answer = _checked(_answer_of(ask, cursor, what), what)
        mentions, unreadable = read_posts(answer, clock())
        seen += mentions
        cursor = text_or_none(mapping(answer.get("meta")).get("next_token"))
        if cursor is None:
            covered = _covered_by_all(window, source, seen)
        else:
            covered = _covered_down_to(window, mentions)
        yield Page(
            mentions=_newest_versions(mentions, newest_version),
            unreadable=unreadable,
            answered=covered,
            requests=2 if looked_up and number == 1 else 1,
            cut_by="page_cap" if cursor and number == source.max_pages else None,
        )
        if cursor is None:
            return
        watch.check(cursor, [mention.native_id for mention in mentions])


def _covered_down_to(window: Window, page: Sequence[Mention]) -> tuple[Interval, ...]:
    # An edited post stands where its newest version does.
    low = seen_down_to([mention.edited_at or mention.created_at for mention in page])
    if low and window.since:
        low = max(low, window.since)
    return answered(low, window.until)


def _covered_by_all(
    window: Window, source: Source, seen: Sequence[Mention]
) -> tuple[Interval, ...]:
    """Say what is known after the last page: the window, unless X keeps no more than this."""
    if window.keeps and len(seen) >= window.keeps * _NEARLY:
        covered = _covered_down_to(window, seen)
        return covered + gap_before(covered, window.since)
    since = window.since or oldest(seen) or window.until - (source.history or source.overlap)
    return answered(since, window.until)


def _newest_versions(mentions: Sequence[Mention], newest: dict[str, int]) -> list[Mention]:
    """Leave out versions that an edit seen before has replaced; a repeated one stays."""
    kept = []
    for mention in mentions:
        version = version_of(mention)
        if version >= newest.get(mention.native_id, 0):
            newest[mention.native_id] = version
            kept.append(mention)
    return kept


def _client(what: str, source: Source, credential: Credential | None, clock: Clock) -> Any:
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


def _asking_search(client: Any, job: Job, window: Window, source: Source) -> Ask:
    is_archive = job.params["endpoint"] == "all"
    search = client.search_all_tweets if is_archive else client.search_recent_tweets
    pause_s = _ARCHIVE_PAUSE_S if is_archive and not source.base_url else 0

    def ask(cursor: str | None) -> Any:
        # X answers one archive request a second; a gateway has limits of its own.
        time.sleep(pause_s)
        return search(
            job.params["query"],
            max_results=500 if is_archive else 100,
            start_time=window.since,
            end_time=window.until,
            next_token=cursor,
            **_FIELDS,
        )

    return ask


def _asking_mentions(client: Any, job: Job, window: Window, what: str) -> Ask:
    user_id = _user_id(client, job.params["handle"], what)

    def ask(cursor: str | None) -> Any:
        return client.get_users_mentions(
            user_id,
            max_results=100,
            start_time=window.since,
            end_time=window.until,
            pagination_token=cursor,
            **_FIELDS,
        )

    return ask


def _user_id(client: Any, handle: str, what: str) -> str:
    answer = _answer_of(lambda _: client.get_user(username=handle), None, what)
    user_id = identity(mapping(mapping(answer).get("data")).get("id"))
    if user_id is None or not user_id.isdecimal():
        raise _refusal(answer, what)
    return user_id


def _answer_of(ask: Ask, cursor: str | None, what: str) -> Any:
    try:
        return ask(cursor)
    except (ValueError, RecursionError) as error:
        msg = f"{what}: the answer is not JSON"
        raise BadAnswer(msg) from error


def _checked(answer: Any, what: str) -> Mapping[str, Any]:
    """
    Accept an answer with data, or with the count of none.

    Beside data, `errors` only tell of posts that others refer to.
    """
    if isinstance(answer, dict):
        data, meta = answer.get("data"), answer.get("meta")
        if isinstance(data, list) or (data is None and isinstance(meta, dict)):
            return answer
    raise _refusal(answer, what)


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
