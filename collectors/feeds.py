"""Collect from feeds: RSS, Atom and RDF of news sites, blogs, video channels and forums."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from collectors.contract import Clock, Credential, Job, Page, Stream, Unreadable
from collectors.errors import BadAnswer
from collectors.feed_coverage import Memory, coverage, remember
from collectors.feed_document import Document, read_document
from collectors.feed_entry import raw_json, read_entry
from collectors.feed_fetch import fetch_feed
from collectors.mention import Mention
from collectors.sources import Source
from collectors.watchlist import Watchlist
from collectors.web.fetching import Fetched

_FOREIGN_KEYS = {
    "query": "a feed can't be searched: remove 'query'; the watchlist finds what matters",
    "archive": "a feed has no archive: remove 'archive'",
    "subreddits": "remove 'subreddits', or give the address of a subreddit's .rss under 'urls'",
    "accounts": "remove 'accounts', or give the address of an account's feed under 'urls'",
}


class FeedCollector:
    """One stream for each address; its key is the address as configured, also after redirects."""

    needs_credential = False
    limits = ()

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
        """Fetch the feed once: one page, empty if it did not change."""
        now = clock()
        before = Memory.from_validators(job.validators, now)
        fetched = fetch_feed(
            job.params.get("url", job.stream),
            source,
            moved_to=before.moved_to if before else None,
            validators=before.conditions() if before else {},
            credential=credential,
            now=now,
        )
        if before and fetched.is_unchanged:
            yield Page(
                answered=coverage(before, (), (), now),
                validators=replace(
                    before, fetched_at=now, moved_to=fetched.moved_to
                ).to_validators(),
                requests=fetched.requests,
            )
            return
        try:
            document = read_document(fetched.body, fetched.headers)
        except BadAnswer as error:
            msg = f"{urlsplit(fetched.url).hostname}: {error}"
            raise BadAnswer(msg) from error
        yield _page(document, fetched, stream=job.stream, before=before, now=now)


def _page(
    document: Document, fetched: Fetched, *, stream: str, before: Memory | None, now: datetime
) -> Page:
    mentions: list[Mention] = []
    unreadable: list[Unreadable] = []
    for entry in document.entries:
        try:
            mention = read_entry(
                entry,
                stream=stream,
                place=fetched.url,
                language=document.language,
                collected_at=now,
            )
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            unreadable.append(Unreadable(raw=raw_json(entry), error=repr(error)))
        else:
            mentions.append(mention)
    ids = [mention.native_id for mention in mentions]
    memory = Memory(
        fetched_at=now,
        seen=remember(ids),
        # What was cut off must come again: no "unchanged" for a broken document.
        etag=fetched.headers.get("etag") if document.is_whole else None,
        last_modified=fetched.headers.get("last-modified") if document.is_whole else None,
        moved_to=fetched.moved_to,
    )
    return Page(
        mentions=mentions,
        unreadable=unreadable,
        answered=coverage(before, ids, [mention.created_at for mention in mentions], now),
        validators=memory.to_validators(),
        requests=fetched.requests,
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
