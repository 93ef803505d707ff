"""Recorded answers of Reddit, through praw, into a landing file."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from collectors.contract import Credential
from collectors.reddit import RedditCollector
from tests.collectors.rounds import land, source_at
from tests.recordings import (
    expected_reddit_ids,
    reddit_comment_pages,
    reddit_handler,
    reddit_search_pages,
    reddit_user_pages,
)
from tests.replay import ReplayServer

APP = Credential(
    login="client-id",
    password="client-secret",  # noqa: S106
    extra={"user_agent": "linux:acme-listener:1.0 (by u/acme)"},
)

RECORDED = {
    "search:": reddit_search_pages,
    "comments:": reddit_comment_pages,
    "user:": reddit_user_pages,
}


@pytest.fixture(scope="module", params=RECORDED)
def round_trip(request):
    """What landed of one kind of stream, and the recorded items by fullname."""
    pages = RECORDED[request.param]()
    with ReplayServer(reddit_handler()) as server:
        source = source_at(server.url, "reddit", subreddits=["askreddit"], accounts=["spez"])
        landed = land(RedditCollector(), source, APP, stream=request.param)
    items = {
        f"{child['kind']}_{child['data']['id']}": child
        for page in pages
        for child in page["data"]["children"]
    }
    return landed, items, pages


def test_each_recorded_post_and_comment_arrives_exactly_once(round_trip):
    landed, items, pages = round_trip
    assert Counter(landed.ids) == Counter(expected_reddit_ids(pages)) == Counter(items.keys())
    assert landed.header.fault is None
    assert landed.header.unreadable == ()
    assert landed.header.requests == len(pages)


def test_text_title_and_time_are_as_recorded(round_trip):
    landed, items, _ = round_trip
    for row in landed.rows:
        data = items[row["native_id"]]["data"]
        assert row["text"] == (data["body"] if "body" in data else data["selftext"])
        assert row["title"] == data.get("title")
        assert row["created_at"] == datetime.fromtimestamp(data["created_utc"], UTC)
        assert row["time_source"] == "created"


def test_author_and_thread_are_as_recorded(round_trip):
    landed, items, _ = round_trip
    for row in landed.rows:
        kind, data = items[row["native_id"]]["kind"], items[row["native_id"]]["data"]
        gone = data["author"] in {None, "[deleted]"}
        assert row["author_handle"] == (None if gone else data["author"])
        assert row["author_id"] == (None if gone else data.get("author_fullname"))
        assert row["kind"] == ("comment" if kind == "t1" else "post")
        assert row["root_id"] == (data["link_id"] if kind == "t1" else row["native_id"])
        assert row["parent_id"] == (
            data["parent_id"] if kind == "t1" else data.get("crosspost_parent")
        )
        assert row["url"].startswith("https://www.reddit.com/")
        assert data["id"] in row["url"]


def test_edits_counts_and_the_raw_record_are_kept(round_trip):
    landed, items, _ = round_trip
    for row in landed.rows:
        data = items[row["native_id"]]["data"]
        edited = data["edited"]
        assert (row["edited_at"] is None) == isinstance(edited, bool)
        assert dict(row["metrics"])["score"] == data["score"]
        assert json.loads(row["raw"]) == data
