"""What YouTube can do wrong, and what becomes of it."""

import itertools
import json
import logging
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.contract import Credential
from collectors.landing import to_table
from collectors.youtube import YouTubeCollector
from collectors.youtube_client import next_quota_day
from collectors.youtube_read import read_threads, read_videos, unread_replies
from tests.collectors.faults import FAULTS, patience
from tests.collectors.replay_youtube import (
    CHANNEL,
    CREDENTIAL,
    KEY,
    api,
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
)
from tests.collectors.rounds import NOW, land
from tests.replay import Answer, ReplayServer

GZIP = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
COMMENTS = {"stream": "comments:", "accounts": [CHANNEL]}


def landed_with(handler, *, stream="search:", credential=CREDENTIAL, since=None, **values):
    with ReplayServer(handler) as server:
        source = replay_source(server.url, **values)
        landed = land(YouTubeCollector(), source, credential, stream=stream, since=since)
        return landed, server.requests


def landed_after(*answers, **values):
    """Give the answers one after the other, the last one again and again."""
    turns = iter(answers)
    return landed_with(lambda _: next(turns, answers[-1]), **values)


@pytest.mark.parametrize(("fault", "reason"), FAULTS)
def test_each_fault_of_comments_has_its_name_and_is_asked_for_once(fault, reason):
    landed, requests = landed_after(fault, timeout=patience(fault), **COMMENTS)
    assert landed.header.fault.reason == reason
    assert landed.header.fault.message
    assert landed.header.answered == ()
    assert landed.header.requests == len(requests) == 1


@pytest.mark.parametrize(("fault", "reason"), FAULTS)
def test_the_same_holds_for_looking_up_what_was_found(fault, reason):
    handler = api(search=lambda _: listing([result(1)]), videos=lambda _: fault)
    landed, requests = landed_with(handler, timeout=patience(fault))
    assert landed.header.fault.reason == reason
    assert landed.spans == []
    assert len(requests) == 2


def test_a_fault_on_the_third_page_keeps_the_first_two():
    results = pages_of([result(n) for n in range(1, 50)], 10)
    turns = itertools.count(1)
    handler = api(
        search=lambda request: results(request) if next(turns) < 3 else Answer(hangs_up=True),
        videos=looked_up([]),
    )
    landed, _ = landed_with(handler, since=NOW - timedelta(hours=1))
    assert len(landed.ids) == 20
    assert landed.header.fault.reason == "unreachable"
    assert landed.spans == [(minutes_ago(20) + timedelta(seconds=1), minutes_ago(0))]


# --- quota and key ---------------------------------------------------------------------

PER_DAY = {
    "error": {
        "code": 429,
        "message": "Quota exceeded for quota metric 'Search Queries'.",
        "errors": [{"reason": "rateLimitExceeded"}],
        "status": "RESOURCE_EXHAUSTED",
        "details": [
            {"reason": "RATE_LIMIT_EXCEEDED", "metadata": {"quota_limit": "SearchPerDayPerProject"}}
        ],
    }
}


@pytest.mark.parametrize(
    "answer",
    [
        refusal(403, "quotaExceeded", "You have exceeded your quota."),
        refusal(403, "dailyLimitExceeded"),
        refusal(429, "quotaExceeded"),
        Answer.of(PER_DAY, status=429),
    ],
)
def test_a_used_up_quota_begins_anew_at_midnight_in_california(answer):
    landed, requests = landed_after(answer)
    assert landed.header.fault.reason == "rate_limited"
    # At 08:00 UTC it is midnight there: the day has just begun, the next one is 24 hours away.
    assert landed.header.fault.retry_at == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert len(requests) == 1


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (datetime(2026, 7, 1, 6, 59, tzinfo=UTC), datetime(2026, 7, 1, 7, tzinfo=UTC)),
        (datetime(2026, 7, 1, 7, 0, tzinfo=UTC), datetime(2026, 7, 2, 7, tzinfo=UTC)),
        (datetime(2026, 3, 8, 9, 0, tzinfo=UTC), datetime(2026, 3, 9, 7, tzinfo=UTC)),
        (datetime(2026, 11, 1, 8, 0, tzinfo=UTC), datetime(2026, 11, 2, 8, tzinfo=UTC)),
    ],
    ids=["before", "at", "into-summer-time", "out-of-it"],
)
def test_midnight_in_california_knows_summer_time(now, until):
    assert next_quota_day(now) == until


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize(("header", "wait_s"), [({"Retry-After": "30"}, 30), ({}, None)])
def test_asking_too_fast_is_no_used_up_quota(status, header, wait_s):
    given = refusal(status, "rateLimitExceeded")
    landed, _ = landed_after(Answer(status=status, body=given.body, headers=header))
    assert landed.header.fault.reason == "rate_limited"
    assert landed.header.fault.retry_at == (wait_s and NOW + timedelta(seconds=wait_s))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (refusal(400, "keyInvalid"), "auth_failed"),
        (refusal(400, "API_KEY_INVALID"), "auth_failed"),
        (refusal(400, "invalidPageToken"), "bad_request"),
        (refusal(403, "accessNotConfigured"), "auth_failed"),
        (refusal(403, "commentsDisabled"), "auth_failed"),
        (refusal(404, "videoNotFound"), "gone"),
        (refusal(404, "channelNotFound"), "gone"),
    ],
)
def test_what_youtube_refuses_is_named_by_its_reason(answer, reason):
    landed, _ = landed_after(answer)
    assert landed.header.fault.reason == reason


def test_the_recorded_refusal_is_named_and_repeated():
    landed, _ = landed_after(Answer.of(recorded("error_permission_resp.json"), status=403))
    assert landed.header.fault.reason == "auth_failed"
    assert "ermission" in landed.header.fault.message


