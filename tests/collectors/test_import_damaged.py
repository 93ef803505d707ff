"""Packed, cut, damaged and malicious files: what can be read is, in bounded memory, and the rest is told."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import tracemalloc
import zipfile

import pytest
import zstandard

from collectors.imports.importing import ImportFileError, parse_covers
from collectors.landing import read_header
from tests.collectors.exported import ROW, json_lines, put_aside, rows_of, take, zipped

ROWS = [ROW | {"native_id": str(n), "text": f"Acme {n * 7919 % 10_007}"} for n in range(3_000)]
LINES = json_lines(*ROWS)
PACKINGS = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor(write_checksum=True).compress,
}
COVERS = parse_covers("2026-10-01/2026-11-01")


@pytest.mark.parametrize(("ending", "pack"), PACKINGS.items(), ids=PACKINGS)
def test_each_packing_is_read_whatever_the_file_is_called(tmp_path, ending, pack):
    for name in (f"a.jsonl.{ending}", "a.dat"):
        (tmp_path / name).write_bytes(
            pack(LINES[: len(LINES) // 2]) + pack(LINES[len(LINES) // 2 :])
        )
        result = take(tmp_path / name)
        assert (result.rows, result.put_aside, result.damage) == (3_000, 0, None)


@pytest.mark.parametrize(("ending", "pack"), PACKINGS.items(), ids=PACKINGS)
def test_file_that_was_cut_is_read_up_to_the_cut_and_covers_nothing(tmp_path, ending, pack):
    packed = pack(LINES[:100_000]) + pack(LINES[100_000:])
    (tmp_path / f"a.{ending}").write_bytes(packed[:-40])
    result = take(tmp_path / f"a.{ending}", source="x", covers=COVERS)
    assert 300 < result.rows < 3_000
    assert [row["native_id"] for row in rows_of(result)] == [str(n) for n in range(result.rows)]
    number, error = put_aside(result)[-1]
    assert "the compressed file is damaged, or was cut" in error
    assert number in {result.rows, result.rows + 1}
    assert result.damage
    assert read_header(result.path).answered == ()


@pytest.mark.parametrize(("ending", "pack"), PACKINGS.items(), ids=PACKINGS)
def test_file_that_is_damaged_at_once_is_refused(tmp_path, ending, pack):
    (tmp_path / f"a.{ending}").write_bytes(pack(LINES)[:12] + b"oops" * 100)
    with pytest.raises(ImportFileError, match="damaged, or was cut"):
        take(tmp_path / f"a.{ending}")


def test_half_a_line_at_the_end_is_put_aside(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(LINES[:-30])
    result = take(tmp_path / "a.jsonl")
    assert (result.rows, [number for number, _ in put_aside(result)]) == (2_999, [3_000])


def bombs() -> dict[str, bytes]:
    """Three hundred megabytes of nothing, in some kilobytes."""
    nothing = b" " * 2**20
    gz = gzip.compress(LINES, mtime=0) + gzip.compress(nothing * 300, mtime=0)
    zst = zstandard.compress(LINES) + zstandard.compress(nothing * 300)
    sink = io.BytesIO()
    with (
        zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.jsonl", "w") as file,
    ):
        file.write(LINES)
        for _ in range(300):
            file.write(nothing)
    inside = io.BytesIO()
    with tarfile.open(fileobj=inside, mode="w:gz") as archive:
        item = tarfile.TarInfo("a.jsonl")
        item.size = 300 * 2**20
        archive.addfile(item, io.BytesIO(nothing * 300))
    return {"gz": gz, "zst": zst, "zip": sink.getvalue(), "tar.gz": inside.getvalue()}


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["gz", "zst", "zip", "tar.gz"])
def test_bomb_is_refused_in_bounded_memory_and_leaves_nothing_behind(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    path.write_bytes(bombs()[ending])
    tracemalloc.start()
    with pytest.raises(ImportFileError, match="unpacks to more than 500 times its size"):
        take(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 120 * 2**20
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [path.name]


def test_line_of_fifty_megabytes_costs_one_row_when_packed_too(tmp_path):
    long = b'{"platform": "x", "text": "' + b"x" * 50 * 2**20 + b'"}\n'
    (tmp_path / "a.jsonl.zst").write_bytes(zstandard.compress(json_lines(ROW) + long + LINES))
    result = take(tmp_path / "a.jsonl.zst")
    assert result.rows == 3_000
    assert put_aside(result) == [(2, "the line is too long")]


def test_archive_of_several_files_is_one_import(tmp_path):
    members = {
        "one.jsonl": json_lines(ROW),
        "two/two.csv": b"platform,native_id,created_at,text\nx,18,,Acme\nx,19\n",
        "three.jsonl.gz": gzip.compress(json_lines(ROW | {"native_id": "20"})),
        "readme.txt": b"no data",
        "prices.json": b'{"price": 3}',
        "__MACOSX/._one.jsonl": b"\x00\x05",
    }
    (tmp_path / "all.zip").write_bytes(zipped(members))
    result = take(tmp_path / "all.zip")
    assert {row["native_id"] for row in rows_of(result)} == {"17", "18", "20"}
    assert result.places == ("two/two.csv, line 3", "prices.json, line 1")
    assert "is none of the formats" in result.problems[1][1]
    assert result.formats == ("columns",)


def test_encrypted_archive_is_refused(tmp_path):
    content = bytearray(zipped({"a.jsonl": LINES}))
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(magic) + at] |= 1
    (tmp_path / "a.zip").write_bytes(bytes(content))
    with pytest.raises(ImportFileError, match="is encrypted: unpack it first"):
        take(tmp_path / "a.zip")


def test_member_that_is_damaged_costs_no_other(tmp_path):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.jsonl", json_lines(ROW))
        archive.writestr("b.jsonl", json_lines(ROW | {"native_id": "18"}))
    content = sink.getvalue().replace(b'"native_id": "17"', b'"native_id": "16"')
    (tmp_path / "a.zip").write_bytes(content)
    result = take(tmp_path / "a.zip", source="x", covers=COVERS)
    assert [row["native_id"] for row in rows_of(result)] == ["18"]
    assert "Bad CRC-32" in put_aside(result)[0][1]
    assert read_header(result.path).answered == ()


def test_tar_that_was_cut_gives_what_stands_before(tmp_path):
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for name, content in (("a.jsonl", LINES), ("b.jsonl", LINES)):
            item = tarfile.TarInfo(name)
            item.size = len(content)
            archive.addfile(item, io.BytesIO(content))
    (tmp_path / "a.tar").write_bytes(sink.getvalue()[: len(LINES) + 3_000])
    result = take(tmp_path / "a.tar", source="x", covers=COVERS)
    assert result.rows == 3_000
    assert result.damage
    assert read_header(result.path).answered == ()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read(tmp_path, encoding):
    text = "platform,native_id,created_at,text\n" + "x,17,,café 🍺\n" * 3
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    (row,) = rows_of(take(tmp_path / "a.csv"))
    assert row["text"] == "café 🍺"


@pytest.mark.parametrize("indent", [None, 2])
def test_list_of_objects_is_read_item_by_item(tmp_path, indent):
    (tmp_path / "a.json").write_text(json.dumps(ROWS, indent=indent), encoding="utf-8")
    result = take(tmp_path / "a.json")
    assert (result.rows, result.put_aside) == (3_000, 0)


def test_lines_of_nul_bytes_are_put_aside(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(json_lines(ROW) + b"\x00" * 5_000 + b"\n" + LINES)
    result = take(tmp_path / "a.jsonl")
    assert (result.rows, [number for number, _ in put_aside(result)]) == (3_000, [2])


def test_folder_is_refused_with_advice(tmp_path):
    with pytest.raises(ImportFileError, match="is a folder: name the files in it"):
        take(tmp_path)
