"""The canary: an own feed with one item an hour, whose way into the snapshot is timed."""

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from xml.etree import ElementTree as ET

from collectors.landing import sync_folder

KEPT_ITEMS = 48
EVERY = timedelta(hours=1)
_TITLE = "Luisterpost canary"
_GUID = "luisterpost-canary:"


class CanaryError(Exception):
    """A file is there that is no canary: it is left as it is."""


def canary_moments(moments: Sequence[datetime], now: datetime) -> list[datetime]:
    """
    Add this hour's item, unless it is there. Pure.

    Args:
        moments: The times of the items so far (aware).
        now: The present (aware).

    Returns:
        The newest 48, oldest first, in whole seconds of UTC. Items from the future, which a
        clock that went wrong has written, are dropped.
    """
    present = now.astimezone(UTC).replace(microsecond=0)
    kept = sorted(moment for moment in moments if moment <= present)
    if not kept or _hour(kept[-1]) < _hour(present):
        kept.append(present)
    return kept[-KEPT_ITEMS:]


def canary_feed(moments: Sequence[datetime]) -> bytes:
    """Write the feed, RSS 2.0, newest item first; the same times give the same bytes."""
    rss = ET.Element("rss", version="2.0")
    channel = ET.SubElement(rss, "channel")
    for name, text in (
        ("title", _TITLE),
        ("link", "urn:luisterpost:canary"),
        ("description", "One item an hour: how long it takes until analysts see it."),
    ):
        ET.SubElement(channel, name).text = text
    for moment in sorted(moments, reverse=True):
        item = ET.SubElement(channel, "item")
        ET.SubElement(item, "title").text = f"{_TITLE}, {moment:%Y-%m-%d %H:%M:%S} UTC"
        guid = ET.SubElement(item, "guid", isPermaLink="false")
        guid.text = f"{_GUID}{moment:%Y-%m-%dT%H:%M:%SZ}"
        ET.SubElement(item, "pubDate").text = format_datetime(moment, usegmt=True)
    ET.indent(rss)
    return bytes(ET.tostring(rss, encoding="utf-8", xml_declaration=True)) + b"\n"


def read_canary(body: bytes) -> list[datetime]:
    """
    Read the times of a canary's items.

    Raises:
        CanaryError: It is none.
    """
    import feedparser

    document = feedparser.parse(body)
    if document.feed.get("title") != _TITLE:
        msg = "it holds something else than a canary"
        raise CanaryError(msg)
    moments = []
    for entry in document.entries:
        with suppress(ValueError):
            moment = datetime.fromisoformat(str(entry.get("id")).removeprefix(_GUID))
            moments.append(moment.astimezone(UTC))
    return moments


def write_canary(path: Path, now: datetime) -> list[datetime]:
    """
    Keep the canary's file: whole at every moment, for a web server that reads it meanwhile.

    Args:
        path: The file; it need not exist.
        now: The present (aware).

    Returns:
        The times of its items, oldest first.

    Raises:
        CanaryError: Another file is there.
        OSError: It can't be read or written.
    """
    try:
        moments = read_canary(path.read_bytes())
    except FileNotFoundError:
        moments = []
    moments = canary_moments(moments, now)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(canary_feed(moments))
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o644)
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(path.parent)
    return moments


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
