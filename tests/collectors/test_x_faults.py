"""What X can do wrong, and what becomes of it."""

import logging
import socket
import time
from datetime import UTC, datetime, timedelta

import pytest

from collectors.contract import Credential
from collectors.x import XCollector
from tests.collectors.rounds import NOW, land, source_at
from tests.collectors.test_x import END, TOKEN, answer, landed_with, post
from tests.replay import Answer, ReplayServer

SECRET = "AAAA-this-is-the-token-BBBB"  # noqa: S105


def landed_after(*answers, **values):
    """Give the answers one after the other, the last one again and again."""
    turns = iter(answers)
    return landed_with(lambda _: next(turns, answers[-1]), **values)


def test_a_fault_on_the_third_page_keeps_the_first_two():
    since = NOW - timedelta(hours=3)
    landed, _ = landed_after(
        answer([post(1), post(2)], "1"),
        answer([post(3), post(4)], "2"),
        Answer(status=503),
        since=since,
    )
    assert len(landed.ids) == 4
    assert landed.header.fault.reason == "server_error"
    assert landed.spans == [(END - timedelta(minutes=4) + timedelta(seconds=1), END)]
    assert landed.header.requests == 3


def test_a_refused_connection_is_unreachable():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        landed = land(XCollector(), source_at(url, "x"), TOKEN)
    assert landed.header.fault.reason == "unreachable"
    assert "refused" in landed.header.fault.message


@pytest.mark.parametrize(
    "proxies",
    [
        {"https_proxy": "http://127.0.0.1:9", "http_proxy": "", "no_proxy": ""},
        {"https_proxy": "", "http_proxy": "http://127.0.0.1:9", "no_proxy": "127.0.0.1"},
    ],
)
def test_the_proxy_is_that_of_the_base_url_not_of_x_itself(proxies, monkeypatch):
    for name, value in proxies.items():
        monkeypatch.setenv(name, value)
        monkeypatch.setenv(name.upper(), value)
    landed, _ = landed_after(answer([post(1)]))
    assert landed.header.fault is None
    assert len(landed.ids) == 1


RESET = datetime(2026, 11, 23, 8, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "until"),
    [
        ({"x-rate-limit-reset": str(int(RESET.timestamp()))}, RESET),
        ({"x-rate-limit-reset": f" {RESET.timestamp()} "}, RESET),
        ({"Retry-After": "60"}, NOW + timedelta(seconds=60)),
        ({"Retry-After": "Mon, 23 Nov 2026 08:15:00 GMT"}, RESET),
        ({"x-rate-limit-reset": "soon", "Retry-After": "60"}, NOW + timedelta(seconds=60)),
        ({}, None),
        ({"x-rate-limit-reset": "soon"}, None),
        ({"x-rate-limit-reset": ""}, None),
        ({"x-rate-limit-reset": "-5"}, None),
        ({"x-rate-limit-reset": "nan"}, None),
        ({"x-rate-limit-reset": "inf"}, None),
        ({"x-rate-limit-reset": "1e300"}, None),
        ({"x-rate-limit-reset": "99999999999"}, None),
        ({"Retry-After": "1e300"}, None),
        ({"Retry-After": "whenever"}, None),
    ],
)
def test_a_rate_limit_never_sleeps_and_says_until_when_if_x_did(headers, until):
    began = time.monotonic()
    landed, requests = landed_after(Answer(status=429, headers=headers))
    assert time.monotonic() - began < 2
    assert len(requests) == 1
    assert landed.header.fault.reason == "rate_limited"
    assert landed.header.fault.retry_at == until


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("https://api.twitter.com/2/problems/resource-not-found", "gone"),
        ("https://api.twitter.com/2/problems/not-authorized-for-resource", "auth_failed"),
        ("https://api.twitter.com/2/problems/new", "bad_answer"),
        (None, "bad_answer"),
    ],
)
@pytest.mark.parametrize("stream", ["search:", "mentions:"])
def test_errors_instead_of_data_are_named_even_under_status_200(error, reason, stream):
    refusal = Answer.of({"errors": [{"type": error, "title": "Refused", "detail": "…"}]})
    landed, _ = landed_after(refusal, stream=stream)
    assert landed.header.fault.reason == reason


@pytest.mark.parametrize("identity", [None, "", "../tweets", ["42"], {"id": "42"}])
def test_an_account_without_a_usable_id_is_not_asked_further(identity):
    landed, requests = landed_after(Answer.of({"data": {"id": identity}}), stream="mentions:")
    assert landed.header.fault.reason == "bad_answer"
    assert len(requests) == 1


@pytest.mark.parametrize(
    "credential",
    [
        None,
        Credential(login="only a login"),
        Credential(password="  "),  # noqa: S106
        Credential(password=f"{SECRET}\nX-Evil: 1"),
        Credential(password=f"{SECRET}…"),
    ],
)
def test_without_a_usable_token_nothing_is_asked(credential):
    with ReplayServer(lambda _: answer([])) as server:
        landed = land(XCollector(), source_at(server.url, "x"), credential)
    assert server.requests == []
    assert landed.header.fault.reason == "auth_failed"
    assert SECRET not in landed.header.fault.message


@pytest.mark.parametrize("status", [200, 400, 401, 403, 429, 500])
def test_no_message_and_no_log_line_holds_the_token(status, caplog):
    def tell(request):
        said = request.headers["authorization"]
        body = {"title": said, "detail": f"wrong: {said}", "errors": [{"message": said}]}
        return Answer.of(body, status=status)

    with caplog.at_level(logging.DEBUG), ReplayServer(tell) as server:
        landed = land(XCollector(), source_at(server.url, "x"), Credential(password=SECRET))
    assert server.requests[0].headers["authorization"] == f"Bearer {SECRET}"
    assert landed.header.fault
    assert SECRET not in landed.header.to_json()
    # What the server itself repeats is its answer, which tweepy logs; our own requests hold none.
    ours = [r.getMessage() for r in caplog.records if "Received API response" not in r.getMessage()]
    assert any("Making API request" in line for line in ours)
    assert not any(SECRET in line for line in ours)


def test_what_x_says_is_passed_on_in_one_short_line():
    detail = "Invalid 'query':\nno viable\u202e alternative " + "x" * 500
    landed, _ = landed_after(Answer.of({"title": "Invalid Request", "detail": detail}, status=400))
    message = landed.header.fault.message
    assert "answered 400 Bad Request: Invalid 'query': no viable alternative xxx" in message
    assert len(message) < 300
    assert message.isprintable()
