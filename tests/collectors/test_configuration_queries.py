"""Queries in the configuration: mistakes say where and what to do, platforms' limits are named."""

import pytest

from collectors.configuration.folder import load_configuration
from tests.collectors.configured import (
    GOOD_SOURCE,
    GOOD_SUBJECT,
    NOW,
    configured,
    mistakes_of,
    warnings_of,
)

QUERY_ONLY = '[[subject]]\nid = "orange"\nname = "Orange"\nfacet = "brand"\n'


def source(platform, name="s", **keys):
    lines = [f'{key} = "{value}"' for key, value in keys.items()]
    return "\n".join(["[[source]]", f'name = "{name}"', f'platform = "{platform}"', *lines, ""])


BROKEN = {
    "an open bracket": (
        GOOD_SUBJECT + "query = '(acme OR bier'",
        "subject[0].query",
        'the ( at character 1 is never closed, add a ) (subject "acme", line 8)',
    ),
    "no text": (GOOD_SUBJECT + "query = 7", "subject[0].query", "must be text, not a number"),
    "empty": (GOOD_SUBJECT + "query = ' '", "subject[0].query", "must not be empty"),
    "nothing that must stand there": (
        QUERY_ONLY + "query = 'NOT acme'",
        "subject[0].query",
        "name a word that must stand in the text, or give terms as well",
    ),
    "neither names nor a query": (QUERY_ONLY, "subject[0].terms", "handles, query"),
    "a test without words": (
        GOOD_SUBJECT + "must = 'Acme'",
        "subject[0].must",
        'must be a list, write must = ["Acme"]',
    ),
    "an unknown key of a test": (
        GOOD_SUBJECT + "must = [{ text = 'Acme', language = 'nl' }]",
        "subject[0].must[0].language",
        "did you mean 'lang'?",
    ),
}


@pytest.mark.parametrize(("watchlist", "path", "words"), BROKEN.values(), ids=BROKEN)
def test_broken_query_is_refused(tmp_path, watchlist, path, words):
    found = {mistake.path: str(mistake) for mistake in mistakes_of(configured(tmp_path, watchlist))}
    assert words in found[path]


def test_names_may_have_a_query_that_only_refuses(tmp_path):
    folder = configured(tmp_path, GOOD_SUBJECT + "query = 'NOT bier'")
    (subject,) = load_configuration(folder, NOW).watchlist.subject
    assert subject.query == "NOT bier"
    assert subject.has_names


BROKEN_LISTEN = {
    "beside a query": (
        source("hackernews", query="acme", listen="acme"),
        "stands beside 'query', keep one of them",
    ),
    "for a feed": (
        GOOD_SOURCE + 'listen = "acme"\n',
        "feed has no search that could be asked, remove it",
    ),
    "without a word": (source("hackernews", listen="NOT acme"), "hackernews can't be asked for it"),
    "with a wildcard only": (source("hackernews", listen="acm*"), "because of acm*"),
    "elsewhere": (
        source("hackernews", listen="acme platform:x"),
        "holds for nothing on hackernews",
    ),
    "unreadable": (source("hackernews", listen="acme AND"), "write what follows"),
}


@pytest.mark.parametrize(("sources", "words"), BROKEN_LISTEN.values(), ids=BROKEN_LISTEN)
def test_broken_listen_is_refused(tmp_path, sources, words):
    (mistake,) = mistakes_of(configured(tmp_path, sources=sources))
    assert mistake.path == "source[0].listen"
    assert words in str(mistake)


def test_good_listen_is_kept(tmp_path):
    folder = configured(tmp_path, sources=source("hackernews", listen="acme OR bier"))
    (one,) = load_configuration(folder, NOW).sources.source
    assert one.listen == "acme OR bier"


THREE = source("hackernews", "a") + source("bluesky", "b") + source("youtube", "c", credential="yt")


def queried(folder, watchlist, sources):
    return [
        str(warning)
        for warning in load_configuration(configured(folder, watchlist, sources), NOW).warnings
        if "query" in warning.path or "listen" in warning.path
    ]


def test_what_a_platform_cannot_express_is_named(tmp_path):
    (warning,) = queried(tmp_path, QUERY_ONLY + "query = 'acme -bier lang:nl'\n", THREE)
    assert (
        "subject[0].query: hackernews, bluesky and youtube can't express NOT bier, lang:nl, "
        "the rest is checked on the text" in warning
    )


def test_platforms_that_differ_have_a_line_each(tmp_path):
    found = queried(tmp_path, QUERY_ONLY + "query = 'acme #beer'\n", THREE)
    assert any("hackernews and youtube can't express #beer" in warning for warning in found)
    assert not any("bluesky" in warning for warning in found)


def test_platforms_that_take_names_alone_are_named(tmp_path):
    watchlist = GOOD_SUBJECT + "query = '-bier'\n"
    (warning,) = queried(tmp_path, watchlist, THREE)
    assert "hackernews, bluesky and youtube can't be asked for names under a condition" in warning


def test_nothing_is_said_of_what_a_platform_expresses_or_is_not_asked(tmp_path):
    watchlist = QUERY_ONLY + "query = 'acme (bier OR \"rode wijn\") platform:hackernews'\n"
    assert not queried(tmp_path, watchlist, THREE)


def test_nothing_is_said_where_a_source_has_a_query_of_its_own(tmp_path):
    watchlist = QUERY_ONLY + "query = 'acme -bier'\n"
    assert not queried(tmp_path, watchlist, source("hackernews", query="acme"))


def test_what_cannot_be_asked_at_all_is_named(tmp_path):
    found = queried(tmp_path, QUERY_ONLY + "query = 'acm*'\n", source("hackernews"))
    assert any("hackernews can't be asked for it because of acm*" in warning for warning in found)


def test_listen_tells_what_becomes_of_the_rest(tmp_path):
    (warning,) = queried(tmp_path, GOOD_SUBJECT, source("hackernews", listen="acme -bier"))
    assert "source[0].listen: hackernews can't express NOT bier" in warning
    assert "what comes is judged by the watchlist" in warning


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("acme or bier", '"or" is looked for as a word, write OR for the operator'),
        ("acme platform:twitter", "did you mean 'x'?"),
    ],
)
def test_what_is_perhaps_not_meant_is_said(tmp_path, query, words):
    folder = configured(tmp_path, QUERY_ONLY + f"query = '{query}'\n")
    assert words in warnings_of(folder)["subject[0].query"]
