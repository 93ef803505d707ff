"""`luisterpost import`: what it prints, writes and returns."""

import gzip
import json
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from collectors.commands import import_files
from collectors.landing import read_header, waiting_files
from tests.collectors.configured import GOOD_SUBJECT, configured
from tests.collectors.exported import ROW, json_lines
from tests.collectors.test_import_mastodon import activity, outbox

app = typer.Typer()
app.command("import")(import_files)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    configured(tmp_path / "config")
    (tmp_path / "good.jsonl").write_bytes(json_lines(ROW))
    (tmp_path / "mixed.jsonl").write_bytes(b"oops\n" * 12 + json_lines(ROW | {"native_id": "18"}))
    (tmp_path / "broken.csv").write_bytes(b"no,columns\n")
    return tmp_path


def run_import(folder: Path, *arguments: str) -> Result:
    files = [str(folder / part) if "." in part and "/" not in part else part for part in arguments]
    places = ["--config", str(folder / "config"), "--home", str(folder / "var")]
    return CliRunner().invoke(app, [*files, *places, "--now", "2026-11-23T08:00"])


def test_file_without_bad_rows_ends_with_0_and_says_what_comes_next(folder):
    result = run_import(folder, "good.jsonl")
    assert result.exit_code == 0
    assert "good.jsonl: 1 mention\n" in result.output
    assert "luisterpost run" in result.output
    (path,) = waiting_files(folder / "var" / "landing")
    assert f"{read_header(path).collected_at:%Y-%m-%dT%H:%M}" == "2026-11-23T08:00"


def test_bad_rows_are_named_and_counted_and_end_with_1(folder):
    result = run_import(folder, "good.jsonl", "mixed.jsonl")
    assert result.exit_code == 1
    assert "mixed.jsonl: line 1: is no JSON: Expecting value" in result.output
    assert "line 10" in result.output
    assert "line 11" not in result.output
    assert "… and 2 more" in result.output
    assert "1 mention, 12 rows put aside in" in result.output
    (aside,) = (folder / "var" / "aside").iterdir()
    assert aside.name.startswith("import-mixed.jsonl-")
    lines = [json.loads(line) for line in aside.read_text().splitlines()]
    assert lines[11]["line"] == 12
    assert lines[11]["raw"] == "oops"


def test_file_that_can_not_be_read_ends_with_2_and_the_others_are_imported(folder):
    result = run_import(folder, "broken.csv", "absent.csv", "good.jsonl")
    assert result.exit_code == 2
    assert "broken.csv: is none of the formats" in result.output
    assert "absent.csv: can't be read (No such file or directory)" in result.output
    assert len(waiting_files(folder / "var" / "landing")) == 1


def test_row_can_not_steer_the_terminal(folder):
    (folder / "evil.jsonl").write_bytes(json_lines(ROW | {"metrics": {"\x1b[2J": "a"}}))
    result = run_import(folder, "evil.jsonl")
    assert "metrics: �[2J is no whole number" in result.output
    assert "\x1b" not in result.output


def test_what_is_covered_needs_a_source_that_exists(folder):
    covers = ("--covers", "2026-10-01/2026-11-01")
    assert run_import(folder, "good.jsonl", *covers).exit_code == 2
    result = run_import(folder, "good.jsonl", *covers, "--source", "nws")
    assert result.exit_code == 2
    assert "did you mean" in result.output
    assert not (folder / "var").exists()
    assert run_import(folder, "good.jsonl", *covers, "--source", "news").exit_code == 0
    (path,) = waiting_files(folder / "var" / "landing")
    assert [interval.reason for interval in read_header(path).answered] == ["imported"]


def test_stretch_that_is_none_is_a_usage_error(folder):
    result = run_import(folder, "good.jsonl", "--covers", "2026", "--source", "news")
    assert result.exit_code == 2
    assert "write FROM/TO" in result.output


def test_broken_configuration_is_told_and_nothing_is_imported(folder):
    configured(folder / "config", GOOD_SUBJECT + "zzz = 1")
    result = run_import(folder, "good.jsonl")
    assert result.exit_code == 2
    assert "subject[0].zzz: unknown key" in result.output
    assert not (folder / "var").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--format", "twrac"), "did you mean 'twarc'?"),
        (("--time-zone", "Brussel/Gent"), "is no time zone"),
        (("--encoding", "klingon"), "is no encoding of text"),
        (("--encoding", "base64"), "is no encoding of text"),
    ],
)
def test_option_that_is_none_is_a_usage_error(folder, options, words):
    result = run_import(folder, "good.jsonl", *options)
    assert result.exit_code == 2
    # A frame is drawn around it, in which words are wrapped.
    assert words in " ".join(result.output.replace("│", " ").split())
    assert not (folder / "var").exists()


def test_unrecognised_file_is_told_what_was_looked_for_and_found(folder):
    result = run_import(folder, "broken.csv")
    for words in (
        "columns: JSON, CSV or Parquet",
        "twarc:",
        "pushshift:",
        "mastodon:",
        "brandwatch:",
    ):
        assert words in result.output
    assert "found columns: no, columns" in result.output
    forced = run_import(folder, "broken.csv", "--format", "brandwatch").output
    assert "is not of the format" in forced
    assert "twarc" not in forced


def test_summary_tells_the_format_and_what_was_left_out(folder):
    (folder / "outbox.json").write_bytes(outbox(activity(1), activity(2, to=(), cc=())))
    result = run_import(folder, "outbox.json")
    assert "outbox.json: mastodon: 1 mention, 1 left out (not public)\n" in result.output
    assert result.exit_code == 0


def test_cut_file_tells_that_it_covers_nothing(folder):
    lines = json_lines(*[ROW | {"native_id": str(n), "text": str(n * n)} for n in range(2_000)])
    (folder / "cut.jsonl.gz").write_bytes(gzip.compress(lines)[:-50])
    covers = ("--covers", "2026-10-01/2026-11-01", "--source", "news")
    result = run_import(folder, "cut.jsonl.gz", *covers)
    assert result.exit_code == 1
    assert "what follows is missing" in result.output
    assert "nothing covered, because the file is not whole" in result.output
