"""The alert mail: decided on in one minute, on a phone, at night."""

import re
from dataclasses import replace
from email import message_from_bytes
from email.headerregistry import Address
from email.policy import SMTP

import pytest
from babel import Locale
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from reports.alert_mail import MOST_LINES, alert_mail, alert_subject, alert_text
from reports.alert_view import Part
from reports.mail import MOST_HTML_BYTES
from reports.mail_render import COLUMNS
from reports.mail_settings import MailSettings
from reports.settings import ReportSettings
from reports.words import Words
from tests.reports.alert_views import closed, failing, opened, post, updated

SETTINGS = ReportSettings()
WORDS = Words(Locale.parse(SETTINGS.locale), SETTINGS.zone)
WHO = Address("Luisterpost", addr_spec="luisterpost@acme.example")
DUTY = Address(addr_spec="duty@acme.example")
KINDS = {"opened": opened, "updated": updated, "closed": closed, "failing": failing}
EVIL = 'A\r\nBcc: x@y\n<script>alert(1)</script><img src=//evil.example/p.png>"\u202egnp {{ 7*7 }}'


def written(view, **more):
    mail = alert_mail(view, SETTINGS, sender=WHO, recipients=[DUTY], **more)
    return message_from_bytes(mail.as_bytes(policy=SMTP), policy=SMTP)


def html_of(mail):
    return mail.get_body(("html",)).get_content()


def hostile():
    bad = post(
        0, words=EVIL * 20, url="javascript:alert(1)", forms=(EVIL,), platform=EVIL, tone="x"
    )
    view = opened(subject_name=EVIL, headline=EVIL, first_post=bad, amplifier=replace(bad, reach=9))
    terms = tuple(replace(term, term=EVIL) for term in view.new_terms)
    parts = tuple(replace(part, name=EVIL) for part in view.by_source)
    return replace(view, examples=(bad,) * 5, new_terms=terms, by_source=parts, owner=EVIL)


def test_subject_says_how_urgent_whom_what_how_much_and_how_negative():
    assert alert_subject(opened(), WORDS) == (
        "[SEV2][brand] Épervier: “glassplinters, rappel” \N{EN DASH} "
        "61 stories/h (usual 9\N{EN DASH}20), 74% negative"
    )
    assert alert_subject(opened(is_test=True), WORDS).startswith("[TEST][SEV2]")
    assert alert_subject(failing(), WORDS) == "[SEV3][source] x-search gives no answer"
    assert alert_subject(failing(kind="closed"), WORDS).endswith("x-search answers again")


def test_mails_of_an_incident_are_one_thread_under_one_subject():
    first = written(opened())
    second = written(updated(), first_subject=str(first["Subject"]))
    third = written(closed(), first_subject=str(first["Subject"]))
    assert third["Subject"] == f"Re: {first['Subject']}"
    # The severity is the present one: whoever is on call goes by it.
    assert second["Subject"] == str(third["Subject"]).replace("[SEV2]", "[SEV1]")
    assert second["In-Reply-To"] == first["Message-ID"]
    assert third["References"].split() == [first["Message-ID"], second["Message-ID"]]
    assert len({first["Message-ID"], second["Message-ID"], third["Message-ID"]}) == 3


@pytest.mark.parametrize("kind", [*KINDS, "hostile"])
def test_text_is_complete_in_forty_lines_of_eighty_columns(kind):
    view = hostile() if kind == "hostile" else KINDS[kind]()
    lines = alert_text(view, WORDS).splitlines()
    assert len(lines) <= MOST_LINES == 40
    assert all(len(line) <= COLUMNS for line in lines if "https://" not in line)


def test_text_says_all_that_on_call_staff_decide_by():
    text = re.sub(r"\s+", " ", alert_text(opened(), WORDS))
    for told in (
        "61 stories in the last hour, where 9\N{EN DASH}20 are usual",
        "began on Thu 12 Nov 14:05 and is still rising",
        "less than once in a million",
        "88 mentions by 79 authors on x, reddit, feed",
        "4.4 times what is expected",
        "74% of 96 judged stories (95 % interval 64% to 82%)",
        "48,200 followers",
        "glassplinters (31; usual 0 a week)",
        "x-search 70, news 42",
        "nl 61, fr 51",
        "https://news0.example/2026/11/12/story-0",
        "https://news1.example/2026/11/12/story-1",
        "Acknowledge within 60 minutes",
        "duty communication",
        f"luisterpost alert ack {'1c' * 4} I have it",
        "https://wiki.acme.example/runbook/volume",
        "6 of 7 sources healthy; 98% of the last 24 hours",
        "newest mention 3 minutes old",
        "Rule volume v1",
        "GROUP BY hour ORDER BY hour",
    ):
        assert told in text


def test_both_bodies_tell_what_the_stories_possibly_are():
    flags = (Part(name="recall", stories=40), Part(name="complaint", stories=1))
    mail = written(opened(flags=flags))
    for body in (mail.get_body(("plain",)).get_content(), html_of(mail)):
        assert "Possibly" in body
        assert "a recall or unsafe product (40 stories), a complaint (1 story)" in body


