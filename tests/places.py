"""A small place where Luisterpost listens: one brand, a feed that answers, one that is dead."""

import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.replay import Answer, ReplayServer, Request

NOW = "2026-11-23T08:00Z"
LATER = "2026-11-23T09:00Z"
SECRET = "token-of-the-place"  # noqa: S105 - no real one

HOSTILE = "Acme \x1b[31mred\x1b]0;title\x07 \u202eback [bold]b[/bold] \x9b31m\nnext line"
EXPORTED = [
    {
        "platform": "forum",
        "native_id": str(number),
        "created_at": f"2026-11-2{number}T10:00:00Z",
        "author_handle": "an",
        "text": text,
    }
    for number, text in enumerate((HOSTILE, "Acme is fine", "Nobody is named here"))
]

WATCHLIST = """
[[subject]]
id = "acme"
name = "Acme"
facet = "brand"
terms = ["Acme"]
"""

_RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>News</title>{items}</channel></rss>"""
_ITEM = """<item><title>Acme &amp; news {number}</title><guid>news-{number}</guid>
<link>https://news.example/{number}</link><description>Acme opens plant {number}.</description>
<pubDate>Fri, 20 Nov 2026 0{number}:00:00 GMT</pubDate></item>"""


def show_news(request: Request) -> Answer:
    """Show three items at one address, and nothing elsewhere."""
    if request.path != "/news.xml":
        return Answer(status=404)
    items = "".join(_ITEM.format(number=number) for number in range(3))
    return Answer(body=_RSS.format(items=items).encode(), headers={"ETag": '"three"'})


@contextmanager
def place(folder: Path, *, has_dead: bool = True) -> Iterator[ReplayServer]:
    """
    Write `folder/config` and `folder/export.jsonl`, and answer for the news as long as it lasts.

    Args:
        folder: Exists.
        has_dead: Whether a second source refuses every connection.
    """
    config = folder / "config"
    config.mkdir(exist_ok=True)
    (config / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    rows = "".join(json.dumps(row) + "\n" for row in EXPORTED)
    (folder / "export.jsonl").write_text(rows, encoding="utf-8")
    with ReplayServer(show_news) as server, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        sources = {"news": f"{server.url}/news.xml"}
        if has_dead:
            sources["dead"] = f"http://127.0.0.1:{taken.getsockname()[1]}/feed.xml"
        text = "".join(
            f'[[source]]\nname = "{name}"\nplatform = "feed"\nurls = ["{url}"]\n\n'
            for name, url in sources.items()
        )
        (config / "sources.toml").write_text(text, encoding="utf-8")
        yield server


def copy_of(folder: Path, target: Path) -> Path:
    """Copy a place, to be changed."""
    shutil.copytree(folder, target, symlinks=True)
    return target
