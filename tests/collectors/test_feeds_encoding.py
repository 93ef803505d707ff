# ruff: noqa: RUF001 - the words of other scripts look like ours, and are meant
"""Characters: the best text from bytes, whatever is declared about them."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.feed_encoding import decode_feed

WEST = "Émile kocht één café in Köln"
TYPOGRAPHY = "Émile’s café — “één” bier … €5"


def document(text: str, declared: str | None) -> str:
    declaration = f"<?xml version='1.0' encoding='{declared}'?>" if declared else ""
    return f"{declaration}<rss><title>{text}</title></rss>"


CASES = {
    "as declared": (WEST, "utf-8", "utf-8", "application/xml"),
    "nothing declared": (TYPOGRAPHY, "utf-8", None, ""),
    "declared by HTTP alone": (WEST, "cp1252", None, "text/xml; charset=windows-1252"),
    "declared by XML alone": (WEST, "latin-1", "iso-8859-1", "application/xml"),
    "latin-1 declared UTF-8": (WEST, "latin-1", "utf-8", ""),
    "latin-1 declared UTF-8 twice": (WEST, "latin-1", "utf-8", "text/xml; charset=utf-8"),
    "windows-1252 declared UTF-8": (TYPOGRAPHY, "cp1252", "utf-8", "text/xml; charset=utf-8"),
    "windows-1252 declared latin-1": (TYPOGRAPHY, "cp1252", "iso-8859-1", ""),
    "HTTP says ASCII": (TYPOGRAPHY, "utf-8", "utf-8", "text/xml; charset=us-ascii"),
    "HTTP says latin-1": (TYPOGRAPHY, "utf-8", "utf-8", "text/xml; charset=ISO-8859-1"),
    "both say latin-1": (TYPOGRAPHY, "utf-8", "iso-8859-1", "text/xml; charset=iso-8859-1"),
    "HTTP says ASCII by default": (TYPOGRAPHY, "utf-8", "utf-8", "text/xml"),
    "one letter of UTF-8": ("é", "utf-8", "iso-8859-1", "text/xml; charset=latin1"),
    "unknown name": (TYPOGRAPHY, "utf-8", "utf8mb4", "text/xml; charset=none"),
    "Python's own name": (TYPOGRAPHY, "utf-8", "punycode", "text/xml; charset=unicode_escape"),
    "no text encoding": (TYPOGRAPHY, "utf-8", "base64", ""),
    "quoted": (WEST, "latin-1", None, 'text/xml; charset="ISO-8859-1"'),
    "Cyrillic": ("Пиво отзывают", "cp1251", "windows-1251", ""),
    "Greek": ("Ανάκληση μπύρας", "iso8859-7", "iso-8859-7", ""),
    "Turkish": ("Şişe ığdır", "cp1254", "iso-8859-9", ""),
    "Chinese": ("啤酒召回公告，请注意", "gb18030", "gb2312", ""),
    "Chinese that may pass for UTF-8": ("联通", "gbk", "gb2312", ""),
    "Japanese": ("ビールを回収", "shift_jis", "Shift_JIS", ""),
    "Japanese in ASCII bytes": ("ビールを回収", "iso2022_jp", "ISO-2022-JP", ""),
    "Korean": ("맥주 회수", "euc_kr", "euc-kr", ""),
    "UTF-16 with a mark": (TYPOGRAPHY, "utf-16", "utf-16", ""),
    "UTF-16 without a mark": (TYPOGRAPHY, "utf-16-le", "utf-16", ""),
    "UTF-32 without a mark": (TYPOGRAPHY, "utf-32-be", None, ""),
    "UTF-8 declared UTF-16": (TYPOGRAPHY, "utf-8", "utf-16", ""),
    "UTF-8 with a mark": (TYPOGRAPHY, "utf-8-sig", "iso-8859-1", "text/xml; charset=ascii"),
}


@pytest.mark.parametrize(
    ("text", "encoding", "declared", "content_type"), CASES.values(), ids=CASES.keys()
)
def test_words_are_read_whatever_is_declared(text, encoding, declared, content_type):
    content = document(text, declared).encode(encoding)
    assert f"<title>{text}</title>" in decode_feed(content, content_type)


def test_one_bad_byte_does_not_spoil_the_rest():
    content = document(TYPOGRAPHY, "utf-8").encode() + b"<p>caf\xc3</p>"
    text = decode_feed(content)
    assert TYPOGRAPHY in text
    assert "<p>caf\ufffd</p>" in text


def test_a_character_cut_in_two_at_the_end_is_survived():
    assert TYPOGRAPHY in decode_feed(document(TYPOGRAPHY, "utf-8").encode() + "é".encode()[:1])


def test_what_xml_forbids_and_what_stands_before_it_is_left_out():
    assert decode_feed(codecs.BOM_UTF8 + b"\r\n \x00<rss>a\x0bb\x08</rss>") == "<rss>ab</rss>"


@given(st.binary(), st.text())
def test_any_bytes_give_text(content, content_type):
    decode_feed(content, content_type).encode("utf-8")
