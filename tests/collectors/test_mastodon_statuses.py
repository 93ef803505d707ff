"""How a status becomes a mention."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.mastodon_read import read_statuses
from tests.collectors.mastodon_answers import ASKED, account, minutes_ago, status
from tests.collectors.rounds import NOW
from tests.collectors.test_x_reddit_hostile import items, land, values


def read(*statuses):
    mentions, unreadable = read_statuses(statuses, NOW, "m.example")
    assert unreadable == []
    return mentions


def mention_of(**changes):
    (mention,) = read(status(1, **changes))
    return mention


def test_a_status_is_read_whole():
    mention = mention_of()
    assert mention.native_id == "https://social.example/users/jan/statuses/1"
    assert mention.url == "https://social.example/@jan/1"
    assert (mention.kind, mention.text, mention.title) == ("post", "Acme 1", None)
    assert mention.author_id == "https://social.example/users/jan"
    assert mention.author_handle == "jan@social.example"
    assert mention.author_name == "Jan :blobcat:"
    assert (mention.created_at, mention.time_source) == (minutes_ago(1), "created")
    assert mention.language_tag == "nl"
    assert mention.root_id == mention.native_id
    assert mention.metrics == {"likes": 1, "replies": 2, "reposts": 3, "followers": 7}
    assert not mention.is_repost
    assert not mention.is_quote


def test_html_becomes_what_people_read():
    content = (
        '<p>Bah <span class="h-card"><a href="https://brew.example/@acme" class="u-url mention">@<span>'
        "acme</span></a></span>!<br/>&lt;3 :acme: e\u0301\U0001f469\u200d\U0001f680</p>"
        '<p><a href="https://acme.example/a/long/way"><span class="invisible">https://</span>'
        '<span class="ellipsis">acme.example/a</span><span class="invisible">/long/way</span></a> '
        '<a href="https://social.example/tags/bier" class="mention hashtag">#<span>bier</span></a></p>'
    )
    assert mention_of(content=content).text == (
        "Bah @acme!\n<3 :acme: e\u0301\U0001f469\u200d\U0001f680\n"
        "https://acme.example/a/long/way #bier"
    )


def test_a_boost_says_what_its_original_says_and_is_its_own_mention():
    original = status(
        9, spoiler_text="beer", language="fr", edited_at=f"{ASKED:%Y-%m-%dT%H:%M:%SZ}"
    )
    mention = mention_of(
        content="",
        url=None,
        uri="https://social.example/users/an/statuses/5/activity",
        account=account("an"),
        reblog=original,
        reblogs_count=0,
        language=None,
    )
    assert (mention.kind, mention.is_repost) == ("repost", True)
    assert mention.native_id.endswith("/5/activity")
    assert mention.parent_id == original["uri"]
    assert (mention.text, mention.title, mention.language_tag) == ("Acme 9", "beer", "fr")
    assert mention.author_handle == "an@social.example"
    assert mention.created_at == minutes_ago(1)
    assert mention.edited_at == ASKED
    assert mention.url == original["url"]


def test_a_reply_names_its_parent_where_the_answer_tells_it():
    question = status(9, account=account("an"))
    known = status(8, in_reply_to_id=question["id"], in_reply_to_account_id="2")
    unknown = status(7, in_reply_to_id="55", in_reply_to_account_id="2")
    _, first, second = read(question, known, unknown)
    assert (first.kind, first.parent_id, first.root_id) == ("reply", question["uri"], None)
    assert (second.kind, second.parent_id) == ("reply", None)


def test_an_authors_own_thread_names_the_post_before():
    mention = mention_of(
        id="77",
        uri="https://social.example/users/jan/statuses/77",
        in_reply_to_id="76",
        in_reply_to_account_id="1",
    )
    assert mention.parent_id == "https://social.example/users/jan/statuses/76"


@pytest.mark.parametrize(
    ("quote", "parent"),
    [
        (
            {"state": "accepted", "quoted_status": {"uri": "https://a.example/1"}},
            "https://a.example/1",
        ),
        ({"state": "deleted", "quoted_status": None}, None),
        ({"state": "accepted", "quoted_status_id": "5"}, None),
        ({"id": "5", "uri": "https://a.example/5"}, "https://a.example/5"),
    ],
)
def test_a_quote_names_what_it_quotes(quote, parent):
    mention = mention_of(quote=quote)
    assert (mention.kind, mention.is_quote, mention.parent_id) == ("quote", True, parent)


def test_pictures_and_polls_are_read_too():
    mention = mention_of(
        content="",
        media_attachments=[{"description": "A glass of  Acme"}, {"description": None}, {}],
        poll={"options": [{"title": "Acme"}, {"title": "water & wine"}]},
    )
    assert mention.text == "A glass of  Acme\nAcme\nwater & wine"


def test_a_picture_without_a_word_is_a_mention_without_text():
    assert mention_of(content="", media_attachments=[{"description": None}]).text == ""


def test_a_content_warning_is_the_title():
    assert mention_of(spoiler_text="beer,\nlong").title == "beer, long"


def test_an_edit_changes_the_version_and_keeps_the_identity():
    before = mention_of()
    after = mention_of(content="<p>Acme!</p>", edited_at="2026-11-23T09:30:00.000+02:00")
    assert before.mention_id == after.mention_id
    assert before.version_id != after.version_id
    assert after.edited_at == datetime(2026, 11, 23, 7, 30, tzinfo=UTC)


def test_an_account_of_the_instance_itself_gets_its_whole_name():
    local = account(acct="jan", url="https://m.example/@jan", uri=None)
    mention = mention_of(account=local)
    assert mention.author_handle == "jan@m.example"
    assert mention.author_id == "https://m.example/@jan"
    assert mention_of(account={"acct": "jan"}).author_handle == "jan@m.example"


@pytest.mark.parametrize("gone", [None, {}, {"acct": "", "display_name": "", "url": None}])
def test_a_deleted_author_leaves_the_post(gone):
    mention = mention_of(account=gone)
    assert (mention.author_id, mention.author_handle, mention.author_name) == (None, None, None)
    assert mention.text == "Acme 1"


def test_what_is_not_public_is_no_mention():
    assert read(*(status(1, visibility=v) for v in ("private", "direct", "limited"))) == []
    assert len(read(*(status(n, visibility=v) for n, v in enumerate(("public", "unlisted"))))) == 2


def test_an_address_that_no_browser_should_open_is_none():
    mention = mention_of(url="javascript:alert(1)", uri="tag:social.example,2026:1")
    assert mention.url is None
    assert mention.native_id == "tag:social.example,2026:1"


@pytest.mark.parametrize(
    "broken",
    [
        {"uri": None},
        {"content": None},
        {"content": 5},
        {"created_at": "yesterday"},
        {"edited_at": "later"},
        {"reblog": {"content": "without uri"}},
    ],
)
def test_one_unreadable_status_is_put_aside_and_the_others_arrive(broken):
    mentions, unreadable = read_statuses(
        [status(1), status(2, **broken), "?", status(3)], NOW, "m.example"
    )
    assert len(mentions) == 2
    assert len(unreadable) == 2


statuses = items(
    "id", "uri", "url", "content", "spoiler_text", "created_at", "edited_at", "account", "reblog",
    "quote", "poll", "media_attachments", "in_reply_to_id", "in_reply_to_account_id", "visibility",
    "language", "favourites_count",
)  # fmt: skip


@given(st.lists(statuses | values, max_size=4))
def test_no_status_breaks_the_reading(found):
    mentions, unreadable = read_statuses(found, NOW, "m.example")
    assert len(mentions) + len(unreadable) <= len(found)
    land(mentions, unreadable)
