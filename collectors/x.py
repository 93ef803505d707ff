"""Collect from X: search, and the mentions and posts of accounts, through tweepy."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from collectors.charges import ACCOUNT_ITEMS, account_charges
from collectors.contract import Clock, Credential, Job, Limit, Page, Stream
from collectors.mention import Mention
from collectors.queries.asking import asked_by
from collectors.queries.dialects import X
from collectors.sources import Source
from collectors.watchlist import Watchlist
from collectors.web.paging import (
    Depth,
    PageWatch,
    answered_down_to,
    known_at_end,
    whole_second,
)
from collectors.web.queries import derive_queries, fingerprint, x_clauses, x_handles
from collectors.web.reading import mapping, mappings, text_or_none
from collectors.x_client import (
    ARCHIVE_PAGE,
    Ask,
    Window,
    answer_of,
    asking_account,
    asking_counts,
    asking_search,
    look_up_user,
    open_client,
)
from collectors.x_read import included_charges, read_posts, version_of

_QUERY_LIMIT = X.limit
_ARCHIVE_QUERY_LIMIT = 1024
_RECENT_REACH = timedelta(days=7) - timedelta(minutes=10)
_ARCHIVE_DEFAULT_REACH = timedelta(days=30)
_ARCHIVE_BEGINS = datetime(2006, 3, 21, tzinfo=UTC)
_LISTINGS_BEGIN = datetime(2010, 11, 6, tzinfo=UTC)
_KEPT = {"mentions": 800, "timeline": 3_200}
"""How many of an account's newest posts X still lists."""
_NEARLY = 0.95
_NEWEST_AGE = timedelta(seconds=15)
_USER_KEYS = ("user_id", "looked_up_at")
_HANDLES_CHANGE_HANDS = timedelta(days=7)
_QUARTER = timedelta(minutes=15)
_PAGE = 100
_WITH_INCLUDED = 2 + ACCOUNT_ITEMS
"""With every post may come another one that it refers to, and its author: charged as well."""


class XCollector:
    """X API v2 through tweepy; see docs/platforms/x.md."""

    needs_credential = True
    limits = (
        Limit(kind="search", requests=450, per=_QUARTER),
        Limit(kind="mentions", requests=300, per=_QUARTER),
        Limit(kind="timeline", requests=900, per=_QUARTER),
    )
    item_eur = 0.0045

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
        page_items = ARCHIVE_PAGE if source.archive else _PAGE
        charged = _WITH_INCLUDED if source.includes_charged else 1
        queries = asked_by(source, X, _ARCHIVE_QUERY_LIMIT if source.archive else None)
        if queries is None:
            watched = watchlist.watched("x", now)
            queries = derive_queries(watched, x_clauses, _QUERY_LIMIT, dialect=X)
        accounts = watchlist.followed_handles("x") if source.accounts is None else source.accounts
        searches = [
            Stream(
                key=f"search:{fingerprint(endpoint, query)}",
                reach="window",
                params={"query": query, "endpoint": endpoint},
                horizon=None if source.archive else _RECENT_REACH,
                history=_ARCHIVE_DEFAULT_REACH if source.archive else None,
                page_items=page_items,
                page_charged=page_items * charged,
            )
            for query in queries
        ]
        mentions = [
            Stream(
                key=f"mentions:{handle.casefold()}",
                reach="window",
                is_walked=True,
                params={"handle": handle},
                horizon=_RECENT_REACH,
                page_charged=_PAGE * charged + ACCOUNT_ITEMS,
            )
            for handle in x_handles(accounts)
        ]
        # Search gives no reposts, an account's own listing does.
        timelines = [
            Stream(
                key=f"timeline:{handle.casefold()}",
                reach="window",
                is_walked=True,
                params={"endpoint": "timeline", "handle": handle},
                history=_RECENT_REACH,
                page_charged=_PAGE * charged + ACCOUNT_ITEMS,
            )
            for handle in x_handles(accounts)
        ]
        return [*searches, *mentions, *timelines]

    def pages(
        self, job: Job, source: Source, credential: Credential | None, clock: Clock
    ) -> Iterator[Page]:
        """
        Fetch a window, newest first, page by page.

        Raises:
            CollectError: X stopped answering; see docs/platforms/x.md.
        """
        handle = job.params.get("handle")
        window = window_for(job.params.get("endpoint", "mentions"), job, clock())
        if window is None:
            return
        walk = _Walk(window=window, until=window.until)
        if job.remainder and job.cursor and window.keeps:
            placed, token = Window.of_place(job.cursor, window.keeps)
            walk = _Walk(window=placed, until=job.remainder.until, token=token)
        what = f"x {job.stream}"
        client = open_client(what, source, credential, clock)
        with client.session:
            if not handle:
                ask = asking_search(client, job, walk.window, source)
                yield from _turn_pages(what, ask, walk, source, clock)
                return
            user_id = _known_user(job, clock())
            is_known = user_id is not None
            if user_id is None:
                user_id = look_up_user(client, handle, what)
            ask = asking_account(client, job, walk.window, user_id)
            for page in _turn_pages(what, ask, walk, source, clock):
                if is_known:
                    yield page
                else:
                    is_known = True
                    known = {"user_id": user_id, "looked_up_at": clock().isoformat()}
                    paid = [*page.also_charged, *account_charges([user_id])]
                    yield replace(
                        page, requests=page.requests + 1, validators=known, also_charged=paid
                    )

    def count(
        self, job: Job, source: Source, credential: Credential | None, clock: Clock
    ) -> int | None:
        """
        Ask how many posts a job would bring, without reading any: X charges for the question.

        Returns:
            X's own estimate; None: it tells none for this kind of stream.

        Raises:
            CollectError: X stopped answering.
        """
        if "query" not in job.params:
            return None
        window = window_for(job.params["endpoint"], job, clock())
        if window is None:
            return 0
        what = f"x {job.stream}"
        client = open_client(what, source, credential, clock)
        total = 0
        with client.session:
            ask = asking_counts(client, job, window, source)
            watch = PageWatch(what)
            cursor: str | None = None
            for _ in range(source.max_pages):
                answer = answer_of(ask, cursor, what)
                meta = mapping(answer.get("meta"))
                here = meta.get("total_tweet_count")
                total += here if isinstance(here, int) and here > 0 else 0
                cursor = text_or_none(meta.get("next_token"))
                if cursor is None:
                    break
                watch.check(
                    cursor, [str(hour.get("start")) for hour in mappings(answer.get("data"))]
                )
        return total


