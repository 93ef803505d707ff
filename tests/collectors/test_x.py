"""X: streams, windows, paging, and how a post is read."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from collectors.contract import Credential, Stream
from collectors.sources import Source
from collectors.watchlist import Consent, Subject, Watchlist
from collectors.x import XCollector, window_for
from collectors.x_client import Window, asking_search
from tests.collectors.rounds import ACME, NOW, job_for, land, source_at
from tests.replay import Answer, ReplayServer, Request

TOKEN = Credential(password="token-of-the-test")  # noqa: S106
END = datetime(2026, 11, 23, 7, 59, 45, tzinfo=UTC)
"""Fifteen seconds before NOW, in whole seconds."""


def post(number: int, **values):
    created = END - timedelta(minutes=number)
    return {
        "id": str(9_000_000 - number),
        "text": f"Acme {number}",
        "author_id": "7",
        "created_at": created.isoformat().replace("+00:00", "Z"),
    } | values


def answer(items, cursor=None, **values):
    meta = {"result_count": len(items)} | ({"next_token": cursor} if cursor else {})
    return Answer.of(({"data": items} if items else {}) | {"meta": meta} | values)


def pages(*listings):
    """Answer page after page; the cursor is the page's number."""

    def handle(request: Request) -> Answer:
        number = int(request.query.get("next_token", request.query.get("pagination_token", "0")))
        following = str(number + 1) if number + 1 < len(listings) else None
        return answer(listings[number], following)

    return handle


def landed_with(
    handler, *, stream="search:", since=None, until=NOW, now=NOW, validators=None, **values
):
    with ReplayServer(handler) as server:
        landed = land(
            XCollector(),
            source_at(server.url, "x", **values),
            TOKEN,
            stream=stream,
            since=since,
            until=until,
            now=now,
            validators=validators,
        )
    return landed, server.requests


def mention_of(item, **includes):
    landed, _ = landed_with(lambda _: answer([item], includes=includes))
    return landed.only


# --- streams ---------------------------------------------------------------------------


def keys(source, watchlist=ACME):
    return [stream.key for stream in XCollector().streams(source, watchlist, NOW)]


def test_own_query_is_taken_as_it_is():
    source = Source(name="x", platform="x", query="acme -cartoon lang:nl")
    (search, mentions, timeline) = XCollector().streams(source, ACME, NOW)
    assert search.params == {"query": "acme -cartoon lang:nl", "endpoint": "recent"}
    assert (mentions.key, timeline.key) == ("mentions:acme", "timeline:acme")


def test_archive_and_recent_search_are_different_streams():
    recent = Source(name="x", platform="x", query="acme")
    assert keys(recent) != keys(recent.model_copy(update={"archive": True}))


@pytest.mark.parametrize(
    ("accounts", "expected"),
    [
        (None, ["mentions:acme", "timeline:acme"]),
        (
            ("@Other", "Third_1"),
            ["mentions:other", "mentions:third_1", "timeline:other", "timeline:third_1"],
        ),
        ((), []),
    ],
)
def test_mentions_and_posts_are_read_of_named_accounts_else_of_the_watchlists(accounts, expected):
    source = Source(name="x", platform="x", query="acme", accounts=accounts)
    assert keys(source)[1:] == expected


def employee(**consent):
    given = {
        "given_at": date(2026, 1, 15),
        "purpose": "brand monitoring",
        "platforms": ("x",),
        "notice": "v3",
        "proof": "form 1",
    }
    return Subject(
        id="jo",
        name="Jo Peeters",
        facet="employee",
        terms=("Jo Peeters",),
        handles={"x": ("jopeeters",)} if "platforms" not in consent else {},
        consent=Consent.model_validate(given | consent),
    )


@pytest.mark.parametrize("consent", [{"platforms": ("mastodon",)}, {"withdrawn_at": NOW}])
def test_employee_without_standing_consent_for_x_is_neither_searched_nor_followed(consent):
    watchlist = Watchlist(subject=(*ACME.subject, employee(**consent)))
    source = Source(name="x", platform="x")
    assert XCollector().streams(source, watchlist, NOW) == XCollector().streams(source, ACME, NOW)


