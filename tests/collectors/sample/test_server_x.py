import html
from datetime import timedelta

import pytest
import tweepy
from requests.adapters import HTTPAdapter

from collectors.sample.server_x import BEARER_TOKEN
from collectors.sample.truth import truth
from collectors.sample.world import ROUND_STEP

QUERY = "(Épervier OR #EpervierFail OR @epervier_bier OR Hoogwael) -is:retweet"
FIELDS = ["created_at", "author_id", "lang", "edit_history_tweet_ids", "referenced_tweets"]


class ToServer(HTTPAdapter):
    def __init__(self, base):
        super().__init__()
        self._base = base

    def send(self, request, **options):
        request.url = request.url.replace("https://api.twitter.com", self._base)
        return super().send(request, **{**options, "timeout": 10})


@pytest.fixture
def client(server):
    x = tweepy.Client(BEARER_TOKEN)
    x.session.mount("https://api.twitter.com", ToServer(server.url))
    with x.session:
        yield x


def found(pages):
    return [tweet for page in pages for tweet in page.data or ()]


def search(client, query=QUERY, **options):
    options = {"max_results": 100, "tweet_fields": FIELDS, **options}
    return found(tweepy.Paginator(client.search_recent_tweets, query, **options))


def search_all(client, query, world):
    options = {"max_results": 500, "start_time": world.start, "tweet_fields": FIELDS}
    return found(tweepy.Paginator(client.search_all_tweets, query, **options))


def first_ids(tweets):
    return [str(tweet.edit_history_tweet_ids[0]) for tweet in tweets]


def test_paging_to_the_end_gives_exactly_what_the_world_holds(world, client):
    since, until = world.anchor - timedelta(days=6), world.anchor - timedelta(days=1)
    tweets = search(client, start_time=since, end_time=until)
    about = {"epervier", "hoogwael"}
    expected = {
        row.native_id
        for row in truth(world)
        if row.platform == "x"
        and since <= row.created_at < until
        and row.topic != "repost"
        and (about & set(row.subjects) or row.topic == "homonym")
    }
    ids = first_ids(tweets)
    assert len(ids) == len(set(ids)) > 300
    # The search finds whole words: not the plural.
    plural = {p.native_id for p in world.x if "perviers" in p.versions[-1].text.lower()}
    assert expected - plural <= set(ids) <= expected
    assert [t.id for t in tweets] == sorted((t.id for t in tweets), reverse=True)


def test_nothing_that_lies_in_the_future_is_shown(world, server, client):
    server.now = world.anchor - timedelta(days=3)
    tweets = search(client)
    assert tweets
    assert max(t.created_at for t in tweets) < server.now
    before = {t.id for t in tweets}
    server.now += timedelta(hours=6)
    assert {t.id for t in search(client)} - before


def test_since_id_gives_only_newer_posts(client):
    tweets = search(client)
    newer = search(client, since_id=tweets[40].id)
    assert [t.id for t in newer] == [t.id for t in tweets[:40]]


def test_edit_shows_only_after_its_time_and_keeps_its_history(world, server, client):
    post = next(
        p for p in reversed(world.x) if len(p.versions) > 1 and "epervier" in p.label.subjects
    )
    first, last = post.versions
    server.now = last.at - timedelta(seconds=1)
    window = {"start_time": post.created_at - timedelta(hours=1)}
    handle = f"from:{post.author.handle}"
    before = found([client.search_all_tweets(handle, tweet_fields=FIELDS, **window)])
    server.now = last.at + timedelta(hours=1)
    after = found([client.search_all_tweets(handle, tweet_fields=FIELDS, **window)])
    assert first.id not in {str(t.id) for t in after}
    edited = next(t for t in after if str(t.id) == last.id)
    assert [str(i) for i in edited.edit_history_tweet_ids] == [first.id, last.id]
    assert last.id not in {str(t.id) for t in before}


def test_search_gives_no_reposts_but_the_mentions_timeline_does(world, client):
    brand = client.get_user(username="epervier_bier").data
    mentions = found(
        tweepy.Paginator(client.get_users_mentions, brand.id, max_results=100, tweet_fields=FIELDS)
    )
    reposts = {p.native_id for p in world.x if p.kind == "repost"}
    assert reposts & set(first_ids(mentions))
    assert not reposts & set(first_ids(search(client, "épervier OR @epervier_bier")))
    assert all("@epervier_bier" in t.text.lower() for t in mentions)


def test_authors_are_included_with_the_fields_that_are_asked_for(client):
    answer = client.search_recent_tweets(
        "@epervier_bier",
        expansions=["author_id"],
        tweet_fields=["author_id"],
        user_fields=["public_metrics"],
    )
    users = {user.id: user for user in answer.includes["users"]}
    assert {tweet.author_id for tweet in answer.data} == set(users)
    assert all(user.public_metrics["followers_count"] >= 0 for user in users.values())
    assert answer.data[0].created_at is None


