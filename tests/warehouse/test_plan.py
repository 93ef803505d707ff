from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.contract import Interval, Stream
from collectors.leases import LEASE, Leases
from collectors.sources import Source
from tests.warehouse.building import HOUR, T0, header
from warehouse.ledger import LEDGER_REACH, StreamHistory
from warehouse.plan import due_jobs

DAY = timedelta(days=1)
QUARTER = timedelta(minutes=15)


def source(**keys) -> Source:
    return Source.model_validate({"name": "web", "platform": "x", "overlap": "1 h", **keys})


def window(**keys) -> Stream:
    return Stream(key="s1", reach="window", **keys)


FIVE_DAYS = window(history=5 * DAY)
"""How far back a first fetch reaches; what was begun earlier is looked after all the same."""


def planned(stream: Stream, past: StreamHistory | None = None, /, *, now=T0, imported=(), **keys):
    ledger = {}
    if past:
        ledger["web", stream.key] = past
    if imported:
        ledger["web", "import"] = StreamHistory(covered=tuple(imported))
    return due_jobs(source(**keys), [stream], ledger, now)


def windows(*args, **keys) -> list[tuple]:
    return [(job.since, job.until) for job in planned(*args, **keys)]


def span(since: datetime, until: datetime, reason="answered") -> Interval:
    return Interval(since=since, until=until, reason=reason)


def known(*covered: Interval, begun_at=T0 - 10 * DAY, asked=T0 - DAY, **keys) -> StreamHistory:
    values = {"covered": covered, "begun_at": begun_at, "last_attempt_at": asked, **keys}
    return StreamHistory(last_whole_at=values.pop("whole", asked), **values)


def test_a_new_stream_is_asked_as_far_back_as_its_platform_answers():
    assert windows(window(horizon=7 * DAY)) == [(T0 - 7 * DAY, T0)]


@pytest.mark.parametrize("keys", [{}, {"horizon": 400 * DAY}])
def test_a_new_stream_is_never_asked_beyond_the_ledgers_reach(keys):
    assert windows(window(**keys)) == [(T0 - LEDGER_REACH, T0)]


def test_history_limits_a_first_fetch_and_the_configuration_speaks_first():
    stream = window(history=30 * DAY)
    assert windows(stream) == [(T0 - 30 * DAY, T0)]
    assert windows(stream, history="2 days") == [(T0 - 2 * DAY, T0)]


def test_only_what_follows_is_asked_with_an_overlap():
    history = known(span(T0 - 10 * DAY, T0 - HOUR))
    assert windows(FIVE_DAYS, history) == [(T0 - 2 * HOUR, T0)]


def test_the_overlap_never_reaches_before_the_beginning():
    history = known(begun_at=T0 - DAY, asked=T0 - HOUR)
    assert windows(FIVE_DAYS, history, history="1 day", overlap="2 days") == [(T0 - DAY, T0)]


def test_an_import_covers_every_stream_of_its_source():
    imported = [span(T0 - LEDGER_REACH, T0 - DAY, "imported")]
    assert windows(window(), imported=imported) == [(T0 - DAY - HOUR, T0)]
    listing = Stream(key="s2", reach="listing")
    assert windows(listing, imported=imported) == [(T0 - DAY - HOUR, T0)]


def test_a_hole_in_the_middle_is_asked_beside_the_newest_part():
    history = known(
        span(T0 - 10 * DAY, T0 - 6 * DAY), span(T0 - 5 * DAY, T0 - HOUR), asked=T0 - HOUR
    )
    assert windows(FIVE_DAYS, history) == [
        (T0 - 6 * DAY - HOUR, T0 - 5 * DAY),
        (T0 - 2 * HOUR, T0),
    ]


def test_holes_that_meet_by_their_overlap_are_one_window():
    history = known(span(T0 - 10 * DAY, T0 - 4 * HOUR), span(T0 - 2 * HOUR, T0 - HOUR))
    assert windows(FIVE_DAYS, history, overlap="3 h") == [(T0 - 7 * HOUR, T0)]


def test_below_a_capped_newest_part_the_rest_is_asked_next():
    """Newest first: the job's claim begins where its pages ended."""
    history = known(
        span(T0 - 10 * DAY, T0 - 3 * DAY), span(T0 - DAY, T0), last_outcome="page_cap", asked=T0
    )
    later = T0 + QUARTER
    assert windows(FIVE_DAYS, history, now=later) == [
        (T0 - 3 * DAY - HOUR, T0 - DAY),
        (T0 - HOUR, later),
    ]


