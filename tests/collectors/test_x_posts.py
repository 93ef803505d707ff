"""How one post of X is read."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.collectors.test_x import END, answer, landed_with, mention_of, pages, post


def test_a_post_is_read_field_by_field():
    mention = mention_of(
        post(
            5,
            text="caf\u00e9 &amp; bi\u0300er \U0001f37a\u200d\U0001f4a8 &lt;3 &amp;lt;",
            created_at="2026-11-23T08:30:00+02:00",
            lang="nl",
            conversation_id="1",
            public_metrics={"like_count": 3, "retweet_count": 2, "impression_count": 99},
        ),
        users=[
            {"id": "7", "username": "jan", "name": "Jan", "public_metrics": {"followers_count": 5}}
        ],
    )
    assert mention["text"] == "caf\u00e9 & bi\u0300er \U0001f37a\u200d\U0001f4a8 <3 &lt;"
    assert mention["created_at"] == datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
    assert mention["url"] == "https://x.com/jan/status/8999995"
    assert mention["language_tag"] == "nl"
    assert mention["metrics"] == {"likes": 3, "reposts": 2, "views": 99, "followers": 5}
    assert (mention["author_id"], mention["author_handle"]) == ("7", "jan")
    assert (mention["kind"], mention["parent_id"], mention["root_id"]) == ("post", None, "1")
    assert mention["raw"]["includes"]["users"][0]["username"] == "jan"


def test_an_author_who_is_gone_is_null():
    mention = mention_of(post(1, lang="und"))
    assert mention["author_handle"] is None
    assert mention["author_name"] is None
    assert mention["language_tag"] is None
    assert mention["url"] == "https://x.com/i/status/8999999"
    assert "includes" not in mention["raw"]


@pytest.mark.parametrize(
    ("types", "kind", "parent", "is_repost", "is_quote"),
    [
        (["retweeted"], "repost", "retweeted", True, False),
        (["quoted"], "quote", "quoted", False, True),
        (["replied_to"], "reply", "replied_to", False, False),
        (["quoted", "replied_to"], "reply", "replied_to", False, True),
        (["something_new"], "post", None, False, False),
    ],
)
def test_what_a_post_refers_to_decides_its_kind(types, kind, parent, is_repost, is_quote):
    mention = mention_of(post(1, referenced_tweets=[{"type": t, "id": f"id-{t}"} for t in types]))
    assert mention["kind"] == kind
    assert mention["parent_id"] == (parent and f"id-{parent}")
    assert (mention["is_repost"], mention["is_quote"]) == (is_repost, is_quote)


# Their ids say when they were written: at 10:52:30 and at 11:04:25 UTC.
FIRST, LAST = "1861000000000000000", "1861003000000000000"


@pytest.mark.parametrize("stated", ["2024-11-25T11:04:25.000Z", "2024-11-25T10:52:30.000Z"])
def test_an_edited_post_keeps_its_first_identity_and_time(stated):
    mention = mention_of(post(1, id=LAST, edit_history_tweet_ids=[FIRST, LAST], created_at=stated))
    assert mention["native_id"] == FIRST
    assert mention["url"].endswith(LAST)
    assert mention["created_at"] == datetime(2024, 11, 25, 10, 52, 30, tzinfo=UTC)
    assert mention["edited_at"] == datetime(2024, 11, 25, 11, 4, 25, tzinfo=UTC)


@pytest.mark.parametrize("history", [["1", "2"], ["x", "y"], [FIRST], [FIRST, "9" * 400]])
def test_ids_without_a_believable_time_change_nothing(history):
    mention = mention_of(post(1, edit_history_tweet_ids=history))
    assert mention["created_at"] == END - timedelta(minutes=1)
    assert mention["edited_at"] is None


def test_an_edited_post_at_the_end_of_a_page_covers_down_to_its_edit():
    edited = post(0, id=LAST, edit_history_tweet_ids=[FIRST, LAST])
    edited["created_at"] = "2024-11-25T11:04:25.000Z"
    now = datetime(2024, 11, 25, 12, tzinfo=UTC)
    landed, _ = landed_with(
        pages([edited], [post(1)]), max_pages=1, now=now, until=now, since=now - timedelta(hours=9)
    )
    assert [since for since, _ in landed.spans] == [datetime(2024, 11, 25, 11, 4, 26, tzinfo=UTC)]


def test_of_two_versions_the_newer_one_stays_in_either_order():
    old = post(1, id="100", text="before", edit_history_tweet_ids=["100"])
    new = post(1, id="101", text="after", edit_history_tweet_ids=["100", "101"])
    for order in ([old, new], [new, old]):
        landed, _ = landed_with(lambda _, order=order: answer(order))
        assert [(row["native_id"], row["text"]) for row in landed.rows] == [("100", "after")]


def test_posts_under_includes_are_no_mentions():
    landed, _ = landed_with(
        lambda _: answer([post(1)], includes={"tweets": [post(2)]}, errors=[{"title": "gone"}])
    )
    assert landed.ids == ["8999999"]
    assert landed.header.fault is None


@pytest.mark.parametrize(
    "broken",
    [
        None,
        "text",
        [],
        {},
        {"text": "no id"},
        {"id": "", "text": "empty id"},
        {"id": "3"},
        {"id": "3", "text": 5},
        {"id": "3", "text": "bad date", "created_at": "yesterday"},
        {"id": "3", "text": "bad date", "created_at": 5},
        {"id": "3", "text": "bad date", "created_at": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_one_unreadable_post_leaves_the_others(broken):
    landed, _ = landed_with(lambda _: answer([post(1), broken, post(2)]))
    assert landed.ids == ["8999999", "8999998"]
    assert len(landed.header.unreadable) == 1
    assert landed.header.fault is None


def test_odd_values_where_none_matter_do_not_cost_the_post():
    mention = mention_of(
        post(
            1,
            lang=5,
            public_metrics={"like_count": "many", "reply_count": 2**80, "quote_count": True},
            referenced_tweets="none",
            edit_history_tweet_ids={},
            geo=[],
            conversation_id=None,
        ),
        users=["nobody", {"id": "7", "username": ["jan"]}],
    )
    assert mention["metrics"] == {}
    assert mention["author_handle"] is None


def test_half_a_character_is_replaced_and_kept_in_the_raw_record():
    mention = mention_of(post(1, text="Acme \ud83d!"))
    assert mention["text"] == "Acme \ufffd!"
    assert mention["raw"]["text"] == "Acme \ud83d!"


def test_own_posts_are_marked():
    mention = mention_of(post(1), users=[{"id": "7", "username": "ACME", "name": "Acme"}])
    assert mention["is_own"] is True
