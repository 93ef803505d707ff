"""How SQL answers look to people and programs."""

import csv
import io
import json

import duckdb
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from warehouse.terminal import shown_error, write_answer

HOSTILE = "a\x1b[31mred\x1b]0;title\x07 \u202eback\u2066 [bold]b[/bold] \x9b31m\r\nnext\u2028line\t\x00end"
STEERING = {chr(n) for n in (*range(32), *range(127, 160))} | set("\u202e\u2066\u2028\u2029\u200f")


@pytest.fixture
def connection():
    with duckdb.connect() as opened:
        yield opened


def table(connection, query, *, width=200):
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    write_answer(connection, query, "table", None, console)
    return console.file.getvalue()


def written(connection, query, output_format, folder):
    out = folder / f"out.{output_format}"
    write_answer(connection, query, output_format, out, Console())
    assert list(folder.iterdir()) == [out]
    return out


def quoted(text):
    return " || ".join(f"chr({ord(c)})" for c in text if c != "\x00") or "''"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT {text} AS t, 1 AS n",
        "SELECT [{text}] AS t, 1 AS n",
        "SELECT {{'key': {text}}} AS t, 1 AS n",
        "SELECT MAP {{{text}: {text}}} AS t, 1 AS n",
        "SELECT {text}::BLOB AS t, 1 AS n",
    ],
)
def test_foreign_text_stays_in_its_cell_and_never_steers_the_terminal(connection, query):
    shown = table(connection, query.format(text=quoted(HOSTILE)))
    assert not STEERING & set(shown.replace("\n", ""))
    head, row = shown.splitlines()
    assert head.split() == ["t", "n"]
    assert row.rstrip().endswith("  1")
    if "BLOB" not in query:
        assert "[bold]b[/bold]" in row


def test_foreign_text_as_a_heading_does_not_steer_either(connection):
    values = f"SELECT {quoted(HOSTILE)} AS t, 1 AS n"
    shown = table(connection, f"PIVOT ({values}) ON t USING sum(n)")
    assert not STEERING & set(shown.replace("\n", ""))
    assert len(shown.splitlines()) == 2


def test_foreign_text_in_an_error_does_not_steer_either(connection):
    with pytest.raises(duckdb.Error) as caught:
        table(connection, f"SELECT CAST({quoted(HOSTILE)} AS INTEGER)")
    assert "\x1b" in str(caught.value)
    assert not STEERING & set(shown_error(caught.value).replace("\n", ""))


def test_long_cells_are_cut_and_hidden_rows_are_counted(connection):
    assert table(connection, "SELECT repeat('x', 1000)", width=400).count("x") < 250
    shown = table(connection, "FROM range(250)")
    assert "150 more rows" in shown
    assert "\n99 " in shown
    assert "\n100 " not in shown


def test_a_narrow_window_folds_cells_and_loses_nothing(connection):
    shown = table(connection, f"SELECT '{'ab' * 40}' AS t", width=30)
    assert max(map(len, shown.splitlines())) <= 30
    assert shown.replace("\n", "").count("ab") == 40


def test_rows_too_wide_for_the_window_stand_one_below_the_other(connection):
    columns = ", ".join(f"repeat('{letter}', 30) AS column_{letter}" for letter in "abcdefgh")
    query = f"SELECT {columns} FROM range(2)"  # noqa: S608 - letters
    shown = table(connection, query, width=100).splitlines()
    assert len(shown) == 2 * 9
    assert shown[0] == "── row 1 ──"
    assert shown[1].split() == ["column_a", "a" * 30]
    assert shown[9] == "── row 2 ──"
    assert len(table(connection, query, width=400).splitlines()) == 3


def test_wide_answers_without_rows_still_name_their_columns(connection):
    columns = ", ".join(f"1 AS a_column_with_the_number_{n}" for n in range(9))
    shown = table(connection, f"SELECT {columns} WHERE FALSE", width=300)
    assert shown.split() == [f"a_column_with_the_number_{n}" for n in range(9)]


