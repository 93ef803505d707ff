"""The page asks nobody for anything, and what comes from outside does no harm in it."""

import re
from urllib.parse import urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from tests.reports.reading import written
from tests.reports.world import World, at, plausible_world


def test_page_asks_nobody_for_anything(page):
    tree = HTMLParser(page)
    assert tree.css("script, link, img, iframe, object, embed, base, form, use, image") == []
    assert not [name for node in tree.css("*") for name in node.attributes if name.startswith("on")]
    assert set(re.findall(r"url\(([^)]*)\)", page)) <= {"#hatch", "#hatch-none"} | {
        f"#{node.attributes['id']}" for node in tree.css("[id]")
    }
    assert "@import" not in page
    assert "@font-face" not in page
    policy = tree.css_first("meta[http-equiv='Content-Security-Policy']").attributes["content"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_ids_are_unique_and_every_inner_link_has_its_target(page):
    tree = HTMLParser(page)
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids))
    inner = [a.attributes["href"] for a in tree.css("a") if a.attributes["href"].startswith("#")]
    assert inner
    assert {href[1:] for href in inner} <= set(ids)


def test_links_out_go_to_the_web_and_tell_nothing_of_where_they_come_from(page):
    outside = [a for a in HTMLParser(page).css("a") if not a.attributes["href"].startswith("#")]
    assert len(outside) >= 15
    for link in outside:
        assert urlsplit(link.attributes["href"]).scheme in {"http", "https"}
        assert link.attributes["rel"] == "noopener noreferrer nofollow"


def test_charts_are_described_for_those_who_do_not_see_them(page):
    drawings = HTMLParser(page).css("svg[role=img]")
    assert len(drawings) == 10
    for drawing in drawings:
        for key in drawing.attributes["aria-labelledby"].split():
            assert drawing.css_first(f"#{key}").text()


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> & <img src=x onerror=alert(1)>",
        "\"><svg onload=alert(1)> '\u2028' {{ 7*7 }} {% raw %}",
        "</style><script>x</script> \u202egnp.exe\u202c \x00\x08",
    ],
)
def test_hostile_text_is_shown_and_never_run(tmp_path, text):
    world = World()
    world.subject("hopla", f"Hopla {text}", "brand")
    world.subject("zwaan", f"Zwaan {text}", "organisation", "competitor")
    world.source("x-search", "x", ["search:1"], why_off=text)
    world.covered("x-search", "search:1", at(0), at(5))
    world.attempt("x-search", "search:1", at(6), "auth_failed", message=text)
    for n in range(8):
        world.mention(
            at(1, n),
            ["hopla", "zwaan"],
            text,
            title=text if n % 2 else None,
            story="one",
            url=("javascript:alert(1)", 'https://a.example/?q="><script>x</script>')[n % 2],
        )
    world.info()
    page = written(world, tmp_path)
    tree = HTMLParser(page)
    assert tree.css("script, img, [onload], [onerror]") == []
    assert "javascript:" not in page
    assert not set("\u202e\u202c\x00\x08") & set(page)
    assert "49" not in re.findall(r"'(49)'", page)
    hrefs = {a.attributes["href"] for a in tree.css("a")}
    assert 'https://a.example/?q="><script>x</script>' in hrefs


def test_words_from_outside_keep_their_writing_direction_to_themselves(tmp_path):
    hebrew = "שלום"
    world = plausible_world()
    world.subject("rtl", f"{hebrew} Ltd", "organisation", "competitor")
    for n in range(20):
        world.mention(
            at(3, 9 + n / 4), ["hopla", "rtl"], f"{hebrew} ontploffing {n}", tone="negative"
        )
    tree = HTMLParser(written(world, tmp_path))
    assert tree.body.text().count(hebrew) > 5
    for node in tree.css("bdi, svg, style"):
        node.decompose()
    assert hebrew not in tree.body.text()


def test_no_employee_is_named_even_if_a_snapshot_held_one(tmp_path):
    world = plausible_world()
    world.subject("jan-peeters", "Jan Peeters", "employee")
    for n in range(30):
        world.mention(
            at(1, n / 2), ["jan-peeters"], f"seen at the fair {n}", url=f"https://x.example/jan/{n}"
        )
    page = written(world, tmp_path)
    assert "Jan Peeters" not in page
    assert "jan" not in {
        part for url in re.findall(r'href="([^"]*)"', page) for part in url.split("/")
    }
    assert "jan-peeters" not in page
