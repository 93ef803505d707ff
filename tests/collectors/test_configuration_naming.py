"""A source asks for an employee only where that employee agreed to it."""

import pytest

from collectors.configuration.folder import load_configuration
from tests.collectors.configured import (
    GOOD_EMPLOYEE,
    GOOD_SOURCE,
    GOOD_SUBJECT,
    NOW,
    configured,
    mistakes_of,
    warnings_of,
)

PEOPLE = GOOD_SUBJECT + GOOD_EMPLOYEE.replace(
    'handles = { mastodon = ["an@mastodon.example"] }',
    'terms = ["An Peeters"]\nhandles = { mastodon = ["an@mastodon.example"] }',
)
MASTODON = """\
[[source]]
name = "fediverse"
platform = "mastodon"
accounts = ["An@mastodon.example"]
"""
BLUESKY = """\
[[source]]
name = "sky"
platform = "bluesky"
credential = "sky"
accounts = ["acme.example"]
"""
X = """\
[[source]]
name = "x"
platform = "x"
credential = "x_main"
monthly_eur = 10
"""
NAMING = {
    "an account": (X + 'accounts = ["acme", "@AnPeeters"]\n', "source[0].accounts[1]"),
    "a query": (X + 'query = "acme OR \\"án peeters\\""\n', "source[0].query"),
    "a hashtag of two words": (X + 'query = "#AnPeeters"\n', "source[0].query"),
    "another platform's handle": (
        BLUESKY.replace('"acme.example"', '"anpeeters.bsky.social"'),
        "source[0].accounts[0]",
    ),
    "an address": (
        GOOD_SOURCE.replace("rss.xml", "search?q=%22An+Peeters%22"),
        "source[0].urls[0]",
    ),
}


@pytest.mark.parametrize(("sources", "path"), NAMING.values(), ids=NAMING.keys())
def test_a_source_that_names_an_employee_without_consent_for_its_platform_is_refused(
    tmp_path, sources, path
):
    mistakes = mistakes_of(configured(tmp_path, PEOPLE, sources))
    assert [(m.file.endswith("sources.toml"), m.path) for m in mistakes] == [(True, path)]
    assert "consent doesn't cover" in mistakes[0].message
    assert "consent.platforms" in mistakes[0].suggestion


@pytest.mark.parametrize(
    "sources",
    [MASTODON, X + 'accounts = ["acme"]\n', GOOD_SOURCE],
    ids=["consent", "brand", "feed"],
)
def test_what_consent_covers_or_names_nobody_is_right(tmp_path, sources):
    assert load_configuration(configured(tmp_path, PEOPLE, sources), NOW).sources.source


def test_after_a_withdrawal_the_account_is_a_warning_and_no_mistake(tmp_path):
    withdrawn = PEOPLE.replace('proof = "form', 'withdrawn_at = 2026-11-01, proof = "form')
    warning = warnings_of(configured(tmp_path, withdrawn, MASTODON))["source[0].accounts[0]"]
    assert "remove it, before the employee leaves the watchlist" in warning


def test_a_source_is_not_named_after_an_employee(tmp_path):
    sources = MASTODON.replace('"fediverse"', '"an-peeters"')
    (mistake,) = mistakes_of(configured(tmp_path, PEOPLE, sources))
    assert (mistake.path, mistake.suggestion) == ("source[0].name", "name what is asked, not who")
