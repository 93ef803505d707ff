"""The sample world's counts: as many as its search then gives, in the stretches that X gives."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
import tweepy

from tests.collectors.sample.test_server_x import QUERY, client, search, search_all

__all__ = ["client"]


def counted(client, **options):
    return client.get_recent_tweets_count(QUERY, **options)


def test_the_counts_add_up_to_what_search_gives(client):
    answer = counted(client)
    assert answer.meta == {"total_tweet_count": len(search(client))}
    assert sum(one["tweet_count"] for one in answer.data) == answer.meta["total_tweet_count"] > 0


def test_stretches_follow_each_other_from_the_start_to_the_end_of_the_window(server, client):
    since = server.now - timedelta(days=2, minutes=20)
    until = server.now - timedelta(minutes=10)
    stretches = [
        (datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"]))
        for one in counted(client, start_time=since, end_time=until).data
    ]
    assert stretches[0][0] == since
    assert stretches[-1][1] == until
    assert all(a[1] == b[0] for a, b in pairwise(stretches))
    assert all(end.minute == 0 for _, end in stretches[:-1])


@pytest.mark.parametrize(("granularity", "most"), [("minute", 1441), ("hour", 25), ("day", 2)])
def test_stretches_are_as_long_as_was_asked(server, client, granularity, most):
    since, until = server.now - timedelta(days=1, minutes=1), server.now - timedelta(minutes=1)
    answer = counted(client, start_time=since, end_time=until, granularity=granularity)
    assert len(answer.data) in {most - 1, most}


def test_the_archive_is_counted_in_pages_of_31_days(world, server, client):
    since = world.anchor - timedelta(days=70)
    options = {"start_time": since, "end_time": server.now - timedelta(minutes=1)}
    pages = list(tweepy.Paginator(client.get_all_tweets_count, QUERY, **options))
    assert len(pages) == 3
    total = sum(page.meta["total_tweet_count"] for page in pages)
    assert total == len(search_all(client, QUERY, world)) > 0
    assert pages[1].data[-1]["end"] == pages[0].data[0]["start"]


@pytest.mark.parametrize(
    "options",
    [{"granularity": "week"}, {"next_token": "c1"}, {"next_token": "s1"}, {"query": "("}],
    ids=str,
)
def test_what_x_does_not_count_is_refused(client, options):
    query = options.pop("query", QUERY)
    with pytest.raises(tweepy.BadRequest):
        client.get_all_tweets_count(query, **options)


def test_a_count_reads_no_post_and_has_a_limit_of_its_own(server, client):
    counted(client)
    assert server.x._used.keys() == {("counts/recent", int(server.now.timestamp()) // 900)}
