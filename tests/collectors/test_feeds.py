"""The feed collector: configuration, identity, politeness, redirects, gateways."""

import base64
import logging

import pytest
from pydantic import ValidationError

from collectors.collect import collect_job
from collectors.contract import Collector, Credential, Stream
from collectors.feeds import FeedCollector
from collectors.landing import read_header
from collectors.registry import collector_for
from collectors.sources import Source
from collectors.watchlist import Subject, Watchlist
from tests.collectors.feed_jobs import HOUR, NOW, atom, dated, feed_job, feed_source, fetch, rss
from tests.replay import Answer, ReplayServer, Request

WATCHLIST = Watchlist(
    subject=(
        Subject(id="acme", name="Acme", facet="brand", terms=("Acme",), domains=("acme.example",)),
    )
)
NEWS = rss(dated(2, NOW - HOUR), dated(1, NOW - 2 * HOUR))


def serving(body: bytes, **headers: str):
    return lambda _: Answer(body=body, headers={k.replace("_", "-"): v for k, v in headers.items()})


def test_registry_knows_feeds_and_no_credential_is_needed():
    collector: Collector = collector_for("feed")
    assert isinstance(collector, FeedCollector)
    assert not collector.needs_credential


def test_each_configured_address_is_a_stream_once():
    first, second = "https://a.example/rss", "https://b.example/?feed=atom"
    source = Source(name="news", platform="feed", urls=(first, second, first))
    assert FeedCollector().streams(source, WATCHLIST, NOW) == [
        Stream(key=first, reach="feed", params={"url": first}),
        Stream(key=second, reach="feed", params={"url": second}),
    ]


MISTAKES = {
    "no address": ({"urls": ()}, ["urls"]),
    "no scheme": ({"urls": ("news.example/rss",)}, ["urls[0]"]),
    "another scheme": ({"urls": ("https://a.example/rss", "ftp://a.example/")}, ["urls[1]"]),
    "a file": ({"urls": ("file:///etc/passwd",)}, ["urls[0]"]),
    "an address without host": ({"urls": ("https:///rss",)}, ["urls[0]"]),
    "a bad port": ({"urls": ("https://a.example:port/rss",)}, ["urls[0]"]),
    "a bad address": ({"urls": ("https://[a/rss",)}, ["urls[0]"]),
    "space within": ({"urls": ("https://a.example/my feed",)}, ["urls[0]"]),
    "a login within": ({"urls": ("https://me:secret@a.example/rss",)}, ["urls[0]"]),
    "twice": ({"urls": ("https://a.example/", "https://a.example/")}, ["urls[1]"]),
    "bad gateway": ({"urls": ("https://a.example/",), "base_url": "a.example"}, ["base_url"]),
    "keys of others": (
        {
            "urls": ("https://a.example/",),
            "query": "acme",
            "archive": True,
            "subreddits": ("belgium",),
            "accounts": ("acme",),
        },
        ["query", "archive", "subreddits", "accounts"],
    ),
    "no host": (
        {"urls": ("https://a.example/",), "allow_hosts": ("a.example", "b.example/x", "c d")},
        ["allow_hosts[1]", "allow_hosts[2]"],
    ),
    "named hosts": (
        {"urls": ("https://a.example/",), "allow_hosts": ("10.0.0.1:80", "[::1]", "a.example")},
        [],
    ),
    "full text": ({"urls": ("https://a.example/",), "full_text": True}, []),
    "none": ({"urls": ("https://a.example/rss?x=1", "http://127.0.0.1:8901/b")}, []),
}


@pytest.mark.parametrize(("settings", "keys"), MISTAKES.values(), ids=MISTAKES.keys())
def test_mistakes_in_a_source_are_named_by_their_key(settings, keys):
    found = FeedCollector().mistakes(Source(name="news", platform="feed", **settings))
    assert [key for key, _ in found] == keys
    assert all("secret" not in advice for _, advice in found)


def test_full_text_without_its_library_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("collectors.feeds.can_read", lambda: False)
    source = Source(name="news", platform="feed", urls=("https://a.example/",), full_text=True)
    ((key, advice),) = FeedCollector().mistakes(source)
    assert key == "full_text"
    assert "luisterpost[articles]" in advice


