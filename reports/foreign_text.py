"""Text and links from outside, made fit to be shown: it is hostile until proven otherwise."""

import re
import unicodedata
from urllib.parse import urlsplit

_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_LONGEST_URL = 2_000
# They join emoji and letters of some scripts: harmless, and text breaks without them.
_JOINERS = "\u200c\u200d"


def plain(text: str) -> str:
    """
    Strip what would not show or would turn the page around it.

    Control characters and Unicode's format characters (among them the
    overrides of the writing direction) go; any white space becomes one blank.
    """
    shown = "".join(
        " " if character.isspace() else character
        for character in text
        if character in _JOINERS
        or character.isspace()
        or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co"}
    )
    return _SPACE.sub(" ", shown).strip()


def first_words(title: str | None, text: str | None, *, longest: int = 140) -> str:
    """
    Give the title, else the beginning of the text without its addresses.

    Returns:
        At most *longest* characters, cut between words and closed by an
        ellipsis if cut; still to be escaped by the template.
    """
    words = plain(title or "") or plain(_URL.sub(" ", text or "")) or plain(text or "")
    if len(words) <= longest:
        return words
    cut = words[:longest]
    return (cut[: cut.rindex(" ")] if " " in cut[longest // 2 :] else cut).rstrip(
        " ,;:.-\u2013\u2014"
    ) + "…"


def clip(text: str, longest: int) -> str:
    """Shorten words from outside to *longest* characters, with an ellipsis."""
    words = plain(text)
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"


def safe_link(url: str | None) -> str | None:
    """
    Let a link pass if following it is harmless: http or https to a host, nothing hidden.

    Returns:
        The link as given, or None: another scheme, no host, a user name in
        it, spaces or characters that don't show, or absurdly long.
    """
    if not url or len(url) > _LONGEST_URL or plain(url) != url or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
        parts.port  # noqa: B018 - reading it raises if it is no port
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not host or parts.username is not None:
        return None
    return url


def host_of(url: str | None) -> str | None:
    """Name the site that a safe link leads to, without `www.`; None for an unsafe one."""
    safe = safe_link(url)
    return (urlsplit(safe).hostname or "").removeprefix("www.") if safe else None
