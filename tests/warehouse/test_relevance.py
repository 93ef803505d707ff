"""What was taught decides which stored matches count, and is stored beside them."""

import pyarrow.parquet as pq
import pytest

from collectors.landing import read_header, write_landing
from collectors.settings import Settings
from enrichment.enrich import enrich_waiting
from enrichment.relevance.storing import write_learnt
from tests.enrichment.relevance.lessons import KEY, learnt, watchlist
from tests.warehouse.building import T0, header
from tests.warehouse.test_again import DAY, LATER, ask, mention
from warehouse.again import write_again
from warehouse.connection import open_warehouse
from warehouse.load import load_files
from warehouse.privacy import apply_watchlist
from warehouse.replay import replay

FIRM = mention(1, "the Orange helpdesk does not answer, no signal")
FRUIT = mention(2, "orange juice, sugar and the zest of a lemon")
OTHER = mention(3, "Acme brews beer")
COUNTED = "SELECT native_id FROM subject_match JOIN mention USING (mention_id) ORDER BY ALL"


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("LUISTERPOST_RELEVANCE_KEY", KEY.hex())
    settings = Settings(home=tmp_path, config=tmp_path, fixed_now=LATER)
    with open_warehouse(settings.warehouse, tell=print):
        pass
    return settings


def load(place, names):
    enrich_waiting(place, names)
    with open_warehouse(place.warehouse, tell=print) as warehouse:
        apply_watchlist(warehouse, names, now=LATER)
        paths = sorted(place.enriched.glob("*.parquet"))
        outcomes = load_files(warehouse, paths, now=LATER)
    assert {one.state for one in outcomes} <= {"loaded"}, outcomes
    for path in (*paths, *place.landing.glob("*.parquet")):
        path.unlink()


def collect(place, names):
    write_landing(place.landing, header("first"), [FIRM, FRUIT, OTHER])
    load(place, names)


def reread(place, names):
    with open_warehouse(place.warehouse, tell=print) as warehouse:
        write_again(warehouse, place.landing, now=LATER, since=T0 - DAY, until=T0 + DAY)
    load(place, names)


def test_without_teaching_every_match_counts_and_nothing_is_stored_of_relevance(place):
    collect(place, watchlist())
    assert ask(place, COUNTED) == [("1",), ("2",), ("3",)]
    assert ask(place, "SELECT DISTINCT relevance, relevance_model FROM subject_match") == [
        (None, None)
    ]


def test_probability_and_model_are_stored_and_what_falls_short_is_left_out(place):
    write_learnt(place.relevance, learnt())
    collect(place, watchlist())
    assert ask(place, COUNTED) == [("1",), ("3",)]
    rows = ask(place, "SELECT subject_id, relevance, relevance_model FROM subject_match ORDER BY 1")
    assert rows[0] == ("acme", None, None)
    assert 0.5 <= rows[1][1] <= 1
    assert rows[1][2] == learnt().model.name
    viewed = ask(place, "SELECT relevance FROM mention_subject WHERE subject_id = 'orange'")
    assert viewed == [(rows[1][1],)]


def test_threshold_0_keeps_every_match_and_stores_the_probability(place):
    write_learnt(place.relevance, learnt())
    collect(place, watchlist(orange=0.0))
    assert ask(place, COUNTED) == [("1",), ("2",), ("3",)]
    low = ask(place, "SELECT count(*) FROM subject_match WHERE relevance < 0.5")
    assert low == [(1,)]


def test_what_was_taught_later_judges_stored_texts_that_are_read_again(place):
    collect(place, watchlist())
    write_learnt(place.relevance, learnt())
    reread(place, watchlist())
    assert ask(place, COUNTED) == [("1",), ("3",)]
    assert ask(place, "SELECT subject_id, change FROM restatement") == [("orange", "removed")]
    # The firm's own match is found as before but for who judged it, which history keeps as well.
    assert ask(place, "SELECT subject_id, relevance_model FROM match_history") == [
        ("orange", None),
        ("orange", None),
    ]


def test_reading_again_with_the_same_lessons_changes_nothing(place):
    write_learnt(place.relevance, learnt())
    collect(place, watchlist())
    reread(place, watchlist())
    assert ask(place, "FROM match_history") == ask(place, "FROM restatement") == []


def test_the_enriched_file_names_what_judged(place):
    write_learnt(place.relevance, learnt())
    write_landing(place.landing, header("first"), [FIRM, FRUIT])
    (result,) = enrich_waiting(place, watchlist())
    assert read_header(result.enriched).enrichment["relevance_model"] == learnt().model.name
    rows = pq.read_table(result.enriched).to_pylist()
    assert [len(row["matches"]) for row in rows] == [1, 0]
    assert rows[1]["language"] == "und"


@pytest.mark.parametrize(("lessons", "fewer"), [(None, 0), (learnt(), 1)])
def test_a_query_is_tried_with_what_was_taught(place, lessons, fewer):
    collect(place, watchlist())
    with open_warehouse(place.warehouse, tell=print) as warehouse:
        result = replay(
            warehouse,
            watchlist().subject[0],
            since=T0 - DAY,
            until=T0 + DAY,
            examples=1,
            relevance=lessons and lessons.model,
        )
    assert (result.stored.total(), result.fewer.total()) == (2, fewer)
