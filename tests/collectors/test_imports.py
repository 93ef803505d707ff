"""Files exported elsewhere become one landing file each; bad rows are put aside, never a crash."""

import codecs
import gzip
import json
import subprocess
import sys
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from collectors.contract import Interval
from collectors.imports.importing import ImportFileError, parse_covers
from collectors.landing import MENTION_SCHEMA, read_header, waiting_files
from collectors.watchlist import Watchlist
from tests.collectors.exported import (
    EXPECTED,
    LATER,
    NOW,
    ROW,
    WATCHLIST,
    flat,
    json_lines,
    parquet,
    rows_of,
    table,
    take,
)

FORMS = {
    "export.jsonl": json_lines(ROW),
    "export.ndjson": b"\n" + json_lines(ROW).replace(b"\n", b"\r\n") + b"\n  \n",
    "export.json": codecs.BOM_UTF8 + json_lines(ROW),
    "export-without-last-line-end.jsonl": json_lines(ROW).strip(),
    "export-without-ending": json_lines(ROW),
    "export.jsonl.gz": gzip.compress(json_lines(ROW)),
    "export-that-was-zipped.jsonl": gzip.compress(json_lines(ROW)),
    "export.csv": table(ROW | {"metrics": json.dumps(ROW["metrics"])}),
    "export-flat.csv": table(flat(ROW)),
    "export-of-windows.csv": codecs.BOM_UTF8 + table(flat(ROW), delimiter=";", line_end="\r\n"),
    "export-with-pipes.csv": table(flat(ROW), delimiter="|"),
    "export.tsv": table(flat(ROW), delimiter="\t"),
    "export.csv.gz": gzip.compress(table(flat(ROW))),
    "export-with-capitals.csv": table({k.upper(): v for k, v in flat(ROW).items()}).replace(
        b"METRICS.LIKES", b"metrics.likes"
    ),
    "export.parquet": parquet(ROW),
    "export-flat.parquet": parquet(flat(ROW) | {"created_at": EXPECTED["created_at"]}),
    "export-that-is-parquet.bin": parquet(flat(ROW)),
}


