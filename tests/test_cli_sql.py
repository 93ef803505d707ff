"""`luisterpost sql` as people and programs meet it."""

import csv
import io
import json
import os
import pty
import select
import subprocess
import time
from contextlib import suppress

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from luisterpost import app
from tests.places import HOSTILE, copy_of
from tests.programs import LUISTERPOST, environment, luisterpost

QUERY = (
    "SELECT native_id, text, metrics, occurred_at FROM mention WHERE platform = 'forum' ORDER BY 1"
)
STEERING = ("\x1b[31m", "\x1b]0;", "\x07", "\x9b", "\u202e")


@pytest.fixture
def home(listened):
    return listened.folder / "var"


def here(home, *words, expect=0, stdin=None):
    result = CliRunner().invoke(app, ["sql", "--home", str(home), *map(str, words)], input=stdin)
    assert result.exit_code == expect, result.output
    return result


def forum(rows):
    return [(row["native_id"], row["text"]) for row in rows]


EXPECTED = [("0", HOSTILE), ("1", "Acme is fine")]


# --- formats ---------------------------------------------------------------------------


def read(output_format, content):
    match output_format:
        case "csv":
            return list(csv.DictReader(io.StringIO(content.decode(), newline="")))
        case "json":
            return json.loads(content)
        case _:
            return pq.read_table(pa.BufferReader(content)).to_pylist()


@pytest.mark.parametrize("output_format", ["csv", "json", "parquet"])
def test_what_is_piped_into_a_program_is_nothing_but_the_answer(home, tmp_path, output_format):
    done = subprocess.run(
        [LUISTERPOST, "sql", "--home", home, "--format", output_format, QUERY],
        capture_output=True,
        env=environment(tmp_path),
        check=True,
    )
    found = read(output_format, done.stdout)
    assert forum(found) == EXPECTED
    assert str(found[0]["occurred_at"])[:10] == "2026-11-20"
    assert done.stderr == b""


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.parquet", "a.CSV", "a.txt"])
def test_a_file_has_the_format_of_its_ending(home, tmp_path, name):
    shown = here(home, "--out", tmp_path / name, QUERY)
    ending = {"a.json": "json", "a.parquet": "parquet"}.get(name, "csv")
    assert forum(read(ending, (tmp_path / name).read_bytes())) == EXPECTED
    assert shown.stdout == ""
    here(home, "--out", tmp_path / name, "--format", "json", QUERY)
    assert forum(json.loads((tmp_path / name).read_bytes())) == EXPECTED


def test_a_place_that_cannot_be_written_is_named(home, tmp_path):
    missing = tmp_path / "nowhere" / "a.csv"
    assert f"can't write {missing}" in here(home, "--out", missing, QUERY, expect=2).stderr


def test_whoever_reads_only_the_beginning_is_no_error(home, tmp_path):
    command = f"'{LUISTERPOST}' sql --home '{home}' --format csv 'FROM range(300000)' | head -n 1"
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, env=environment(tmp_path), check=True
    )
    assert done.stdout == b"range\n"
    assert done.stderr == b""


# --- hostile text ----------------------------------------------------------------------


def test_foreign_text_in_a_table_cannot_steer_a_real_terminal(home, tmp_path):
    shown = on_a_terminal(
        "sql", "--home", home, QUERY.replace("metrics, occurred_at", "1 AS one"), folder=tmp_path
    )
    assert "[bold]b[/bold]" in shown
    assert "next line" in shown
    for sequence in STEERING:
        assert sequence not in shown


def test_foreign_text_in_an_error_cannot_steer_a_real_terminal(home, tmp_path):
    query = "SELECT CAST(text AS INTEGER) FROM mention WHERE native_id = '0'"
    shown = on_a_terminal("sql", "--home", home, query, folder=tmp_path, expect=2)
    assert "Could not convert" in shown
    for sequence in STEERING:
        assert sequence not in shown


