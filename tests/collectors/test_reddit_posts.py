"""How one post or comment of Reddit is read."""

from datetime import UTC, datetime

import pytest

from tests.collectors.test_reddit import ASKED, comment, landed_with, listing, mention_of, post


def test_a_post_is_read_field_by_field():
    mention = mention_of(
        post(
            1,
            selftext="  &amp; *caf\u00e9* bi\u0300er \U0001f37a\n",
            title="Acme & co",
            score=-3,
            num_comments=4,
            edited=ASKED.timestamp(),
        )
    )
    assert mention["text"] == "  &amp; *caf\u00e9* bi\u0300er \U0001f37a\n"
    assert mention["title"] == "Acme & co"
    assert mention["url"] == "https://www.reddit.com/r/belgium/comments/p1/acme/"
    assert mention["metrics"] == {"score": -3, "comments": 4}
    assert mention["edited_at"] == ASKED
    assert (mention["kind"], mention["parent_id"], mention["root_id"]) == ("post", None, "t3_p1")
    assert (mention["author_handle"], mention["author_id"]) == ("jan", "t2_j")


def test_a_comment_knows_its_thread():
    mention = mention_of(comment(1, edited=True))
    assert (mention["kind"], mention["parent_id"], mention["root_id"]) == (
        "comment",
        "t1_c0",
        "t3_p1",
    )
    assert mention["url"] == "https://www.reddit.com/comments/p1/_/c1/"
    assert mention["title"] is None
    assert mention["edited_at"] is None


@pytest.mark.parametrize("author", [None, "[deleted]"])
def test_a_deleted_author_is_null_and_the_text_stays_as_given(author):
    mention = mention_of(post(1, author=author, selftext="[removed]"))
    assert mention["author_handle"] is None
    assert mention["author_id"] is None
    assert mention["text"] == "[removed]"


def test_a_crosspost_repeats_another_post():
    mention = mention_of(post(1, crosspost_parent="t3_first"))
    assert mention["is_repost"] is True
    assert mention["parent_id"] == "t3_first"
    assert mention["kind"] == "post"


def test_subreddits_and_users_are_no_mentions():
    others = [{"kind": kind, "data": {"id": "1", "name": f"{kind}_1"}} for kind in ("t5", "t2")]
    landed, _ = landed_with(lambda _: listing([*others, {"kind": "more", "data": {}}, post(1)]))
    assert landed.ids == ["t3_p1"]
    assert landed.header.unreadable == ()


@pytest.mark.parametrize(
    "broken",
    [
        None,
        "t3_x",
        {},
        {"kind": "t3"},
        {"kind": "t3", "data": []},
        {"kind": 3, "data": {"id": "x"}},
        {"kind": "t3", "data": {"title": "no id"}},
        {"kind": "t1", "data": {"id": "x"}},
        {"kind": "t1", "data": {"id": "x", "body": None}},
        post(3, created_utc="now"),
        post(3, created_utc=1e300),
        post(3, created_utc=True),
        post(3, selftext=5),
    ],
)
def test_one_unreadable_item_leaves_the_others(broken):
    landed, _ = landed_with(lambda _: listing([post(1), broken, post(2)]))
    assert landed.ids == ["t3_p1", "t3_p2"]
    assert len(landed.header.unreadable) == 1
    assert landed.header.fault is None


def test_a_post_without_a_date_arrives_without_one():
    mention = mention_of(post(1, created_utc=None))
    assert mention["created_at"] is None
    assert mention["time_source"] == "unknown"


def test_own_posts_are_marked():
    assert mention_of(post(1, author="Acme_Official"))["is_own"] is True


def test_times_are_utc():
    mention = mention_of(post(1, created_utc=1_600_000_000.0))
    assert mention["created_at"] == datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)
