"""What Hacker News's search can do wrong, and what becomes of it."""

import gzip
import itertools
import json
import socket
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.hackernews import HackerNewsCollector, read_hit
from collectors.landing import to_table
from collectors.web.reading import read_each
from tests.collectors.replay_hackernews import (
    comment,
    minutes_ago,
    page,
    replay_page,
    replay_source,
    search,
)
from tests.collectors.rounds import NOW, land
from tests.collectors.test_hackernews import landed_after, landed_with
from tests.replay import Answer

GZIP = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
HOUR_AGO = NOW - timedelta(hours=1)


def test_a_fault_on_the_third_page_keeps_the_first_two():
    items = search([comment(n) for n in range(1, 50)], most=10)
    turns = itertools.count(1)
    landed, _ = landed_with(
        lambda request: items(request) if next(turns) < 3 else Answer(status=503), since=HOUR_AGO
    )
    assert landed.ids == [str(n) for n in range(1, 20)]
    assert landed.header.fault.reason == "server_error"
    assert landed.spans == [(minutes_ago(19) + timedelta(seconds=1), minutes_ago(0))]


def test_a_refused_connection_is_unreachable():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        landed = land(HackerNewsCollector(), replay_source(url), None)
    assert landed.header.fault.reason == "unreachable"


@pytest.mark.parametrize(
    ("headers", "until"),
    [
        ({"Retry-After": "60"}, NOW + timedelta(seconds=60)),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_a_rate_limit_says_until_when_if_the_search_did(headers, until):
    landed, requests = landed_after(Answer(status=429, headers=headers))
    assert landed.header.fault.reason == "rate_limited"
    assert landed.header.fault.retry_at == until
    assert len(requests) == 1


def test_what_the_search_says_is_passed_on():
    refusal = {"message": "invalid value for numericFilters", "status": 400}
    landed, _ = landed_after(Answer.of(refusal, status=400))
    assert "invalid value for numericFilters" in landed.header.fault.message


@pytest.mark.parametrize("broken", [None, 5, "a", [], {}, {"objectID": None}, {"objectID": ""}])
def test_an_item_without_identity_is_kept_aside(broken):
    landed, _ = landed_after(page([comment(1), broken]))
    assert landed.ids == ["1"]
    assert [json.loads(item.raw) for item in landed.header.unreadable] == [broken]


def test_a_page_that_comes_for_ever_is_read_twice_at_most():
    landed, requests = landed_after(page([comment(1), comment(2)], total=500), since=HOUR_AGO)
    assert landed.ids == ["1", "2"]
    assert landed.header.fault.reason == "bad_answer"
    assert len(requests) == 2


def test_pages_that_go_back_to_newer_items_are_noticed():
    landed, requests = landed_after(
        page([comment(10), comment(20)], total=9), page([comment(3), comment(4)], total=9)
    )
    assert landed.header.fault.reason == "bad_answer"
    assert "circle" in landed.header.fault.message
    assert len(requests) == 2


def test_an_empty_page_that_promises_more_covers_nothing():
    landed, requests = landed_after(page([], total=500), since=HOUR_AGO)
    assert landed.header.fault.reason == "bad_answer"
    assert landed.spans == []
    assert len(requests) == 1


@pytest.mark.parametrize("coding", ["br", "gzip, gzip"])
def test_compression_that_was_not_asked_for_is_a_bad_answer(coding):
    body = gzip.compress(gzip.compress(b"{}"))
    landed, _ = landed_after(Answer(body=body, headers={"Content-Encoding": coding}))
    assert landed.header.fault.reason == "bad_answer"


def test_a_compressed_page_is_read():
    landed, (request,) = landed_after(Answer(body=gzip.compress(replay_page(3)), headers=GZIP))
    assert request.headers["accept-encoding"] == "gzip"
    assert landed.ids == ["1", "2", "3"]


def test_a_compressed_page_that_was_cut_is_a_bad_answer():
    landed, _ = landed_after(Answer(body=gzip.compress(replay_page(3))[:-40], headers=GZIP))
    assert landed.header.fault.reason == "bad_answer"


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
keys = """
objectID title url author story_text comment_text points _tags num_comments created_at created_at_i
parent_id story_id
"""
hits = st.fixed_dictionaries({}, optional=dict.fromkeys(keys.split(), values))


@settings(deadline=None)
@given(st.lists(hits | values, max_size=4))
def test_no_hit_breaks_the_reading(found):
    mentions, unreadable = read_each(found, partial(read_hit, collected_at=NOW))
    assert len(mentions) + len(unreadable) == len(found)
    assert to_table(mentions).num_rows == len(mentions)
