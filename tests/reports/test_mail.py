"""A mail is complete as text, holds all that its HTML shows, and lets no foreign text escape."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from collectors.configuration.folder import ConfigurationError, read_setting
from reports.mail import MOST_HTML_BYTES, Letter, Picture, build_mail
from reports.mail_render import COLUMNS, as_text, fold, render_html
from reports.mail_settings import MailSettings, parse_address

SENDER = Address("Luisterpost", addr_spec="luisterpost@acme.example")
DUTY = Address("Duty, the désk", addr_spec="duty@acme.example")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4


def letter(**more):
    picture = Picture(name="hours", png=PNG, alt="Stories an hour")
    values = {
        "message_id": "<1@alerts.luisterpost>",
        "subject": "“Épervier” (usual 9 to 20)",
        "sender": SENDER,
        "recipients": [DUTY],
        "at": datetime(2026, 11, 16, 8, 30, tzinfo=UTC),
        "text": "Hé\n",
        "html": f'<p>Hé <img src="cid:{picture.cid}" alt="Stories an hour"></p>',
        "pictures": [picture],
    }
    return Letter(**values | more)


def sent(**more):
    """What arrives: the mail's bytes, read again."""
    return message_from_bytes(build_mail(letter(**more)).as_bytes(policy=SMTP), policy=SMTP)


def test_a_mail_has_text_first_then_html_with_its_pictures():
    mail = sent()
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
    ]
    text, related = mail.iter_parts()
    html, picture = related.iter_parts()
    assert text.get_content().strip() == "Hé"
    assert picture.get_content() == PNG
    assert picture["Content-ID"].strip("<>") in html.get_content()
    assert picture.get_content_disposition() == "inline"


def test_the_same_letter_gives_the_same_bytes():
    assert build_mail(letter()).as_bytes() == build_mail(letter()).as_bytes()


def test_headers_name_the_mail_its_thread_and_that_a_program_wrote_it():
    mail = sent(thread=["<a@alerts.luisterpost>", "<b@alerts.luisterpost>"])
    assert mail["Message-ID"] == "<1@alerts.luisterpost>"
    assert mail["In-Reply-To"] == "<b@alerts.luisterpost>"
    assert mail["References"].split() == ["<a@alerts.luisterpost>", "<b@alerts.luisterpost>"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == datetime(2026, 11, 16, 8, 30, tzinfo=UTC)
    assert mail["To"].addresses[0].display_name == "Duty, the désk"
    assert sent()["In-Reply-To"] is None


def test_a_long_thread_keeps_its_first_mail():
    keys = [f"<{n}@alerts.luisterpost>" for n in range(40)]
    told = sent(thread=keys)["References"].split()
    assert told == [keys[0], *keys[-9:]]


@pytest.mark.parametrize("bad", ["", "1@x", "<a b@x>", "<a@x>\r\nBcc: <c@d>", "<a@x><b@y>"])
def test_a_message_id_that_is_none_is_refused(bad):
    with pytest.raises(ValueError, match="no Message-ID"):
        build_mail(letter(message_id=bad))
    with pytest.raises(ValueError, match="no Message-ID"):
        build_mail(letter(thread=[bad]))


@given(st.text(max_size=400))
@settings(deadline=None)
def test_no_subject_makes_a_header_or_breaks_the_mail(words):
    mail = sent(subject=f"{words}\r\nBcc: evil@example.com\n\nbody")
    assert mail["Bcc"] is None
    assert sorted(mail.keys()) == sorted(sent().keys())
    assert len(mail["Subject"]) <= 180
    assert "\n" not in mail["Subject"]
    assert mail.get_body(("plain",)).get_content().strip() == "Hé"


def test_html_that_mail_programs_would_cut_is_left_out_and_the_text_stays():
    mail = sent(html="<p>" + "x" * MOST_HTML_BYTES + "</p>")
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().strip() == "Hé"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>a <bdi>b &lt;i&gt;</bdi> &amp; c</p>", "a b <i> & c"),
        ("“<bdi>שלם &lt;b&gt;</bdi>” said", "“\u2068שלם <b>\u2069” said"),
        ("&lt;bdi&gt;שלם&lt;/bdi&gt;", "<bdi>שלם</bdi>"),
    ],
)
def test_text_keeps_foreign_words_apart_and_tags_out(markup, text):
    assert as_text(markup) == text


def test_lines_are_folded_under_their_label_and_addresses_stay_whole():
    link = "https://news.example/" + "a" * 100
    told = fold(f"\n\nSources     {'word ' * 30}\n\n\n1. {'word ' * 30}\n   {link}\n\n")
    lines = told.splitlines()
    assert all(len(line) <= COLUMNS for line in lines if link not in line)
    assert lines[1].startswith(" " * 12 + "word")
    assert lines[5].startswith("   word")
    assert any(line.strip() == link for line in lines)
    assert "\n\n\n" not in told
    assert not told.startswith("\n")


def test_styles_move_into_the_elements_and_media_rules_stay():
    from tests.reports.alert_views import opened
    from tests.reports.test_alert_mail import WORDS

    values = {"view": opened(), "words": WORDS, "picture": None, "command": "luisterpost"}
    html = render_html("alert_mail.html.j2", values)
    tree = HTMLParser(html)
    assert all(node.attributes.get("style") for node in tree.css("h1, h2, .pad, .rows td"))
    assert "prefers-color-scheme" in tree.css_first("style").text()
    assert re.search(r"var\(|<link|@import|url\(", html) is None


@pytest.mark.parametrize("good", ["a@b.example", "Duty desk <duty@acme.example>"])
def test_an_address_may_have_a_name(good):
    assert parse_address(good).addr_spec in good


@pytest.mark.parametrize(
    "bad",
    ["", "nobody", "a@", "@b", "a@b, c@d", "a b@c", "é@acme.example", "a@b\r\nBcc: c@d", "a@b\x00"],
)
def test_an_address_that_is_none_is_a_mistake(bad):
    with pytest.raises(ValueError, match="no mail address"):
        parse_address(bad)


def test_settings_have_defaults_and_name_their_mistakes(tmp_path):
    assert read_setting(tmp_path, "mail", MailSettings) == MailSettings()
    file = tmp_path / "mail.toml"
    file.write_text('report_to = ["a@b.example"]\nbase_link = "https://lp.example/r/"\n')
    read = read_setting(tmp_path, "mail", MailSettings)
    assert read.report_addresses == (Address(addr_spec="a@b.example"),)
    assert read.base_link == "https://lp.example/r"
    file.write_text('report_to = ["nobody"]\nbase_link = "javascript:alert(1)"\n')
    with pytest.raises(ConfigurationError) as caught:
        read_setting(tmp_path, "mail", MailSettings)
    assert "no mail address" in str(caught.value)
    assert "no web address" in str(caught.value)
