"""The sample's report as people see it: in a browser, on a screen and on a phone."""

import re
import struct
import zlib
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from tests.browser import Page, open_browser
from tests.programs import CHROMIUM

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]

SCREEN, TABLET, PHONE = 1280, 768, 390
LAST_H = 320
"""The narrowest phone that is still sold."""


@pytest.fixture(scope="module")
def browser():
    with open_browser() as opened:
        yield opened


@pytest.fixture(params=[(SCREEN, False), (SCREEN, True), (PHONE, False), (PHONE, True)], ids=str)
def page(request, browser, sample):
    width, is_dark = request.param
    with browser.open(sample.report, width=width, is_dark=is_dark) as opened:
        yield opened


WIDER_THAN = """
[...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > %d + 0.5 && !e.closest('svg'))
    .map(e => e.tagName + ' ' + e.className + ': ' + e.textContent.trim().slice(0, 60))
"""


@pytest.mark.parametrize("width", [SCREEN, TABLET, PHONE, LAST_H])
def test_nothing_is_wider_than_the_window(browser, sample, width):
    with browser.open(sample.report, width=width) as page:
        assert page.evaluate(WIDER_THAN % width) == []
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width


def test_nothing_is_fetched_and_nothing_is_complained_about(page, sample):
    fetched = [url for url in page.requests if not url.startswith("data:")]
    assert fetched == [sample.report.resolve().as_uri()]
    assert page.complaints == []


class _Addresses(HTMLParser):
    """What a document would load by itself, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if tag == "a" and name == "href":
                self.links.append(value)
            elif name in {"src", "srcset", "href", "data", "poster", "action", "background"}:
                self.loaded.append(value)


def test_the_file_holds_all_it_needs_and_links_lead_to_the_web_or_into_itself(sample):
    text = sample.report.read_text(encoding="utf-8")
    found = _Addresses()
    found.feed(text)
    assert [a for a in found.loaded if not a.startswith(("data:", "#"))] == []
    assert re.findall(r"url\((?!['\"]?(?:data:|#))|@import", text) == []
    assert len(found.links) > 10
    assert [link for link in found.links if not link.startswith(("https://", "http://", "#"))] == []


def test_links_into_the_page_lead_somewhere(page):
    dangling = """
    [...document.querySelectorAll('a[href^="#"]')].map(a => a.getAttribute('href').slice(1))
        .filter(id => !document.getElementById(id))
    """
    assert page.evaluate(dangling) == []


def test_colours_follow_the_readers_system_and_can_be_read(browser, sample):
    lightness = {}
    for is_dark in (False, True):
        with browser.open(sample.report, width=SCREEN, is_dark=is_dark) as page:
            assert page.evaluate(TOO_FAINT) == []
            paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
            lightness[is_dark] = sum(map(int, re.findall(r"\d+", paper)[:3])) / 3
    assert lightness[False] > 200
    assert lightness[True] < 60


TOO_FAINT = """
(() => {
    const parts = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
    const linear = v => v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    const behind = e => {
        for (; e; e = e.parentElement) {
            const found = parts(getComputedStyle(e).backgroundColor);
            if (found.length === 3 || found[3] === 1) return found;
        }
        return [255, 255, 255];
    };
    const faint = new Set();
    for (const e of document.querySelectorAll('body *')) {
        const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
        if (!own || e.closest('svg, script, style') || !e.getClientRects().length) continue;
        const [a, b] = [light(parts(getComputedStyle(e).color)), light(behind(e))];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (contrast < 4.5)
            faint.add(`${e.tagName} ${e.className} ${contrast.toFixed(1)} ${e.textContent.slice(0, 40)}`);
    }
    return [...faint];
})()
"""
"""Text whose contrast with what lies behind it is below 4.5:1 (WCAG 2.2, 1.4.3)."""


def test_charts_are_drawn_and_large_enough_to_read(page):
    boxes = page.evaluate(
        "[...document.querySelectorAll('svg')].map(s => s.getBoundingClientRect())"
        ".map(b => [b.width, b.height]).filter(([w, h]) => w > 150 && h > 60)"
    )
    assert len(boxes) >= 3
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('svg text')]"
        ".filter(t => t.textContent.trim() && t.getClientRects().length)"
        ".map(t => t.getBoundingClientRect().height))"
    )
    assert smallest >= 9


def test_a_screenshot_shows_something_in_each_part(page):
    width, height, rows = decoded(page.screenshot())
    assert width == page.evaluate("innerWidth")
    assert height > 2_000
    part = 600
    for top in range(0, height - part, part):
        assert len(set(rows[top : top + part])) > 10, f"nothing at {top}"


def decoded(png: bytes) -> tuple[int, int, list[bytes]]:
    """Read width, height and the filtered rows of a picture: equal rows have equal bytes."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    data, place = b"", 8
    while place < len(png):
        size, kind = struct.unpack(">I4s", png[place : place + 8])
        if kind == b"IDAT":
            data += png[place + 8 : place + 8 + size]
        place += 12 + size
    pixels = zlib.decompress(data)
    step = len(pixels) // height
    return width, height, [pixels[at : at + step] for at in range(0, len(pixels), step)]


def test_it_reads_as_a_document_without_style(page):
    outline = page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map(h => +h.tagName[1])")
    assert outline[0] == 1
    assert outline.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(outline))
    assert page.evaluate("document.documentElement.lang")
    assert page.evaluate("document.title")
    assert (
        page.evaluate("[...document.querySelectorAll('svg')].filter(" + NAMELESS + ").length") == 0
    )


NAMELESS = (
    "s => !(s.closest('[aria-hidden=true]') || s.closest('[role=img]') || s.querySelector('title'))"
)


def test_it_can_be_printed(browser: object, sample):
    with browser.open(sample.report, width=SCREEN) as page:
        assert isinstance(page, Page)
        pdf = page.pdf()
    assert pdf.startswith(b"%PDF-")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 12
