"""Backfill: what is missing of a past time, asked for hole by hole, within budgets and limits."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.contract import Interval, Stream
from collectors.readiness import SourceState
from collectors.sources import Source
from tests.warehouse.building import HOUR, T0
from warehouse.backfill import estimates, fit_backfill, missing_jobs
from warehouse.costs import Spending, StreamCost
from warehouse.ledger import StreamHistory
from warehouse.plan import Standing

DAY = timedelta(days=1)


def source(**keys) -> Source:
    return Source.model_validate({"name": "web", "platform": "x", "overlap": "1 h", **keys})


def span(since: float, until: float, reason="answered") -> Interval:
    return Interval(since=T0 + since * HOUR, until=T0 + until * HOUR, reason=reason)


def found(stream: Stream, history=None, /, *, since=-100.0, until=0.0, imported=(), **keys):
    ledger = {("web", "import"): StreamHistory(covered=tuple(imported))} if imported else {}
    if history:
        ledger["web", stream.key] = history
    state = SourceState(source=source(**keys), streams=(stream,))
    return missing_jobs([state], ledger, since=T0 + since * HOUR, until=T0 + until * HOUR, now=T0)


def windows(*args, **keys) -> list[tuple[float, float]]:
    return [((job.since - T0) / HOUR, (job.until - T0) / HOUR) for job in found(*args, **keys).jobs]


WINDOW = Stream(key="s", reach="window")


def test_a_stream_is_asked_for_its_holes_the_newest_first():
    history = StreamHistory(covered=(span(-90, -50), span(-40, 0)))
    assert windows(WINDOW, history) == [(-50, -40), (-100, -90)]


def test_the_last_overlap_is_left_to_the_next_round():
    assert windows(WINDOW) == [(-100, -1)]
    assert windows(WINDOW, until=-10) == [(-100, -10)]


def test_what_is_older_than_the_plan_looks_back_is_asked_for():
    assert windows(WINDOW, since=-24 * 400, until=-24 * 399) == [(-24 * 400, -24 * 399)]


def test_what_was_given_up_to_save_money_is_asked_for_and_what_is_gone_is_not():
    history = StreamHistory(
        covered=(span(-100, -50),),
        lost=(span(-50, -30, "budget"), span(-30, -1, "possible_gap")),
    )
    assert windows(WINDOW, history) == [(-50, -30)]


def test_an_import_is_not_asked_for_again():
    assert windows(WINDOW, imported=[span(-100, -20, "imported")]) == [(-20, -1)]


def test_a_listing_is_walked_back_to_its_oldest_hole():
    history = StreamHistory(covered=(span(-90, -50), span(-40, 0)))
    assert windows(Stream(key="s", reach="listing"), history) == [(-100, 0)]


def test_feeds_say_that_they_cannot():
    missing = found(Stream(key="https://a.example/rss", reach="feed"))
    assert missing.jobs == []
    assert missing.cannot == ["web: 1 feed: a feed gives only the entries that it holds"]


def test_beyond_the_horizon_is_said_and_not_asked():
    missing = found(replace(WINDOW, horizon=2 * DAY))
    assert [(job.since, job.until) for job in missing.jobs] == [(T0 - 2 * DAY, T0 - HOUR)]
    assert missing.cannot == ["web, s: x answers 2 d back, and not before"]
    covered = StreamHistory(covered=(span(-200, -48),))
    assert found(replace(WINDOW, horizon=2 * DAY), covered).cannot == []


def test_a_covered_time_asks_for_nothing():
    assert windows(WINDOW, StreamHistory(covered=(span(-100, 0),))) == []


def standing(spending=None, ledger=None, **keys) -> Standing:
    return Standing(
        now=T0,
        states=[SourceState(source=source(**keys), streams=(WINDOW,))],
        ledger=ledger or {},
        spending={"web": spending or Spending()},
        thrifty={"web": ["s"]},
        spent=[],
        claimed=[],
    )


def test_a_backfill_is_no_thrift_but_keeps_to_the_budget():
    jobs = found(WINDOW).jobs
    around = standing(Spending(month_eur=98), monthly_eur=100, item_eur=0.01)
    (job,) = fit_backfill(jobs, around, []).jobs
    assert (job.max_pages, job.is_thrifty) == (2, False)
    spent = standing(Spending(month_eur=99.9), monthly_eur=100, item_eur=0.01)
    assert fit_backfill(jobs, spent, []).jobs == []


def test_the_same_window_is_not_asked_for_twice_in_one_backfill():
    jobs = found(WINDOW).jobs
    assert fit_backfill(jobs, standing(), jobs).jobs == []


def test_a_limited_stream_is_left_alone_until_its_platform_answers():
    limited = {("web", "s"): StreamHistory(retry_at=T0 + HOUR)}
    assert fit_backfill(found(WINDOW).jobs, standing(ledger=limited), []).jobs == []


@pytest.mark.parametrize(
    ("price", "counted", "spending", "expected"),
    [
        (0, 500, Spending(), (None, 0.0)),
        (0.01, 500, Spending(), (500, 5.0)),
        (0.01, None, Spending(streams={"s": StreamCost(day_eur=2)}), (None, 8.25)),
        (0.01, None, Spending(), (None, None)),
    ],
)
def test_an_estimate_is_counted_or_by_the_usual_or_says_that_there_is_none(
    price, counted, spending, expected
):
    (one,) = estimates(
        found(WINDOW).jobs, [source(item_eur=price)], lambda _: spending, lambda _: counted
    )
    assert (one.items, one.eur) == expected


hours = st.integers(-120, -2)


@given(st.lists(st.tuples(hours, st.integers(1, 40)), max_size=12))
def test_after_enough_backfills_nothing_is_missing(pairs):
    history = StreamHistory(covered=tuple(span(a, a + length) for a, length in pairs))
    for _ in range(3):
        jobs = found(WINDOW, history).jobs
        assert len({(job.since, job.until) for job in jobs}) == len(jobs)
        answered = tuple(Interval(since=job.since, until=job.until) for job in jobs)
        history = replace(history, covered=(*history.covered, *answered))
    assert windows(WINDOW, history) == []
