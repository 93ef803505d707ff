"""Flags and keyphrases in the warehouse: the newest reading decides, nothing about employees stays."""

from datetime import timedelta

import pytest

from tests.warehouse.building import (
    T0,
    Judgement,
    brand,
    employee,
    enriched_file,
    header,
    mention,
    publish,
    warehouse,
    watchlist,
)
from warehouse.connection import open_snapshot
from warehouse.load import load_files
from warehouse.privacy import apply_watchlist
from warehouse.tombstones import Burial, bury_each

DAY = timedelta(days=1)
FLAGS = "SELECT subject_id, flag FROM flag ORDER BY ALL"
PHRASES = "SELECT subject_id, phrase, language FROM keyphrase ORDER BY ALL"


def load(connection, folder, judgement, *, names=None, number=1, job="j1", **keys):
    path = enriched_file(folder, header(job), [(mention(number), judgement)], **keys)
    apply_watchlist(connection, names or watchlist(), now=T0)
    (outcome,) = load_files(connection, [path], now=T0)
    assert outcome.state == "loaded", outcome


def test_the_newest_enrichment_decides_which_flags_and_phrases_stand(tmp_path):
    newer = Judgement(flags=["recall"], phrases=["kettle recall"])
    older = Judgement(flags=["complaint", "question"], phrases=["cold soup"])
    with warehouse(tmp_path / "w.duckdb") as connection:
        load(connection, tmp_path, newer, enriched_at=T0 + DAY)
        load(connection, tmp_path, older, job="j2", enriched_at=T0)
        assert connection.execute(FLAGS).fetchall() == [("acme", "recall")]
        assert connection.execute(PHRASES).fetchall() == [("acme", "kettle recall", "nl")]
        load(connection, tmp_path, Judgement(), job="j3", enriched_at=T0 + 2 * DAY)
        assert connection.execute(FLAGS).fetchall() == []
        assert connection.execute(PHRASES).fetchall() == []


def test_about_employees_nothing_is_stored_whatever_a_file_says(tmp_path):
    names = watchlist(brand(), employee("jana"))
    both = Judgement(subjects=("acme", "jana"), flags=["complaint"], phrases=["cold soup"])
    with warehouse(tmp_path / "w.duckdb") as connection:
        load(connection, tmp_path, both, names=names)
        matched = connection.execute("SELECT subject_id FROM subject_match ORDER BY ALL").fetchall()
        assert matched == [("acme",), ("jana",)]
        assert connection.execute(FLAGS).fetchall() == [("acme", "complaint")]
        assert {subject for subject, *_ in connection.execute(PHRASES).fetchall()} == {"acme"}


def test_a_deleted_mention_takes_its_flags_and_phrases_along(tmp_path):
    with warehouse(tmp_path / "w.duckdb") as connection:
        load(connection, tmp_path, Judgement(flags=["recall"], phrases=["kettle recall"]))
        ((one,),) = connection.execute("SELECT mention_id FROM mention").fetchall()
        connection.begin()
        bury_each(connection, {one: Burial(reason="deleted")}, now=T0)
        connection.commit()
        assert connection.execute(FLAGS).fetchall() == []
        assert connection.execute(PHRASES).fetchall() == []


@pytest.mark.parametrize(
    ("name", "phrase"),
    [
        ("Jana Voorbeeld", "Jana Voorbeeld"),
        ("Jürgen Voorbeeld", "Jürgen"),
        ("Jan Bos", "Jan Bos"),
        ("Zoë Voorbeeld", "Zoë"),
        ("Anne-Marie Voorbeeld", "Anne-Marie"),
        ("Jana Voorbeeld-Peeters", "Voorbeeld-Peeters spreekt"),
    ],
)
def test_the_snapshot_has_flags_and_phrases_but_no_later_employees_name(tmp_path, name, phrase):
    said = Judgement(flags=["recall"], phrases=[phrase, "kettle recall"])
    with warehouse(tmp_path / "w.duckdb") as connection:
        load(connection, tmp_path, said)
        names = watchlist(brand(), employee("jana", name=name, terms=[name]))
        publish(connection, tmp_path, names)
    snapshot = open_snapshot(tmp_path / "snapshot.duckdb")
    assert snapshot.execute(FLAGS).fetchall() == [("acme", "recall")]
    assert snapshot.execute(PHRASES).fetchall() == [("acme", "kettle recall", "nl")]
    snapshot.close()


