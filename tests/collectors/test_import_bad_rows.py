"""What can't be read is put aside with its line, and never crashes an import."""

import csv
import gzip
import json
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.imports.importing import ImportFileError
from collectors.landing import read_header
from tests.collectors.exported import (
    ROW,
    flat,
    json_lines,
    parquet,
    put_aside,
    rows_of,
    spreadsheet,
    table,
    take,
    zipped,
)

BAD = {
    "not JSON": (b"{oops}", "is no JSON"),
    "cut JSON": (b'{"platform": "x"', "is no JSON"),
    "a list": (b'["x"]', "is no JSON object"),
    "NaN": (b'{"platform": "x", "native_id": "1", "text": "a", "n": NaN}', "a number"),
    "endless number": (b'{"n": 1' + b"0" * 5000 + b"}", "a number"),
    "endless nesting": (b'{"n": ' + b"[" * 100_000 + b"}", "is no JSON"),
    "not UTF-8": ('{"text": "caf\u00e9"}'.encode("latin-1"), "is not UTF-8"),
    "no platform": (json_lines(ROW | {"platform": None}), "platform must be a short name"),
    "platform with spaces": (json_lines(ROW | {"platform": "My Forum"}), "platform must be"),
    "no id": (json_lines(ROW | {"native_id": ""}), "native_id is missing"),
    "id that lost digits": (json_lines(ROW | {"native_id": 1.5e18}), "may have lost digits"),
    "id from a spreadsheet": (json_lines(ROW | {"native_id": "1.72E+18"}), "has lost its digits"),
    "id that is true": (json_lines(ROW | {"native_id": True}), "native_id must be text, not bool"),
    "no text": (json_lines(ROW | {"text": "", "title": None}), "text is missing"),
    "text that is a list": (json_lines(ROW | {"text": ["a"]}), "text must be text, not list"),
    "endless text": (json_lines(ROW | {"text": "a" * 1_000_001}), "longer than 1000000"),
    "NUL": (json_lines(ROW | {"text": "a\x00b"}), "text holds a NUL character"),
    "unreadable date": (json_lines(ROW | {"created_at": "yesterday"}), "created_at is no readable"),
    "impossible date": (
        json_lines(ROW | {"created_at": "0001-01-01T00:00:00"}),
        "created_at is no",
    ),
    "date of a wrong type": (json_lines(ROW | {"created_at": True}), "created_at is no readable"),
    "unknown kind": (json_lines(ROW | {"kind": "tweet"}), "kind must be one of post, reply"),
    "flag": (json_lines(ROW | {"is_own": "maybe"}), "is_own must be true or false"),
    "metrics that are none": (json_lines(ROW | {"metrics": [3]}), "metrics must be an object"),
    "count that is none": (json_lines(ROW | {"metrics": {"likes": "1.2K"}}), "likes is no whole"),
    "count that is too large": (json_lines(ROW | {"metrics": {"n": 2**63}}), "n is no whole"),
}


@pytest.mark.parametrize(("line", "words"), BAD.values(), ids=BAD)
def test_bad_row_is_put_aside_with_its_line_and_the_others_are_read(tmp_path, line, words):
    (tmp_path / "a.jsonl").write_bytes(
        json_lines(ROW) + line.rstrip(b"\n") + b"\n" + json_lines(ROW | {"native_id": "18"})
    )
    result = take(tmp_path / "a.jsonl")
    assert [row["native_id"] for row in rows_of(result)] == ["17", "18"]
    ((number, error),) = put_aside(result)
    assert number == 2
    assert words in error
    assert result.problems == ((2, error),)
    header = read_header(result.path)
    assert [item.error for item in header.unreadable] == [f"line 2: {error}"]
    assert header.items_seen == 3


def test_bad_csv_rows_are_put_aside_with_the_line_where_they_begin(tmp_path):
    head = b"platform,native_id,created_at,text\n"
    lines = [
        b'x,1,,"two\nlines"\n',
        b'x,2,,"open quote\n',
        b"x,3,,fine\n",
        b"x,4,,too,many\n",
        b"x,5,,caf\xe9\n",
        b'x,6,,"closed" twice\n',
        b"\n",
        b"x,7\n",
        b"x,8,,fine\n",
    ]
    (tmp_path / "a.csv").write_bytes(head + b"".join(lines))
    result = take(tmp_path / "a.csv")
    assert [row["native_id"] for row in rows_of(result)] == ["1", "3", "8"]
    found = dict(put_aside(result))
    assert sorted(found) == [4, 6, 7, 8, 10]
    assert "is no CSV" in found[4]
    assert found[6] == "has 5 columns, not 4"
    assert found[7] == "is not UTF-8"
    assert "is no CSV" in found[8]
    assert found[10] == "text is missing"


def test_line_without_end_is_put_aside_and_does_not_fill_the_memory(tmp_path):
    with (tmp_path / "a.jsonl").open("wb") as file:
        file.write(json_lines(ROW))
        for _ in range(80):
            file.write(b"x" * 2**20)
        file.write(b"\n" + json_lines(ROW | {"native_id": "18"}))
    tracemalloc.start()
    result = take(tmp_path / "a.jsonl")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert result.rows == 2
    assert put_aside(result) == [(2, "the line is too long")]
    assert result.aside is not None
    assert result.aside.stat().st_size < 200_000
    assert peak < 75 * 2**20


