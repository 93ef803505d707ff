"""What is judged once more replaces what was read, stays, and is never written where it doesn't belong."""

from contextlib import closing

import pyarrow.parquet as pq
import pytest

from tests.warehouse.building import (
    HOUR,
    T0,
    Judgement,
    brand,
    contents,
    employee,
    mention,
    warehouse,
    watchlist,
)
from tests.warehouse.rescored import (
    BETTER,
    NOW,
    Better,
    ask,
    candidates_of,
    judge,
    load,
    place,
    snapshot,
    take,
)
from warehouse.connection import open_snapshot
from warehouse.privacy import apply_watchlist
from warehouse.rescore_file import RESCORED_SCHEMA
from warehouse.tombstones import bury

TONES = "SELECT native_id, tone, tone_model FROM subject_match JOIN mention USING (mention_id, version_id) ORDER BY ALL"
VOLUME = (
    "SELECT subject_id, sum(negative), sum(neutral) FROM hourly_volume GROUP BY ALL ORDER BY ALL"
)


@pytest.fixture
def judged(tmp_path):
    """Two mentions; one model has read them, and a better one has judged them once more."""
    settings = place(tmp_path)
    load(settings, "first", [mention(1, "Acme is slow"), mention(2, "Acme is fine")])
    snapshot(settings)
    judge(settings, Better())
    return settings


def test_what_was_judged_counts_and_what_was_read_stays_known(judged):
    assert ask(judged, VOLUME) == [("acme", 0, 2)]
    taken = take(judged)
    assert (taken.matches, taken.mentions_changed, taken.broken) == (2, 2, ())
    assert ask(judged, TONES) == [(n, "negative", "better 1") for n in "12"]
    assert ask(judged, VOLUME) == [("acme", 2, 0)]
    assert (
        ask(judged, "SELECT tone, p_neutral, tone_model FROM match_history")
        == [("neutral", 0.75, "m1")] * 2
    )
    ((p,),) = ask(judged, "SELECT DISTINCT [p_negative, p_neutral, p_positive] FROM subject_match")
    assert p == list(BETTER)


def test_taking_in_twice_is_taking_in_once(judged):
    take(judged)
    with warehouse(judged.warehouse) as connection:
        before = contents(connection)
    taken = take(judged)
    assert (taken.matches, taken.mentions_changed) == (0, 0)
    with warehouse(judged.warehouse) as connection:
        assert contents(connection) == before


def test_nothing_waits_where_the_model_has_judged(judged):
    take(judged)
    snapshot(judged)
    assert candidates_of(judged) == []
    assert len(candidates_of(judged, model="better 2")) == 2


def test_an_edited_text_is_left_alone(judged):
    load(judged, "edit", [mention(1, "Acme is quick now", at=T0 + HOUR)], enriched_at=T0 + HOUR)
    assert take(judged).matches == 1
    assert ask(judged, TONES) == [("1", "neutral", "m1"), ("2", "negative", "better 1")]
    (former,) = ask(
        judged,
        "SELECT tone_model FROM subject_match ANTI JOIN mention USING (mention_id, version_id)",
    )
    assert former == ("m1",)


def test_what_was_deleted_meanwhile_does_not_return(judged):
    gone = mention(1).mention_id
    with warehouse(judged.warehouse) as connection:
        bury(connection, [gone], reason="deleted", now=NOW)
    assert take(judged).matches == 1
    for table in ("subject_match", "match_history", "rescored"):
        assert gone not in {row[0] for row in ask(judged, f"FROM {table}")}, table


def test_a_deletion_takes_along_what_was_judged(judged):
    take(judged)
    with warehouse(judged.warehouse) as connection:
        bury(connection, [mention(1).mention_id], reason="deleted", now=NOW)
    assert ask(judged, "SELECT count(*) FROM rescored") == [(1,)]


