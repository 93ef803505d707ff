"""A feed's document: from the bytes of an answer to its entries, whatever state they are in."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import feedparser

from collectors.errors import BadAnswer
from collectors.feed_encoding import decode_feed
from collectors.feed_entry import language_tag
from collectors.feed_json import read_json_feed

_ROOT = re.compile(r"<([A-Za-z][\w:.-]*)")
_HTML = re.compile(
    r"(?:<\?[^>]*+>|<!--.*?-->|\s++)*+<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
_XML_DECLARATION = re.compile(r"<\?xml\b[^>]*+>")
_DOCTYPE = re.compile(r"<!DOCTYPE\s[^\[>]*+\[(.*?)\]\s*+>", re.IGNORECASE | re.DOTALL)
_CHARACTER_ENTITY = re.compile(r'<!ENTITY\s+(\w+)\s+"(&#\w{1,8};|[^&"<>%]{0,16})"\s*>')
_END = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_LONG_SPACE = re.compile(r"\s{8,}")
_LONG_NAME = re.compile(
    r"""(<(?:\w+:)?(?:author|creator|managingeditor|publisher|webmaster)\b[^<>]*+>
        \s*+(?:<!\[CDATA\[)?+)([^<\]]{1000})[^<\]]++""",
    re.IGNORECASE | re.VERBOSE,
)
_ENDING = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """What an answer holds."""

    entries: Sequence[Any]
    """In the order of the document: as feedparser names their parts, or a JSON Feed's items."""
    language: str | None
    """The feed's own, as it states it."""
    is_whole: bool = True
    """False if the document breaks off before its end."""
    is_json: bool = False
    """A JSON Feed."""
    author: str | None = None
    """Of entries that name none, where the format says so (JSON Feed)."""
    next_url: str | None = None
    """Where the document says that older entries are."""


def read_document(content: bytes, headers: Mapping[str, str]) -> Document:
    """
    Read RSS, Atom, RDF or JSON Feed as far as it can be read, whatever its type is said to be.

    Ids and links stay as they are given: the place where a feed was found, and
    so a redirect, has no part in them.

    Args:
        content: The body of the answer, decompressed.
        headers: Of the answer, names in lower case.

    Raises:
        BadAnswer: It is no feed, or breaks off before its first entry.
    """
    text = decode_feed(content, headers.get("content-type", ""))
    if not text:
        msg = "the answer is empty"
        raise BadAnswer(msg)
    if text[0] in "{[":
        return _of_json(text, headers.get("content-language"))
    parsed = _parse(text, headers.get("content-language"))
    if not parsed.version and (not parsed.entries or _HTML.match(text)):
        raise BadAnswer(_said_of_no_feed(text))
    is_whole = not parsed.bozo or _END.search(text, max(0, len(text) - _ENDING)) is not None
    if not parsed.entries and not is_whole:
        msg = "the answer breaks off before its first entry"
        raise BadAnswer(msg)
    return Document(
        entries=parsed.entries,
        language=parsed.feed.get("language"),
        is_whole=is_whole,
        next_url=_next_url(parsed.feed),
    )


def _parse(text: str, language: str | None) -> Any:
    headers = {"content-type": "application/xml; charset=utf-8"}
    if language:
        headers["content-language"] = language
    # Given bare bytes, feedparser would first try to open a file of that name.
    stream = io.BytesIO(_tamed(text).encode())
    try:
        return feedparser.parse(
            stream, response_headers=headers, resolve_relative_uris=False, sanitize_html=False
        )
    except Exception as error:  # hostile input breaks the parser in ways it does not name
        msg = f"the feed can't be parsed ({type(error).__name__})"
        raise BadAnswer(msg) from error


def _tamed(text: str) -> str:
    """Take away what would cost the parser time or memory out of all proportion."""
    text = _XML_DECLARATION.sub("", text, count=1) if text.startswith("<?xml") else text
    root = _ROOT.search(text)
    doctype = _DOCTYPE.search(text)
    if doctype and root and doctype.start() < root.start():
        entities = "".join(
            f'<!ENTITY {name} "{value}">\n'
            for name, value in _CHARACTER_ENTITY.findall(doctype[1][:100_000])
        )
        kept = f"\n<!DOCTYPE feed [\n{entities}]>\n" if entities else "\n"
        text = text[: doctype.start()] + kept + text[doctype.end() :]
        root = _ROOT.search(text)
    start = root.start() if root else 0
    prolog = _LONG_SPACE.sub("\n", text[:start])
    return f"<?xml version='1.0' encoding='utf-8'?>\n{prolog}" + _LONG_NAME.sub(
        r"\1\2", text[start:]
    )


def _of_json(text: str, language: str | None) -> Document:
    feed = read_json_feed(text)
    return Document(
        entries=feed.items,
        language=feed.language or language_tag(language),
        is_json=True,
        author=feed.author,
        next_url=feed.next_url,
    )


def _next_url(feed: Mapping[str, Any]) -> str | None:
    """Find the next older page of a paged feed (RFC 5005, section 3)."""
    links = (link for link in feed.get("links", ()) if link.get("rel") == "next")
    return next((href for link in links if (href := link.get("href"))), None)


def _said_of_no_feed(text: str) -> str:
    if _HTML.match(text):
        return "the answer is a web page, not a feed"
    root = _ROOT.search(text)
    return f"the answer is no feed: it begins with <{root[1][:40]}>" if root else "no feed"
