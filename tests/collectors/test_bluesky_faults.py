"""What Bluesky can do wrong, and what becomes of it."""

import gzip
import json
import logging
import zlib
from datetime import UTC, datetime, timedelta

import pytest

from collectors.bluesky import BlueskyCollector
from collectors.registry import collector_for
from tests.collectors.bluesky_answers import (
    APP,
    ASKED,
    SESSION,
    landed_with,
    minutes_ago,
    page,
    post,
    source_for,
)
from tests.collectors.faults import FAULTS, patience
from tests.collectors.rounds import NOW, land
from tests.replay import Answer, ReplayServer


def landed_after(*answers, **values):
    """Give the answers one after the other, the last one again and again."""
    turns = iter(answers)
    return landed_with(lambda _: next(turns, answers[-1]), **values)


@pytest.mark.parametrize(("fault", "reason"), FAULTS)
def test_each_fault_of_an_accounts_posts_has_its_name_and_is_asked_for_once(fault, reason):
    landed, requests = landed_after(
        fault, stream="account:", accounts=["acme.example"], timeout=patience(fault)
    )
    assert landed.header.fault.reason == reason
    assert landed.header.answered == ()
    assert len(requests) == 1


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"error": "InvalidRequest", "message": "Profile not found"}, "gone"),
        ({"error": "AccountTakedown", "message": "Account has been suspended"}, "gone"),
        ({"error": "AccountDeactivated", "message": "Account is deactivated"}, "gone"),
        ({"error": "BadQueryString", "message": "no"}, "bad_request"),
        ({"error": ["odd"]}, "bad_request"),
        ({"error": "ExpiredToken", "message": "Token has expired"}, "auth_failed"),
    ],
)
def test_what_bluesky_says_under_400_is_named(said, reason):
    landed, _ = landed_after(Answer.of(said, status=400))
    assert landed.header.fault.reason == reason


def test_a_fault_on_the_third_page_keeps_the_first_two():
    landed, _ = landed_after(
        page([post(1)], "1"),
        page([post(2)], "2"),
        Answer(hangs_up=True),
        since=NOW - timedelta(hours=1),
    )
    assert len(landed.ids) == 2
    assert landed.header.fault.reason == "unreachable"
    assert landed.spans == [(minutes_ago(2) + timedelta(seconds=1), ASKED)]


@pytest.mark.parametrize(
    ("headers", "until"),
    [
        ({"RateLimit-Reset": str(int(NOW.timestamp()) + 90)}, ASKED + timedelta(seconds=90)),
        ({"RateLimit-Reset": "90"}, NOW + timedelta(seconds=90)),
        (
            {"Retry-After": "Mon, 23 Nov 2026 08:01:00 GMT"},
            datetime(2026, 11, 23, 8, 1, tzinfo=UTC),
        ),
        ({"RateLimit-Reset": "soon"}, None),
        ({}, None),
    ],
)
def test_a_rate_limit_says_until_when_if_bluesky_did(headers, until):
    landed, _ = landed_after(Answer(status=429, headers=headers))
    assert landed.header.fault.reason == "rate_limited"
    assert landed.header.fault.retry_at == until


@pytest.mark.parametrize("other", [{"uri": "at://1"}, 5, None, {"post": {"record": 5}}])
def test_one_odd_post_among_a_hundred_is_put_aside(other):
    good = [post(number) for number in range(1, 100)]
    landed, _ = landed_after(page([*good[:50], other, *good[50:]]))
    assert len(landed.ids) == 99
    (aside,) = landed.header.unreadable
    assert json.loads(aside.raw) == other
    assert landed.header.fault is None


def test_a_post_without_an_author_spoils_no_page():
    anonymous = post(2)
    del anonymous["author"]
    landed, _ = landed_after(page([post(1), anonymous]))
    assert [row["author_handle"] for row in landed.rows] == ["jan.example", None]


def test_half_a_character_spoils_no_page():
    landed, _ = landed_after(page([post(1, record={"text": "a\ud800b"}), post(2)]))
    assert [row["text"] for row in landed.rows] == ["a\ufffdb", "Acme 2"]


def test_json_is_read_whatever_type_it_is_said_to_be():
    landed, _ = landed_after(Answer(body=page([post(1)]).body, headers={"Content-Type": "text/x"}))
    assert len(landed.ids) == 1


def test_the_same_page_for_ever_is_a_bad_answer_by_time_too():
    def handle(request):
        return Answer(status=403) if "cursor" in request.query else page([post(1)], "1")

    landed, _ = landed_with(handle)
    assert landed.header.fault.reason == "bad_answer"


# --- size ------------------------------------------------------------------------------


def packed(body, encoding="gzip"):
    headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
    return Answer(body=body, headers=headers)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_compressed_answer_is_read(pack):
    encoding = "gzip" if pack is gzip.compress else "deflate"
    landed, requests = landed_after(packed(pack(page([post(1)]).body), encoding))
    assert len(landed.ids) == 1
    assert requests[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize(
    "answer",
    [
        packed(gzip.compress(page([post(1)]).body)[:-9]),
        packed(b"\x1f\x8bnonsense"),
        packed(b"{}", "br"),
        packed(gzip.compress(b"{}"), "gzip, gzip"),
        packed(b""),
    ],
)
def test_a_broken_or_strange_compression_is_a_bad_answer(answer):
    landed, _ = landed_after(answer)
    assert landed.header.fault.reason == "bad_answer"


# --- secrets ---------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 400, 401, 403, 429, 500])
@pytest.mark.parametrize("where", ["createSession", "searchPosts"])
def test_no_message_and_no_log_line_holds_a_secret(status, where, caplog):
    def tell(request):
        is_closed = "authorization" not in request.headers
        if where not in request.path:
            return SESSION
        if where == "searchPosts" and is_closed:
            return Answer.of({"error": "AuthMissing"}, status=401)
        said = f"{request.headers.get('authorization')} {APP.password} {request.body.decode()}"
        return Answer.of({"error": said, "message": said}, status=status)

    def handle(request):
        if where == "createSession" and "searchPosts" in request.path:
            return Answer.of({"error": "AuthMissing"}, status=401)
        return tell(request)

    landed_with(lambda _: page([]))  # forgets the sessions of other tests
    with caplog.at_level(logging.DEBUG), ReplayServer(handle) as server:
        landed = land(BlueskyCollector(), source_for(server.url), APP)
    assert landed.header.fault
    told = [landed.header.to_json(), *(record.getMessage() for record in caplog.records)]
    for secret in (APP.password, "the-access-token", "the-refresh-token"):
        assert not any(secret in line for line in told)


def test_the_platform_is_registered():
    assert isinstance(collector_for("bluesky"), BlueskyCollector)
