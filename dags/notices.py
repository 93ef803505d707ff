"""Mails to the operators: through Airflow's connection, or from the outbox once that works again."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from hashlib import sha256
from typing import Any

from airflow.providers.smtp.hooks.smtp import SmtpHook

from dags.surroundings import find_settings, tell


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something that the operators must know; it holds no text, no person and no secret."""

    key: str
    """The same whenever the same notice is written."""
    recipients: Sequence[str]
    subject: str
    headline: str
    told: str
    """What happened; one sentence without its full stop."""
    to_do: str
    """What helps against just this; may be empty."""
    facts: Sequence[tuple[str, str]]
    page: str
    """The address of the page in Airflow."""
    note: str
    """The DAG's note, in Markdown: what it does, `**Triage.**`, what to do."""

    @property
    def sentence(self) -> str:
        """What happened, as a sentence."""
        return f"{self.told[:1].upper()}{self.told[1:]}."


def post(notice: Notice) -> None:
    """Mail a notice now; if the mail server can't be used, leave it in the outbox."""
    hook = _LetterHook(notice)
    try:
        with hook:
            hook.send_email_smtp(**hook.words())
    except Exception as error:  # noqa: BLE001 - whatever keeps the server from taking it
        _keep(notice, error, sender=hook.sender)


async def post_from_triggerer(notice: Notice) -> None:
    """Do the same without blocking the triggerer, which has other deadlines to watch."""
    hook = _LetterHook(notice)
    try:
        async with hook:
            await hook.asend_email_smtp(**hook.words())
    except Exception as error:  # noqa: BLE001 - whatever keeps the server from taking it
        await asyncio.to_thread(_keep, notice, error, sender=hook.sender)


class _LetterHook(SmtpHook):
    """The provider's connection, for a finished letter: by itself it writes mails of HTML alone."""

    def __init__(self, notice: Notice) -> None:
        super().__init__()
        self._notice = notice

    @property
    def sender(self) -> str:
        """Whose name the mail goes under: the connection's, if it is known and has one."""
        known = self.from_email if self.smtp_connection else None
        return str(known or self._notice.recipients[0])

    def words(self) -> dict[str, Any]:
        """Give what the provider insists on; of these only the sender is used."""
        return {"to": "-", "subject": "-", "html_content": "-", "from_email": self.sender}

    def _build_mime_message(  # type: ignore[override]  # an EmailMessage is written alike
        self, mail_from: str | None, *_given: Any, **_options: Any
    ) -> tuple[EmailMessage, list[str]]:
        letter = letter_of(self._notice, sender=str(mail_from))
        return letter, [address.addr_spec for address in letter["To"].addresses]


def _keep(notice: Notice, error: Exception, *, sender: str) -> None:
    from warehouse.desk.connection import desk_url, open_desk
    from warehouse.desk.outbox import enqueue

    # Its message may repeat what was said to the server: only the type is told.
    tell(f"the mail server can't be used ({type(error).__name__}): the mail waits in the outbox")
    settings = find_settings()
    since = f"in the outbox since {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, for want of a mail server"
    letter = letter_of(replace(notice, facts=[*notice.facts, ("Waited", since)]), sender=sender)
    with open_desk(desk_url(settings.desk)) as desk:
        enqueue(desk, letter, kind="failure", incident_id=None, now=settings.clock())


def letter_of(notice: Notice, *, sender: str) -> EmailMessage:
    """Write a notice as text and as HTML."""
    from markdown_it import MarkdownIt
    from markupsafe import Markup

    from reports.mail import Letter, build_mail
    from reports.mail_render import render_html, render_text
    from reports.mail_settings import parse_address

    about, _, triage = notice.note.partition("**Triage.**")
    values = {"notice": notice, "headline": notice.headline}
    markdown = MarkdownIt("commonmark", {"html": False})  # Our own words, and yet: no HTML in them.
    pages = {
        name: Markup(_set_close(markdown.render(text)))  # noqa: S704 - rendered and escaped just now
        for name, text in (("about", about), ("triage", triage))
    }
    pages["to_do"] = Markup(markdown.renderInline(notice.to_do))  # noqa: S704 - as above
    texts = {"about": _one_line_each(about), "triage": _one_line_each(triage)}
    return build_mail(
        Letter(
            message_id=f"<failure.{sha256(notice.key.encode()).hexdigest()[:32]}@luisterpost>",
            subject=notice.subject,
            sender=parse_address(sender),
            recipients=[parse_address(address) for address in notice.recipients],
            at=datetime.now(UTC),
            text=render_text("notice_mail.txt.j2", values | texts | {"to_do": notice.to_do}),
            html=render_html("notice_mail.html.j2", values | pages),
        )
    )


def _set_close(html: str) -> str:
    """Give lists and boxed paragraphs the margins that mails need, in their own words."""
    return html.replace("<ul>", '<ul style="margin: 12px 0; padding-left: 20px">').replace(
        "<li>", '<li style="margin-bottom: 8px">'
    )


def _one_line_each(markdown: str) -> str:
    """Join the lines of each paragraph and bullet, so that they can be folded anew."""
    paragraphs: list[str] = []
    for line in markdown.strip().splitlines():
        is_new = not line.strip() or line.startswith("- ")
        if is_new or not paragraphs or not paragraphs[-1]:
            paragraphs.append(line.strip())
        else:
            paragraphs[-1] += f" {line.strip()}"
    return "\n".join(paragraphs)
