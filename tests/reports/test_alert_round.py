"""Rules of a round: from a snapshot and a desk to incidents, events and mails."""

import threading
from contextlib import closing
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from functools import partial

import pytest
from sqlalchemy import select

from reports.alert_muting import story_words
from reports.alert_round import run_alert_round
from reports.alert_settings import AlertSettings
from reports.settings import ReportSettings
from tests.reports.world import at, plausible_world
from warehouse.connection import open_snapshot
from warehouse.desk.answers import NewAnswer, write_answer
from warehouse.desk.connection import desk_url, open_desk
from warehouse.desk.incidents import (
    UnknownIncidentError,
    find_incident,
    read_standing,
)
from warehouse.desk.tables import Erasure, Incident, IncidentEvent, OutboxMail
from warehouse.errors import SnapshotMissingError
from warehouse.query import rows

HOUR = timedelta(hours=1)
RECALL = at(1, 10)
ZONE = ReportSettings().zone


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    return plausible_world().write(tmp_path_factory.mktemp("world") / "snapshot.duckdb")


@pytest.fixture
def desk(tmp_path):
    return desk_url(tmp_path / "desk.db")


def plain_mail(view, first_subject):
    message = EmailMessage()
    message["Message-ID"] = view.message_id
    message["To"] = "duty@acme.example"
    message["Subject"] = f"Re: {first_subject}" if first_subject else f"about {view.subject_name}"
    if view.thread:
        message["In-Reply-To"] = view.thread[-1]
    message.set_content("told")
    return message


def alert(snapshot, desk, now, *, write_mail=plain_mail, **settings):
    return run_alert_round(
        snapshot, desk, AlertSettings(**settings), zone=ZONE, now=now, write_mail=write_mail
    )


def first_volume(snapshot, desk):
    for minutes in range(30, 480, 30):
        now = RECALL + timedelta(minutes=minutes)
        for view in alert(snapshot, desk, now).views:
            if view.cause == "volume":
                return view
    raise AssertionError


def stored(desk, table):
    with open_desk(desk) as session:
        found = session.scalars(select(table)).all()
        session.expunge_all()
        return found


def test_recall_opens_an_incident_with_its_figures(snapshot, desk):
    view = first_volume(snapshot, desk)
    assert (view.kind, view.subject_id, view.facet) == ("opened", "hopla", "brand")
    assert RECALL - HOUR <= view.since <= view.now
    assert view.window_stories >= 5
    assert view.so_far.stories == view.window_stories
    assert view.expected[1] < view.window_stories
    assert view.negative.low <= view.negative.share <= view.negative.high
    assert sum(part.stories for part in view.by_source) == view.so_far.stories
    assert view.first_post.at == view.since
    assert len({example.words for example in view.examples}) == len(view.examples) <= 5
    assert [hour.at for hour in view.chart][-1] == view.now - HOUR
    assert view.chart[-1].high is not None
    assert 0 <= view.trust.coverage <= 1


def test_rule_of_the_mail_shows_a_query_that_runs(snapshot, desk):
    import duckdb

    view = first_volume(snapshot, desk)
    with duckdb.connect(snapshot, read_only=True) as connection:
        assert connection.execute(view.rule.sql).fetchall()


def test_flood_and_press_release_open_nothing_by_volume(snapshot, desk):
    opened = []
    for hours in range(-4, 48, 3):
        opened += [
            view
            for view in alert(snapshot, desk, at(2, 6) + hours * HOUR).views
            if view.kind == "opened" and view.cause == "volume"
        ]
    assert {view.subject_id for view in opened} <= {"hopla"}
    assert all(view.since < at(2, 2) for view in opened)


def test_the_same_round_twice_writes_everything_once(snapshot, desk):
    view = first_volume(snapshot, desk)
    before = stored(desk, IncidentEvent), stored(desk, OutboxMail)
    assert alert(snapshot, desk, view.now).views == ()
    after = stored(desk, IncidentEvent), stored(desk, OutboxMail)
    assert [len(rows) for rows in before] == [len(rows) for rows in after]


