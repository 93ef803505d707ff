"""Whatever stands in an export, a row is read or put aside, and nothing crashes."""

import gzip
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.imports.importing import ImportFileError
from collectors.landing import read_header
from tests.collectors.exported import json_lines, take, zipped
from tests.collectors.test_import_bad_rows import json_values
from tests.collectors.test_import_brandwatch import ROW, export
from tests.collectors.test_import_mastodon import activity, boost, outbox
from tests.collectors.test_import_reddit import COMMENT, POST
from tests.collectors.test_import_twarc import ANSWER, FLAT

_KEYS = (*COMMENT, *POST, *ANSWER, *FLAT, *activity(1), *activity(1)["object"], "ups", "downs")
_VALUES = json_values | st.integers(-(10**40), 10**40) | st.just({}) | st.just([None, 1, "a", {}])
_CHANGES = st.dictionaries(st.sampled_from(sorted(set(_KEYS))), _VALUES, max_size=4)
_MANY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
RECORDS = {
    "twarc answer": ANSWER,
    "twarc post": FLAT,
    "comment": COMMENT,
    "post": POST,
    "activity": activity(1),
    "boost": boost(2),
}


def changed(record: dict[str, Any], change: dict[str, Any], within: str | None) -> dict[str, Any]:
    inner = record.get(within or "")
    if isinstance(inner, dict):
        return record | {within: inner | change}
    if isinstance(inner, list):
        return record | {within: [item | change for item in inner]}
    return record | change


@_MANY
@given(
    st.sampled_from(sorted(RECORDS)), _CHANGES, st.sampled_from([None, "data", "object", "author"])
)
def test_no_value_of_a_record_crashes_the_import_or_is_lost(tmp_path, name, change, within):
    lines = [RECORDS[name], changed(RECORDS[name], change, within)]
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    (tmp_path / "a.jsonl").write_bytes(content)
    result = take(tmp_path / "a.jsonl", wanted=None)
    read_header(result.path)
    counted = result.rows + result.repeated + result.put_aside + sum(result.left_out.values())
    # A page of posts may be empty, or hold several unreadable parts.
    assert counted >= (1 if "twarc" in name else 2)


@_MANY
@given(
    st.binary(max_size=200), st.integers(0, 2_000), st.sampled_from(["zip", "gz", "outbox", "csv"])
)
def test_no_change_of_bytes_crashes_the_import(tmp_path, noise, at, kind):
    whole = {
        "zip": zipped({"outbox.json": outbox(activity(1), boost(2)), "actor.json": b"{}"}),
        "gz": gzip.compress(json_lines(COMMENT, POST) * 20),
        "outbox": outbox(activity(1), boost(2)),
        "csv": export({}, {"Author": "an"}),
    }[kind]
    at = at % len(whole)
    (tmp_path / "a").write_bytes(whole[:at] + noise + whole[at + len(noise) // 2 :])
    # A file that is refused as a whole is an answer, too.
    with suppress(ImportFileError):
        result = take(tmp_path / "a")
        assert result.rows + result.put_aside + sum(result.left_out.values()) > 0


@_MANY
@given(st.dictionaries(st.sampled_from(list(ROW)), st.text(max_size=30), max_size=5))
def test_no_cell_of_a_table_crashes_the_import(tmp_path, change):
    cells = {key: value.encode("utf-8", "replace").decode() for key, value in change.items()}
    (tmp_path / "a.csv").write_bytes(export({}, cells))
    result = take(tmp_path / "a.csv")
    assert result.rows + result.repeated + result.put_aside >= 2


@pytest.mark.parametrize("depth", [900, 10_000, 200_000])
@pytest.mark.parametrize("name", sorted(RECORDS))
def test_nesting_without_end_is_put_aside_or_kept_as_it_came(tmp_path, name, depth):
    good = json.dumps(RECORDS[name])
    deep = good[:-1] + ', "more": ' + "[" * depth + "]" * depth + "}"
    (tmp_path / "a.jsonl").write_text(f"{good}\n{deep}\n{good}\n", encoding="utf-8")
    result = take(tmp_path / "a.jsonl")
    assert result.rows == 1
    assert result.repeated + result.put_aside == 2
