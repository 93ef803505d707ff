"""What walks leave behind: loaded with their files, in any order, and handed on by the ledger."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from collectors.contract import Interval, Job, Remainder, Stream
from collectors.sources import Source
from tests.warehouse.building import (
    HOUR,
    T0,
    contents,
    enriched_file,
    header,
    publish,
    warehouse,
    watchlist,
)
from warehouse.ledger import StreamHistory, read_ledger
from warehouse.load import load_files
from warehouse.plan import due_jobs
from warehouse.privacy import apply_watchlist

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
KEY = "web", "search:1"
LISTING = Stream(key="search:1", reach="listing")


def left(since, until, cursor="c1", **keys) -> Remainder:
    return Remainder(since=since, until=until, cursor=cursor, **keys)


FIRST = left(T0 - DAY, T0 - HOUR)
SECOND = left(T0 - DAY, T0 - 5 * HOUR, "c2", stuck_since=T0 + MINUTE)


def walks():
    """Three jobs: one is cut, one goes on and is cut, one comes to the end."""
    return [
        header("j1", at=T0, remainder=FIRST),
        header("j2", at=T0 + MINUTE, remainder=SECOND, continues=("j1",)),
        header("j3", at=T0 + 2 * MINUTE, continues=("j2",)),
    ]


def loaded(folder, headers):
    paths = [enriched_file(folder / "enriched", head, []) for head in headers]
    with warehouse(folder / "w.duckdb") as connection:
        apply_watchlist(connection, watchlist(), now=T0)
        for path in paths:
            load_files(connection, [path], now=T0)
        held = contents(connection)["remainder"]
        publish(connection, folder, watchlist())
    return folder / "snapshot.duckdb", held


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=str)
def test_of_a_chain_of_walks_only_the_last_is_open_whatever_is_loaded_first(tmp_path, order):
    headers = walks()
    snapshot, _ = loaded(tmp_path, [headers[n] for n in order])
    ledger = read_ledger(snapshot, [], now=T0 + HOUR)
    assert ledger[KEY].remainders == {"j2": SECOND}
    # The third waits still: the plan knows of it all the same.
    ledger = read_ledger(snapshot, headers[2:], now=T0 + HOUR)
    assert ledger[KEY].remainders == {}
    # What is found twice, loaded and waiting, is open no more than once.
    ledger = read_ledger(snapshot, headers[:1], now=T0 + HOUR)
    assert ledger[KEY].remainders == {"j2": SECOND}


def test_what_remains_is_the_same_in_any_order_of_loading(tmp_path):
    held = set()
    for number, order in enumerate(permutations(walks())):
        _, rows = loaded(tmp_path / str(number), order)
        held.add(tuple(rows))
    assert len(held) == 1


def test_a_remainder_that_nobody_took_up_for_months_is_forgotten(tmp_path):
    old = header("j0", at=T0 - 101 * DAY, remainder=FIRST)
    _, rows = loaded(tmp_path, [old, header("j1", remainder=FIRST)])
    assert len(rows) == 1


# --- what is planned -------------------------------------------------------------------


def planned(remainders, *covered, stream=LISTING, now=T0, **keys) -> list[Job]:
    history = StreamHistory(
        covered=tuple(Interval(since=a, until=b) for a, b in covered),
        begun_at=T0 - 10 * DAY,
        last_attempt_at=T0 - DAY,
        last_whole_at=keys.pop("whole", T0 - DAY),
        remainders=remainders,
    )
    source = Source.model_validate({"name": "web", "platform": "x", "overlap": "1 h", **keys})
    return due_jobs(source, [stream], {KEY: history}, now)


def spans(jobs):
    return [(job.since, job.until, job.cursor, job.continues) for job in jobs]


COVERED = (T0 - 10 * DAY, T0 - 3 * DAY), (T0 - DAY, T0 - HOUR)
DEEP = left(T0 - 3 * DAY - HOUR, T0 - DAY)


def test_a_walk_goes_on_beside_the_newest_items():
    assert spans(planned({"j1": DEEP}, *COVERED)) == [
        (T0 - 3 * DAY - HOUR, T0 - DAY, "c1", ("j1",)),
        (T0 - 2 * HOUR, T0, None, ()),
    ]


def test_a_walk_reads_down_to_where_the_next_one_below_goes_on():
    above = left(T0 - 2 * DAY, T0 - 2 * HOUR, "c2")
    assert spans(planned({"j1": DEEP, "j2": above}, *COVERED)) == [
        (T0 - 3 * DAY - HOUR, T0 - DAY, "c1", ("j1",)),
        (T0 - DAY, T0 - 2 * HOUR, "c2", ("j2",)),
        (T0 - 2 * HOUR, T0, None, ()),
    ]


def test_the_newest_walk_reads_down_to_where_an_earlier_one_stopped():
    inside = left(T0 - 4 * HOUR, T0 - 90 * MINUTE)
    assert spans(
        planned({"j1": inside}, (T0 - 10 * DAY, T0 - 3 * HOUR), (T0 - 90 * MINUTE, T0 - HOUR))
    ) == [
        (T0 - 4 * HOUR, T0 - 90 * MINUTE, "c1", ("j1",)),
        (T0 - 90 * MINUTE, T0, None, ()),
    ]


def test_a_hole_that_no_job_left_is_read_by_the_nearest_walk_above_it():
    above = left(T0 - 6 * HOUR, T0 - 5 * HOUR)
    (walk, newest) = planned({"j1": above}, *COVERED)
    assert (walk.since, walk.until, walk.cursor) == (T0 - 3 * DAY - HOUR, T0 - 5 * HOUR, "c1")
    assert newest.cursor is None


def test_where_the_place_is_lost_the_walk_from_the_newest_item_takes_over():
    lost = replace(DEEP, cursor=None, restarts=1)
    (job,) = planned({"j1": lost}, *COVERED)
    assert (job.since, job.until, job.cursor, job.continues) == (
        T0 - 3 * DAY - HOUR,
        T0,
        None,
        ("j1",),
    )
    assert job.remainder
    assert job.remainder.restarts == 1


def test_a_window_needs_no_cursor_to_go_on():
    rest = left(T0 - 4 * HOUR, T0 - 90 * MINUTE, None)
    answered = (T0 - 92 * DAY, T0 - 3 * HOUR), (T0 - 90 * MINUTE, T0 - HOUR)
    assert spans(planned({"j1": rest}, *answered, stream=WINDOW)) == [
        (T0 - 4 * HOUR, T0 - 90 * MINUTE, None, ("j1",)),
        (T0 - 90 * MINUTE, T0, None, ()),
    ]


WINDOW = Stream(key="search:1", reach="window")


def test_what_something_else_answered_since_is_not_read_again():
    rest = left(T0 - 9 * DAY, T0 - 2 * DAY, None)
    answered = (T0 - 92 * DAY, T0 - HOUR)
    for stream, place in ((WINDOW, rest), (LISTING, replace(rest, cursor="c1"))):
        # The next job closes it.
        assert spans(planned({"j1": place}, answered, stream=stream)) == [
            (T0 - 2 * HOUR, T0, None, ("j1",))
        ]


def test_what_was_given_up_or_imported_since_is_not_read_again():
    rest = left(T0 - 9 * DAY, T0 - 2 * DAY, None)
    span = Interval(since=T0 - 92 * DAY, until=T0 - HOUR)
    history = StreamHistory(last_attempt_at=T0 - DAY, remainders={"j1": rest})
    source = Source.model_validate({"name": "web", "platform": "x", "overlap": "1 h"})
    for ledger in (
        {KEY: replace(history, lost=(replace(span, reason="budget"),))},
        {KEY: history, ("web", "import"): StreamHistory(covered=(span,))},
    ):
        (job,) = due_jobs(source, [WINDOW], ledger, T0)
        assert (job.since, job.continues) == (T0 - 2 * HOUR, ("j1",))


def test_of_what_was_left_only_what_is_still_missing_is_read():
    rest = left(T0 - 9 * DAY, T0 - 2 * DAY, None)
    answered = (T0 - 92 * DAY, T0 - 6 * DAY), (T0 - 4 * DAY, T0 - HOUR)
    (job, _) = planned({"j1": rest}, *answered, stream=WINDOW)
    assert (job.since, job.until) == (T0 - 6 * DAY - HOUR, T0 - 4 * DAY)
    assert job.remainder
    assert (job.remainder.since, job.remainder.until) == (job.since, job.until)
    # A walk has to come from where it stopped.
    (walk, _) = planned({"j1": replace(rest, cursor="c1")}, *answered)
    assert (walk.since, walk.until) == (T0 - 6 * DAY - HOUR, T0 - 2 * DAY)


def test_what_was_left_of_the_overlap_is_read_though_it_was_answered_before():
    rest = left(T0 - 3 * HOUR, T0 - 150 * MINUTE, None)
    (job, _) = planned({"j1": rest}, (T0 - 92 * DAY, T0 - HOUR), stream=WINDOW)
    assert (job.since, job.until, job.continues) == (rest.since, rest.until, ("j1",))


def test_what_lies_beyond_the_ledgers_reach_is_not_gone_on_with():
    ancient = left(T0 - 200 * DAY, T0 - 100 * DAY)
    endless = left(None, T0 - DAY)
    (job, _) = planned({"j1": ancient, "j2": endless}, *COVERED)
    assert (job.since, job.continues) == (T0 - 92 * DAY, ("j2",))


def test_a_place_noted_by_a_clock_that_ran_ahead_is_left_alone():
    ahead = left(T0 - DAY, T0 + DAY)
    assert spans(planned({"j1": ahead}, (T0 - 10 * DAY, T0 - HOUR))) == [
        (T0 - 2 * HOUR, T0, None, ())
    ]


@pytest.mark.parametrize(("answered_for", "is_last"), [(DAY / 2, False), (DAY, True)])
def test_a_place_that_brings_nothing_is_tried_as_long_as_a_day_of_answers(answered_for, is_last):
    stuck = replace(DEEP, stuck_since=T0 - 2 * DAY)
    (job, _) = planned({"j1": stuck}, *COVERED, whole=T0 - 2 * DAY + answered_for)
    assert job.is_last_try is is_last


def test_a_job_with_what_it_goes_on_with_comes_back_as_it_was_written():
    (job, _) = planned({"j1": replace(DEEP, stuck_since=T0)}, *COVERED)
    assert Job.from_json(job.to_json()) == job


def test_a_place_that_another_version_wrote_is_read_as_far_as_it_is_understood():
    written = json.loads(DEEP.to_json()) | {"items": 500}
    assert Remainder.from_values(written) == DEEP
