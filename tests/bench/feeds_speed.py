"""
How fast 500 feeds are collected, beside httpx and feedparser alone.

Run `python -m tests.bench.feeds_speed`. In one run, over the same local
server, which answers after 100 ms: `collect_jobs` fetches, reads, checks and
lands 500 feeds of 30 entries from 50 sites; beside it 20 threads that GET and
parse them and keep nothing. Then both again with 20 feeds of 8 MB among them,
for the memory. Figures are ratios, because machines differ; each side runs in
a process of its own, and its peak memory is that process's.
"""

import argparse
import asyncio
import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

FEEDS = 500
SITES = 50
ENTRIES = 30
THREADS = 20
LATENCY_S = 0.1
LARGE = 20
LARGE_BYTES = 8_000_000
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def body(number: int, *, is_large: bool) -> bytes:
    words = f"Acme takes back testers that customers bought in store {number}. " * 8
    entry_bytes = LARGE_BYTES // ENTRIES if is_large else 0
    items = "".join(
        f"<item><guid>{number}-{n}</guid><title>Acme {n}</title>"
        f"<link>https://news{number}.example/{n}</link>"
        f"<pubDate>{NOW - n * timedelta(hours=1):%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
        f"<description>&lt;p&gt;{words * max(entry_bytes // len(words), 1)}&lt;/p&gt;</description></item>"
        for n in range(ENTRIES)
    )
    return (
        f"<rss version='2.0'><channel><title>News {number}</title>{items}</channel></rss>".encode()
    )


def serve(large: int) -> None:
    """Answer at as many ports as there are sites, and print them."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while request := await reader.readline():
            while (await reader.readline()).strip():
                continue
            number = int(request.split()[1].strip(b"/"))
            await asyncio.sleep(LATENCY_S)
            content = body(number, is_large=number < large)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n")
            writer.write(f"Content-Length: {len(content)}\r\n\r\n".encode() + content)
            await writer.drain()
        writer.close()

    async def listen() -> None:
        servers = [await asyncio.start_server(answer, "127.0.0.1", 0) for _ in range(SITES)]
        print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

    asyncio.run(listen())


def collect(urls: list[str]) -> int:
    """Collect as a round does."""
    import pyarrow.parquet as pq

    from collectors.contract import Job
    from collectors.sources import Source, Sources
    from collectors.watchlist import Subject, Watchlist
    from collectors.workers import collect_jobs

    jobs = [
        Job(
            source="news",
            platform="feed",
            stream=url,
            reach="feed",
            params={"url": url},
            since=None,
            until=NOW,
            validators={},
            planned_at=NOW,
        )
        for url in urls
    ]
    with tempfile.TemporaryDirectory() as folder:
        paths = collect_jobs(
            jobs,
            sources=Sources(source=(Source(name="news", platform="feed", urls=tuple(urls)),)),
            credentials={},
            watchlist=Watchlist(
                subject=(Subject(id="acme", name="Acme", facet="brand", terms=("Acme",)),)
            ),
            folder=Path(folder),
            clock=lambda: NOW,
        )
        return sum(pq.read_metadata(path).num_rows for path in paths)


def parse(urls: list[str]) -> int:
    """Get and parse, and keep nothing."""
    import feedparser
    import httpx

    with httpx.Client() as client, ThreadPoolExecutor(THREADS) as pool:

        def entries(url: str) -> int:
            return len(feedparser.parse(io.BytesIO(client.get(url).content)).entries)

        return sum(pool.map(entries, urls))


def peak_mb() -> float:
    # Not getrusage: a child begins with its parent's peak there.
    (line,) = (
        line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line
    )
    return int(line.split()[1]) / 1024


@contextmanager
def server(large: int) -> Iterator[list[str]]:
    """Give the addresses of the feeds of a server in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.feeds_speed", "--step", "serve"]
    process = subprocess.Popen(
        [*command, "--large", str(large)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        ports = (process.stdout.readline() if process.stdout else "").split()
        yield [f"http://127.0.0.1:{ports[n % SITES]}/{n}" for n in range(FEEDS)]
    finally:
        process.communicate()


def measured(step: str, urls: list[str]) -> tuple[float, float]:
    command = [sys.executable, "-m", "tests.bench.feeds_speed", "--step", step]
    answer = subprocess.run(
        command, check=True, input="\n".join(urls), capture_output=True, text=True
    )
    entries, took, peak = answer.stdout.split()
    if int(entries) != FEEDS * ENTRIES:
        raise RuntimeError(answer.stdout)
    return float(took), float(peak)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step", choices=("serve", "collect", "parse"), help=argparse.SUPPRESS)
    parser.add_argument("--large", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step == "serve":
        serve(given.large)
    elif given.step:
        urls = sys.stdin.read().split()
        begun = time.monotonic()
        entries = {"collect": collect, "parse": parse}[given.step](urls)
        print(entries, time.monotonic() - begun, peak_mb())
    else:
        for large in (0, LARGE):
            compare(large)


def compare(large: int) -> None:
    with server(large) as urls:
        plain_s, plain_mb = measured("parse", urls)
        ours_s, ours_mb = measured("collect", urls)
    among = f", {large} of them of {LARGE_BYTES // 1_000_000} MB" if large else ""
    print(f"{FEEDS} feeds{among}, {THREADS} threads:")
    print(f"  httpx and feedparser alone: {plain_s:.1f} s, {plain_mb:.0f} MB")
    print(f"  collected and landed: {ours_s:.1f} s, {ours_mb:.0f} MB")
    print(f"  ratio: {ours_s / plain_s:.2f} in time, {ours_mb / plain_mb:.2f} in peak memory")


if __name__ == "__main__":
    main()