def test_at_most_eight_holes_are_asked_at_once_the_newest():
    covered = [span(T0 - (n + 1) * DAY, T0 - n * DAY - 6 * HOUR) for n in range(20)]
    found = windows(FIVE_DAYS, known(*covered, begun_at=T0 - 20 * DAY))
    assert len(found) == 8
    assert found[-1] == (T0 - 7 * HOUR, T0)
    assert found[0] == (T0 - 7 * DAY - 7 * HOUR, T0 - 7 * DAY)


def test_what_a_platform_no_longer_gives_is_not_asked_for_again():
    history = known(
        span(T0 - DAY, T0 - HOUR), lost=(span(T0 - 10 * DAY, T0 - DAY, "possible_gap"),)
    )
    assert windows(FIVE_DAYS, history) == [(T0 - 2 * HOUR, T0)]


def test_a_hole_beyond_the_platforms_horizon_is_given_up():
    history = known(span(T0 - 2 * DAY, T0 - HOUR))
    assert windows(window(horizon=DAY), history) == [(T0 - 2 * HOUR, T0)]


def test_everything_covered_asks_for_nothing():
    assert windows(FIVE_DAYS, known(span(T0 - LEDGER_REACH, T0))) == []


def test_a_stream_is_not_due_before_its_time():
    history = known(span(T0 - 10 * DAY, T0), asked=T0)
    assert windows(FIVE_DAYS, history, now=T0 + QUARTER - timedelta(seconds=1)) == []
    assert len(windows(FIVE_DAYS, history, now=T0 + QUARTER)) == 1
    assert windows(FIVE_DAYS, history, now=T0 + QUARTER, every="1 h") == []


def test_a_limited_stream_waits_as_long_as_the_platform_said():
    history = known(span(T0 - 10 * DAY, T0 - HOUR), retry_at=T0 + HOUR, asked=T0 - HOUR)
    assert windows(FIVE_DAYS, history) == []
    assert len(windows(FIVE_DAYS, history, now=T0 + HOUR)) == 1


def test_one_stream_that_waits_does_not_hold_up_the_others():
    limited = known(retry_at=T0 + HOUR, asked=T0 - HOUR)
    streams = [window(), Stream(key="s2", reach="window", horizon=DAY)]
    jobs = due_jobs(source(), streams, {("web", "s1"): limited}, T0)
    assert [job.stream for job in jobs] == ["s2"]


def test_a_clock_that_ran_ahead_hides_no_hole():
    ahead = T0 + 400 * DAY
    history = known(
        span(T0 - 10 * DAY, T0 - HOUR), span(T0 - HOUR, ahead), asked=ahead, retry_at=ahead
    )
    assert windows(FIVE_DAYS, history) == [(T0 - 2 * HOUR, T0)]


def test_a_new_listing_is_read_as_far_as_it_goes():
    assert windows(Stream(key="s1", reach="listing")) == [(None, T0)]
    assert windows(Stream(key="s1", reach="listing"), history="1 day") == [(T0 - DAY, T0)]


def test_a_first_walk_that_was_cut_is_walked_again():
    history = known(span(T0 - DAY, T0), asked=T0, whole=None, last_outcome="rate_limited")
    later = T0 + QUARTER
    listing = Stream(key="s1", reach="listing")
    assert windows(listing, history, now=later) == [(None, later)]
    limited = Stream(key="s1", reach="listing", history=5 * DAY)
    assert windows(limited, history, now=later) == [(T0 - 10 * DAY, later)]


def test_a_listing_is_read_in_one_walk_down_to_its_oldest_hole():
    listing = Stream(key="s1", reach="listing")
    history = known(span(T0 - 10 * DAY, T0 - 6 * DAY), span(T0 - 5 * DAY, T0 - HOUR))
    assert windows(listing, history) == [(T0 - 6 * DAY - HOUR, T0)]


def test_a_listing_is_not_asked_for_what_lay_before_its_oldest_item():
    listing = Stream(key="s1", reach="listing")
    history = known(span(T0 - DAY, T0 - HOUR), begun_at=T0 - HOUR)
    assert windows(listing, history) == [(T0 - 2 * HOUR, T0)]


