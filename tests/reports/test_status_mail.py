"""The weekly report's mail: read where it arrives, and sent once."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.headerregistry import Address
from email.policy import SMTP
from functools import partial

import duckdb
import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from reports.mail import MOST_HTML_BYTES
from reports.mail_render import COLUMNS
from reports.mail_settings import MailSettings
from reports.settings import ReportSettings
from reports.status_mail import NobodyToMailError, snapshot_mail, status_mail, status_message_id
from reports.status_report import read_status, write_status_report
from tests.programs import luisterpost
from tests.reports.mail_server import Mailbox, mail_server
from tests.reports.world import NOW, World, at, plausible_world
from warehouse.desk.alert_figures import AlertFigures
from warehouse.desk.connection import desk_url, open_desk
from warehouse.desk.tables import Incident
from warehouse.query import rows

SETTINGS = ReportSettings()
WHO = Address("Luisterpost", addr_spec="luisterpost@acme.example")
EVIL = "A\r\nBcc: x@y <script>alert(1)</script><img src=//evil.example/p.png>\u202e"


def read(world):
    with duckdb.connect() as connection:
        return read_status(partial(rows, world.fill(connection)), SETTINGS)


@pytest.fixture(scope="module")
def report():
    return read(plausible_world())


def written(report, **more):
    mail = status_mail(report, SETTINGS, sender=WHO, recipients=[WHO], **more)
    return message_from_bytes(mail.as_bytes(policy=SMTP), policy=SMTP)


def bodies(mail):
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    tree = HTMLParser(html)
    for node in tree.css("style"):
        node.decompose()
    return re.sub(r"\s+", " ", text), re.sub(r"\s+", " ", tree.body.text(separator=" "))


def test_both_bodies_tell_the_week(report):
    for body in bodies(written(report, base_link="https://lp.example/r")):
        for told in (
            "Not on course: for the brand, the tone is clearly worse than usual",
            "60 stories since Tuesday 10:08, 88% negative",
            "One text from 120 accounts",
            "\N{MINUS SIGN}0.46",
            "usual 25",
            "the credential was refused",
            "97.1%",
            "12 colleagues",
            "20261116T050000Z-ab12",
        ):
            assert told in body
    assert (
        "https://lp.example/r/status-2026-W46.html"
        in bodies(written(report, base_link="https://lp.example/r"))[0]
    )


def test_both_bodies_tell_what_became_of_the_alerts(report):
    none = AlertFigures(incidents=0, sent=0, acknowledged=0, false_alarms=0, median_to_answer=None)
    some = replace(
        none, incidents=4, sent=3, acknowledged=2, median_to_answer=timedelta(minutes=12)
    )
    for body in bodies(written(report, alerts=some)):
        assert "4 incidents opened, 3 of them mailed. 2 of these were acknowledged" in body
        assert "the median after 12 minutes. No false alarms were reported." in body
    for body in bodies(written(report, alerts=replace(none, incidents=1, false_alarms=1))):
        assert "1 incident opened, none of them mailed. 1 false alarm was reported." in body
    for body in bodies(written(report, alerts=none)):
        assert "incident" not in body


def test_mail_and_page_count_the_alerts_of_their_own_period_at_the_desk(tmp_path):
    snapshot = plausible_world().write(tmp_path / "snapshot.duckdb")
    desk = desk_url(tmp_path / "desk.db")
    for moment in (at(1, 12), at(8, 12)):
        with open_desk(desk) as session:
            key = moment.strftime("%Y%m%d").zfill(32)
            incident = Incident(
                id=key,
                subject_id=key,
                cause="volume",
                severity=3,
                opened_at=moment,
                updated_at=moment,
                peak=5,
                evidence="{}",
            )
            session.add(incident)
    mails = MailSettings(sender="a@acme.example", report_to=["b@acme.example"])
    mail = snapshot_mail(snapshot, mails, SETTINGS, desk=desk)
    for body in bodies(message_from_bytes(mail.as_bytes(policy=SMTP), policy=SMTP)):
        assert "1 incident opened, none of them mailed." in body
    assert "incident" not in bodies(snapshot_mail(snapshot, mails, SETTINGS))[0]
    page = write_status_report(snapshot, SETTINGS, folder=tmp_path, desk=desk)
    assert "1 incident opened, none of them mailed." in page.read_text(encoding="utf-8")
    page = write_status_report(snapshot, SETTINGS, folder=tmp_path)
    assert "<h2>Alerts</h2>" not in page.read_text(encoding="utf-8")


def test_text_fits_eighty_columns(report):
    text = written(report).get_body(("plain",)).get_content()
    assert all(len(line) <= COLUMNS for line in text.splitlines() if "https://" not in line)


def test_subject_says_whose_week_and_whether_it_was_on_course(report):
    assert written(report)["Subject"] == "Brouwerij De Wilg: status report 2026-W46, not on course"


def test_html_holds_its_pictures_and_asks_nobody(report):
    mail = written(report)
    html = mail.get_body(("html",)).get_content()
    tree = HTMLParser(html)
    own = {f"cid:{part['Content-ID'].strip('<>')}" for part in mail.walk() if part["Content-ID"]}
    assert len(own) == 2
    assert {node.attributes["src"] for node in tree.css("[src]")} == own
    assert all(node.attributes["alt"].startswith("Stories") for node in tree.css("img"))
    assert not tree.css("script, link, object, iframe, form")
    assert all(re.match(r"https?://", node.attributes["href"] or "") for node in tree.css("a"))
    assert "url(" not in html


def test_a_week_is_one_mail_whenever_it_is_made(report):
    again = replace(report, snapshot_id="another", mentions_all=1)
    assert status_message_id(again) == status_message_id(report)
    assert status_message_id(replace(report, firm="Another")) != status_message_id(report)
    assert status_message_id(replace(report, period=report.period.earlier(1))) != status_message_id(
        report
    )


def test_the_same_report_gives_the_same_bytes(report):
    one, two = (status_mail(report, SETTINGS, sender=WHO, recipients=[WHO]) for _ in range(2))
    assert one.as_bytes() == two.as_bytes()


def test_no_data_is_said_instead_of_zero():
    world = World()
    world.subject("hopla", "Hopla", "brand")
    world.info()
    mail = written(read(world))
    for body in bodies(mail):
        assert re.search("no data for this week", body, re.IGNORECASE)
        assert "This is not the same as “nobody spoke”." in body
    assert not [part for part in mail.walk() if part.get_content_type() == "image/png"]


def test_an_enormous_week_of_hostile_words_stays_small_and_harmless(report):
    item = replace(
        report.drivers[0].evidence[0], words=EVIL * 50, link="javascript:alert(1)", site=EVIL
    )
    driver = replace(report.drivers[0], name=EVIL * 3, evidence=(item,) * 200)
    organisation = replace(report.organisations[0], name=EVIL * 50, top=item)
    source = replace(report.sources[0], name=EVIL * 50, message=EVIL * 50)
    monster = replace(
        report,
        firm=EVIL * 9,
        drivers=(driver,) * 100,
        organisations=(organisation,) * 500,
        sources=(source,) * 500,
    )
    mail = written(monster)
    html = mail.get_body(("html",)).get_content()
    assert len(html.encode()) <= MOST_HTML_BYTES
    assert mail["Bcc"] is None
    tree = HTMLParser(html)
    assert not tree.css("script")
    assert {node.attributes["src"][:4] for node in tree.css("img")} == {"cid:"}
    assert "javascript:" not in html
    text = mail.get_body(("plain",)).get_content()
    assert "javascript:" not in text
    assert "\u202e" not in html + text + mail["Subject"]
    assert "and 492 more." in text
    assert "and 488 more sources." in text


def test_without_recipients_no_mail_is_made(tmp_path):
    with pytest.raises(NobodyToMailError, match="report_to"):
        snapshot_mail(tmp_path / "none.duckdb", MailSettings(), SETTINGS)


def test_the_command_line_mails_a_week_once_and_lists_what_it_could_not(tmp_path):
    home, config = tmp_path / "var", tmp_path / "config"
    home.mkdir()
    config.mkdir()
    plausible_world().write(home / "snapshot.duckdb")
    (config / "mail.toml").write_text('report_to = ["a@acme.example", "b@acme.example"]\n')

    def run(*words, port=None, now=NOW):
        form = {"host": "127.0.0.1", "port": port, "password": "Zq8-hidden"}
        form["extra"] = {"disable_ssl": True, "disable_tls": True}
        more = {"AIRFLOW_CONN_SMTP_DEFAULT": json.dumps(form)} if port else {}
        around = ("--home", home, "--config", config, "--now", now.isoformat())
        ended = luisterpost("mail", *words, *around, folder=tmp_path, more=more)
        assert "Zq8-hidden" not in ended.out + ended.err
        return ended

    no_server = run("send", "--report")
    assert no_server.code == 2
    assert "AIRFLOW_CONN_SMTP_DEFAULT" in no_server.err
    shown = run("preview")
    assert shown.code == 0, shown.err
    assert [line.rsplit("/", 1)[1] for line in shown.out.split()] == [
        "mail-status.eml",
        "mail-status.html",
        "mail-status.txt",
    ]
    assert "data:image/png;base64," in (home / "reports" / "mail-status.html").read_text()
    box = Mailbox(on_recipient=lambda a: "550 unknown" if a.startswith("b@") else "250 fine")
    with mail_server(box) as server:
        first = run("send", "--report", port=server.port)
        again = run("send", "--report", port=server.port)
    assert (first.code, again.code) == (0, 0), first.err + again.err
    assert "1 sent, 0 to be tried again, 0 given up" in first.out
    assert "in the outbox already" in again.out
    assert [one.recipients for one in box.arrived] == [["a@acme.example"]]
    told = run("outbox", "--state", "sent")
    assert "refused: b@acme.example: 550 unknown" in told.out
    assert "nothing waits" in run("outbox").out
    unfinished = run("send", "--report", "--date", f"{NOW:%Y-%m-%d}", port=server.port)
    assert unfinished.code == 2
    assert "2026-W47 was not over" in " ".join(unfinished.err.split())
    assert "nothing waits" in run("outbox").out
    assert run("preview", "--date", f"{NOW:%Y-%m-%d}").code == 0
    dead = run("send", "--report", "--date", "2026-11-04", port=server.port)
    assert dead.code == 1
    assert "refused" in dead.err.lower()
    waits = run("outbox").out
    assert "next attempt 2026-11-16 05:01 UTC, 1 so far" in waits
    assert "<status.2026-W45." in waits
    assert run("outbox", "--retry", "status.2026-W45").code == 0
    assert run("outbox", "--retry", "nothing").code == 2
    with mail_server() as server:
        assert "1 sent" in run("send", port=server.port).out


def test_the_small_world_is_a_report_at_all():
    world = World()
    world.subject("hopla", "Hopla", "brand")
    world.source("x-search", "x", ["search:1"])
    world.covered("x-search", "search:1", at(0), at(7))
    world.info()
    assert "Nothing stands out" in bodies(written(read(world)))[0]
