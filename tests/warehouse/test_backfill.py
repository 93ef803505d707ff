"""Backfill: what is missing of a past time, asked for hole by hole, within budgets and limits."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.contract import Interval, Remainder, Stream
from collectors.readiness import SourceState
from collectors.sources import Source
from tests.warehouse.building import HOUR, T0
from warehouse.backfill import confirmed_jobs, estimates, fit_backfill, missing_jobs
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


LISTING = Stream(key="s", reach="listing")


def rest(since: float, until: float, cursor="c1") -> Remainder:
    return Remainder(since=T0 + since * HOUR, until=T0 + until * HOUR, cursor=cursor)


WALKED = StreamHistory(covered=(span(-30, 0),), remainders={"j1": rest(-100, -30)})
"""A first pass came down to thirty hours ago."""


@pytest.mark.parametrize("stream", [LISTING, replace(WINDOW, is_walked=True)], ids=["listing", "x"])
def test_a_walk_goes_on_where_the_pass_before_stopped(stream):
    (job,) = found(stream, WALKED).jobs
    assert (job.since, job.until) == (T0 - 100 * HOUR, T0 - 30 * HOUR)
    assert (job.cursor, job.continues) == ("c1", ("j1",))
    first = found(stream, StreamHistory()).jobs
    assert [one.cursor for one in first] == [None]
    # It is another place of the same window, and so is asked for.
    assert fit_backfill([job], standing(), first).jobs == [job]


def test_what_is_left_of_a_walk_below_what_is_asked_for_stays_open():
    (job,) = found(LISTING, WALKED, since=-50).jobs
    assert (job.since, job.cursor, job.continues) == (T0 - 50 * HOUR, "c1", ())
    deeper = replace(
        WALKED,
        covered=(span(-40, 0),),
        remainders={**WALKED.remainders, "j2": rest(-50, -40, "c2")},
    )
    # The upper place leads through what is known by now.
    (job,) = found(LISTING, deeper, since=-50).jobs
    assert (job.since, job.cursor, job.continues) == (T0 - 50 * HOUR, "c2", ("j2",))


def test_places_beside_what_is_asked_for_are_the_plans():
    history = StreamHistory(covered=(span(-60, 0),), remainders={"j1": rest(-20, -10)})
    (job,) = found(LISTING, history).jobs
    assert (job.since, job.cursor, job.continues) == (T0 - 100 * HOUR, None, ())
    assert found(LISTING, replace(history, covered=(span(-100, 0),))).jobs == []


def test_listings_of_which_two_walks_were_confirmed_are_asked_once_each():
    two = replace(WALKED, covered=(span(-30, -20),), remainders={"j1": rest(-100, -30)})
    jobs = found(LISTING, two).jobs
    assert len(jobs) == 2
    asked, _ = confirmed_jobs(jobs, estimate(jobs=jobs, price=0), 0.0)
    assert asked == jobs


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
    fitted = fit_backfill(jobs, standing(), jobs)
    assert fitted.jobs == []
    assert fitted.messages == [
        "web, s waits: it was read, and is not whole yet: run it again later"
    ]


def test_a_limited_stream_is_left_alone_until_its_platform_answers():
    limited = {("web", "s"): StreamHistory(retry_at=T0 + HOUR)}
    fitted = fit_backfill(found(WINDOW).jobs, standing(ledger=limited), [])
    assert fitted.jobs == []
    assert fitted.messages == ["web, s waits: x answers again at 16 Nov 01:00 (UTC)"]


PAGE_EUR = 0.01 * 400
"""A hundred posts, each with its author and one that it refers to."""

PAID = replace(WINDOW, page_charged=400)


def estimate(counted=None, spending=None, history=None, *, jobs=None, price=0.01):
    jobs = found(PAID).jobs if jobs is None else jobs
    state = SourceState(source=source(item_eur=price), streams=(PAID,))
    around = standing(spending, {("web", "s"): history} if history else None)
    return estimates(jobs, [state], around, dict.fromkeys((job.id for job in jobs), counted))


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"price": 0, "counted": 500}, (None, 0.0, 0.0, None)),
        ({"counted": 500}, (500, 15.0, 1.25 * 500 * 0.04, 7)),
        ({"counted": 0}, (0, 0.0, 0.04, 1)),
        ({"spending": Spending(streams={"s": StreamCost(day_eur=2)})}, (None, 8.25, 16.5, 5)),
        ({"history": StreamHistory()}, (None, 0.0, PAGE_EUR, 1)),
        ({}, (None, None, 10 * PAGE_EUR, 10)),
    ],
    ids=["free", "counted", "none", "by the usual", "never cost anything", "unknown"],
)
def test_an_estimate_is_counted_or_by_the_usual_or_says_that_there_is_none(keys, expected):
    (one,) = estimate(**keys)
    assert (one.items, one.eur, one.most_eur, one.most_pages) == pytest.approx(expected)


TWENTY = StreamHistory(covered=tuple(span(-100 + 5 * n, -98 + 5 * n) for n in range(20)))
"""It leaves twenty holes."""


def test_the_estimate_is_of_all_holes_and_they_are_asked_for_a_few_at_a_time():
    jobs = found(PAID, TWENTY).jobs
    assert len(jobs) == len(estimate(10, jobs=jobs)) == 20
    first = fit_backfill(jobs, standing(), []).jobs
    then = fit_backfill(jobs, standing(), first).jobs
    assert [*first, *then] == jobs[:16]


def test_only_windows_that_were_confirmed_are_asked_for():
    confirmed = estimate(10, jobs=found(PAID, StreamHistory(covered=(span(-90, -20),))).jobs)
    wider = found(PAID, since=-200).jobs
    asked, too_dear = confirmed_jobs(wider, confirmed, 0.0)
    assert {(job.since, job.until) for job in asked} == {
        (T0 - 20 * HOUR, T0 - HOUR),
        (T0 - 100 * HOUR, T0 - 90 * HOUR),
    }
    assert too_dear == []
    other = [replace(job, stream="another") for job in wider]
    assert confirmed_jobs(other, confirmed, 0.0) == ([], [])


def test_a_listing_that_was_confirmed_is_walked_from_its_newest_item():
    listing = Stream(key="s", reach="listing")
    confirmed = estimate(jobs=found(listing).jobs, price=0)
    later = [replace(job, until=T0 + HOUR) for job in found(listing).jobs]
    assert confirmed_jobs(later, confirmed, 0.0) == (later, [])


def test_nothing_is_asked_for_once_what_was_confirmed_is_spent():
    jobs = found(PAID).jobs
    confirmed = estimate(1000, jobs=jobs)
    most = sum(one.most_eur for one in confirmed)
    (job,), _ = confirmed_jobs(jobs, confirmed, 0.0)
    assert job.max_pages == 13
    (job,), _ = confirmed_jobs(jobs, confirmed, most - PAGE_EUR * 2.5)
    assert job.max_pages == 2
    assert confirmed_jobs(jobs, confirmed, most) == ([], jobs)


def test_what_is_free_is_asked_for_whatever_was_spent():
    jobs = found(PAID).jobs
    assert confirmed_jobs(jobs, estimate(price=0), 1000.0) == (jobs, [])


@given(
    st.lists(st.integers(0, 2_000), min_size=20, max_size=20),
    st.floats(0, 1, exclude_max=True),
)
def test_one_pass_costs_no_more_than_what_is_left_and_a_page(counts, share_spent):
    """If each page costs what the most expensive one of that stream's count does."""
    jobs = found(PAID, TWENTY).jobs
    confirmed = [
        one for job, n in zip(jobs, counts, strict=True) for one in estimate(n, jobs=[job])
    ]
    most = sum(one.most_eur for one in confirmed)
    asked, _ = confirmed_jobs(jobs, confirmed, most * share_spent)
    price = {one.job.since: one.most_eur / one.most_pages for one in confirmed}
    worst = sum(job.max_pages * price[job.since] for job in asked)
    assert worst <= most * (1 - share_spent) + max(price.values()) + 1e-6


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
