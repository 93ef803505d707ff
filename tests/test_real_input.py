"""Recorded real answers through the real clients, the whole way to warehouse and report."""

import html
import json
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collectors.configuration.folder import Configuration, load_configuration
from collectors.settings import Settings
from luisterpost import OPTIONAL_FILES, Round, run_round
from reports.settings import ReportSettings
from reports.status_report import write_status_report
from tests.recordings import (
    expected_reddit_ids,
    expected_x_ids,
    expected_x_mention_ids,
    expected_x_timeline_ids,
    reddit_comment_pages,
    reddit_handler,
    reddit_search_pages,
    reddit_user_pages,
    x_handler,
    x_mention_pages,
    x_search_pages,
    x_timeline_pages,
)
from tests.recordings_feeds import expected_feed_ids, feed_files, feed_path, feeds_handler
from tests.replay import ReplayServer
from warehouse.connection import open_snapshot, open_warehouse

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ENVIRON = {
    "AIRFLOW_CONN_X_MAIN": '{"conn_type": "http", "password": "secret-token"}',
    "AIRFLOW_CONN_REDDIT_MAIN": '{"conn_type": "http", "login": "id", "password": "secret-word",'
    ' "extra": {"user_agent": "linux:luisterpost-test:v1 (by u/acme_official)"}}',
}
WATCHLIST = """
[[subject]]
id = "news"
name = "News"
facet = "brand"
terms = ["news", "Twitter", "politique", "Brexit"]
"""


@dataclass(frozen=True)
class World:
    """A home after one round over everything recorded."""

    settings: Settings
    configuration: Configuration
    rounds: list[Round]
    feed_urls: dict[str, Path]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with open_warehouse(self.settings.warehouse, tell=print) as connection:
            return connection.execute(query).fetchall()

    def ids(self, platform: str) -> list[str]:
        return [row[0] for row in self.rows(_IDS.format(platform=platform))]


_IDS = "SELECT native_id FROM mention WHERE platform = '{platform}'"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    files = feed_files()
    home = tmp_path_factory.mktemp("real")
    with _servers(files) as (x_url, reddit_url, feeds_url):
        feed_urls = {feeds_url + feed_path(file): file for file in files}
        settings = Settings(home=home, config=home / "config", fixed_now=NOW)
        settings.config.mkdir()
        (settings.config / "watchlist.toml").write_text(WATCHLIST)
        (settings.config / "sources.toml").write_text(_sources(x_url, reddit_url, feed_urls))
        configuration = load_configuration(settings.config, NOW, OPTIONAL_FILES)
        first = run_round(settings, configuration, ENVIRON)
        later = Settings(home=home, config=settings.config, fixed_now=NOW.replace(hour=13))
        second = run_round(later, configuration, ENVIRON)
    return World(settings, configuration, [first, second], feed_urls)


@contextmanager
def _servers(files: list[Path]) -> Iterator[list[str]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(ReplayServer(handler)).url
            for handler in (x_handler(), reddit_handler(), feeds_handler(files))
        ]


def _sources(x_url: str, reddit_url: str, feed_urls: dict[str, Path]) -> str:
    urls = ", ".join(json.dumps(url) for url in feed_urls)
    return f"""
[[source]]
name = "x"
platform = "x"
query = "anything"
archive = true
accounts = ["acme"]
base_url = "{x_url}"
credential = "x_main"

[[source]]
name = "reddit"
platform = "reddit"
query = "anything"
accounts = ["acme_official"]
subreddits = ["belgium"]
base_url = "{reddit_url}"
credential = "reddit_main"

[[source]]
name = "feeds"
platform = "feed"
urls = [{urls}]
"""


def test_every_recorded_identity_arrives_once(world: World):
    expected = {
        "x": expected_x_ids() | expected_x_mention_ids() | expected_x_timeline_ids(),
        "reddit": expected_reddit_ids(),
        "feed": expected_feed_ids(world.feed_urls),
    }
    for platform, ids in expected.items():
        arrived = world.ids(platform)
        assert len(arrived) == len(set(arrived))
        assert set(arrived) == ids
        assert ids


def test_a_second_round_brings_nothing_new(world: World):
    assert world.rounds[0].new_mentions > 0
    assert world.rounds[1].new_mentions == 0


def test_no_stream_failed_and_nothing_was_unreadable(world: World):
    faults = [header.fault for r in world.rounds for header in r.fetched if header.fault]
    unreadable = [item for r in world.rounds for header in r.fetched for item in header.unreadable]
    assert [fault for fault in faults if fault.reason != "bad_answer"] == []
    # A document without any entry and without the marks of a feed can't be told from a web page.
    assert len(faults) <= 2 * len(world.feed_urls) // 50
    assert unreadable == []


def test_x_text_is_the_text_unescaped(world: World):
    recorded = {
        (item.get("edit_history_tweet_ids") or [item["id"]])[0]: item
        for page in [*x_timeline_pages(), *x_mention_pages(), *x_search_pages()]
        for item in page.get("data", [])
    }
    texts = dict(world.rows("SELECT native_id, text FROM mention WHERE platform = 'x'"))
    assert len(recorded) == len(texts)
    assert {i: t for i, t in texts.items() if t != html.unescape(recorded[i]["text"])} == {}


def test_reddit_text_is_as_given_and_deleted_authors_are_null(world: World):
    recorded = {
        f"{child['kind']}_{child['data']['id']}": child["data"]
        for pages in (reddit_search_pages(), reddit_comment_pages(), reddit_user_pages())
        for page in pages
        for child in page["data"]["children"]
    }
    rows = world.rows(
        "SELECT native_id, text, author_handle, created_at FROM mention WHERE platform = 'reddit'"
    )
    for native_id, text, author, created_at in rows:
        item = recorded[native_id]
        assert text == (item.get("selftext") if "selftext" in item else item["body"])
        assert author == (None if item["author"] == "[deleted]" else item["author"])
        assert created_at == datetime.fromtimestamp(item["created_utc"], UTC)


def test_the_snapshot_holds_what_matched_and_the_report_opens(world: World, tmp_path: Path):
    with closing(open_snapshot(world.settings.snapshot)) as snapshot:
        shown = snapshot.execute("SELECT count(*) FROM mention").fetchall()[0][0]
    matched = world.rows(
        "SELECT count(*) FROM mention WHERE mention_id IN (SELECT mention_id FROM subject_match)"
    )[0][0]
    assert shown == matched > 0
    path = write_status_report(world.settings.snapshot, ReportSettings(), folder=tmp_path)
    page = path.read_text(encoding="utf-8")
    assert "<html" in page
    assert "secret-token" not in page


def test_no_secret_is_written_anywhere_in_the_home(world: World):
    for path in world.settings.home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"secret-token" not in content
            assert b"secret-word" not in content
