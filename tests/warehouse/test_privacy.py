"""Employees are opt-in subjects: without a standing consent there is no row about them."""

from datetime import timedelta

import pytest

from collectors.watchlist import Watchlist
from tests.warehouse.building import (
    HOUR,
    T0,
    Judgement,
    brand,
    contents,
    employee,
    enriched_file,
    header,
    mention,
    warehouse,
    watchlist,
)
from warehouse.load import load_files
from warehouse.privacy import apply_watchlist

DAY = timedelta(days=1)
BOTH = Judgement(subjects=("acme", "jan"))
TABLES = ("subject", "subject_match", "hourly_volume")

AGREED = watchlist(brand(), employee("jan"))
WITHDRAWN = watchlist(brand(), employee("jan", consent={"withdrawn_at": T0.date()}))
LATER = watchlist(brand(), employee("jan", consent={"given_at": (T0 + 9 * DAY).date()}))
GONE = watchlist(brand())
ELSEWHERE = watchlist(brand(), employee("jan", consent={"platforms": ["mastodon"]}))


def about(connection, subject="jan") -> dict[str, int]:
    return {
        table: connection.execute(
            f"SELECT count(*) FROM {table} WHERE subject_id = ?",  # noqa: S608
            [subject],
        ).fetchall()[0][0]
        for table in TABLES
    }


def file(folder, job="a", judgement=BOTH, *, at=T0, numbers=(1, 2), **keys):
    rows = [(mention(n, at=at, **keys), judgement) for n in numbers]
    return enriched_file(folder, header(job, at=at), rows)


@pytest.fixture
def loaded(tmp_path):
    """Give a warehouse that holds two mentions of the brand and of a consenting employee."""
    with warehouse(tmp_path / "w.duckdb") as connection:
        apply_watchlist(connection, AGREED, now=T0)
        load_files(connection, [file(tmp_path / "e")], now=T0)
        assert about(connection) == {"subject": 1, "subject_match": 2, "hourly_volume": 1}
        yield connection


@pytest.mark.parametrize("subjects", [WITHDRAWN, LATER, GONE])
def test_a_withdrawn_consent_removes_every_row_and_the_brands_stay(loaded, subjects):
    brand_before = about(loaded, "acme")
    assert apply_watchlist(loaded, subjects, now=T0 + DAY) == 2
    assert about(loaded) == dict.fromkeys(TABLES, 0)
    assert about(loaded, "acme") == brand_before
    assert apply_watchlist(loaded, subjects, now=T0 + DAY) == 0


def test_consent_is_asked_for_at_the_moment_of_the_load_not_of_the_file(loaded):
    ends_soon = watchlist(brand(), employee("jan", consent={"withdrawn_at": (T0 + DAY).date()}))
    assert apply_watchlist(loaded, ends_soon, now=T0 + DAY - timedelta(seconds=1)) == 0
    assert about(loaded)["subject_match"] == 2
    assert apply_watchlist(loaded, ends_soon, now=T0 + DAY) == 2
    assert about(loaded) == dict.fromkeys(TABLES, 0)


@pytest.mark.parametrize("subjects", [WITHDRAWN, LATER, GONE, ELSEWHERE])
def test_no_match_is_loaded_that_no_consent_covers(tmp_path, subjects):
    with warehouse(tmp_path / "w.duckdb") as connection:
        apply_watchlist(connection, subjects, now=T0 + DAY)
        load_files(connection, [file(tmp_path / "e")], now=T0)
        rows = about(connection)
        assert (rows["subject_match"], rows["hourly_volume"]) == (0, 0)
        assert about(connection, "acme")["subject_match"] == 2
        assert rows["subject"] == (1 if subjects is ELSEWHERE else 0)


