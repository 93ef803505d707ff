"""Collect from feeds: RSS, Atom, RDF and JSON Feed of news sites, blogs, video channels and forums."""

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from collectors.article_fetch import can_read
from collectors.article_memory import Articles
from collectors.article_texts import complete
from collectors.contract import Clock, Credential, Job, Page, Stream, Unreadable
from collectors.errors import BadAnswer, CollectError
from collectors.feed_coverage import Memory, coverage, meets, remember
from collectors.feed_document import Document, read_document
from collectors.feed_entry import full_address, raw_json, read_entry
from collectors.feed_fetch import fetch_feed
from collectors.feed_json import raw_item, read_item
from collectors.mention import Mention
from collectors.sources import Source
from collectors.watchlist import Watchlist
from collectors.web.fetching import Fetched
from collectors.web.reading import UnfitError

_FOREIGN_KEYS = {
    "query": "a feed can't be searched: remove 'query'; the watchlist finds what matters",
    "archive": "a feed has no archive: remove 'archive'",
    "subreddits": "remove 'subreddits', or give the address of a subreddit's .rss under 'urls'",
    "accounts": "remove 'accounts', or give the address of an account's feed under 'urls'",
}


MAX_OLDER = 5
"""Older pages of a feed that one fetch may ask for."""

_LARGE = 1_000_000
_LARGE_ONE = Lock()


class FeedCollector:
    """One stream for each address; its key is the address as configured, also after redirects."""

    needs_credential = False
    limits = ()
    item_eur = 0.0

    def mistakes(self, source: Source) -> Sequence[tuple[str, str]]:
        """List what is wrong in a feed source's configuration: (key, what to do)."""
        wrong: list[tuple[str, str]] = []
        if not source.urls:
            wrong.append(("urls", 'give at least one address: urls = ["https://…/rss.xml"]'))
        for number, url in enumerate(source.urls):
            if complaint := _complaint(url):
                wrong.append((f"urls[{number}]", complaint))
            elif url in source.urls[:number]:
                wrong.append((f"urls[{number}]", f"'{url}' is there twice: remove one"))
        if source.base_url is not None and (complaint := _complaint(source.base_url)):
            wrong.append(("base_url", complaint))
        if source.full_text and not can_read():
            advice = "a library is missing: pip install 'luisterpost[articles]', or remove it"
            wrong.append(("full_text", advice))
        for number, host in enumerate(source.allow_hosts):
            if not re.fullmatch(r"[\w.:\[\]-]+", host):
                advice = f"'{host}' is no host: write its name or address, such as intranet.example"
                wrong.append((f"allow_hosts[{number}]", advice))
        wrong += [(key, advice) for key, advice in _FOREIGN_KEYS.items() if getattr(source, key)]
        return wrong

    def streams(self, source: Source, watchlist: Watchlist, now: datetime) -> Sequence[Stream]:
        """List the source's feeds; what is watched has no part in it."""
        del watchlist, now
        return [
            Stream(key=url, reach="feed", params={"url": url}) for url in dict.fromkeys(source.urls)
        ]

    def pages(
        self, job: Job, source: Source, credential: Credential | None, clock: Clock
    ) -> Iterator[Page]:
        """Fetch the feed: one page, empty if it did not change."""
        now = clock()
        before = Memory.from_validators(job.validators, now)
        url = job.params.get("url", job.stream)
        fetched, document = _ask(url, source, before, credential, now)
        if before and document is None:
            memory = replace(before, fetched_at=now, moved_to=fetched.moved_to)
            yield Page(
                answered=coverage(before, (), (), now),
                validators=memory.to_validators(),
                requests=fetched.requests,
            )
            return
        answer = _Answer(stream=job.stream, now=now)
        if document:
            answer.add(document, fetched)
            _follow(url, source, before, credential, answer)
            yield _page(answer, document, fetched, source, before)


