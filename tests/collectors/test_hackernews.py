"""Windows, paging and queries of Hacker News, over real HTTP."""

from collections import Counter
from datetime import timedelta

import pytest

from collectors.hackernews import HackerNewsCollector
from collectors.watchlist import Watchlist
from tests.collectors.replay_hackernews import (
    comment,
    minutes_ago,
    page,
    recorded_page,
    recorded_stories,
    replay_source,
    search,
    story,
)
from tests.collectors.rounds import ACME, NOW, land
from tests.replay import Answer, ReplayServer

ASKED = NOW.replace(microsecond=0)


def landed_with(handler, *, stream="search:", since=None, until=NOW, now=NOW, **values):
    with ReplayServer(handler) as server:
        source = replay_source(server.url, **values)
        window = {"since": since, "until": until, "now": now}
        return land(HackerNewsCollector(), source, None, stream=stream, **window), server.requests


def landed_after(*answers, **values):
    """Give the answers one after the other, the last one again and again."""
    turns = iter(answers)
    return landed_with(lambda _: next(turns, answers[-1]), **values)


def streams(watchlist=ACME, **values):
    source = replay_source("http://127.0.0.1:1", **values)
    return HackerNewsCollector().streams(source, watchlist, NOW)


# --- the window ------------------------------------------------------------------------


def test_a_window_is_asked_for_by_its_seconds_from_its_first_and_without_its_last():
    since = NOW - timedelta(hours=1)
    landed, (request,) = landed_with(search([]), since=since, until=NOW + timedelta(hours=9))
    first, end = int(since.timestamp()), int(NOW.timestamp())
    assert request.query["numericFilters"] == f"created_at_i<{end},created_at_i>={first}"
    assert landed.spans == [(since.replace(microsecond=0), ASKED)]


def test_words_are_looked_for_as_they_are_written():
    _, (request,) = landed_with(search([]))
    assert request.query["query"] == '"Acme"'
    assert request.query["tags"] == "(story,comment,poll,job)"
    assert request.query["typoTolerance"] == "false"
    assert request.query["queryType"] == "prefixNone"


def test_a_window_without_a_second_asks_nothing():
    landed, requests = landed_with(search([]), since=NOW, until=NOW + timedelta(hours=1))
    assert requests == []
    assert landed.header.fault is None


def test_without_a_start_what_came_says_how_far_it_reaches():
    landed, (request,) = landed_with(search([comment(5), comment(90)]))
    assert ">=" not in request.query["numericFilters"]
    assert landed.spans == [(minutes_ago(90), ASKED)]


def test_an_empty_answer_covers_the_window():
    since = NOW - timedelta(hours=2)
    landed, _ = landed_with(search([]), since=since)
    assert landed.rows == []
    assert landed.header.fault is None
    assert landed.spans == [(since.replace(microsecond=0), ASKED)]


# --- paging ----------------------------------------------------------------------------