def told(connection, folder, phrases_by_day):
    """Load one story a phrase and day; day 0 is the first of the period."""
    rows = [
        (
            mention(f"{day}-{place}", f"text {day} {place}", at=T0 + day * DAY),
            Judgement(phrases=[phrase], language="en"),
        )
        for day, phrases in phrases_by_day.items()
        for place, phrase in enumerate(phrases)
    ]
    path = enriched_file(folder, header("j1", at=T0 + 8 * DAY), rows)
    apply_watchlist(connection, watchlist(brand(terms=["Acme"])), now=T0)
    (outcome,) = load_files(connection, [path], now=T0)
    assert outcome.state == "loaded", outcome


def themes(connection, **keys):
    extra = "".join(f", {name} := {value}" for name, value in keys.items())
    query = f"FROM themes($since, $until{extra})"
    answer = connection.execute(query, {"since": T0, "until": T0 + 7 * DAY})
    columns = [column[0] for column in answer.description]
    return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]


def test_themes_tell_what_stands_out_and_what_is_new(tmp_path):
    usual = {day: ["cold soup", "warm beer"] for day in range(-21, 0)}
    now = {day: ["warm beer", "data breach", "Data Breach"] for day in range(7)}
    with warehouse(tmp_path / "w.duckdb") as connection:
        told(connection, tmp_path, usual | now)
        (theme,) = themes(connection)
    assert theme["subject_id"] == "acme"
    assert theme["key"] == "data breach"
    assert (theme["stories_now"], theme["stories_before"], theme["usual"]) == (14, 0, 0)
    assert theme["is_new"] is True
    assert theme["strength"] > 10.83


def test_a_theme_that_was_told_before_is_not_new_and_has_a_usual_number(tmp_path):
    usual = {day: ["cold soup", "warm beer"] for day in range(-21, 0)} | {-3: ["late bus"] * 3}
    with warehouse(tmp_path / "w.duckdb") as connection:
        told(connection, tmp_path, usual | {day: ["late bus", "late bus"] for day in range(7)})
        (theme,) = themes(connection)
    assert (theme["key"], theme["is_new"]) == ("late bus", False)
    assert theme["stories_before"] == 3
    assert theme["usual"] == 1


def test_a_word_that_a_longer_theme_tells_is_left_out(tmp_path):
    usual = {day: ["cold soup", "warm beer"] for day in range(-21, 0)}
    rows = [
        (
            mention(f"{day}-{place}", f"text {day} {place}", at=T0 + day * DAY),
            Judgement(phrases=["data breach", "breach"] if day >= 0 else [phrase], language="en"),
        )
        for day, phrases in (usual | {day: ["x"] for day in range(7)}).items()
        for place, phrase in enumerate(phrases)
    ]
    with warehouse(tmp_path / "w.duckdb") as connection:
        path = enriched_file(tmp_path, header("j1", at=T0 + 8 * DAY), rows)
        apply_watchlist(connection, watchlist(), now=T0)
        load_files(connection, [path], now=T0)
        assert [theme["key"] for theme in themes(connection)] == ["data breach"]


def test_with_little_before_nothing_stands_out_unless_less_is_asked_for(tmp_path):
    with warehouse(tmp_path / "w.duckdb") as connection:
        told(connection, tmp_path, {-1: ["cold soup"] * 9, 1: ["data breach"] * 9})
        assert themes(connection) == []
        assert [theme["key"] for theme in themes(connection, fewest_before=5)] == ["data breach"]
