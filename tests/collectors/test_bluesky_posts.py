"""How a post of Bluesky becomes a mention."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.bluesky_read import read_posts
from tests.collectors.bluesky_answers import author, minutes_ago, post, stamp
from tests.collectors.rounds import NOW
from tests.collectors.test_x_reddit_hostile import items, land, values

QUOTED = "at://did:plc:an/app.bsky.feed.post/9"


def read(*found):
    mentions, unreadable = read_posts(found, NOW)
    assert unreadable == []
    return mentions


def mention_of(record=None, **changes):
    (mention,) = read(post(1, record=record, **changes))
    return mention


def test_a_post_is_read_whole():
    mention = mention_of()
    assert mention.native_id == "at://did:plc:jan/app.bsky.feed.post/1"
    assert mention.url == "https://bsky.app/profile/did:plc:jan/post/1"
    assert (mention.kind, mention.text, mention.title) == ("post", "Acme 1", None)
    assert (mention.author_id, mention.author_handle) == ("did:plc:jan", "jan.example")
    assert mention.author_name == "Jan"
    assert (mention.created_at, mention.time_source) == (minutes_ago(1), "created")
    assert mention.language_tag == "nl"
    assert (mention.parent_id, mention.root_id) == (None, mention.native_id)
    assert mention.metrics == {"likes": 1, "replies": 2, "reposts": 3, "quotes": 4}


def test_a_reply_names_its_parent_and_its_root():
    reply = {"parent": {"uri": "at://p"}, "root": {"uri": "at://r"}}
    mention = mention_of({"reply": reply})
    assert (mention.kind, mention.parent_id, mention.root_id) == ("reply", "at://p", "at://r")


@pytest.mark.parametrize(
    "embed",
    [
        {"$type": "app.bsky.embed.record", "record": {"uri": QUOTED}},
        {
            "$type": "app.bsky.embed.recordWithMedia",
            "record": {"$type": "app.bsky.embed.record", "record": {"uri": QUOTED}},
            "media": {"images": [{"alt": "beer"}]},
        },
    ],
)
def test_a_quote_names_what_it_quotes(embed):
    mention = mention_of({"embed": embed})
    assert (mention.kind, mention.is_quote, mention.parent_id) == ("quote", True, QUOTED)
    answer = mention_of({"embed": embed, "reply": {"parent": {"uri": "at://p"}}})
    assert (answer.kind, answer.is_quote, answer.parent_id) == ("reply", True, "at://p")


def test_an_embedded_list_is_no_quote():
    embed = {"record": {"uri": "at://did:plc:an/app.bsky.graph.starterpack/9"}}
    mention = mention_of({"embed": embed})
    assert (mention.kind, mention.is_quote, mention.parent_id) == ("post", False, None)


def reposted(**reason):
    by = {"by": author("an"), "indexedAt": stamp(minutes_ago(1)), "uri": "at://an/repost/5"}
    return {"post": post(60), "reason": {"$type": "app.bsky.feed.defs#reasonRepost"} | by | reason}


def test_a_repost_says_what_its_post_says_and_is_its_own_mention():
    (mention,) = read(reposted())
    assert (mention.kind, mention.is_repost) == ("repost", True)
    assert mention.native_id == "at://an/repost/5"
    assert mention.parent_id == "at://did:plc:jan/app.bsky.feed.post/60"
    assert (mention.text, mention.author_handle) == ("Acme 60", "an.example")
    assert mention.created_at == minutes_ago(1)
    assert mention.metrics == {}


def test_a_repost_without_a_record_is_named_by_who_made_it():
    (mention,) = read(reposted(uri=None))
    assert mention.native_id == "at://did:plc:jan/app.bsky.feed.post/60#repost-by-did:plc:an"


def test_a_pinned_post_is_a_post():
    pinned = {"post": post(60), "reason": {"$type": "app.bsky.feed.defs#reasonPin"}}
    (mention,) = read(pinned)
    assert (mention.kind, mention.created_at) == ("post", minutes_ago(60))


@pytest.mark.parametrize(
    ("created", "indexed", "expected"),
    [
        ("2026-11-23T10:00:00+02:00", "2026-11-23T08:00:01Z", (8, "created")),
        ("2026-11-23T03:00:00-05:00", "2026-11-23T08:00:01Z", (8, "created")),
        ("2099-01-01T00:00:00Z", "2026-11-23T07:00:00Z", (7, "published")),
        ("yesterday", "2026-11-23T07:00:00Z", (7, "published")),
        (None, "2026-11-23T07:00:00Z", (7, "published")),
        ("2026-11-23T08:00:00Z", None, (8, "created")),
        (None, None, (None, "unknown")),
    ],
)
def test_a_post_is_as_old_as_it_says_but_not_younger_than_it_was_seen(created, indexed, expected):
    mention = mention_of({"createdAt": created}, indexedAt=indexed)
    hour, source = expected
    assert mention.created_at == (hour and datetime(2026, 11, 23, hour, tzinfo=UTC))
    assert mention.time_source == source


def test_pictures_videos_and_cards_are_read_too():
    images = {"images": [{"alt": "A glass of Acme"}, {"alt": ""}, {}]}
    assert mention_of({"text": "", "embed": images}).text == "A glass of Acme"
    video = {"$type": "app.bsky.embed.video", "alt": "Brewing"}
    assert mention_of({"text": "Look", "embed": video}).text == "Look\nBrewing"
    both = {"record": {"record": {"uri": QUOTED}}, "media": images}
    assert mention_of({"text": "Look", "embed": both}).text == "Look\nA glass of Acme"
    card = {"external": {"uri": "https://acme.example/", "title": "Acme", "description": "no"}}
    assert mention_of({"text": "Look", "embed": card}).text == "Look\nAcme\nhttps://acme.example/"
    shown = {"text": "Acme https://acme.example/", "embed": card}
    assert mention_of(shown).text == "Acme https://acme.example/"


def test_a_picture_without_a_word_is_a_mention_without_text():
    assert mention_of({"text": "", "embed": {"images": [{"alt": ""}]}}).text == ""


def facet(text, shown, uri):
    start = text.encode().index(shown.encode())
    index = {"byteStart": start, "byteEnd": start + len(shown.encode())}
    return {"index": index, "features": [{"$type": "app.bsky.richtext.facet#link", "uri": uri}]}


def test_links_that_are_shown_cut_are_written_in_full():
    text = "🍺é acme.example/a-lon... en news.example/x… of [hier]"
    facets = [
        facet(text, "acme.example/a-lon...", "https://acme.example/a-long-way"),
        facet(text, "news.example/x…", "https://news.example/xyz"),
        facet(text, "[hier]", "https://else.example/"),
    ]
    assert mention_of({"text": text, "facets": facets}).text == (
        "🍺é https://acme.example/a-long-way en https://news.example/xyz of [hier]"
    )


@pytest.mark.parametrize(
    "index",
    [{}, {"byteStart": -5, "byteEnd": 3}, {"byteStart": 9, "byteEnd": 2}, {"byteStart": "0"}],
)
def test_a_link_that_stands_nowhere_changes_nothing(index):
    features = [{"uri": "https://acme.example/long"}, {"uri": 5}, {}]
    facets = [{"index": index, "features": features}, None, {}]
    assert mention_of({"text": "acme...", "facets": facets}).text == "acme..."


def test_emoji_and_combining_characters_stay():
    text = "e\u0301 👩\u200d🚀 🇧🇪"
    assert mention_of({"text": text}).text == text


@pytest.mark.parametrize("gone", [None, {}, {"handle": "handle.invalid", "displayName": ""}])
def test_a_deleted_author_leaves_the_post(gone):
    mention = mention_of(author=gone)
    assert (mention.author_handle, mention.author_name) == (None, None)
    assert mention.text == "Acme 1"


@pytest.mark.parametrize("broken", [{"uri": None}, {"record": {}}, {"indexedAt": "never"}])
def test_one_unreadable_post_is_put_aside_and_the_others_arrive(broken):
    spoilt = post(2) | broken
    mentions, unreadable = read_posts([post(1), spoilt, "?", {"post": None}, post(3)], NOW)
    assert len(mentions) == 2
    assert len(unreadable) == 3


records = items("text", "createdAt", "langs", "reply", "embed", "facets")
posts = st.fixed_dictionaries(
    {"uri": st.just("at://a/app.bsky.feed.post/1") | values, "record": records},
    optional=dict.fromkeys(("author", "indexedAt", "likeCount", "labels"), values),
)
reasons = st.fixed_dictionaries({"by": values, "indexedAt": values, "uri": values}) | values
entries = st.fixed_dictionaries({"post": posts | values}, optional={"reason": reasons})


@given(st.lists(posts | entries | values, max_size=4))
def test_no_post_breaks_the_reading(found):
    mentions, unreadable = read_posts(found, NOW)
    assert len(mentions) + len(unreadable) == len(found)
    land(mentions, unreadable)
