"""What the columns of an exported row mean."""

import json
from datetime import UTC, datetime

import pytest

from tests.collectors.exported import ROW, json_lines, rows_of, take


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-02T09:00:00Z",
        "2026-11-02T10:00:00+01:00",
        "2026-11-02 09:00:00",
        "2026-11-02 09:00:00 UTC",
        "20261102T090000Z",
        1793610000,
        1793610000.0,
        1793610000000,
        "1793610000",
        "1793610000000000",
        "Mon, 02 Nov 2026 10:00:00 +0100",
        "Mon Nov 02 09:00:00 +0000 2026",
    ],
)
def test_time_is_read_in_all_usual_forms(tmp_path, value):
    (tmp_path / "a.jsonl").write_bytes(json_lines(ROW | {"created_at": value}))
    (row,) = rows_of(take(tmp_path / "a.jsonl"))
    assert row["created_at"] == datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def test_day_is_its_first_instant(tmp_path):
    days = ["2026-11-02", 20261102]
    rows = [ROW | {"native_id": str(i), "created_at": day} for i, day in enumerate(days)]
    (tmp_path / "a.jsonl").write_bytes(json_lines(*rows))
    moments = {row["created_at"] for row in rows_of(take(tmp_path / "a.jsonl"))}
    assert moments == {datetime(2026, 11, 2, tzinfo=UTC)}


def test_further_columns_of_a_mention_are_honoured(tmp_path):
    row = ROW | {
        "kind": "quote",
        "parent_id": 5,
        "root_id": "4",
        "edited_at": "2026-11-03",
        "is_repost": 0,
        "is_quote": "true",
        "is_own": True,
        "time_source": "published",
        "raw": {"id": 1},
    }
    del row["reach"]
    (tmp_path / "a.jsonl").write_bytes(json_lines(row))
    (found,) = rows_of(take(tmp_path / "a.jsonl"))
    assert {key: found[key] for key in row if key in {"kind", "root_id", "time_source"}} == {
        "kind": "quote",
        "root_id": "4",
        "time_source": "published",
    }
    assert (found["parent_id"], found["is_repost"], found["is_quote"]) == ("5", False, True)
    assert found["is_own"] is True
    assert found["edited_at"] == datetime(2026, 11, 3, tzinfo=UTC)
    assert json.loads(found["raw"]) == {"id": 1}


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({}, "post"),
        ({"parent_id": "3"}, "reply"),
        ({"platform": "feed"}, "article"),
        ({"platform": "reddit", "native_id": "t1_a", "parent_id": "t3_b"}, "comment"),
        ({"platform": "reddit", "native_id": "t3_a"}, "post"),
    ],
)
def test_kind_follows_from_the_platform_where_it_is_not_told(tmp_path, change, kind):
    (tmp_path / "a.jsonl").write_bytes(json_lines(ROW | change))
    assert rows_of(take(tmp_path / "a.jsonl"))[0]["kind"] == kind


def test_own_posts_are_marked(tmp_path):
    own = [{"author_handle": "ACME"}, {"platform": "feed", "url": "https://shop.acme.example/a"}]
    rows = [ROW | change | {"native_id": str(i)} for i, change in enumerate([*own, {}])]
    (tmp_path / "a.jsonl").write_bytes(json_lines(*rows))
    assert [row["is_own"] for row in rows_of(take(tmp_path / "a.jsonl"))] == [True, True, False]


def test_half_characters_are_replaced(tmp_path):
    line = json.dumps(ROW | {"text": "cut \ud83c", "note": "\udf7a"}).encode()
    (tmp_path / "a.jsonl").write_bytes(line)
    (row,) = rows_of(take(tmp_path / "a.jsonl"))
    assert row["text"] == "cut �"
    assert json.loads(row["raw"])["note"] == "�"
