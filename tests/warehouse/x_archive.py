"""A server that plays X's search: posts at a steady pace, and one that they refer to now and then."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from tests.places import WATCHLIST
from tests.replay import Answer, ReplayServer, Request

HOUR = timedelta(hours=1)
BEGINS = datetime(2026, 10, 1, 0, 30, tzinfo=UTC)
REFERRED = "1"
"""The id of a post that comes along with every tenth one."""

KEY = '{"conn_type": "http", "password": "token-of-the-test"}'

_SOURCES = """
[[source]]
name = "x"
platform = "x"
query = "acme"
accounts = []
credential = "x_main"
base_url = "{url}"
{keys}
"""


def posts(since: datetime, until: datetime, every: timedelta = HOUR) -> list[dict]:
    """Give the posts of a window, newest first."""
    first = max(0, -(-(since - BEGINS) // every))
    times = []
    while BEGINS + first * every < until:
        times.append(BEGINS + first * every)
        first += 1
    return [
        {
            "id": str(9_000_000 + int((at - BEGINS) / every)),
            "text": f"Acme at {at:%d %b %H:%M}",
            "author_id": "7",
            "created_at": at.isoformat().replace("+00:00", "Z"),
            **(
                {"referenced_tweets": [{"type": "replied_to", "id": REFERRED}]}
                if at.hour % 10 == 0 and at.minute == BEGINS.minute
                else {}
            ),
        }
        for at in reversed(times)
    ]


def answer(request: Request, every: timedelta = HOUR) -> Answer:
    """Answer as search and its counts do."""
    since, until = (
        datetime.fromisoformat(request.query[name]) for name in ("start_time", "end_time")
    )
    found = posts(since, until, every)
    if request.path.startswith("/2/tweets/counts/"):
        return Answer.of({"data": [], "meta": {"total_tweet_count": len(found)}})
    assert request.path.startswith("/2/tweets/search/")
    at, size = int(request.query.get("next_token", "0")), int(request.query["max_results"])
    page, rest = found[at : at + size], found[at + size :]
    meta = {"result_count": len(page)} | ({"next_token": str(at + size)} if rest else {})
    includes = {"tweets": [{"id": REFERRED, "text": "before"}]}
    return Answer.of({"data": page, "meta": meta, "includes": includes} if page else {"meta": meta})


@contextmanager
def archive(folder: Path, keys: str = "", every: timedelta = HOUR) -> Iterator[ReplayServer]:
    """
    Write `folder/config`, whose only source is X, and answer as long as it lasts.

    Args:
        folder: Exists.
        keys: More of the source's configuration.
        every: How far the posts lie apart.
    """
    config = folder / "config"
    config.mkdir(exist_ok=True)
    (config / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    with ReplayServer(partial(answer, every=every)) as server:
        write_sources(folder, server, keys)
        yield server


def write_sources(folder: Path, server: ReplayServer, keys: str) -> None:
    """Write the source anew, with other keys."""
    if "archive" not in keys:
        keys += '\narchive = true\nhistory = "1 day"'
    text = _SOURCES.format(url=server.url, keys=keys)
    (folder / "config" / "sources.toml").write_text(text, encoding="utf-8")
