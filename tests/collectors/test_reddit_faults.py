"""What Reddit can do wrong, and what becomes of it."""

import logging
import time
from datetime import timedelta

import pytest

from collectors.contract import Credential
from collectors.reddit import RedditCollector
from tests.collectors.faults import FAULTS, patience
from tests.collectors.rounds import NOW, land, source_at
from tests.collectors.test_reddit import ASKED, TOKEN, comment, landed_with, listing, minutes_ago
from tests.collectors.test_reddit_recorded import APP
from tests.replay import Answer, ReplayServer

SECRET = "this-is-the-client-secret"  # noqa: S105


def landed_after(*answers, **values):
    """Give the answers one after the other, the last one again and again."""
    turns = iter(answers)
    return landed_with(lambda _: next(turns, answers[-1]), **values)


def landed_with_token(answer, **values):
    with ReplayServer(lambda r: answer if "access_token" in r.path else listing([])) as server:
        source = source_at(server.url, "reddit", **values)
        return land(RedditCollector(), source, APP), server.requests


@pytest.mark.parametrize(("fault", "reason"), FAULTS)
def test_each_fault_of_the_token_has_its_name(fault, reason):
    began = time.monotonic()
    landed, requests = landed_with_token(fault, timeout=patience(fault))
    assert time.monotonic() - began < 4
    assert landed.header.fault.reason == reason
    assert len(requests) == 1


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ({"error": "invalid_grant"}, "auth_failed"),
        ({"error": 401, "message": "Unauthorized"}, "auth_failed"),
        ({}, "bad_answer"),
        ({"access_token": "t"}, "bad_answer"),
        ({"access_token": "t", "expires_in": "soon", "scope": "*"}, "bad_answer"),
        ({"access_token": None, "expires_in": 3600, "scope": "*"}, "bad_answer"),
    ],
)
def test_a_token_answer_that_is_none_is_named(token, reason):
    landed, requests = landed_with_token(Answer.of(token))
    assert landed.header.fault.reason == reason
    assert len(requests) == 1


def test_a_private_subreddit_is_named():
    refusal = Answer.of({"reason": "private", "message": "Forbidden", "error": 403}, status=403)
    landed, _ = landed_after(refusal)
    assert landed.header.fault.reason == "auth_failed"
    assert "comments:belgium" in landed.header.fault.message
    assert "private" in landed.header.fault.message


def test_a_subreddit_that_never_was_is_gone():
    away = {"Location": "https://www.reddit.com/subreddits/search?q=belgium"}
    landed, _ = landed_after(Answer(status=302, headers=away))
    assert landed.header.fault.reason == "gone"


def test_a_fault_on_the_third_page_keeps_the_first_two():
    landed, _ = landed_after(
        listing([comment(1)], "1"),
        listing([comment(2)], "2"),
        Answer(hangs_up=True),
        since=NOW - timedelta(hours=1),
    )
    assert landed.ids == ["t1_c1", "t1_c2"]
    assert landed.header.fault.reason == "unreachable"
    assert landed.spans == [(minutes_ago(2) + timedelta(seconds=1), ASKED)]


def limited(remaining, reset, used="100"):
    headers = {
        "x-ratelimit-remaining": remaining,
        "x-ratelimit-used": used,
        "x-ratelimit-reset": reset,
    }
    page = listing([comment(1)], "1")
    return Answer(body=page.body, headers=headers)


def test_the_last_allowed_request_ends_the_job_without_sleep():
    began = time.monotonic()
    landed, requests = landed_after(limited("0.0", "600"), listing([comment(2)]))
    assert time.monotonic() - began < 2
    assert len(requests) == 1
    assert landed.ids == ["t1_c1"]
    assert landed.header.fault.reason == "rate_limited"
    assert landed.header.fault.retry_at == NOW + timedelta(seconds=600)