@pytest.mark.parametrize(("name", "content"), FORMS.items(), ids=FORMS)
def test_each_form_gives_the_same_mention(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    result = take(tmp_path / name)
    (row,) = rows_of(result)
    assert {key: row[key] for key in EXPECTED} == EXPECTED
    assert float(json.loads(row["raw"])["reach"]) == 12.5
    assert (result.rows, result.put_aside, result.aside) == (1, 0, None)
    assert pq.read_schema(result.path).equals(MENTION_SCHEMA)


def test_parquet_with_nanoseconds_maps_and_nulls_is_read(tmp_path):
    schema = pa.schema(
        [
            ("platform", pa.string()),
            ("native_id", pa.int64()),
            ("created_at", pa.timestamp("ns")),
            ("text", pa.string()),
            ("metrics", pa.map_(pa.string(), pa.int32())),
            ("seen", pa.date32()),
        ]
    )
    row = {"platform": "x", "native_id": 2**60, "text": "a", "metrics": [("likes", 1)]}
    late = row | {"created_at": datetime(2026, 11, 2, 9), "seen": NOW.date()}  # noqa: DTZ001
    (tmp_path / "a.parquet").write_bytes(parquet(late, row | {"native_id": 1}, schema=schema))
    first, second = rows_of(take(tmp_path / "a.parquet"))
    assert first["native_id"] == str(2**60)
    assert first["created_at"] == EXPECTED["created_at"]
    assert first["metrics"] == {"likes": 1}
    assert json.loads(first["raw"]) == {"seen": "2026-11-23"}
    assert (second["created_at"], second["time_source"], second["raw"]) == (None, "unknown", "{}")


def test_quotes_delimiters_and_line_ends_in_csv_fields_are_kept(tmp_path):
    text = 'He said "Acme",\r\nthen\n\nleft; really'
    content = table(flat(ROW) | {"text": text}, flat(ROW) | {"native_id": "18"})
    (tmp_path / "a.csv").write_bytes(content)
    first, second = rows_of(take(tmp_path / "a.csv"))
    assert first["text"] == text
    assert second["native_id"] == "18"


def test_last_row_of_an_identity_wins_over_the_whole_file(tmp_path):
    rows = [ROW | {"native_id": str(i % 6_000), "text": f"version {i}"} for i in range(12_001)]
    (tmp_path / "a.jsonl").write_bytes(json_lines(*rows))
    result = take(tmp_path / "a.jsonl")
    found = {row["native_id"]: row["text"] for row in rows_of(result)}
    assert (result.rows, result.repeated, len(found)) == (6_000, 6_001, 6_000)
    assert found["0"] == "version 12000"
    assert found["5999"] == "version 11999"
    assert read_header(result.path).items_seen == 12_001
    assert [p.name for p in result.path.parent.iterdir()] == [result.path.name]


def test_import_twice_is_import_once(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(json_lines(ROW) + b"oops\n")
    first = take(tmp_path / "a.jsonl")
    content = first.path.read_bytes()
    again = take(tmp_path / "a.jsonl", now=LATER)
    assert again == first
    assert again.path.read_bytes() == content
    assert waiting_files(tmp_path / "landing") == [first.path]
    assert len(list((tmp_path / "aside").iterdir())) == 1


def test_other_content_options_or_watchlist_give_another_job(tmp_path):
    covers = parse_covers("2026-10-01/2026-11-01")
    (tmp_path / "a.jsonl").write_bytes(json_lines(ROW))
    changed = Watchlist(subject=(WATCHLIST.subject[0].model_copy(update={"name": "Other"}),))
    options = [
        {},
        {"source": "news"},
        {"source": "x"},
        {"source": "x", "covers": covers},
        {"watchlist": changed},
    ]
    jobs = {read_header(take(tmp_path / "a.jsonl", **given).path).job_id for given in options}
    (tmp_path / "a.jsonl").write_bytes(json_lines(ROW, ROW))
    jobs.add(read_header(take(tmp_path / "a.jsonl").path).job_id)
    assert len(jobs) == 6


def test_import_covers_nothing_unless_told(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(json_lines(ROW, ROW | {"platform": "feed"}))
    header = read_header(take(tmp_path / "a.jsonl").path)
    assert (header.kind, header.source, header.stream) == ("import", "import", "import:a.jsonl")
    assert (header.answered, header.platform, header.since) == ((), "import", None)


def test_import_that_covers_records_the_interval_for_its_source(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(json_lines(ROW))
    covers = parse_covers("2026-10-01/2026-11-02T12:00+01:00")
    header = read_header(take(tmp_path / "a.jsonl", source="x_main", covers=covers).path)
    assert (header.source, header.stream, header.platform) == ("x_main", "import", "x")
    since, until = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 2, 11, tzinfo=UTC)
    assert header.answered == (Interval(since=since, until=until, reason="imported"),)


@pytest.mark.parametrize(
    "options", [{"covers": parse_covers("2026-10-01/2026-11-01")}, {"source": "../x"}]
)
def test_option_that_makes_no_sense_is_refused(tmp_path, options):
    (tmp_path / "a.jsonl").write_bytes(json_lines(ROW))
    with pytest.raises(ImportFileError, match="source"):
        take(tmp_path / "a.jsonl", **options)


@pytest.mark.parametrize("text", ["", "2026-10-01", "/", "a/b", "2026-10-02/2026-10-01", "/2026-1"])
def test_stretch_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match=r"is no stretch of time|ends before"):
        parse_covers(text)


def test_progress_ends_at_the_end(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(
        json_lines(*[ROW | {"native_id": str(i)} for i in range(3_000)])
    )
    told: list[float] = []
    take(tmp_path / "a.jsonl", progress=told.append)
    assert told[-1] == 1.0
    assert told == sorted(told)
    assert len(told) == 4


MEASURE = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from collectors.imports.importing import import_file
from collectors.watchlist import Watchlist

subject = {"id": "acme", "name": "Acme", "facet": "brand", "terms": ["Acme"]}
watchlist = Watchlist.model_validate({"subject": [subject]})
for name in ("small.csv", "large.csv"):
    folder = Path(sys.argv[1])
    now = datetime(2026, 11, 23, tzinfo=UTC)
    result = import_file(
        folder / name, watchlist=watchlist, folder=folder / "landing", aside=folder, now=now
    )
    print(result.rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path):
    for name, rows in (("small.csv", 10_000), ("large.csv", 100_000)):
        with (tmp_path / name).open("wb") as file:
            file.write(b"platform,native_id,created_at,text\n")
            for number in range(rows):
                file.write(b"x,%d,2026-11-02T09:00:00Z,%s\n" % (number, b"Acme " * 100))
    run = [sys.executable, "-c", MEASURE, str(tmp_path)]
    told = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    (small, small_kb), (large, large_kb) = (map(int, line.split()) for line in told.splitlines())
    assert (small, large) == (10_000, 100_000)
    assert large_kb - small_kb < 25_000