def test_what_was_judged_anew_meanwhile_is_left_alone(judged):
    other = Judgement(tone="positive", p=(0.1, 0.1, 0.8))
    load(judged, "again", [mention(1, "Acme is slow")], judgement=other, enriched_at=T0 + HOUR)
    assert take(judged).matches == 1
    assert ask(judged, TONES) == [("1", "positive", "m1"), ("2", "negative", "better 1")]


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_a_mention_that_is_merely_seen_again_keeps_its_tone(judged, hours):
    take(judged)
    history = ask(judged, "FROM match_history ORDER BY ALL")
    moment = T0 + hours * HOUR
    seen = mention(1, "Acme is slow", at=T0, metrics={"likes": 7})
    load(judged, f"seen {hours}", [seen], enriched_at=moment, watchlist_version="w2")
    assert ask(judged, TONES) == [(n, "negative", "better 1") for n in "12"]
    assert ask(judged, VOLUME) == [("acme", 2, 0)]
    assert ask(judged, "FROM match_history ORDER BY ALL") == history


def test_order_of_loading_and_taking_in_does_not_matter(tmp_path):
    told = {}
    for order in ("early", "late"):
        settings = place(tmp_path / order)
        load(settings, "first", [mention(1, "Acme is slow")])
        snapshot(settings)
        judge(settings, Better())
        if order == "early":
            take(settings)
        load(settings, "second", [mention(1, "Acme is slow", at=T0 + HOUR)], enriched_at=T0 + HOUR)
        take(settings)
        with warehouse(settings.warehouse) as connection:
            told[order] = contents(connection)
    # What was read is kept with the moment of its reading, which differs.
    for tables in told.values():
        del tables["match_history"]
    assert told["early"] == told["late"]


def test_a_text_that_is_read_again_otherwise_is_set_anew(judged):
    take(judged)
    other = Judgement(tone="positive", p=(0.1, 0.1, 0.8))
    again = {"kind": "again", "enriched_at": T0 + HOUR, "judgement": other}
    load(judged, "again", [mention(1, "Acme is slow")], **again)
    assert ask(judged, TONES) == [("1", "positive", "m1"), ("2", "negative", "better 1")]
    assert ask(judged, "SELECT tone_before, tone_after FROM restatement") == [
        ("negative", "positive")
    ]


def test_a_text_that_is_read_again_as_before_keeps_its_tone_and_restates_nothing(judged):
    take(judged)
    load(judged, "again", [mention(1, "Acme is slow")], kind="again", enriched_at=T0 + HOUR)
    assert ask(judged, TONES) == [(n, "negative", "better 1") for n in "12"]
    assert ask(judged, "FROM restatement") == []


def test_an_edit_that_is_taken_back_finds_its_tone_again(judged):
    take(judged)
    load(judged, "edit", [mention(1, "Acme, edited", at=T0 + HOUR)], enriched_at=T0 + HOUR)
    assert ("1", "neutral", "m1") in ask(judged, TONES)
    back = mention(1, "Acme is slow", at=T0 + 2 * HOUR)
    load(judged, "back", [back], enriched_at=T0 + 2 * HOUR)
    assert ("1", "negative", "better 1") in ask(judged, TONES)


def test_a_second_better_model_replaces_the_first_and_stays_as_well(judged):
    take(judged)
    snapshot(judged)
    judge(judged, Better("better 2", (0.1, 0.1, 0.8)))
    assert take(judged).matches == 2
    load(judged, "seen", [mention(1, "Acme is slow", at=T0 + HOUR)], enriched_at=T0 + HOUR)
    assert ask(judged, TONES) == [(n, "positive", "better 2") for n in "12"]
    assert ask(judged, "SELECT count(*) FROM rescored") == [(2,)]
    models = ask(judged, "SELECT tone_model, count(*) FROM match_history GROUP BY ALL ORDER BY ALL")
    assert models == [("better 1", 2), ("m1", 2)]


def test_an_unreported_figure_is_not_restated_and_a_reported_one_is(tmp_path):
    settings = place(tmp_path)
    posts = [
        mention(1, "Acme before"),
        mention(2, "Acme after", at=T0 + 2 * HOUR),
        mention(3, "Acme itself", is_own=True),
    ]
    load(settings, "first", posts)
    snapshot(settings)
    judge(settings, Better())
    take(settings, reported_until=T0 + HOUR)
    told = ask(settings, "SELECT occurred_at, change, tone_before, tone_after FROM restatement")
    assert told == [(T0, "tone", "neutral", "negative")]


def test_nothing_is_restated_before_the_first_report(judged):
    take(judged)
    assert ask(judged, "FROM restatement") == []


