"""What sites, wires and people make of an article, to be known again as its copy."""

from collections.abc import Iterator
from random import Random
from typing import Any

_BEFORE = ("(Belga) \u2013 ", "BREAKING: ", "PARIS (AFP) - ", "Update: ", "dpa. ", "Just in | ")
_BEHIND = (
    " Read more…",
    " Lees meer",
    " (c) the authors",
    " Lire la suite sur notre site",
    " Weiterlesen",
)
_TITLES = ("Heard today", "Watch this", "Van de redactie", "En bref", "Kurz gemeldet", "News")
_ADDED = (" #news", " 🔥🔥", " #beer #food", " 👀", " $ACME #stocks")


def made_copies(title: str | None, text: str, random: Random) -> Iterator[dict[str, Any]]:
    """
    Yield copies of one item: a reprint, one under another title, its lead, its headline, a citation.

    Args:
        title: The item's title, if it has one.
        text: Its text.
        random: Chooses among the ways.

    Yields:
        Keywords of a mention.
    """
    lead = _cut(text, 300)
    yield {
        "platform": "feed",
        "title": title,
        "text": f"{random.choice(_BEFORE)}{text}{random.choice(_BEHIND)}",
    }
    yield {"platform": "feed", "title": random.choice(_TITLES), "text": text}
    yield {"platform": "feed", "title": title, "text": f"{lead}…"}
    yield {
        "platform": "x",
        "text": f"RT @news{random.randrange(99)}: {_cut(text, 110)}… https://t.co/{random.randrange(10**6)}",
    }
    headline = title if title and len(title.split()) > 5 else _cut(text, 140)
    yield {
        "platform": "x",
        "text": f"{headline} via @site{random.choice(_ADDED)} https://t.co/{random.randrange(10**6)}",
    }


def _cut(text: str, chars: int) -> str:
    return text if len(text) <= chars else text[:chars].rsplit(None, 1)[0]