def test_texts_are_escaped_as_x_escapes_them(world, client):
    post = next(post for post in world.x if " > " in post.versions[-1].text)
    tweets = search_all(client, f"from:{post.author.handle}", world)
    text = next(tweet.text for tweet in tweets if str(tweet.id) == post.versions[-1].id)
    assert html.unescape(text) == post.versions[-1].text
    assert " &gt; " in text


def test_empty_result_has_no_data(client):
    answer = client.search_recent_tweets('"zoiets schrijft niemand ooit"')
    assert answer.data is None
    assert answer.meta == {"result_count": 0}


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("mandelo lang:fr", lambda p: p.label.language == "fr"),
        ("from:hoogwael", lambda p: p.author.handle == "hoogwael"),
        ("from:hoogwael -lang:nl", lambda p: p.label.language != "nl"),
        ("#EpervierFail", lambda p: "#epervierfail" in p.versions[-1].text.lower()),
        ('"glas in je"', lambda p: "glas in je" in p.versions[-1].text.lower()),
        ("@epervier_bier is:reply", lambda p: p.kind == "reply"),
        ("(tapperijk OR mandelo) -(lang:fr OR lang:en)", lambda p: p.label.language in "nlde"),
        ('url:"epervier.example"', lambda p: "epervier.example" in p.versions[-1].text.lower()),
        ("EPERVIER chloe", lambda p: "chlo" in p.versions[-1].text.lower()),
    ],
)
def test_query_language(world, client, query, holds):
    by_id = {version.id: post for post in world.x for version in post.versions}
    tweets = search_all(client, query, world)
    assert tweets
    assert all(holds(by_id[str(tweet.id)]) for tweet in tweets)


@pytest.mark.parametrize(
    "query", ["(bier", "bier)", "OR bier", "bier OR", "-", "near:brussels bier", 'say "bier', "()"]
)
def test_query_that_cannot_be_read_is_refused(client, query):
    with pytest.raises(tweepy.BadRequest):
        client.search_recent_tweets(query)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"max_results": 9}, "max_results"),
        ({"max_results": 101}, "max_results"),
        ({"start_time": "2026-11-15T23:59:00Z"}, "start_time"),
        ({"end_time": "2026-11-22T23:59:55Z"}, "end_time"),
        ({"end_time": "yesterday"}, "end_time"),
        ({"next_token": "zzz"}, "next_token"),
        ({"since_id": "12a"}, "since_id"),
    ],
)
def test_what_the_platform_rejects_is_rejected(client, options, words):
    with pytest.raises(tweepy.BadRequest, match=words):
        client.search_recent_tweets("bier", **options)


def test_query_of_512_characters_is_the_longest(client):
    client.search_recent_tweets("b" * 512)
    with pytest.raises(tweepy.BadRequest, match="512"):
        client.search_recent_tweets("b" * 513)


def test_unknown_parameter_is_rejected(server, client):
    answer = client.session.get(
        f"{server.url}/2/tweets/search/recent?query=bier&colour=blond",
        headers={"Authorization": f"Bearer {BEARER_TOKEN}"},
        timeout=10,
    )
    assert answer.status_code == 400
    assert "colour" in answer.json()["errors"][0]["message"]


def test_wrong_token_is_unauthorized(server):
    x = tweepy.Client("another-token")
    x.session.mount("https://api.twitter.com", ToServer(server.url))
    with x.session, pytest.raises(tweepy.Unauthorized):
        x.search_recent_tweets("bier")


def test_unknown_user_is_named_in_the_errors(client):
    answer = client.get_users(usernames=["hoogwael", "nobody_at_all"])
    assert [user.username for user in answer.data] == ["hoogwael"]
    assert answer.errors[0]["value"] == "nobody_at_all"


def test_rate_limit_counts_down_within_the_simulated_window(world, server):
    x = tweepy.Client(BEARER_TOKEN, return_type=tweepy.client.requests.Response)
    x.session.mount("https://api.twitter.com", ToServer(server.url))
    with x.session:
        left = [
            int(x.get_users(usernames=["hoogwael"]).headers["x-rate-limit-remaining"])
            for _ in range(2)
        ]
        assert left == [299, 298]
        server.x._used.update({("users", int(server.now.timestamp()) // 900): 298})
        with pytest.raises(tweepy.TooManyRequests) as refused:
            x.get_users(usernames=["hoogwael"])
        reset = int(refused.value.response.headers["x-rate-limit-reset"])
        assert 0 < reset - server.now.timestamp() <= 900
        server.now = world.anchor - ROUND_STEP
        assert x.get_users(usernames=["hoogwael"]).status_code == 200
