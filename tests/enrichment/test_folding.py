# ruff: noqa: RUF001 - letters that look like others are what is tested
"""Folding keeps the way back to every original character."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from enrichment.matching.folding import Folded, fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ACMÉ", "acme"),
        ("Ａｃｍｅ", "acme"),
        ("Straße ẞ", "strasse ss"),
        ("ﬁn", "fin"),
        ("İstanbul ISTANBUL ıstanbul", "istanbul istanbul istanbul"),
        ("cafe\u0301", "cafe"),
        ("Ac\u200bm\u00ade\ufeff", "acme"),
        ("d’Or d‘Or d`Or d´Or", "d'or d'or d'or d'or"),
        ("a\u2011b\u2013c", "a-b-c"),
        ("a\u00a0b\u202fc\u3000d", "a b c d"),
        ("a  b\r\nc \n d", "a b c d"),
        ("a\n\nb", "a\vb"),
        ("Coca-\n  Cola", "coca-cola"),
        ("H&amp;M &eacute; &#39; &bogus; &", "h&m e ' &bogus; &"),
        ("Acme™ Bier® x² H₂O", "acme bier x^ h2o"),
        ("ℹ️Acme 1️⃣", "*acme 1*"),
        ("“a” «b» „c“", '"a" "b" "c"'),
        ("🍺 € …", "* * *"),
        ("\ud800", "*"),
        ("Œuvre Ørsted Łódź æ", "oeuvre orsted lodz ae"),
        ("ΑΚΜΗΣ ακμής", "ακμησ ακμησ"),
    ],
)
def test_text_is_written_in_one_way(text, folded):
    assert fold(text) == folded


def test_hangul_and_kana_are_folded_alike_composed_or_not():
    assert fold("각") == fold("\u1100\u1161\u11a8")
    assert fold("ガ") == fold("カ\u3099") == fold("ｶﾞ") != fold("カ")


TEXTS = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("aA eé\u0301\u200b\n\t-_&;#'’\u00a0🍺ßﬁ각क्\ud800&amp;"),
    )
)


@given(TEXTS)
@example("a\u2029\u2029b")
@example("-\n-\n\n-")
@example("&amp;&#10;&#10;x")
@example("ﬁ\u200b\u200b")
def test_every_character_comes_from_somewhere_in_order(text):
    folded = Folded(text)

    assert len(folded.plain) == len(folded.search) - 1 == folded.length + 1
    assert len(folded.origins) == folded.length + 1
    assert list(folded.origins) == sorted(folded.origins)
    assert all(0 <= origin <= len(text) for origin in folded.origins)
    assert folded.origins[-1] == len(text)


@given(TEXTS, TEXTS)
def test_folding_looks_only_at_the_neighbourhood(left, right):
    assert fold(f"{left} x {right}").replace(" ", "").replace("\v", "") == (
        fold(f"{left} ") + "x" + fold(f" {right}")
    ).replace(" ", "").replace("\v", "")


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_is_folded_as_other_texts_are(text):
    assert fold(f"{text} é") == fold(f"{text} e")
