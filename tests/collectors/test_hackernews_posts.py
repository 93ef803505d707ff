"""Stories and comments of Hacker News, field by field."""

import json
from datetime import UTC, datetime

import pytest

from collectors.hackernews import read_hit
from tests.collectors.replay_hackernews import comment, page, recorded_page, story
from tests.collectors.rounds import NOW
from tests.collectors.test_hackernews import landed_after


def test_a_story_is_a_post_whose_link_stands_in_its_text():
    given = story(42, datetime(2026, 11, 23, 7, 30, tzinfo=UTC), author="ann", points=9)
    landed, _ = landed_after(page([given]))
    row = landed.only
    assert (row["platform"], row["native_id"], row["kind"]) == ("hackernews", "42", "post")
    assert (row["title"], row["text"]) == ("Acme opens", "https://acme.example/news")
    assert row["url"] == "https://news.ycombinator.com/item?id=42"
    assert (row["author_id"], row["author_handle"]) == ("ann", "ann")
    assert row["created_at"] == datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
    assert row["time_source"] == "created"
    assert (row["parent_id"], row["root_id"]) == (None, "42")
    assert row["metrics"] == {"score": 9, "comments": 3}
    assert row["raw"] == given


def test_a_comment_knows_what_it_answers_and_which_story_it_is_under():
    mention = read_hit(comment(43, parent_id=41, story_id=7), collected_at=NOW)
    assert (mention.kind, mention.title) == ("comment", None)
    assert (mention.parent_id, mention.root_id) == ("41", "7")
    assert mention.metrics == {}


def test_html_is_read_as_people_see_it():
    html = (
        "Acme&#x27;s beer &amp; &lt;b&gt;ads<p>An <i>unclosed</i> paragraph<p>"
        '<a href="https:&#x2F;&#x2F;acme.example" rel="nofollow">https:&#x2F;&#x2F;acme.example</a>'
        "<pre><code>  if a &lt; b:\n    stop</code></pre>"
    )
    assert read_hit(comment(1, comment_text=html), collected_at=NOW).text.split("\n")[:3] == [
        "Acme's beer & <b>ads",
        "An unclosed paragraph",
        "https://acme.example",
    ]


@pytest.mark.parametrize("text", ["Acme 🍺👩‍💻", "Acme\u0301 e\u0301", "アクメの話", "أكمي"])
def test_emoji_combining_characters_and_scripts_stay(text):
    assert read_hit(comment(1, comment_text=text), collected_at=NOW).text == text


def test_a_title_is_no_html():
    title = "AT&T sells <T>  &amp; all"
    assert read_hit(story(1, title=title), collected_at=NOW).title == "AT&T sells <T> &amp; all"


@pytest.mark.parametrize("key", ["url", "story_text", "points", "num_comments", "author", "title"])
def test_what_is_absent_or_null_is_none(key):
    null, absent = story(1, **{key: None}), story(1)
    absent.pop(key, None)
    read = [read_hit(item, collected_at=NOW) for item in (null, absent)]
    assert read[0].version_id == read[1].version_id
    assert read[0].metrics == read[1].metrics


@pytest.mark.parametrize("author", [None, "", "[deleted]", "[dead]"])
def test_a_deleted_author_has_no_name(author):
    mention = read_hit(comment(1, author=author), collected_at=NOW)
    assert (mention.author_id, mention.author_handle) == (None, None)


@pytest.mark.parametrize("text", ["[dead]", "[deleted]", "", None])
def test_a_deleted_comment_is_still_a_comment(text):
    mention = read_hit(comment(1, comment_text=text), collected_at=NOW)
    assert (mention.kind, mention.text) == ("comment", text or "")


@pytest.mark.parametrize(
    ("tag", "kind"), [("poll", "post"), ("job", "post"), ("comment", "comment")]
)
def test_the_kind_follows_the_tags(tag, kind):
    assert read_hit(comment(1, _tags=[tag, "author_someone"]), collected_at=NOW).kind == kind


def test_without_a_number_the_written_time_is_taken():
    given = comment(1)
    given.pop("created_at_i")
    given["created_at"] = "2026-07-29T03:19:19.500Z"
    assert read_hit(given, collected_at=NOW).created_at == datetime(
        2026, 7, 29, 3, 19, 19, 500_000, UTC
    )


def test_the_newer_shape_without_empty_keys_is_read():
    (hit,) = recorded_page("algolia_hits_2026_excerpt.json")["hits"]
    mention = read_hit(hit, collected_at=NOW)
    assert (mention.native_id, mention.root_id) == (hit["objectID"], str(hit["story_id"]))
    assert mention.text.startswith("metrIQ started as a spreadsheet")
    assert mention.text.endswith(hit["url"])
    assert "<p>" not in mention.text
    assert json.loads(mention.raw) == hit
    assert mention.created_at == datetime.fromtimestamp(hit["created_at_i"], UTC)
