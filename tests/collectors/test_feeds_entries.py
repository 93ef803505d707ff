"""One entry of a feed: which of its parts becomes which field of the mention."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import feeds
from collectors.errors import BadAnswer
from collectors.feed_document import read_document
from collectors.feed_entry import read_entry
from collectors.landing import to_table
from collectors.mention import Mention
from tests.collectors.feed_jobs import NOW, atom, fetch, rss
from tests.replay import Answer, ReplayServer

STREAM = "https://news.example/rss"
MODULES = (
    "xmlns:dc='http://purl.org/dc/elements/1.1/' "
    "xmlns:content='http://purl.org/rss/1.0/modules/content/' "
    "xmlns:slash='http://purl.org/rss/1.0/modules/slash/' "
    "xmlns:thr='http://purl.org/syndication/thread/1.0' "
    "xmlns:media='http://search.yahoo.com/mrss/'"
)


def read(document: bytes, place: str = STREAM) -> Mention:
    document = document.replace(b"<rss ", f"<rss {MODULES} ".encode())
    document = document.replace(b"<feed ", f"<feed {MODULES} ".encode())
    parsed = read_document(document, {})
    return read_entry(
        parsed.entries[-1], stream=STREAM, place=place, language=parsed.language, collected_at=NOW
    )


TEXTS = {
    "description": (rss("<description>One &lt;b&gt;two&lt;/b&gt;</description>"), "One two"),
    "description in CDATA": (rss("<description><![CDATA[<p>One</p><p>Two]]></description>"), "One\nTwo"),
    "content before summary": (
        rss("<description>Short</description><content:encoded>&lt;p&gt;Long&lt;/p&gt;</content:encoded>"),
        "Long",
    ),
    "content first, then summary": (
        rss("<content:encoded>Long</content:encoded><description>Short</description>"),
        "Long",
    ),
    "empty content": (rss("<description>Short</description><content:encoded/>"), "Short"),
    "content without words": (
        rss("<description>Short</description><content:encoded>&lt;img src='a'&gt;</content:encoded>"),
        "Short",
    ),
    "nothing": (rss("<title>Title</title>"), ""),
    "less-than in HTML": (rss("<description>a &amp;lt; b &lt; c</description>"), "a < b < c"),
    "Atom summary": (atom("<summary>a &lt; b &amp;amp; c</summary>"), "a < b &amp; c"),
    "Atom content of type text": (atom("<content>if a &lt;b&gt; c</content>"), "if a <b> c"),
    "Atom content of type html": (
        atom("<summary>Short</summary><content type='html'>&lt;p&gt;AT&amp;amp;T&lt;/p&gt;</content>"),
        "AT&T",
    ),
    "Atom content of type xhtml": (
        atom(
            "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>"
            "<p>One</p><p>a &lt; <b>b</b></p></div></content>"
        ),
        "One\na < b",
    ),
    "Atom content elsewhere": (
        atom("<summary>Short</summary><content type='video/mp4' src='https://a.example/v'/>"),
        "Short",
    ),
    "first readable content": (
        atom("<content type='image/png'>aGVsbG8=</content><content type='html'>Two</content>"),
        "Two",
    ),
    "video description": (rss("<media:description>A film</media:description>"), "A film"),
    "script": (rss("<description>&lt;script&gt;no()&lt;/script&gt;One</description>"), "One"),
}  # fmt: skip


@pytest.mark.parametrize(("document", "text"), TEXTS.values(), ids=TEXTS.keys())
def test_text_is_content_else_summary(document, text):
    assert read(document).text == text


TITLES = {
    "plain": (rss("<title>Acme recalls</title>"), "Acme recalls"),
    "with markup": (rss("<title>&lt;b&gt;Acme&lt;/b&gt;\n recalls</title>"), "Acme recalls"),
    "with entities": (rss("<title>AT&amp;amp;T</title>"), "AT&T"),
    "with less-than": (rss("<title>a &lt; b</title>"), "a < b"),
    "Atom text": (atom("<title>&lt;b&gt; is a tag</title>"), "<b> is a tag"),
    "Atom html": (atom("<title type='html'>&lt;b&gt;Acme&lt;/b&gt;</title>"), "Acme"),
    "empty": (rss("<title/>"), None),
    "absent": (rss("<guid>1</guid>"), None),
}


@pytest.mark.parametrize(("document", "title"), TITLES.values(), ids=TITLES.keys())
def test_title_is_one_line_of_plain_text(document, title):
    assert read(document).title == title


DAY = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
NEXT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
DATES = {
    "published": (rss("<pubDate>Fri, 20 Nov 2026 11:00:00 +0100</pubDate>"), DAY, "published", None),
    "published without zone": (rss("<pubDate>2026-11-20 10:00:00</pubDate>"), DAY, "published", None),
    "updated alone": (atom("<updated>2026-11-20T10:00:00Z</updated>"), DAY, "updated", None),
    "Dublin Core date": (rss("<dc:date>2026-11-20T12:00:00+02:00</dc:date>"), DAY, "updated", None),
    "edited later": (
        atom("<published>2026-11-20T10:00:00Z</published><updated>2026-11-21T10:00:00Z</updated>"),
        DAY, "published", NEXT,
    ),
    "updated at once": (
        atom("<published>2026-11-20T10:00:00Z</published><updated>2026-11-20T10:00:00Z</updated>"),
        DAY, "published", None,
    ),
    "updated before": (
        atom("<published>2026-11-21T10:00:00Z</published><updated>2026-11-20T10:00:00Z</updated>"),
        NEXT, "published", None,
    ),
    "published unreadable": (
        atom("<published>yesterday</published><updated>2026-11-20T10:00:00Z</updated>"),
        DAY, "updated", None,
    ),
    "none": (rss("<guid>1</guid>"), None, "unknown", None),
    "words": (rss("<pubDate>last Friday</pubDate>"), None, "unknown", None),
    "year 0": (rss("<pubDate>0000-00-00T00:00:00Z</pubDate>"), None, "unknown", None),
    "year 1": (rss("<pubDate>0001-01-01T00:00:00Z</pubDate>"), None, "unknown", None),
    "year 9999": (rss("<pubDate>9999-12-31T23:59:59Z</pubDate>"), None, "unknown", None),
    "long number": (rss(f"<pubDate>{'9' * 5_000}</pubDate>"), None, "unknown", None),
}  # fmt: skip


@pytest.mark.parametrize(
    ("document", "created_at", "time_source", "edited_at"), DATES.values(), ids=DATES.keys()
)
def test_created_is_published_else_updated_else_unknown(
    document, created_at, time_source, edited_at
):
    mention = read(document)
    assert (mention.created_at, mention.time_source) == (created_at, time_source)
    assert mention.edited_at == edited_at


@pytest.mark.parametrize(
    "date",
    [
        "Sat, 31 Dec 2016 23:59:60 GMT",
        "2026-13-40T99:99:99Z",
        "Fri, 20 Nov 2026 11:00:00 +9999999",
        "Fri, 20 Nov 99999 11:00:00 GMT",
        "1969-12-31T23:59:59Z",
        "-0001-01-01",
        "2026年11月20日",
    ],
)
def test_a_strange_date_is_a_moment_or_unknown(date):
    created_at = read(rss(f"<pubDate>{date}</pubDate>")).created_at
    assert created_at is None or created_at.tzinfo is UTC


AUTHORS = {
    "Dublin Core": (rss("<dc:creator>Jane Doe</dc:creator>"), "Jane Doe"),
    "mail and name": (rss("<author>jane@a.example (Jane Doe)</author>"), "Jane Doe"),
    "name and mail": (rss("<author>Jane Doe &lt;jane@a.brussels&gt;</author>"), "Jane Doe"),
    "name and mail in brackets": (rss("<author>Jane Doe (jane@a.gent)</author>"), "Jane Doe"),
    "Atom with mail": (
        atom("<author><name>Jane</name><email>j@a.example</email></author>"),
        "Jane",
    ),
    "handle": (atom("<author><name>/u/jane</name></author>"), "/u/jane"),
    "mail alone": (rss("<author>jane@a.example</author>"), "jane@a.example"),
    "Atom": (atom("<author><name> Jane &amp;amp; Co </name></author>"), "Jane & Co"),
    "empty": (rss("<dc:creator> </dc:creator>"), None),
    "absent": (rss("<guid>1</guid>"), None),
    "of the whole feed": (atom("<id>1</id>", head="<author><name>Desk</name></author>"), None),
    "of the channel": (rss("<guid>1</guid>", head="<managingEditor>a@b.c</managingEditor>"), None),
}


@pytest.mark.parametrize(("document", "author"), AUTHORS.values(), ids=AUTHORS.keys())
def test_author_is_the_entrys_own_or_unknown(document, author):
    mention = read(document)
    assert mention.author_name == author
    assert mention.author_handle is None
    assert mention.author_id is None


LINKS = {
    "whole": ("<link>https://a.example/1?x=1&amp;y=2</link>", "https://a.example/1?x=1&y=2"),
    "relative": ("<link>/1</link>", "https://news.example/1"),
    "space within": ("<link>https://a.example/a b</link>", "https://a.example/a%20b"),
    "guid that is an address": ("<guid>https://a.example/1</guid>", "https://a.example/1"),
    "guid that is none": ("<guid>tag:1</guid>", None),
    "guid said to be none": ("<guid isPermaLink='false'>https://a.example/1</guid>", None),
    "script": ("<link>javascript:alert(1)</link>", None),
    "data": ("<link>data:text/html,x</link>", None),
    "mail": ("<link>mailto:a@b.c</link>", None),
    "no host": ("<link>https:///1</link>", "https://1"),
    "broken": ("<link>https://[1</link>", None),
    "absent": ("<title>One</title>", None),
}


@pytest.mark.parametrize(("item", "url"), LINKS.values(), ids=LINKS.keys())
def test_url_leads_to_the_web_or_is_unknown(item, url):
    assert read(rss(item)).url == url


LANGUAGES = {
    "of the channel": (rss("<title>x</title>", head="<language>nl-BE</language>"), "nl-BE"),
    "underscore": (rss("<title>x</title>", head="<language>fr_FR</language>"), "fr-FR"),
    "of the entry": (
        atom("<title xml:lang='de'>x</title>", head="<x xml:lang='en'/>"),
        "de",
    ),
    "no language": (rss("<title>x</title>", head="<language>Nederlands!</language>"), None),
    "absent": (rss("<title>x</title>"), None),
}


@pytest.mark.parametrize(("document", "tag"), LANGUAGES.values(), ids=LANGUAGES.keys())
def test_language_is_what_the_feed_states(document, tag):
    assert read(document).language_tag == tag


METRICS = {
    "comments": ("<slash:comments>12</slash:comments>", {"comments": 12}),
    "none yet": ("<slash:comments>0</slash:comments>", {"comments": 0}),
    "no number": ("<slash:comments>many</slash:comments>", {}),
    "negative": ("<slash:comments>-1</slash:comments>", {}),
    "too many": ("<slash:comments>9999999999999999999</slash:comments>", {"comments": 2**63 - 1}),
    "views": ("<media:group><media:community><media:statistics views='7'/></media:community></media:group>", {"views": 7}),
    "absent": ("<guid>1</guid>", {}),
}  # fmt: skip


@pytest.mark.parametrize(("item", "metrics"), METRICS.values(), ids=METRICS.keys())
def test_counts_are_kept_where_they_are_numbers(item, metrics):
    mention = read(rss(item))
    assert mention.metrics == metrics
    to_table([mention])


def test_raw_is_the_entry_as_json():
    raw = json.loads(read(rss("<guid>1</guid><title>Acme &#x1F37A;</title>")).raw)
    assert raw["id"] == "1"
    assert raw["title"] == "Acme 🍺"


def test_an_entry_that_cannot_be_read_is_put_aside_and_the_rest_arrives(monkeypatch):
    def failing(entry, **how):
        if entry["id"] == "2":
            msg = "a bad day"
            raise ValueError(msg)
        return read_entry(entry, **how)

    monkeypatch.setattr(feeds, "read_entry", failing)
    body = rss("<guid>1</guid>", "<guid>2</guid><title>Two</title>", "<guid>3</guid>")
    with ReplayServer(lambda _: Answer(body=body)) as server:
        page = fetch(server.url)
    assert [m.native_id.split()[-1] for m in page.mentions] == ["1", "3"]
    (unreadable,) = page.unreadable
    assert json.loads(unreadable.raw)["title"] == "Two"
    assert "a bad day" in unreadable.error


_PIECES = st.sampled_from([
    "<rss version='2.0'><channel>", "<item>", "</item>", "</channel></rss>", "<entry>", "</entry>",
    "<feed xmlns='http://www.w3.org/2005/Atom'>", "</feed>", "<title>", "</title>", "<link>", "</link>",
    "<guid>", "</guid>", "<description>", "</description>", "<content type='xhtml'>", "</content>",
    "<content mode='base64' type='x'>", "<pubDate>", "</pubDate>", "<author>", "</author>", "<source>",
    "<![CDATA[", "]]>", "&lt;", "&#xD800;", "&#0;", "&#99999999;", "&x;", "<x:y>", "<!--", "-->", "<", ">",
    "\x00", "é", "2026-11-20", "javascript:", "//[", "<image>", "<media:content url='//['>", "<georss:point>1 x",
    "<itunes:image href='x'/>", "<psc:chapters>", "<category/>", "<enclosure/>", "<dc:creator>", "a@b.cc",
])  # fmt: skip


@given(st.lists(_PIECES, max_size=40).map("".join), st.booleans())
def test_no_document_breaks_the_reading(inner, has_frame):
    body = rss(inner) if has_frame else inner.encode("utf-8", "replace")
    try:
        document = read_document(body, {"content-type": "text/xml"})
    except BadAnswer:
        return
    mentions = [
        read_entry(entry, stream=STREAM, place=STREAM, language=None, collected_at=NOW)
        for entry in document.entries
    ]
    assert to_table(mentions).num_rows == len(document.entries)
