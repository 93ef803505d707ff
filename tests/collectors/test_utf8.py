"""Bytes that should be UTF-8 and are not quite."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.web.utf8 import json_in_utf8, nearly_utf8

NEARLY = {
    "utf-8": ("café 🍺".encode(), "café 🍺"),
    "latin-1": ("café, à côté".encode("latin-1"), "café, à côté"),
    "windows-1252": ("“5 €”".encode("cp1252"), "“5 €”"),
    "no character of windows-1252": (b"caf\xe9 \x81", "café \x81"),
    "half a character at the end": ("café über à la carte é".encode()[:-1], "café über à la carte �"),
    "one bad byte among Cyrillic": ("привет ".encode() + b"\xff", "привет �"),
    "nothing": (b"", ""),
}  # fmt: skip


@pytest.mark.parametrize(("content", "text"), NEARLY.values(), ids=NEARLY)
def test_what_can_be_read_is_read(content, text):
    assert nearly_utf8(content) == text


@given(st.text(), st.sampled_from(["utf-8", "utf-8-sig"]))
def test_json_in_utf8_stays_as_it_is_without_its_mark(text, encoding):
    written = json.dumps(text, ensure_ascii=False).encode("utf-8", "replace")
    mark = b"" if encoding == "utf-8" else b"\xef\xbb\xbf"
    assert json_in_utf8(mark + written) == written


@given(st.binary())
def test_no_bytes_break_the_reading(content):
    read = json_in_utf8(content)
    assert b"\x00" in read or read.decode().encode() == read


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-16-le"])
def test_wider_encodings_are_left_to_the_reader_of_json(encoding):
    assert json.loads(json_in_utf8('{"a": "é"}'.encode(encoding))) == {"a": "é"}
