"""10,000 posts behind three platforms that fail and a process that is killed: all of them arrive."""

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.chaos_world import BEGIN, LASTS, TIMEOUT_S, ChaosWorld, write_posts
from tests.replay import ReplayServer
from warehouse.connection import open_snapshot, open_warehouse

SEED = 20261116
KILLS = 50
SHARE_KILLED = 0.6
SHARE_OF_FAULTS = 0.25
QUIET_ROUNDS = 40
"""By then all is healed, even on a machine so busy that it makes time-outs of its own."""

SOURCES = """
[[source]]
name = "x"
platform = "x"
query = "acme"
accounts = []
base_url = "{url}"
credential = "x_main"
timeout = "{timeout_s} s"
max_pages = 3

[[source]]
name = "hackernews"
platform = "hackernews"
query = "acme"
accounts = []
base_url = "{url}"
timeout = "{timeout_s} s"
max_pages = 3

[[source]]
name = "reddit"
platform = "reddit"
query = "acme"
accounts = []
subreddits = ["acme"]
base_url = "{url}"
credential = "reddit_main"
timeout = "{timeout_s} s"
"""
WATCHLIST = '[[subject]]\nid = "acme"\nname = "Acme"\nfacet = "brand"\nterms = ["Acme"]\n'

DOUBLES = "SELECT count(*), count(DISTINCT (platform, native_id)) FROM mention"
COVERING = """
SELECT count(*) FROM covered
WHERE source = $source AND stream = $stream AND since <= $since AND until >= $until
"""

REASONS = {"rate_limited", "server_error", "timeout", "unreachable", "bad_answer", "page_cap"}

Gap = tuple[str, str, datetime, datetime, str]


@dataclass(frozen=True, kw_only=True)
class Ended:
    how: str
    took_s: float
    stage: str


@contextmanager
def workshop(home: Path, config: Path) -> Iterator[Callable[[datetime, float], Ended]]:
    """Give a function that does one round at a time, and kills it after a delay."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.chaos_child", str(home), str(config), str(SEED)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
        env=os.environ | dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1"),
    ) as process:
        assert process.stdin
        assert process.stdout
        lines, answers = process.stdin, process.stdout

        def run(now: datetime, delay_s: float) -> Ended:
            lines.write(f"{now.isoformat()} {delay_s}\n")
            lines.flush()
            how, took_s, stage = answers.readline().split()
            return Ended(how=how, took_s=float(took_s), stage=stage)

        yield run
        lines.close()


def asked(home: Path, question: str) -> list[tuple[Any, ...]]:
    if not (home / "snapshot.duckdb").exists():
        return []
    with closing(open_snapshot(home / "snapshot.duckdb")) as connection:
        return connection.execute(question).fetchall()


def gaps(home: Path) -> set[Gap]:
    return set(asked(home, "SELECT source, stream, since, until, reason FROM gap"))  # type: ignore[arg-type]


def identities(home: Path) -> list[tuple[Any, ...]]:
    return asked(home, "SELECT platform, native_id FROM mention ORDER BY ALL")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_ten_thousand_posts_arrive_once_each_through_faults_and_kills(tmp_path, capsys):
    dice = random.Random(SEED)
    world = ChaosWorld(write_posts(SEED), seed=SEED)
    home, config = tmp_path / "home", tmp_path / "config"
    config.mkdir()
    (config / "watchlist.toml").write_text(WATCHLIST)
    expected = sorted((post.platform, post.native_id) for post in world.posts)
    assert len(set(expected)) == 10_000
    stages: Counter[str] = Counter()
    seen: set[Gap] = set()
    rounds = 0
    with ReplayServer(world.answer) as server:
        (config / "sources.toml").write_text(SOURCES.format(url=server.url, timeout_s=TIMEOUT_S))
        with workshop(home, config) as run:
            usual_s = run(world.now, -1).took_s
            world.share_of_faults = SHARE_OF_FAULTS
            while world.now < BEGIN + LASTS or stages.total() < KILLS:
                world.now += dice.uniform(0.3, 1.2) * timedelta(hours=1)
                is_doomed = dice.random() < SHARE_KILLED
                ended = run(world.now, dice.uniform(0, usual_s) if is_doomed else -1)
                rounds += 1
                if ended.how == "killed":
                    stages[ended.stage.partition(":")[0]] += 1
                else:
                    assert ended.how == "ended:0"
                    usual_s = ended.took_s
                seen |= gaps(home)
                for held, different in asked(home, DOUBLES):
                    assert held == different
            world.share_of_faults = 0.0
            for _ in range(QUIET_ROUNDS):
                world.now += timedelta(hours=1)
                rounds += 1
                assert run(world.now, -1).how == "ended:0"
                seen |= gaps(home)
                if not gaps(home) and identities(home) == expected:
                    break
    with capsys.disabled():
        print(  # noqa: T201 - the figures that the test is for
            f"\n{rounds} rounds, killed {stages.total()} times {dict(stages.most_common())}, "
            f"{len(server.requests):,} requests, {dict(world.faults.most_common())}, "
            f"{len(seen)} gaps seen for {dict(Counter(gap[4] for gap in seen).most_common())}"
        )
    assert len(stages) >= 4
    assert identities(home) == expected
    assert_filled(home, seen)
    with open_warehouse(home / "warehouse.duckdb", tell=print) as connection:
        stored = connection.execute("SELECT platform, native_id FROM mention ORDER BY ALL")
        assert stored.fetchall() == expected
        # No edit was made up, and nothing is counted twice.
        ((versions,),) = connection.execute("SELECT count(*) FROM mention_version").fetchall()
        ((counted,),) = connection.execute("SELECT sum(mentions) FROM hourly_volume").fetchall()
        assert versions == counted == len(expected)


def assert_filled(home: Path, seen: set[Gap]) -> None:
    """The ledger showed gaps and why, and now shows that each was filled."""
    assert not gaps(home)
    assert {gap[0] for gap in seen} == {"x", "hackernews", "reddit"}
    assert {gap[4] for gap in seen} >= REASONS
    with closing(open_snapshot(home / "snapshot.duckdb")) as connection:
        for source, stream, since, until, reason in seen:
            named = {"source": source, "stream": stream, "since": since, "until": until}
            ((filled,),) = connection.execute(COVERING, named).fetchall()
            assert filled == 1, (reason, named)
        told = connection.execute("SELECT DISTINCT outcome FROM attempt").fetchall()
    assert {outcome for (outcome,) in told} >= {"answered", *REASONS}
