"""What an instance of Mastodon can do wrong, and what becomes of it."""

import json
import logging
from datetime import timedelta

import pytest

from collectors.contract import Credential
from collectors.mastodon import MastodonCollector
from collectors.registry import collector_for
from tests.collectors.faults import FAULTS, patience
from tests.collectors.mastodon_answers import (
    ASKED,
    TOKEN,
    landed_with,
    minutes_ago,
    page,
    source_for,
    status,
)
from tests.collectors.rounds import NOW, land
from tests.replay import Answer, ReplayServer

SECRET = "this-is-the-access-token"  # noqa: S105
SHAPES = {"list"}
"""An empty list is a timeline's whole answer, and no fault."""


def landed_after(*answers, **values):
    """Give the answers one after the other, the last one again and again."""
    turns = iter(answers)
    return landed_with(lambda _: next(turns, answers[-1]), **values)


@pytest.mark.parametrize(("fault", "reason"), FAULTS)
def test_each_fault_of_looking_up_an_account_has_its_name(fault, reason):
    landed, requests = landed_after(
        fault, stream="account:", accounts=["acme"], timeout=patience(fault)
    )
    assert landed.header.fault.reason == reason
    assert len(requests) == 1


@pytest.mark.parametrize(("fault", "reason"), FAULTS)
def test_each_fault_of_a_search_has_its_name(fault, reason):
    landed, requests = landed_after(
        fault,
        stream="search:",
        query="acme",
        credential="m",
        who=TOKEN,
        timeout=patience(fault),
    )
    assert landed.header.fault.reason == reason
    assert len(requests) == 1


def test_a_question_that_only_accounts_may_ask_needs_a_token():
    said = {"error": "This method requires an authenticated user"}
    landed, _ = landed_after(Answer.of(said, status=422))
    assert landed.header.fault.reason == "auth_failed"
    assert "token" in landed.header.fault.message


def test_a_fault_on_the_third_page_keeps_the_first_two():
    landed, _ = landed_after(
        page([status(1)], "1"),
        page([status(2)], "2"),
        Answer(hangs_up=True),
        since=NOW - timedelta(hours=1),
    )
    assert len(landed.ids) == 2
    assert landed.header.fault.reason == "unreachable"
    assert landed.spans == [(minutes_ago(2) + timedelta(seconds=1), ASKED)]


@pytest.mark.parametrize(
    ("headers", "until"),
    [
        (
            {"X-RateLimit-Reset": "2026-11-23T08:05:00.123456Z"},
            NOW.replace(minute=5, microsecond=123456),
        ),
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) + 90)}, ASKED + timedelta(seconds=90)),
        ({"Retry-After": "30"}, NOW + timedelta(seconds=30)),
        ({"X-RateLimit-Reset": "soon"}, None),
        ({}, None),
    ],
)
def test_a_rate_limit_says_until_when_if_the_instance_did(headers, until):
    landed, _ = landed_after(Answer(status=429, headers=headers))
    assert landed.header.fault.reason == "rate_limited"
    assert landed.header.fault.retry_at == until


def limited(remaining, reset):
    headers = {"X-RateLimit-Remaining": remaining, "X-RateLimit-Reset": reset}
    good = page([status(1)], "1")
    return Answer(body=good.body, headers={**good.headers, **headers})


def test_the_last_allowed_request_ends_the_job_without_sleep():
    landed, requests = landed_after(limited("0", "2026-11-23T08:05:00Z"), page([status(2)]))
    assert len(requests) == 1
    assert len(landed.ids) == 1
    assert landed.header.fault.reason == "rate_limited"
    assert landed.header.fault.retry_at == NOW.replace(minute=5, microsecond=0)


@pytest.mark.parametrize(
    ("remaining", "reset"),
    [("0", "soon"), ("many", "2026-11-23T08:05:00Z"), ("5", "-1"), ("nan", "9" * 400), ("0", "")],
)
def test_limits_that_are_none_change_nothing(remaining, reset):
    landed, requests = landed_after(limited(remaining, reset), page([status(2)]))
    assert len(requests) == 2
    assert landed.header.fault is None


def test_a_deprecation_is_no_fault():
    good = page([status(1)])
    landed, _ = landed_after(Answer(body=good.body, headers={"Deprecation": "@1700000000"}))
    assert landed.header.fault is None


@pytest.mark.parametrize("other", [[{"id": "1"}], [5, None, "x"], [{"created_at": "never"}] * 3])
def test_what_the_library_can_not_read_is_put_aside_and_the_rest_arrives(other):
    good = [status(number) for number in range(1, 100)]
    landed, _ = landed_after(page(good[:50] + other + good[50:]))
    assert len(landed.ids) == 99
    assert [json.loads(u.raw) for u in landed.header.unreadable] == other
    assert landed.header.fault is None


def test_half_a_character_spoils_no_page():
    body = page([status(1, content="<p>a\ud800b</p>"), status(2)]).body
    landed, _ = landed_after(Answer(body=body))
    assert [row["text"] for row in landed.rows] == ["a\ufffdb", "Acme 2"]


@pytest.mark.parametrize(
    "credential", [Credential(login="only"), Credential(password="with space"), Credential(password="é" * 9)]  # noqa: S106
)  # fmt: skip
def test_without_a_token_that_can_be_sent_nothing_is_asked(credential):
    landed, requests = landed_after(page([]), who=credential)
    assert requests == []
    assert landed.header.fault.reason == "auth_failed"


@pytest.mark.parametrize("status_code", [200, 400, 401, 403, 429, 500])
def test_no_message_and_no_log_line_holds_the_token(status_code, caplog):
    def tell(request):
        said = f"{request.headers['authorization']} {SECRET}"
        return Answer.of({"error": said}, status=status_code)

    with caplog.at_level(logging.DEBUG), ReplayServer(tell) as server:
        landed = land(
            MastodonCollector(), source_for(server.url), Credential(password=SECRET), stream="tag:"
        )
    assert landed.header.fault
    told = [landed.header.to_json(), *(record.getMessage() for record in caplog.records)]
    assert not any(SECRET in line for line in told)


def test_the_platform_is_registered():
    assert isinstance(collector_for("mastodon"), MastodonCollector)
