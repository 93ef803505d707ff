from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from collectors.contract import Job, Limit
from collectors.sources import Source
from tests.warehouse.building import T0
from warehouse.limits import Fitted, Spent, fit_limits

MINUTE = timedelta(minutes=1)
QUARTER = Limit(requests=30, per=15 * MINUTE)


def source(name: str, **keys) -> Source:
    return Source.model_validate({"name": name, "platform": "x", "max_pages": 10, **keys})


def job(name: str, stream: str) -> Job:
    return Job(
        source=name,
        platform="x",
        stream=stream,
        reach="window",
        params={},
        since=None,
        until=T0,
        validators={},
        planned_at=T0,
    )


def fit(jobs, *sources: Source, limits=(QUARTER,), spent=()) -> Fitted:
    return fit_limits(
        jobs,
        sources={one.name: one for one in sources},
        limits=lambda _platform: limits,
        spent=spent,
        now=T0,
    )


def used(requests: int, *, ago: timedelta, name="a", stream="search:1") -> Spent:
    return Spent(source=name, stream=stream, at=T0 - ago, requests=requests)


def test_without_limits_every_job_may_read_what_its_source_may():
    fitted = fit([job("a", "search:1")], source("a"), limits=())
    assert fitted == Fitted(jobs=[job("a", "search:1")], put_off=[])


def test_each_job_has_its_fair_share_of_what_is_left():
    jobs = [job("a", f"search:{n}") for n in range(4)]
    fitted = fit(jobs, source("a"), spent=[used(10, ago=5 * MINUTE)])
    assert [one.max_pages for one in fitted.jobs] == [5, 5, 5, 5]


def test_requests_of_before_the_window_are_forgotten():
    jobs = [job("a", "search:1")]
    assert fit(jobs, source("a"), spent=[used(30, ago=15 * MINUTE)]).put_off == []
    assert fit(jobs, source("a"), spent=[used(30, ago=14 * MINUTE)]).jobs == []


def test_the_longest_waiting_goes_first_and_the_others_are_put_off_by_name():
    jobs = [job("a", f"search:{n}") for n in range(3)]
    fitted = fit(jobs, source("a"), spent=[used(28, ago=MINUTE)])
    assert [one.stream for one in fitted.jobs] == ["search:0", "search:1"]
    assert [one.max_pages for one in fitted.jobs] == [1, 1]
    assert "search:2 waits: x answers 30 requests in 15 minutes" in fitted.put_off[0].message


def test_one_credential_is_one_account_and_another_one_is_not():
    shared = [source("a", credential="one"), source("b", credential="one")]
    spent = [used(30, ago=MINUTE)]
    assert not fit([job("b", "search:1")], *shared, spent=spent).jobs
    apart = [source("a", credential="one"), source("b", credential="two")]
    assert fit([job("b", "search:1")], *apart, spent=spent).jobs


def test_a_limit_counts_only_the_streams_of_its_kind():
    limits = [Limit(kind="mentions", requests=5, per=15 * MINUTE)]
    spent = [used(5, ago=MINUTE, stream="mentions:acme")]
    jobs = [job("a", "mentions:acme"), job("a", "search:1")]
    fitted = fit(jobs, source("a"), limits=limits, spent=spent)
    assert [one.stream for one in fitted.jobs] == ["search:1"]


limits = st.lists(
    st.builds(
        Limit,
        requests=st.integers(0, 40),
        per=st.integers(1, 60).map(timedelta(minutes=1).__mul__),
        kind=st.sampled_from(["", "search", "mentions"]),
    ),
    max_size=3,
    unique_by=lambda limit: (limit.kind, limit.per),
)
attempts = st.lists(
    st.builds(
        used,
        st.integers(0, 20),
        ago=st.integers(0, 90).map(timedelta(minutes=1).__mul__),
        name=st.sampled_from(["a", "b", "gone"]),
        stream=st.sampled_from(["search:1", "mentions:acme"]),
    ),
    max_size=6,
)
due = st.lists(
    st.builds(job, st.sampled_from(["a", "b"]), st.sampled_from(["search:1", "mentions:acme"])),
    max_size=8,
)


@given(due, limits, attempts)
def test_no_plan_passes_a_limit_and_none_is_lost(jobs, limits, spent):
    fitted = fit(jobs, source("a"), source("b"), limits=limits, spent=spent)
    put_off = Counter(one.job.id for one in fitted.put_off)
    assert Counter(one.id for one in fitted.jobs) + put_off == Counter(one.id for one in jobs)
    for limit in limits:
        before = sum(
            one.requests
            for one in spent
            if one.source != "gone" and limit.counts(one.stream) and one.at > T0 - limit.per
        )
        planned = sum(one.max_pages or 10 for one in fitted.jobs if limit.counts(one.stream))
        assert not planned or before + planned <= limit.requests
