"""Recorded answers of X, through tweepy, into a landing file."""

import html
import json
from collections import Counter
from datetime import datetime, timedelta

import pytest

from collectors.contract import Credential
from collectors.x import XCollector
from tests.collectors.rounds import ACME, NOW, Landed, job_for, land, source_at
from tests.recordings import (
    expected_x_ids,
    expected_x_mention_ids,
    expected_x_timeline_ids,
    x_count_pages,
    x_handler,
    x_mention_pages,
    x_search_pages,
    x_timeline_pages,
)
from tests.replay import ReplayServer

TOKEN = Credential(password="token-of-the-test")  # noqa: S106


@pytest.fixture(scope="module")
def landed() -> Landed:
    with ReplayServer(x_handler()) as server:
        return land(XCollector(), source_at(server.url, "x", archive=True), TOKEN)


@pytest.fixture(scope="module")
def items():
    """The last recorded state of each post, with the users that came with it."""
    found = {}
    for page in x_search_pages():
        users = {user["id"]: user for user in page.get("includes", {}).get("users", [])}
        for item in page.get("data", []):
            found[item["id"]] = (item, users.get(item["author_id"]))
    return found


def test_each_recorded_post_arrives_exactly_once(landed):
    assert Counter(landed.ids) == Counter(expected_x_ids())


def test_the_recordings_are_as_large_as_they_were(landed):
    assert landed.header.items_seen == sum(len(page.get("data", [])) for page in x_search_pages())
    assert landed.header.requests == len(x_search_pages())
    assert landed.header.fault is None
    assert landed.header.unreadable == ()


def test_text_is_the_recorded_text_unescaped(landed, items):
    assert {row["native_id"]: row["text"] for row in landed.rows} == {
        name: html.unescape(item["text"]) for name, (item, _) in items.items()
    }


def test_time_and_author_are_as_recorded(landed, items):
    for row in landed.rows:
        item, user = items[row["native_id"]]
        assert row["created_at"] == datetime.fromisoformat(item["created_at"])
        assert row["time_source"] == "created"
        assert row["author_id"] == item["author_id"]
        assert row["author_handle"] == (user["username"] if user else None)
        assert row["author_name"] == (user["name"] if user else None)


def test_kind_and_thread_follow_what_a_post_refers_to(landed, items):
    kinds = Counter()
    for row in landed.rows:
        item, _ = items[row["native_id"]]
        refers = {r["type"]: r["id"] for r in item.get("referenced_tweets", [])}
        kinds[row["kind"]] += 1
        assert row["is_repost"] == ("retweeted" in refers)
        assert row["is_quote"] == ("quoted" in refers)
        assert (row["kind"] == "post") == (not refers)
        assert row["parent_id"] in ({None} if not refers else set(refers.values()))
        assert row["root_id"] == item["conversation_id"]
    assert min(kinds[kind] for kind in ("post", "reply", "repost", "quote")) > 0


def test_counts_and_raw_record_are_kept(landed, items):
    for row in landed.rows:
        item, user = items[row["native_id"]]
        metrics = dict(row["metrics"])
        assert metrics["likes"] == item["public_metrics"]["like_count"]
        assert metrics["reposts"] == item["public_metrics"]["retweet_count"]
        raw = json.loads(row["raw"])
        assert raw.pop("includes", {}).get("users", [None])[0] == user
        assert raw == item


def test_mentions_of_an_account_arrive_exactly_once():
    with ReplayServer(x_handler()) as server:
        landed = land(XCollector(), source_at(server.url, "x"), TOKEN, stream="mentions:acme")
    assert Counter(landed.ids) == Counter(expected_x_mention_ids())
    assert landed.header.requests == len(x_mention_pages()) + 1


def test_posts_of_an_account_arrive_exactly_once_with_what_they_refer_to():
    with ReplayServer(x_handler()) as server:
        landed = land(XCollector(), source_at(server.url, "x"), TOKEN, stream="timeline:acme")
    assert Counter(landed.ids) == Counter(expected_x_timeline_ids())
    others = {
        item["id"]: item
        for page in x_timeline_pages()
        for item in page.get("includes", {}).get("tweets", [])
    }
    explained = [json.loads(row["raw"]).get("includes", {}).get("tweets") for row in landed.rows]
    assert any(explained)
    for tweets in filter(None, explained):
        assert all(tweet == others[tweet["id"]] for tweet in tweets)


def test_a_search_is_counted_without_reading_a_post():
    with ReplayServer(x_handler()) as server:
        source = source_at(server.url, "x", archive=True, query="#commtwitter")
        (stream, *_) = XCollector().streams(source, ACME, NOW)
        job = job_for(stream, source, since=NOW - timedelta(days=90))
        total = XCollector().count(job, source, TOKEN, lambda: NOW)
    assert total == sum(page["meta"]["total_tweet_count"] for page in x_count_pages())
    assert {request.path for request in server.requests} == {"/2/tweets/counts/all"}


def test_an_account_is_not_counted():
    source = source_at("http://127.0.0.1:9", "x")
    stream = next(s for s in XCollector().streams(source, ACME, NOW) if s.key == "mentions:acme")
    assert XCollector().count(job_for(stream, source), source, TOKEN, lambda: NOW) is None
