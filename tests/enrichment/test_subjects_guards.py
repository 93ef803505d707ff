"""What depends on more than one text: titles, platforms, employees, subjects beside each other."""

import pytest

from collectors.watchlist import Subject
from enrichment.matching.subjects import SubjectMatcher

ACME = Subject(
    id="acme",
    name="Acme",
    facet="brand",
    terms=("Acme",),
    context=("bier",),
    exclude=("Acme Corporation", "tekenfilm"),
    handles={"x": ("acmebeer",), "reddit": ("acme_official",)},
)
CONSENT = {
    "given_at": "2026-01-15",
    "purpose": "brand monitoring",
    "platforms": ["x", "mastodon"],
    "notice": "v3",
    "proof": "form 2026-014",
}
AN = Subject.model_validate(
    {
        "id": "an",
        "name": "An Peeters",
        "facet": "employee",
        "handles": {"mastodon": ["an@mastodon.example"], "x": ["anpeeters"]},
        "consent": CONSENT,
    }
)


def places(matcher: SubjectMatcher, **fields: str | None) -> list[tuple[str, str, str]]:
    return [(m.subject, m.field, m.form) for m in matcher.find_in(**{"title": None} | fields)]


def test_context_in_the_title_serves_the_text_and_the_other_way_round():
    matcher = SubjectMatcher([ACME])

    assert places(matcher, title="Bier terug", text="Acme meldt") == [("acme", "text", "Acme")]
    assert places(matcher, title="Acme meldt", text="bier terug") == [("acme", "title", "Acme")]
    assert places(matcher, title="Nieuws", text="Acme meldt") == []


def test_exclude_phrase_in_the_title_rules_out_the_text_too():
    matcher = SubjectMatcher([ACME])

    assert places(matcher, title="Tekenfilm", text="Acme en bier") == []


def test_exclude_phrase_with_the_name_leaves_the_other_field_alone():
    matcher = SubjectMatcher([ACME])

    found = places(matcher, title="Acme Corporation", text="Acme en bier")

    assert found == [("acme", "text", "Acme")]


def test_spans_count_from_the_beginning_of_their_own_field():
    title, text = "Over bier: Acme", "Bij Acme"

    found = SubjectMatcher([ACME]).find_in(title=title, text=text)

    assert [(m.start, m.end) for m in found] == [(11, 15), (4, 8)]


def test_empty_title_is_no_title():
    assert places(SubjectMatcher([ACME]), title="", text="Acme bier") == [("acme", "text", "Acme")]


@pytest.mark.parametrize(
    ("platform", "is_found"), [(None, True), ("reddit", True), ("feed", True), ("x", False)]
)
def test_account_of_another_platform_is_someone_else_where_we_have_our_own(platform, is_found):
    found = SubjectMatcher([ACME]).find_in(
        title=None, text="dank @acme_official", platform=platform
    )

    assert bool(found) == is_found


@pytest.mark.parametrize(
    ("platform", "text", "is_found"),
    [
        ("x", "dank @anpeeters", True),
        ("mastodon", "dank @anpeeters", False),
        ("feed", "dank @anpeeters", False),
        (None, "dank @anpeeters", True),
        ("mastodon", "dank @an@mastodon.example", True),
        ("mastodon", "dank @an", False),
        (None, "dank @an@other.example", False),
    ],
)
def test_employees_account_counts_on_its_own_platform_only(platform, text, is_found):
    assert bool(SubjectMatcher([AN]).find_in(title=None, text=text, platform=platform)) == is_found


def test_every_subject_keeps_its_own_match_of_the_same_words():
    air = Subject(id="air", name="Tern Air", facet="brand", terms=("Tern Air",))
    bird = Subject(id="bird", name="Tern", facet="brand", terms=("Tern",))
    rival = Subject(id="rival", name="Tern", facet="brand", terms=("tern",))

    found = SubjectMatcher([air, bird, rival]).find("Tern Air")

    assert [(m.subject, m.form) for m in found] == [
        ("air", "Tern Air"),
        ("bird", "Tern"),
        ("rival", "Tern"),
    ]


def test_names_with_signs_before_them_are_hashtags_accounts_and_cashtags():
    subject = Subject(id="s", name="S", facet="brand", terms=("#vexafail", "@vexa", "$VXA"))
    matcher = SubjectMatcher([subject])

    found = matcher.find("#VexaFail vexafail @vexa vexa $VXA VXA $VXAB")

    assert [(m.form, m.rule) for m in found] == [
        ("#VexaFail", "hashtag"),
        ("@vexa", "handle"),
        ("$VXA", "hashtag"),
    ]


def test_account_may_be_configured_with_its_prefix_or_as_an_address():
    handles = {"x": ("@vexa_be",), "reddit": ("/u/vexa_nl",), "mastodon": ("@vexa_eu@m.example",)}
    subject = Subject(id="s", name="S", facet="brand", handles=handles)

    found = SubjectMatcher([subject]).find(
        "@vexa_be u/vexa_nl @vexa_eu@m.example @vexa_eu@x.example"
    )

    assert [m.form for m in found] == ["@vexa_be", "u/vexa_nl", "@vexa_eu@m.example"]


def test_domain_may_be_configured_as_an_address_and_is_found_in_both_spellings():
    subject = Subject(
        id="s", name="S", facet="brand", domains=("https://www.Vexa.example/", "mühle.example")
    )

    found = SubjectMatcher([subject]).find(
        "VEXA.example xn--mhle-0ra.example mühle.example muhle.example"
    )

    assert [m.form for m in found] == ["VEXA.example", "xn--mhle-0ra.example", "mühle.example"]


def test_names_without_letter_or_digit_find_nothing():
    subject = Subject(id="s", name="S", facet="brand", terms=("!!!", "🍎", "-"))

    assert SubjectMatcher([subject]).find("!!! 🍎 - wow") == []


def test_nothing_to_look_for_finds_nothing():
    assert SubjectMatcher([]).find("Acme") == []
