"""Collect from Hacker News: stories, polls, jobs and comments, through Algolia's search."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from collectors.contract import Clock, Credential, Job, Limit, Page, Stream
from collectors.errors import BadAnswer
from collectors.mention import Mention
from collectors.queries.asking import asked_by
from collectors.queries.dialects import HACKERNEWS
from collectors.sources import Source
from collectors.watchlist import Watchlist, bare_handle
from collectors.web.json_answer import get_json
from collectors.web.paging import answered, oldest, seen_down_to, whole_second
from collectors.web.plain_text import one_line, plain_text
from collectors.web.queries import fingerprint, phrases
from collectors.web.reading import (
    counts,
    identity,
    instant_from_epoch,
    instant_from_iso,
    mapping,
    needed_id,
    needed_text,
    raw_json,
    read_each,
    text_or_none,
)
from collectors.web.single_queries import single_queries

_API = "https://hn.algolia.com"
_ITEM = "https://news.ycombinator.com/item?id="
_PAGE_SIZE = 1000
"""Also the most that the search gives for one question, on whatever page."""
_FIRST_REACH = timedelta(days=30)
_QUERY_LIMIT = HACKERNEWS.limit
_KINDS = "(story,comment,poll,job)"
# Words as they are written: what only resembles them would be fetched to be thrown away.
_EXACTLY = {
    "typoTolerance": "false",
    "queryType": "prefixNone",
    "attributesToHighlight": "[]",
    "hitsPerPage": str(_PAGE_SIZE),
}
_USER = re.compile(r"[A-Za-z0-9_-]{2,15}")
_GONE = frozenset({"[deleted]", "[dead]"})


class HackerNewsCollector:
    """The search of Hacker News, which answers without a key; see docs/platforms/hackernews.md."""

    needs_credential = False
    limits = (Limit(requests=10_000, per=timedelta(hours=1)),)
    item_eur = 0.0

    def mistakes(self, source: Source) -> Sequence[tuple[str, str]]:
        """List what is wrong in a source's configuration: (key, what to do)."""
        found = []
        if source.query and len(source.query) > _QUERY_LIMIT:
            advice = f"{len(source.query)} characters: shorten it to at most {_QUERY_LIMIT}"
            found.append(("query", advice))
        for index, account in enumerate(source.accounts or ()):
            if not _USER.fullmatch(bare_handle(account)):
                found.append((f"accounts.{index}", "write the user's name only, such as 'pg'"))
        advice = "remove it: Hacker News is asked by 'query' and 'accounts'"
        unused = ("urls", "subreddits", "archive")
        return found + [(key, advice) for key in unused if getattr(source, key)]

    def streams(self, source: Source, watchlist: Watchlist, now: datetime) -> Sequence[Stream]:
        """List one stream for each phrase, since this search knows no OR, and for each user."""
        watched = watchlist.watched("hackernews", now)
        queries = asked_by(source, HACKERNEWS)
        if queries is None:
            queries = single_queries(watched, phrases, HACKERNEWS)
        asked = {
            f"search:{fingerprint(query.casefold())}": {"query": query, "tags": _KINDS}
            for query in queries
        }
        followed = watchlist.followed_handles("hackernews")
        for user in map(bare_handle, followed if source.accounts is None else source.accounts):
            if _USER.fullmatch(user):
                asked[f"user:{user}"] = {"tags": f"{_KINDS},author_{user}"}
        return [
            Stream(key=key, reach="window", params=params, history=_FIRST_REACH)
            for key, params in asked.items()
        ]

    def pages(
        self, job: Job, source: Source, credential: Credential | None, clock: Clock
    ) -> Iterator[Page]:
        """
        Fetch a window, newest first; behind each page, ask for what is older than its last second.

        Raises:
            CollectError: The search stopped answering.
        """
        del credential
        what = f"hackernews {job.stream}"
        url = f"{(source.base_url or _API).rstrip('/')}/api/v1/search_by_date"
        since = whole_second(job.since) if job.since else None
        until = below = whole_second(min(job.until, clock()))
        for number in range(1, source.max_pages + 1):
            if since and since >= below:
                return
            window = [f"created_at_i<{below.timestamp():.0f}"]
            if since:
                window.append(f"created_at_i>={since.timestamp():.0f}")
            asked = {**job.params, **_EXACTLY, "numericFilters": ",".join(window)}
            answer = get_json(url, asked, what=what, timeout=source.timeout, clock=clock)
            hits, is_last = _hits_of(answer, what)
            mentions, unreadable = read_each(hits, partial(read_hit, collected_at=clock()))
            low = seen_down_to([mention.created_at for mention in mentions]) or below
            begin = since or oldest(mentions) or until - source.overlap
            yield Page(
                mentions=mentions,
                unreadable=unreadable,
                answered=answered(begin if is_last else max(low, since or low), until),
                cut_by="page_cap" if not is_last and number == source.max_pages else None,
            )
            if is_last:
                return
            if low >= below:
                msg = f"{what}: the pages go in a circle"
                raise BadAnswer(msg)
            below = low


def _hits_of(answer: Any, what: str) -> tuple[list[Any], bool]:
    """Give an answer's hits, and whether there are no more behind them."""
    hits, total = mapping(answer).get("hits"), mapping(answer).get("nbHits")
    if not isinstance(hits, list):
        msg = f"{what}: no hits in the answer"
        raise BadAnswer(msg)
    more = total > len(hits) if isinstance(total, int) else False
    return hits, not more and len(hits) < _PAGE_SIZE


def read_hit(hit: Any, *, collected_at: datetime) -> Mention:
    """
    Read a story, poll, job or comment; a story's link stands in its text, as readers see it.

    Raises:
        UnfitError: It has no id, or a value that is none.
    """
    item = mapping(hit)
    number = needed_id(item, "objectID")
    is_comment = item.get("comment_text") is not None
    if isinstance(item.get("_tags"), list):
        is_comment = "comment" in item["_tags"]
    key = "comment_text" if is_comment else "story_text"
    words = plain_text(needed_text(item, key)) if item.get(key) is not None else ""
    link = None if is_comment else text_or_none(item.get("url"))
    title = text_or_none(item.get("title"))
    author = text_or_none(item.get("author"))
    author = None if author in _GONE else author
    created_at = instant_from_epoch(item.get("created_at_i"))
    created_at = created_at or instant_from_iso(item.get("created_at"))
    return Mention(
        platform="hackernews",
        native_id=number,
        kind="comment" if is_comment else "post",
        title=one_line(title, "text/plain") if title else None,
        text="\n".join(filter(None, (words, link))),
        url=_ITEM + number,
        author_id=author,
        author_handle=author,
        created_at=created_at,
        time_source="created" if created_at else "unknown",
        parent_id=identity(item.get("parent_id")),
        root_id=identity(item.get("story_id")) if is_comment else number,
        metrics=counts([("score", item.get("points")), ("comments", item.get("num_comments"))]),
        collected_at=collected_at,
        raw=raw_json(hit),
    )
