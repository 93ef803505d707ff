"""Each mistake in a watchlist says where it is and what to do."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from collectors.configuration.folder import load_configuration
from collectors.watchlist import Subject
from tests.collectors.configured import (
    GOOD_EMPLOYEE,
    GOOD_SUBJECT,
    NOW,
    configured,
    mistakes_of,
    warnings_of,
)

BROKEN_WATCHLISTS = {
    "unknown key": (
        GOOD_SUBJECT + 'hashtgs = ["x"]',
        "subject[0].hashtgs",
        "unknown key, did you mean 'hashtags'?",
    ),
    "key by another name": (
        GOOD_SUBJECT + 'aliases = ["x"]',
        "subject[0].aliases",
        "did you mean 'terms'?",
    ),
    "key like no other": (GOOD_SUBJECT + "zzz = 1", "subject[0].zzz", "known keys: id, name"),
    "list expected": (
        GOOD_SUBJECT.replace('["Acme"]', '"Acme"'),
        "subject[0].terms",
        'must be a list, write terms = ["Acme"]',
    ),
    "text expected": (
        GOOD_SUBJECT.replace('name = "Acme"', "name = 7"),
        "subject[0].name",
        "must be text, not a number",
    ),
    "text in a list expected": (
        GOOD_SUBJECT.replace('["Acme"]', '["Acme", 2026-01-01]'),
        "subject[0].terms[1]",
        "must be text, not a date",
    ),
    "table expected": (
        GOOD_SUBJECT.replace('{ x = ["acme"], mastodon = ["acme@mastodon.example"] }', '["acme"]'),
        "subject[0].handles",
        'must be a table, write handles = { x = ["acme"] }',
    ),
    "single brackets": (
        GOOD_SUBJECT.replace("[[subject]]", "[subject]"),
        "subject",
        "write [[subject]] with double brackets",
    ),
    "no id": (GOOD_SUBJECT.replace('id = "acme"\n', ""), "subject[0].id", "is missing, write id ="),
    "id with capitals": (
        GOOD_SUBJECT.replace('id = "acme"', 'id = "Acmé Bier"'),
        "subject[0].id",
        'write for instance "acme-bier"',
    ),
    "id twice": (
        GOOD_SUBJECT + GOOD_SUBJECT,
        "subject[1].id",
        "is the id of subject[0], too, give each subject an id of its own",
    ),
    "empty term": (
        GOOD_SUBJECT.replace('["Acme"]', '["Acme", "  "]'),
        "subject[0].terms[1]",
        "must not be empty",
    ),
    "endless term": (
        GOOD_SUBJECT.replace('["Acme"]', f'["{"a" * 300}"]'),
        "subject[0].terms[0]",
        "must not be longer than 200 characters",
    ),
    "unknown facet": (
        GOOD_SUBJECT.replace('"brand"', '"brnd"'),
        "subject[0].facet",
        "did you mean 'brand'? (allowed: brand, company, employee, organisation)",
    ),
    "facet of a wrong type": (
        GOOD_SUBJECT.replace('"brand"', "7"),
        "subject[0].facet",
        "a number is not allowed, write one of: brand, company",
    ),
    "unknown relation": (
        GOOD_SUBJECT.replace('"brand"', '"organisation"\nrelation = "competitors"'),
        "subject[0].relation",
        "did you mean 'competitor'?",
    ),
    "organisation without relation": (
        GOOD_SUBJECT.replace('"brand"', '"organisation"'),
        "subject[0].relation",
        'write relation = "customer", "supplier", "prospect" or "competitor"',
    ),
    "relation of a brand": (
        GOOD_SUBJECT + 'relation = "customer"',
        "subject[0].relation",
        'belongs to facet = "organisation" only',
    ),
    "unit of a brand": (
        GOOD_SUBJECT + 'unit = "sales"',
        "subject[0].unit",
        'belongs to facet = "employee" only',
    ),
    "nothing to look for": (
        '[[subject]]\nid = "acme"\nname = "Acme"\nfacet = "brand"',
        "subject[0].terms",
        "give at least one of terms, hashtags, domains, handles",
    ),
    "handle on an unknown platform": (
        GOOD_SUBJECT.replace("mastodon =", "mastadon ="),
        "subject[0].handles.mastadon",
        "unknown platform, did you mean 'mastodon'?",
    ),
    "handle on the platform's old name": (
        GOOD_SUBJECT.replace("{ x =", "{ twitter ="),
        "subject[0].handles.twitter",
        "did you mean 'x'?",
    ),
    "handle with a space": (
        GOOD_SUBJECT.replace('x = ["acme"]', 'x = ["acme", "acme bier"]'),
        "subject[0].handles.x[1]",
        "a handle on x has 1 to 15 letters, digits and _",
    ),
    "handle that is an address": (
        GOOD_SUBJECT.replace('x = ["acme"]', 'x = ["https://x.com/acme?lang=nl"]'),
        "subject[0].handles.x[0]",
        'write the handle, "acme"',
    ),
    "handles without list": (
        GOOD_SUBJECT.replace('x = ["acme"]', 'x = "acme"'),
        "subject[0].handles.x",
        'write x = ["acme"]',
    ),
    "domain with scheme and path": (
        GOOD_SUBJECT.replace('"acme.example"', '"https://acme.example/shop"'),
        "subject[0].domains[0]",
        "write 'acme.example' without https://",
    ),
    "domain with placeholder": (
        GOOD_SUBJECT.replace('"acme.example"', '"*.acme.example"'),
        "subject[0].domains[0]",
        "write 'acme.example': its subdomains are found as well",
    ),
    "domain without dot": (
        GOOD_SUBJECT.replace('"acme.example"', '"acme"'),
        "subject[0].domains[0]",
        "is no domain, write it like 'acme.example'",
    ),
    "hashtag with a space": (
        GOOD_SUBJECT + 'hashtags = ["acme fail"]',
        "subject[0].hashtags[0]",
        'has a space, write "acmefail"',
    ),
    "empty hashtag": (
        GOOD_SUBJECT + 'hashtags = ["#"]',
        "subject[0].hashtags[0]",
        "must not be empty, write the tag without #",
    ),
    "employee without consent": (
        GOOD_EMPLOYEE[: GOOD_EMPLOYEE.index("consent")],
        "subject[0].consent",
        "an employee without consent is refused, write consent = { given_at",
    ),
    "consent that is only true": (
        GOOD_EMPLOYEE[: GOOD_EMPLOYEE.index("consent")] + "consent = true",
        "subject[0].consent",
        "must be a table, write consent = { given_at",
    ),
    "consent without proof": (
        GOOD_EMPLOYEE.replace(', proof = "form 2026-014"', ""),
        "subject[0].consent.proof",
        "is missing, write proof =",
    ),
    "consent for no platform": (
        GOOD_EMPLOYEE.replace('platforms = ["mastodon"]', "platforms = []"),
        "subject[0].consent.platforms",
        'must not be empty, write platforms = ["mastodon"]',
    ),
    "consent for an unknown platform": (
        GOOD_EMPLOYEE.replace('platforms = ["mastodon"]', 'platforms = ["mastodon", "instagrm"]'),
        "subject[0].consent.platforms[1]",
        "unknown platform, did you mean 'instagram'?",
    ),
    "consent given on no date": (
        GOOD_EMPLOYEE.replace("2026-01-15", '"15/01/2026"'),
        "subject[0].consent.given_at",
        "must be a date, write for instance 2026-01-15",
    ),
    "consent given in a bare year": (
        GOOD_EMPLOYEE.replace("2026-01-15", "2026"),
        "subject[0].consent.given_at",
        "must be a date",
    ),
    "consent given tomorrow": (
        GOOD_EMPLOYEE.replace("2026-01-15", "2026-11-24"),
        "subject[0].consent.given_at",
        "lies in the future: there is no consent yet",
    ),
    "consent withdrawn before it was given": (
        GOOD_EMPLOYEE.replace('"form 2026-014"', '"form", withdrawn_at = 2026-01-14'),
        "subject[0].consent.withdrawn_at",
        "lies before given_at",
    ),
    "handle on X without consent for X": (
        GOOD_EMPLOYEE.replace("{ mastodon = ", '{ x = ["an"], mastodon = '),
        "subject[0].handles.x",
        'X needs explicit consent for X, remove the handle, or obtain the consent and add "x"',
    ),
    "consent of a brand": (
        GOOD_SUBJECT + GOOD_EMPLOYEE[GOOD_EMPLOYEE.index("consent") :],
        "subject[0].consent",
        'belongs to facet = "employee" only',
    ),
    "nothing at all": ("", "subject", "is missing, write [[subject]]"),
    "empty list": ("subject = []", "subject", "must not be empty, write [[subject]]"),
    "other table": (GOOD_SUBJECT + "[[subjects]]\nid = 1", "subjects", "did you mean 'subject'?"),
    "key that needs quotes": (
        GOOD_SUBJECT + '"a b" = 1',
        'subject[0]."a b"',
        "unknown key",
    ),
    "no value": ("[[subject]]\nid =\n", "line 2, column 5", "text stands in double quotes"),
    "value without quotes": ("[[subject]]\nid = acme\n", "line 2, column 6", "in double quotes"),
    "same key twice": ('a = 1\na = "2"\n', "line 2, column 8", "the same key is given twice"),
    "table over two lines": (
        GOOD_SUBJECT.replace("{ x = ", "{\n x = "),
        "line 7, column 12",
        "an inline table { … } stands on one line",
    ),
    "open text": ('[[subject]]\nid = "acme\n', "line 2, column 11", "ends on the line"),
    "open list": ('[[subject]]\nterms = ["a"', "line 2", "a list ends with ]"),
}


@pytest.mark.parametrize(
    ("watchlist", "path", "words"), BROKEN_WATCHLISTS.values(), ids=BROKEN_WATCHLISTS
)
def test_mistake_in_the_watchlist_is_named_with_its_path_and_what_to_do(
    tmp_path, watchlist, path, words
):
    (mistake,) = mistakes_of(configured(tmp_path / "config", watchlist=watchlist))
    assert mistake.path == path
    assert words in str(mistake)
    assert str(mistake).startswith(f"{tmp_path}/config/watchlist.toml: {path}: ")


DOUBTFUL = {
    "short term": (
        GOOD_SUBJECT.replace('["Acme"]', '["Acme", "AB"]'),
        "subject[0].terms[1]",
        "is very short",
    ),
    "term without letters": (
        GOOD_SUBJECT.replace('["Acme"]', '["Acme", "!!!"]'),
        "subject[0].terms[1]",
        "has no letter or digit",
    ),
    "term with a star": (
        GOOD_SUBJECT.replace('["Acme"]', '["Acme*"]'),
        "subject[0].terms[0]",
        "all written forms are found",
    ),
    "term that is a hashtag": (
        GOOD_SUBJECT.replace('["Acme"]', '["#Acme"]'),
        "subject[0].terms[0]",
        "use hashtags or handles",
    ),
    "term of two subjects": (
        GOOD_SUBJECT
        + '[[subject]]\nid = "other"\nname = "O"\nfacet = "company"\nterms = ["ÁCME "]',
        "subject[1].terms[0]",
        'the same term stands at "acme"',
    ),
    "handle of two subjects": (
        GOOD_SUBJECT
        + '[[subject]]\nid = "other"\nname = "O"\nfacet = "company"\nhandles = { x = ["@ACME"] }',
        "subject[1].handles.x[0]",
        'the same x handle stands at "acme"',
    ),
    "term that is excluded": (
        GOOD_SUBJECT + 'exclude = ["acme"]',
        "subject[0].exclude[0]",
        "never found",
    ),
    "withdrawn consent": (
        GOOD_SUBJECT + GOOD_EMPLOYEE.replace('"form 2026-014"', '"f", withdrawn_at = 2026-09-01'),
        "subject[1].consent.withdrawn_at",
        "this employee is not watched any more",
    ),
    "handle where there is no consent": (
        GOOD_EMPLOYEE.replace("{ mastodon = ", '{ bluesky = ["an.example"], mastodon = '),
        "subject[0].handles.bluesky",
        "there is no consent for bluesky",
    ),
}


@pytest.mark.parametrize(("watchlist", "path", "words"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_doubtful_watchlist_is_accepted_with_a_warning(tmp_path, watchlist, path, words):
    warnings = warnings_of(configured(tmp_path, watchlist=watchlist))
    assert list(warnings) == [path]
    assert words in warnings[path]


def test_short_name_in_a_script_without_letters_is_no_warning(tmp_path):
    watchlist = GOOD_SUBJECT.replace('["Acme"]', '["東芝"]')
    assert warnings_of(configured(tmp_path, watchlist=watchlist)) == {}


def test_withdrawn_consent_ends_the_watching_and_a_later_one_does_not_yet(tmp_path):
    withdrawn = GOOD_EMPLOYEE.replace('"form 2026-014"', '"f", withdrawn_at = 2026-09-01')
    watchlist = load_configuration(configured(tmp_path, GOOD_SUBJECT + withdrawn), NOW).watchlist
    assert [s.id for s in watchlist.watched("mastodon", NOW)] == ["acme"]
    before = datetime(2026, 8, 31, 23, 59, tzinfo=UTC)
    assert [s.id for s in watchlist.watched("mastodon", before)] == ["acme", "an"]
    assert [s.id for s in watchlist.watched("x", before)] == ["acme"]


def test_subject_built_in_code_breaks_on_the_same_rules():
    employee = {"id": "an", "name": "An", "facet": "employee", "terms": ["An"]}
    with pytest.raises(ValidationError, match="an employee without consent is refused"):
        Subject.model_validate(employee)
    consent = {"given_at": "2026-01-15", "purpose": "p", "notice": "v1", "proof": "f"}
    consented = employee | {"consent": consent | {"platforms": ["mastodon"]}}
    with pytest.raises(ValidationError, match="X needs explicit consent for X"):
        Subject.model_validate(consented | {"handles": {"x": ["an"]}})
    subject = Subject.model_validate(consented | {"hashtags": ["#an"]})
    assert subject.hashtags == ("an",)
