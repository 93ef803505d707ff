"""Searches, listings and queries of YouTube, through Google's own client."""

from collections import Counter
from datetime import timedelta

import pytest

from collectors.watchlist import Watchlist
from collectors.youtube import YouTubeCollector
from tests.collectors.replay_youtube import (
    CHANNEL,
    CREDENTIAL,
    api,
    comment,
    listing,
    looked_up,
    minutes_ago,
    pages_of,
    recorded,
    refusal,
    replay_source,
    result,
    thread,
    video,
    written,
)
from tests.collectors.rounds import ACME, NOW, land
from tests.replay import ReplayServer

ASKED = NOW.replace(microsecond=0)
HOUR_AGO = NOW - timedelta(hours=1)
NOTHING = api(search=lambda _: listing([]), commentThreads=lambda _: listing([]))


def landed_with(
    handler, *, stream="search:", credential=CREDENTIAL, since=None, left=None, **values
):
    """Collect; *left* is what an earlier fetch left for this one."""
    with ReplayServer(handler) as server:
        source = replay_source(server.url, **values)
        window = {"since": since, "validators": left}
        landed = land(YouTubeCollector(), source, credential, stream=stream, **window)
        return landed, server.requests


def searched(results, videos=(), size=50, **values):
    return landed_with(api(search=pages_of(results, size), videos=looked_up(videos)), **values)


def commented(threads, size=100, replies=None, **values):
    given = {"stream": "comments:", "accounts": [CHANNEL]} | values
    lists = {"commentThreads": pages_of(threads, size)}
    if replies is not None:
        lists["comments"] = pages_of(replies, 2)
    return landed_with(api(**lists), **given)


def streams(watchlist=ACME, **values):
    return YouTubeCollector().streams(replay_source("http://127.0.0.1:1", **values), watchlist, NOW)


# --- search ----------------------------------------------------------------------------


def test_a_window_is_asked_for_newest_first():
    landed, (request,) = landed_with(NOTHING, since=HOUR_AGO)
    asked = dict(request.query)
    assert asked["publishedAfter"] == written(HOUR_AGO)
    assert asked["publishedBefore"] == written(NOW)
    assert (asked["order"], asked["type"], asked["maxResults"]) == ("date", "video", "50")
    assert asked["q"] == '"Acme"'
    assert landed.spans == [(HOUR_AGO.replace(microsecond=0), ASKED)]
    assert landed.header.fault is None


def test_a_window_without_a_second_asks_nothing():
    landed, requests = landed_with(NOTHING, since=NOW)
    assert (requests, landed.header.fault) == ([], None)


def test_each_page_is_looked_up_at_once_for_whole_descriptions_and_counts():
    numbers = range(1, 121)
    landed, requests = searched([result(n) for n in numbers], [video(n) for n in numbers])
    assert Counter(landed.ids) == Counter(f"yt:video:v{n}" for n in numbers)
    assert [r.path.rpartition("/")[2] for r in requests] == ["search", "videos"] * 3
    assert landed.header.requests == 6
    assert {row["text"] for row in landed.rows} == {f"All about Acme, whole, {n}" for n in numbers}
    assert landed.spans == [(minutes_ago(120), ASKED)]


def test_a_video_that_is_not_listed_is_read_from_the_search():
    landed, _ = searched([result(1)])
    row = landed.only
    assert (row["title"], row["author_name"]) == ("Acme '1'", "Beer & Co")
    assert row["text"] == "All about Acme ..."
    assert row["metrics"] == {}


def test_channels_and_playlists_are_no_mentions():
    channel = {"id": {"kind": "youtube#channel", "channelId": CHANNEL}, "snippet": {}}
    playlist = {"id": {"kind": "youtube#playlist", "playlistId": "PL1"}, "snippet": {}}
    landed, requests = searched([channel, playlist])
    assert (landed.rows, landed.header.unreadable) == ([], ())
    assert len(requests) == 1


def test_a_cap_leaves_the_rest_of_the_window_uncovered():
    results = [result(n) for n in range(1, 60)]
    landed, _ = searched(results, size=10, max_pages=2, since=HOUR_AGO)
    assert landed.header.fault.reason == "page_cap"
    assert landed.spans == [(minutes_ago(20) + timedelta(seconds=1), ASKED)]


def test_an_empty_page_takes_nothing_back():
    turns = iter([listing([result(9)], "1"), listing([], "2"), refusal(503, "backendError")])
    handler = api(search=lambda _: next(turns), videos=looked_up([]))
    landed, _ = landed_with(handler, since=HOUR_AGO)
    assert landed.header.fault.reason == "server_error"
    assert landed.spans == [(minutes_ago(9) + timedelta(seconds=1), ASKED)]


