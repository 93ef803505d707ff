import time
from datetime import timedelta

import praw
import prawcore
import pytest
import requests

from collectors.sample.server_reddit import CLIENT_ID, CLIENT_SECRET, PRIVATE_SUBREDDIT


@pytest.fixture
def session():
    with requests.Session() as session:
        yield session


def connect(server, session, secret=CLIENT_SECRET):
    return praw.Reddit(
        client_id=CLIENT_ID,
        client_secret=secret,
        user_agent="tests of the sample world",
        oauth_url=server.url,
        reddit_url=server.url,
        check_for_updates=False,
        requestor_kwargs={"session": session},
    )


@pytest.fixture
def reddit(server, session):
    return connect(server, session)


def things(world, until=None, **wanted):
    return [
        thing
        for thing in world.reddit
        if (until is None or thing.created_at <= until)
        and all(getattr(thing, name) == value for name, value in wanted.items())
    ]


def test_comments_of_a_subreddit_come_whole_and_newest_first(world, reddit):
    expected = things(world, subreddit="TerToog", is_post=False)
    comments = list(reddit.subreddit("TerToog").comments(limit=None))
    assert [c.fullname for c in comments] == [t.native_id for t in reversed(expected)]
    assert comments[0].body == expected[-1].versions[-1].text
    assert comments[0].created_utc == expected[-1].created_at.timestamp()
    assert comments[0].link_id == expected[-1].root
    assert comments[0].parent_id == expected[-1].parent


def test_several_subreddits_at_once(reddit):
    both = reddit.subreddit("TerToog+ParlonsMousse").comments(limit=200)
    assert {c.subreddit.display_name for c in both} == {"TerToog", "ParlonsMousse"}


def test_search_finds_posts_in_any_case_and_without_accents(world, reddit):
    expected = {
        t.native_id
        for t in things(world, is_post=True)
        if "pervier" in f"{t.versions[0].title} {t.versions[0].text}".lower()
    }
    found = {p.fullname for p in reddit.subreddit("all").search("EPERVIER", sort="new", limit=None)}
    assert found == expected
    assert len(found) > 8


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("author:epervier_bier", 2),
        ('"lot l318" AND NOT epervier', 0),
        ("hoogwael OR lindenaer", 2),
        ("title:megathread", 1),
        ("(hoogwael", 0),
    ],
)
def test_search_language(reddit, query, count):
    found = list(reddit.subreddit("all").search(query, sort="new", limit=None))
    assert len(found) == count


def test_restricted_search_stays_in_the_subreddit(reddit):
    found = list(reddit.subreddit("BelgianTaps").search("épervier", sort="new", limit=None))
    assert found
    assert {p.subreddit.display_name for p in found} == {"BelgianTaps"}


def test_nothing_that_lies_in_the_future_is_shown(world, server, reddit):
    server.now = world.recall_at
    expected = things(world, server.now, subreddit="TerToog", is_post=False)
    comments = list(reddit.subreddit("TerToog").comments(limit=None))
    assert {c.fullname for c in comments} == {t.native_id for t in expected}
    assert not list(reddit.subreddit("TerToog").search("teruggeroepen"))


def test_edit_shows_only_after_its_time(world, server, reddit):
    thing = next(t for t in reversed(world.reddit) if len(t.versions) > 1)
    server.now = thing.versions[1].at - timedelta(seconds=1)
    before = next(reddit.info(fullnames=[thing.native_id]))
    assert (before.body, before.edited) == (thing.versions[0].text, False)
    server.now = thing.versions[1].at
    after = next(reddit.info(fullnames=[thing.native_id]))
    assert (after.body, after.edited) == (thing.versions[1].text, server.now.timestamp())


def test_deleted_account_leaves_words_without_author(world, server, reddit):
    thing = next(t for t in world.reddit if t.account_gone_at and t.account_gone_at < world.anchor)
    comment = next(reddit.info(fullnames=[thing.native_id]))
    assert comment.author is None
    assert comment.body
    server.now = thing.account_gone_at - timedelta(seconds=1)
    assert next(reddit.info(fullnames=[thing.native_id])).author.name == thing.author.handle


def test_users_posts_and_comments(world, reddit):
    posts = list(reddit.redditor("epervier_bier").submissions.new(limit=None))
    assert {p.fullname for p in posts} == {
        t.native_id for t in world.reddit if t.author.handle == "epervier_bier"
    }
    writer = next(t for t in world.reddit if not t.is_post and not t.account_gone_at).author.handle
    comments = list(reddit.redditor(writer).comments.new(limit=None))
    assert comments
    assert {c.author.name for c in comments} == {writer}


def test_private_and_unknown_places_are_told_apart(reddit):
    with pytest.raises(prawcore.Forbidden):
        list(reddit.subreddit(PRIVATE_SUBREDDIT).comments())
    with pytest.raises(prawcore.NotFound):
        list(reddit.subreddit("BestaatNiet").comments())
    with pytest.raises(prawcore.NotFound):
        list(reddit.redditor("nobody_at_all").comments.new())


def test_wrong_secret_gets_no_token(server, session):
    with pytest.raises(prawcore.ResponseException, match="401"):
        list(connect(server, session, "wrong").subreddit("TerToog").comments())


def test_wrong_token_is_answered_as_reddit_does(server, session):
    answer = session.get(
        f"{server.url}/r/TerToog/comments", headers={"Authorization": "bearer x"}, timeout=10
    )
    assert answer.status_code == 401
    assert "invalid_token" in answer.headers["www-authenticate"]


def test_text_is_escaped_unless_raw_json_is_asked_for(world, server, session, reddit):
    thing = next(thing for thing in world.reddit if " > " in thing.versions[-1].text)
    raw = next(reddit.info(fullnames=[thing.native_id]))
    assert raw.body == thing.versions[-1].text
    escaped = session.get(
        f"{server.url}/api/info?id={thing.native_id}",
        headers={"Authorization": "bearer sample-access-token"},
        timeout=10,
    ).json()
    assert " &gt; " in escaped["data"]["children"][0]["data"]["body"]


def test_limit_headers_never_ask_a_client_to_wait(reddit):
    limiter = reddit._core._rate_limiter
    for _ in range(5):
        list(reddit.subreddit("TerToog").comments(limit=300))
        assert limiter.next_request_timestamp_ns <= time.monotonic_ns()
    assert limiter.used > 10
    assert limiter.used + limiter.remaining == 1000
