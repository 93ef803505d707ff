"""Walks through listings that get there: round after round, whatever lies between."""

from datetime import timedelta

import pytest

from collectors.contract import Job
from collectors.readiness import SourceState
from tests.collectors.rounds import NOW
from tests.collectors.walking import ASKED, FORGETS, LISTINGS, MINUTE, SEARCHES, Shelf, Walking
from tests.replay import Answer
from warehouse.backfill import fit_backfill, missing_jobs
from warehouse.costs import Spending
from warehouse.plan import Standing

every_listing = pytest.mark.parametrize("name", LISTINGS)
one_of_each = pytest.mark.parametrize(
    "name",
    ["mastodon-tag", "bluesky-account", "reddit-comments", "youtube-comments", "x-timeline"],
)

QUARTER = timedelta(minutes=15)
HOLE = range(41, 110)
"""Ages of the items in the hole: fourteen pages, eight below the newest item; a job may read two."""
KNOWN = (20_000, 110), (40, 15)
PER_PAGE = 5
DEPTH = 115 / PER_PAGE
"""Pages from the newest item down to the hole's end, with the overlap."""


def after(rounds: int, step: timedelta = QUARTER):
    return [NOW + number * step for number in range(rounds)]


def go_on(rounds, moments, *, oldest=200):
    """Do rounds until nothing is unknown; gives how many that took."""
    for number, now in enumerate(moments, start=1):
        rounds.go(now)
        if not rounds.unknown(oldest) and not rounds.history.remainders:
            return number
    return None


@every_listing
def test_a_hole_deeper_than_a_job_may_read_is_filled(name):
    shelf = Shelf(name, set(range(1, 160)))
    with Walking(shelf) as rounds:
        rounds.knows(*KNOWN)
        took = go_on(rounds, after(30))
        assert took is not None
        assert took <= 13
        assert set(HOLE) <= set(rounds.brought)
        assert not rounds.given_up
        # Once down, and each round's newest two pages.
        assert len(shelf.requests) <= DEPTH + 2 * took + 2
        # What is known stays known: nothing deep is asked for again.
        assert rounds.go(NOW + 31 * QUARTER) <= 2


@one_of_each
def test_the_newest_items_do_not_wait_for_the_depth(name):
    shelf = Shelf(name, set(range(-400, 200)))
    with Walking(shelf, max_pages=5) as rounds:
        rounds.knows(*KNOWN)
        for number, now in enumerate(after(12)):
            rounds.go(now)
            newest = int((now - ASKED) / MINUTE)
            assert -newest + 1 in rounds.brought, number
        assert not rounds.unknown(200)
        assert set(range(-160, 110)) - set(range(20, 36)) <= set(rounds.brought)


@one_of_each
def test_two_holes_are_filled_side_by_side(name):
    shelf = Shelf(name, set(range(1, 240)))
    with Walking(shelf) as rounds:
        rounds.knows((20_000, 200), (160, 110), (60, 15))
        took = go_on(rounds, after(60), oldest=210)
        assert took is not None
        assert took <= 22
        assert {*range(61, 110), *range(161, 200)} <= set(rounds.brought)
        assert not rounds.given_up
        assert len(shelf.requests) <= 205 / PER_PAGE + 2 * took + 4


@one_of_each
def test_posts_that_come_faster_than_a_job_may_read_are_caught_up_with(name):
    """Fifteen a round, where a job may read ten."""
    shelf = Shelf(name, set(range(-120, 160)))
    with Walking(shelf) as rounds:
        rounds.knows(*KNOWN)
        for now in after(9):
            rounds.go(now)
            assert len(rounds.history.remainders) <= 8
        took = go_on(rounds, [NOW + n * QUARTER for n in range(9, 36)])
        assert took is not None
        assert {*HOLE, *range(-120, 15)} <= set(rounds.brought)
        assert not rounds.unknown(200, -120)
        assert not rounds.given_up
        read = DEPTH + (120 + 20 * 5) / PER_PAGE
        assert len(shelf.requests) <= 1.5 * read + 3 * rounds.number


@one_of_each
def test_a_history_that_is_set_is_read_to_its_beginning(name):
    shelf = Shelf(name, set(range(1, 200)))
    with Walking(shelf, history="150 min") as rounds:
        took = go_on(rounds, after(60), oldest=149)
        assert took is not None
        assert took <= 150 / (2 * PER_PAGE) + 3
        assert set(range(1, 149)) <= set(rounds.brought)
        assert not rounds.given_up
        assert len(shelf.requests) <= 155 / PER_PAGE + 2 * took + 3


