"""The status report as a mail, to be read where it arrives, like a newspaper."""

from collections.abc import Sequence
from contextlib import closing
from datetime import date
from email.headerregistry import Address
from email.message import EmailMessage
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

from reports.foreign_text import plain, safe_link
from reports.mail import Letter, build_mail
from reports.mail_charts import daily_picture, tone_picture
from reports.mail_render import as_text, render_html, render_text
from reports.mail_settings import MailSettings
from reports.period import Every
from reports.render import words_for
from reports.settings import ReportSettings
from reports.status_model import StatusReport
from reports.status_report import read_alerts, read_status
from reports.verdict import RULE
from warehouse.connection import open_snapshot
from warehouse.desk.alert_figures import AlertFigures
from warehouse.query import rows

# The full report has it all; a mail is cut off by mail programs when it is long.
_MOST = MappingProxyType({"drivers": 3, "evidence": 3, "organisations": 8, "sources": 12})
_COLOURS = MappingProxyType(
    {
        "green": "on course",
        "amber": "keep an eye on it",
        "red": "not on course",
        "grey": "can\u2019t tell",
    }
)


class NobodyToMailError(Exception):
    """No recipient is configured."""


def snapshot_mail(
    snapshot: Path,
    mails: MailSettings,
    settings: ReportSettings,
    *,
    every: Every = "weekly",
    day: date | None = None,
    desk: str | None = None,
) -> EmailMessage:
    """
    Write the mail of a report from the published snapshot.

    Args:
        snapshot: The newest one, by its stable name.
        mails: From whom, to whom.
        settings: What the reader wants.
        every: What the report spans.
        day: Any day of the period; None: the last complete one of the snapshot.
        desk: URL of the desk, which knows the period's alerts; None: they are not told.

    Raises:
        NobodyToMailError: `report_to` is empty.
        SnapshotMissingError: Nothing has been published yet.
        EmptySnapshotError: The file holds no snapshot.
    """
    if not mails.report_to:
        msg = (
            'config/mail.toml: nobody is to get the report; write report_to = ["you@firm.example"]'
        )
        raise NobodyToMailError(msg)
    with closing(open_snapshot(snapshot)) as connection:
        report = read_status(partial(rows, connection), settings, every=every, day=day)
    return status_mail(
        report,
        settings,
        sender=mails.sender_address,
        recipients=mails.report_addresses,
        base_link=mails.base_link,
        alerts=read_alerts(desk, report, settings) if desk else None,
    )


def status_mail(
    report: StatusReport,
    settings: ReportSettings,
    *,
    sender: Address,
    recipients: Sequence[Address],
    base_link: str | None = None,
    alerts: AlertFigures | None = None,
) -> EmailMessage:
    """
    Write the status report's mail.

    Args:
        report: What it says; see `reports.status_report.read_status`.
        settings: Locale and time zone.
        sender: From whom.
        recipients: To whom.
        base_link: Where the reports folder can be opened in a browser.
        alerts: What became of the period's alerts; where there were none, nothing is said.

    Returns:
        The same bytes for the same report and alerts. Its Message-ID is that of the firm's
        period: it is mailed once, however often it is asked for.
    """
    words = words_for(report, settings)
    pictures = (
        (daily_picture(report, words), tone_picture(report, words)) if report.has_data else ()
    )
    link = (
        safe_link(f"{base_link.rstrip('/')}/status-{report.period.label}.html")
        if base_link
        else None
    )
    values: dict[str, Any] = {
        "report": report,
        "words": words,
        "colours": _COLOURS,
        "most": _MOST,
        "rule": RULE,
        "pictures": pictures,
        "link": link,
        "alerts": alerts if alerts and alerts.incidents else None,
    }
    return build_mail(
        Letter(
            message_id=status_message_id(report),
            subject=status_subject(report),
            sender=sender,
            recipients=recipients,
            at=report.made_at,
            text=render_text("status_mail.txt.j2", values),
            html=render_html("status_mail.html.j2", values),
            pictures=pictures,
        )
    )


def status_subject(report: StatusReport) -> str:
    """Write the subject: whose day, week or month, and whether it was on course."""
    firm = plain(report.firm)
    course = as_text(_COLOURS[report.headline.colour])
    return f"{firm + ': ' if firm else ''}status report {report.period.label}, {course}"


def status_message_id(report: StatusReport) -> str:
    """Name the mail of a period: the same however often the report is made."""
    digest = sha256(f"{report.firm}\n{report.period.label}".encode()).hexdigest()[:20]
    return f"<status.{report.period.label}.{digest}@reports.luisterpost>"