def test_a_feed_is_always_asked_for_what_it_holds_with_its_validators():
    feed = Stream(key="https://a.example/rss", reach="feed")
    (first,) = planned(feed)
    assert (first.since, first.until, first.validators) == (None, T0, {})
    history = known(span(T0 - 10 * DAY, T0), validators={"etag": "1"})
    (job,) = planned(feed, history)
    assert (job.since, job.until, job.validators) == (T0 - DAY, T0, {"etag": "1"})


def test_a_job_says_all_that_a_worker_needs():
    stream = window(params={"query": "acme"}, horizon=DAY)
    (job,) = planned(stream, known(validators={"since_id": "9"}, asked=T0 - HOUR))
    assert (job.source, job.platform, job.stream, job.reach) == ("web", "x", "s1", "window")
    assert (job.params, job.validators, job.planned_at) == (
        {"query": "acme"},
        {"since_id": "9"},
        T0,
    )


ticks = st.integers(-400, 0)


@given(st.lists(st.tuples(ticks, st.integers(1, 60)), max_size=8), st.integers(1, 90))
def test_after_the_planned_windows_are_answered_nothing_is_missing(pairs, overlap):
    covered = [span(T0 + a * HOUR, min(T0 + (a + length) * HOUR, T0)) for a, length in pairs]
    now, history = T0 + HOUR, known(*covered)
    for _ in range(4):  # At most eight holes at once.
        jobs = planned(window(), history, now=now, overlap=f"{overlap} min", every="1 s")
        assert all(job.since < job.until <= now for job in jobs)
        assert all(job.since >= now - LEDGER_REACH for job in jobs)
        answered = [span(job.since, job.until) for job in jobs]
        history = known(*history.covered, *answered, asked=T0)
    assert planned(window(), history, now=now, overlap=f"{overlap} min", every="1 s") == []


def test_plans_of_the_same_ledger_are_the_same_jobs():
    assert [job.id for job in planned(window())] == [job.id for job in planned(window())]


def test_leases_keep_what_is_planned_from_being_planned_twice(tmp_path):
    jobs = planned(window(), known(span(T0 - 3 * DAY, T0 - 2 * DAY)))
    assert len(jobs) == 2
    leases = Leases(folder=tmp_path)
    assert leases.claim(jobs, now=T0) == jobs
    assert leases.claim(planned(window(), now=T0 + QUARTER), now=T0 + QUARTER) == []
    assert sorted(job.id for job in leases.open_jobs()) == sorted(job.id for job in jobs)


def test_a_lease_ends_when_it_is_given_back_or_expires(tmp_path):
    leases = Leases(folder=tmp_path)
    (job,) = leases.claim(planned(window(horizon=DAY)), now=T0)
    leases.release(job)
    (again,) = leases.claim(planned(window(horizon=DAY)), now=T0)
    assert again == job
    late = T0 + LEASE
    assert leases.claim(planned(window(horizon=DAY), now=late), now=late)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"5", b'{"planned_at": null}', b"\xff\xfe"]
)
def test_a_broken_job_file_is_dropped(tmp_path, content):
    leases = Leases(folder=tmp_path)
    (job,) = leases.claim(planned(window(horizon=DAY)), now=T0)
    (path,) = tmp_path.glob("*.json")
    path.write_bytes(content)
    assert leases.open_jobs() == []
    leases.mark_loaded([header(job.id)])
    assert leases.claim([job], now=T0) == [job]


def test_a_job_file_without_a_zone_is_dropped(tmp_path):
    leases = Leases(folder=tmp_path)
    (job,) = leases.claim(planned(window(horizon=DAY)), now=T0)
    (path,) = tmp_path.glob("*.json")
    path.write_text(job.to_json().replace("+00:00", ""))
    assert leases.claim([job], now=T0) == [job]


def test_a_lease_from_a_clock_that_ran_ahead_does_not_hold_for_ever(tmp_path):
    leases = Leases(folder=tmp_path)
    ahead = T0 + 400 * DAY
    leases.claim(planned(window(horizon=DAY), now=ahead), now=ahead)
    assert len(leases.claim(planned(window(horizon=DAY)), now=T0)) == 1


def test_a_neighbours_clock_a_second_behind_takes_no_lease_away(tmp_path):
    leases = Leases(folder=tmp_path)
    leases.claim(planned(window(horizon=DAY)), now=T0)
    behind = T0 - timedelta(seconds=1)
    assert leases.claim(planned(window(horizon=DAY), now=behind), now=behind) == []