@one_of_each
def test_a_backfill_deeper_than_a_job_may_read_goes_on_where_each_pass_stopped(name):
    shelf = Shelf(name, set(range(1, 160)))
    with Walking(shelf) as rounds:
        rounds.knows(*KNOWN)
        shelf.begin(NOW)
        state = SourceState(source=rounds.source, streams=(rounds.stream,))
        asked: list[Job] = []
        for _ in range(30):
            missing = missing_jobs(
                [state], rounds.ledger, since=ASKED - 100 * MINUTE, until=NOW, now=NOW
            )
            standing = Standing(
                now=NOW,
                states=[state],
                ledger=rounds.ledger,
                spending={rounds.source.name: Spending()},
                thrifty={},
                spent=[],
                claimed=[],
            )
            fitted = fit_backfill(missing.jobs, standing, asked)
            if not fitted.jobs:
                break
            rounds.collect(fitted.jobs)
            asked += fitted.jobs
        assert missing.jobs == []
        assert set(range(1, 100)) <= set(rounds.brought) | set(range(16, 40))
        # Each page is turned once.
        assert len(shelf.requests) <= 105 / PER_PAGE + 1


@one_of_each
def test_rounds_that_are_killed_lose_time_and_nothing_else(name):
    shelf = Shelf(name, set(range(1, 160)))
    with Walking(shelf) as rounds:
        rounds.knows(*KNOWN)
        for number, now in enumerate(after(60)):
            rounds.collect(rounds.plan(now), is_killed=number % 2 == 0)
            if not rounds.unknown(200) and not rounds.history.remainders:
                break
        assert not rounds.unknown(200)
        assert set(HOLE) <= set(rounds.brought)
        assert not rounds.given_up


@one_of_each
def test_a_walk_that_is_put_off_waits_where_it_stopped(name):
    shelf = Shelf(name, set(range(1, 160)))
    with Walking(shelf) as rounds:
        rounds.knows(*KNOWN)
        for number, now in enumerate(after(60)):
            jobs = rounds.plan(now)
            newest = max(jobs, key=lambda job: job.until)
            rounds.collect([newest] if 2 <= number < 10 else jobs)
            if not rounds.unknown(200) and not rounds.history.remainders:
                break
        assert number > 10
        assert set(HOLE) <= set(rounds.brought)
        assert len(shelf.requests) <= DEPTH + 2 * rounds.number + 2


# --- places that are lost --------------------------------------------------------------

REFUSALS = {"refused": Answer(status=400), "leads-back": "top"}


@pytest.mark.parametrize("how", REFUSALS)
@every_listing
def test_where_a_place_is_lost_the_walk_begins_again_once(name, how):
    shelf = Shelf(name, set(range(1, 160)))
    with Walking(shelf) as rounds:
        rounds.knows(*KNOWN)
        for now in after(5):
            rounds.go(now)
        shelf.breaks = lambda _: REFUSALS[how]
        rounds.go(NOW + 5 * QUARTER)
        shelf.breaks = lambda _: None
        took = go_on(rounds, [NOW + n * QUARTER for n in range(6, 40)])
        assert took is not None
        assert set(HOLE) <= set(rounds.brought)
        assert not rounds.given_up
        assert len(shelf.requests) <= 2 * DEPTH + 2 * rounds.number + 6


@pytest.mark.parametrize("how", REFUSALS)
@every_listing
def test_what_no_place_leads_to_is_given_up_and_not_asked_for_ever(name, how):
    shelf = Shelf(name, set(range(1, 160)), breaks=lambda _: REFUSALS[how])
    with Walking(shelf) as rounds:
        rounds.knows(*KNOWN)
        took = go_on(rounds, after(20))
        assert took is not None
        assert took <= 6
        (lost,) = rounds.history.lost
        assert lost.reason == "possible_gap"
        assert lost.since <= ASKED - 110 * MINUTE < ASKED - 40 * MINUTE <= lost.until
        # No answer is claimed for what was not read.
        assert min(rounds.brought) >= 1
        for interval in rounds.history.covered:
            read = {n for n in HOLE if interval.since <= ASKED - n * MINUTE < interval.until}
            assert read <= set(rounds.brought)
        assert rounds.go(NOW + 30 * QUARTER) <= 2


@pytest.mark.parametrize("status", [500, 429])
@pytest.mark.parametrize("name", ["mastodon-tag", "reddit-comments", "x-timeline"])
def test_a_place_that_is_never_answered_is_given_up_after_days_not_rounds(name, status):
    shelf = Shelf(name, set(range(1, 160)), breaks=lambda _: Answer(status=status))
    with Walking(shelf) as rounds:
        rounds.knows(*KNOWN)
        step = timedelta(hours=2)
        for now in after(10, step):
            rounds.go(now)
            assert not rounds.given_up
        took = go_on(rounds, [NOW + n * step for n in range(10, 60)])
        assert took is not None
        assert took <= 24
        assert rounds.history.lost
        assert rounds.go(NOW + 100 * step) <= 2


