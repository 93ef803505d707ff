"""Listings of some hundred items behind a server, and rounds of plan, collect and ledger over them."""

import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from collectors.collect import collect_job
from collectors.contract import Interval, Job, Stream
from collectors.landing import Header, read_header
from collectors.registry import collector_for
from collectors.sources import Source
from tests.collectors import bluesky_answers, replay_youtube
from tests.collectors import test_reddit as reddit_answers
from tests.collectors.platforms import PLATFORMS, Platform
from tests.collectors.rounds import ACME, NOW
from tests.replay import Answer, ReplayServer, Request
from warehouse.ledger import Ledger, StreamHistory, missing, read_ledger
from warehouse.plan import due_jobs

ASKED = NOW.replace(microsecond=0)
MINUTE = timedelta(minutes=1)
VIDEO = "a" * 11

_BY_ID = {platform.id: platform for platform in PLATFORMS}


def _account_beside(request: Request) -> Answer | None:
    is_lookup = request.path.endswith("/accounts/lookup")
    return Answer.of({"id": "7", "acct": "acme"}) if is_lookup else None


def _user_beside(request: Request) -> Answer | None:
    is_lookup = "/users/by/username/" in request.path
    return (
        Answer.of({"data": {"id": "42", "username": "acme", "name": "Acme"}}) if is_lookup else None
    )


def _thread(number: int, text: str) -> dict[str, Any]:
    moment = replay_youtube.minutes_ago(number)
    return replay_youtube.thread(f"t{number}", moment, textDisplay=text)


LISTINGS: Mapping[str, Platform] = {
    "mastodon-tag": _BY_ID["mastodon"],
    "mastodon-account": replace(
        _BY_ID["mastodon"],
        settings=lambda word: {"query": "#other", "accounts": [f"{word}@m.example"]},
        stream="account:",
        beside=_account_beside,
    ),
    "bluesky-account": replace(
        _BY_ID["bluesky"],
        settings=lambda word: {"query": "other", "accounts": [f"{word}.example"]},
        stream="account:",
        item=lambda number, text: bluesky_answers.entry(number, record={"text": text}),
        page=bluesky_answers.feed,
    ),
    "reddit-comments": _BY_ID["reddit"],
    "reddit-search": replace(
        _BY_ID["reddit"],
        settings=lambda word: {"query": word},
        stream="search:",
        item=lambda number, text: reddit_answers.post(number, selftext=text),
    ),
    "reddit-user": replace(
        _BY_ID["reddit"],
        settings=lambda word: {"query": "other", "accounts": [word]},
        stream="user:",
        item=lambda number, text: reddit_answers.post(number, selftext=text),
    ),
    "youtube-comments": replace(
        _BY_ID["youtube"],
        settings=lambda _: {"query": "other", "urls": [f"https://youtu.be/{VIDEO}"]},
        stream="comments:",
        item=_thread,
    ),
    "x-timeline": replace(
        _BY_ID["x"],
        settings=lambda word: {"query": "other", "accounts": [word]},
        stream="timeline:",
        cursor=lambda request: request.query.get("pagination_token"),
        beside=_user_beside,
    ),
    "x-mentions": replace(
        _BY_ID["x"],
        settings=lambda word: {"query": "other", "accounts": [word]},
        stream="mentions:",
        cursor=lambda request: request.query.get("pagination_token"),
        beside=_user_beside,
    ),
}
"""Every stream that is walked by cursors."""

SEARCHES: Mapping[str, Platform] = {
    name: _BY_ID[name] for name in ("bluesky", "hackernews", "x", "youtube")
}
"""Streams that are asked by time."""

FORGETS = ("reddit-comments", "reddit-search", "reddit-user")
"""Where nothing is shown behind an item that is gone."""


@dataclass
class Shelf:
    """A listing of items, each as many minutes old as its number says; negative ones are to come."""

    name: str
    numbers: set[int]
    page_items: int = 5
    now: datetime = NOW
    late: Mapping[int, datetime] = field(default_factory=dict)
    """Items that are shown only from some time on."""
    keeps: int | None = None
    """How many of the newest are listed, whatever is asked for; None: all."""
    breaks: Callable[[str], Answer | str | None] = lambda _cursor: None
    """How a cursor is answered that was given in an earlier round; `top`: with the newest page."""
    requests: list[int | None] = field(default_factory=list)
    """Behind which number each request asked; None: for the newest."""
    given: set[str] = field(default_factory=set)
    """Cursors given in this round."""

    @property
    def platform(self) -> Platform:
        return {**LISTINGS, **SEARCHES}[self.name]

    def begin(self, now: datetime) -> None:
        self.now = now
        self.given.clear()

    def answer(self, request: Request) -> Answer:
        if beside := self.platform.beside(request):
            return beside
        # Hacker News knows no cursor: each page is asked for by what it is older than.
        behind = None if self.name == "hackernews" else self.platform.cursor(request)
        self.requests.append(int(behind) if behind else None)
        if behind and behind not in self.given and (broken := self.breaks(behind)) is not None:
            if isinstance(broken, Answer):
                return broken
            behind = None
        kept = sorted(n for n in self.numbers if self._moment(n) <= self.now)[: self.keeps]
        shown = [n for n in kept if self._is_asked_for(n, request)]
        if behind and self.name in FORGETS and int(behind) not in shown:
            return self.platform.page([], None)
        left = [n for n in shown if behind is None or n > int(behind)]
        page = left[: self.page_items]
        following = str(page[-1]) if len(left) > len(page) else None
        if following:
            self.given.add(following)
        return self.platform.page([self.platform.item(n, f"Acme {n}") for n in page], following)

    def _moment(self, number: int) -> datetime:
        return self.late.get(number, ASKED - number * MINUTE)

    def _is_asked_for(self, number: int, request: Request) -> bool:
        moment = ASKED - number * MINUTE
        since, until = _window_of(request.query)
        return (since is None or moment >= since) and (until is None or moment < until)


