import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.foreign_text import first_words, host_of, plain, safe_link


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example/x",
        "https:///nohost",
        "https://",
        "http:evil",
        "https://user:pw@evil.example/",
        "https://bank.example@evil.example/",
        "https://evil.example/a b",
        "https://evil.example/\u202egpj.exe",
        "https://evil.example\\@bank.example/",
        "https://evil.example:port/",
        "https://[::1",
        "https://x.example/" + "a" * 3000,
        "mailto:a@b.example",
        "",
        None,
    ],
)
def test_link_that_could_harm_is_refused(url):
    assert safe_link(url) is None
    assert host_of(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a?b=c&d=%22#e",
        "http://example.com:8080/",
        "HTTPS://EXAMPLE.com/",
        "https://example.com/it's-<b>",
        "https://münchen.example/straße",
    ],
)
def test_web_link_passes_unchanged(url):
    assert safe_link(url) == url


def test_site_is_named_without_www():
    assert host_of("https://www.example.com/x") == "example.com"


def test_direction_overrides_and_control_characters_are_stripped():
    assert plain("a\u202eb\u2066c\u200ed\x00e\u00adf\ufeff") == "abcdef"


def test_emoji_joined_by_zero_width_joiners_stay_whole():
    assert plain("👩\u200d👩\u200d👧 hi") == "👩\u200d👩\u200d👧 hi"


def test_white_space_of_any_kind_becomes_one_blank():
    assert plain("  a\u00a0\n\t\u2003b \r\n") == "a b"


def test_title_goes_before_text_and_addresses_are_left_out():
    assert first_words("Title", "text") == "Title"
    assert first_words(" ", "see https://a.example/x now") == "see now"
    assert first_words(None, "https://a.example/x") == "https://a.example/x"
    assert first_words(None, None) == ""


def test_long_text_is_cut_between_words():
    words = first_words(None, "word " * 100, longest=22)
    assert words == "word word word word…"


@given(st.text(), st.text())
def test_any_text_comes_out_short_and_harmless(title, text):
    words = first_words(title, text)
    assert len(words) <= 141
    assert all(
        unicodedata.category(c) not in {"Cc", "Cs"} and c not in "\u202a\u202b\u202d\u202e\u2066"
        for c in words
    )


@given(st.text())
def test_any_address_is_either_refused_or_plainly_http(url):
    safe = safe_link(url)
    assert safe is None or safe.lower().startswith(("http://", "https://"))
