"""In which ways a configured name is looked for."""

import pytest

from enrichment.matching.written_forms import written_forms


@pytest.mark.parametrize(
    ("name", "running_text", "tags"),
    [
        ("Acme", {"acme"}, set()),
        ("Acme Bier", {"acme bier", "acmebier"}, set()),
        ("Coca-Cola", {"coca cola", "coca  cola", "coca   cola", "cocacola"}, set()),
        ("C&A", {"c&a", "c & a"}, set()),
        ("AT&T", {"at&t", "at & t"}, {"att"}),
        ("S.A.", {"s.a."}, set()),
        ("No Go", {"no go"}, {"nogo"}),
        ("D'Ieteren", {"d'ieteren", "d ieteren", "dieteren"}, set()),
        ("Dr. Oetker", {"dr. oetker", "dr.oetker", "dr oetker", "droetker"}, set()),
        ("Dr Oetker", {"dr oetker", "dr. oetker", "dr.oetker", "droetker"}, set()),
        ("'t Anker", {"'t anker", "t anker"}, set()),
        ("B-12", {"b 12", "b  12", "b   12", "b12"}, set()),
        ("AC/DC", {"ac/dc", "ac / dc"}, {"acdc"}),
        (".NET", {".net"}, set()),
        ("Yahoo!", {"yahoo!", "yahoo !"}, set()),
        ("C++", {"c++"}, set()),
        ("Vexa--3", {"vexa 3", "vexa  3", "vexa    3", "vexa      3", "vexa3"}, set()),
        ("  ", set(), set()),
    ],
)
def test_name_is_written_with_and_without_its_signs(name, running_text, tags):
    forms = written_forms(name)

    assert {form.words for form in forms if not form.is_tag} == running_text
    assert {form.words for form in forms if form.is_tag} == tags


def test_and_is_a_word_in_four_languages():
    words = {form.words for form in written_forms("Marks & Spencer")}

    assert {f"marks {word} spencer" for word in ("&", "and", "en", "et", "und")} <= words
    assert words == words | {form.words for form in written_forms("Marks and Spencer")}


def test_halves_of_a_camel_cased_name_need_their_capitals():
    assert [f.words for f in written_forms("MediaMarkt") if f.is_split] == ["media markt"]
    assert not any(form.is_split for form in written_forms("iPhone"))


def test_configured_spelling_comes_first():
    assert written_forms("Dr. Oetker")[0].words == "dr. oetker"
