"""Bytes of what was deleted go with the next housekeeping; with nothing deleted the file stays."""

from contextlib import closing
from datetime import timedelta

import duckdb
import pytest

from collectors.settings import Settings
from tests.warehouse.building import (
    HOUR,
    T0,
    Judgement,
    brand,
    employee,
    enriched_file,
    header,
    mention,
    warehouse,
    watchlist,
)
from warehouse.aside import put_aside
from warehouse.connection import open_snapshot, rewrite
from warehouse.intake import publish_now
from warehouse.load import load_files
from warehouse.privacy import apply_watchlist, drop_unmatched
from warehouse.purge import purge as purge_all
from warehouse.settings import WarehouseSettings

SECRET = "Zeldzaamwoord quibblefrost"  # noqa: S105 - a word to search for
PERSON = "Xanthippe Vanderplanted"
LATER = T0 + timedelta(days=40)


@pytest.fixture
def path(tmp_path):
    """Give a warehouse, stored plainly, with a post that names nobody and an employee."""
    made, plain = tmp_path / "made.duckdb", tmp_path / "w.duckdb"
    said = [
        (mention(1, SECRET), Judgement(subjects=())),
        (mention(2, "Acme"), Judgement(subjects=("acme",))),
    ]
    subjects = watchlist(brand(), employee("colleague", name=PERSON))
    file = enriched_file(tmp_path, header("a"), said, watchlist_version=subjects.version)
    with warehouse(made) as connection:
        apply_watchlist(connection, subjects, now=T0)
        load_files(connection, [file], now=T0)
    connection = duckdb.connect()
    connection.execute(f"ATTACH '{made}' AS made (READ_ONLY)")
    connection.execute(f"ATTACH '{plain}' AS plain")
    connection.execute("SET force_compression = 'uncompressed'")
    connection.execute("COPY FROM DATABASE made TO plain")
    connection.close()
    return plain


def purge(path):
    return rewrite(path, tell=print, only_pending=True)


def test_with_nothing_deleted_the_file_is_left_alone(path):
    purge(path)
    before, at = path.read_bytes(), path.stat()
    assert purge(path) is False
    assert path.read_bytes() == before
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (at.st_mtime_ns, at.st_ino)


def test_bytes_of_an_expired_post_are_gone_after_housekeeping(path):
    with warehouse(path) as connection:
        assert drop_unmatched(connection, now=LATER, keep=timedelta(days=30)) == 1
        assert connection.execute("SELECT count(*) FROM mention").fetchone() == (1,)
    assert SECRET.encode() in path.read_bytes()
    assert purge(path) is True
    assert SECRET.encode() not in plain_bytes(path)
    assert purge(path) is False


def plain_bytes(path):
    """The file's bytes, and those of a copy without compression."""
    copy = path.with_name("copy.duckdb")
    copy.unlink(missing_ok=True)
    connection = duckdb.connect()
    connection.execute("SET force_compression = 'uncompressed'")
    connection.execute(f"ATTACH '{path}' AS old (READ_ONLY)")
    connection.execute(f"ATTACH '{copy}' AS plain")
    connection.execute("COPY FROM DATABASE old TO plain")
    connection.close()
    return path.read_bytes() + copy.read_bytes()


def test_name_of_an_employee_who_left_is_gone_after_housekeeping(path):
    purge(path)
    with warehouse(path) as connection:
        apply_watchlist(
            connection, watchlist(brand(), employee("colleague", name=PERSON)), now=T0 + HOUR
        )
    assert purge(path) is False
    with warehouse(path) as connection:
        apply_watchlist(connection, watchlist(brand()), now=T0 + HOUR)
    assert purge(path) is True
    assert PERSON.encode() not in plain_bytes(path)