def window_for(endpoint: str, job: Job, now: datetime) -> Window | None:
    """
    Fit a job's window to what an endpoint accepts.

    Args:
        endpoint: `recent`, `all`, `mentions` or `timeline`.
        job: Its `since` is None for "as far back as there is": 7 days for
            recent search, 30 days (X's own default) for the archive, the
            newest 800 for mentions, the newest 3,200 of an account's own posts.
        now: The present; X wants the end at least 10 s before it. An account's
            listings are asked for up to there, whatever the job's end: only from
            the newest one on is it plain whether X still keeps them all.

    Returns:
        The window in whole seconds; None if nothing is left of it.
    """
    newest = now - _NEWEST_AGE
    until = whole_second(newest if endpoint in _KEPT else min(job.until, newest))
    since = whole_second(job.since) if job.since else None
    if endpoint == "recent":
        earliest = whole_second(now - _RECENT_REACH)
        since = max(since or earliest, earliest)
    elif endpoint == "all":
        since = max(since or until - _ARCHIVE_DEFAULT_REACH, _ARCHIVE_BEGINS)
    elif since:
        since = max(since, _LISTINGS_BEGIN)
    if since and since >= until:
        return None
    return Window(since=since, until=until, keeps=_KEPT.get(endpoint))


def _known_user(job: Job, now: datetime) -> str | None:
    """Tell the account's id if it was looked up lately: each look-up is charged."""
    user_id, looked_up_at = (text_or_none(job.validators.get(k)) for k in _USER_KEYS)
    if user_id is None or looked_up_at is None:
        return None
    is_fresh = timedelta(0) <= now - datetime.fromisoformat(looked_up_at) < _HANDLES_CHANGE_HANDS
    return user_id if is_fresh else None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Walk:
    """What is read, and from where on."""

    window: Window
    """What X is asked for; to go on, the same as when the walk began."""
    until: datetime
    """Up to when the first page tells all."""
    token: str | None = None


def _turn_pages(what: str, ask: Ask, walk: _Walk, source: Source, clock: Clock) -> Iterator[Page]:
    window, cursor = walk.window, walk.token
    watch = PageWatch(what, cursor)
    newest_version: dict[str, int] = {}
    depth = Depth()
    for number in range(1, source.max_pages + 1):
        answer = answer_of(ask, cursor, what)
        mentions, unreadable = read_posts(answer, clock())
        # An edited post stands where its newest version does.
        times = [one.edited_at or one.created_at for one in mentions]
        depth.turn(mentions, unreadable=len(unreadable), times=times)
        cursor = text_or_none(mapping(answer.get("meta")).get("next_token"))
        if cursor is None:
            covered = known_at_end(
                depth,
                window.since,
                walk.until,
                begin=walk.until - (source.history or source.overlap),
                keeps=window.keeps and window.keeps * _NEARLY,
                goes_on=walk.token is not None,
            )
        else:
            covered = answered_down_to(depth.low, window.since, walk.until)
        yield Page(
            mentions=_newest_versions(mentions, newest_version),
            unreadable=unreadable,
            answered=covered,
            also_charged=included_charges(answer) if source.includes_charged else (),
            cut_by="page_cap" if cursor and number == source.max_pages else None,
            cursor=window.place(cursor) if cursor and window.keeps else None,
        )
        if cursor is None:
            return
        watch.check(cursor, [mention.native_id for mention in mentions])
        del answer  # Its thousands of objects make room for the next page's.


def _newest_versions(mentions: Sequence[Mention], newest: dict[str, int]) -> list[Mention]:
    """Leave out versions that an edit seen before has replaced; a repeated one stays."""
    kept = []
    for mention in mentions:
        version = version_of(mention)
        if version >= newest.get(mention.native_id, 0):
            newest[mention.native_id] = version
            kept.append(mention)
    return kept