WHOLE_FILES = {
    "empty": (b"", "the file is empty"),
    "only spaces": (b" \n \n", "the file is empty"),
    "empty in gzip": (gzip.compress(b""), "the file is empty"),
    "a list of nothing": (b"[]", "is none of the formats"),
    "spreadsheet": (spreadsheet(), "a spreadsheet or document: export it as CSV"),
    "old spreadsheet": (b"\xd0\xcf\x11\xe0....", "a spreadsheet or document: export it as CSV"),
    "web page": (b"<!doctype html><p>No", "a web page or XML"),
    "CSV without columns": (b"x,1,2026-11-02,hello\n", "found columns: x, 1, 2026-11-02, hello"),
    "CSV without one column": (b"platform,native_id,text\n", "created_at missing"),
    "CSV with a column twice": (
        b"platform,native_id,created_at,text,text\nx,1,,a,b",
        "names a column twice: text",
    ),
    "CSV in another encoding": ("platform,naïef\n".encode("latin-1"), "is not UTF-8"),
    "JSON of something else": (b'{"sku": 1, "price": 2}\n', "found keys: sku, price"),
    "JSON of nothing": (b"{oops}\n{oops}\n", "its first rows can't be read: line 1 is no JSON"),
    "Parquet without columns": (parquet({"a": 1}), "found columns: a"),
    "cut Parquet": (parquet(ROW)[:200], "can't be read"),
    "broken gzip": (b"\x1f\x8b\x08\x00 no gzip at all", "compressed file is damaged"),
    "cut archive": (b"PK\x03\x04....", "the archive is damaged, or was cut"),
    "pictures": (zipped({"a.jpg": b"x"}), "holds no file of JSON"),
}


@pytest.mark.parametrize(("content", "words"), WHOLE_FILES.values(), ids=WHOLE_FILES)
def test_file_that_can_not_be_read_leaves_nothing_behind(tmp_path, content, words):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(ImportFileError, match=words):
        take(tmp_path / "a.csv")
    left = [p.name for p in tmp_path.rglob("*") if p.is_file()]
    assert left == ["a.csv"]


def test_bad_parquet_row_is_put_aside_with_its_values(tmp_path):
    (tmp_path / "a.parquet").write_bytes(parquet(ROW, ROW | {"text": None, "native_id": "18"}))
    result = take(tmp_path / "a.parquet")
    assert put_aside(result) == [(2, "text is missing")]
    assert result.aside is not None
    raw = json.loads(json.loads(result.aside.read_text(encoding="utf-8"))["raw"])
    assert raw["native_id"] == "18"


def test_file_with_an_impossible_name_is_imported(tmp_path):
    path = tmp_path / (b"\xff" * 200 + b".jsonl").decode("utf-8", "surrogateescape")
    path.write_bytes(json_lines(ROW) + b"oops\n")
    result = take(path)
    assert (result.rows, result.put_aside) == (1, 1)
    assert read_header(result.path).stream.endswith("??.jsonl")


def test_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ImportFileError, match="No such file"):
        take(tmp_path / "a.csv")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
columns = st.sampled_from([*ROW, "kind", "is_own", "edited_at", "parent_id", "metrics.x", "raw"])
changed_rows = st.dictionaries(columns | st.text(), json_values, max_size=4).map(
    lambda change: json.dumps(ROW | change).encode()
)
json_texts = json_values.map(lambda value: json.dumps(value).encode())
any_lines = st.lists(changed_rows | st.binary(max_size=40) | json_texts, max_size=6)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(any_lines)
def test_no_line_whatsoever_crashes_the_import_or_is_lost(tmp_path, lines):
    content = json_lines(ROW) + b"\n".join(lines)
    (tmp_path / "a.jsonl").write_bytes(content)
    result = take(tmp_path / "a.jsonl")
    there = [line for line in content.split(b"\n") if line.decode("utf-8", "replace").strip()]
    assert result.rows + result.put_aside + result.repeated == len(there)
    assert len(put_aside(result)) == result.put_aside


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.text(alphabet='ax1,";\n\r\x00é\u2028 ', max_size=30), max_size=6))
def test_no_csv_whatsoever_crashes_the_import(tmp_path, lines):
    head = "platform,native_id,created_at,text\n"
    (tmp_path / "a.csv").write_bytes((head + "\n".join(lines) + "\nx,1,,last\n").encode())
    result = take(tmp_path / "a.csv")
    texts = [row["text"] for row in rows_of(result)]
    assert any("last" in text for text in texts)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=30).filter(lambda text: "\x00" not in text)))
def test_text_comes_through_csv_as_it_was(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("import") / "a.csv"
    whole = [text.encode("utf-8", "replace").decode() for text in texts]
    rows = [flat(ROW) | {"native_id": f"t{i}", "text": text} for i, text in enumerate(whole)]
    path.write_bytes(table(flat(ROW), *rows, quoting=csv.QUOTE_ALL))
    found = {row["native_id"]: row["text"] for row in rows_of(take(path))}
    assert [found[f"t{i}"] for i in range(len(whole))] == whole