def test_rounds_side_by_side_open_one_incident(snapshot, desk):
    now = RECALL + 4 * HOUR
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(alert(snapshot, desk, now))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    events = stored(desk, IncidentEvent)
    assert len(events) == sum(len(result.views) for result in found)
    assert len({incident.subject_id for incident in stored(desk, Incident)}) == len(
        stored(desk, Incident)
    )


def test_a_mail_that_cannot_be_written_leaves_no_incident_behind(snapshot, desk):
    def broken(_view, _subject):
        msg = "no ink"
        raise OSError(msg)

    with pytest.raises(OSError, match="no ink"):
        alert(snapshot, desk, RECALL + 4 * HOUR, write_mail=broken)
    assert stored(desk, Incident) == []
    assert stored(desk, IncidentEvent) == []


def test_mails_of_one_incident_answer_to_the_first(snapshot, desk):
    opened = first_volume(snapshot, desk)
    for hours in range(1, 72, 2):
        alert(snapshot, desk, opened.now + hours * HOUR)
    mails = [m for m in stored(desk, OutboxMail) if m.incident_id == opened.incident_id]
    first, *others = sorted(mails, key=lambda mail: mail.created_at)
    assert others
    assert {mail.subject for mail in others} == {f"Re: {first.subject}"}
    assert all(message_from_bytes(mail.mime)["In-Reply-To"] for mail in others)
    kinds = [e.kind for e in stored(desk, IncidentEvent) if e.incident_id == opened.incident_id]
    assert kinds.count("opened") == kinds.count("closed") == 1


def test_mild_incidents_are_listed_and_not_mailed(snapshot, desk):
    mild = alert(snapshot, desk, at(4, 21), mail_severity=2)
    assert [(v.cause, v.subject_name, v.severity) for v in mild.views] == [
        ("source_failing", "reddit-belgium", 3)
    ]
    assert mild.mailed == 0
    assert stored(desk, Incident)
    assert stored(desk, OutboxMail) == []


def test_acknowledging_is_known_by_the_first_digits_of_the_id(snapshot, desk):
    view = first_volume(snapshot, desk)
    with open_desk(desk) as session:
        found = find_incident(session, view.incident_id[:6])
        write_answer(session, found, NewAnswer(kind="ack", who="Kim"), now=view.now)
    with open_desk(desk) as session:
        (standing,) = [i for i in read_standing(session, now=view.now) if i.id == found.id]
        assert standing.acknowledged_by == "Kim"
        for wrong in ("", "abc", "zzzzzz", "%%%%", "0000000"):
            with pytest.raises(UnknownIncidentError):
                find_incident(session, wrong)
    updates = [
        later
        for hours in range(1, 12)
        for later in alert(snapshot, desk, view.now + hours * HOUR).views
        if later.cause == "volume" and later.severity == later.previous_severity
    ]
    assert [update.kind for update in updates if update.kind == "updated"] == []


def answer(desk, view, kind, *, at, **more):
    with open_desk(desk) as session:
        found = find_incident(session, view.incident_id)
        assert write_answer(session, found, NewAnswer(kind=kind, who="Kim", **more), now=at)


def later_openings(snapshot, desk, since, hours):
    return [
        view
        for hour in range(1, hours)
        for view in alert(snapshot, desk, since + hour * HOUR / 2).views
        if view.cause == "volume" and view.kind == "opened"
    ]


@pytest.mark.parametrize("kind", ["mute", "not_us", "close"])
def test_what_a_person_ended_is_closed_with_a_mail_and_opens_nothing_again(snapshot, desk, kind):
    view = first_volume(snapshot, desk)
    words = () if kind == "close" else ("recall", "glass")
    answer(desk, view, kind, at=view.now, words=words)
    now = view.now + timedelta(minutes=1)
    ended = alert(snapshot, desk, now)
    (closed,) = [one for one in ended.views if one.incident_id == view.incident_id]
    assert (closed.kind, closed.dismissal.kind, closed.dismissal.who) == ("closed", kind, "Kim")
    assert closed.dismissal.words == words
    assert ended.mailed == 1
    assert later_openings(snapshot, desk, now, 5) == []