def test_numbers_can_be_read_at_a_glance(connection):
    query = "SELECT 1 / 3 AS a, 1e-9 AS b, 1234567.875::DOUBLE AS c, 2.50::DECIMAL(9, 2) AS d"
    assert table(connection, query).splitlines()[1].split() == [
        "0.333333",
        "1e-09",
        "1234567.875",
        "2.5",
    ]


def test_the_plan_of_a_query_keeps_its_lines(connection):
    shown = table(connection, "EXPLAIN SELECT count(*) FROM range(10)").splitlines()
    assert len(shown) > 5
    assert any("range" in line.lower() for line in shown)


VALUES = """
SELECT 1 AS x, 2 AS x, NULL AS none, 'a,"b' || chr(10) || 'é' AS t, 1.5::DECIMAL(9, 2) AS d,
    170141183460469231731687303715884105727::HUGEINT AS h, TRUE AS yes,
    TIMESTAMPTZ '2026-11-23 08:00+00' AS at, DATE '2026-11-23' AS day,
    INTERVAL 1 DAY + INTERVAL 90 MINUTES AS span, MAP {'likes': 3} AS m, [1, NULL] AS l
"""


def test_json_can_be_read_back(connection, tmp_path):
    connection.execute("SET TimeZone = 'UTC'")
    (row,) = json.loads(written(connection, VALUES, "json", tmp_path).read_text())
    assert row == {
        "x": 1,
        "x_1": 2,
        "none": None,
        "t": 'a,"b\né',
        "d": 1.5,
        "h": 170141183460469231731687303715884105727,
        "yes": True,
        "at": "2026-11-23T08:00:00+00:00",
        "day": "2026-11-23",
        "span": "1 day 01:30:00",
        "m": {"likes": 3},
        "l": [1, None],
    }


def test_json_holds_no_number_that_json_does_not_know(connection, tmp_path):
    path = written(connection, "SELECT 'nan'::DOUBLE AS a, ['-inf'::DOUBLE] AS b", "json", tmp_path)
    found = json.loads(path.read_text(), parse_constant=pytest.fail)
    assert found == [{"a": None, "b": [None]}]


def test_csv_can_be_read_back(connection, tmp_path):
    text = written(connection, VALUES, "csv", tmp_path).read_text(encoding="utf-8")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert (row["x"], row["x_1"], row["none"], row["t"]) == ("1", "2", "", 'a,"b\né')
    assert (row["span"], row["m"], row["l"]) == ("1 day 01:30:00", '{"likes": 3}', "[1, null]")


def test_parquet_can_be_read_back(connection, tmp_path):
    query = VALUES.replace("SELECT", "SELECT range AS number,", 1) + "FROM range(25000)"
    found = pq.read_table(written(connection, query, "parquet", tmp_path))
    assert found["number"].to_pylist() == list(range(25_000))
    assert found["x_1"][0].as_py() == 2
    assert found["span"][0].as_py() == "1 day 01:30:00"


@pytest.mark.parametrize("output_format", ["csv", "json", "parquet"])
def test_an_empty_answer_is_a_whole_file(connection, tmp_path, output_format):
    path = written(connection, "SELECT 1 AS x WHERE FALSE", output_format, tmp_path)
    match output_format:
        case "csv":
            assert path.read_text() == "x\n"
        case "json":
            assert json.loads(path.read_text()) == []
        case _:
            assert pq.read_table(path).column_names == ["x"]


@pytest.mark.parametrize("output_format", ["csv", "json", "parquet"])
def test_a_query_that_fails_on_its_way_leaves_no_file_and_no_old_one_damaged(
    connection, tmp_path, output_format
):
    out = tmp_path / "out"
    out.write_text("of yesterday")
    query = (
        "SELECT CAST(CASE WHEN range = 40000 THEN 'x' ELSE '1' END AS INTEGER) FROM range(50000)"
    )
    with pytest.raises(duckdb.Error, match="Could not convert"):
        write_answer(connection, query, output_format, out, Console())
    assert out.read_text() == "of yesterday"
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("query", ["", "SELECT 1; SELECT 2", "-- nothing"])
def test_one_statement_at_a_time(connection, query):
    with pytest.raises(duckdb.Error, match="one statement"):
        table(connection, query)