def test_what_keeps_its_tone_restates_nothing(tmp_path):
    settings = place(tmp_path)
    load(settings, "first", [mention(1)], judgement=Judgement(tone="negative", p=(0.8, 0.1, 0.1)))
    snapshot(settings)
    judge(settings, Better())
    taken = take(settings, reported_until=NOW)
    assert (taken.matches, taken.mentions_changed) == (1, 0)
    assert ask(settings, "FROM restatement") == []
    assert ask(settings, "SELECT tone_model FROM match_history") == [("m1",)]


def test_employees_are_never_judged_once_more(tmp_path):
    settings = place(tmp_path)
    both = Judgement(subjects=("acme", "jan"))
    load(settings, "first", [mention(1, "Acme and Jan")], judgement=both)
    load(settings, "second", [mention(2, "Jan")], judgement=Judgement(subjects=("jan",)))
    snapshot(settings)
    model = Better()
    judge(settings, model)
    assert len(model.read) == 1
    take(settings)
    for table in ("rescored", "match_history"):
        assert {row[2] for row in ask(settings, f"FROM {table}")} == {"acme"}
    assert (
        ask(settings, "SELECT tone_model FROM subject_match WHERE subject_id = 'jan'")
        == [("m1",)] * 2
    )


def test_a_file_that_names_an_employee_writes_nothing(judged):
    """Whoever came to the watchlist as an employee after the snapshot was made."""
    (path,) = sorted(judged.rescored.glob("*.parquet"))
    table = pq.read_table(path)
    names = table.column("subject_id").to_pylist()
    assert set(names) == {"acme"}
    with warehouse(judged.warehouse) as connection:
        connection.execute("UPDATE subject SET facet = 'employee' WHERE subject_id = 'acme'")
    assert take(judged).matches == 0
    assert ask(judged, "FROM rescored") == ask(judged, "FROM match_history") == []


def test_who_becomes_an_employee_leaves_no_judgement_behind(judged):
    take(judged)
    with warehouse(judged.warehouse) as connection:
        apply_watchlist(connection, watchlist(brand("beta")), now=NOW)
        connection.execute("UPDATE subject SET facet = 'employee' WHERE subject_id = 'acme'")
        apply_watchlist(connection, watchlist(brand("beta")), now=NOW)
    assert ask(judged, "FROM rescored") == []


def test_who_becomes_an_employee_has_the_tone_again_that_was_read_first(judged):
    """A freelancer's trade name that was entered as a brand, and a consent since."""
    take(judged)
    snapshot(judged)
    judge(judged, Better("better 2", (0.1, 0.1, 0.8)))
    take(judged)
    with warehouse(judged.warehouse) as connection:
        apply_watchlist(connection, watchlist(employee("acme")), now=NOW)
    assert ask(judged, TONES) == [(n, "neutral", "m1") for n in "12"]
    ((p,),) = ask(judged, "SELECT DISTINCT [p_negative, p_neutral, p_positive] FROM subject_match")
    assert p == [0.125, 0.75, 0.125]
    assert ask(judged, VOLUME) == [("acme", 0, 2)]
    assert ask(judged, "FROM rescored") == ask(judged, "FROM match_history") == []


def test_a_reading_that_came_after_stays_with_who_becomes_an_employee(judged):
    take(judged)
    other = Judgement(tone="positive", p=(0.1, 0.1, 0.8))
    again = {"kind": "again", "enriched_at": T0 + HOUR, "judgement": other}
    load(judged, "again", [mention(1, "Acme is slow")], **again)
    with warehouse(judged.warehouse) as connection:
        apply_watchlist(connection, watchlist(employee("acme")), now=NOW)
    assert ask(judged, TONES) == [("1", "positive", "m1"), ("2", "neutral", "m1")]


def test_a_broken_file_is_named_and_the_others_are_taken_in(judged):
    (judged.rescored / "0.parquet").write_bytes(b"PAR1 no more")
    taken = take(judged)
    assert taken.matches == 2
    assert [path.name for path, _ in taken.broken] == ["0.parquet"]


def test_files_hold_no_text(judged):
    (path,) = judged.rescored.glob("*.parquet")
    assert "text" not in RESCORED_SCHEMA.names
    assert b"slow" not in path.read_bytes()


def test_snapshots_leave_out_what_stands_in(judged):
    take(judged)
    snapshot(judged)
    with closing(open_snapshot(judged.snapshot)) as connection:
        names = {
            name
            for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        }
    assert "subject_match" in names
    assert "rescored" not in names
