"""Feeds of known houses: the fields that are theirs, by hand and as recorded."""

import json
import re

import pytest

from collectors.collect import last_of_each
from collectors.contract import Page
from tests.collectors.feed_jobs import HOUR, NOW, fetch, rss
from tests.recordings_feeds import expected_entries, feed_files, feed_path, feeds_handler
from tests.replay import Answer, ReplayServer
from tests.shared_data import shared_data

GOOGLE_NEWS = rss(
    "<title>Acme recalls testers - De Standaard</title>"
    "<link>https://news.google.com/rss/articles/CBMi?oc=5</link>"
    "<guid isPermaLink='false'>CBMi</guid><pubDate>Sun, 22 Nov 2026 10:00:00 GMT</pubDate>"
    "<description>&lt;a href='https://news.google.com/rss/articles/CBMi'&gt;Acme recalls testers"
    "&lt;/a&gt;&amp;nbsp;&amp;nbsp;&lt;font color='#6f6f6f'&gt;De Standaard&lt;/font&gt;</description>"
    "<source url='https://www.standaard.be'>De Standaard</source>"
)
YOUTUBE = b"""<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015"
 xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom">
<title>Acme TV</title><entry><id>yt:video:abc_-123</id><yt:videoId>abc_-123</yt:videoId>
<yt:channelId>UCabc</yt:channelId><title>A tester, a &amp; b</title>
<link rel="alternate" href="https://www.youtube.com/watch?v=abc_-123"/>
<author><name>Acme TV</name><uri>https://www.youtube.com/channel/UCabc</uri></author>
<published>2026-11-20T10:00:00+00:00</published><updated>2026-11-21T10:00:00+00:00</updated>
<media:group><media:title>A tester, a &amp; b</media:title>
<media:content url="https://www.youtube.com/v/abc_-123" type="application/x-shockwave-flash"/>
<media:description>First line
if a &lt;b&gt; c

https://acme.example/</media:description>
<media:community><media:starRating count="17" average="5.00" min="1" max="5"/>
<media:statistics views="2048"/></media:community></media:group></entry></feed>"""
REDDIT = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>belgium</title><entry>
<author><name>/u/someone_made_up</name><uri>https://www.reddit.com/user/someone_made_up</uri></author>
<category term="belgium" label="r/belgium"/>
<content type="html">&lt;!-- SC_OFF --&gt;&lt;div class=&quot;md&quot;&gt;&lt;p&gt;Does Acme answer?&lt;/p&gt;
&lt;/div&gt;&lt;!-- SC_ON --&gt; &amp;#32; submitted by &amp;#32; &lt;a href=&quot;https://www.reddit.com/user/someone_made_up&quot;&gt; /u/someone_made_up &lt;/a&gt;</content>
<id>t3_1abc2d</id><link href="https://www.reddit.com/r/belgium/comments/1abc2d/acme/"/>
<updated>2026-11-20T10:00:00+00:00</updated><published>2026-11-20T10:00:00+00:00</published>
<title>Acme?</title></entry></feed>"""
MASTODON = rss(
    "<guid isPermaLink='true'>https://social.example/@acme/1</guid>"
    "<link>https://social.example/@acme/1</link><pubDate>Fri, 20 Nov 2026 10:00:00 +0000</pubDate>"
    "<description>&lt;p&gt;Hello &lt;a href='https://social.example/tags/acme'&gt;#&lt;span&gt;acme"
    "&lt;/span&gt;&lt;/a&gt;&lt;br /&gt;second line&lt;/p&gt;</description><category>acme</category>"
)


def only(body: bytes):
    with ReplayServer(lambda _: Answer(body=body)) as server:
        page = fetch(server.url)
    (mention,) = page.mentions
    return mention, mention.native_id.partition(" ")[2]


def test_google_news_names_the_publisher_and_its_title_ends_without_it():
    mention, own = only(GOOGLE_NEWS)
    assert own == "CBMi"
    assert mention.title == "Acme recalls testers"
    assert mention.author_name == "De Standaard"
    assert mention.text == "Acme recalls testers De Standaard"
    assert "standaard.be" in mention.raw


SUFFIXES = {
    "another ending": ("Acme - a brand", "De Standaard", "Acme - a brand"),
    "nothing else": (" - De Standaard", "De Standaard", "- De Standaard"),
    "dashes within": ("Acme - now - Oil | Gas", "Oil | Gas", "Acme - now"),
}


@pytest.mark.parametrize(("title", "publisher", "expected"), SUFFIXES.values(), ids=SUFFIXES)
def test_only_the_publishers_own_name_is_taken_from_a_title(title, publisher, expected):
    mention, _ = only(rss(f"<title>{title}</title><source url='https://a'>{publisher}</source>"))
    assert mention.title == expected
    assert mention.author_name == publisher


def test_an_author_outranks_the_source():
    mention, _ = only(rss("<author>An Peeters</author><source url='https://a'>Paper</source>"))
    assert mention.author_name == "An Peeters"


def test_a_youtube_channels_video_keeps_the_lines_and_counts():
    mention, own = only(YOUTUBE)
    assert own == "yt:video:abc_-123"
    assert mention.title == "A tester, a & b"
    assert mention.text == "First line\nif a <b> c\n\nhttps://acme.example/"
    assert mention.author_name == "Acme TV"
    assert mention.url == "https://www.youtube.com/watch?v=abc_-123"
    assert dict(mention.metrics) == {"views": 2048, "likes": 17}
    assert (mention.created_at, mention.edited_at) == (NOW - 70 * HOUR, NOW - 46 * HOUR)


def test_ratings_that_mix_in_dislikes_are_no_likes():
    mention, _ = only(YOUTUBE.replace(b'"5.00"', b'"4.95"'))
    assert dict(mention.metrics) == {"views": 2048}


def test_a_reddit_feeds_post_has_its_author_and_identity():
    mention, own = only(REDDIT)
    assert own == "t3_1abc2d"
    assert mention.author_name == "/u/someone_made_up"
    assert mention.text.startswith("Does Acme answer?")
    assert mention.url == "https://www.reddit.com/r/belgium/comments/1abc2d/acme/"


def test_a_mastodon_feeds_post_has_text_without_title():
    mention, own = only(MASTODON)
    assert own == mention.url == "https://social.example/@acme/1"
    assert mention.title is None
    assert mention.text == "Hello #acme\nsecond line"


@pytest.fixture(scope="module")
def recorded() -> dict[str, Page]:
    files = [
        file
        for file in feed_files()
        if re.match(r"(google_news|youtube|reddit)_", file.name) and file.parent.name != "malformed"
    ]
    with ReplayServer(feeds_handler(files)) as server:
        return {file.name: fetch(server.url + feed_path(file)) for file in files}


def test_recorded_google_news_names_publishers_and_ends_titles_without_them(recorded):
    found = [m for name, p in recorded.items() if name.startswith("google") for m in p.mentions]
    assert len(found) > 100
    for mention in found:
        given = " ".join(json.loads(mention.raw)["title"].split())
        assert given == f"{mention.title} - {mention.author_name}"


def test_recorded_youtube_feeds_are_read_well(recorded):
    found = [m for name, p in recorded.items() if name.startswith("youtube") for m in p.mentions]
    videos = [m for m in found if " yt:video:" in m.native_id]
    assert len(videos) > 40
    assert all(m.author_name and m.title and m.url for m in videos)
    assert sum("views" in m.metrics for m in videos) > len(videos) // 2
    assert any("\n" in m.text for m in videos)


def test_recorded_reddit_atom_names_its_authors(recorded):
    named = [
        m.author_name
        for name, p in recorded.items()
        if name.startswith("reddit")
        for m in p.mentions
        if m.author_name
    ]
    assert named
    assert all(name.startswith("/u/") for name in named)


def test_an_updated_feed_gives_exactly_its_new_and_changed_entries():
    before, after = (
        shared_data("feeds", "small") / f"rss_en_stringer_feed{part}.xml"
        for part in ("", "_updated")
    )
    file = before
    with ReplayServer(lambda _: Answer(body=file.read_bytes())) as server:
        first = fetch(server.url)
        file = after
        second = fetch(server.url, validators=first.validators, now=NOW + HOUR)
        wanted = [set(expected_entries(server.url, path)) for path in (before, after)]
    old, new = (
        {m.native_id: m.version_id for m in last_of_each(page.mentions)} for page in (first, second)
    )
    assert [set(old), set(new)] == wanted
    assert {i for i in new if i not in old} == wanted[1] - wanted[0] != set()
    raw = {m.native_id: m.raw for m in first.mentions}
    changed = {m.native_id for m in second.mentions if raw.get(m.native_id, m.raw) != m.raw}
    assert {i for i in new if old.get(i, new[i]) != new[i]} <= changed
    assert [i.reason for i in second.answered] == ["answered"]