def _window_of(query: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    """Read from when to when a search asks, whatever its platform calls that."""
    found: dict[bool, datetime] = {}
    for part in filter(None, query.get("numericFilters", "").split(",")):
        bound = datetime.fromtimestamp(int(part.partition("i")[2].lstrip("<>=")), UTC)
        found[">=" in part] = bound
    for is_begin, names in (
        (True, ("start_time", "since", "publishedAfter")),
        (False, ("end_time", "until", "publishedBefore")),
    ):
        for name in names:
            if query.get(name):
                found[is_begin] = datetime.fromisoformat(query[name])
    return found.get(True), found.get(False)


class Rounds:
    """Plan, collect, and know: round after round over one stream."""

    def __init__(self, shelf: Shelf, url: str, folder: Path, **settings: Any) -> None:
        self.shelf = shelf
        self.folder = folder
        self.collector = collector_for(shelf.platform.name)
        # At another time as well a round is due.
        values = {"every": "1 min", "overlap": "5 min", "max_pages": 2} | settings
        self.source: Source = shelf.platform.source(url, "acme", **values)
        self.stream: Stream = next(
            one
            for one in self.collector.streams(self.source, ACME, NOW)
            if one.key.startswith(shelf.platform.stream)
        )
        self.headers: list[Header] = []
        self.brought: list[int] = []
        self.number = 0

    def knows(self, *spans: tuple[int, int]) -> None:
        """Say what was answered before: from so many minutes ago to so many."""
        self.headers.append(
            Header(
                kind="collect",
                job_id="before",
                source=self.source.name,
                platform=self.source.platform,
                stream=self.stream.key,
                since=ASKED - spans[0][0] * MINUTE,
                until=ASKED - spans[-1][1] * MINUTE,
                collected_at=ASKED - spans[-1][1] * MINUTE,
                answered=tuple(
                    Interval(since=ASKED - a * MINUTE, until=ASKED - b * MINUTE) for a, b in spans
                ),
                validators={"walked_to": "before"},
                requests=1,
            )
        )

    @property
    def ledger(self) -> Ledger:
        return read_ledger(self.folder / "none", self.headers, now=self.shelf.now)

    @property
    def history(self) -> StreamHistory:
        return self.ledger.get((self.source.name, self.stream.key), StreamHistory())

    def plan(self, now: datetime) -> list[Job]:
        self.shelf.begin(now)
        self.number += 1
        return due_jobs(self.source, [self.stream], self.ledger, now)

    def collect(self, jobs: Iterable[Job], *, is_killed: bool = False) -> None:
        for job in jobs:
            path = collect_job(
                Job.from_json(job.to_json()),
                collector=self.collector,
                source=self.source,
                credential=self.shelf.platform.credential,
                watchlist=ACME,
                folder=self.folder,
                clock=lambda: self.shelf.now,
            )
            if not is_killed:
                self.headers.append(read_header(path))
                self.brought += [
                    round((ASKED - row["created_at"]) / MINUTE)
                    for row in pq.read_table(path, columns=["created_at"]).to_pylist()
                ]
            path.unlink()

    def go(self, now: datetime) -> int:
        """Do one round; gives the number of requests."""
        before = len(self.shelf.requests)
        self.collect(self.plan(now))
        return len(self.shelf.requests) - before

    def unknown(self, oldest: int, newest: int = 0) -> list[tuple[datetime, datetime]]:
        """List what is neither answered nor given up."""
        history = self.history
        known = [*history.covered, *history.lost]
        return missing(known, ASKED - oldest * MINUTE, ASKED - newest * MINUTE)

    @property
    def given_up(self) -> list[tuple[datetime, datetime]]:
        """List what nothing answered and no plan asks for again; the last item's own second is left out."""
        history = self.history
        return [
            hole
            for lost in history.lost
            for hole in missing(history.covered, lost.since, lost.until)
            if hole[1] - hole[0] > timedelta(seconds=1)
        ]

    @property
    def faults(self) -> list[str]:
        return [header.fault.reason for header in self.headers if header.fault]


class Walking:
    """A shelf behind a server, with a folder: used as a context."""

    def __init__(self, shelf: Shelf, **settings: Any) -> None:
        self._shelf = shelf
        self._settings = settings
        self._server = ReplayServer(shelf.answer)
        self._folder = tempfile.TemporaryDirectory()

    def __enter__(self) -> Rounds:
        bluesky_answers.bluesky_client._sessions.clear()
        url = self._server.__enter__().url
        return Rounds(self._shelf, url, Path(self._folder.name), **self._settings)

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._server.__exit__(kind, error, trace)
        self._folder.cleanup()
