"""Each mistake in the sources says where it is and what to do, and repeats no secret."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.configuration.check import duration_words
from collectors.configuration.folder import load_configuration
from collectors.readiness import find_readiness
from collectors.sources import parse_duration
from tests.collectors.configured import (
    GOOD_SOURCE,
    NOW,
    configured,
    mistakes_of,
    warnings_of,
)

PASTED = "AAAAAAAAAAAAAAAA%2Bsecret"

BROKEN_SOURCES = {
    "unknown key": (
        GOOD_SOURCE + 'overlp = "1 h"',
        "source[0].overlp",
        "unknown key, did you mean 'overlap'?",
    ),
    "unknown platform": (
        GOOD_SOURCE.replace('"feed"', '"redit"'),
        "source[0].platform",
        "\"redit\" is no platform to collect from, did you mean 'reddit'?",
    ),
    "platform by another name": (
        GOOD_SOURCE.replace('"feed"', '"RSS"'),
        "source[0].platform",
        "did you mean 'feed'?",
    ),
    "name twice": (
        GOOD_SOURCE + GOOD_SOURCE.replace("rss", "atom"),
        "source[1].name",
        "is the name of source[0], too",
    ),
    "feed without address": (
        GOOD_SOURCE.replace('urls = ["https://news.example/rss.xml"]\n', ""),
        "source[0].urls",
        "give at least one address",
    ),
    "address without scheme": (
        GOOD_SOURCE.replace("https://", ""),
        "source[0].urls[0]",
        'write "https://news.example/rss.xml"',
    ),
    "address of the scheme feed": (
        GOOD_SOURCE.replace("https://", "feed://"),
        "source[0].urls[0]",
        'write "https://news.example/rss.xml"',
    ),
    "address that is not filled in": (
        GOOD_SOURCE.replace("news.example", "…"),
        "source[0].urls[0]",
        "is not filled in",
    ),
    "address with a space": (
        GOOD_SOURCE.replace("rss.xml", "rss .xml"),
        "source[0].urls[0]",
        "without spaces",
    ),
    "address with an impossible port": (
        GOOD_SOURCE.replace("news.example", "news.example:99999"),
        "source[0].urls[0]",
        "is no address",
    ),
    "one address instead of a list": (
        GOOD_SOURCE.replace('["https://news.example/rss.xml"]', '"https://news.example/rss.xml"'),
        "source[0].urls",
        'write urls = ["https://news.example/rss.xml"]',
    ),
    "base address": (
        GOOD_SOURCE + 'base_url = "localhost:8901"',
        "source[0].base_url",
        "is no http address",
    ),
    "duration without unit": (
        GOOD_SOURCE.replace('"15 min"', "15"),
        "source[0].every",
        'is no duration, write for instance "15 min"',
    ),
    "duration with a comma": (
        GOOD_SOURCE.replace('"15 min"', '"1,5 h"'),
        "source[0].every",
        "is no duration",
    ),
    "fastest pace that is none": (
        GOOD_SOURCE + 'fastest = "2 h"',
        "source[0].fastest",
        "is longer than 'every'",
    ),
    "slowest pace that is none": (
        GOOD_SOURCE + 'slowest = "1 min"',
        "source[0].slowest",
        "is shorter than 'every'",
    ),
    "no time at all": (
        GOOD_SOURCE.replace('"15 min"', '"0 min"'),
        "source[0].every",
        "is no duration",
    ),
    "true in quotes": (
        GOOD_SOURCE + 'archive = "yes"',
        "source[0].archive",
        "must be true or false, not text, write it without quotes",
    ),
    "pages in quotes": (
        GOOD_SOURCE + 'max_pages = "3"',
        "source[0].max_pages",
        "must be a whole number, not text",
    ),
    "no pages": (
        GOOD_SOURCE + "max_pages = 0",
        "source[0].max_pages",
        "greater than or equal to 1",
    ),
    "archive of a feed": (GOOD_SOURCE + "archive = true", "source[0].archive", "remove"),
    "subreddits of a feed": (GOOD_SOURCE + 'subreddits = ["be"]', "source[0].subreddits", "remove"),
    "archive of reddit": (
        '[[source]]\nname = "r"\nplatform = "reddit"\narchive = true\ncredential = "reddit_main"',
        "source[0].archive",
        "Reddit has no archive search",
    ),
    "addresses for X": (
        '[[source]]\nname = "x"\nplatform = "x"\ncredential = "x_main"\nurls = ["https://x.com"]',
        "source[0].urls",
        "X is asked by 'query' and 'accounts'",
    ),
    "account that is none": (
        '[[source]]\nname = "x"\nplatform = "x"\ncredential = "x_main"\naccounts = ["a", "b c"]',
        "source[0].accounts[1]",
        "write the handle only",
    ),
    "X without credential": (
        '[[source]]\nname = "x"\nplatform = "x"\n',
        "source[0].credential",
        'write credential = "x_main" and set AIRFLOW_CONN_X_MAIN in the environment to {"conn_type"',
    ),
    "full text of reddit": (
        '[[source]]\nname = "r"\nplatform = "reddit"\nfull_text = true\ncredential = "reddit_main"',
        "source[0].full_text",
        "known to feeds only",
    ),
    "reddit without credential": (
        '[[source]]\nname = "r"\nplatform = "reddit"\n',
        "source[0].credential",
        "AIRFLOW_CONN_REDDIT_MAIN",
    ),
    "the secret instead of its name": (
        f'[[source]]\nname = "x"\nplatform = "x"\ncredential = "{PASTED}"',
        "source[0].credential",
        "write the name of an Airflow connection",
    ),
    "the secret in a key of its own": (
        GOOD_SOURCE + f'bearer_token = "{PASTED}"',
        "source[0].bearer_token",
        'secrets never stand in these files: write credential = "x_main"',
    ),
    "password in an address": (
        GOOD_SOURCE.replace("https://", f"https://me:{PASTED}@"),
        "source[0].urls[0]",
        "holds a login or password, remove the part before the @",
    ),
    "password in an address that is no list": (
        GOOD_SOURCE.replace("[", "")
        .replace("]", "")
        .replace("source\n", "[[source]]\n", 1)
        .replace("https://", f"https://me:{PASTED}@"),
        "source[0].urls",
        'must be a list, write urls = ["…"]',
    ),
}


@pytest.mark.parametrize(("sources", "path", "words"), BROKEN_SOURCES.values(), ids=BROKEN_SOURCES)
def test_mistake_in_the_sources_is_named_with_its_path_and_what_to_do(
    tmp_path, sources, path, words
):
    (mistake,) = mistakes_of(configured(tmp_path / "config", sources=sources))
    assert mistake.path == path
    assert words in str(mistake)
    assert "secret" not in str(mistake).replace("the secret itself", "").replace(
        "secrets never", ""
    )


def test_missing_credential_is_a_warning_that_says_how_to_set_it(tmp_path):
    sources = GOOD_SOURCE + '[[source]]\nname = "r"\nplatform = "reddit"\ncredential = "r_main"'
    warning = warnings_of(configured(tmp_path, sources=sources))["source[1].credential"]
    assert "AIRFLOW_CONN_R_MAIN is not set: this source is off, set it to" in warning
    assert '"extra": {"user_agent": "…"}' in warning
    environ = {"AIRFLOW_CONN_R_MAIN": '{"password": "p", "login": "l"}'}
    assert load_configuration(tmp_path, NOW, environ=environ).warnings == ()
    broken = load_configuration(tmp_path, NOW, environ={"AIRFLOW_CONN_R_MAIN": PASTED}).warnings
    assert "neither Airflow's JSON form nor its URI form" in str(broken[0])
    assert PASTED not in str(broken[0])


def test_hasty_source_and_repeated_address_are_warnings(tmp_path):
    sources = GOOD_SOURCE.replace("15 min", "5 s") + GOOD_SOURCE.replace('"news"', '"again"')
    warnings = warnings_of(configured(tmp_path, sources=sources))
    assert "less than a minute" in warnings["source[0].every"]
    assert "stands twice" in warnings["source[1].urls[0]"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15 min", timedelta(minutes=15)),
        ("15min", timedelta(minutes=15)),
        ("1 h", timedelta(hours=1)),
        ("1 h 30 min", timedelta(minutes=90)),
        ("2 days", timedelta(days=2)),
        ("1 Hour", timedelta(hours=1)),
        ("1.5 h", timedelta(minutes=90)),
        ("90 s", timedelta(seconds=90)),
        ("1 week", timedelta(weeks=1)),
        (" 20 seconds ", timedelta(seconds=20)),
    ],
)
def test_duration_is_read_in_words(text, expected):
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        "h",
        "15",
        "1,5 h",
        "-1 h",
        "1 month",
        "1 h and",
        "h 1",
        "999999999 days",
        "0 s",
        "NaT",
        15,
        1.5,
        True,
        [],
        {},
        "1 hss",
        "٣ min",
        "1e3 s",
    ],
)
def test_what_is_no_duration_is_refused(value):
    with pytest.raises(ValueError, match="is no duration"):
        parse_duration(value)


@given(st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=36_525)))
def test_duration_written_in_words_is_read_back(duration):
    whole = timedelta(seconds=round(duration.total_seconds()))
    assert parse_duration(duration_words(whole)) == whole


def test_a_missing_library_is_named_with_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr("collectors.registry._EXTRAS", {"feed": "no_such_module"})
    folder = configured(tmp_path)
    warning = warnings_of(folder)["source[0].platform"]
    assert "install luisterpost[feed]" in warning
    assert "is off" in warning
    configuration = load_configuration(folder, NOW)
    ready = find_readiness(configuration.sources, configuration.watchlist, {}, now=NOW)
    assert "install luisterpost[feed]" in ready.off[0].why_off


@pytest.mark.parametrize(
    ("keys", "is_told"),
    [
        ("", True),
        ("monthly_eur = 150", False),
        ("item_eur = 0", False),
        ("monthly_eur = 0", False),
    ],
)
def test_a_charged_source_without_a_budget_is_warned_of(tmp_path, keys, is_told):
    sources = f'[[source]]\nname = "x"\nplatform = "x"\ncredential = "x_main"\n{keys}\n'
    warnings = warnings_of(configured(tmp_path, sources=sources))
    assert ("source[0].platform" in warnings) == is_told
    if is_told:
        assert "no budget, write for instance monthly_eur = 150" in warnings["source[0].platform"]


@pytest.mark.parametrize("value", ["-1", "inf", "nan", '"150 euro"'])
@pytest.mark.parametrize("key", ["monthly_eur", "item_eur"])
def test_an_amount_of_money_is_a_number_of_nought_or_more(tmp_path, key, value):
    folder = configured(tmp_path, sources=f"{GOOD_SOURCE}{key} = {value}\n")
    assert [mistake.path for mistake in mistakes_of(folder)] == [f"source[0].{key}"]
