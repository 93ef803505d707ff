from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise

import feedparser
import httpx
import pytest

from collectors.sample.feed_items import FEEDS
from collectors.sample.server_feeds import shown_items


@pytest.fixture
def http(server):
    with httpx.Client(base_url=server.url) as client:
        yield client


def path_of(feed):
    return httpx.URL(feed.url).path


def test_formats_are_rss_atom_and_rdf():
    assert {feed.format for feed in FEEDS.values()} == {"rss", "atom", "rdf"}
    assert len({path_of(feed) for feed in FEEDS.values()}) == len(FEEDS)


@pytest.mark.parametrize("name", FEEDS)
def test_feedparser_reads_the_newest_items(world, http, name):
    feed = FEEDS[name]
    answer = http.get(path_of(feed))
    parsed = feedparser.parse(answer.content, response_headers=dict(answer.headers))
    shown = shown_items(world, feed, world.anchor)
    assert not parsed.bozo
    assert parsed.version == {"rss": "rss20", "atom": "atom10", "rdf": "rss10"}[feed.format]
    assert [entry.id for entry in parsed.entries] == [one.item.guid for one in shown]
    assert [entry.title for entry in parsed.entries] == [one.version.title for one in shown]
    assert 0 < len(shown) <= feed.window
    assert parsed.feed.language == feed.language or feed.format == "atom"
    for entry, one in zip(parsed.entries, shown, strict=True):
        stamp = entry.get("published_parsed") or entry.updated_parsed
        assert datetime(*stamp[:6], tzinfo=UTC) == one.item.created_at
        assert entry.link == one.item.link
        assert entry.author == one.item.author


def test_unchanged_feed_answers_304(world, server, http):
    path = path_of(FEEDS["echo"])
    first = http.get(path)
    by_tag = http.get(path, headers={"If-None-Match": first.headers["etag"]})
    by_date = http.get(path, headers={"If-Modified-Since": first.headers["last-modified"]})
    assert (by_tag.status_code, by_date.status_code) == (304, 304)
    assert by_tag.content == b""
    server.now = world.anchor - timedelta(weeks=2)
    assert http.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 200
    assert parsedate_to_datetime(first.headers["last-modified"]) <= world.anchor


def test_edited_article_changes_its_text_and_its_update(world, server, http):
    item = next(item for item in world.feed_items if len(item.versions) > 1)
    path = path_of(item.feed)

    def entry():
        entries = feedparser.parse(http.get(path).content).entries
        return next(one for one in entries if one.id == item.guid)

    server.now = item.versions[1].at - timedelta(seconds=1)
    before = entry()
    server.now = item.versions[1].at
    after = entry()
    assert before.content[0].value == f"<p>{item.versions[0].text}</p>"
    assert after.content[0].value == f"<p>{item.versions[1].text}</p>"
    assert after.published_parsed == before.published_parsed
    assert after.updated_parsed > before.updated_parsed


def test_feed_fails_for_its_whole_outage_and_no_longer(world, server, http):
    path = path_of(world.outage.feed)
    for now, status in (
        (world.outage.since - timedelta(seconds=1), 200),
        (world.outage.since, 503),
        (world.outage.until - timedelta(seconds=1), 503),
        (world.outage.until, 200),
    ):
        server.now = now
        assert http.get(path).status_code == status
        assert http.get(path_of(FEEDS["echo"])).status_code == 200


def test_after_the_outage_nothing_of_the_answer_before_it_is_left(world, server, http):
    def ids(now):
        server.now = now
        return {
            one.id for one in feedparser.parse(http.get(path_of(FEEDS["forum"])).content).entries
        }

    working = [now for now in world.rounds() if not world.outage.covers(FEEDS["forum"], now)]
    before = max(now for now in working if now < world.outage.since)
    after = min(now for now in working if now >= world.outage.until)
    assert not ids(before) & ids(after)
    others = [pair for pair in pairwise(working) if pair != (before, after)]
    assert all(ids(a) & ids(b) for a, b in others)


def test_unknown_path_is_not_found(http):
    assert http.get("/feeds/nothing.rss").status_code == 404


def test_simulated_now_is_set_and_read_over_http(server, http):
    assert http.post("/now", content="2026-11-20T13:00+01:00").text == "2026-11-20T12:00:00+00:00\n"
    assert server.now == datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert http.get("/now").text == "2026-11-20T12:00:00+00:00\n"
    assert http.post("/now", content="soon").status_code == 400
    assert server.now == datetime(2026, 11, 20, 12, tzinfo=UTC)