@pytest.mark.parametrize("consent", [{}, {"withdrawn_at": T0.date()}], ids=["agrees", "ended"])
def test_a_brand_that_becomes_an_employee_leaves_no_more_than_an_employee_does(tmp_path, consent):
    """A freelancer's trade name that was entered as a brand, say."""
    settings = Settings(home=tmp_path, fixed_now=T0)
    before = watchlist(brand(), brand("colleague", name=PERSON))
    after = watchlist(brand(), employee("colleague", name=PERSON, consent=consent))
    judged = Judgement(subjects=("colleague",), flags=("complaint",), phrases=("quibble frost",))
    said = [(mention(1), judged), (mention(2, platform="mastodon"), judged)]
    again = Judgement(subjects=("colleague",), tone="negative")
    files = [
        enriched_file(tmp_path, header("a"), said),
        enriched_file(
            tmp_path, header("b", kind="again"), [(mention(1), again)], enriched_at=T0 + HOUR
        ),
    ]
    with warehouse(settings.warehouse) as connection:
        apply_watchlist(connection, before, now=T0)
        for file in files:
            load_files(connection, [file], now=T0)
        kept = connection.execute("SELECT count(*) FROM match_history").fetchone()
    assert kept == (1,)
    publish(settings, before)
    old = settings.snapshot.resolve()
    purge_all(settings, tell=print)
    with warehouse(settings.warehouse) as connection:
        apply_watchlist(connection, after, now=T0)
        held = {
            table: connection.execute(
                f"SELECT count(*) FROM {table} WHERE subject_id = 'colleague'"  # noqa: S608
            ).fetchall()[0][0]
            for table in ("subject", "subject_match", "hourly_volume", *HISTORY)
        }
    agrees = 0 if consent else 1
    now_held = dict.fromkeys(("subject", "subject_match", "hourly_volume"), agrees)
    assert held == now_held | dict.fromkeys(HISTORY, 0)
    assert purge_all(settings, tell=print, only_pending=True) is True
    assert purge_all(settings, tell=print, only_pending=True) is False
    publish(settings, after)
    assert not old.exists()
    with closing(open_snapshot(settings.snapshot)) as connection:
        assert connection.execute("SELECT subject_id FROM subject").fetchall() == [("acme",)]
        assert connection.execute("FROM subject_match").fetchall() == []
    assert (PERSON.encode() in plain_bytes(settings.warehouse)) is bool(agrees)
    assert b"quibble frost" not in plain_bytes(settings.warehouse)


HISTORY = ("match_history", "flag", "keyphrase", "restatement", "rescored")


def publish(settings, subjects):
    publish_now(
        settings,
        watchlist=subjects,
        time_zone="Europe/Brussels",
        keep=WarehouseSettings(),
        tell=print,
    )


def test_what_was_put_aside_goes_with_what_was_deleted_and_its_reason_stays(path):
    settings = Settings(home=path.parent)
    path.rename(settings.warehouse)
    purge_all(settings, tell=print, only_pending=True)
    broken = settings.landing / "20261116T000000-web-a.parquet"
    broken.parent.mkdir()
    broken.write_text(SECRET)
    aside = put_aside(broken, settings.aside / "landing", "half a file")
    assert purge_all(settings, tell=print, only_pending=True) is False
    assert aside.exists()
    with warehouse(settings.warehouse) as connection:
        drop_unmatched(connection, now=LATER, keep=timedelta(days=30))
    assert purge_all(settings, tell=print, only_pending=True) is True
    assert [one.name for one in aside.parent.iterdir()] == [f"{aside.name}.why.txt"]


def test_what_was_judged_once_more_and_waits_goes_with_what_was_deleted(path):
    settings = Settings(home=path.parent)
    path.rename(settings.warehouse)
    purge_all(settings, tell=print, only_pending=True)
    settings.rescored.mkdir()
    (settings.rescored / "waits.parquet").write_text("ids of people's posts")
    assert purge_all(settings, tell=print, only_pending=True) is False
    assert len(list(settings.rescored.iterdir())) == 1
    with warehouse(settings.warehouse) as connection:
        drop_unmatched(connection, now=LATER, keep=timedelta(days=30))
    assert purge_all(settings, tell=print, only_pending=True) is True
    assert list(settings.rescored.iterdir()) == []


def test_nothing_is_noted_where_nothing_expired(path):
    purge(path)
    with warehouse(path) as connection:
        assert drop_unmatched(connection, now=T0, keep=timedelta(days=30)) == 0
    assert purge(path) is False


def test_warehouse_from_before_deletions_were_noted_is_purged_once(path):
    with duckdb.connect(path) as connection:
        connection.execute("DROP TABLE pending_purge")
        connection.execute("DELETE FROM migration WHERE name = '0002_pending_purge.sql'")
    assert purge(path) is True
    with warehouse(path):
        pass
    assert purge(path) is True
    assert purge(path) is False
