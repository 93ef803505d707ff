"""Reddit: streams, paging to the end of a listing, and how a post is read."""

from datetime import timedelta

import pytest

from collectors.reddit import RedditCollector
from collectors.sources import Source
from tests.collectors.rounds import ACME, NOW, land, source_at
from tests.collectors.test_reddit_recorded import APP
from tests.replay import Answer, ReplayServer, Request

ASKED = NOW.replace(microsecond=0)
TOKEN = Answer.of({"access_token": "t", "expires_in": 3600, "scope": "*", "token_type": "bearer"})


def minutes_ago(number):
    return ASKED - timedelta(minutes=number)


def post(number, **values):
    return {
        "kind": "t3",
        "data": {
            "id": f"p{number}",
            "name": f"t3_p{number}",
            "title": f"Acme {number}",
            "selftext": "",
            "author": "jan",
            "author_fullname": "t2_j",
            "created_utc": minutes_ago(number).timestamp(),
            "permalink": f"/r/belgium/comments/p{number}/acme/",
        }
        | values,
    }


def comment(number, **values):
    return {
        "kind": "t1",
        "data": {
            "id": f"c{number}",
            "name": f"t1_c{number}",
            "body": f"Acme {number}",
            "author": "jan",
            "link_id": "t3_p1",
            "parent_id": "t1_c0",
            "created_utc": minutes_ago(number).timestamp(),
        }
        | values,
    }


def listing(children, after=None):
    return Answer.of({"kind": "Listing", "data": {"children": children, "after": after}})


def pages(*listings):
    def handle(request: Request) -> Answer:
        number = int(request.query.get("after", "0"))
        following = str(number + 1) if number + 1 < len(listings) else None
        return listing(listings[number], following)

    return handle


def landed_with(handler, *, stream="comments:", since=None, now=NOW, **values):
    def answer(request: Request) -> Answer:
        return TOKEN if request.path == "/api/v1/access_token" else handler(request)

    with ReplayServer(answer) as server:
        source = source_at(server.url, "reddit", **({"subreddits": ["belgium"]} | values))
        landed = land(RedditCollector(), source, APP, stream=stream, since=since, now=now)
    return landed, [r for r in server.requests if r.path != "/api/v1/access_token"]


def mention_of(child):
    landed, _ = landed_with(lambda _: listing([child]))
    return landed.only


# --- streams ---------------------------------------------------------------------------


def streams(**values):
    source = Source.model_validate({"name": "r", "platform": "reddit"} | values)
    return RedditCollector().streams(source, ACME, NOW)


def test_without_subreddits_all_of_reddit_is_searched():
    (search, user, comments) = streams()
    assert search.key.startswith("search:all:")
    assert search.params["query"] == 'Acme OR "u/acme_official" OR author:acme_official'
    assert (user.key, comments.key) == ("user:acme_official", "usercomments:acme_official")
    assert {search.reach, user.reach, comments.reach} == {"listing"}


def test_each_subreddit_is_searched_and_its_comments_are_read():
    found = streams(subreddits=["r/Belgium", "/r/brussels/", "belgium"], query="acme", accounts=[])
    assert [s.key.rpartition(":")[0] or s.key for s in found] == [
        "search:belgium",
        "search:brussels",
        "comments",
        "comments",
    ]
    assert [s.params["subreddit"] for s in found] == ["belgium", "brussels"] * 2


def test_a_changed_query_is_another_stream():
    assert streams(query="acme")[0].key != streams(query="acme beer")[0].key


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"query": "a" * 513}, "query"),
        ({"accounts": ["fine_one", "u/not a user"]}, "accounts.1"),
        ({"subreddits": ["belgium", "../admin"]}, "subreddits.1"),
        ({"urls": ["https://reddit.com/r/belgium"]}, "urls"),
        ({"archive": True}, "archive"),
    ],
)
def test_mistakes_in_a_source_are_named(values, key):
    source = Source.model_validate({"name": "r", "platform": "reddit"} | values)
    assert [name for name, _ in RedditCollector().mistakes(source)] == [key]


def test_a_good_source_has_no_mistakes():
    source = Source(
        name="r", platform="reddit", subreddits=("r/belgium",), accounts=("u/acme-1",), query="a"
    )
    assert RedditCollector().mistakes(source) == []


# --- requests --------------------------------------------------------------------------


def test_search_within_a_subreddit_stays_within_it():
    _, (request,) = landed_with(lambda _: listing([]), stream="search:", query="acme OR été")
    assert request.path == "/r/belgium/search/"
    assert request.headers["authorization"] == "bearer t"
    assert request.headers["user-agent"].startswith("linux:acme-listener:1.0 (by u/acme)")
    assert {k: request.query[k] for k in ("q", "sort", "limit", "restrict_sr", "raw_json")} == {
        "q": "acme OR été",
        "sort": "new",
        "limit": "100",
        "restrict_sr": "true",
        "raw_json": "1",
    }


