"""Budgets: what is asked less often first, and never more pages than a month still pays for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.contract import Job, Stream
from collectors.sources import Source
from warehouse.costs import Spending, StreamCost, days_left, forecast
from warehouse.ledger import StreamHistory
from warehouse.limits import Fitted
from warehouse.thrift import fit_budget, order_of_thrift, thrifty_streams

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PRICE = 0.01


def source(**keys) -> Source:
    values = {"name": "x", "platform": "x", "item_eur": PRICE, "max_pages": 10, **keys}
    return Source.model_validate(values)


def stream(key: str, **keys) -> Stream:
    return Stream(key=key, reach="window", **keys)


def job(key: str, *, since: datetime = NOW - DAY, until: datetime = NOW, charged=100) -> Job:
    return Job(
        source="x",
        platform="x",
        stream=key,
        reach="window",
        params={},
        since=since,
        until=until,
        validators={},
        planned_at=NOW,
        page_charged=charged,
    )


def fit(jobs, spending=None, *, thrifty=(), ledger=None, **keys) -> Fitted:
    return fit_budget(
        jobs,
        sources={"x": source(**keys)},
        spending={"x": spending or Spending()},
        thrifty={"x": thrifty},
        ledger=ledger or {},
        now=NOW,
    )


def chosen(spending: Spending, budget: float | None, *keys: str) -> list[str]:
    streams = [stream(key) for key in keys or spending.streams]
    return thrifty_streams(spending, budget, streams=streams, item_eur=PRICE, now=NOW)


DEAR = StreamCost(day_eur=5, recent_eur=150, matched=10)
FAIR = StreamCost(day_eur=5, recent_eur=150, matched=300)
VAIN = StreamCost(day_eur=2, recent_eur=60, matched=0)
THREE = Spending(month_eur=80, streams={"fair": FAIR, "dear": DEAR, "vain": VAIN})


def test_the_month_ends_as_a_month_of_utc():
    assert days_left(NOW) == 10.5
    assert days_left(datetime(2026, 12, 1, tzinfo=UTC)) == 31
    assert forecast(80, 12, NOW) == 80 + 12 * 10.5


def test_what_costs_most_for_each_matched_mention_is_saved_on_first():
    assert order_of_thrift(THREE) == ["vain", "dear", "fair"]


def test_streams_that_cost_nothing_are_never_saved_on():
    free = Spending(streams={"free": StreamCost(matched=0), "dear": DEAR})
    assert order_of_thrift(free) == ["dear"]


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        (None, []),
        (206, []),
        (205, ["vain"]),
        (190, ["vain", "dear"]),
        (120, ["vain", "dear", "fair"]),
        (0, ["vain", "dear", "fair"]),
    ],
)
def test_thrift_goes_on_in_order_until_the_forecast_fits(budget, expected):
    assert chosen(THREE, budget) == expected


def test_a_stream_that_brings_less_than_a_page_a_day_is_left_out_of_thrift():
    small = StreamCost(day_eur=0.9, recent_eur=27, matched=0)
    spending = Spending(month_eur=100, streams={"small": small, "dear": DEAR})
    assert chosen(spending, 50) == ["dear"]


def test_a_thrifty_stream_is_asked_once_a_day_for_its_newest_page_only():
    jobs = [job("s", since=NOW - 3 * DAY, until=NOW - 2 * DAY), job("s"), job("t")]
    fitted = fit(jobs, thrifty=["s"], monthly_eur=100)
    assert [(one.stream, one.until, one.max_pages, one.is_thrifty) for one in fitted.jobs] == [
        ("s", NOW, 1, True),
        ("t", NOW, None, False),
    ]
    assert "once a day" in fitted.put_off[0].message
    asked = {("x", "s"): StreamHistory(last_attempt_at=NOW - DAY + timedelta(seconds=1))}
    assert [one.stream for one in fit(jobs, thrifty=["s"], ledger=asked).jobs] == ["t"]
    asked = {("x", "s"): StreamHistory(last_attempt_at=NOW - DAY)}
    assert [one.stream for one in fit(jobs, thrifty=["s"], ledger=asked).jobs] == ["s", "t"]


def test_a_job_reads_no_more_pages_than_the_budget_pays_for():
    left = Spending(month_eur=96)
    assert [one.max_pages for one in fit([job("a"), job("b")], left, monthly_eur=100).jobs] == [
        2,
        2,
    ]
    archive = fit([job("a", charged=200)], left, monthly_eur=100)
    assert [one.max_pages for one in archive.jobs] == [2]


def test_nothing_charged_is_asked_once_the_budget_is_spent():
    fitted = fit([job("a")], Spending(month_eur=99.5), monthly_eur=100)
    assert fitted.jobs == []
    assert "€99.50 of €100 are spent" in fitted.put_off[0].message
    assert "until 1 December" in fitted.put_off[0].message


def test_what_costs_nothing_needs_no_budget():
    jobs = [job("a")]
    assert fit(jobs, Spending(month_eur=1000), monthly_eur=0, item_eur=0).jobs == jobs
    assert fit(jobs, Spending(month_eur=1000)).jobs == jobs


def test_jobs_on_their_way_are_reckoned_with():
    busy = Spending(month_eur=50, reserved_eur=49.5)
    fitted = fit([job("a")], busy, monthly_eur=100)
    assert fitted.jobs == []
    assert "on their way" in fitted.put_off[0].message


money = st.floats(0, 50, allow_nan=False)
costs = st.builds(StreamCost, day_eur=money, recent_eur=money, matched=st.integers(0, 20))
spendings = st.builds(
    Spending,
    month_eur=money,
    reserved_eur=money,
    streams=st.dictionaries(st.sampled_from("abcd"), costs),
)
due = st.lists(
    st.builds(job, st.sampled_from("abcde"), charged=st.sampled_from((100, 200, 1000))), max_size=9
)


@given(due, spendings, money, st.lists(st.sampled_from("abcde"), unique=True))
def test_no_sum_of_jobs_passes_the_budget_and_none_is_lost(jobs, spending, budget, thrifty):
    jobs = [replace(one, since=NOW - n * DAY) for n, one in enumerate(jobs, 1)]
    fitted = fit(jobs, spending, thrifty=thrifty, monthly_eur=budget)
    asked, waiting = (
        {one.id for one in ones} for ones in (fitted.jobs, [p.job for p in fitted.put_off])
    )
    assert asked | waiting == {one.id for one in jobs}
    assert not asked & waiting
    worst = sum((one.max_pages or 10) * one.page_charged * PRICE for one in fitted.jobs)
    assert not fitted.jobs or spending.month_eur + spending.reserved_eur + worst <= budget + 1e-9


@given(spendings, money)
def test_nothing_is_saved_on_while_the_forecast_fits(spending, budget):
    saved_on = chosen(spending, budget)
    expected = forecast(spending.month_eur, spending.day_eur, NOW)
    assert saved_on == [] or expected > budget
    order = order_of_thrift(spending)
    assert saved_on == [key for key in order if key in saved_on]
    worth = [key for key in order if spending.streams[key].day_eur > 100 * PRICE]
    assert saved_on == worth[: len(saved_on)]
    if saved_on != worth:
        saved = sum(spending.streams[key].day_eur - 100 * PRICE for key in saved_on)
        assert expected - saved * days_left(NOW) <= budget + 1e-6