def test_employee_with_consent_for_x_is_searched_but_not_followed():
    watchlist = Watchlist(subject=(employee(),))
    streams = XCollector().streams(Source(name="x", platform="x"), watchlist, NOW)
    assert [stream.params["query"] for stream in streams] == [
        '"Jo Peeters" OR #JoPeeters OR @jopeeters OR from:jopeeters'
    ]


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"query": "a" * 513}, "query"),
        ({"query": "a" * 1025, "archive": True}, "query"),
        ({"accounts": ["fine", "not a handle"]}, "accounts.1"),
        ({"urls": ["https://x.com/acme"]}, "urls"),
        ({"subreddits": ["belgium"]}, "subreddits"),
    ],
)
def test_mistakes_in_a_source_are_named(values, key):
    source = Source.model_validate({"name": "x", "platform": "x"} | values)
    assert [name for name, _ in XCollector().mistakes(source)] == [key]


def test_a_good_source_has_no_mistakes():
    source = Source(name="x", platform="x", query="a" * 1024, archive=True, accounts=("@acme",))
    assert XCollector().mistakes(source) == []


# --- windows ---------------------------------------------------------------------------


def window(endpoint, since, until=NOW):
    source = Source(name="x", platform="x")
    stream = Stream(key="s", reach="window")
    return window_for(endpoint, job_for(stream, source, since=since, until=until), NOW)


def test_the_end_of_a_window_lies_before_the_present_by_what_x_demands():
    assert window("recent", NOW - timedelta(hours=1)).until == END


def test_recent_search_never_reaches_behind_seven_days():
    since = window("recent", NOW - timedelta(days=30)).since
    assert timedelta(days=6, hours=23) < NOW - since < timedelta(days=7)
    assert window("recent", None).since == since


def test_archive_search_reaches_as_far_as_it_is_asked():
    asked = datetime(2019, 5, 4, 3, 2, 1, 999, tzinfo=UTC)
    assert window("all", asked).since == datetime(2019, 5, 4, 3, 2, 1, tzinfo=UTC)
    assert window("all", None).since == END - timedelta(days=30)
    assert window("all", datetime(1999, 1, 1, tzinfo=UTC)).since.year == 2006


def test_mentions_without_a_beginning_are_asked_for_without_one():
    assert window("mentions", None).since is None


@pytest.mark.parametrize("since", [NOW, NOW - timedelta(seconds=15)])
def test_an_empty_window_makes_no_request(since):
    landed, requests = landed_with(lambda _: answer([]), since=since)
    assert requests == []
    assert landed.header.answered == ()
    assert landed.header.fault is None


def test_the_request_says_what_the_job_says():
    landed, (request,) = landed_with(
        lambda _: answer([]),
        since=NOW - timedelta(hours=2),
        until=NOW - timedelta(hours=1),
        query="acme OR été",
    )
    assert request.path == "/2/tweets/search/recent"
    assert request.headers["authorization"] == "Bearer token-of-the-test"
    assert request.query["query"] == "acme OR été"
    assert request.query["start_time"] == "2026-11-23T06:00:00Z"
    assert request.query["end_time"] == "2026-11-23T07:00:00Z"
    assert request.query["max_results"] == "100"
    assert "edit_history_tweet_ids" in request.query["tweet.fields"]
    assert "author_id" in request.query["expansions"]
    assert landed.spans == [
        (datetime(2026, 11, 23, 6, tzinfo=UTC), datetime(2026, 11, 23, 7, tzinfo=UTC))
    ]


def test_a_gateway_may_lie_below_a_path():
    with ReplayServer(lambda _: answer([post(1)])) as server:
        landed = land(XCollector(), source_at(f"{server.url}/gate/", "x"), TOKEN)
    assert landed.ids == ["8999999"]
    assert server.requests[0].path == "/gate/2/tweets/search/recent"


@pytest.mark.parametrize(
    ("values", "pauses"),
    [
        ({"archive": True}, [1.05, 1.05]),
        ({"archive": True, "base_url": "http://127.0.0.1:9"}, [0, 0]),
        ({}, [0, 0]),
    ],
)
def test_only_xs_own_archive_is_asked_once_a_second(values, pauses, monkeypatch):
    slept = []
    monkeypatch.setattr("collectors.x_client.time.sleep", slept.append)
    source = Source.model_validate({"name": "x", "platform": "x", "query": "acme"} | values)
    (stream, *_) = XCollector().streams(source, ACME, NOW)
    job = job_for(stream, source)
    asked = []
    client = SimpleNamespace(
        search_all_tweets=lambda *_, **params: asked.append(params["next_token"]),
        search_recent_tweets=lambda *_, **params: asked.append(params["next_token"]),
    )
    ask = asking_search(client, job, Window(since=NOW, until=NOW), source)
    for cursor in (None, "next"):
        ask(cursor)
    assert asked == [None, "next"]
    assert slept == pauses