def on_a_terminal(*words, folder, expect=0):
    """Run a command on a terminal of its own; give all that reached it."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [LUISTERPOST, *map(str, words)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(folder, {"TERM": "xterm-256color", "COLUMNS": "160"}),
    )
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # So a terminal says that nobody is left.
        while select.select([ours], [], [], 60)[0] and (piece := os.read(ours, 65_536)):
            shown += piece
    os.close(ours)
    assert process.wait(60) == expect, shown
    return shown.decode()


# --- bounds ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("SELEC 1", "syntax error"),
        ("FROM nowhere", "does not exist"),
        ("", "one statement"),
        ("SELECT 1; DROP TABLE mention", "one statement"),
        ("COPY mention TO 'stolen.csv'", "disabled"),
        ("COPY (SELECT 1) TO '/dev/stdout'", "disabled"),
        ("EXPORT DATABASE 'stolen'", "disabled"),
        ("ATTACH 'other.duckdb'", "disabled"),
        ("FROM read_csv('/etc/passwd')", "disabled"),
        ("FROM '/etc/passwd'", "does not exist"),
        ("FROM read_text('/etc/passwd')", "disabled"),
        ("FROM glob('/etc/*')", "disabled"),
        ("FROM 'http://127.0.0.1:9/x.parquet'", "http"),
        ("INSTALL httpfs", "disabled"),
        ("LOAD '/etc/passwd'", "disabled"),
        ("SELECT getenv('HOME')", "does not exist"),
        ("SET enable_external_access = true", "locked"),
        ("SET max_execution_time = 0", "locked"),
        ("RESET lock_configuration", "locked"),
        ("DELETE FROM mention", "read-only"),
        ("CREATE TABLE mine AS SELECT 1", "read-only"),
    ],
)  # fmt: skip
def test_what_is_wrong_or_forbidden_ends_with_2_and_says_why(
    home, tmp_path, monkeypatch, query, says
):
    monkeypatch.chdir(tmp_path)
    shown = here(home, query, expect=2)
    assert says in shown.stderr
    assert shown.stdout == ""
    assert "Traceback" not in shown.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM range(10000000000000)",
        "FROM range(10000000000000)",
        "WITH RECURSIVE t AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM t) SELECT max(x) FROM t",
    ],
)
@pytest.mark.parametrize("output_format", ["table", "csv"])
def test_a_query_without_end_is_ended(home, query, output_format, tmp_path):
    began = time.monotonic()
    words = ("--time-limit", "0.3", "--format", output_format, "--out", tmp_path / "out")
    shown = here(home, *(words if output_format == "csv" else words[:4]), query, expect=2)
    assert "execution time" in shown.stderr
    assert time.monotonic() - began < 30
    assert list(tmp_path.iterdir()) == []


def test_sql_never_changes_the_snapshot(home):
    before = (home / "snapshot.duckdb").read_bytes()
    here(home, "CREATE TEMP TABLE mine AS FROM mention")
    here(home, "FROM mention")
    assert (home / "snapshot.duckdb").read_bytes() == before


# --- prompt ----------------------------------------------------------------------------


def test_statements_can_be_piped_in(home, tmp_path):
    told = (
        "SELECT 40\n + 2 AS answer;\n.tables\n.schema daily_volume\nSELECT 'no semicolon' AS last"
    )
    ended = luisterpost("sql", "--home", home, stdin=told, folder=tmp_path)
    assert ended.code == 0
    assert ended.err == ""
    lines = [line.split() for line in ended.out.splitlines()]
    assert lines[:2] == [["answer"], ["42"]]
    names = [line[0] for line in lines if line]
    assert {"daily_volume", "mention", "gap", "share_of_voice_week"} <= set(names)
    assert "in the firm's time zone" in ended.out
    assert lines[-1] == ["no", "semicolon"]


def test_a_wrong_statement_does_not_stop_the_others_but_is_told(home):
    shown = here(home, stdin="FROM nowhere;\nSELECT 7 AS seven;\n.quit\nSELECT 8;\n", expect=2)
    assert "does not exist" in shown.output
    assert "seven" in shown.stdout
    assert "8" not in shown.stdout


def test_there_is_a_comment_on_every_table_view_and_column(home):
    query = """
        SELECT table_name || '.' || column_name AS bare FROM duckdb_columns()
        WHERE comment IS NULL AND NOT internal AND database_name = 'snapshot'
        UNION ALL SELECT table_name FROM duckdb_tables() WHERE comment IS NULL
        UNION ALL SELECT view_name FROM duckdb_views() WHERE comment IS NULL AND NOT internal
    """
    assert here(home, "--format", "json", query).stdout.strip() == "[\n]"


def test_a_reader_opens_what_was_published_meanwhile(listened, tmp_path):
    folder = copy_of(listened.folder, tmp_path / "copy")
    words = ["publish", "--home", folder / "var", "--config", folder / "config"]
    query = "SELECT snapshot_id FROM snapshot_info"
    before = here(folder / "var", "--format", "csv", query).stdout
    assert CliRunner().invoke(app, [*map(str, words)]).exit_code == 0
    assert here(folder / "var", "--format", "csv", query).stdout != before
