"""Collect from Bluesky: search, and accounts' posts, through atproto."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from collectors.bluesky_read import read_posts
from collectors.contract import Clock, Credential, Job, Limit, Page, Stream
from collectors.errors import AuthFailed, BadAnswer
from collectors.queries.asking import asked_by
from collectors.queries.dialects import BLUESKY
from collectors.sources import Source
from collectors.watchlist import Watchlist
from collectors.web.listing import Ask, Listed, walk_listing
from collectors.web.paging import whole_second
from collectors.web.queries import fingerprint
from collectors.web.reading import text_or_none
from collectors.web.single_queries import bluesky_accounts, bluesky_clauses, single_queries

if TYPE_CHECKING:
    from collectors.bluesky_client import Bluesky

_PAGE_SIZE = 100
_QUERY_LIMIT = BLUESKY.limit
_FIRST_REACH = timedelta(days=30)
_SEARCH_ENDS = 950
"""A search need not lead through all of its results (the lexicon of searchPosts)."""
_TICK = timedelta(milliseconds=1)
_LAST_FEW = 5
_FOREIGN_KEYS = {
    "urls": "remove it: Bluesky is asked by 'query' and 'accounts'",
    "subreddits": 'remove it, or set platform = "reddit"',
    "archive": "remove it: Bluesky's search reaches back as far as it goes",
}


class BlueskyCollector:
    """Bluesky's API through atproto; see docs/platforms/bluesky.md."""

    needs_credential = False
    limits = (Limit(requests=3_000, per=timedelta(minutes=5)),)
    item_eur = 0.0

    def mistakes(self, source: Source) -> Sequence[tuple[str, str]]:
        """List what is wrong in a source's configuration: (key, what to do)."""
        found = []
        if source.query and len(source.query) > _QUERY_LIMIT:
            advice = f"{len(source.query)} characters: shorten it to at most {_QUERY_LIMIT}"
            found.append(("query", advice))
        found += [
            (f"accounts.{index}", "write the whole handle, such as 'acme.bsky.social', or a DID")
            for index, account in enumerate(source.accounts or ())
            if not bluesky_accounts([account])
        ]
        found += [(key, advice) for key, advice in _FOREIGN_KEYS.items() if getattr(source, key)]
        return found

    def streams(self, source: Source, watchlist: Watchlist, now: datetime) -> Sequence[Stream]:
        """List one search for each way of writing, since this one knows no OR, and the accounts."""
        watched = watchlist.watched("bluesky", now)
        queries = asked_by(source, BLUESKY)
        if queries is None:
            queries = single_queries(watched, bluesky_clauses, BLUESKY)
        followed = watchlist.followed_handles("bluesky")
        accounts = bluesky_accounts(followed if source.accounts is None else source.accounts)
        searches = [
            Stream(
                key=f"search:{fingerprint(query)}",
                reach="window",
                params={"kind": "search", "query": query},
                history=_FIRST_REACH,
            )
            for query in queries
        ]
        feeds = [
            Stream(
                key=f"account:{account.casefold()}",
                reach="listing",
                params={"kind": "account", "account": account},
                history=_FIRST_REACH,
            )
            for account in accounts
        ]
        return [*searches, *feeds]

    def pages(
        self, job: Job, source: Source, credential: Credential | None, clock: Clock
    ) -> Iterator[Page]:
        """
        Read a search's window or an account's posts, newest first.

        Raises:
            CollectError: Bluesky stopped answering; see docs/platforms/bluesky.md.
        """
        from collectors.bluesky_client import Bluesky

        what = f"bluesky {job.stream}"
        is_search = job.params["kind"] == "search"
        now = clock()
        until = whole_second(min(job.until, now) if is_search else now)
        if job.since and job.since >= until:
            return
        bluesky = Bluesky(what, source, credential, clock)
        try:
            asking = _asking_search if is_search else _asking_account
            ask = asking(bluesky, job, until, _reader(what, bluesky, clock))
            ends = _SEARCH_ENDS if is_search else None
            yield from walk_listing(what, ask, job=job, source=source, until=until, ends=ends)
        finally:
            bluesky.close()


Reader = Callable[[Any, Any], Listed]
"""Reads the posts and the cursor of an answer."""


def _reader(what: str, bluesky: "Bluesky", clock: Clock) -> Reader:
    told = 0

    def read(items: Any, cursor: Any) -> Listed:
        nonlocal told
        if not isinstance(items, list):
            msg = f"{what}: the answer is no list of posts"
            raise BadAnswer(msg)
        mentions, unreadable = read_posts(items, clock())
        requests, told = bluesky.requests - told, bluesky.requests
        return Listed(
            mentions=mentions,
            unreadable=unreadable,
            cursor=text_or_none(cursor),
            requests=requests,
        )

    return read


def _asking_account(bluesky: "Bluesky", job: Job, until: datetime, read: Reader) -> Ask:
    from atproto_client.models.app.bsky.feed.get_author_feed import (  # type: ignore[import-untyped]
        Params,
    )

    del until

    def ask(cursor: str | None) -> Listed:
        params = Params(
            actor=job.params["account"],
            cursor=cursor,
            filter="posts_with_replies",
            limit=_PAGE_SIZE,
        )
        answer = bluesky.ask("app.bsky.feed.getAuthorFeed", params)
        return read(answer.get("feed"), answer.get("cursor"))

    return ask


def _asking_search(bluesky: "Bluesky", job: Job, until: datetime, read: Reader) -> Ask:
    """
    Turn the pages of a search by its cursors, or by time where those are refused.

    Without a login Bluesky answers only a search's first page
    (github.com/bluesky-social/atproto/issues/2838). Then each page is the
    first page of what is older than the end of the one before.
    """
    from atproto_client.models.app.bsky.feed.search_posts import (  # type: ignore[import-untyped]
        Params,
    )

    end, low = until, until
    is_by_time = False

    def answer_to(cursor: str | None, *, may_log_in: bool = True) -> Listed:
        params = Params(
            q=job.params["query"],
            sort="latest",
            limit=_PAGE_SIZE,
            since=_stamp(job.since) if job.since else None,
            until=_stamp(end),
            cursor=cursor,
        )
        answer = bluesky.ask("app.bsky.feed.searchPosts", params, may_log_in=may_log_in)
        return read(answer.get("posts"), answer.get("cursor"))

    def ask(cursor: str | None) -> Listed:
        nonlocal end, low, is_by_time
        page: Listed | None = None
        if not is_by_time:
            try:
                page = answer_to(cursor, may_log_in=cursor is None)
            except AuthFailed:
                if cursor is None:
                    raise
                is_by_time = True
        if page is None:
            # The last moment is asked for again: it may hold more posts than were on the page.
            end = min(low + _TICK, end - _TICK)
            page = answer_to(None)
        dates = [mention.created_at for mention in page.mentions if mention.created_at]
        # Not the last one's alone: its author may have dated it back by years.
        low = max(dates[-_LAST_FEW:], default=low)
        goes_on_by_time = is_by_time and page.cursor is not None
        return replace(page, cursor=_stamp(low)) if goes_on_by_time else page

    return ask


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
