"""Dumps of Reddit, old and new, give the mentions that the collector gives of the same posts."""

import json
from datetime import UTC, datetime

import pytest
import zstandard

from tests.collectors.exported import json_lines, put_aside, rows_of, take
from tests.recordings import expected_reddit_ids, reddit_comment_pages, reddit_user_pages

COMMENT = {
    "author": "jan",
    "body": "I &lt;3 Acme &amp; co",
    "created_utc": "1435003525",
    "retrieved_on": 1437264490,
    "edited": False,
    "id": "csf481g",
    "link_id": "t3_3apvc6",
    "parent_id": "t3_3apvc6",
    "score": 4,
    "subreddit": "beer",
}
POST = {
    "author": "an",
    "created_utc": 1488385003,
    "id": "5wwvox",
    "is_self": True,
    "num_comments": 2,
    "score": 37,
    "selftext": "What of it?",
    "subreddit": "beer",
    "title": "Acme &gt; others",
}


def one(tmp_path, line: dict) -> dict:
    (tmp_path / "dump").write_bytes(json_lines(line))
    (row,) = rows_of(take(tmp_path / "dump"))
    return row


def test_old_comment_is_read(tmp_path):
    row = one(tmp_path, COMMENT)
    assert (row["platform"], row["native_id"], row["kind"]) == ("reddit", "t1_csf481g", "comment")
    assert (row["text"], row["parent_id"], row["root_id"]) == (
        "I <3 Acme & co",
        "t3_3apvc6",
        "t3_3apvc6",
    )
    assert row["created_at"] == datetime(2015, 6, 22, 20, 5, 25, tzinfo=UTC)
    assert row["collected_at"] == datetime(2015, 7, 19, 0, 8, 10, tzinfo=UTC)
    assert (row["author_handle"], row["author_id"]) == ("jan", None)
    assert row["metrics"] == {"score": 4}
    assert row["url"] == "https://www.reddit.com/comments/3apvc6/_/csf481g/"


def test_old_post_is_read(tmp_path):
    row = one(tmp_path, POST)
    assert (row["native_id"], row["kind"], row["title"]) == ("t3_5wwvox", "post", "Acme > others")
    assert row["metrics"] == {"score": 37, "comments": 2}


OLD_FIELDS = {
    "ids that are numbers": ({"id": int("csf481g", 36), "parent_id": 1_000}, "t1_csf481g"),
    "no edited, no score": ({"edited": None, "score": None, "ups": 3, "downs": 1}, "t1_csf481g"),
    "time with decimals": ({"created_utc": "1435003525.0"}, "t1_csf481g"),
    "the time of an edit": ({"edited": "1435003600"}, "t1_csf481g"),
    "a link without its kind": ({"link_id": "3apvc6"}, "t1_csf481g"),
    "deleted author": ({"author": "[deleted]"}, "t1_csf481g"),
    "the name alone": ({"name": "t1_csf481g", "id": None}, "t1_csf481g"),
}


@pytest.mark.parametrize(("change", "expected"), OLD_FIELDS.values(), ids=OLD_FIELDS)
def test_old_fields_are_read(tmp_path, change, expected):
    row = one(tmp_path, COMMENT | change)
    assert row["native_id"] == expected
    assert row["root_id"] == "t3_3apvc6"
    assert row["created_at"] == datetime(2015, 6, 22, 20, 5, 25, tzinfo=UTC)


def test_number_of_an_answered_comment_becomes_its_name(tmp_path):
    row = one(tmp_path, COMMENT | {"id": 35, "parent_id": 36 * 36})
    assert (row["native_id"], row["parent_id"]) == ("t1_z", "t1_100")


def test_dump_that_is_packed_with_a_long_window_is_read(tmp_path):
    lines = json_lines(*[COMMENT | {"id": f"a{n}"} for n in range(1_000)])
    how = zstandard.ZstdCompressionParameters.from_level(3, window_log=31, enable_ldm=True)
    packer = zstandard.ZstdCompressor(compression_params=how).compressobj()
    (tmp_path / "RC_2015-06.zst").write_bytes(packer.compress(lines) + packer.flush())
    result = take(tmp_path / "RC_2015-06.zst")
    assert (result.rows, result.put_aside, result.formats) == (1_000, 0, ("pushshift",))


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_each_recorded_post_and_comment_arrives_once(tmp_path, is_wrapped):
    pages = [*reddit_comment_pages(), *reddit_user_pages()]
    things = [c for page in pages for c in page["data"]["children"] if c["kind"] in {"t1", "t3"}]
    lines = json_lines(*(things if is_wrapped else [thing["data"] for thing in things]))
    (tmp_path / "dump.jsonl").write_bytes(lines)
    result = take(tmp_path / "dump.jsonl")
    assert {row["native_id"] for row in rows_of(result)} == expected_reddit_ids(pages)
    assert result.put_aside == 0


def test_bad_lines_are_put_aside(tmp_path):
    bad = [
        {"id": "a", "created_utc": 1, "kind": "t5"},
        COMMENT | {"created_utc": "soon"},
        COMMENT | {"body": 3},
    ]
    (tmp_path / "dump").write_bytes(json_lines(COMMENT, *bad) + json.dumps(POST).encode()[:-9])
    result = take(tmp_path / "dump")
    assert result.rows == 1
    found = dict(put_aside(result))
    assert found[2] == "is no post and no comment of Reddit"
    assert "is no time" in found[3]
    assert found[4] == "'body' is no text"
    assert "is no JSON" in found[5]
