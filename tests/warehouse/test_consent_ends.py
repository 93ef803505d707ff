"""The day a consent ends: nothing stops, nobody has to edit a file, and what there was goes."""

import pytest
from typer.testing import CliRunner

from luisterpost import app
from tests.warehouse.building import T0, Judgement, enriched_file, header, mention, warehouse

WATCHLIST = """\
[[subject]]
id = "acme"
name = "Acme"
facet = "brand"
terms = ["Acme"]

[[subject]]
id = "ana"
name = "Ana Peeters"
facet = "employee"
unit = "sales"
terms = ["Ana Peeters"]
handles = { x = ["ana_brouwt"] }
consent = { given_at = 2026-01-15, withdrawn_at = 2026-11-20, purpose = "brand", platforms = ["x"], notice = "v1", proof = "p" }
"""
SOURCES = """\
[[source]]
name = "people"
platform = "x"
credential = "x_main"
query = "from:ana_brouwt"
accounts = ["ana_brouwt"]

[[source]]
name = "news"
platform = "feed"
urls = ["https://news.example/rss.xml"]
"""
KEY = {"AIRFLOW_CONN_X_MAIN": '{"conn_type": "http", "password": "secret"}'}
BEFORE, AFTER = "2026-11-17T08:00Z", "2026-11-20T00:00Z"


def told(folder, *words, now, environ):
    around = ("--home", folder / "var", "--config", folder / "config", "--now", now)
    result = CliRunner().invoke(app, [*map(str, (*words, *around))], env=environ)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("environ", [KEY, {}], ids=["credential", "no credential"])
def test_the_day_a_consent_ends_its_rows_go_and_everything_else_goes_on(tmp_path, environ):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    (tmp_path / "config" / "sources.toml").write_text(SOURCES, encoding="utf-8")
    head = header("a", source="people", platform="x", stream="timeline:ana_brouwt")
    post = mention(1, "Acme, says Ana Peeters", platform="x", at=T0)
    judged = [(post, Judgement(subjects=("acme", "ana")))]
    enriched_file(tmp_path / "var" / "enriched", head, judged)
    assert "ended" not in told(tmp_path, "check", now=BEFORE, environ=environ)
    for command in ("load", "publish"):
        told(tmp_path, command, now=BEFORE, environ=KEY)
    assert len(rows_naming(tmp_path, "ana")) > 1

    checked = told(tmp_path, "check", now=AFTER, environ=environ)
    assert checked.count("names an employee whose consent for x ended: it is not asked") == 2
    assert "source[0].name: asks for nothing else" in checked
    planned = told(tmp_path, "plan", now=AFTER, environ=environ)
    assert "off: it asks for nothing that may be asked any more" in planned
    assert "news.example" in planned
    for command in ("load", "publish"):
        told(tmp_path, command, now=AFTER, environ=environ)
    assert rows_naming(tmp_path, "ana") == []
    assert rows_naming(tmp_path, "acme") != []


def rows_naming(folder, subject):
    """Find the rows of the warehouse, but those of posts, that lead to a subject."""
    with warehouse(folder / "var" / "warehouse.duckdb") as connection:
        tables = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND NOT internal "
            "AND table_name NOT LIKE 'mention%'"
        ).fetchall()
        return [
            (table, row)
            for (table,) in tables
            for row in connection.execute(f'FROM "{table}"').fetchall()
            if any(value == subject or f":{subject}_" in str(value) for value in row)
        ]
