"""A backfill over the sample world's X, killed at random points: all there once, nothing paid twice."""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from collectors.contract import Interval
from collectors.sample.exchange import Answer, Question
from collectors.sample.server import SampleServer
from collectors.sample.server_x import BEARER_TOKEN
from collectors.sample.world import build_world
from collectors.sources import Source
from collectors.x import XCollector
from tests.collectors.rounds import ACME
from tests.test_chaos import Ended
from tests.warehouse.building import simple_file
from warehouse.connection import open_snapshot

SEED = 20261123
KILLS = (*(4 * ["collect"]), *(2 * ["enrich"]), *(2 * ["load"]), "tidy", *(2 * ["publish"]))
"""The stages in which it is killed, each within the first second."""
NOW = datetime(2026, 11, 23, tzinfo=UTC)
ANSWER_S = 0.1
"""So that reading takes as long as what comes after it."""
DAY = timedelta(days=1)
SINCE = NOW - 20 * DAY
QUERY = "Épervier OR Hoogwael"

SOURCES = """
[[source]]
name = "x"
platform = "x"
query = "{query}"
accounts = []
archive = true
base_url = "{url}"
credential = "x_main"
monthly_eur = 1000
"""
WATCHLIST = """
[[subject]]
id = "epervier"
name = "Épervier"
facet = "brand"
terms = ["Épervier", "Hoogwael"]
"""


class CountingServer(SampleServer):
    """Remembers which posts and accounts each answer held, as whoever charges for them does."""

    def __init__(self, *args: Any, **keys: Any) -> None:
        super().__init__(*args, **keys)
        self.given: list[list[str]] = []

    def answer(self, question: Question) -> Answer:
        answer = super().answer(question)
        if "/search/" in question.path and answer.status == HTTPStatus.OK:
            time.sleep(ANSWER_S)
            told = json.loads(answer.body)
            lists = told.get("data", []), *told.get("includes", {}).values()
            self.given.append(
                [f"{one.get('username', '')} {one['id']}" for some in lists for one in some]
            )
        return answer


@contextmanager
def backfills(config: Path) -> Iterator[Callable[..., Ended]]:
    """Give a function that does one backfill at a home, and kills it when told."""
    key = json.dumps({"conn_type": "http", "password": BEARER_TOKEN})
    around = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1") | {"AIRFLOW_CONN_X_MAIN": key}
    words = "--since", SINCE.isoformat(), "--yes", "--now", NOW.isoformat()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.backfill_child", str(config), *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
        env=os.environ | around,
    ) as process:
        assert process.stdin
        assert process.stdout
        lines, answers = process.stdin, process.stdout

        def run(home: Path, stage: str = "never", delay_s: float = 0.0) -> Ended:
            lines.write(f"{home} {stage} {delay_s}\n")
            lines.flush()
            how, took_s, stage = answers.readline().split()
            return Ended(how=how, took_s=float(took_s), stage=stage)

        yield run
        lines.close()


def place(home: Path) -> None:
    """Let the evenings of twenty days be known already: each day is a window of its own."""
    source = Source(name="x", platform="x", query=QUERY, accounts=(), archive=True)
    (stream,) = XCollector().streams(source, ACME, NOW)
    evenings = tuple(
        Interval(since=SINCE + (n + 0.8) * DAY, until=SINCE + (n + 1) * DAY) for n in range(20)
    )
    keys = {"source": "x", "stream": stream.key, "answered": evenings, "validators": None}
    simple_file(home / "enriched", "evenings", [], at=NOW - DAY, **keys)


def asked(home: Path, question: str) -> list[tuple[Any, ...]]:
    with closing(open_snapshot(home / "snapshot.duckdb")) as connection:
        return connection.execute(question).fetchall()


def held(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What must be the same, however often it was killed."""
    return {
        "mentions": asked(home, "SELECT native_id FROM mention ORDER BY ALL"),
        "paid": asked(home, "SELECT items, eur FROM cost_month"),
        "unknown": asked(home, f"FROM unknown('{SINCE}', '{NOW - timedelta(hours=1)}')"),
        "jobs": [p.name for p in (home / "jobs").iterdir() if p.name != ".lock"],
    }


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_backfill_killed_at_any_point_brings_all_once_and_pays_for_nothing_twice(
    tmp_path, capsys
):
    dice = random.Random(SEED)
    config, whole, torn = (tmp_path / name for name in ("config", "whole", "torn"))
    config.mkdir()
    (config / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    stages: Counter[str] = Counter()
    with CountingServer(build_world(NOW)) as server:
        text = SOURCES.format(url=server.url, query=QUERY)
        (config / "sources.toml").write_text(text, encoding="utf-8")
        place(whole)
        place(torn)
        with backfills(config) as run:
            assert run(whole).how == "ended:0", (whole / "said").read_text()
            pages, expected = server.given, held(whole)
            server.given = []
            for stage in KILLS:
                killed = run(torn, stage, dice.random() ** 2)
                if killed.how == "killed":
                    stages[killed.stage.partition(":")[0]] += 1
            assert run(torn).how == "ended:0", (torn / "said").read_text()
            assert run(torn).how == "ended:0"
    assert "Nothing is missing" in (torn / "said").read_text().splitlines()[-1]
    assert stages.total() >= len(KILLS) // 2
    assert stages["collect"] >= 2
    assert len(expected["mentions"]) > 300
    assert expected["unknown"] == expected["jobs"] == []
    assert held(torn) == expected
    # A kill may cost the job that was being read, and only where one was being read.
    job = max(len(page) for page in pages)
    again = sum(map(len, server.given)) - sum(map(len, pages))
    with capsys.disabled():
        print(  # noqa: T201 - the figures that the test is for
            f"\nkilled {stages.total()} times {dict(stages.most_common())}, {len(pages)} answers "
            f"in one go and {len(server.given)} with kills, {again} posts and accounts given again"
        )
    assert 0 <= again <= stages["collect"] * job
