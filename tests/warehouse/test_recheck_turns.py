"""Whose turn it is to be looked up: newest first, nobody for ever last, and for what money."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from collectors.charges import account_charges
from collectors.landing import Fault
from collectors.recheck import read_asks, rechecker_for, write_asks
from tests.warehouse.building import HOUR, T0, header, mention, warehouse, watchlist
from tests.warehouse.test_recheck import DAY, collected, due, load, rechecked, state
from warehouse.costs import price_of
from warehouse.privacy import apply_watchlist
from warehouse.recheck import late_posts, plan_rechecks

MINUTE = timedelta(minutes=1)
NOW = T0 + 2 * DAY


@pytest.fixture
def store(tmp_path):
    """Give a warehouse with forty mentions; a higher number is a newer one."""
    with warehouse(tmp_path / "w.duckdb") as connection:
        apply_watchlist(connection, watchlist(), now=T0)
        posts = [mention(n, at=T0 + n * MINUTE) for n in range(40)]
        load(connection, collected(tmp_path / "e", "a", posts))
        yield connection


def planned(connection, now, *states, **values):
    return plan_rechecks(
        connection, states or [state()], **{"refresh_per_day": 0, "now": now} | values
    )


def ids(*numbers):
    return [str(number) for number in numbers]


def test_every_fifth_is_the_one_that_was_looked_at_longest_ago(store):
    assert due(store, NOW, limit=10)["web"] == ids(39, 38, 37, 36, 0, 35, 34, 33, 32, 1)


def test_old_posts_get_their_turn_though_new_ones_never_end(store, tmp_path):
    """Each day brings more than a round asks for: the oldest is asked for all the same."""
    now, seen = NOW, set()
    for day in range(8):
        asked = due(store, now, limit=10)["web"]
        seen |= set(asked)
        young = [mention(1_000 * (day + 1) + n, at=now - HOUR) for n in range(20)]
        files = [
            rechecked(tmp_path / "r", f"r{day}", at=now, there=asked),
            collected(tmp_path / "n", f"n{day}", young, at=now - HOUR),
        ]
        load(store, *files)
        now += DAY
    assert set(ids(*range(8))) <= seen


def test_what_was_left_unanswered_is_asked_for_in_the_next_round(store, tmp_path):
    first = due(store, NOW, limit=10)["web"]
    fault = Fault(reason="server_error", message="503")
    broken = rechecked(
        tmp_path / "r", "r", at=NOW, there=first[:4], failed=tuple(first[4:6]), fault=fault
    )
    load(store, broken)
    again = due(store, NOW + 6 * HOUR)["web"]
    assert set(again) == set(ids(*range(40))) - set(first[:4])


def test_what_failed_is_behind_what_was_not_yet_tried(store, tmp_path):
    """A post that makes a platform fail must not be the first in the line for ever."""
    fault = Fault(reason="server_error", message="503")
    asked, now = [], NOW
    for turn in range(4):
        now += 6 * HOUR
        first = due(store, now, limit=5)["web"]
        asked.append(first)
        load(
            store,
            rechecked(
                tmp_path / "r", f"r{turn}", at=now, failed=tuple(first), asked=(), fault=fault
            ),
        )
    assert asked[0] == ids(39, 38, 37, 36, 0)
    assert len({one for turn in asked for one in turn}) == 20


def test_what_nobody_can_be_asked_for_is_behind_all_others(store, tmp_path):
    first = due(store, NOW, limit=5)["web"]
    load(store, rechecked(tmp_path / "r", "r", at=NOW, asked=first))
    assert due(store, NOW + 12 * HOUR)["web"][-5:] == ids(39, 38, 37, 36, 0)


def test_a_source_that_said_when_it_answers_again_is_let_alone_until_then(store, tmp_path):
    until = NOW + 8 * HOUR
    fault = Fault(reason="rate_limited", message="429", retry_at=until)
    load(store, rechecked(tmp_path / "r", "r", at=NOW, fault=fault))
    plan = planned(store, NOW + 6 * HOUR)
    assert plan.asks == {}
    (told,) = plan.told
    assert told == (
        "x: 40 posts must wait for the next time, 40 of them longer than the 24 hours that it "
        "allows: no answers before 2026-11-18 08:00 UTC"
    )
    assert len(due(store, until)["web"]) == 40
    other = state("other")
    assert list(due(store, NOW + 6 * HOUR, state(), other)) == ["other"]


@pytest.mark.parametrize(("per_day", "paid"), [(0, 0), (15, 15), (100, 40)])
def test_without_a_budget_what_is_refreshed_each_day_may_be_read_for_money(store, per_day, paid):
    (ask,) = planned(store, NOW, refresh_per_day=per_day).asks.values()
    assert (len(ask.due), ask.paid) == (40, paid)


@pytest.mark.parametrize(("affordable", "paid"), [(0, 0), (7, 7), (1_000, 40)])
@pytest.mark.parametrize("per_day", [0, 50])
def test_with_a_budget_what_it_leaves_may_be_read_for_money(store, affordable, paid, per_day):
    price = price_of(state().source)
    budget = (affordable + 0.5) * price if affordable else 0.0
    one = state(monthly_eur=budget, includes_charged=False)
    (ask,) = planned(store, NOW, one, refresh_per_day=per_day).asks.values()
    assert (len(ask.due), ask.paid) == (40, paid)


def test_what_was_refreshed_today_is_counted_by_post_whatever_came_along(store, tmp_path):
    charged = (*ids(*range(10)), *account_charges(ids(*range(10))), "another post")
    rounds = [
        rechecked(
            tmp_path / "r",
            f"r{hours}",
            at=NOW + hours * HOUR,
            there=ids(*range(20)),
            charged=charged,
            item_eur=0.005,
            account="x key",
        )
        for hours in (-1, 0, 1)
    ]
    load(store, rounds[0])
    (ask,) = planned(store, NOW + HOUR, refresh_per_day=15).asks.values()
    assert len(ask.refresh) == 15
    # X charges a post once a day, however often it is read.
    load(store, *rounds[1:])
    (ask,) = planned(store, NOW + 2 * HOUR, refresh_per_day=15).asks.values()
    assert len(ask.refresh) == 5


def test_what_is_not_late_needs_no_money(store):
    plan = planned(store, T0 + 15 * HOUR, refresh_per_day=50)
    (ask,) = plan.asks.values()
    assert (len(ask.due), ask.paid) == (40, 0)


def test_a_post_says_up_to_when_it_is_known_to_be_there(store, tmp_path):
    load(store, rechecked(tmp_path / "r", "r", at=T0 + 6 * HOUR, there=["3"]))
    (ask,) = planned(store, NOW).asks.values()
    known = {post.native_id: post.known_at for post in ask.due}
    assert known == {str(n): T0 + (6 * HOUR if n == 3 else n * MINUTE) for n in range(40)}


def test_posts_that_get_late_are_told_with_the_reason():
    said = header("r", kind="recheck", late=12)
    why = "deletions of 12 posts may go unnoticed for longer than the 24 hours that x allows"
    assert late_posts(said) == f"web: {why}: no answer yet, or no source to ask"
    failed = replace(said, fault=Fault(reason="overdue", message="the job still runs"))
    assert late_posts(failed) == f"web: {why}: overdue"
    assert late_posts(replace(said, late=0)) is None


def test_rounds_keep_how_many_posts_got_late(store, tmp_path):
    load(store, rechecked(tmp_path / "r", "r", at=NOW, asked=["3"], late=7))
    found = store.execute("SELECT asked, present, late FROM recheck_round").fetchall()
    assert found == [(1, 0, 7)]


def test_no_platform_is_asked_later_than_it_allows():
    """Due early enough that one round may fail, or the answer take as long as it may."""
    for platform in ("bluesky", "hackernews", "mastodon", "reddit", "x", "youtube"):
        rechecker = rechecker_for(platform)
        assert rechecker.within - rechecker.takes >= 12 * HOUR


def test_what_was_written_down_by_an_earlier_version_is_read(store, tmp_path):
    path = write_asks(tmp_path / "asked.json", planned(store, NOW, refresh_per_day=2).asks)
    asks = json.loads(path.read_text(encoding="utf-8"))
    for values in asks.values():
        del values["paid"]
        for post in (*values["due"], *values["refresh"]):
            del post["known_at"]
    path.write_text(json.dumps(asks), encoding="utf-8")
    (ask,) = read_asks(path).values()
    assert (len(ask.due), len(ask.refresh), ask.paid) == (40, 2, 0)
    assert {post.known_at for post in ask.due} == {None}
