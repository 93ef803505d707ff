from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.mention import Mention, mention_id

NOW = datetime(2026, 11, 16, tzinfo=UTC)


def post(**keys) -> Mention:
    values = {"platform": "x", "native_id": "1", "kind": "post", "text": "Acme", **keys}
    return Mention(collected_at=NOW, **values)


def test_identity_is_platform_and_native_id_and_nothing_else():
    other = post(text="else", author_id="2", url="https://a.example", raw='{"a": 1}')
    assert post().mention_id == other.mention_id == mention_id("x", "1")
    assert post(platform="feed").mention_id != post().mention_id
    assert mention_id("x", "1") == "646d8c33f47f9eaa2bbe7514b625cfec"


def test_platform_and_native_id_do_not_run_into_each_other():
    assert mention_id("x", "y1") != mention_id("xy", "1")


@pytest.mark.parametrize("read", ["title", "text", "url"])
def test_version_changes_with_what_people_can_read(read):
    assert post(**{read: "edited"}).version_id != post().version_id


@pytest.mark.parametrize(
    "unread",
    [
        {"metrics": {"likes": 9}},
        {"raw": '{"a": 1}'},
        {"author_name": "Ann"},
        {"edited_at": NOW},
        {"is_own": True},
    ],
)
def test_version_stays_when_only_counts_and_circumstances_change(unread):
    assert post(**unread).version_id == post().version_id


@given(st.text(), st.text())
def test_title_and_text_do_not_run_into_each_other(one, two):
    assert (post(title=one, text=two).version_id == post(title=two, text=one).version_id) == (
        one == two
    )


def test_half_a_character_has_a_version():
    assert post(text="\ud83d").version_id != post(text="?").version_id