# --- paging and coverage ---------------------------------------------------------------


def test_all_pages_arrive_and_the_whole_window_is_covered():
    since = NOW - timedelta(hours=3)
    landed, requests = landed_with(
        pages([post(1), post(2)], [], [post(3)]), since=since, archive=True
    )
    assert landed.ids == ["8999999", "8999998", "8999997"]
    assert len(requests) == landed.header.requests == 3
    assert {r.query["start_time"] for r in requests} == {"2026-11-23T05:00:00Z"}
    assert landed.spans == [(since.replace(microsecond=0), END)]


def test_a_page_cap_leaves_the_lower_part_uncovered():
    landed, _ = landed_with(
        pages([post(1), post(2)], [post(3), post(4)], [post(5)]),
        since=NOW - timedelta(hours=3),
        max_pages=2,
    )
    assert len(landed.ids) == 4
    assert landed.header.fault.reason == "page_cap"
    # Other posts of the last one's second may stand on the next page.
    assert landed.spans == [(END - timedelta(minutes=4) + timedelta(seconds=1), END)]


def test_as_many_pages_as_the_cap_are_no_cut():
    landed, _ = landed_with(pages([post(1)], [post(2)]), max_pages=2)
    assert landed.header.fault is None


def test_posts_outside_the_window_are_kept():
    landed, _ = landed_with(
        lambda _: answer([post(1), post(2, created_at="2009-01-01T00:00:00Z")]),
        since=NOW - timedelta(hours=1),
    )
    assert len(landed.ids) == 2


def test_pages_that_go_in_a_circle_are_a_bad_answer():
    landed, requests = landed_with(
        lambda r: answer([post(1)], "b" if r.query.get("next_token") == "a" else "a")
    )
    assert len(requests) == 3
    assert landed.header.fault.reason == "bad_answer"
    assert landed.ids == ["8999999"]


def test_a_page_repeated_under_new_cursors_is_a_bad_answer():
    landed, requests = landed_with(
        lambda r: answer([post(1)], str(int(r.query.get("next_token", "0")) + 1))
    )
    assert len(requests) == 3
    assert landed.header.fault.reason == "bad_answer"


def test_no_posts_cover_the_window_too():
    landed, _ = landed_with(lambda _: answer([]), since=NOW - timedelta(hours=1))
    assert landed.ids == []
    assert landed.spans == [(datetime(2026, 11, 23, 7, tzinfo=UTC), END)]


def test_mentions_look_the_account_up_and_follow_their_own_cursor():
    def handle(request: Request) -> Answer:
        if request.path == "/2/users/by/username/acme":
            return Answer.of({"data": {"id": "42", "username": "acme", "name": "Acme"}})
        assert request.path == "/2/users/42/mentions"
        return pages([post(1)], [post(2)])(request)

    landed, requests = landed_with(handle, stream="mentions:", since=NOW - timedelta(hours=1))
    assert landed.ids == ["8999999", "8999998"]
    assert [r.query.get("pagination_token") for r in requests] == [None, None, "1"]
    assert landed.header.requests == 3
    assert landed.spans == [(datetime(2026, 11, 23, 7, tzinfo=UTC), END)]


def test_an_account_is_looked_up_once_a_week():
    def handle(request: Request) -> Answer:
        if request.path.startswith("/2/users/by/"):
            return Answer.of({"data": {"id": "42"}})
        return pages([post(1)])(request)

    landed, _ = landed_with(handle, stream="mentions:")
    known = dict(landed.header.validators)
    assert known["user_id"] == "42"
    for later, expected in ((timedelta(days=6), 1), (timedelta(days=8), 2)):
        now = NOW + later
        _, requests = landed_with(handle, stream="mentions:", now=now, validators=known)
        assert len(requests) == expected


def test_mentions_beyond_what_x_keeps_are_a_possible_gap():
    listing = [post(number) for number in range(1, 801)]

    def handle(request: Request) -> Answer:
        if request.path.startswith("/2/users/by/"):
            return Answer.of({"data": {"id": "42"}})
        return pages(*(listing[start : start + 100] for start in range(0, 800, 100)))(request)

    since = NOW - timedelta(days=6)
    landed, _ = landed_with(handle, stream="mentions:", since=since)
    edge = END - timedelta(minutes=800) + timedelta(seconds=1)
    assert [(i.since, i.until, i.reason) for i in landed.header.answered] == [
        (edge, END, "answered"),
        (since.replace(microsecond=0), edge, "possible_gap"),
    ]
