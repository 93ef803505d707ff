"""Collect from Reddit: search, comments of subreddits, posts of users, through praw."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from collectors.contract import Clock, Credential, Job, Limit, Page, Stream
from collectors.errors import BadAnswer
from collectors.queries.asking import asked_by
from collectors.queries.dialects import REDDIT
from collectors.reddit_read import read_listing
from collectors.sources import Source
from collectors.watchlist import Watchlist
from collectors.web.listing import Listed, walk_listing
from collectors.web.paging import whole_second
from collectors.web.queries import (
    derive_queries,
    fingerprint,
    reddit_clauses,
    reddit_users,
    subreddit_names,
)
from collectors.web.reading import mapping, text_or_none

_QUERY_LIMIT = REDDIT.limit
_PAGE_SIZE = 100
_LISTING_ENDS = 950
"""Reddit lists about 1,000 items; whoever got this many can't tell whether there were more."""
_SEARCH_ENDS = 200
"""Its search ends earlier, often near 250."""


class RedditCollector:
    """Reddit's API through praw; see docs/platforms/reddit.md."""

    needs_credential = True
    limits = (Limit(requests=1_000, per=timedelta(minutes=10)),)
    item_eur = 0.0

    def mistakes(self, source: Source) -> Sequence[tuple[str, str]]:
        """List what is wrong in a source's configuration: (key, what to do)."""
        found = []
        if source.query and len(source.query) > _QUERY_LIMIT:
            advice = f"{len(source.query)} characters: shorten it to at most {_QUERY_LIMIT}"
            found.append(("query", advice))
        found += [
            (f"accounts.{index}", "write the user's name only, such as 'acme_official'")
            for index, account in enumerate(source.accounts or ())
            if not reddit_users([account])
        ]
        found += [
            (f"subreddits.{index}", "write the subreddit's name only, such as 'belgium'")
            for index, name in enumerate(source.subreddits)
            if not subreddit_names([name])
        ]
        if source.urls:
            found.append(("urls", "remove it: Reddit is asked by 'query' and 'subreddits'"))
        if source.archive:
            found.append(("archive", "remove it: Reddit has no archive search"))
        return found

    def streams(self, source: Source, watchlist: Watchlist, now: datetime) -> Sequence[Stream]:
        """List the searches, the subreddits whose comments are read, and the users."""
        subreddits = subreddit_names(source.subreddits)
        queries = asked_by(source, REDDIT)
        if queries is None:
            watched = watchlist.watched("reddit", now)
            queries = derive_queries(watched, reddit_clauses, _QUERY_LIMIT, dialect=REDDIT)
        accounts = (
            watchlist.followed_handles("reddit") if source.accounts is None else source.accounts
        )
        searches = [
            Stream(
                key=f"search:{name.casefold()}:{fingerprint(query)}",
                reach="listing",
                params={"kind": "search", "subreddit": name, "query": query},
            )
            for name in subreddits or ("all",)
            for query in queries
        ]
        comments = [
            Stream(
                key=f"comments:{name.casefold()}",
                reach="listing",
                params={"kind": "comments", "subreddit": name},
            )
            for name in subreddits
        ]
        users = [
            Stream(
                key=f"{key}:{user.casefold()}",
                reach="listing",
                params={"kind": "user", "what": what, "user": user},
            )
            for user in reddit_users(accounts)
            for key, what in (("user", "submitted"), ("usercomments", "comments"))
        ]
        return [*searches, *comments, *users]

    def pages(
        self, job: Job, source: Source, credential: Credential | None, clock: Clock
    ) -> Iterator[Page]:
        """
        Read a listing, newest first, until it ends or a whole page is older than the job.

        Raises:
            CollectError: Reddit stopped answering; see docs/platforms/reddit.md.
        """
        from requests import Session

        from collectors.reddit_client import open_reddit

        what = f"reddit {job.stream}"
        path, params = _listing_of(job.params)
        with Session() as session:
            reddit = open_reddit(session, what, source, credential, clock)

            def ask(cursor: str | None) -> Listed:
                behind = {"after": cursor} if cursor else {}
                asked = {**params, **behind}
                answer = _answer_of(
                    lambda: reddit.request(method="GET", path=path, params=asked), what
                )
                children, following = _listing(answer, what)
                mentions, unreadable = read_listing(children, clock())
                return Listed(mentions=mentions, unreadable=unreadable, cursor=following)

            yield from walk_listing(
                what,
                ask,
                job=job,
                source=source,
                until=whole_second(clock()),
                ends=_SEARCH_ENDS if job.params["kind"] == "search" else _LISTING_ENDS,
                first_pages=1,
                forgets_cursors=True,
            )


def _listing_of(params: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """Give the path and the parameters of a stream's listing."""
    size = {"limit": _PAGE_SIZE}
    if params["kind"] == "comments":
        return f"r/{params['subreddit']}/comments/", size
    if params["kind"] == "user":
        return f"user/{params['user']}/{params.get('what', 'submitted')}/", size | {"sort": "new"}
    name = params["subreddit"]
    within = {} if name == "all" else {"restrict_sr": "true"}
    asked = {"q": params["query"], "sort": "new", "t": "all", "type": "link"}
    return f"r/{name}/search/", size | asked | within


def _listing(answer: Any, what: str) -> tuple[Sequence[Any], str | None]:
    data = mapping(mapping(answer).get("data"))
    children = data.get("children")
    if not isinstance(children, list):
        msg = f"{what}: the answer is no listing"
        raise BadAnswer(msg)
    return children, text_or_none(data.get("after"))


def _answer_of(ask: Callable[[], Any], what: str) -> Any:
    from prawcore import PrawcoreException

    try:
        return ask()
    except (PrawcoreException, ValueError, RecursionError) as error:
        msg = f"{what}: the answer is not JSON"
        raise BadAnswer(msg) from error
