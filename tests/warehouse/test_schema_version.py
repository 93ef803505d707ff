"""After an upgrade the snapshot is still one of the version before: readers say what to do."""

import duckdb
import pytest

from collectors.settings import Settings
from dags.steps import enriching
from tests.places import NOW, copy_of
from tests.programs import luisterpost
from warehouse.connection import open_snapshot
from warehouse.query import rows
from warehouse.schema_version import is_snapshot_of_another_version

ANEW = "run `luisterpost publish`"


@pytest.fixture
def folder(listened, tmp_path):
    """Give a home whose snapshot the version before published, without a view of today."""
    folder = copy_of(listened.folder, tmp_path / "copy")
    path = (folder / "var" / "snapshot.duckdb").resolve()
    path.chmod(0o644)
    with duckdb.connect(path) as connection:
        connection.execute("ALTER TABLE snapshot_info DROP COLUMN schema_version")
        connection.execute("DROP VIEW mention_subject")
    return folder


def here(folder, *words, now=NOW):
    around = ("--home", folder / "var", "--config", folder / "config", "--now", now)
    return luisterpost(*words, *around, folder=folder)


def snapshot(folder):
    return folder / "var" / "snapshot.duckdb"


@pytest.mark.parametrize("words", [("report", "status"), ("alert", "run")])
def test_reader_that_misses_something_says_what_to_do(folder, words):
    ended = here(folder, *words)
    assert ended.code == 2, ended.err
    assert ANEW in ended.err
    assert "Traceback" not in ended.err


def test_sql_answers_and_notes_it(folder):
    ended = here(folder, "sql", "--format", "csv", "SELECT count(*) FROM subject")
    assert (ended.code, ANEW in ended.err) == (0, True)


@pytest.mark.parametrize("command", ["publish", "run"])
def test_publish_and_run_make_it_anew(folder, command):
    assert is_snapshot_of_another_version(snapshot(folder))
    assert here(folder, command, now="2026-11-23T08:14Z").code == 0
    assert not is_snapshot_of_another_version(snapshot(folder))
    ended = here(folder, "sql", "FROM mention_subject LIMIT 1")
    assert (ended.code, ANEW in ended.err) == (0, False)


def test_airflow_publishes_it_anew(folder, monkeypatch):
    monkeypatch.setenv("LUISTERPOST_HOME", str(folder / "var"))
    monkeypatch.setenv("LUISTERPOST_CONFIG", str(folder / "config"))
    monkeypatch.setenv("LUISTERPOST_NOW", NOW)
    settings = Settings(home=folder / "var")
    assert enriching.is_anything_to_load() is is_snapshot_of_another_version(settings.snapshot)
    enriching.publish_snapshot()
    assert not enriching.is_anything_to_load()


def test_a_mistake_in_a_query_of_this_version_stays_a_mistake(listened, monkeypatch):
    monkeypatch.setattr("warehouse.query.query_text", lambda _: "FROM nowhere")
    connection = open_snapshot(listened.folder / "var" / "snapshot.duckdb")
    with connection, pytest.raises(duckdb.CatalogException):
        rows(connection, "any")
