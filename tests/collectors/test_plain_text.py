"""HTML to plain text: what a reader sees, in linear time, whatever comes in."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.web.plain_text import one_line, plain_text

CASES = {
    "nothing": ("", ""),
    "words": ("Acme brews beer", "Acme brews beer"),
    "space at the ends": ("  Acme \n", "Acme"),
    "runs of space": ("Acme \t\r\n  brews", "Acme brews"),
    "inline elements join": ("Ac<b>me</b> <i>brews</i>", "Acme brews"),
    "paragraphs": ("<p>One</p><p>Two</p>", "One\nTwo"),
    "paragraphs never closed": ("<p>One<p>Two", "One\nTwo"),
    "text beside a paragraph": ("One<p>Two</p>Three", "One\nTwo\nThree"),
    "break": ("One<br>Two<br/>Three<BR />Four", "One\nTwo\nThree\nFour"),
    "breaks in a row": ("One<br><br>\n<br>Two", "One\nTwo"),
    "headline": ("<h1>Recall</h1>Acme recalls", "Recall\nAcme recalls"),
    "list": ("<ul><li>One</li><li>Two</li></ul>", "One\nTwo"),
    "table": ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
    "definition list": ("<dl><dt>Acme</dt><dd>brewer</dd></dl>", "Acme\nbrewer"),
    "rule": ("One<hr>Two", "One\nTwo"),
    "preformatted lines": ("<pre>One\n  Two</pre> a\nb", "One\nTwo\na b"),
    "link text is kept": ('See <a href="https://x.example">the test</a>.', "See the test."),
    "image has no words": ('One <img src="a.png" alt="x"> two', "One two"),
    "attribute with >": ('<a title="a > b">Acme</a>', "Acme"),
    "attribute with quotes": ("<a title='say \"x\"'>Acme</a>", "Acme"),
    "apostrophe in a bare attribute": ("<a title=it's>Acme's</a> beer", "Acme's beer"),
    "attribute over lines": ('<a\n href="x"\n class=y\n>Acme</a>', "Acme"),
    "quote never closed": ('<a href="x>Acme</a> beer', "Acme beer"),
    "tag cut at the end": ('Acme brews <a href="http', "Acme brews"),
    "entities": ("Tom &amp; Jerry &lt;3 caf&eacute; &#8364;5 &#x1F37A;", "Tom & Jerry <3 café €5 🍺"),
    "entities without semicolon": ("AT&ampT &copy 2026", "AT&T © 2026"),
    "entities decoded once": ("&amp;lt;b&amp;gt; &amp;amp;", "&lt;b&gt; &amp;"),
    "ampersand alone": ("R&D & AT&T", "R&D & AT&T"),
    "broken entities": ("&; &# &#x; &#99999999; &nosuch;", "&; &# &#x; \ufffd &nosuch;"),
    "half a character": ("&#xD800;a", "\ufffda"),
    "zero character": ("a&#0;b\x00c", "a\ufffdbc"),
    "control characters": ("a\x07b\x1bc", "abc"),
    "non-breaking space": ("Acme&nbsp;&nbsp;bier", "Acme bier"),
    "less-than": ("a < b and b <3 and 1<2", "a < b and b <3 and 1<2"),
    "greater-than": ("a > b -> c", "a > b -> c"),
    "comment": ("One<!-- <p>no</p> --> two", "One two"),
    "empty comments": ("a<!-->b<!--->c<!---->d", "abcd"),
    "comment closed oddly": ("a<!-- x --!>b", "ab"),
    "comment never closed": ("One<!-- two", "One"),
    "conditional comment": ("<!--[if gte mso 9]><xml>no</xml><![endif]-->One", "One"),
    "script": ("One<script>alert('no')</script> two", "One two"),
    "script in capitals": ("One<SCRIPT type=x>no</Script > two", "One two"),
    "script that writes tags": ("a<script>document.write('<p>no</p></b>')</script>b", "ab"),
    "script that names its end": ("a<script>'</scripts>' no</script>b", "ab"),
    "script never closed": ("One<script>no <p>no</p>", "One"),
    "script in a script": ("<scr<script>ipt>no</script>", "ipt>no"),
    "style": ("<style>p {color: red}</style>One", "One"),
    "style never closed": ("One<style>p { no", "One"),
    "template": ("<template><p>no</p></template>One", "One"),
    "title of a page": ("<html><head><title>no</title></head><body>One</body>", "One"),
    "title never closed": ("<title>One<p>Two", "One\nTwo"),
    "frame": ('One<iframe src="x">no</iframe> two', "One two"),
    "frame closed within itself": ('One<iframe src="x"/> two', "One two"),
    "event handler": ('<img src=x onerror="alert(1)">One', "One"),
    "doctype": ('<!DOCTYPE html PUBLIC "x">One', "One"),
    "processing instruction": ("<?xml version='1.0'?>One<?php no ?>", "One"),
    "doubled CDATA": ("<![CDATA[One <b>two</b>]]>", "One two"),
    "end tag without start": ("</p>One</div></b>", "One"),
    "empty end tag": ("One</> two", "One two"),
    "wrongly nested": ("<b><p>One</b> two</p>", "One two"),
    "unknown elements": ("<acme:beer>One</acme:beer> <x-y>two</x-y>", "One two"),
    "address in brackets": ("mail <pr@acme.example> or <https://acme.example/a>", "mail pr@acme.example or https://acme.example/a"),
    "vector picture": ("<svg><path d='M0'/></svg>One", "One"),
    "right to left": ("<p dir=rtl>שלום</p>", "שלום"),
    "emoji with joiners": ("👩\u200d💻 <b>ok</b>", "👩\u200d💻 ok"),
}  # fmt: skip


@pytest.mark.parametrize(("html", "text"), CASES.values(), ids=CASES.keys())
def test_html_becomes_what_a_reader_sees(html, text):
    assert plain_text(html) == text


@pytest.mark.parametrize(
    "text",
    ["a < b", "if (a<b && c>d) {}", "<b>not bold</b>", "AT&amp;T", "one\n  two\n\nthree", "&#38;"],
)
def test_text_that_says_it_is_plain_is_not_touched(text):
    assert plain_text(text, "text/plain") == text


def test_plain_text_has_one_kind_of_line_end_and_no_control_characters():
    assert plain_text(" a\r\nb\rc\x00\ud800 ", "text/plain") == "a\nb\nc\ufffd"


def test_title_is_one_line():
    assert one_line("<p>Acme<br>recalls</p>\n beer") == "Acme recalls beer"


@given(st.text())
def test_any_text_gives_text_that_can_be_stored(text):
    for content_type in ("text/html", "text/plain"):
        plain_text(text, content_type).encode("utf-8")


_FRAGMENTS = st.sampled_from([
    "<", ">", "</", "/>", "<!--", "-->", "<![CDATA[", "]]>", "<script", "</script", "<style>",
    "</style>", "<p", "<pre>", "</pre>", '"', "'", "=", " ", "\n", "&", "&lt", ";", "&#x", "a",
    "title", "<title>", "</title>", "\x00", "\ud800", "é", "<?", "<!", "@", "http://",
])  # fmt: skip


@given(st.lists(_FRAGMENTS, max_size=60).map("".join))
def test_no_hostile_html_breaks_the_reading(html):
    text = plain_text(html)
    assert text == text.strip()
    assert "\n\n" not in text
    text.encode("utf-8")


@given(st.lists(_FRAGMENTS, max_size=20).map("".join).filter(lambda s: "</" not in s))
def test_what_a_script_holds_is_never_text(code):
    # Inside a script a comment may hide its end: browsers then read on as we do.
    assert plain_text(f"One<script>{code}NEVER</script>Two") == "OneTwo"


@given(
    st.text(alphabet=st.characters(exclude_characters="<&\x00", exclude_categories=["Cs", "Cc"]))
)
def test_words_without_markup_stay(text):
    assert plain_text(text).split() == text.split()


HOSTILE = {
    "nested": "<div>", "nested and named": "<div class='x'>", "never ended": "<div", "open quote": '<a href="',
    "open apostrophe": "<a b='", "comments": "<!--", "declarations": "<!", "ends": "</", "titles": "<title>",
    "titles half ended": "<title></titl", "scripts": "<script></script>", "frames": "<iframe>", "lone": "<",
    "entities": "&", "half entities": "&lt", "numbers": "&#", "addresses": "<x@", "spaces": "<b> </b>",
    "lines": "<pre> \n", "cdata": "<![CDATA[", "formats": "<font size=1><p>", "words": "Acme brews. ",
}  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_megabyte_takes_linear_time(piece):
    html = piece * (1_000_000 // len(piece))
    started = time.process_time()
    plain_text(html)
    assert time.process_time() - started < 5


def test_ten_thousand_nested_elements_are_read():
    assert plain_text("<div>" * 10_000 + "Acme" + "</div>" * 10_000) == "Acme"


def test_a_megabyte_of_words_is_kept():
    words = "Acme brews beer. " * 60_000
    assert plain_text(f"<p>{words}</p>") == words.strip()


def test_no_tag_is_left_of_a_whole_page():
    page = "<html><body><div id='a'><p class=b>Acme <em>recalls</em></p></div></body></html>"
    assert not re.search(r"[<>]", plain_text(page))
