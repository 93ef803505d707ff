"""Bluesky: streams, requests, logins, and paging to the end."""

from datetime import timedelta

import pytest

from collectors import bluesky_client
from collectors.bluesky import BlueskyCollector
from collectors.contract import Credential
from collectors.sources import Source
from collectors.watchlist import Consent, Subject, Watchlist
from tests.collectors.bluesky_answers import (
    APP,
    ASKED,
    SESSION,
    entry,
    feed,
    landed_with,
    minutes_ago,
    page,
    pages,
    post,
    source_for,
    stamp,
)
from tests.collectors.rounds import NOW, land
from tests.replay import Answer, ReplayServer

CONSENT = Consent(
    given_at="2026-01-15", purpose="p", platforms=("mastodon",), notice="v1", proof="1"
)
WATCHED = Watchlist(
    subject=(
        Subject(
            id="acme",
            name="Acme",
            facet="brand",
            terms=("Acme Bier", "acme", "C++", "lang:nl"),
            hashtags=("#acmebier", "ProostAcme"),
            domains=("acme.example",),
            handles={"bluesky": ("@acme.example", "did:plc:acme", "no handle")},
        ),
        Subject(
            id="an",
            name="An",
            facet="employee",
            unit="sales",
            handles={"bluesky": ("an.example",)},
            consent=CONSENT,
        ),
    )
)


def source(**values):
    return Source.model_validate({"name": "b", "platform": "bluesky"} | values)


def streams(**values):
    return BlueskyCollector().streams(source(**values), WATCHED, NOW)


def test_each_way_of_writing_is_searched_for_and_accounts_are_read():
    found = streams()
    assert [s.params["query"] for s in found if s.reach == "window"] == [
        '"Acme Bier"',
        "#AcmeBier",
        "acme",
        '"C++"',
        '"lang:nl"',
        "#langnl",
        "#ProostAcme",
        "mentions:acme.example",
        "mentions:did:plc:acme",
        "domain:acme.example",
    ]
    assert [s.key for s in found if s.reach == "listing"] == [
        "account:acme.example",
        "account:did:plc:acme",
    ]
    assert len({s.key for s in found}) == len(found)
    assert all(s.history for s in found)


def test_a_query_of_ones_own_replaces_the_derived_ones():
    assert [s.params["query"] for s in streams(query="acme lang:nl", accounts=[])] == [
        "acme lang:nl"
    ]


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"query": "a" * 501}, "query"),
        ({"accounts": ["fine.example", "acme"]}, "accounts.1"),
        ({"urls": ["https://bsky.app/profile/acme.example"]}, "urls"),
        ({"subreddits": ["belgium"]}, "subreddits"),
        ({"archive": True}, "archive"),
    ],
)
def test_mistakes_in_a_source_are_named(values, key):
    assert [name for name, _ in BlueskyCollector().mistakes(source(**values))] == [key]


def test_a_good_source_has_no_mistakes():
    assert BlueskyCollector().mistakes(source(query="a", accounts=["@a.example"])) == []


# --- requests --------------------------------------------------------------------------


def test_a_window_is_searched_newest_first_without_a_login():
    since = NOW - timedelta(hours=1)
    _, (request,) = landed_with(lambda _: page([]), query="acme OR été", since=since)
    assert request.path == "/xrpc/app.bsky.feed.searchPosts"
    assert request.query == {
        "q": "acme OR été",
        "sort": "latest",
        "limit": "100",
        "since": stamp(since),
        "until": stamp(ASKED),
    }
    assert "authorization" not in request.headers


def test_an_accounts_posts_are_asked_for_with_replies():
    _, (request,) = landed_with(lambda _: feed([]), stream="account:", accounts=["@acme.example"])
    assert request.path == "/xrpc/app.bsky.feed.getAuthorFeed"
    assert request.query["actor"] == "acme.example"
    assert request.query["filter"] == "posts_with_replies"


# --- logins ----------------------------------------------------------------------------


def closed(request):
    """Refuse whoever has no session."""
    if request.path.endswith("createSession"):
        return SESSION
    if "authorization" not in request.headers:
        return Answer.of({"error": "AuthMissing", "message": "Log in"}, status=401)
    return pages([post(1)], [post(2)])(request)


def test_a_login_is_made_only_where_the_public_answer_is_refused():
    landed, requests = landed_with(closed, who=APP)
    assert [r.path.rpartition(".")[2] for r in requests] == [
        "searchPosts",
        "createSession",
        "searchPosts",
        "searchPosts",
    ]
    assert requests[-1].headers["authorization"] == "Bearer the-access-token"
    assert len(landed.ids) == 2
    assert landed.header.requests == 4
    assert landed.header.fault is None


def test_no_login_is_made_where_none_is_wanted():
    landed, requests = landed_with(pages([post(1)]), who=APP)
    assert len(requests) == 1
    assert landed.header.fault is None


def test_without_a_credential_a_refusal_is_told():
    landed, requests = landed_with(closed)
    assert len(requests) == 1
    assert landed.header.fault.reason == "auth_failed"


def test_one_session_serves_the_jobs_of_an_hour():
    bluesky_client._sessions.clear()
    with ReplayServer(closed) as server:
        source = source_for(server.url)
        for minutes in (0, 15, 59, 61, 0):
            now = NOW + timedelta(minutes=minutes)
            landed = land(BlueskyCollector(), source, APP, now=now, until=now)
            assert landed.header.fault is None
    logins = [r for r in server.requests if r.path.endswith("createSession")]
    assert len(logins) == 3  # at 0, at 61, and where the clock went back


