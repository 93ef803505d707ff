from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.contract import Interval
from collectors.landing import Fault
from tests.warehouse.building import HOUR, T0, header, publish, simple_file, warehouse, watchlist
from warehouse.ledger import missing, read_ledger
from warehouse.load import load_files
from warehouse.privacy import apply_watchlist

ticks = st.integers(0, 40)


def at(hours: float) -> datetime:
    return T0 + hours * HOUR


def span(since: float, until: float, reason="answered") -> Interval:
    return Interval(since=at(since), until=at(until), reason=reason)


@given(st.lists(st.tuples(ticks, ticks)), ticks, ticks)
def test_every_instant_is_covered_or_missing_and_never_both(pairs, since, until):
    intervals = [span(min(pair), max(pair)) for pair in pairs]
    holes = missing(intervals, at(since), at(until))
    for tick in range(-1, 42):
        moment = at(tick) + HOUR / 2
        is_inside = at(since) <= moment < at(until)
        is_covered = any(i.since <= moment < i.until for i in intervals)
        is_missing = sum(a <= moment < b for a, b in holes)
        assert is_missing == (is_inside and not is_covered)
    assert holes == sorted(holes)
    assert all(a < b for a, b in holes)
    assert all(b < a for (_, b), (a, _) in zip(holes, holes[1:], strict=False))  # noqa: RUF007 - pairs of pairs


@pytest.fixture
def snapshot_of(tmp_path):
    def make(*files):
        (tmp_path / "e").mkdir(exist_ok=True)
        paths = [
            simple_file(tmp_path / "e", f"j{number}", [], **keys)
            for number, keys in enumerate(files)
        ]
        with warehouse(tmp_path / "w.duckdb") as connection:
            apply_watchlist(connection, watchlist(), now=T0)
            load_files(connection, paths, now=T0)
            publish(connection, tmp_path, watchlist())
        return tmp_path / "snapshot.duckdb"

    return make


def test_without_any_snapshot_the_ledger_is_what_waits(tmp_path):
    waiting = [header("j1", answered=(span(-1, 0),))]
    ledger = read_ledger(tmp_path / "snapshot.duckdb", waiting, now=T0)
    (history,) = ledger.values()
    assert history.covered == (span(-1, 0),)
    assert (history.begun_at, history.last_attempt_at) == (at(-1), T0)
    assert read_ledger(tmp_path / "snapshot.duckdb", [], now=T0) == {}


def test_coverage_is_united_and_possible_gaps_stand_apart(snapshot_of):
    path = snapshot_of(
        {"at": at(1), "answered": (span(0, 1),)},
        {"at": at(2), "answered": (span(0.5, 2), span(4, 5), span(3, 4, "possible_gap"))},
        {"at": at(3), "answered": (span(5, 6),), "stream": "other"},
    )
    ledger = read_ledger(path, [], now=at(9))
    assert ledger["web", "search:1"].covered == (span(0, 2), span(4, 5))
    assert ledger["web", "search:1"].lost == (span(3, 4, "possible_gap"),)
    assert ledger["web", "other"].covered == (span(5, 6),)


def test_files_that_wait_count_like_loaded_ones(snapshot_of):
    path = snapshot_of({"at": at(1), "answered": (span(0, 1),), "validators": {"etag": "1"}})
    waiting = [
        header("b", at=at(3), since=at(1), answered=(span(2, 3),), validators=None),
        header("a", at=at(2), since=at(-2), answered=(span(1, 2),), validators={"etag": "2"}),
    ]
    history = read_ledger(path, waiting, now=at(9))["web", "search:1"]
    assert missing(history.covered, at(0), at(3)) == []
    assert history.begun_at == at(-2)
    assert history.last_attempt_at == at(3)
    assert history.validators == {"etag": "2"}


def test_the_newest_attempt_says_whether_to_wait(snapshot_of):
    limited = Fault(reason="rate_limited", message="wait", retry_at=at(5))
    path = snapshot_of(
        {"at": at(2), "fault": limited, "answered": ()},
        {"at": at(1)},
    )
    history = read_ledger(path, [], now=at(3))["web", "search:1"]
    assert (history.last_outcome, history.retry_at) == ("rate_limited", at(5))
    assert history.last_whole_at == at(1)
    history = read_ledger(path, [header("n", at=at(6))], now=at(7))["web", "search:1"]
    assert (history.last_outcome, history.retry_at) == ("answered", None)
    assert history.last_whole_at == at(6)


@pytest.mark.parametrize("is_loaded", [True, False])
def test_of_two_attempts_at_one_instant_the_one_that_must_wait_speaks(snapshot_of, is_loaded):
    limited = Fault(reason="rate_limited", message="wait", retry_at=at(5))
    files = [{"at": at(2), "fault": limited}, {"at": at(2), "since": at(0)}]
    if is_loaded:
        ledger = read_ledger(snapshot_of(*files), [], now=at(3))
    else:
        waiting = [header(f"j{n}", **keys) for n, keys in enumerate(files)]
        ledger = read_ledger(snapshot_of(), waiting, now=at(3))
    assert ledger["web", "search:1"].retry_at == at(5)


@pytest.mark.parametrize("kind", ["import", "again"])
def test_what_is_no_fetch_covers_but_is_no_attempt(snapshot_of, kind):
    waiting = [header("i", kind=kind, answered=(span(0, 4, "imported"),), validators=None)]
    history = read_ledger(snapshot_of(), waiting, now=at(9))["web", "search:1"]
    assert history.covered == (span(0, 4, "imported"),)
    assert history.last_attempt_at is None
    loaded = read_ledger(snapshot_of({"kind": kind}), [], now=at(9))["web", "search:1"]
    assert loaded.last_attempt_at is None


def test_the_ledger_stays_small_after_months_of_rounds(snapshot_of):
    quarter = timedelta(minutes=15)
    rounds = tuple(
        Interval(since=T0 + (n - 4) * quarter, until=T0 + n * quarter) for n in range(2000)
    )
    path = snapshot_of({"at": at(600), "answered": rounds})
    history = read_ledger(path, [], now=at(600))["web", "search:1"]
    assert history.covered == (Interval(since=T0 - HOUR, until=T0 + 1999 * quarter),)
