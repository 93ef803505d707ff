"""Any JSON in, no crash out: whatever X or Reddit send as items, a landing file can hold it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.landing import Header, to_table
from collectors.reddit_read import read_listing
from collectors.x_read import read_posts
from tests.collectors.rounds import NOW

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=20)
    | st.sampled_from(["2026-11-23T08:00:00Z", "0001-01-01T00:00:00+14:00", "2026-W48", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def items(*keys):
    return st.fixed_dictionaries({}, optional=dict.fromkeys(keys, values)) | values


posts = items(
    "id", "text", "created_at", "author_id", "lang", "conversation_id", "public_metrics", "geo",
    "referenced_tweets", "edit_history_tweet_ids",
)  # fmt: skip
things = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["t1", "t3", "t5"]) | values,
        "data": items(
            "id", "name", "title", "selftext", "body", "author", "author_fullname", "created_utc",
            "edited", "permalink", "link_id", "parent_id", "crosspost_parent", "score",
        ),
    }
)  # fmt: skip


def land(mentions, unreadable):
    assert to_table(mentions).num_rows == len(mentions)
    header = Header(
        kind="collect",
        job_id="1",
        source="s",
        platform="x",
        stream="t",
        collected_at=NOW,
        unreadable=tuple(unreadable),
    )
    assert Header.from_json(header.to_json().encode().decode()) == header


@settings(deadline=None)
@given(st.lists(posts, max_size=4), values)
def test_no_post_of_x_breaks_the_reading(data, includes):
    mentions, unreadable = read_posts({"data": data, "includes": includes}, NOW)
    assert len(mentions) + len(unreadable) == len(data)
    land(mentions, unreadable)


@settings(deadline=None)
@given(st.lists(things | values, max_size=4))
def test_no_thing_of_reddit_breaks_the_reading(children):
    mentions, unreadable = read_listing(children, NOW)
    assert len(mentions) + len(unreadable) <= len(children)
    land(mentions, unreadable)
