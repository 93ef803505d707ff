"""Once a consent ended its employee is asked for no more, and everything else goes on."""

import pytest

from collectors.configuration.folder import load_configuration
from collectors.readiness import NOTHING_LEFT, SourceState, find_readiness
from collectors.trying import try_streams
from tests.collectors.configured import GOOD_SUBJECT, NOW, configured, mistakes_of

ENDED = (
    GOOD_SUBJECT
    + """\
[[subject]]
id = "an"
name = "An Peeters"
facet = "employee"
unit = "sales"
terms = ["Peeters"]
handles = { x = ["an_brouwt"], mastodon = ["an@mastodon.example"] }
consent = { given_at = 2026-01-15, withdrawn_at = 2026-11-01, purpose = "brand monitoring", platforms = ["x", "mastodon", "reddit", "feed", "youtube"], notice = "v3", proof = "form" }
"""
)
CREDENTIALS = {
    "AIRFLOW_CONN_SOME": '{"conn_type": "http", "login": "a", "password": "b", "extra": {"user_agent": "c"}}'
}


def sourced(platform: str, keys: str) -> str:
    return f'[[source]]\nname = "ours"\nplatform = "{platform}"\ncredential = "some"\n{keys}\n'


def state_of(folder, sources, people=ENDED) -> SourceState:
    configuration = load_configuration(configured(folder, people, sources), NOW)
    (state,) = find_readiness(
        configuration.sources, configuration.watchlist, CREDENTIALS, now=NOW
    ).states
    return state


def told(folder, sources):
    found = load_configuration(configured(folder, ENDED, sources), NOW).warnings
    return {one.path: one.message for one in found if one.file.endswith("sources.toml")}


WORDS = {
    "an account": ("x", 'accounts = ["acme", "@An_Brouwt"]', "accounts[1]", 5, 3),
    "a query": ("x", 'query = "acme OR \\"peeters\\""\naccounts = ["acme"]', "query", 3, 2),
    "hashtags": (
        "mastodon",
        'base_url = "https://b.example"\nquery = "#beer #anpeeters"\naccounts = ["a@b.example"]',
        "query",
        3,
        1,
    ),
    "a subreddit": ("reddit", 'subreddits = ["beer", "anpeeters"]', "subreddits[1]", 4, 2),
    "an address": (
        "feed",
        'urls = ["https://a.example/rss", "https://a.example/rss?q=An+Peeters"]',
        "urls[1]",
        2,
        1,
    ),
}


@pytest.mark.parametrize(
    ("platform", "keys", "place", "before", "after"), WORDS.values(), ids=WORDS.keys()
)
def test_what_names_an_employee_whose_consent_ended_is_left_out_and_the_rest_goes_on(
    tmp_path, platform, keys, place, before, after
):
    sources = sourced(platform, keys)
    standing = ENDED.replace("2026-11-01", "2026-12-31")
    assert len(state_of(tmp_path / "before", sources, standing).streams) == before
    state = state_of(tmp_path / "after", sources)
    assert (state.why_off, len(state.streams)) == (None, after)
    asked = " ".join(f"{one.key} {dict(one.params)}" for one in state.streams).casefold()
    assert not any(word in asked for word in ("peeters", "brouwt"))
    warning = told(tmp_path / "after", sources)[f"source[0].{place}"]
    assert f"consent for {platform} ended: it is not asked" in warning


@pytest.mark.parametrize(
    ("platform", "keys"),
    [
        ("x", 'query = "from:an_brouwt"\naccounts = ["an_brouwt"]'),
        ("reddit", 'subreddits = ["anpeeters"]\naccounts = []'),
        ("feed", 'urls = ["https://a.example/rss?q=An+Peeters"]'),
    ],
)
def test_a_source_with_nothing_left_is_off_and_asks_nothing_wider_instead(tmp_path, platform, keys):
    state = state_of(tmp_path, sourced(platform, keys))
    assert (state.why_off, state.streams) == (NOTHING_LEFT, ())
    assert "this source is off" in told(tmp_path, sourced(platform, keys))["source[0].name"]


def test_a_query_of_the_watchlist_stays_though_it_holds_the_letters_of_who_left(tmp_path):
    people = ENDED.replace('terms = ["Acme"]', 'terms = ["Acme", "Peetersbier"]')
    state = state_of(tmp_path, sourced("x", 'accounts = ["an_brouwt"]'), people)
    assert ["peetersbier" in one.params["query"].casefold() for one in state.streams] == [True]


def test_a_trial_asks_for_nobody_whose_consent_ended(tmp_path):
    class Bare:
        """Lists the real streams, and answers with nothing."""

        def __init__(self, real):
            self.streams = real.streams

        def pages(self, *_):
            return iter(())

    from collectors.registry import collector_for

    sources = sourced("x", 'query = "acme"\naccounts = ["an_brouwt"]')
    configuration = load_configuration(configured(tmp_path, ENDED, sources), NOW)
    tried = try_streams(
        configuration.sources.source[0],
        collector=Bare(collector_for("x")),
        credential=None,
        watchlist=configuration.watchlist,
        clock=lambda: NOW,
        limit=1,
    )
    assert [one.stream.params.get("query") for one in tried] == ["acme"]


def test_what_no_consent_ever_covered_stays_a_mistake(tmp_path):
    sources = sourced("bluesky", 'accounts = ["an-peeters.bsky.social"]')
    (mistake,) = mistakes_of(configured(tmp_path, ENDED, sources))
    assert mistake.path == "source[0].accounts[0]"
