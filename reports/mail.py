"""Build a mail: plain text that is complete in itself, the same in HTML, pictures inside."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from reports.foreign_text import plain

MOST_HTML_BYTES = 100_000
"""Gmail cuts off what is longer: https://support.google.com/mail/answer/9259768."""

_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,200}@[A-Za-z0-9.-]{1,60}>")
_LONGEST_SUBJECT = 180
_MOST_REFERENCES = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A picture within a mail."""

    name: str
    """ASCII letters."""
    png: bytes = field(repr=False)
    alt: str
    """What it says, for those who don't see it."""

    @property
    def cid(self) -> str:
        """Its Content-ID without angle brackets; the same picture has the same."""
        return f"{self.name}.{sha256(self.png).hexdigest()[:24]}@luisterpost"


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """All that a mail says, and to whom."""

    message_id: str
    """With angle brackets; the same whenever the mail is made again."""
    subject: str
    sender: Address
    recipients: Sequence[Address]
    at: datetime
    """Aware: the mail's date."""
    text: str
    html: str
    """May refer to `cid:` and a picture's Content-ID, and to nothing else."""
    pictures: Sequence[Picture] = ()
    thread: Sequence[str] = ()
    """Message-IDs of the thread's earlier mails, the first one first."""


def build_mail(letter: Letter) -> EmailMessage:
    """
    Build the mail; the same letter gives the same bytes.

    Should the HTML be larger than mail programs show, the text goes alone.

    Raises:
        ValueError: A Message-ID is none.
    """
    for key in (letter.message_id, *letter.thread):
        if _MESSAGE_ID.fullmatch(key) is None:
            msg = f"{key!r} is no Message-ID"
            raise ValueError(msg)
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = letter.message_id
    mail["Date"] = format_datetime(letter.at)
    mail["From"] = letter.sender
    mail["To"] = list(letter.recipients)
    mail["Subject"] = _subject(letter.subject)
    # RFC 3834: so that holiday notices don't come back; Exchange has a word of its own for it.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if letter.thread:
        mail["In-Reply-To"] = letter.thread[-1]
        mail["References"] = " ".join(_trimmed(letter.thread))
    mail.set_content(letter.text, charset="utf-8", cte="quoted-printable")
    html = letter.html.encode()
    if len(html) <= MOST_HTML_BYTES:
        mail.add_alternative(letter.html, subtype="html", charset="utf-8", cte="quoted-printable")
        page = mail.get_payload()[1]  # type: ignore[index]
        for picture in letter.pictures:
            page.add_related(  # type: ignore[union-attr]
                picture.png,
                "image",
                "png",
                cid=f"<{picture.cid}>",
                filename=f"{picture.name}.png",
                disposition="inline",
            )
    _name_boundaries(mail, letter)
    return mail


def _subject(text: str) -> str:
    words = plain(text)
    return words if len(words) <= _LONGEST_SUBJECT else words[: _LONGEST_SUBJECT - 1] + "…"


def _trimmed(thread: Sequence[str]) -> Sequence[str]:
    # RFC 5537, 3.4.4 trims long threads in the middle: the first one holds them together.
    return (
        thread if len(thread) <= _MOST_REFERENCES else [thread[0], *thread[1 - _MOST_REFERENCES :]]
    )


def _name_boundaries(mail: EmailMessage, letter: Letter) -> None:
    """Replace the library's random boundaries: nobody outside can foresee the digest of it all."""
    whole = sha256(letter.message_id.encode() + letter.text.encode() + letter.html.encode())
    parts = (part for part in mail.walk() if part.is_multipart())
    for number, part in enumerate(parts):
        part.set_boundary(f"=_{whole.hexdigest()[:40]}_{number}")
