"""The article in a page: whatever the page holds, and however it is encoded."""

import time

import pytest

from collectors.article_fetch import MAX_TEXT, NoArticle, read_article
from tests.collectors.test_articles import page, words

HOSTILE = {
    "attributes": b"<html><body><p " + b" ".join(b"a%d='x'" % n for n in range(100_000)) + b">",
    "depth": b"<html><body>" + b"<div>" * 19_000,
    "tables": b"<html><body>" + b"<table><tr><td>" * 6_000,
    "many elements": b"<html><body>" + b"<p>a</p>" * 100_000,
    "comments": b"<html><body>" + b"<!--" * 19_000,
    "bytes": bytes(range(256)) * 4_000,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_pages_hold_no_article_and_take_no_more_than_their_share(body):
    started = time.process_time()
    with pytest.raises(NoArticle):
        read_article(body, {})
    assert time.process_time() - started < 8


@pytest.mark.parametrize("charset", ["windows-1252", "utf-8", "gb18030"])
def test_a_pages_characters_are_read_as_it_states_them(charset):
    text = words("é" if charset != "gb18030" else "测试")
    body = page(text).decode().replace("©", "")
    stated = body.replace("<head>", f"<head><meta charset='{charset}'>").encode(charset)
    assert text in read_article(stated, {"content-type": "text/html"})
    said = {"content-type": f"text/html; charset={charset}"}
    assert text in read_article(body.encode(charset), said)


def test_a_long_article_is_cut_off():
    body = page("\n".join(f"Line {n} of a very long story about testers." for n in range(5_000)))
    assert len(read_article(body, {})) == MAX_TEXT


@pytest.mark.parametrize("mark", ["\x00", "&#8;", "&#x1b;", "&#xFFFF;", "&#127;"])
def test_what_can_not_be_printed_is_left_out_and_the_rest_is_read(mark):
    text = read_article(page(words(1)).replace(b"Acme", f"Ac{mark}me".encode()), {})
    assert words(1) in text


def test_halves_of_characters_can_be_stored():
    read_article(page(words(1)).replace(b"Acme", b"Ac&#xD800;me"), {}).encode()
