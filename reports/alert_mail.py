"""The alert mail: one transition of one incident, complete in 40 lines of text."""

import re
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

from babel import Locale

from reports.alert_view import AlertView
from reports.foreign_text import clip, plain
from reports.mail import Letter, build_mail
from reports.mail_charts import alert_picture
from reports.mail_render import render_html, render_text, sentence
from reports.settings import ReportSettings
from reports.words import Words

MOST_LINES = 40
"""What a phone shows in three thumb strokes."""

_SHORTENED = ((5, 90), (4, 80), (3, 70), (3, 40), (2, 30), (1, 30), (0, 30))


def alert_mail(
    view: AlertView,
    settings: ReportSettings,
    *,
    sender: Address,
    recipients: Sequence[Address],
    first_subject: str | None = None,
    command: str = "luisterpost",
) -> EmailMessage:
    """
    Write the mail of an incident's opening, update or closing.

    Args:
        view: What it tells.
        settings: Locale and time zone.
        sender: From whom.
        recipients: To whom.
        first_subject: The subject of the incident's opening mail. Some mail programs show
            a thread only under one subject, so updates answer to that one; what is new
            stands in the first line, which they show beside it. Only the severity is the
            present one: whoever is on call goes by it.
        command: What people type for `luisterpost` where they answer.

    Returns:
        The same bytes for the same view.
    """
    words = Words(Locale.parse(settings.locale), settings.zone)
    picture = alert_picture(view, words)
    values: dict[str, Any] = {
        "view": view,
        "words": words,
        "picture": picture,
        "command": command,
    }
    return build_mail(
        Letter(
            message_id=view.message_id,
            subject=_reply(first_subject, view) if first_subject else alert_subject(view, words),
            sender=sender,
            recipients=recipients,
            at=view.now,
            text=alert_text(view, words, command),
            html=render_html("alert_mail.html.j2", values),
            pictures=[picture] if picture else [],
            thread=view.thread,
        )
    )


def alert_subject(view: AlertView, words: Words) -> str:
    """Write the subject: how urgent, about whom, what, how much more than usual, how negative."""
    state = "closed" if view.kind == "closed" else f"SEV{view.severity}"
    start = f"{'[TEST]' if view.is_test else ''}[{state}][{plain(view.facet)}] "
    start += clip(view.subject_name, 40)
    if view.cause == "source_failing":
        return start + (" answers again" if view.kind == "closed" else " gives no answer")
    if view.headline and plain(view.headline) != plain(view.subject_name):
        start += f": “{clip(view.headline, 50)}”"
    facts = []
    if view.last_hour and view.kind != "closed":
        usual = f" (usual {sentence('band', words, view.expected)})" if view.expected else ""
        facts.append(f"{words.number(view.last_hour.stories)} stories/h{usual}")
    if view.negative:
        facts.append(f"{words.percent(view.negative.share)} negative")
    return f"{start} \u2013 {', '.join(facts)}" if facts else start


def _reply(first_subject: str, view: AlertView) -> str:
    return "Re: " + re.sub(r"\[SEV\d\]", f"[SEV{view.severity}]", first_subject, count=1)


def alert_text(view: AlertView, words: Words, command: str = "luisterpost") -> str:
    """
    Write the text, complete in 40 lines of 78 characters.

    Where foreign words would make it longer, examples are cut short, then left out.
    """
    text = ""
    for examples, longest in _SHORTENED:
        values = {
            "view": view,
            "words": words,
            "examples": examples,
            "longest": longest,
            "command": command,
        }
        text = render_text("alert_mail.txt.j2", values)
        if text.count("\n") <= MOST_LINES:
            break
    return text
