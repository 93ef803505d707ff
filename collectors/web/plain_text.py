"""Plain text: what a reader sees of a piece of HTML, without any markup."""

import re
from collections.abc import Iterator
from html import unescape

_BLOCKS = """
address article aside blockquote body br caption center dd details dialog dir div dl dt
fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html
legend li main menu nav ol optgroup option p pre section select summary table tbody tfoot
thead title tr ul
"""
_BREAKING = frozenset(_BLOCKS.split())
_SPACING = frozenset({"td", "th"})

_UNREAD = frozenset({"script", "style"})
"""Elements whose content nobody reads; one that is never closed hides all that follows."""

_UNREAD_IF_CLOSED = frozenset({"iframe", "noembed", "noframes", "template", "title"})
"""Likewise, but in a feed a forgotten end tag is likelier than a hidden rest."""

_ATTRIBUTES = r"""(?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+"""
_MARKUP = re.compile(
    rf"""
      <!--(?:-?>|.*?(?:--!?>|\Z))                          # a comment, closed or not
    | <(?P<address>https?://[^\s<>"']++|[^\s<>"'@/]++@[^\s<>"'@]++)>
    | <(?P<end>/?)(?P<tag>[a-zA-Z][^\s/>]*+){_ATTRIBUTES}(?:>|\Z)
    | <[!?/][^>]*+(?:>|\Z)                                 # doctype, instruction, odd end tag
    """,
    re.DOTALL | re.VERBOSE,
)
_SPACES = re.compile(r"\s+")
_SPACES_IN_LINE = re.compile(r"[^\S\n]+")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def plain_text(value: str, content_type: str = "text/html") -> str:
    """
    Turn a text of a feed into what people read of it.

    Args:
        value: The text as the feed gives it.
        content_type: `text/plain` leaves the words alone; all else is read as HTML.

    Returns:
        Text without markup, control characters or space at its ends. From
        HTML: a line for each block, single spaces, entities decoded once.
    """
    if content_type == "text/plain":
        return printable(value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return _text_of_html(printable(value))


def one_line(value: str, content_type: str = "text/html") -> str:
    """Turn a title or a name into plain text on a single line."""
    return " ".join(plain_text(value, content_type).split())


def printable(text: str) -> str:
    """Drop control characters, and replace halves of characters, which no file can hold."""
    return _SURROGATE.sub("\ufffd", _UNPRINTABLE.sub("", text))


def _text_of_html(html: str) -> str:
    """
    Read HTML in one pass from left to right.

    A tree, as a browser builds it, takes quadratic time for deeply nested or
    badly nested elements; the reading order of words needs no tree.
    """
    if "<![CDATA[" in html:
        html = html.replace("<![CDATA[", "").replace("]]>", "")
    pieces: list[str] = []
    preformatted = 0
    for words, tag, is_end in _tags(html):
        pieces.append((_SPACES_IN_LINE if preformatted else _SPACES).sub(" ", words))
        if tag in _BREAKING:
            pieces.append("\n")
        elif tag in _SPACING:
            pieces.append(" ")
        if tag == "pre":
            preformatted = max(0, preformatted + (-1 if is_end else 1))
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


_END_TAGS = {
    name: re.compile(rf"</{name}(?=[\s/>]|\Z){_ATTRIBUTES}(?:>|\Z)", re.IGNORECASE)
    for name in _UNREAD | _UNREAD_IF_CLOSED
}


def _tags(html: str) -> Iterator[tuple[str, str, bool]]:
    """Give the words before each tag, the tag's name, and whether it is an end tag."""
    position = 0
    never_closed: set[str] = set()
    while (start := html.find("<", position)) >= 0:
        words = unescape(html[position:start])
        markup = _MARKUP.match(html, start)
        if markup is None:
            yield words + "<", "", False
            position = start + 1
            continue
        tag = (markup["tag"] or "").lower()
        yield words + unescape(markup["address"] or ""), tag, bool(markup["end"])
        position = markup.end()
        if tag in _END_TAGS and not markup["end"] and tag not in never_closed:
            end = _END_TAGS[tag].search(html, position)
            if end:
                position = end.end()
            elif tag in _UNREAD:
                return
            else:
                never_closed.add(tag)
    yield unescape(html[position:]), "", False
