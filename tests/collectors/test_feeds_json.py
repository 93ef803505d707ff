"""JSON Feed: the document, its items, and the older pages that a feed may have."""

import json
from datetime import UTC, datetime

import pytest

from tests.collectors.feed_jobs import HOUR, NOW, fetch
from tests.replay import Answer, ReplayServer, Request

VERSION = "https://jsonfeed.org/version/1.1"
DAY = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def feed(*items, **keys) -> bytes:
    return json.dumps({"version": VERSION, "title": "News", "items": items, **keys}).encode()


def page_of(body: bytes, path: str = "/feeds/news.json", **headers):
    with ReplayServer(lambda _: Answer(body=body, headers=headers)) as server:
        page = fetch(server.url + path)
        return page, server.url


def only(item, **keys):
    page, url = page_of(feed(item, **keys))
    (mention,) = page.mentions
    return mention, url


def test_an_item_becomes_a_mention():
    item = {
        "id": "n/1",
        "url": "https://news.example/1",
        "external_url": "https://elsewhere.example/",
        "title": "Acme <recalls>",
        "content_html": "<p>One &amp; two</p><p>Three",
        "content_text": "plain",
        "summary": "short",
        "date_published": "2026-11-20T11:00:00+01:00",
        "date_modified": "2026-11-20T12:00:00Z",
        "authors": [{"name": "An Peeters"}, {"name": "Jo\nSmets", "url": "https://jo.example"}],
        "tags": ["testers"],
        "language": "nl_BE",
        "attachments": [{"url": "https://news.example/1.mp3", "mime_type": "audio/mpeg"}],
    }
    mention, url = only(item)
    assert mention.native_id == f"{url}/feeds/news.json n/1"
    assert mention.kind == "article"
    assert mention.title == "Acme <recalls>"
    assert mention.text == "One & two\nThree"
    assert mention.url == "https://news.example/1"
    assert mention.author_name == "An Peeters, Jo Smets"
    assert mention.language_tag == "nl-BE"
    assert (mention.created_at, mention.time_source) == (DAY, "published")
    assert mention.edited_at == DAY + 2 * HOUR
    assert json.loads(mention.raw) == item


IDS = {
    "id": ({"id": " a "}, " a "),
    "whole number": ({"id": 17}, "17"),
    "zero": ({"id": 0, "url": "https://a.example/"}, "0"),
    "fraction": ({"id": 3.1415}, "3.1415"),
    "url": ({"url": "/1", "title": "x"}, "/1"),
    "empty id": ({"id": " ", "url": "/1"}, "/1"),
    "true is no id": ({"id": True, "url": "/1"}, "/1"),
    "no id at all": ({"title": "x", "content_text": "y"}, None),
}


@pytest.mark.parametrize(("item", "own"), IDS.values(), ids=IDS)
def test_an_items_identity_is_id_then_url_then_content(item, own):
    mention, url = only(item)
    found = mention.native_id.removeprefix(f"{url}/feeds/news.json ")
    assert found == own if own else len(found) == 32


TEXTS = {
    "html": ({"content_html": "<b>a</b>", "content_text": "b"}, "a"),
    "html without words": ({"content_html": "<img src='a'>", "content_text": "b"}, "b"),
    "text stays as it is": ({"content_text": "if a <b> c\n\nd"}, "if a <b> c\n\nd"),
    "summary": ({"summary": "a < b"}, "a < b"),
    "none": ({"title": "a"}, ""),
    "of a wrong type": ({"content_html": 5, "content_text": ["x"], "summary": "s"}, "s"),
}


@pytest.mark.parametrize(("item", "text"), TEXTS.values(), ids=TEXTS)
def test_text_is_html_else_text_else_summary(item, text):
    assert only({"id": "1"} | item)[0].text == text


AUTHORS = {
    "one, as in version 1": ({"author": {"name": "An"}}, "An"),
    "several": ({"authors": [{"name": "An"}, {"name": "Jo"}]}, "An, Jo"),
    "the feed's": ({}, "Desk"),
    "none of the item's has a name": ({"authors": [{"url": "https://a.example"}]}, None),
    "of wrong types": ({"authors": ["An", {"name": 7}, {"name": "Jo"}]}, "Jo"),
    "no list": ({"authors": "An"}, None),
}


@pytest.mark.parametrize(("item", "name"), AUTHORS.values(), ids=AUTHORS)
def test_an_item_without_author_has_the_feeds(item, name):
    assert only({"id": "1"} | item, authors=[{"name": "Desk"}])[0].author_name == name


DATES = {
    "published": ({"date_published": "2026-11-20T10:00:00Z"}, (DAY, "published")),
    "modified alone": ({"date_modified": "2026-11-20T10:00:00Z"}, (DAY, "updated")),
    "without zone": ({"date_published": "2026-11-20T10:00:00"}, (DAY, "published")),
    "unreadable": ({"date_published": "yesterday"}, (None, "unknown")),
    "a number": ({"date_published": 1_700_000_000}, (None, "unknown")),
    "the year 1": ({"date_published": "0001-01-01T00:00:00Z"}, (None, "unknown")),
}


@pytest.mark.parametrize(("item", "expected"), DATES.values(), ids=DATES)
def test_an_items_date_is_published_else_modified_else_unknown(item, expected):
    mention, _ = only({"id": "1"} | item)
    assert (mention.created_at, mention.time_source) == expected


