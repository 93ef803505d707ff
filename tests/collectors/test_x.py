"""X: streams, windows, paging, and how a post is read."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from collectors.contract import Credential, Stream
from collectors.sources import Source
from collectors.watchlist import Consent, Subject, Watchlist
from collectors.x import Window, XCollector, _asking_search, window_for
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


def landed_with(handler, *, stream="search:", since=None, until=NOW, now=NOW, **values):
    with ReplayServer(handler) as server:
        landed = land(
            XCollector(),
            source_at(server.url, "x", **values),
            TOKEN,
            stream=stream,
            since=since,
            until=until,
            now=now,
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
    (search, mentions) = XCollector().streams(source, ACME, NOW)
    assert search.params == {"query": "acme -cartoon lang:nl", "endpoint": "recent"}
    assert mentions.key == "mentions:acme"


def test_archive_and_recent_search_are_different_streams():
    recent = Source(name="x", platform="x", query="acme")
    assert keys(recent) != keys(recent.model_copy(update={"archive": True}))


@pytest.mark.parametrize(
    ("accounts", "expected"),
    [
        (None, ["mentions:acme"]),
        (("@Other", "Third_1"), ["mentions:other", "mentions:third_1"]),
        ((), []),
    ],
)
def test_mentions_are_read_of_named_accounts_else_of_the_watchlists(accounts, expected):
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
    monkeypatch.setattr("collectors.x.time.sleep", slept.append)
    source = Source.model_validate({"name": "x", "platform": "x", "query": "acme"} | values)
    (stream, *_) = XCollector().streams(source, ACME, NOW)
    job = job_for(stream, source)
    asked = []
    client = SimpleNamespace(
        search_all_tweets=lambda *_, **params: asked.append(params["next_token"]),
        search_recent_tweets=lambda *_, **params: asked.append(params["next_token"]),
    )
    ask = _asking_search(client, job, Window(since=NOW, until=NOW), source)
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


# --- one post --------------------------------------------------------------------------


def test_a_post_is_read_field_by_field():
    mention = mention_of(
        post(
            5,
            text="caf\u00e9 &amp; bi\u0300er \U0001f37a\u200d\U0001f4a8 &lt;3 &amp;lt;",
            created_at="2026-11-23T08:30:00+02:00",
            lang="nl",
            conversation_id="1",
            public_metrics={"like_count": 3, "retweet_count": 2, "impression_count": 99},
        ),
        users=[
            {"id": "7", "username": "jan", "name": "Jan", "public_metrics": {"followers_count": 5}}
        ],
    )
    assert mention["text"] == "caf\u00e9 & bi\u0300er \U0001f37a\u200d\U0001f4a8 <3 &lt;"
    assert mention["created_at"] == datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
    assert mention["url"] == "https://x.com/jan/status/8999995"
    assert mention["language_tag"] == "nl"
    assert mention["metrics"] == {"likes": 3, "reposts": 2, "views": 99, "followers": 5}
    assert (mention["author_id"], mention["author_handle"]) == ("7", "jan")
    assert (mention["kind"], mention["parent_id"], mention["root_id"]) == ("post", None, "1")
    assert mention["raw"]["includes"]["users"][0]["username"] == "jan"


def test_an_author_who_is_gone_is_null():
    mention = mention_of(post(1, lang="und"))
    assert mention["author_handle"] is None
    assert mention["author_name"] is None
    assert mention["language_tag"] is None
    assert mention["url"] == "https://x.com/i/status/8999999"
    assert "includes" not in mention["raw"]


@pytest.mark.parametrize(
    ("types", "kind", "parent", "is_repost", "is_quote"),
    [
        (["retweeted"], "repost", "retweeted", True, False),
        (["quoted"], "quote", "quoted", False, True),
        (["replied_to"], "reply", "replied_to", False, False),
        (["quoted", "replied_to"], "reply", "replied_to", False, True),
        (["something_new"], "post", None, False, False),
    ],
)
def test_what_a_post_refers_to_decides_its_kind(types, kind, parent, is_repost, is_quote):
    mention = mention_of(post(1, referenced_tweets=[{"type": t, "id": f"id-{t}"} for t in types]))
    assert mention["kind"] == kind
    assert mention["parent_id"] == (parent and f"id-{parent}")
    assert (mention["is_repost"], mention["is_quote"]) == (is_repost, is_quote)


# Their ids say when they were written: at 10:52:30 and at 11:04:25 UTC.
FIRST, LAST = "1861000000000000000", "1861003000000000000"


@pytest.mark.parametrize("stated", ["2024-11-25T11:04:25.000Z", "2024-11-25T10:52:30.000Z"])
def test_an_edited_post_keeps_its_first_identity_and_time(stated):
    mention = mention_of(post(1, id=LAST, edit_history_tweet_ids=[FIRST, LAST], created_at=stated))
    assert mention["native_id"] == FIRST
    assert mention["url"].endswith(LAST)
    assert mention["created_at"] == datetime(2024, 11, 25, 10, 52, 30, tzinfo=UTC)
    assert mention["edited_at"] == datetime(2024, 11, 25, 11, 4, 25, tzinfo=UTC)


@pytest.mark.parametrize("history", [["1", "2"], ["x", "y"], [FIRST], [FIRST, "9" * 400]])
def test_ids_without_a_believable_time_change_nothing(history):
    mention = mention_of(post(1, edit_history_tweet_ids=history))
    assert mention["created_at"] == END - timedelta(minutes=1)
    assert mention["edited_at"] is None


def test_an_edited_post_at_the_end_of_a_page_covers_down_to_its_edit():
    edited = post(0, id=LAST, edit_history_tweet_ids=[FIRST, LAST])
    edited["created_at"] = "2024-11-25T11:04:25.000Z"
    now = datetime(2024, 11, 25, 12, tzinfo=UTC)
    landed, _ = landed_with(
        pages([edited], [post(1)]), max_pages=1, now=now, until=now, since=now - timedelta(hours=9)
    )
    assert [since for since, _ in landed.spans] == [datetime(2024, 11, 25, 11, 4, 26, tzinfo=UTC)]


def test_of_two_versions_the_newer_one_stays_in_either_order():
    old = post(1, id="100", text="before", edit_history_tweet_ids=["100"])
    new = post(1, id="101", text="after", edit_history_tweet_ids=["100", "101"])
    for order in ([old, new], [new, old]):
        landed, _ = landed_with(lambda _, order=order: answer(order))
        assert [(row["native_id"], row["text"]) for row in landed.rows] == [("100", "after")]


def test_posts_under_includes_are_no_mentions():
    landed, _ = landed_with(
        lambda _: answer([post(1)], includes={"tweets": [post(2)]}, errors=[{"title": "gone"}])
    )
    assert landed.ids == ["8999999"]
    assert landed.header.fault is None


@pytest.mark.parametrize(
    "broken",
    [
        None,
        "text",
        [],
        {},
        {"text": "no id"},
        {"id": "", "text": "empty id"},
        {"id": "3"},
        {"id": "3", "text": 5},
        {"id": "3", "text": "bad date", "created_at": "yesterday"},
        {"id": "3", "text": "bad date", "created_at": 5},
        {"id": "3", "text": "bad date", "created_at": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_one_unreadable_post_leaves_the_others(broken):
    landed, _ = landed_with(lambda _: answer([post(1), broken, post(2)]))
    assert landed.ids == ["8999999", "8999998"]
    assert len(landed.header.unreadable) == 1
    assert landed.header.fault is None


def test_odd_values_where_none_matter_do_not_cost_the_post():
    mention = mention_of(
        post(
            1,
            lang=5,
            public_metrics={"like_count": "many", "reply_count": 2**80, "quote_count": True},
            referenced_tweets="none",
            edit_history_tweet_ids={},
            geo=[],
            conversation_id=None,
        ),
        users=["nobody", {"id": "7", "username": ["jan"]}],
    )
    assert mention["metrics"] == {}
    assert mention["author_handle"] is None


def test_half_a_character_is_replaced_and_kept_in_the_raw_record():
    mention = mention_of(post(1, text="Acme \ud83d!"))
    assert mention["text"] == "Acme \ufffd!"
    assert mention["raw"]["text"] == "Acme \ud83d!"


def test_own_posts_are_marked():
    mention = mention_of(post(1), users=[{"id": "7", "username": "ACME", "name": "Acme"}])
    assert mention["is_own"] is True