@pytest.mark.parametrize(
    ("remaining", "reset", "used"),
    [
        ("1.0", "600", "599"),  # prawcore would spread the last one out over ten seconds
        ("many", "600", "100"),
        ("0", "soon", "100"),
        ("0", "-5", "100"),
        ("nan", "nan", "nan"),
        ("0", "1e300", "100"),
        ("5", "600", "some"),
    ],
)
def test_limits_that_are_none_change_nothing(remaining, reset, used):
    began = time.monotonic()
    landed, requests = landed_after(limited(remaining, reset, used), listing([comment(2)]))
    assert time.monotonic() - began < 2
    assert len(requests) == 2
    assert landed.header.fault is None


@pytest.mark.parametrize(
    ("headers", "until"),
    [
        ({"x-ratelimit-reset": "90"}, NOW + timedelta(seconds=90)),
        ({"retry-after": "30"}, NOW + timedelta(seconds=30)),
        ({"retry-after": "later"}, None),
        ({}, None),
    ],
)
def test_a_rate_limit_says_until_when_if_reddit_did(headers, until):
    landed, _ = landed_after(Answer(status=429, headers=headers))
    assert landed.header.fault.reason == "rate_limited"
    assert landed.header.fault.retry_at == until


@pytest.mark.parametrize(
    ("credential", "missing"),
    [
        (None, "login"),
        (Credential(password=SECRET), "login"),
        (Credential(login="i", extra=APP.extra), "password"),
        (Credential(login="i", password=SECRET), "user_agent"),
        (Credential(login="i", password=SECRET, extra={"user_agent": "short"}), "user_agent"),
        (Credential(login="i", password=SECRET, extra={"user_agent": 5}), "user_agent"),
        (Credential(login="i", password=SECRET, extra={"user_agent": "a\r\nb: cdefg"}), "agent"),
        (Credential(login="i", password=SECRET + "é", extra=APP.extra), "password"),
    ],
)
def test_without_a_whole_credential_nothing_is_asked(credential, missing):
    with ReplayServer(lambda _: TOKEN) as server:
        landed = land(RedditCollector(), source_at(server.url, "reddit"), credential)
    assert server.requests == []
    assert landed.header.fault.reason == "auth_failed"
    assert missing in landed.header.fault.message
    assert SECRET not in landed.header.fault.message


@pytest.mark.parametrize("status", [200, 400, 401, 403, 429, 500])
@pytest.mark.parametrize("where", ["access_token", "search"])
def test_no_message_and_no_log_line_holds_a_secret(status, where, caplog):
    def tell(request):
        if where not in request.path:
            return Answer.of({"access_token": "the-access-token", "expires_in": 3600, "scope": "*"})
        said = f"{request.headers['authorization']} {SECRET}"
        return Answer.of({"message": said, "reason": said, "error": said}, status=status)

    app = Credential(login="client-id", password=SECRET, extra=APP.extra)
    with caplog.at_level(logging.DEBUG), ReplayServer(tell) as server:
        landed = land(RedditCollector(), source_at(server.url, "reddit"), app)
    assert landed.header.fault
    told = [landed.header.to_json(), *(record.getMessage() for record in caplog.records)]
    basic = server.requests[0].headers["authorization"].partition(" ")[2]
    for secret in (SECRET, "the-access-token", basic):
        assert not any(secret in line for line in told)


def test_a_praw_ini_lying_about_changes_nothing(tmp_path, monkeypatch):
    (tmp_path / "praw.ini").write_text(
        "[DEFAULT]\nusername=someone\npassword=else\nreddit_url=http://127.0.0.1:9\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("praw_username", "someone")
    monkeypatch.setenv("praw_password", "else")
    monkeypatch.setenv("PRAW_ALLOW_ENDPOINT_OVERRIDE", "1")
    monkeypatch.setattr("praw.config.Config.CONFIG", None)
    landed, requests = landed_with_token(TOKEN)
    assert landed.header.fault is None
    assert requests[0].form == {"grant_type": "client_credentials"}