@pytest.mark.parametrize(
    "credential",
    [
        None,
        Credential(login="only a login"),
        Credential(password=" "),  # noqa: S106
        Credential(password=f"{KEY}\nX-Evil: 1"),
        Credential(password=f"{KEY}…"),
    ],
)
def test_without_a_usable_key_nothing_is_asked(credential):
    landed, requests = landed_after(listing([]), credential=credential)
    assert requests == []
    assert landed.header.fault.reason == "auth_failed"
    assert KEY not in landed.header.fault.message


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 429, 500])
@pytest.mark.parametrize("stream", [{}, COMMENTS], ids=["search", "comments"])
def test_no_address_no_message_and_no_log_line_holds_the_key(status, stream, caplog):
    def tell(request):
        said = f"wrong key {request.headers['x-goog-api-key']}"
        errors = [{"message": said, "reason": said}]
        body = {"error": {"message": said, "errors": errors}, "message": said}
        return Answer.of(body, status=status)

    with caplog.at_level(logging.DEBUG):
        landed, requests = landed_with(tell, **stream)
    assert requests[0].headers["x-goog-api-key"] == KEY
    assert all(KEY not in request.query.values() for request in requests)
    assert landed.header.fault
    told = [landed.header.to_json(), *(record.getMessage() for record in caplog.records)]
    assert any("/youtube/v3/" in line for line in told)
    assert not any(KEY in line for line in told)


# --- pages and items -------------------------------------------------------------------


def test_one_unreadable_item_in_a_page_of_100_is_kept_aside():
    threads = [thread(f"t{n}") for n in range(1, 101)]
    threads[42]["snippet"]["topLevelComment"]["snippet"]["publishedAt"] = "once"
    landed, _ = landed_after(listing(threads), **COMMENTS)
    assert len(landed.ids) == 99
    (item,) = landed.header.unreadable
    assert json.loads(item.raw) == threads[42]["snippet"]["topLevelComment"]
    assert landed.header.fault is None
    assert landed.header.items_seen == 100


def test_one_unreadable_video_is_kept_aside_as_it_was_looked_up():
    broken = video(2, title="Acme", publishedAt="once")
    handler = api(
        search=lambda _: listing([result(1), result(2), 5, {}]),
        videos=looked_up([video(1), broken]),
    )
    landed, _ = landed_with(handler)
    assert landed.ids == ["yt:video:v1"]
    assert [json.loads(item.raw) for item in landed.header.unreadable] == [broken, 5, {}]


@pytest.mark.parametrize("stream", [{}, COMMENTS], ids=["search", "comments"])
def test_a_page_that_comes_for_ever_is_noticed(stream):
    items = [thread("t1")] if stream else [result(1)]
    landed, requests = landed_after(listing(items, "again"), **stream)
    assert landed.header.fault.reason == "bad_answer"
    assert len(landed.ids) == 1
    assert len(requests) <= 4


def test_the_same_items_under_new_cursors_are_noticed():
    turns = itertools.count()
    handler = api(
        search=lambda _: listing([result(1)], f"page-{next(turns)}"), videos=looked_up([])
    )
    landed, requests = landed_with(handler)
    assert landed.header.fault.reason == "bad_answer"
    assert len(requests) == 6


def test_a_cursor_that_goes_back_is_noticed():
    cursors = itertools.cycle(["1", "2", "1"])
    numbers = itertools.count()
    handler = api(commentThreads=lambda _: listing([thread(f"t{next(numbers)}")], next(cursors)))
    landed, requests = landed_with(handler, **COMMENTS)
    assert landed.header.fault.reason == "bad_answer"
    assert len(requests) == 3


def test_replies_that_go_in_a_circle_are_noticed():
    handler = api(
        commentThreads=lambda _: listing([thread("t1", total=9)]),
        comments=lambda _: listing([], "again"),
    )
    landed, requests = landed_with(handler, **COMMENTS)
    assert landed.header.fault.reason == "bad_answer"
    assert len(requests) == 3


def test_an_empty_page_with_another_behind_it_is_no_end():
    turns = iter([listing([], "1"), listing([thread("t1")])])
    landed, _ = landed_with(lambda _: next(turns), **COMMENTS)
    assert landed.ids == ["yt:comment:t1"]
    assert landed.header.fault is None


# --- anything --------------------------------------------------------------------------

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def objects(keys, **known):
    optional = dict.fromkeys(keys.split(), values) | {k: v | values for k, v in known.items()}
    return st.fixed_dictionaries({}, optional=optional)


names = objects("kind videoId")
snippets = objects(
    "publishedAt updatedAt channelId title description channelTitle videoId textDisplay "
    "textOriginal authorDisplayName authorChannelId likeCount parentId totalReplyCount"
)
results = objects("statistics", id=names | st.just("v1"), snippet=snippets)
comments = objects("id", snippet=snippets)
threads = objects(
    "id",
    snippet=objects("videoId totalReplyCount", topLevelComment=comments),
    replies=objects("", comments=st.lists(comments, max_size=2)),
)


@settings(deadline=None)
@given(st.lists(results | values, max_size=3), st.lists(results | values, max_size=3))
def test_no_result_breaks_the_reading(found, listed):
    mentions, unreadable = read_videos(found, listed, NOW)
    assert len(mentions) + len(unreadable) <= len(found)
    assert to_table(mentions).num_rows == len(mentions)


@settings(deadline=None)
@given(st.lists(threads | values, max_size=3))
def test_no_thread_breaks_the_reading(found):
    mentions, unreadable = read_threads(found, {}, NOW)
    assert len(mentions) + len(unreadable) >= len(found)
    assert to_table(mentions).num_rows == len(mentions)
    for one in found:
        unread_replies(one)