@dataclass(kw_only=True, slots=True)
class _Answer:
    """What one fetch of a feed brought, over all its pages."""

    stream: str
    now: datetime
    mentions: list[Mention] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    requests: int = 0
    place: str = ""
    next_url: str | None = None

    @property
    def ids(self) -> list[str]:
        return [mention.native_id for mention in self.mentions]

    def add(self, document: Document, fetched: Fetched) -> None:
        with _turn(fetched):
            self._add(document, fetched)

    def _add(self, document: Document, fetched: Fetched) -> None:
        self.requests += fetched.requests
        self.place, self.next_url = fetched.url, document.next_url
        for entry in document.entries:
            try:
                self.mentions.append(self._read(document, entry))
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
                raw = raw_item(entry) if document.is_json else raw_json(entry)
                self.unreadable.append(Unreadable(raw=raw, error=_words_of(error)))

    def _read(self, document: Document, entry: Any) -> Mention:
        if document.is_json:
            return read_item(
                entry,
                stream=self.stream,
                place=self.place,
                language=document.language,
                author=document.author,
                collected_at=self.now,
            )
        return read_entry(
            entry,
            stream=self.stream,
            place=self.place,
            language=document.language,
            collected_at=self.now,
        )


def _words_of(error: Exception) -> str:
    """Say why an entry can't be read; what no rule foresaw, with its kind."""
    return str(error) if isinstance(error, UnfitError) else repr(error)


def _ask(
    url: str, source: Source, before: Memory | None, credential: Credential | None, now: datetime
) -> tuple[Fetched, Document | None]:
    """Fetch and read a feed; None if it did not change."""
    moved_to = before.moved_to if before else None
    conditions = before.conditions() if before else {}
    fetched = fetch_feed(
        url, source, moved_to=moved_to, validators=conditions, credential=credential, now=now
    )
    if before and fetched.is_unchanged:
        return fetched, None
    try:
        return fetched, _document(fetched)
    except BadAnswer:
        if moved_to is None or fetched.moved_to is None:
            raise
    # The site it moved to shows something else by now.
    again = fetch_feed(url, source, moved_to=None, validators={}, credential=credential, now=now)
    return replace(again, requests=again.requests + fetched.requests), _document(again)


def _document(fetched: Fetched) -> Document:
    try:
        with _turn(fetched):
            return read_document(fetched.body, fetched.headers)
    except BadAnswer as error:
        msg = f"{urlsplit(fetched.url).hostname}: {error}"
        raise BadAnswer(msg) from error


def _turn(fetched: Fetched) -> AbstractContextManager[Any]:
    """Reading takes many times a document's size: of large ones, one at a time."""
    return _LARGE_ONE if len(fetched.body) > _LARGE else nullcontext()


def _follow(
    url: str,
    source: Source,
    before: Memory | None,
    credential: Credential | None,
    answer: _Answer,
) -> None:
    """Read older pages, where the feed has them, until they meet what was seen before."""
    asked = {url, answer.place}
    for _ in range(MAX_OLDER):
        older = full_address(answer.next_url, answer.place)
        is_ours = older and urlsplit(older)[:2] == urlsplit(answer.place)[:2]
        if older is None or not is_ours or older in asked or meets(before, answer.ids):
            return
        asked.add(older)
        try:
            fetched = fetch_feed(
                url,
                source,
                page=older,
                moved_to=None,
                validators={},
                credential=credential,
                now=answer.now,
            )
            answer.add(_document(fetched), fetched)
        except CollectError:  # What is missing stays a possible gap, and what came is kept.
            answer.requests += 1
            return


def _page(
    answer: _Answer, document: Document, fetched: Fetched, source: Source, before: Memory | None
) -> Page:
    completed = complete(
        answer.mentions,
        before.articles if before else Articles(known={}),
        source,
        now=answer.now,
    )
    # What was cut off, or is still to be asked for, must come again: no "unchanged" for it.
    is_done = document.is_whole and not completed.is_pending
    memory = Memory(
        fetched_at=answer.now,
        seen=remember(answer.ids),
        etag=fetched.headers.get("etag") if is_done else None,
        last_modified=fetched.headers.get("last-modified") if is_done else None,
        moved_to=fetched.moved_to,
        articles=completed.articles,
    )
    created = [mention.created_at for mention in answer.mentions]
    return Page(
        mentions=completed.mentions,
        unreadable=[*answer.unreadable, *completed.unreadable],
        answered=coverage(before, answer.ids, created, answer.now),
        validators=memory.to_validators(),
        requests=answer.requests + completed.requests,
    )


def _complaint(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        is_web = False
    if not is_web or re.search(r"\s", url):
        return f"'{url}' is no web address: write it whole, such as https://news.example/rss.xml"
    if "@" in parts.netloc:
        return (
            "an address must not hold a login: remove it, and name a 'credential' with login "
            "and password"
        )
    return None
