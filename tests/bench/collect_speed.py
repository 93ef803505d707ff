"""
What collecting costs, beside the client library's own paging.

Run `python -m tests.bench.collect_speed`. In one run, over the same local server, which
answers with the recorded pages of `../shared/data`: `collect_jobs` turns the pages of an X
search and of Reddit's listings, reads every item and writes a landing file; beside it tweepy's
`Paginator` and praw's listings turn the same pages and keep nothing. The ratios are of CPU
seconds, because the server's waiting is nobody's merit; each side runs in a process of its
own, does all once to be warm, and then several times; they take turns, and the fastest time
of each side counts.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
TIMES = 5
TURNS = 3
LIMIT = 1.5
TOKEN = "token-of-the-bench"  # noqa: S105 - no real one
USER_AGENT = "linux:luisterpost.bench:v1 (by /u/acme)"


def serve() -> None:
    """Answer at a free port, and print it."""
    from tests.recordings import reddit_handler, x_handler
    from tests.replay import Answer, ReplayServer, Request

    on_x, on_reddit = x_handler(), reddit_handler()

    def answer(request: Request) -> Answer:
        return (on_x if request.path.startswith("/2/") else on_reddit)(request)

    with ReplayServer(answer) as server:
        print(server.url, flush=True)
        sys.stdin.read()


def page_x(url: str) -> int:
    """Turn the pages with tweepy alone."""
    import requests
    import tweepy  # type: ignore[import-untyped]
    from requests.adapters import HTTPAdapter

    from collectors.x_client import _FIELDS

    class Moved(HTTPAdapter):
        def send(
            self, request: requests.PreparedRequest, *args: Any, **options: Any
        ) -> requests.Response:
            request.url = url + str(request.url).removeprefix("https://api.twitter.com")
            return super().send(request, *args, **options)

    client = tweepy.Client(bearer_token=TOKEN)
    client.session.mount("https://", Moved())
    pages = tweepy.Paginator(client.search_all_tweets, "acme", max_results=500, **_FIELDS)
    return sum(len(page.data or ()) for page in pages)


def page_reddit(url: str) -> int:
    """Turn the pages with praw alone."""
    import praw

    reddit = praw.Reddit(
        client_id="i",
        client_secret=TOKEN,
        user_agent=USER_AGENT,
        oauth_url=f"{url}/",
        reddit_url=url,
        check_for_updates=False,
    )
    everywhere = reddit.subreddit("all")
    listings = (everywhere.search("acme", sort="new", limit=None), everywhere.comments(limit=None))
    return sum(1 for listing in listings for _ in listing)


def collect_x(url: str) -> int:
    """Collect an archive search."""
    return collect("x", url, [("search:all", {"query": "acme", "endpoint": "all"})])


def collect_reddit(url: str) -> int:
    """Collect a search and the comments of a subreddit."""
    streams: list[tuple[str, Mapping[str, str]]] = [
        ("search:all", {"kind": "search", "subreddit": "all", "query": "acme"}),
        ("comments:all", {"kind": "comments", "subreddit": "all"}),
    ]
    return collect("reddit", url, streams)


def collect(platform: str, url: str, streams: list[tuple[str, Mapping[str, str]]]) -> int:
    """Collect as a round does, from all that is behind the streams."""
    from collectors.contract import Credential, Job
    from collectors.landing import read_header
    from collectors.sources import Source, Sources
    from collectors.watchlist import Subject, Watchlist
    from collectors.workers import collect_jobs

    source = Source(name=platform, platform=platform, base_url=url, credential="bench")
    jobs = [
        Job(
            source=platform,
            platform=platform,
            stream=key,
            reach="window" if platform == "x" else "listing",
            params=params,
            since=NOW - timedelta(days=7_000),
            until=NOW,
            validators={},
            planned_at=NOW,
        )
        for key, params in streams
    ]
    with tempfile.TemporaryDirectory() as folder:
        paths = collect_jobs(
            jobs,
            sources=Sources(source=(source,)),
            credentials={
                "bench": Credential(login="i", password=TOKEN, extra={"user_agent": USER_AGENT})
            },
            watchlist=Watchlist(
                subject=(Subject(id="acme", name="Acme", facet="brand", terms=("Acme",)),)
            ),
            folder=Path(folder),
            clock=lambda: NOW,
        )
        headers = [read_header(path) for path in paths]
    if faults := [header.fault for header in headers if header.fault]:
        raise RuntimeError(faults)
    return sum(header.items_seen for header in headers)


STEPS: Mapping[str, Callable[[str], int]] = {
    "page_x": page_x,
    "page_reddit": page_reddit,
    "collect_x": collect_x,
    "collect_reddit": collect_reddit,
}


@contextmanager
def server() -> Iterator[str]:
    """Give the address of the server, which runs in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.collect_speed", "--step", "serve"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield (process.stdout.readline() if process.stdout else "").strip()
    finally:
        process.communicate()


def measured(step: str, url: str) -> tuple[int, float]:
    """Run a step in a process of its own, and give its items and CPU seconds."""
    command = [sys.executable, "-m", "tests.bench.collect_speed", "--step", step, "--url", url]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    items, took = answer.stdout.split()
    return int(items), float(took)


def run(step: str, url: str) -> None:
    work = STEPS[step]
    items = work(url)
    spent = []
    for _ in range(TIMES):
        begun = time.process_time()
        work(url)
        spent.append(time.process_time() - begun)
    print(items, min(spent))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step", choices=("serve", *STEPS), help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step == "serve":
        serve()
    elif given.step:
        run(given.step, given.url)
    else:
        with server() as url:
            for platform, library in (("x", "tweepy"), ("reddit", "praw")):
                turns = [
                    (measured(f"page_{platform}", url), measured(f"collect_{platform}", url))
                    for _ in range(TURNS)
                ]
                (items, plain_s), (collected, ours_s) = map(min, zip(*turns, strict=True))
                print(f"{platform}, {items:,} items ({collected:,} collected):")
                print(f"  {library} alone: {plain_s * 1000:.0f} ms of CPU")
                print(f"  collected and landed: {ours_s * 1000:.0f} ms of CPU")
                print(f"  ratio: {ours_s / plain_s:.2f} (at most {LIMIT})")


if __name__ == "__main__":
    main()
