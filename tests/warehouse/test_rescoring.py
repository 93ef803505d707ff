"""Judging keeps to its time, judges each text once, and can be killed at any moment."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from queue import Queue
from threading import Event, Thread

import pytest

from collectors.landing import waiting_files
from enrichment.matching.subjects import Match
from enrichment.passages import passages_around
from enrichment.pipeline import build_pipeline, make_doc, subject_passages
from enrichment.tone.fast import default_tone_model
from tests.warehouse.building import HOUR, T0, Judgement, mention
from tests.warehouse.rescored import NOW, Better, ask, judge, load, place, snapshot, take
from warehouse.connection import open_warehouse
from warehouse.intake import tidy_up
from warehouse.rescore_file import keys_within, take_in
from warehouse.rescore_judging import PASSAGES_AT_ONCE
from warehouse.rescoring import take_in_waiting

BATCHES = 3
MATCHES = BATCHES * PASSAGES_AT_ONCE


@pytest.fixture
def many(tmp_path):
    """So many mentions, each with a text of its own, that they make three batches."""
    settings = place(tmp_path)
    load(settings, "many", [mention(n, f"Acme, post {n}") for n in range(MATCHES)])
    snapshot(settings)
    return settings


def files(settings) -> int:
    return len(list(settings.rescored.glob("*.parquet")))


def test_all_is_judged_where_time_allows(many):
    model = Better()
    judging = judge(many, model)
    assert (judging.waiting, judging.judged, judging.left) == (MATCHES, MATCHES, 0)
    assert len(model.read) == MATCHES
    assert files(many) == BATCHES


def test_time_that_is_up_ends_after_the_batch_that_was_begun(many):
    # The clock is asked at the beginning, before each batch, and at the end.
    judging = judge(many, Better(), seconds=[0, 0, 299.9, 300.0], budget=timedelta(minutes=5))
    assert (judging.judged, judging.left) == (2 * PASSAGES_AT_ONCE, PASSAGES_AT_ONCE)
    assert judging.took_s == 300


def test_what_is_left_is_judged_by_the_next_run_and_nothing_twice(many):
    judge(many, Better(), seconds=[0, 0, 1], budget=timedelta(seconds=1))
    second = Better()
    judging = judge(many, second)
    assert (judging.before, judging.judged, judging.left) == (
        PASSAGES_AT_ONCE,
        MATCHES - PASSAGES_AT_ONCE,
        0,
    )
    assert len(second.read) == MATCHES - PASSAGES_AT_ONCE
    assert take(many).matches == MATCHES


def test_a_kill_loses_the_batch_that_is_being_judged_and_no_other(many):
    child = subprocess.run(
        [sys.executable, "-m", "tests.warehouse.rescore_child", str(many.home), "2"],
        cwd=Path(__file__).parents[2],
        check=False,
        timeout=120,
    )
    assert child.returncode == -signal.SIGKILL
    assert files(many) == 2
    after = Better()
    judging = judge(many, after)
    assert len(after.read) == judging.judged == PASSAGES_AT_ONCE
    assert take(many).matches == MATCHES


def test_the_same_snapshot_gives_the_same_order(many):
    first, second = Better("one"), Better("two")
    judge(many, first)
    judge(many, second)
    assert first.read == second.read


def test_copies_are_judged_once(tmp_path):
    settings = place(tmp_path)
    load(settings, "flood", [mention(n, "Acme is slow", at=T0 + n * HOUR / 99) for n in range(99)])
    snapshot(settings)
    model = Better()
    judging = judge(settings, model)
    assert len(model.read) == 1
    assert judging.judged == take(settings).matches == 99


def test_what_a_copy_was_judged_before_is_taken_from_there(tmp_path):
    settings = place(tmp_path)
    load(settings, "one", [mention(1, "Acme is slow")])
    snapshot(settings)
    judge(settings, Better())
    take(settings)
    load(settings, "two", [mention(2, "Acme is slow", at=T0 + HOUR), mention(3, "Acme else")])
    snapshot(settings)
    model = Better()
    judge(settings, model)
    assert [passage.text for passage in model.read] == ["Acme else"]
    take(settings)
    assert ask(settings, "SELECT DISTINCT tone_model FROM subject_match") == [("better 1",)]


def test_a_tone_of_an_earlier_run_is_kept_for_the_copies_that_wait(tmp_path, monkeypatch):
    settings = place(tmp_path)
    load(settings, "one", [mention(f"old {n}", f"Acme {n}") for n in range(9)])
    snapshot(settings)
    judge(settings, Better())
    take(settings)
    load(settings, "two", [mention(n, f"Acme {n}", at=T0 + HOUR) for n in range(9)])
    snapshot(settings)
    monkeypatch.setattr("warehouse.rescore_judging._REMEMBERED", 2)
    monkeypatch.setattr("warehouse.rescore_judging._MENTIONS_READ", 3)
    model = Better()
    assert judge(settings, model).judged == take(settings).matches == 9
    assert model.read == []


def test_two_subjects_of_a_mention_are_judged_apart(tmp_path):
    settings = place(tmp_path)
    load(settings, "one", [mention(1, "A, B")], judgement=Judgement(subjects=("acme", "beta")))
    snapshot(settings)
    model = Better()
    assert judge(settings, model).judged == 2
    assert [(one.start, one.end) for one in model.read] == [(0, 1), (1, 2)]


TEXTS = (
    "Acme is lekker maar Bolt is smerig.",
    "I like Acme. Bolt? No. " * 40 + "Acme!",
    "Acme\nBolt\n\nAcme and Bolt and Acme, but Bolt is awful; Acme rocks \U0001f600 Bolt.",
)


@pytest.mark.parametrize("text", TEXTS)
def test_passages_are_those_that_the_enrichment_reads(text):
    found = [
        Match(subject=name.lower(), field="text", form=name, start=at, end=at + 4, rule="term")
        for name in ("Acme", "Bolt")
        for at in range(len(text))
        if text.startswith(name, at)
    ]
    nlp = build_pipeline("en", tone_model=default_tone_model())
    read = subject_passages(make_doc(nlp, text, found, language="en"))
    places = [(match.start, match.end, match.subject) for match in found]
    assert passages_around(text, places, language="en") == read
    assert len(set(read)) > 1


def test_judging_waits_for_no_writer(many):
    with open_warehouse(many.warehouse, tell=print):
        assert judge(many, Better()).judged == MATCHES


def test_taking_in_puts_broken_files_aside_and_names_what_may_go(many):
    judge(many, Better())
    (many.rescored / "0.parquet").write_bytes(b"PAR1")
    taken, paths = take_in_waiting(many, reported_until=None, tell=print)
    assert taken.matches == MATCHES
    assert len(paths) == files(many) == BATCHES
    assert (many.aside / "0.parquet").exists()
    assert "can't be read" in (many.aside / "0.parquet.why.txt").read_text("utf-8")


def test_a_load_lets_go_of_what_nobody_took_in_for_a_day(many):
    judge(many, Better())
    old, *_ = many.rescored.glob("*.parquet")
    day_ago = time.time() - 24 * 3600 - 60
    os.utime(old, (day_ago, day_ago))
    tidy_up(many, [])
    assert not old.exists()
    assert files(many) == BATCHES - 1


def test_what_another_run_takes_in_meanwhile_is_neither_broken_nor_missing(many):
    """Two runs at once: the second waits for the warehouse while the first one finishes."""
    judge(many, Better())
    waits, outcome = Event(), Queue()

    def second() -> None:
        outcome.put(take_in_waiting(many, reported_until=None, tell=lambda _: waits.set()))

    thread = Thread(target=second)
    with open_warehouse(many.warehouse, tell=print):
        thread.start()
        assert waits.wait(60)
        for path in many.rescored.glob("*.parquet"):
            path.unlink()
    thread.join(60)
    taken, paths = outcome.get(timeout=1)
    assert (taken.matches, taken.broken, paths) == (0, (), [])
    assert not many.aside.exists()


def test_a_file_that_goes_after_it_was_listed_is_passed_over(many):
    judge(many, Better())
    listed = waiting_files(many.rescored)
    listed[0].unlink()
    assert len(keys_within(listed, model="better 1")) == MATCHES - PASSAGES_AT_ONCE
    with open_warehouse(many.warehouse, tell=print) as connection:
        taken = take_in(connection, listed, now=NOW)
    assert (taken.matches, taken.broken) == (MATCHES - PASSAGES_AT_ONCE, ())