def test_links_start_where_the_feed_was_found_and_an_external_one_stands_in():
    assert only({"id": "1", "url": "../a b"})[0].url.endswith("/a%20b")
    assert only({"id": "1", "external_url": "https://b.example/"})[0].url == "https://b.example/"
    assert only({"id": "1", "url": "javascript:alert(1)"})[0].url is None


def test_one_item_that_is_no_object_is_put_aside_and_the_others_arrive():
    page, _ = page_of(feed({"id": "1"}, "two", None, 4, {"id": "5"}))
    assert len(page.mentions) == 2
    assert [item.raw for item in page.unreadable] == ['"two"', "null", "4"]


@pytest.mark.parametrize("kind", ["text/html", "application/xml", "text/plain; charset=latin1", ""])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\n \t"])
def test_the_media_type_that_is_stated_does_not_matter(kind, mark):
    body = (
        mark
        + json.dumps(
            {"version": VERSION, "items": [{"id": "1", "title": "Café 🍵"}]}, ensure_ascii=False
        ).encode()
    )
    page, _ = page_of(body, **{"Content-Type": kind})
    assert page.mentions[0].title == "Café 🍵"


@pytest.mark.parametrize(
    "version", ["https://jsonfeed.org/version/1", "http://jsonfeed.org/version/1/", "1.1", "1"]
)
def test_every_way_to_write_the_version_is_taken(version):
    assert page_of(feed({"id": "1"}, version=version))[0].mentions


def test_halves_of_characters_and_odd_numbers_can_be_stored():
    body = b'{"version": "1.1", "items": [{"id": "1", "title": "a\\ud800b", "x": NaN, "y": 1e999}]}'
    page, _ = page_of(body)
    (mention,) = page.mentions
    assert mention.title == "a\ufffdb"
    mention.raw.encode()


def test_an_unchanged_json_feed_costs_nothing():
    def handler(request: Request) -> Answer:
        if request.headers.get("if-none-match") == '"1"':
            return Answer(status=304)
        assert "application/feed+json" in request.headers["accept"]
        return Answer(body=feed({"id": "1"}), headers={"ETag": '"1"'})

    with ReplayServer(handler) as server:
        first = fetch(server.url)
        assert not fetch(server.url, validators=first.validators, now=NOW + HOUR).mentions


class Paged:
    """A feed of pages of two items; page 1 is the newest."""

    def __init__(self, newest: int, last: int = 20, *, next_url="/feed?page={}", broken=0) -> None:
        self.newest, self.last, self.next_url, self.broken = newest, last, next_url, broken

    def __call__(self, request: Request) -> Answer:
        number = int(request.query.get("page", "1"))
        if number == self.broken:
            return Answer(status=500)
        top = self.newest - 2 * (number - 1)
        items = [{"id": str(n)} for n in (top, top - 1) if n > 0]
        more = {"next_url": self.next_url.format(number + 1)} if number < self.last else {}
        return Answer(body=feed(*items, **more))


def ids(page):
    return [int(mention.native_id.rpartition(" ")[2]) for mention in page.mentions]


def two_fetches(before, after):
    playing = before

    def handler(request: Request) -> Answer:
        return playing(request)

    with ReplayServer(handler) as server:
        first = fetch(f"{server.url}/feed")
        playing = after
        second = fetch(f"{server.url}/feed", validators=first.validators, now=NOW + HOUR)
        return first, second


def test_a_first_fetch_and_one_that_overlaps_ask_for_no_older_page():
    first, second = two_fetches(Paged(4), Paged(5))
    assert (ids(first), first.requests) == ([4, 3], 1)
    assert (ids(second), second.requests) == ([5, 4], 1)


def test_older_pages_are_read_until_they_meet_what_is_known():
    _, second = two_fetches(Paged(4), Paged(9))
    assert ids(second) == [9, 8, 7, 6, 5, 4]
    assert second.requests == 3
    assert [i.reason for i in second.answered] == ["answered"]


def test_older_pages_are_read_within_bounds_and_the_rest_is_a_gap():
    _, second = two_fetches(Paged(4), Paged(100, last=99))
    assert second.requests == 6
    assert [i.reason for i in second.answered] == ["possible_gap"]


@pytest.mark.parametrize(
    "after",
    [
        Paged(9, next_url="/feed"),
        Paged(9, next_url="http://10.0.0.1/feed?page={}"),
        Paged(9, next_url="file:///etc/passwd"),
        Paged(9, next_url="http://[bad/{}"),
        Paged(9, broken=2),
    ],
    ids=["loop", "another host", "another scheme", "no address", "broken page"],
)
def test_an_older_page_that_leads_nowhere_leaves_the_newest(after):
    _, second = two_fetches(Paged(4), after)
    assert ids(second)[:2] == [9, 8]
    assert [i.reason for i in second.answered] == ["possible_gap"]


def test_atom_pages_are_followed_too():
    def atom(numbers, more=""):
        entries = "".join(f"<entry><id>{n}</id></entry>" for n in numbers)
        return f"<feed xmlns='http://www.w3.org/2005/Atom'>{more}{entries}</feed>".encode()

    answers = {"": atom([4, 3])}
    with ReplayServer(lambda r: Answer(body=answers[r.query.get("p", "")])) as server:
        first = fetch(f"{server.url}/")
        answers |= {"": atom([6, 5], "<link rel='next' href='/?p=2'/>"), "2": atom([4, 3])}
        second = fetch(f"{server.url}/", validators=first.validators, now=NOW + HOUR)
    assert ids(second) == [6, 5, 4, 3]
