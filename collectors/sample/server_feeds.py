"""The sample world's feeds over HTTP: RSS 2.0, Atom and RSS 1.0, with validators and an outage."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from http import HTTPStatus
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from collectors.canary import EVERY, KEPT_ITEMS, canary_feed
from collectors.sample.exchange import Answer, Question
from collectors.sample.posts import Feed, FeedItem, Version
from collectors.sample.world import World

_ATOM = "http://www.w3.org/2005/Atom"
_DC = "http://purl.org/dc/elements/1.1/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RSS1 = "http://purl.org/rss/1.0/"
_CANARY = "/canary.xml"
_XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "rdf": "application/rdf+xml; charset=utf-8",
}
for _prefix, _namespace in (("atom", _ATOM), ("dc", _DC), ("rdf", _RDF), ("rss", _RSS1)):
    ET.register_namespace(_prefix, _namespace)


@dataclass(frozen=True, slots=True)
class Shown:
    """An item of a feed as it reads now."""

    item: FeedItem
    version: Version

    @property
    def is_edited(self) -> bool:
        """Whether it once read otherwise."""
        return self.version.at > self.item.created_at


class FeedPlatform:
    """Answers for all the feeds' sites: they are told apart by their paths."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._feeds = {urlsplit(feed.url).path: feed for feed in world.feeds}

    def answer(self, question: Question) -> Answer:
        """Answer a request for a feed."""
        if question.path == _CANARY:
            return Answer(body=_canary(question.now), headers={"Content-Type": _TYPES["rss"]})
        feed = self._feeds.get(question.path)
        if feed is None:
            return Answer(
                status=HTTPStatus.NOT_FOUND,
                body=b"<h1>Not Found</h1>",
                headers={"Content-Type": "text/html"},
            )
        if self._world.outage.covers(feed, question.now):
            return Answer(
                status=HTTPStatus.SERVICE_UNAVAILABLE,
                body=b"<h1>503 Service Unavailable</h1>",
                headers={"Content-Type": "text/html"},
            )
        shown = shown_items(self._world, feed, question.now)
        body = _WRITERS[feed.format](feed, shown)
        changed_at = max((one.version.at for one in shown), default=self._world.start)
        etag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
        headers = {"ETag": etag, "Last-Modified": format_datetime(changed_at, usegmt=True)}
        if _is_known(question, etag, changed_at):
            return Answer(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Answer(body=body, headers={"Content-Type": _TYPES[feed.format], **headers})


def _canary(now: datetime) -> bytes:
    """Write what `luisterpost canary write` would have left, had it been run hourly."""
    newest = now.replace(minute=0, second=0, microsecond=0)
    return canary_feed([newest - number * EVERY for number in range(KEPT_ITEMS)])


def shown_items(world: World, feed: Feed, now: datetime) -> list[Shown]:
    """List what a feed shows at *now*: its newest few, newest first."""
    there = [
        Shown(item, version)
        for item in world.feed_items
        if item.feed == feed and (version := item.at(now))
    ]
    return list(reversed(there[-feed.window :]))


def _is_known(question: Question, etag: str, changed_at: datetime) -> bool:
    """Judge the request's conditions; an ETag outranks a date (RFC 9110, 13.2.2)."""
    tags = question.headers.get("if-none-match")
    if tags is not None:
        return etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
    since = question.headers.get("if-modified-since")
    try:
        return since is not None and changed_at <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False


def _write_rss(feed: Feed, shown: Sequence[Shown]) -> bytes:
    rss = ET.Element("rss", version="2.0")
    channel = ET.SubElement(rss, "channel")
    _add(channel, "title", feed.title)
    _add(channel, "link", _site(feed))
    _add(channel, "description", feed.title)
    _add(channel, "language", feed.language)
    for one in shown:
        entry = ET.SubElement(channel, "item")
        _add(entry, "title", one.version.title)
        _add(entry, "link", one.item.link)
        guid = _add(entry, "guid", one.item.guid)
        guid.set("isPermaLink", str(one.item.guid == one.item.link).lower())
        _add(entry, "pubDate", format_datetime(one.item.created_at))
        _add(entry, f"{{{_DC}}}creator", one.item.author)
        if one.is_edited:
            _add(entry, f"{{{_ATOM}}}updated", one.version.at.isoformat())
        _add(entry, "description", _paragraph(one.version.text))
    return _bytes(rss)


def _write_atom(feed: Feed, shown: Sequence[Shown]) -> bytes:
    root = ET.Element(f"{{{_ATOM}}}feed")
    root.set(_XML_LANGUAGE, feed.language)
    _add(root, f"{{{_ATOM}}}title", feed.title)
    _add(root, f"{{{_ATOM}}}id", feed.url)
    newest = max((one.version.at for one in shown), default=None)
    if newest:
        _add(root, f"{{{_ATOM}}}updated", newest.isoformat())
    ET.SubElement(root, f"{{{_ATOM}}}link", rel="self", href=feed.url)
    for one in shown:
        entry = ET.SubElement(root, f"{{{_ATOM}}}entry")
        _add(entry, f"{{{_ATOM}}}title", one.version.title)
        _add(entry, f"{{{_ATOM}}}id", one.item.guid)
        ET.SubElement(entry, f"{{{_ATOM}}}link", rel="alternate", href=one.item.link)
        author = ET.SubElement(entry, f"{{{_ATOM}}}author")
        _add(author, f"{{{_ATOM}}}name", one.item.author)
        _add(entry, f"{{{_ATOM}}}published", one.item.created_at.isoformat())
        _add(entry, f"{{{_ATOM}}}updated", one.version.at.isoformat())
        content = _add(entry, f"{{{_ATOM}}}content", _paragraph(one.version.text))
        content.set("type", "html")
    return _bytes(root)


def _write_rdf(feed: Feed, shown: Sequence[Shown]) -> bytes:
    root = ET.Element(f"{{{_RDF}}}RDF")
    about = f"{{{_RDF}}}about"
    channel = ET.SubElement(root, f"{{{_RSS1}}}channel", {about: feed.url})
    _add(channel, f"{{{_RSS1}}}title", feed.title)
    _add(channel, f"{{{_RSS1}}}link", _site(feed))
    _add(channel, f"{{{_RSS1}}}description", feed.title)
    _add(channel, f"{{{_DC}}}language", feed.language)
    order = ET.SubElement(ET.SubElement(channel, f"{{{_RSS1}}}items"), f"{{{_RDF}}}Seq")
    for one in shown:
        ET.SubElement(order, f"{{{_RDF}}}li", {f"{{{_RDF}}}resource": one.item.guid})
    for one in shown:
        entry = ET.SubElement(root, f"{{{_RSS1}}}item", {about: one.item.guid})
        _add(entry, f"{{{_RSS1}}}title", one.version.title)
        _add(entry, f"{{{_RSS1}}}link", one.item.link)
        _add(entry, f"{{{_RSS1}}}description", _paragraph(one.version.text))
        _add(entry, f"{{{_DC}}}creator", one.item.author)
        _add(entry, f"{{{_DC}}}date", one.item.created_at.isoformat())
    return _bytes(root)


_WRITERS = {"rss": _write_rss, "atom": _write_atom, "rdf": _write_rdf}


def _add(parent: ET.Element, name: str, text: str | None) -> ET.Element:
    element = ET.SubElement(parent, name)
    element.text = text or ""
    return element


def _bytes(root: ET.Element) -> bytes:
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text, quote=False)}</p>"


def _site(feed: Feed) -> str:
    return f"https://{urlsplit(feed.url).hostname}/"