def test_without_its_library_a_feed_keeps_its_teasers(monkeypatch):
    monkeypatch.setattr("collectors.article_texts.can_read", lambda: False)
    with ReplayServer(serving(rss("<guid>1</guid><link>/a</link>"))) as server:
        page = fetch(server.url, full_text=True, allow_hosts=("127.0.0.1",))
        assert len(server.requests) == 1
    assert len(page.mentions) == 1
    assert not page.unreadable


@pytest.mark.parametrize("contact", ["a b", "a\r\nX: 1", "é@a.example", "(x)", ""])
def test_a_contact_that_fits_into_no_header_is_a_mistake(contact):
    with pytest.raises(ValidationError):
        Source(name="news", platform="feed", urls=("https://a.example/",), contact=contact)


def test_native_id_is_stream_then_guid_then_link_then_content():
    body = rss(
        "<guid>g1</guid><link>https://a.example/1</link><title>One</title>",
        "<link>https://a.example/2</link><title>Two</title>",
        "<title>Three</title><description>Words</description>",
        "<title>Three</title><description>Other words</description>",
    )
    with ReplayServer(serving(body)) as server:
        url = f"{server.url}/rss"
        ids = [mention.native_id for mention in fetch(url).mentions]
        again = [mention.native_id for mention in fetch(url).mentions]
    assert ids[:2] == [f"{url} g1", f"{url} https://a.example/2"]
    assert all(len(native_id.removeprefix(f"{url} ")) == 32 for native_id in ids[2:])
    assert len(set(ids)) == 4
    assert again == ids


def test_same_guid_in_two_feeds_is_two_mentions():
    with ReplayServer(serving(rss("<guid>1</guid>"))) as server:
        one, other = fetch(f"{server.url}/a"), fetch(f"{server.url}/b")
    assert one.mentions[0].mention_id != other.mentions[0].mention_id