def test_where_a_search_gives_no_more_the_rest_is_left_to_be_asked_for():
    results = [result(n, minutes_ago(n / 60)) for n in range(1, 501)]
    landed, _ = searched(results, since=HOUR_AGO)
    assert len(landed.ids) == 500
    assert landed.header.fault.reason == "page_cap"
    assert landed.spans == [(minutes_ago(499 / 60), ASKED)]


def test_each_recorded_video_arrives_exactly_once():
    pages = [recorded(f"search__search_by_keywords_p{n}.json") for n in (1, 2)]
    found = [item for page in pages for item in page["items"]]
    ids = {item["id"]["videoId"] for item in found}
    landed, _ = searched(found, size=25)
    assert Counter(landed.ids) == Counter(f"yt:video:{name}" for name in ids)
    assert landed.header.items_seen == len(found)
    assert landed.header.fault is None


def test_recorded_details_are_those_of_the_video():
    listed = recorded("videos__videos_chart_paged_1.json")["items"]
    found = [
        {"id": {"kind": "youtube#video", "videoId": item["id"]}, "snippet": item["snippet"]}
        for item in listed
    ]
    landed, _ = searched(found, listed)
    rows = {row["native_id"]: row for row in landed.rows}
    for item in listed:
        row = rows[f"yt:video:{item['id']}"]
        assert (row["title"], row["text"]) == (
            item["snippet"]["title"],
            item["snippet"]["description"],
        )
        counts = {name: int(value) for name, value in item.get("statistics", {}).items()}
        assert dict(row["metrics"]).get("views") == counts.get("viewCount")


# --- comments --------------------------------------------------------------------------


def test_the_comments_of_a_channel_are_read_newest_first_with_their_replies():
    replies = [comment("t1.r1", parentId="t1"), comment("t1.r2", parentId="t1")]
    landed, (request,) = commented([thread("t1", replies=replies), thread("t2", minutes_ago(9))])
    asked = request.query
    assert asked["allThreadsRelatedToChannelId"] == CHANNEL
    assert (asked["order"], asked["textFormat"], asked["maxResults"]) == (
        "time",
        "plainText",
        "100",
    )
    assert landed.ids == [f"yt:comment:{name}" for name in ("t1", "t1.r1", "t1.r2", "t2")]
    assert landed.spans == [(minutes_ago(9), ASKED)]


def test_replies_that_did_not_come_along_are_asked_for():
    replies = [comment(f"t1.r{n}", parentId="t1") for n in range(1, 8)]
    landed, requests = commented([thread("t1", replies=replies[:5], total=7)], replies=replies)
    assert Counter(landed.ids) == Counter(
        ["yt:comment:t1"] + [f"yt:comment:t1.r{n}" for n in range(1, 8)]
    )
    assert [r.query.get("parentId") for r in requests] == [None, "t1", "t1", "t1", "t1"]
    assert landed.header.requests == 5


def test_a_thread_that_was_taken_away_in_between_keeps_what_came():
    lists = {
        "commentThreads": lambda _: listing([thread("t1", total=9), thread("t2")]),
        "comments": lambda _: refusal(404, "commentNotFound"),
    }
    landed, _ = landed_with(api(**lists), stream="comments:", accounts=[CHANNEL])
    assert landed.ids == ["yt:comment:t1", "yt:comment:t2"]
    assert landed.header.fault is None


def test_reading_ends_where_a_whole_page_is_older():
    threads = [thread(f"t{n}", minutes_ago(n)) for n in range(1, 100)]
    first, _ = commented([])
    left = first.header.validators
    landed, requests = commented(threads, size=10, since=minutes_ago(25), left=left)
    assert len(requests) == 4
    assert landed.header.fault is None
    assert landed.spans == [(minutes_ago(25), ASKED)]


def test_a_cap_on_comments_leaves_the_rest_uncovered():
    threads = [thread(f"t{n}", minutes_ago(n)) for n in range(1, 50)]
    landed, _ = commented(threads, size=10, max_pages=1, since=HOUR_AGO)
    assert landed.header.fault.reason == "page_cap"
    assert landed.spans == [(minutes_ago(10) + timedelta(seconds=1), ASKED)]


def test_a_handle_is_looked_up_for_its_channel():
    def channels(request):
        assert request.query["forHandle"] == "@acme"
        return listing([{"id": CHANNEL}])

    def threads(request):
        assert request.query["allThreadsRelatedToChannelId"] == CHANNEL
        return listing([thread("t1")])

    handler = api(channels=channels, commentThreads=threads)
    landed, _ = landed_with(handler, stream="comments:@acme", accounts=["@Acme"])
    assert landed.ids == ["yt:comment:t1"]
    assert landed.header.requests == 2


