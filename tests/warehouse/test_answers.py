"""Rules of answers: said once, known to the next decision, counted in the period's figures."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from warehouse.desk.alert_figures import read_alert_figures
from warehouse.desk.answers import LASTS, AnswerRefusedError, NewAnswer, write_answer
from warehouse.desk.connection import desk_url, open_desk
from warehouse.desk.incidents import (
    StandingIncident,
    Transition,
    event_id_of,
    find_incident,
    incident_id_of,
    read_standing,
    record_transition,
)
from warehouse.desk.outbox import enqueue
from warehouse.desk.tables import Answer, IncidentEvent

NOW = datetime(2026, 11, 16, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def url(tmp_path):
    return desk_url(tmp_path / "desk.db")


def open_incident(url, subject="acme", *, at=NOW, closed_at=None, is_mailed=True) -> str:
    key = incident_id_of(subject, "volume", at)
    incident = StandingIncident(
        id=key,
        subject_id=subject,
        cause="volume",
        severity=2,
        opened_at=at,
        updated_at=at,
        next_update_at=at + HOUR,
        closed_at=closed_at,
        peak=7,
        evidence={},
    )
    message = EmailMessage()
    message["Message-ID"], message["To"] = f"<{key}@alerts.test>", "duty@acme.example"
    with open_desk(url) as desk:
        step = Transition(event_id=event_id_of(key, "opened", at), kind="opened", incident=incident)
        assert record_transition(desk, step)
        if is_mailed:
            enqueue(desk, message, kind="alert", incident_id=key, now=at)
    return key


def say(url, key, kind, *, at=NOW + HOUR, who="Kim", **more) -> bool:
    with open_desk(url) as desk:
        answer = NewAnswer(kind=kind, who=who, **more)
        return write_answer(desk, find_incident(desk, key), answer, now=at)


def stands(url, key) -> StandingIncident:
    with open_desk(url) as desk:
        return find_incident(desk, key)


@pytest.mark.parametrize("kind", ["ack", "snooze", "mute", "not_us", "close"])
def test_an_answer_is_an_event_with_who_and_when_and_saying_it_again_adds_nothing(url, kind):
    key = open_incident(url)
    assert say(url, key, kind)
    assert not say(url, key, kind)
    assert not say(url, key, kind, at=NOW + 2 * HOUR)
    with open_desk(url) as desk:
        events = desk.scalars(select(IncidentEvent).where(IncidentEvent.who.is_not(None))).all()
        assert [(e.kind, e.who, e.decided_at) for e in events] == [(kind, "Kim", NOW + HOUR)]
        assert len(desk.scalars(select(Answer)).all()) == 1


def test_whoever_says_last_that_they_have_it_has_it(url):
    key = open_incident(url)
    assert say(url, key, "ack", who="Kim")
    assert say(url, key, "ack", who="An", at=NOW + 2 * HOUR)
    assert stands(url, key).acknowledged_by == "An"


def test_a_later_snooze_replaces_an_earlier_one_also_by_a_shorter_one(url):
    key = open_incident(url)
    say(url, key, "snooze", lasts=20 * HOUR)
    assert stands(url, key).snoozed_until == NOW + 21 * HOUR
    assert say(url, key, "snooze", at=NOW + 2 * HOUR, lasts=HOUR)
    assert stands(url, key).snoozed_until == NOW + 3 * HOUR


@pytest.mark.parametrize("kind", ["mute", "not_us", "close"])
def test_what_a_person_ends_stands_until_its_time_is_over(url, kind):
    key = open_incident(url)
    words = () if kind == "close" else ("recall", "glas")
    say(url, key, kind, words=words)
    ended = stands(url, key).dismissal
    assert (ended.kind, ended.who, ended.words) == (kind, "Kim", words)
    assert ended.until == NOW + HOUR + LASTS[kind]
    with open_desk(url) as desk:
        closed = find_incident(desk, key)
        record_transition(
            desk,
            Transition(
                event_id=event_id_of(key, "closed", NOW + HOUR),
                kind="closed",
                incident=StandingIncident(
                    **{name: getattr(closed, name) for name in closed.__slots__}
                    | {"closed_at": NOW + HOUR}
                ),
            ),
        )
        late = ended.until - timedelta(seconds=1)
        assert [one.id for one in read_standing(desk, now=late)] == [key]
        assert read_standing(desk, now=ended.until) == []


@pytest.mark.parametrize("kind", ["ack", "snooze"])
def test_nobody_has_or_puts_off_what_has_ended(url, kind):
    closed = open_incident(url, closed_at=NOW)
    with pytest.raises(AnswerRefusedError, match="closed on 2026-11-16 08:00"):
        say(url, closed, kind)
    muted = open_incident(url, "rival")
    say(url, muted, "mute", who="An")
    with pytest.raises(AnswerRefusedError, match="An muted it"):
        say(url, muted, kind)


def test_a_false_alarm_can_be_told_once_it_is_closed_and_closing_again_adds_nothing(url):
    key = open_incident(url, closed_at=NOW)
    assert not say(url, key, "close")
    assert say(url, key, "not_us")
    assert stands(url, key).dismissal.kind == "not_us"


def test_figures_of_a_period_are_those_of_the_incidents_that_opened_in_it(url):
    for subject, minutes, kind in (
        ("a", 10, "ack"),
        ("b", 30, "not_us"),
        ("c", 50, "mute"),
        ("d", None, None),
    ):
        key = open_incident(url, subject)
        if kind:
            say(url, key, kind, at=NOW + timedelta(minutes=minutes))
    say(url, open_incident(url, "mild", is_mailed=False), "ack")
    say(url, open_incident(url, "before", at=NOW - HOUR), "ack")
    open_incident(url, "after", at=NOW + 24 * HOUR)
    with open_desk(url) as desk:
        figures = read_alert_figures(desk, since=NOW, until=NOW + 24 * HOUR)
        none = read_alert_figures(desk, since=NOW + HOUR, until=NOW + 2 * HOUR)
    assert (figures.incidents, figures.sent, figures.acknowledged) == (5, 4, 3)
    assert figures.false_alarms == 1
    assert figures.median_to_answer == timedelta(minutes=30)
    assert (none.incidents, none.sent, none.median_to_answer) == (0, 0, None)


def test_the_last_word_on_an_incident_says_whether_it_was_a_false_alarm(url):
    key = open_incident(url)
    say(url, key, "not_us")
    say(url, key, "mute", at=NOW + 2 * HOUR)
    with open_desk(url) as desk:
        assert read_alert_figures(desk, since=NOW, until=NOW + HOUR).false_alarms == 0
