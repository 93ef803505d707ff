"""Recorded answers of Mastodon, through Mastodon.py, into a landing file."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from collectors.mastodon import MastodonCollector
from tests.collectors.mastodon_answers import TOKEN, source_for
from tests.collectors.rounds import land
from tests.recordings_fediverse import (
    expected_mastodon_ids,
    mastodon_answers,
    mastodon_handler,
    mastodon_tag_chain,
)
from tests.replay import Answer, ReplayServer

SOURCES = {
    "tag:": {},
    "account:": {"accounts": ["someone@social.example"]},
    "search:": {"query": "halcy", "credential": "m"},
}


@pytest.fixture(scope="module", params=SOURCES)
def round_trip(request):
    """What landed of one kind of stream, and the recorded statuses by uri."""
    pages = mastodon_answers()[request.param]
    with ReplayServer(mastodon_handler(pages)) as server:
        source = source_for(server.url, **SOURCES[request.param])
        who = TOKEN if "credential" in SOURCES[request.param] else None
        landed = land(MastodonCollector(), source, who, stream=request.param)
    recorded = [item for page in pages for item in page]
    return landed, recorded, pages


def test_each_recorded_status_arrives_exactly_once(round_trip):
    landed, recorded, pages = round_trip
    assert Counter(landed.ids) == Counter(expected_mastodon_ids(pages))
    assert landed.header.fault is None
    assert landed.header.unreadable == ()
    assert landed.header.items_seen == len(recorded)


def test_fields_are_as_recorded(round_trip):
    landed, recorded, _ = round_trip
    last = {item["uri"]: item for item in recorded}
    for row in landed.rows:
        item = last[row["native_id"]]
        record = json.loads(row["raw"])
        assert record.pop("_instance").startswith("127.0.0.1:")
        assert record == item
        assert row["created_at"] == datetime.fromisoformat(item["created_at"]).astimezone(UTC)
        said = item["reblog"] or item
        assert (row["edited_at"] is None) == (said.get("edited_at") is None)
        assert row["language_tag"] == said["language"]
        assert row["author_handle"].startswith(item["account"]["acct"])
        assert row["author_handle"].count("@") == 1
        assert row["url"].startswith("http")
        assert row["is_repost"] == (item["reblog"] is not None)
        assert "<" not in row["text"] or "&lt;" in said["content"]
        assert dict(row["metrics"])["likes"] == item["favourites_count"]
        if said["spoiler_text"]:
            assert row["title"] == " ".join(said["spoiler_text"].split())


def test_recorded_pages_chain_as_the_instance_linked_them():
    chain = mastodon_tag_chain()

    def handle(request):
        body, link = chain.get(request.query.get("max_id"), ("[]", ""))
        return Answer(body=body.encode(), headers={"Link": link} if link else {})

    with ReplayServer(handle) as server:
        landed = land(MastodonCollector(), source_for(server.url), None, stream="tag:")
    pages = [json.loads(body) for body, _ in chain.values()]
    assert set(landed.ids) == expected_mastodon_ids(pages)
    assert len(server.requests) == len(chain) + 1
