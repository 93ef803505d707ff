"""The commands `luisterpost alert …`, as people type them."""

import re

import pytest
from sqlalchemy import text

from tests.programs import CONFIG, luisterpost
from tests.reports.world import at, plausible_world
from warehouse.desk.connection import desk_url, open_desk
from warehouse.desk.tables import Answer, IncidentEvent, OutboxMail

MAIL = 'alert_to = ["Duty desk <duty@acme.example>"]\n'


@pytest.fixture
def place(tmp_path):
    (tmp_path / "config").mkdir()
    for name in ("watchlist.toml", "sources.toml"):
        (tmp_path / "config" / name).write_bytes((CONFIG / name).read_bytes())
    (tmp_path / "var").mkdir()
    plausible_world().write(tmp_path / "var" / "snapshot.duckdb")
    return tmp_path


def alert(place, *words):
    now = at(1, 14).isoformat()
    around = ("--home", place / "var", "--config", place / "config", "--now", now)
    return luisterpost("alert", *words, *around, folder=place)


def test_an_incident_is_opened_listed_and_acknowledged(place):
    (place / "config" / "mail.toml").write_text(MAIL, encoding="utf-8")
    opened = alert(place, "run")
    assert opened.code == 0, opened.err
    key = re.search(r"opened ([0-9a-f]{8}), SEV[1-4], volume brand Hopla", opened.out)[1]
    assert "mails in the outbox: 1" in opened.out
    assert alert(place, "run").out.strip() == "nothing to tell"
    assert re.search(rf"{key} +[1-4] +hopla +2026-11-10 13:00 +open", alert(place, "list").out)
    answered = alert(place, "ack", key, "--by", "Kim\x1b[31m Peeters", "--comment", "on it")
    assert answered.code == 0, answered.err
    assert "\x1b" not in answered.out
    listed = alert(place, "list").out
    assert "Peeters has it" in listed
    assert "“on it”" in listed
    with open_desk(desk_url(place / "var" / "desk.db")) as desk:
        assert desk.query(Answer).one().comment == "on it"


def open_one(place):
    return re.search(r"opened ([0-9a-f]{8})", alert(place, "run").out)[1]


def test_each_answer_says_what_holds_and_saying_it_again_adds_nothing(place):
    key = open_one(place)
    for words, told in (
        (("ack", key, "--by", "Kim"), "Kim has it; no more updates"),
        (("snooze", key, "--for", "2 h", "--by", "Kim"), "no updates until 2026-11-10 15:00 UTC"),
        (("mute", key, "--by", "An", "--for", "3 days"), "no alert until 2026-11-13 13:00 UTC on"),
    ):
        for _ in range(2):
            ended = alert(place, *words)
            assert ended.code == 0, ended.err
            assert told in ended.out
    listed = alert(place, "list").out
    assert "ends next round, muted by An" in listed
    assert "recall" in listed
    assert f"closed {key}" in alert(place, "run").out
    assert "closed 2026-11-10 13:00, muted by An" in re.sub(r"\s+", " ", alert(place, "list").out)
    with open_desk(desk_url(place / "var" / "desk.db")) as desk:
        assert [one.kind for one in desk.query(Answer)] == ["ack", "snooze", "mute"]
        told = [(e.kind, e.who) for e in desk.query(IncidentEvent).order_by(text("rowid"))]
    assert told == [
        ("opened", None),
        ("ack", "Kim"),
        ("snooze", "Kim"),
        ("mute", "An"),
        ("closed", None),
    ]


def test_a_false_alarm_can_be_told_after_the_end_and_nobody_else_has_it_then(place):
    key = open_one(place)
    assert "Kim closed it" in alert(place, "close", key, "--by", "Kim").out
    assert f"closed {key}" in alert(place, "run").out
    refused = alert(place, "ack", key, "--by", "An")
    assert (refused.code, refused.out) == (2, "")
    assert "was closed on 2026-11-10 13:00 UTC already" in refused.err
    told = alert(place, "not-us", key, "--by", "An", "--word", "#Hopla")
    assert "An says that it is not about us: a false alarm" in told.out
    assert "on stories with: hopla" in told.out
    assert alert(place, "run").out.strip() == "nothing to tell"


def test_what_makes_no_answer_is_refused_and_nothing_is_written(place):
    key = open_one(place)
    for words, told in (
        (("snooze", key, "--for", "soon"), "is no duration"),
        (("mute", key, "--for", "400 days"), "a year at most"),
        (("mute", key, "--word", "two words"), "one word each"),
        (("ack", key, "--by", " \u202e"), "say who you are"),
        (("close", "beefbeef"), "no incident begins with"),
    ):
        ended = alert(place, *words)
        assert ended.code == 2
        assert told in re.sub(r"[\s│]+", " ", ended.err)
    with open_desk(desk_url(place / "var" / "desk.db")) as desk:
        assert desk.query(Answer).all() == []


def test_without_recipients_the_incident_is_recorded_and_that_is_said(place):
    assert "nobody is mailed" in alert(place, "run").out
    assert "open" in alert(place, "list").out


def test_an_unknown_incident_is_a_mistake_with_advice(place):
    ended = alert(place, "ack", "abcdef", "--by", "Kim")
    assert ended.code == 2
    assert "luisterpost alert list" in ended.err


def test_a_test_mail_waits_in_the_outbox_and_says_that_it_is_one(place):
    assert "alert_to" in alert(place, "test").err
    (place / "config" / "mail.toml").write_text(MAIL, encoding="utf-8")
    ended = alert(place, "test")
    assert ended.code == 0, ended.err
    with open_desk(desk_url(place / "var" / "desk.db")) as desk:
        mail = desk.query(OutboxMail).one()
        assert "TEST" in mail.subject
        assert mail.incident_id is None


def test_without_a_snapshot_the_command_says_what_to_run(place):
    (place / "var" / "snapshot.duckdb").unlink()
    ended = alert(place, "run")
    assert ended.code == 2
    assert "luisterpost run" in ended.err