def test_search_of_all_reddit_is_not_restricted():
    _, (request,) = landed_with(lambda _: listing([]), stream="search:", subreddits=[])
    assert request.path == "/r/all/search/"
    assert "restrict_sr" not in request.query


def test_posts_of_a_user_are_asked_newest_first():
    _, (request,) = landed_with(lambda _: listing([]), stream="user:")
    assert request.path == "/user/acme_official/submitted/"
    assert request.query["sort"] == "new"


def test_a_gateway_may_lie_below_a_path():
    with ReplayServer(lambda r: TOKEN if "token" in r.path else listing([post(1)])) as server:
        source = source_at(f"{server.url}/gate/", "reddit", query="acme")
        landed = land(RedditCollector(), source, APP)
    assert landed.ids == ["t3_p1"]
    assert [r.path for r in server.requests] == [
        "/gate/api/v1/access_token",
        "/gate/r/all/search/",
    ]


# --- paging and coverage ---------------------------------------------------------------


def test_the_first_fetch_reads_to_the_end():
    landed, requests = landed_with(pages([comment(1)], [], [comment(2), comment(3)]))
    assert landed.ids == ["t1_c1", "t1_c2", "t1_c3"]
    assert [r.query.get("after") for r in requests] == [None, "1", "2"]
    assert landed.spans == [(minutes_ago(3), ASKED)]


def test_later_fetches_stop_after_a_whole_page_that_is_older():
    landed, requests = landed_with(
        pages(
            [comment(1), comment(90), comment(2)],
            [comment(70), comment(3)],
            [comment(80), comment(75)],
            [comment(4)],
        ),
        since=NOW - timedelta(hours=1),
    )
    assert len(requests) == 3
    assert len(landed.ids) == 7
    assert landed.header.fault is None
    assert landed.spans == [(NOW - timedelta(hours=1), ASKED)]


def test_a_listing_that_ends_is_known_back_to_where_the_job_began():
    landed, _ = landed_with(pages([comment(1)]), since=NOW - timedelta(hours=1))
    assert landed.spans == [(NOW - timedelta(hours=1), ASKED)]


def test_an_empty_listing_is_an_answer_too():
    landed, _ = landed_with(pages([]), overlap="2 h")
    assert landed.header.fault is None
    assert landed.spans == [(ASKED - timedelta(hours=2), ASKED)]


def test_a_listing_that_may_be_cut_by_reddit_is_known_back_to_its_last_item():
    listings = [[comment(10 * p + i) for i in range(100)] for p in range(10)]
    landed, requests = landed_with(pages(*listings), since=NOW - timedelta(days=30))
    assert len(requests) == 10
    edge = minutes_ago(10 * 9 + 99) + timedelta(seconds=1)
    assert [(i.since, i.until, i.reason) for i in landed.header.answered] == [
        (edge, ASKED, "answered"),
        (NOW - timedelta(days=30), edge, "possible_gap"),
    ]


def test_a_search_that_may_be_cut_by_reddit_ends_earlier():
    listings = [[post(100 * p + i) for i in range(100)] for p in range(2)]
    landed, _ = landed_with(pages(*listings), stream="search:", since=NOW - timedelta(days=30))
    assert landed.spans == [(minutes_ago(199) + timedelta(seconds=1), ASKED)]


def test_a_page_cap_leaves_the_older_part_uncovered():
    landed, _ = landed_with(
        pages([comment(1)], [comment(2)], [comment(3)]), since=NOW - timedelta(hours=1), max_pages=2
    )
    assert landed.header.fault.reason == "page_cap"
    assert landed.spans == [(minutes_ago(2) + timedelta(seconds=1), ASKED)]


def test_an_old_post_pinned_to_the_top_covers_nothing():
    landed, _ = landed_with(pages([comment(9_000), comment(1)], [comment(2)]), max_pages=1)
    assert landed.spans == [(minutes_ago(1) + timedelta(seconds=1), ASKED)]


def test_pages_that_go_in_a_circle_are_a_bad_answer():
    landed, requests = landed_with(
        lambda r: listing([comment(1)], "b" if r.query.get("after") == "a" else "a")
    )
    assert len(requests) == 3
    assert landed.header.fault.reason == "bad_answer"
    assert landed.ids == ["t1_c1"]


@pytest.mark.parametrize(
    ("stream", "path"), [("user:", "/submitted/"), ("usercomments:", "/comments/")]
)
def test_an_accounts_posts_and_comments_are_listings_of_their_own(stream, path):
    landed, requests = landed_with(lambda _: listing([]), stream=stream)
    assert landed.header.fault is None
    assert [r.path for r in requests] == [f"/user/acme_official{path}"]
