"""Many feeds at once: those that fail or never end take nothing from the others."""

import time
from datetime import timedelta

import pyarrow.parquet as pq

from collectors.landing import read_header
from collectors.sources import Source, Sources
from collectors.watchlist import Subject, Watchlist
from collectors.workers import collect_jobs
from tests.collectors.feed_jobs import HOUR, NOW, dated, feed_job, rss
from tests.replay import Answer, ReplayServer, Request

NEWS = rss(dated(2, NOW - HOUR), dated(1, NOW - 2 * HOUR))
BAD = {
    0: Answer(delay_s=60),
    1: Answer(body=b" " * 9_000_000, drip_s=0.05),
    2: Answer(body=NEWS, cut_after=99),
    3: Answer(status=410),
    4: Answer(body=b"<html><body>Sorry", headers={"Content-Type": "text/html"}),
    5: Answer(body=NEWS[:90]),
    6: Answer(hangs_up=True),
    7: Answer(status=302, headers={"Location": "/7"}),
    8: Answer(body=b'{"version": "https://jsonfeed.org/version/1.1", "items": [{'),
    9: Answer(status=429, headers={"Retry-After": "60"}),
}
REASONS = {
    0: "timeout",
    1: "timeout",
    2: "unreachable",
    3: "gone",
    4: "bad_answer",
    5: "bad_answer",
    6: "unreachable",
    7: "bad_answer",
    8: "bad_answer",
    9: "rate_limited",
}


def test_a_hundred_feeds_of_which_a_third_fails_end_in_time_with_one_file_each(tmp_path):
    def handler(request: Request) -> Answer:
        return BAD.get(int(request.path.strip("/")) % 30, Answer(body=NEWS))

    urls = [f"https://news{n}.example/{n}" for n in range(120)]
    with ReplayServer(handler) as server:
        source = Source(
            name="news",
            platform="feed",
            urls=tuple(urls),
            base_url=server.url,
            timeout=timedelta(seconds=2),
        )
        started = time.monotonic()
        paths = collect_jobs(
            [feed_job(url) for url in urls],
            sources=Sources(source=(source,)),
            credentials={},
            watchlist=Watchlist(
                subject=(Subject(id="acme", name="Acme", facet="brand", terms=("Acme",)),)
            ),
            folder=tmp_path,
            clock=lambda: NOW,
        )
        took = time.monotonic() - started
    assert took < 60
    headers = {int(read_header(path).stream.rpartition("/")[2]): path for path in paths}
    assert set(headers) == set(range(120))
    for number, path in headers.items():
        fault = read_header(path).fault
        expected = REASONS.get(number % 30)
        assert (fault.reason if fault else None) == expected, number
        assert pq.read_metadata(path).num_rows == (0 if expected else 2)