def test_a_repeated_id_keeps_the_order_of_the_document():
    body = rss("<guid>1</guid><title>First</title>", "<guid>1</guid><title>Last</title>")
    with ReplayServer(serving(body)) as server:
        page = fetch(server.url)
    assert [mention.title for mention in page.mentions] == ["First", "Last"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_changes_neither_stream_nor_identity(status):
    body = rss("<guid>rel/1</guid><link>/news/1</link>", "<link>news/2</link>")

    def handler(request: Request) -> Answer:
        if request.path == "/old":
            return Answer(status=status, headers={"Location": "/new/rss.xml?a=1"})
        return Answer(body=body)

    with ReplayServer(handler) as server:
        page = fetch(f"{server.url}/old")
    assert [m.native_id for m in page.mentions] == [
        f"{server.url}/old rel/1",
        f"{server.url}/old news/2",
    ]
    assert [m.url for m in page.mentions] == [
        f"{server.url}/news/1",
        f"{server.url}/new/news/2",
    ]
    assert page.requests == 2


def test_unchanged_feed_is_asked_for_politely_and_costs_nothing():
    def handler(request: Request) -> Answer:
        if request.headers.get("if-none-match") == '"v1"':
            assert request.headers["if-modified-since"] == "Mon, 23 Nov 2026 07:00:00 GMT"
            return Answer(status=304)
        headers = {"ETag": '"v1"', "Last-Modified": "Mon, 23 Nov 2026 07:00:00 GMT"}
        return Answer(body=NEWS, headers=headers)

    with ReplayServer(handler) as server:
        first = fetch(server.url)
        second = fetch(server.url, validators=first.validators, now=NOW + HOUR)
        third = fetch(server.url, validators=second.validators, now=NOW + 2 * HOUR)
        assert server.requests[0].headers["user-agent"].startswith("luisterpost/")
    assert len(first.mentions) == 2
    assert not second.mentions
    assert not third.mentions
    assert second.validators == first.validators | {"fetched_at": (NOW + HOUR).isoformat()}


@pytest.mark.parametrize(
    "validators",
    [
        {},
        {"since_id": "17"},
        {"etag": '"v1"'},
        {"fetched_at": "yesterday", "etag": '"v1"'},
        {"fetched_at": 17, "seen": "no list"},
        {"fetched_at": "0001-01-01T00:00:00+23:00", "etag": '"v1"'},
        {"fetched_at": "2030-01-01T00:00:00+00:00", "etag": '"v1"', "seen": ["x"]},
        {"fetched_at": "2026-11-23T07:00:00+00:00", "etag": "a\r\nX-Evil: 1", "seen": [None, {}]},
        {"fetched_at": "2026-11-23T07:00:00+00:00", "etag": "é", "last_modified": 3},
    ],
)
def test_validators_of_others_are_not_sent(validators):
    with ReplayServer(serving(NEWS)) as server:
        assert len(fetch(server.url, validators=validators).mentions) == 2
        asked = server.requests[0].headers
    assert not {"if-none-match", "if-modified-since", "x-evil"} & set(asked)


def test_behind_a_gateway_the_feeds_own_address_is_the_stream():
    url = "https://news.example/feeds/rss.xml?lang=nl&page=1"

    def handler(request: Request) -> Answer:
        if request.path == "/gate/feeds/rss.xml":
            assert request.query == {"lang": "nl", "page": "1"}
            return Answer(status=301, headers={"Location": "/gate/moved"})
        if request.path == "/gate/moved":
            return Answer(status=301, headers={"Location": "https://other.example/new/rss"})
        assert request.path == "/gate/new/rss"
        return Answer(body=rss("<link>a/1</link>"))

    with ReplayServer(handler) as server:
        page = fetch(url, base_url=f"{server.url}/gate/")
    (mention,) = page.mentions
    assert mention.native_id == f"{url} a/1"
    assert mention.url == "https://other.example/new/a/1"
    assert page.requests == 3


def test_credential_goes_to_the_feeds_own_site_only():
    credential = Credential(login="me", password="secret")  # noqa: S106 - made up
    with ReplayServer(serving(NEWS)) as other:
        with ReplayServer(
            lambda _: Answer(status=302, headers={"Location": f"{other.url}/rss"})
        ) as server:
            fetch(server.url, credential=credential)
            basic = "Basic " + base64.b64encode(b"me:secret").decode()
            assert server.requests[0].headers["authorization"] == basic
        assert "authorization" not in other.requests[0].headers


def test_no_log_line_holds_the_query_of_an_address(caplog):
    caplog.set_level(logging.INFO)
    with ReplayServer(serving(NEWS)) as server:
        fetch(f"{server.url}/rss?token=secret")
    assert "secret" not in caplog.text


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_a_valid_feed_without_entries_is_an_answer(kind):
    with ReplayServer(serving(rss() if kind == "rss" else atom())) as server:
        page = fetch(server.url, validators={"fetched_at": (NOW - HOUR).isoformat(), "seen": ["a"]})
    assert not page.mentions
    assert [(i.since, i.until, i.reason) for i in page.answered] == [(NOW - HOUR, NOW, "answered")]


def test_a_feed_becomes_a_landing_file_with_its_own_posts_marked(tmp_path):
    body = rss(
        "<guid>1</guid><title>Acme recalls</title><link>https://www.acme.example/1</link>",
        "<guid>2</guid><title>Acme tested</title><link>https://news.example/2</link>",
        "<guid>2</guid><title>Acme tested again</title><link>https://news.example/2</link>",
    )
    with ReplayServer(serving(body, ETag='"v1"')) as server:
        path = collect_job(
            feed_job(server.url),
            collector=FeedCollector(),
            source=feed_source(server.url),
            credential=None,
            watchlist=WATCHLIST,
            folder=tmp_path,
            clock=lambda: NOW,
        )
    import pyarrow.parquet as pq

    rows = pq.read_table(path).select(["title", "is_own", "kind", "platform"]).to_pylist()
    assert rows == [
        {"title": "Acme recalls", "is_own": True, "kind": "article", "platform": "feed"},
        {"title": "Acme tested again", "is_own": False, "kind": "article", "platform": "feed"},
    ]
    header = read_header(path)
    assert header.fault is None
    assert header.items_seen == 3
    assert header.validators["etag"] == '"v1"'
