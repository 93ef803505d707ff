"""Recorded answers of Bluesky, through atproto, into a landing file."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from collectors.bluesky import BlueskyCollector
from tests.collectors.bluesky_answers import source_for
from tests.collectors.rounds import land
from tests.recordings_fediverse import bluesky_answers, bluesky_handler, expected_bluesky_ids
from tests.replay import ReplayServer


@pytest.fixture(scope="module", params=["search:", "account:"])
def round_trip(request):
    """What landed of one kind of stream, and the recorded items by uri."""
    pages = bluesky_answers()[request.param]
    with ReplayServer(bluesky_handler(pages)) as server:
        source = source_for(server.url, accounts=["andrew.heiss.phd"])
        landed = land(BlueskyCollector(), source, None, stream=request.param)
    return landed, pages


def test_each_recorded_post_arrives_exactly_once(round_trip):
    landed, pages = round_trip
    assert Counter(landed.ids) == Counter(expected_bluesky_ids(pages))
    assert landed.header.fault is None
    assert landed.header.unreadable == ()
    assert landed.header.requests == len(pages)


def test_fields_are_as_recorded(round_trip):
    landed, pages = round_trip
    for row in landed.rows:
        item = json.loads(row["raw"])
        assert any(item in page for page in pages)
        post, reason = item.get("post", item), item.get("reason")
        record = post["record"]
        who = reason["by"] if reason else post["author"]
        assert (row["author_id"], row["author_handle"]) == (who["did"], who["handle"])
        assert record["text"].strip()[:20] in row["text"]
        seen = datetime.fromisoformat(reason["indexedAt"] if reason else post["indexedAt"])
        stated = seen if reason else datetime.fromisoformat(record["createdAt"]).astimezone(UTC)
        assert row["created_at"] == min(seen, stated)
        assert row["is_repost"] == (reason is not None)
        if not reason:
            assert dict(row["metrics"])["likes"] == post["likeCount"]
            assert (row["kind"] == "reply") == ("reply" in record)
            assert row["root_id"] == (
                record["reply"]["root"]["uri"] if "reply" in record else post["uri"]
            )
