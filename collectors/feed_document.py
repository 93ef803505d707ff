"""A feed's document: from the bytes of an answer to its entries, whatever state they are in."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import feedparser

from collectors.errors import BadAnswer
from collectors.feed_encoding import decode_feed

Entry = Mapping[str, Any]
"""One entry as feedparser names its parts."""

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

    entries: Sequence[Entry]
    """In the order of the document."""
    language: str | None
    """The feed's own, as it states it."""
    is_whole: bool
    """False if the document breaks off before its end."""


def read_document(content: bytes, headers: Mapping[str, str]) -> Document:
    """
    Read RSS, Atom or RDF as far as it can be read.

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
        raise BadAnswer(_said_of_json(text))
    parsed = _parse(text, headers.get("content-language"))
    if not parsed.version and (not parsed.entries or _HTML.match(text)):
        raise BadAnswer(_said_of_no_feed(text))
    is_whole = not parsed.bozo or _END.search(text, max(0, len(text) - _ENDING)) is not None
    if not parsed.entries and not is_whole:
        msg = "the answer breaks off before its first entry"
        raise BadAnswer(msg)
    return Document(entries=parsed.entries, language=parsed.feed.get("language"), is_whole=is_whole)


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


def _said_of_json(text: str) -> str:
    if "jsonfeed.org/version" in text[:2_000]:
        return "the answer is a JSON Feed, which this version does not read"
    return "the answer is JSON, not a feed"


def _said_of_no_feed(text: str) -> str:
    if _HTML.match(text):
        return "the answer is a web page, not a feed"
    root = _ROOT.search(text)
    return f"the answer is no feed: it begins with <{root[1][:40]}>" if root else "no feed"