def test_a_muted_word_hides_its_stories_and_no_others(snapshot, desk):
    view = first_volume(snapshot, desk)
    answer(desk, view, "mute", at=view.now, words=("nosuchword",))
    now = view.now + timedelta(minutes=1)
    assert [one.kind for one in alert(snapshot, desk, now).views] == ["closed"]
    (again, *_) = later_openings(snapshot, desk, now, 4)
    assert again.subject_id == view.subject_id
    assert again.incident_id != view.incident_id


def test_words_that_set_an_incident_apart_are_found_for_muting(snapshot, desk):
    view = first_volume(snapshot, desk)
    with open_desk(desk) as session, closing(open_snapshot(snapshot)) as connection:
        found = find_incident(session, view.incident_id)
        words = story_words(partial(rows, connection), found)
    assert {"recall", "glass"} & set(words)
    assert len(words) <= 3


def test_mails_are_written_while_others_may_write_to_the_desk(snapshot, desk):
    def slow(view, first_subject):
        with open_desk(desk) as other:
            other.add(Erasure(erased_at=view.now, reason="asked", mentions=1))
        return plain_mail(view, first_subject)

    assert alert(snapshot, desk, RECALL + 4 * HOUR, write_mail=slow).mailed
    assert stored(desk, Erasure)


def test_an_answer_that_comes_while_the_mail_is_written_is_decided_upon(snapshot, desk):
    view = first_volume(snapshot, desk)
    now, written = view.now + 2 * HOUR, []

    def slow(told, first_subject):
        if not written:
            answer(desk, view, "close", at=now)
        written.append(told.kind)
        return plain_mail(told, first_subject)

    ended = alert(snapshot, desk, now, write_mail=slow)
    assert [one.kind for one in ended.views if one.cause == "volume"] == ["closed"]
    assert written[0] == "updated"
    assert "updated" not in {event.kind for event in stored(desk, IncidentEvent)}


def test_a_clock_set_back_opens_nothing_twice_and_closes_nothing(snapshot, desk):
    view = first_volume(snapshot, desk)
    before = [(i.id, i.closed_at) for i in stored(desk, Incident)]
    for hours in (0.1, 2, 30):
        for one in alert(snapshot, desk, view.now - hours * HOUR).views:
            assert one.subject_id != view.subject_id
    assert before == [
        (i.id, i.closed_at) for i in stored(desk, Incident) if i.subject_id == view.subject_id
    ]
    ended = view.now
    while not stored(desk, Incident)[0].closed_at:
        ended += 12 * HOUR
        alert(snapshot, desk, ended)
    for hours in (1, 24):
        steps = alert(snapshot, desk, ended - hours * HOUR).views
        assert view.subject_id not in {one.subject_id for one in steps}


def test_evidence_holds_figures_and_neither_text_nor_people(snapshot, desk):
    first_volume(snapshot, desk)
    for incident in stored(desk, Incident):
        assert "glass" not in incident.evidence.lower()
        assert "x a" not in incident.evidence


def test_nothing_follows_from_a_snapshot_of_another_day(tmp_path, desk):
    world = plausible_world()
    world.tables["snapshot_info"][0]["made_at"] = RECALL + 4 * HOUR
    old = world.write(tmp_path / "old.duckdb")
    assert alert(old, desk, RECALL + 72 * HOUR).views == ()
    assert alert(old, desk, RECALL + 5 * HOUR).views
    assert alert(old, desk, RECALL + 72 * HOUR).views == ()


def test_without_a_snapshot_a_round_says_so(tmp_path, desk):
    with pytest.raises(SnapshotMissingError):
        alert(tmp_path / "none.duckdb", desk, RECALL)
