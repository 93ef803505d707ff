"""Videos and comments of YouTube, field by field."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from collectors.feed_document import read_document
from collectors.feed_entry import native_id
from collectors.youtube_read import read_threads, read_videos
from tests.collectors.replay_youtube import (
    CHANNEL,
    comment,
    minutes_ago,
    recorded,
    result,
    thread,
    video,
)
from tests.collectors.rounds import NOW
from tests.shared_data import shared_data


def read_video(listed):
    mentions, unreadable = read_videos([result(1)], [listed], NOW)
    assert unreadable == []
    return mentions[0]


def read_comment(**snippet):
    mentions, unreadable = read_threads([thread("t1", **snippet)], {}, NOW)
    assert unreadable == []
    return mentions[0]


def test_a_video_is_a_post_with_whole_description_and_counts():
    given = video(1)
    mention = read_video(given)
    assert (mention.platform, mention.native_id, mention.kind) == ("youtube", "yt:video:v1", "post")
    assert (mention.title, mention.text) == ("Acme '1'", "All about Acme, whole, 1")
    assert mention.url == "https://www.youtube.com/watch?v=v1"
    assert (mention.author_id, mention.author_handle) == (CHANNEL, CHANNEL)
    assert mention.author_name == "Beer & Co"
    assert mention.language_tag == "nl-BE"
    assert (mention.created_at, mention.time_source) == (minutes_ago(1), "published")
    assert mention.metrics == {"views": 1200, "likes": 34, "comments": 5}
    assert json.loads(mention.raw) == given


def test_listed_words_are_no_html_and_found_ones_are():
    assert read_video(video(1, title="Acme &amp; <b>")).title == "Acme &amp; <b>"
    ((mention,), _) = read_videos([result(1, title="Acme &amp; &lt;b&gt;")], [], NOW)
    assert mention.title == "Acme & <b>"


@pytest.mark.parametrize("counts", [{}, None, {"viewCount": "many", "likeCount": None}])
def test_hidden_counts_are_absent(counts):
    assert read_video(video(1) | {"statistics": counts}).metrics == {}


def test_a_video_without_words_is_still_a_mention():
    mention = read_video(video(1, description="", title=None))
    assert (mention.title, mention.text) == (None, "")


def test_a_recorded_video_is_read_as_recorded():
    (given,) = recorded("videos__videos_info_single.json")["items"]
    found = result(0)
    found["id"]["videoId"] = given["id"]
    ((mention,), _) = read_videos([found], [given], NOW)
    assert mention.created_at == datetime(2019, 3, 21, 20, 37, 49, tzinfo=UTC)
    assert mention.language_tag == "en"
    assert mention.author_name == "Google Developers"


def test_a_channels_feed_names_a_video_as_the_search_does():
    document = read_document(
        shared_data("feeds", "real", "youtube_en_newsyacht_atom.xml").read_bytes(), {}
    )
    assert len(document.entries) > 1
    for entry in document.entries:
        found = result(1)
        found["id"]["videoId"] = entry["yt_videoid"]
        ((mention,), _) = read_videos([found], [], NOW)
        assert native_id(entry, "https://feed.example") == (
            f"https://feed.example {mention.native_id}"
        )


def test_a_comment_answers_its_video():
    mention = read_comment()
    assert (mention.native_id, mention.kind) == ("yt:comment:t1", "comment")
    assert (mention.parent_id, mention.root_id) == ("yt:video:v1", "yt:video:v1")
    assert mention.url == "https://www.youtube.com/watch?v=v1&lc=t1"
    assert (mention.author_id, mention.author_handle) == ("UC-of-someone", "someone")
    assert mention.metrics == {"likes": 2, "replies": 0}


def test_a_reply_answers_its_comment_under_the_same_video():
    reply = comment("t1.r1", parentId="t1")
    reply["snippet"].pop("videoId")
    (_, mention), _ = read_threads([thread("t1", replies=[reply])], {}, NOW)
    assert (mention.parent_id, mention.root_id) == ("yt:comment:t1", "yt:video:v1")
    assert mention.url == "https://www.youtube.com/watch?v=v1&lc=t1.r1"


def test_what_the_author_wrote_goes_before_what_is_displayed():
    assert read_comment(textOriginal="Google.com", textDisplay="<a>Google.com</a>").text == (
        "Google.com"
    )
    assert read_comment(textDisplay="I <3 Acme &amp; co").text == "I <3 Acme &amp; co"


@pytest.mark.parametrize("text", ["Acme 🍺👩‍💻", "Acme\u0301 e\u0301", "アクメの話", "أكمي", ""])
def test_emoji_combining_characters_scripts_and_none_at_all_stay(text):
    assert read_comment(textOriginal=text).text == text


def test_an_edited_comment_says_when():
    edited = read_comment(updatedAt=f"{minutes_ago(-5):%Y-%m-%dT%H:%M:%S}.500Z")
    assert edited.edited_at == minutes_ago(-5) + timedelta(milliseconds=500)
    assert read_comment().edited_at is None


def test_a_deleted_author_has_no_name():
    mention = read_comment(authorDisplayName="", authorChannelId=None)
    assert (mention.author_id, mention.author_handle, mention.author_name) == (None, None, None)


def test_a_name_of_the_years_before_handles_is_no_handle():
    mention = read_comment(authorDisplayName="kun liu")
    assert (mention.author_handle, mention.author_name) == (None, "kun liu")


def test_a_comment_on_a_channel_answers_no_video():
    given = thread("t1", videoId=None)
    given["snippet"]["videoId"] = None
    ((mention,), _) = read_threads([given], {}, NOW)
    assert (mention.parent_id, mention.root_id, mention.url) == (None, None, None)


def test_times_of_any_zone_are_utc():
    assert read_comment(publishedAt="2026-11-23T09:00:00+01:00").created_at == (
        datetime(2026, 11, 23, 8, tzinfo=UTC)
    )
