"""Fetch the page behind a feed's entry, as its site allows, and read its article."""

import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.util import find_spec
from threading import Lock
from urllib.parse import urlsplit

from collectors.errors import (
    AuthFailed,
    BadAnswer,
    BadRequest,
    CollectError,
    RateLimited,
    SourceGone,
)
from collectors.feed_encoding import decode_feed
from collectors.sources import Source
from collectors.web import robots
from collectors.web.fetching import (
    MAX_REDIRECTS,
    Asking,
    Fetched,
    TooLong,
    WrongType,
    agent_name,
    fetch,
    shown,
)
from collectors.web.plain_text import printable
from collectors.web.public_address import NamedHosts
from collectors.web.turns import NoTurn, Turns

MAX_BYTES = 3_000_000
"""Of one page, decompressed."""

MAX_TEXT = 100_000
"""Characters of an article that are kept."""

MAX_ELEMENTS = 20_000
"""Of a page; reading one with more would take longer than its share."""

RULES_HOLD_S = 24 * 3600.0
"""How long a robots.txt is believed (RFC 9309, 2.4)."""

UNKNOWN_RULES_HOLD_S = 3600.0
"""Likewise, where the site could not tell."""

_NO_CHARACTERS = frozenset({0x7F, 0xFFFE, 0xFFFF})
_MOST_SITES = 10_000
_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_META_CHARSET = re.compile(
    rb"""<meta[^>]{1,200}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE
)
_REFERENCE = re.compile(r"&#(?:[xX]([0-9A-Fa-f]{1,8})|([0-9]{1,8}));?")
_LONG_TAG = re.compile(r"<[a-zA-Z][^>]{10000}[^>]*+>?")


class Refused(BadRequest):
    """The site's robots.txt does not let us read this page: it was not asked for."""

    asked = 0
    """Requests that were made all the same, for the rules."""


class NoRules(NoTurn):
    """The site can't tell whether robots may read: try again later."""

    asked = 0


class NoArticle(BadAnswer):
    """The page holds no text that could be the article."""


FINAL = (AuthFailed, BadRequest, SourceGone, TooLong, WrongType)
"""Asking again would bring the same."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """What came of asking for one article."""

    text: str | None = None
    error: CollectError | None = None
    """Why there is no text."""
    requests: int = 0


class ArticleReader:
    """Reads articles for all sources of this process: one request at a time for each host."""

    def __init__(self) -> None:
        self._turns = Turns()
        self._rules: dict[tuple[str, str | None], tuple[robots.RobotRules, float]] = {}
        self._lock = Lock()

    def read(self, url: str, source: Source, *, now: datetime, deadline: float) -> Article:
        """
        Fetch a page and read its article; what goes wrong is part of what is returned.

        Args:
            url: The page's address; redirects are followed, each by the same rules.
            source: Whose entry it is: its time-out, its gateway, the hosts it names.
            now: The present, from which a `Retry-After` counts.
            deadline: Until when to wait for a host, on the monotonic clock.
        """
        requests = 0
        asking = _asking(source)
        try:
            for _ in range(MAX_REDIRECTS + 1):
                fetched, asked = self._visit(url, asking, now, deadline)
                requests += asked
                if fetched.location is None:
                    text = read_article(fetched.body, fetched.headers)
                    return Article(text=text, requests=requests)
                url = fetched.location
            msg = f"{shown(url)} redirects more than {MAX_REDIRECTS} times"
            raise BadAnswer(msg)
        except CollectError as error:
            asked = 0 if isinstance(error, NoTurn) else 1
            return Article(error=error, requests=requests + getattr(error, "asked", asked))

    def _visit(
        self, url: str, asking: Asking, now: datetime, deadline: float
    ) -> tuple[Fetched, int]:
        site = urlsplit(asking.gateway or url)
        with self._turns.at(site.hostname or "", deadline=deadline) as turn:
            rules, asked = self._rules_of(url, asking, now)
            turn.rest_s = rules.delay_s
            if rules is robots.NOTHING:
                unknown = NoRules(f"robots.txt of {site.hostname} can't be read")
                unknown.asked = asked
                raise unknown
            if not rules.allows(url):
                msg = f"robots.txt of {site.hostname} does not let robots read {shown(url)}"
                refused = Refused(msg)
                refused.asked = asked
                raise refused
            try:
                fetched = fetch(url, asking, validators={}, credential=None, now=now)
            except RateLimited as error:
                wait_s = (error.until - now).total_seconds() if error.until else asking.timeout_s
                turn.rest_s = max(turn.rest_s, wait_s)
                raise
        return fetched, asked + 1

    def _rules_of(self, url: str, asking: Asking, now: datetime) -> tuple[robots.RobotRules, int]:
        parts = urlsplit(url)
        site = (f"{parts.scheme}://{parts.netloc}", asking.gateway)
        with self._lock:
            rules, until = self._rules.get(site, (robots.ALL, 0.0))
        if time.monotonic() < until:
            return rules, 0
        hold_s = RULES_HOLD_S
        try:
            fetched = fetch(
                f"{site[0]}/robots.txt",
                replace(
                    asking,
                    accept="text/plain, */*;q=0.1",
                    follows=True,
                    types=None,
                    max_bytes=robots.MAX_BYTES,
                    cuts_off=True,
                ),
                validators={},
                credential=None,
                now=now,
            )
            rules = robots.RobotRules.parse(fetched.body.decode("utf-8", "replace"))
            asked = fetched.requests
        except (AuthFailed, BadRequest, SourceGone):
            rules, asked = robots.ALL, 1
        except CollectError:
            rules, asked, hold_s = robots.NOTHING, 1, UNKNOWN_RULES_HOLD_S
        with self._lock:
            if len(self._rules) >= _MOST_SITES:
                self._rules.clear()
            self._rules[site] = rules, time.monotonic() + hold_s
        return rules, asked


def can_read() -> bool:
    """Tell whether the library is there that finds the article in a page."""
    return find_spec("trafilatura") is not None


def read_article(body: bytes, headers: Mapping[str, str]) -> str:
    """
    Find the article in a page.

    Args:
        body: The page.
        headers: Of the answer, names in lower case.

    Returns:
        Its text: a line for each paragraph, at most `MAX_TEXT` characters.

    Raises:
        NoArticle: There is none, or the page is built so that finding it takes too long.
    """
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    # One tag of very many attributes costs the parser time that grows with their square.
    page = _LONG_TAG.sub("", _decoded(body, headers.get("content-type", "")))
    page = _REFERENCE.sub(_printable_reference, page)
    text = None
    if page.count("<") <= 2 * MAX_ELEMENTS:
        try:
            text = trafilatura.extract(page, include_comments=False)
        except Exception as error:  # hostile pages break it in ways it does not name
            msg = f"the page can't be read ({type(error).__name__})"
            raise NoArticle(msg) from error
    if not text or not text.strip():
        msg = "no article was found in the page"
        raise NoArticle(msg)
    return printable(text).strip()[:MAX_TEXT]


def _asking(source: Source) -> Asking:
    timeout_s = source.timeout.total_seconds()
    return Asking(
        agent=agent_name("article reader", source.contact),
        accept="text/html, application/xhtml+xml",
        named=NamedHosts.of(source.base_url, *source.allow_hosts),
        timeout_s=timeout_s,
        whole_s=timeout_s,
        max_bytes=MAX_BYTES,
        gateway=source.base_url,
        follows=False,
        types=_PAGES,
    )


def _decoded(body: bytes, content_type: str) -> str:
    if "charset" not in content_type.lower() and (meta := _META_CHARSET.search(body[:4096])):
        content_type = f"text/html; charset={meta[1].decode('ascii')}"
    return decode_feed(body, content_type)


def _printable_reference(found: re.Match[str]) -> str:
    """Drop what stands for a control character: one of them would hide the whole article."""
    number = int(found[1], 16) if found[1] else int(found[2])
    is_control = number < ord(" ") and chr(number) not in "\t\n\r"
    return "" if is_control or number in _NO_CHARACTERS else found[0]