@one_of_each
def test_a_platform_that_is_away_for_days_makes_nothing_given_up(name):
    shelf = Shelf(name, set(range(1, 160)))
    with Walking(shelf) as rounds:
        rounds.knows(*KNOWN)
        for now in after(4):
            rounds.go(now)
        answer, shelf.answer = shelf.answer, lambda _: Answer(status=503)
        rounds_away = [NOW + timedelta(hours=n) for n in range(2, 80, 6)]
        with Walking(shelf) as away:
            rounds.source = rounds.source.model_copy(update={"base_url": away.source.base_url})
            for now in rounds_away:
                rounds.go(now)
        shelf.answer = answer
        with Walking(shelf) as back:
            rounds.source = rounds.source.model_copy(update={"base_url": back.source.base_url})
            took = go_on(rounds, [NOW + timedelta(hours=100) + n * QUARTER for n in range(30)])
        assert took is not None
        assert set(HOLE) <= set(rounds.brought)
        assert not rounds.given_up


@every_listing
def test_where_items_are_deleted_the_walk_goes_on(name):
    shelf = Shelf(name, set(range(1, 160)))
    with Walking(shelf) as rounds:
        rounds.knows(*KNOWN)
        for now in after(6):
            rounds.go(now)
        gone = set(range(60, 80, 5)) | {shelf.requests[-1]} | set(map(int, shelf.given))
        shelf.numbers -= gone
        took = go_on(rounds, [NOW + n * QUARTER for n in range(6, 40)])
        assert took is not None
        assert set(HOLE) - gone <= set(rounds.brought)
        assert not rounds.given_up
        assert ("bad_answer" in rounds.faults) == (name in FORGETS)


# --- listings that keep the newest items only -----------------------------------------------


@pytest.mark.parametrize(
    ("name", "keeps"),
    [
        ("reddit-comments", 60),
        ("reddit-search", 60),
        ("reddit-user", 60),
        ("x-timeline", 60),
        ("x-mentions", 60),
        pytest.param("x-mentions", 40, id="x-mentions-nothing-left"),
    ],
)
def test_what_newer_items_pushed_out_before_the_walk_went_on_is_given_up_and_not_claimed(
    name, keeps
):
    """A job reads twenty-five, fifteen come in between: the tail moves up under the walk."""
    shelf = Shelf(name, set(range(-60, 200)), keeps=keeps)
    with Walking(shelf, max_pages=5) as rounds:
        rounds.knows(*KNOWN)
        took = go_on(rounds, after(6))
        assert took is not None
        for interval in rounds.history.covered:
            claimed = {n for n in HOLE if interval.since <= ASKED - n * MINUTE < interval.until}
            assert claimed <= set(rounds.brought)
        out_of_reach = ASKED - 110 * MINUTE, ASKED - max(40, keeps - 15) * MINUTE
        assert [lost.reason for lost in rounds.history.lost] == ["possible_gap"]
        ((since, until),) = rounds.given_up
        assert since == out_of_reach[0]
        assert abs(until - out_of_reach[1]) < 2 * MINUTE


# --- posts that are shown late -----------------------------------------------------------

every_way = pytest.mark.parametrize("name", [*one_of_each.args[1], *SEARCHES])


@every_way
def test_a_late_post_arrives_though_the_cap_cuts_the_overlap(name):
    """The overlap holds sixty items, a job may read ten: the rest of it is read by those after it."""
    shelf = Shelf(name, set(range(1, 160)), late={42: NOW, 58: NOW})
    with Walking(shelf, overlap="60 min") as rounds:
        rounds.knows((20_000, 10))
        rounds.go(NOW)
        assert 42 not in rounds.brought
        took = go_on(rounds, [NOW + n * QUARTER for n in range(1, 30)])
        assert took is not None
        assert took <= 9
        assert {42, 58} <= set(rounds.brought)
        assert len(shelf.requests) <= 70 / PER_PAGE + (1 + 60 / 15) * 3 + 3 * took


@every_way
def test_on_a_busy_stream_the_overlap_is_read_once_a_round_and_no_more(name):
    """One item a minute for four hours: a job reads ten, fifteen are new in a round."""
    shelf = Shelf(
        name, set(range(-240, 160)), late={n: ASKED - (n - 25) * MINUTE for n in range(-200, 0, 7)}
    )
    with Walking(shelf, overlap="30 min") as rounds:
        rounds.knows((20_000, 10))
        for number in range(17):
            rounds.go(NOW + number * QUARTER)
            assert len(rounds.history.remainders) <= 8
        took = go_on(rounds, [NOW + n * QUARTER for n in range(17, 40)])
        assert took is not None
        assert set(range(-200, 10)) <= set(rounds.brought)
        # Each round asks anew for what is younger than the overlap, and turns a page or two at its ends.
        assert len(shelf.requests) <= (240 + 17 * 30) / PER_PAGE + 4 * rounds.number