@pytest.mark.parametrize("most", [2, 3, 7, 100])
def test_behind_each_page_the_older_items_are_asked_for_until_there_are_none(most):
    # Two items share each second, so that a page may end within one.
    items = [comment(n, minutes_ago(1 + n // 2)) for n in range(40)]
    landed, _ = landed_with(search(items, most=most + 1), since=NOW - timedelta(hours=1))
    assert Counter(landed.ids) == Counter(item["objectID"] for item in items)
    assert landed.header.fault is None
    assert landed.spans == [((NOW - timedelta(hours=1)).replace(microsecond=0), ASKED)]


def test_more_than_one_question_may_answer_arrive_all():
    items = [comment(n, minutes_ago((n + 1) / 60)) for n in range(2_500)]
    landed, requests = landed_with(search(items), since=NOW - timedelta(hours=1))
    assert Counter(landed.ids) == Counter(str(n) for n in range(2_500))
    assert len(requests) == landed.header.requests == 3


def test_a_cap_leaves_the_rest_of_the_window_uncovered():
    items = [comment(n) for n in range(1, 50)]
    landed, _ = landed_with(search(items, most=10), max_pages=2, since=NOW - timedelta(hours=1))
    assert landed.header.fault.reason == "page_cap"
    assert landed.spans == [(minutes_ago(19) + timedelta(seconds=1), ASKED)]


def test_a_full_page_is_followed_by_another_even_without_a_count():
    items = [comment(n, minutes_ago((n + 1) / 60)) for n in range(1_200)]
    counted = search(items)

    def uncounted(request):
        return Answer(body=counted(request).body.replace(b'"nbHits"', b'"hitsBefore"'))

    landed, _ = landed_with(uncounted, since=NOW - timedelta(hours=1))
    assert len(landed.ids) == 1_200


def test_each_recorded_story_arrives_exactly_once():
    items = list(recorded_stories())
    landed, requests = landed_with(search(items))
    assert Counter(landed.ids) == Counter({item["objectID"] for item in items})
    assert landed.header.fault is None
    assert len(requests) == 1 + (len(items) - 1) // 999
    titles = {item["objectID"]: item["title"] for item in items}
    assert all(row["title"].split() == titles[row["native_id"]].split() for row in landed.rows)


# --- queries ---------------------------------------------------------------------------


def watchlist(**values):
    subject = {"id": "acme", "name": "Acme", "facet": "brand", "terms": ["Acme"]} | values
    return Watchlist.model_validate({"subject": [subject]})


def test_each_phrase_is_a_stream_of_its_own_since_the_search_knows_no_or():
    found = streams(
        watchlist(terms=["Acme", "Acme  Bier", "ACME"], hashtags=["AcmeFail"], domains=["acme.be"])
    )
    queries = [stream.params["query"] for stream in found]
    assert queries == ['"Acme"', '"Acme Bier"', '"AcmeFail"', '"acme.be"']
    assert len({stream.key for stream in found}) == 4
    assert all(stream.reach == "window" and stream.horizon is None for stream in found)


@pytest.mark.parametrize("term", ['"', "…", "!!"])
def test_a_term_in_which_nothing_can_be_found_is_not_asked(term):
    assert [s.params["query"] for s in streams(watchlist(terms=["Acme", term]))] == ['"Acme"']


def test_a_quotation_mark_within_a_term_ends_no_phrase():
    (found,) = streams(watchlist(terms=['the "Acme" bar']))
    assert found.params["query"] == '"the Acme bar"'


def test_a_query_of_its_own_replaces_the_derived_ones():
    (found,) = streams(query='"acme" -roadrunner')
    assert found.params["query"] == '"acme" -roadrunner'


def test_users_are_the_watchlists_unless_the_source_names_some():
    handles = watchlist(handles={"hackernews": ["acme_eng", "no user"]})
    assert [s.key for s in streams(handles) if s.key.startswith("user:")] == ["user:acme_eng"]
    named = [s for s in streams(handles, accounts=["@pg"]) if s.key.startswith("user:")]
    assert [s.params["tags"] for s in named] == ["(story,comment,poll,job),author_pg"]


def test_what_a_user_wrote_is_asked_for_without_words():
    landed, (request,) = landed_with(search([story(1)]), stream="user:", accounts=["someone"])
    assert "query" not in request.query
    assert request.query["tags"] == "(story,comment,poll,job),author_someone"
    assert landed.ids == ["1"]


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"urls": ["https://news.ycombinator.com/rss"]}, "urls"),
        ({"subreddits": ["belgium"]}, "subreddits"),
        ({"archive": True}, "archive"),
        ({"accounts": ["pg", "not a user"]}, "accounts.1"),
        ({"query": "x" * 513}, "query"),
    ],
)
def test_what_it_cannot_use_is_said(values, key):
    collector = HackerNewsCollector()
    source = replay_source("http://127.0.0.1:1", **values)
    assert [found for found, _ in collector.mistakes(source)] == [key]
    assert collector.mistakes(replay_source("http://127.0.0.1:1", accounts=["pg"])) == []


def test_the_recorded_answer_is_read_whole_before_its_repetition_is_noticed():
    recorded = recorded_page("algolia_search_javascript_5hits.json")
    assert recorded["nbHits"] > len(recorded["hits"])
    landed, requests = landed_with(lambda _: Answer.of(recorded))
    assert Counter(landed.ids) == Counter(hit["objectID"] for hit in recorded["hits"])
    assert landed.header.fault.reason == "bad_answer"
    assert len(requests) == 2


def test_a_page_that_is_the_last_ends_the_job():
    landed, requests = landed_after(page([comment(1)]))
    assert landed.header.fault is None
    assert len(requests) == 1
