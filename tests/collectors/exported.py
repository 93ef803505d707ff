"""Rows as other programs export them, and importing them."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from collectors.imports.importing import ImportResult, import_file
from collectors.watchlist import Watchlist

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WATCHLIST = Watchlist.model_validate(
    {
        "subject": [
            {
                "id": "acme",
                "name": "Acme",
                "facet": "brand",
                "terms": ["Acme"],
                "handles": {"x": ["acme"]},
                "domains": ["acme.example"],
            }
        ]
    }
)
ROW = {
    "platform": "x",
    "native_id": "17",
    "created_at": "2026-11-02T10:00:00+01:00",
    "text": "Dorst, Acme & café 🍺",
    "author_handle": "@jan",
    "author_id": "99",
    "author_name": "Jan",
    "title": None,
    "url": "https://x.com/jan/status/17",
    "language": "nl",
    "metrics": {"likes": 3, "replies": 0},
    "reach": 12.5,
}
EXPECTED = {
    "platform": "x",
    "native_id": "17",
    "kind": "post",
    "text": "Dorst, Acme & café 🍺",
    "created_at": datetime(2026, 11, 2, 9, 0, tzinfo=UTC),
    "time_source": "imported",
    "author_handle": "jan",
    "author_id": "99",
    "author_name": "Jan",
    "title": None,
    "url": "https://x.com/jan/status/17",
    "language_tag": "nl",
    "metrics": {"likes": 3, "replies": 0},
    "is_own": False,
    "collected_at": NOW,
}


def take(path: Path, **options) -> ImportResult:
    given = {"watchlist": WATCHLIST, "folder": path.parent / "landing", "now": NOW} | options
    return import_file(path, aside=path.parent / "aside", **given)


def rows_of(result: ImportResult) -> list[dict]:
    rows = pq.read_table(result.path).to_pylist()
    return [row | {"metrics": dict(row["metrics"])} for row in rows]


def put_aside(result: ImportResult) -> list[tuple[int, str]]:
    if result.aside is None:
        return []
    lines = map(json.loads, result.aside.read_text(encoding="utf-8").splitlines())
    return [(line["line"], line["error"]) for line in lines]


def json_lines(*rows: object) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def flat(row: dict) -> dict:
    kept = {key: value for key, value in row.items() if key != "metrics"}
    return kept | {f"metrics.{name}": count for name, count in row["metrics"].items()}


def table(*rows: dict, delimiter: str = ",", line_end: str = "\n", **how: int) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(
        file, list(rows[0]), delimiter=delimiter, lineterminator=line_end, **how
    )
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def parquet(*rows: dict, schema: pa.Schema | None = None) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), sink)
    return sink.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return sink.getvalue()


def spreadsheet() -> bytes:
    return zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})
