import duckdb
import pytest

from tests.warehouse.building import T0, contents, mention, simple_file, warehouse, watchlist
from warehouse import migrate as module
from warehouse.load import load_files
from warehouse.migrate import NewerWarehouseError, migrate
from warehouse.privacy import apply_watchlist


@pytest.fixture
def connection():
    opened = duckdb.connect()
    yield opened
    opened.close()


@pytest.fixture
def later(monkeypatch):
    """Add migrations and views as a later version would have them."""
    real = module._sql_files

    def add(folder, *files):
        monkeypatch.setattr(
            module,
            "_sql_files",
            lambda asked: sorted([*real(asked), *files]) if asked == folder else real(asked),
        )

    return add


def tables(connection) -> set[str]:
    return {
        name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    }


def views(connection) -> set[str]:
    query = "SELECT view_name FROM duckdb_views() WHERE NOT internal"
    return {name for (name,) in connection.execute(query).fetchall()}


def test_a_fresh_warehouse_gets_every_migration_once(connection):
    assert migrate(connection) == ["0001_first_tables.sql", "0002_pending_purge.sql"]
    assert {"mention", "coverage", "migration"} <= tables(connection)
    assert {"mention_subject", "covered"} <= views(connection)
    applied = connection.execute("FROM migration ORDER BY name").fetchall()
    assert migrate(connection) == []
    assert connection.execute("FROM migration ORDER BY name").fetchall() == applied


def test_an_old_warehouse_gets_only_what_it_lacks_and_keeps_its_rows(tmp_path, later):
    with warehouse(tmp_path / "w.duckdb") as connection:
        apply_watchlist(connection, watchlist(), now=T0)
        load_files(connection, [simple_file(tmp_path, "a", [mention(1)])], now=T0)
        before = contents(connection)
    later(
        "migrations",
        ("0002_more.sql", "CREATE TABLE more (a INTEGER); INSERT INTO more VALUES (1);"),
    )
    with warehouse(tmp_path / "w.duckdb") as connection:
        assert contents(connection) == before | {"more": ["(1,)"]}
        assert migrate(connection) == []


def test_a_failing_migration_leaves_nothing_of_itself(connection, later):
    later(
        "migrations",
        ("0002_good.sql", "CREATE TABLE good (a INTEGER)"),
        ("0003_bad.sql", "CREATE TABLE bad (a INTEGER); INSERT INTO bad VALUES ('no number')"),
    )
    for _ in range(2):
        with pytest.raises(duckdb.ConversionException):
            migrate(connection)
        assert "good" in tables(connection)
        assert "bad" not in tables(connection)


def test_views_are_made_anew_when_one_changes_and_those_without_a_file_go(connection, later):
    later("views", ("99_own.sql", "CREATE OR REPLACE VIEW own AS SELECT 1 AS a"))
    migrate(connection)
    assert connection.execute("FROM own").fetchall() == [(1,)]
    later("views", ("99_other.sql", "CREATE OR REPLACE VIEW other AS SELECT 2 AS a"))
    assert migrate(connection) == []
    assert "other" in views(connection)
    assert "own" not in views(connection)


def test_a_warehouse_of_a_later_version_is_refused(connection, later):
    with pytest.MonkeyPatch.context():
        migrate(connection)
    connection.execute("INSERT INTO migration (name) VALUES ('0099_from_the_future.sql')")
    with pytest.raises(NewerWarehouseError, match="0099_from_the_future"):
        migrate(connection)
    later("migrations", ("0099_from_the_future.sql", "SELECT 1"))
    assert migrate(connection) == []