def test_consent_counts_for_its_platforms_only(tmp_path):
    with warehouse(tmp_path / "w.duckdb") as connection:
        apply_watchlist(connection, AGREED, now=T0)
        files = [
            file(tmp_path / "e", "a", platform="x"),
            file(tmp_path / "e", "b", platform="mastodon"),
        ]
        load_files(connection, files, now=T0)
        query = (
            "SELECT DISTINCT platform FROM subject_match "
            "JOIN mention USING (mention_id) WHERE subject_id = 'jan'"
        )
        assert connection.execute(query).fetchall() == [("x",)]
        assert apply_watchlist(connection, ELSEWHERE, now=T0) == 2
        assert connection.execute(query).fetchall() == []


def test_an_old_file_that_arrives_after_a_withdrawal_brings_no_match(loaded, tmp_path):
    apply_watchlist(loaded, WITHDRAWN, now=T0 + DAY)
    old = file(tmp_path / "e", "old", at=T0 - DAY, numbers=(1, 3))
    load_files(loaded, [old], now=T0)
    assert about(loaded) == dict.fromkeys(TABLES, 0)
    assert loaded.execute("SELECT count(*) FROM mention").fetchall() == [(3,)]


def test_old_versions_keep_no_match_either(loaded, tmp_path):
    edited = enriched_file(
        tmp_path / "e",
        header("b", at=T0 + HOUR),
        [(mention(1, "edited", at=T0 + HOUR), Judgement(subjects=("jan",)))],
    )
    load_files(loaded, [edited], now=T0)
    assert about(loaded)["subject_match"] == 3
    apply_watchlist(loaded, WITHDRAWN, now=T0 + DAY)
    assert about(loaded)["subject_match"] == 0


def test_a_subject_that_no_watchlist_ever_named_gets_no_match(loaded, tmp_path):
    stranger = file(tmp_path / "e", "s", Judgement(subjects=("stranger",)), numbers=(8,))
    load_files(loaded, [stranger], now=T0)
    assert about(loaded, "stranger") == dict.fromkeys(TABLES, 0)


def test_a_brand_that_left_the_watchlist_keeps_its_history(loaded):
    other = watchlist(brand("beta"), employee("jan"))
    apply_watchlist(loaded, other, now=T0)
    assert about(loaded, "acme") == {"subject": 1, "subject_match": 2, "hourly_volume": 1}
    assert loaded.execute(
        "SELECT subject_id, is_active FROM subject WHERE facet = 'brand' ORDER BY 1"
    ).fetchall() == [("acme", False), ("beta", True)]
    apply_watchlist(loaded, AGREED, now=T0)
    assert loaded.execute("SELECT is_active FROM subject WHERE subject_id = 'acme'").fetchall() == [
        (True,)
    ]


def test_an_employee_who_becomes_a_brand_in_the_file_is_what_the_watchlist_says_now(loaded):
    apply_watchlist(loaded, watchlist(brand(), brand("jan")), now=T0)
    assert loaded.execute("SELECT facet FROM subject WHERE subject_id = 'jan'").fetchall() == [
        ("brand",)
    ]


def test_applying_the_same_watchlist_again_changes_nothing(loaded):
    before = contents(loaded)
    apply_watchlist(loaded, AGREED, now=T0)
    assert contents(loaded) == before


def test_a_failed_step_takes_the_whole_change_back(loaded, monkeypatch):
    from warehouse import privacy

    run = privacy.run_script
    before = contents(loaded)

    def interrupted(connection, name, parameters):
        if name == "roll_up":
            raise KeyboardInterrupt
        run(connection, name, parameters)

    monkeypatch.setattr(privacy, "run_script", interrupted)
    with pytest.raises(KeyboardInterrupt):
        apply_watchlist(loaded, WITHDRAWN, now=T0 + DAY)
    assert contents(loaded) == before


def test_every_employee_needs_a_consent_to_be_a_subject_at_all():
    jan = employee("jan")
    del jan["consent"]
    with pytest.raises(ValueError, match="consent"):
        Watchlist.model_validate({"subject": [jan]})