def test_answers_are_the_commands_of_this_installation():
    command = "luisterpost-as luisterpost"
    mail = written(opened(), command=command)
    text = mail.get_body(("plain",)).get_content()
    for body in (text, html_of(mail)):
        assert f"{command} alert ack 1c1c1c1c" in body
        assert f"{command} alert not-us 1c1c1c1c" in body
        assert body.count("luisterpost alert") == body.count(f"{command} alert")
    lines = text.splitlines()
    assert len(lines) <= MOST_LINES
    assert all(len(line) <= COLUMNS for line in lines if "https://" not in line)
    assert f"{command} alert not-us 1c1c1c1c  not about us: a false alarm" in lines


@pytest.mark.parametrize("command", ["", "luisterpost\nBcc: x@y", "a" * 100])
def test_a_command_is_one_short_line(command):
    with pytest.raises(ValidationError):
        MailSettings(command=command)


def test_an_update_tells_the_change_first_and_a_close_sums_up():
    text = re.sub(r"\s+", " ", alert_text(updated(), WORDS))
    assert text.startswith("Update: ")
    assert "Now SEV1, was SEV2." in text
    text = re.sub(r"\s+", " ", alert_text(closed(), WORDS))
    assert "after 28.2 hours. At its peak 83 stories an hour; altogether 401 stories" in text
    assert "An Peeters" in text
    assert "alert ack" not in text


def test_who_has_it_is_told_instead_of_asked():
    mail = written(updated(acknowledged_by="An Peeters"))
    for body in (mail.get_body(("plain",)).get_content(), html_of(mail)):
        assert "An Peeters" in body
        assert "alert ack" not in body


def test_a_failing_source_is_told_as_one():
    text = re.sub(r"\s+", " ", alert_text(failing(), WORDS))
    assert "x-search gives no answer since Thu 12 Nov 14:05: the credential was refused" in text
    assert "“401 Unauthorized”" in text
    assert "stories" not in text


def test_a_test_says_so_first():
    assert alert_text(opened(is_test=True), WORDS).startswith("THIS IS A TEST")
    assert "This is a test" in html_of(written(opened(is_test=True)))


@pytest.mark.parametrize("kind", KINDS)
def test_html_asks_nobody_for_anything_and_shows_its_own_pictures(kind):
    mail = written(KINDS[kind]())
    html = html_of(mail)
    tree = HTMLParser(html)
    own = {f"cid:{part['Content-ID'].strip('<>')}" for part in mail.walk() if part["Content-ID"]}
    assert {node.attributes["src"] for node in tree.css("[src]")} == own
    assert len(own) == (kind != "failing")
    assert all(node.attributes["alt"] for node in tree.css("img"))
    assert not tree.css("script, link, object, iframe, form, [background], [srcset], [onload]")
    assert "url(" not in html
    assert all(node.attributes["href"].startswith("https://") for node in tree.css("a"))
    assert len(html.encode()) <= MOST_HTML_BYTES


def test_hostile_words_stay_words():
    mail = written(hostile())
    assert mail["Bcc"] is None
    html = html_of(mail)
    tree = HTMLParser(html)
    assert not tree.css("script")
    assert {node.attributes["src"][:4] for node in tree.css("img")} == {"cid:"}
    assert [node.attributes["href"] for node in tree.css("a")] == [
        "https://wiki.acme.example/runbook/volume"
    ]
    text = mail.get_body(("plain",)).get_content()
    for told in (html, text, mail["Subject"]):
        assert "\u202e" not in told
        assert "49" not in told.split("Bcc")[1][:80]
    assert "javascript:" not in html
    assert "javascript:" not in text


def test_words_from_right_to_left_do_not_turn_the_line():
    text = alert_text(opened(headline="שלם"), WORDS)
    assert "“\u2068שלם\u2069”" in text
    assert "<bdi>שלם</bdi>" in html_of(written(opened(headline="שלם")))


def test_the_same_view_gives_the_same_bytes():
    one, two = (
        alert_mail(opened(), SETTINGS, sender=WHO, recipients=[DUTY]).as_bytes() for _ in range(2)
    )
    assert one == two


def test_what_is_unknown_is_left_out():
    bare = opened(
        last_hour=None,
        so_far=None,
        expected=None,
        ratio=None,
        probability=None,
        negative=None,
        first_post=None,
        amplifier=None,
        headline=None,
        new_terms=(),
        by_source=(),
        by_language=(),
        examples=(),
        chart=(),
        owner=None,
        runbook=None,
    )
    mail = written(bare)
    assert str(mail["Subject"]) == "[SEV2][brand] Épervier"
    for body in (mail.get_body(("plain",)).get_content(), html_of(mail)):
        assert "None" not in body
    assert not [part for part in mail.walk() if part.get_content_type() == "image/png"]


def test_a_week_that_nobody_listened_to_is_drawn_as_unknown():
    chart = tuple(replace(hour, stories=None, low=None, high=None) for hour in opened().chart)
    html = html_of(written(opened(chart=chart)))
    assert "Most in an hour: unknown." in html


@given(st.text(max_size=300), st.text(max_size=300))
@settings(deadline=None, max_examples=40)
def test_any_words_give_a_mail_of_forty_lines(name, words):
    view = opened(
        subject_name=name,
        headline=words,
        examples=tuple(post(n, words=words, url=words) for n in range(5)),
        chart=(),
    )
    mail = written(view)
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n").count("\n") <= MOST_LINES


def test_html_tells_what_stories_possibly_are():
    html = html_of(written(opened()))
    assert "Possibly" in html
    assert "a recall or unsafe product (12 stories), a complaint (7 stories)" in html
