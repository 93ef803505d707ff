"""Collect from Mastodon: timelines of hashtags, search, and accounts' posts, through Mastodon.py."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from collectors.contract import Clock, Credential, Job, Limit, Page, Stream
from collectors.errors import BadAnswer
from collectors.mastodon_read import instance_name, read_statuses
from collectors.queries.asking import questions
from collectors.queries.dialects import MASTODON
from collectors.queries.parsing import parse_query
from collectors.sources import Source
from collectors.watchlist import Watchlist
from collectors.web.listing import Listed, walk_listing
from collectors.web.paging import whole_second
from collectors.web.queries import fingerprint
from collectors.web.reading import identity, mapping
from collectors.web.single_queries import (
    bare_tag,
    mastodon_accounts,
    mastodon_clauses,
    single_queries,
    tag_words,
    tags_of,
)

if TYPE_CHECKING:
    from collectors.mastodon_client import Instance

_PAGE_SIZE = 40
_QUERY_LIMIT = MASTODON.limit
_FIRST_REACH = timedelta(days=30)
_FOREIGN_KEYS = {
    "urls": "remove it: an instance is named by 'base_url'",
    "subreddits": 'remove it, or set platform = "reddit"',
    "archive": "remove it: Mastodon has no archive search",
}


class MastodonCollector:
    """Mastodon's API through Mastodon.py; see docs/platforms/mastodon.md."""

    needs_credential = False
    limits = (Limit(requests=300, per=timedelta(minutes=5)),)
    item_eur = 0.0

    def mistakes(self, source: Source) -> Sequence[tuple[str, str]]:
        """List what is wrong in a source's configuration: (key, what to do)."""
        found = []
        if source.query and len(source.query) > _QUERY_LIMIT:
            advice = f"{len(source.query)} characters: shorten it to at most {_QUERY_LIMIT}"
            found.append(("query", advice))
        if source.query and not _tags_in(source.query) and source.credential is None:
            advice = (
                "a search needs an account's token: name a 'credential', or write hashtags only, "
                'such as query = "#acme #acmebeer"'
            )
            found.append(("query", advice))
        if source.credential is not None and source.base_url is None:
            advice = "name the instance that gave the token, such as https://mastodon.example"
            found.append(("base_url", advice))
        found += [
            (f"accounts.{index}", "write the account, such as 'acme@mastodon.example'")
            for index, account in enumerate(source.accounts or ())
            if not mastodon_accounts([account])
        ]
        found += [(key, advice) for key, advice in _FOREIGN_KEYS.items() if getattr(source, key)]
        return found

    def streams(self, source: Source, watchlist: Watchlist, now: datetime) -> Sequence[Stream]:
        """List the hashtags, the searches (if there is a token for them), and the accounts."""
        watched = watchlist.watched("mastodon", now)
        if source.query:
            tags = _tags_in(source.query)
            queries: Sequence[str] = () if tags else (source.query,)
        elif source.listen:
            query = parse_query(source.listen)
            tags = tuple(tag for words in tag_words(query) if (tag := bare_tag(words)))
            queries = questions(query, MASTODON)
        else:
            # A stream is named after its tag: it must name no employee.
            tags = tags_of(one for one in watched if one.facet != "employee")
            queries = single_queries(watched, mastodon_clauses, MASTODON)
        followed = watchlist.followed_handles("mastodon")
        accounts = mastodon_accounts(followed if source.accounts is None else source.accounts)
        asked = {f"tag:{tag.casefold()}": {"kind": "tag", "tag": tag} for tag in tags}
        if source.credential:
            asked |= {f"search:{fingerprint(q)}": {"kind": "search", "query": q} for q in queries}
        asked |= {f"account:{a.casefold()}": {"kind": "account", "account": a} for a in accounts}
        return [
            Stream(key=key, reach="listing", params=params, history=_FIRST_REACH)
            for key, params in asked.items()
        ]

    def pages(
        self, job: Job, source: Source, credential: Credential | None, clock: Clock
    ) -> Iterator[Page]:
        """
        Read a timeline, newest first, until it ends or a whole page is older than the job.

        Raises:
            CollectError: The instance stopped answering; see docs/platforms/mastodon.md.
        """
        from requests import Session

        from collectors.mastodon_client import DEFAULT_INSTANCE, Instance

        what = f"mastodon {job.stream}"
        host = instance_name(source.base_url or DEFAULT_INSTANCE)
        with Session() as session:
            turn = _turner(Instance(session, what, source, credential, clock), job.params, what)

            def ask(cursor: str | None) -> Listed:
                items, following, requests = turn(cursor)
                mentions, unreadable = read_statuses(items, clock(), host)
                return Listed(
                    mentions=mentions, unreadable=unreadable, cursor=following, requests=requests
                )

            until = whole_second(clock())
            yield from walk_listing(what, ask, job=job, source=source, until=until)


Turn = Callable[[str | None], tuple[list[Any], str | None, int]]
"""Gives the statuses behind an id, behind which id they go on, and how many requests it took."""


def _turner(instance: "Instance", params: Mapping[str, str], what: str) -> Turn:
    kind = params["kind"]
    if kind == "search":
        return lambda cursor: _search(instance, params["query"], cursor, what)
    found: dict[str, str] = {}

    def turn(cursor: str | None) -> tuple[list[Any], str | None, int]:
        behind = {"limit": _PAGE_SIZE} | ({"max_id": cursor} if cursor else {})
        requests = 1
        if kind == "account" and not found:
            found["id"] = _account_id(instance, params["account"], what)
            requests = 2
        if kind == "account":
            answer = instance.answer_to(lambda m: m.account_statuses(found["id"], **behind))
        else:
            answer = instance.answer_to(lambda m: m.timeline_hashtag(params["tag"], **behind))
        return _statuses(answer, what), instance.next_id(), requests

    return turn


def _search(
    instance: "Instance", query: str, cursor: str | None, what: str
) -> tuple[list[Any], str | None, int]:
    """
    Ask for what a search finds behind an id.

    By id and not by offset, which would count from a new beginning with each
    new post. Results come newest first, and the last id of a full page is
    where the next begins (mastodon/mastodon, StatusesSearchService).
    """
    answer = instance.answer_to(
        lambda m: m.search_v2(
            query,
            resolve=False,
            result_type="statuses",
            exclude_unreviewed=False,
            limit=_PAGE_SIZE,
            max_id=cursor,
        )
    )
    statuses = _statuses(mapping(answer).get("statuses"), what)
    last = identity(mapping(statuses[-1]).get("id")) if statuses else None
    return statuses, last, 1


def _account_id(instance: "Instance", account: str, what: str) -> str:
    answer = instance.answer_to(lambda m: m.account_lookup(account))
    number = identity(mapping(answer).get("id"))
    if number is None or not number.isalnum():
        msg = f"{what}: the answer names no account"
        raise BadAnswer(msg)
    return number


def _statuses(answer: Any, what: str) -> list[Any]:
    if not isinstance(answer, list):
        msg = f"{what}: the answer is no list of statuses"
        raise BadAnswer(msg)
    return answer


def _tags_in(query: str) -> tuple[str, ...]:
    """Read a query of hashtags only; empty if anything else stands in it."""
    words = query.split()
    tags = [bare_tag(word) for word in words if word.startswith("#")]
    return tuple(tag for tag in tags if tag) if len(tags) == len(words) and all(tags) else ()
