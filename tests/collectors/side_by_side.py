"""Collect two streams of one source in one round: the first meets a fault, the second must not."""

import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from collectors.landing import read_header
from collectors.registry import collector_for
from collectors.sources import Sources
from collectors.workers import collect_jobs
from tests.collectors.platforms import Platform
from tests.collectors.rounds import ACME, NOW, Landed, job_for
from tests.replay import Answer, Handler, ReplayServer, Request

FAULTY, FINE = "faulty", "fine"
SINCE = NOW - timedelta(hours=2)


@dataclass(frozen=True, kw_only=True)
class Round:
    """What became of the two streams."""

    faulty: Landed
    fine: Landed
    asked: list[Request]
    """For the first stream's list, without tokens and look-ups."""
    took_s: float


def collect_beside(platform: Platform, answer: Handler | Answer, **settings: Any) -> Round:
    """
    Collect a stream that *answer* answers, and then another of the same source, which is fine.

    One worker asks both in turn, as in a round of the pipeline.
    """
    answering = (lambda _: answer) if isinstance(answer, Answer) else answer
    asked: list[Request] = []

    def handle(request: Request) -> Answer:
        if beside := platform.beside(request):
            return beside
        if FINE in f"{request.path} {request.query}":
            return platform.page([platform.item(1, "Acme")], None)
        asked.append(request)
        return answering(request)

    collector = collector_for(platform.name)
    with ReplayServer(handle) as server, tempfile.TemporaryDirectory() as folder:
        sources = [platform.source(server.url, word, **settings) for word in (FAULTY, FINE)]
        streams = [
            next(s for s in collector.streams(o, ACME, NOW) if s.key.startswith(platform.stream))
            for o in sources
        ]
        jobs = [
            job_for(stream, sources[0], since=SINCE, validators=platform.known)
            for stream in streams
        ]
        began = time.monotonic()
        paths = collect_jobs(
            jobs,
            sources=Sources(source=(sources[0],)),
            credentials={"main": platform.credential} if platform.credential else {},
            watchlist=ACME,
            folder=Path(folder),
            clock=lambda: NOW,
        )
        took_s = time.monotonic() - began
        landed = {
            header.stream: Landed(header=header, rows=pq.read_table(path).to_pylist())
            for path in paths
            if (header := read_header(path))
        }
    faulty, fine = (landed[stream.key] for stream in streams)
    return Round(faulty=faulty, fine=fine, asked=asked, took_s=took_s)
