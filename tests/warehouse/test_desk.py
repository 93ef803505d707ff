import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from warehouse.desk.connection import (
    NewerDeskError,
    desk_engine,
    desk_url,
    migrate_desk,
    open_desk,
)
from warehouse.desk.tables import Base, Erasure, ReportIssue

NOW = datetime(2026, 11, 16, 8, 30, 15, 123456, tzinfo=UTC)
ROOT = Path(__file__).parents[2]

_WRITE = """
import sys
from pathlib import Path
from tests.warehouse.test_desk import NOW
from warehouse.desk.connection import desk_url, open_desk
from warehouse.desk.tables import Erasure
from sqlalchemy import func, select
print("ready", flush=True)
sys.stdin.readline()
for n in range(int(sys.argv[2])):
    with open_desk(desk_url(Path(sys.argv[1]))) as desk:
        seen = desk.scalar(select(func.count(Erasure.id)))
        desk.add(Erasure(erased_at=NOW, reason=sys.argv[3], mentions=seen))
"""


def erasure(**keys) -> Erasure:
    return Erasure(**{"erased_at": NOW, "reason": "asked", "mentions": 1, **keys})


@pytest.fixture
def url(tmp_path):
    return desk_url(tmp_path / "home" / "desk.db")


def test_the_migrations_make_what_the_tables_say(url):
    engine = desk_engine(url)
    migrate_desk(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        connection.execute(text("DROP TABLE erasure"))
        (difference,) = compare_metadata(MigrationContext.configure(connection), Base.metadata)
        assert difference[0] == "add_table"
    engine.dispose()


def test_the_migrations_can_be_taken_back(url):
    from alembic import command
    from alembic.config import Config

    engine = desk_engine(url)
    migrate_desk(engine)
    config = Config()
    config.set_main_option("script_location", str(ROOT / "warehouse" / "desk" / "migrations"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        tables = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        assert [name for (name,) in tables] == ["alembic_version"]
    migrate_desk(engine)
    engine.dispose()


def test_a_desk_of_a_later_version_is_left_alone(url):
    with open_desk(url) as desk:
        desk.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerDeskError, match="9999"), open_desk(url):
        pass
    engine = desk_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
    engine.dispose()


def test_what_is_done_is_kept_and_what_fails_is_taken_back(url):
    with open_desk(url) as desk:
        desk.add(erasure(reason="kept"))
    with pytest.raises(IntegrityError), open_desk(url) as desk:
        desk.add_all([erasure(reason="lost"), erasure(reason=None)])
    with open_desk(url) as desk:
        assert desk.scalars(select(Erasure.reason)).all() == ["kept"]


def test_moments_come_back_aware_and_in_utc(url):
    brussels = timezone(timedelta(hours=1))
    with open_desk(url) as desk:
        desk.add(erasure(erased_at=NOW.astimezone(brussels)))
    with open_desk(url) as desk:
        (moment,) = desk.scalars(select(Erasure.erased_at)).all()
    assert moment == NOW
    assert moment.utcoffset() == timedelta(0)


def test_a_naive_moment_is_refused(url):
    with pytest.raises(StatementError, match="aware"), open_desk(url) as desk:
        desk.add(erasure(erased_at=NOW.replace(tzinfo=None)))


def test_what_must_be_there_must_be_there(url):
    with pytest.raises(IntegrityError), open_desk(url) as desk:
        desk.add(ReportIssue(kind="status", period="2026-W47"))


def test_sqlite_keeps_a_log_and_minds_its_keys(url):
    with open_desk(url) as desk:
        assert desk.scalar(text("PRAGMA journal_mode")) == "wal"
        assert desk.scalar(text("PRAGMA foreign_keys")) == 1
        assert desk.scalar(text("PRAGMA busy_timeout")) == 30_000


def test_processes_that_find_no_desk_make_one_together_and_lose_no_write(tmp_path):
    """They migrate at the same moment, and then read and write in turn."""
    for number in range(2):
        path = tmp_path / str(number) / "desk.db"
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", _WRITE, str(path), "5", str(name)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=ROOT,
            )
            for name in range(3)
        ]
        for writer in writers:
            assert writer.stdout
            writer.stdout.readline()
        for writer in writers:
            assert writer.stdin
            writer.stdin.write("go\n")
            writer.stdin.flush()
        for writer in writers:
            _, complained = writer.communicate(timeout=60)
            assert writer.returncode == 0, complained
        with open_desk(desk_url(path)) as desk:
            assert desk.scalar(select(func.count(Erasure.id))) == 15
            # Each saw all that was written before: nobody wrote between its read and its write.
            assert sorted(desk.scalars(select(Erasure.mentions))) == list(range(15))