def test_a_session_that_is_over_is_forgotten():
    bluesky_client._sessions.clear()
    valid = [True]

    def handle(request):
        if valid[0] or request.path.endswith("createSession"):
            return closed(request)
        return Answer.of({"error": "ExpiredToken", "message": "Token has expired"}, status=400)

    with ReplayServer(handle) as server:
        assert land(BlueskyCollector(), source_for(server.url), APP).header.fault is None
        valid[0] = False
        fault = land(BlueskyCollector(), source_for(server.url), APP).header.fault
        assert fault.reason == "auth_failed"
        assert bluesky_client._sessions == {}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer.of({"error": "AuthenticationRequired"}, status=401), "auth_failed"),
        (Answer(status=429, headers={"ratelimit-reset": "1795421000"}), "rate_limited"),
        (Answer.of({}), "bad_answer"),
        (Answer.of({"accessJwt": 5}), "bad_answer"),
        (Answer.of([]), "bad_answer"),
        (Answer(body=b"<html>"), "bad_answer"),
        (Answer(status=500), "server_error"),
    ],
)
def test_a_login_that_fails_is_named_and_tried_once(answer, reason):
    landed, requests = landed_with(
        lambda r: answer if r.path.endswith("createSession") else closed(r), who=APP
    )
    assert landed.header.fault.reason == reason
    assert len(requests) == 2


@pytest.mark.parametrize("credential", [Credential(login="only"), Credential(password="only")])  # noqa: S106
def test_with_half_a_credential_nothing_is_asked(credential):
    landed, requests = landed_with(lambda _: page([]), who=credential)
    assert requests == []
    assert landed.header.fault.reason == "auth_failed"


# --- paging and coverage ---------------------------------------------------------------


def test_a_search_is_read_to_its_end():
    landed, requests = landed_with(
        pages([post(1)], [], [post(2), post(3)]), since=NOW - timedelta(hours=1)
    )
    assert len(landed.ids) == 3
    assert [r.query.get("cursor") for r in requests] == [None, "1", "2"]
    assert landed.spans == [(NOW - timedelta(hours=1), ASKED)]


def by_time(posts, size):
    """Refuse cursors, as Bluesky does without a login; `until` is not inclusive."""

    def handle(request):
        if "cursor" in request.query:
            return Answer(status=403, body=b"<html>Request forbidden by administrative rules.")
        older = [p for p in posts if p["record"]["createdAt"] < request.query["until"]]
        return page(older[:size], str(size) if len(older) > size else None)

    return handle


def test_where_cursors_are_refused_the_search_goes_on_by_time():
    posts = [post(number) for number in range(1, 60)]
    landed, requests = landed_with(by_time(posts, 10), since=NOW - timedelta(hours=2))
    assert set(landed.ids) == {p["uri"] for p in posts}
    assert sum("cursor" in r.query for r in requests) == 1
    assert landed.header.fault is None
    assert landed.spans == [(NOW - timedelta(hours=2), ASKED)]


def test_posts_of_one_moment_at_the_end_of_a_page_all_arrive():
    at = {"createdAt": stamp(minutes_ago(5))}
    posts = [post(1), *(post(n, record=at) for n in range(10, 17)), post(20)]
    landed, _ = landed_with(by_time(posts, 8), since=NOW - timedelta(hours=2))
    assert set(landed.ids) == {p["uri"] for p in posts}


def test_a_post_dated_back_by_years_hides_nothing():
    posts = [post(number) for number in range(1, 30)]
    old = post(900, record={"createdAt": "2019-01-01T00:00:00.000Z"})

    def handle(request):
        if "cursor" in request.query:
            return Answer(status=403)
        older = [p for p in posts if p["record"]["createdAt"] < request.query["until"]]
        return page([*older[:9], old], "10" if len(older) > 9 else None)

    landed, _ = landed_with(handle, since=NOW - timedelta(hours=2))
    assert set(landed.ids) == {p["uri"] for p in [*posts, old]}


def test_a_search_that_may_be_cut_is_known_back_to_its_last_post():
    lists = [[post(100 * p + i) for i in range(100)] for p in range(10)]
    landed, _ = landed_with(pages(*lists), since=NOW - timedelta(days=20))
    assert landed.spans == [(minutes_ago(999) + timedelta(seconds=1), ASKED)]
    assert landed.header.fault is None


def test_an_accounts_posts_are_read_until_a_whole_page_is_older():
    landed, requests = landed_with(
        pages([entry(90), entry(1)], [entry(70)], [entry(2)], say=feed),
        stream="account:",
        accounts=["acme.example"],
        since=NOW - timedelta(hours=1),
        known={"walked_to": "2026-11-23T07:00:00Z"},
    )
    assert len(requests) == 2
    assert len(landed.ids) == 3
    assert landed.spans == [(NOW - timedelta(hours=1), ASKED)]


def test_a_page_cap_leaves_the_older_part_uncovered():
    landed, _ = landed_with(
        pages([post(1)], [post(2)], [post(3)]), since=NOW - timedelta(hours=1), max_pages=2
    )
    assert landed.header.fault.reason == "page_cap"
    assert landed.spans == [(minutes_ago(2) + timedelta(seconds=1), ASKED)]


def test_a_window_that_lies_ahead_is_not_asked_for():
    landed, requests = landed_with(lambda _: page([]), since=NOW + timedelta(hours=1))
    assert requests == []
    assert landed.header.fault is None