def test_a_handle_that_nobody_has_is_gone():
    handler = api(channels=lambda _: listing([]))
    landed, _ = landed_with(handler, stream="comments:", accounts=["@acme"])
    assert landed.header.fault.reason == "gone"


def test_the_comments_of_one_video_are_read():
    url = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    landed, (request,) = commented([thread("t1")], accounts=[], urls=[url])
    assert request.query["videoId"] == "dQw4w9WgXcQ"
    assert landed.ids == ["yt:comment:t1"]


def test_a_video_without_comments_is_no_fault():
    handler = api(commentThreads=lambda _: refusal(403, "commentsDisabled"))
    landed, _ = landed_with(handler, stream="comments:", accounts=[CHANNEL], since=HOUR_AGO)
    assert landed.header.fault is None
    assert landed.rows == []
    assert landed.spans == [(HOUR_AGO, ASKED)]


def test_each_recorded_comment_arrives_exactly_once():
    names = [f"comment_threads__comment_threads_by_video_paged_{n}.json" for n in (1, 2)]
    threads = [item for name in names for item in recorded(name)["items"]]
    names = [f"comments__comments_by_parent_paged_{n}.json" for n in (1, 2)]
    replies = [item for name in names for item in recorded(name)["items"]]
    expected = {item["snippet"]["topLevelComment"]["id"] for item in threads}
    assert any(item["snippet"]["totalReplyCount"] for item in threads)
    expected |= {item["id"] for item in replies}
    landed, _ = commented(threads, size=5, replies=replies)
    assert Counter(landed.ids) == Counter(f"yt:comment:{name}" for name in expected)
    assert landed.header.fault is None


# --- queries ---------------------------------------------------------------------------


def watchlist(**values):
    subject = {"id": "acme", "name": "Acme", "facet": "brand", "terms": ["Acme"]} | values
    return Watchlist.model_validate({"subject": [subject]})


def test_all_phrases_share_a_search_since_there_are_a_hundred_a_day():
    (found,) = streams(watchlist(terms=["Acme", "Acme Bier"], hashtags=["X"], domains=["acme.be"]))
    assert found.params["query"] == '"Acme"|"Acme Bier"|"X"|"acme.be"'
    assert (found.reach, found.horizon) == ("window", None)


def test_more_than_one_query_holds_are_several():
    found = streams(watchlist(terms=[f"Acme {n:03}" for n in range(100)]))
    assert len(found) > 1
    assert all(len(stream.params["query"]) <= 512 for stream in found)
    assert '"Acme 099"' in found[-1].params["query"].split("|")


def test_a_query_longer_than_an_address_is_sent_whole():
    # Google's client turns an address of more than 2,048 characters into a form.
    query = "|".join(f'"Ωμέγα {n}"' for n in range(40))[:512]
    landed, (request,) = landed_with(NOTHING, query=query)
    assert (request.form or request.query)["q"] == query
    assert landed.header.fault is None


def test_channels_are_the_watchlists_unless_the_source_names_some():
    handles = watchlist(handles={"youtube": ["@Acme", CHANNEL, "no channel"]})
    keys = [stream.key for stream in streams(handles) if stream.key.startswith("comments:")]
    assert keys == ["comments:@acme", f"comments:{CHANNEL}"]
    assert [s.reach for s in streams(handles, accounts=["@other"])] == ["window", "listing"]


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://m.youtube.com/watch?list=PL1&v=dQw4w9WgXcQ&t=3",
        "https://youtu.be/dQw4w9WgXcQ?si=1",
        "https://youtube.com/shorts/dQw4w9WgXcQ",
        "https://www.youtube.com/live/dQw4w9WgXcQ",
    ],
)
def test_a_video_is_known_by_any_of_its_addresses(url):
    found = streams(accounts=[], urls=[url])
    assert [stream.key for stream in found][1:] == ["comments:dQw4w9WgXcQ"]


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"urls": ["https://www.youtube.com/feeds/videos.xml?channel_id=UC1"]}, "urls.0"),
        ({"urls": ["https://evil.example/watch?v=dQw4w9WgXcQ"]}, "urls.0"),
        ({"subreddits": ["belgium"]}, "subreddits"),
        ({"archive": True}, "archive"),
        ({"accounts": ["@acme", "not a channel"]}, "accounts.1"),
        ({"query": "x" * 513}, "query"),
    ],
)
def test_what_it_cannot_use_is_said(values, key):
    collector = YouTubeCollector()
    source = replay_source("http://127.0.0.1:1", **values)
    assert [found for found, _ in collector.mistakes(source)] == [key]
