"""Whatever a configuration file holds, the check ends with words and not with a crash."""

from datetime import UTC

from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.configuration.mistakes import Document
from collectors.configuration.sources_check import sources_mistakes, sources_warnings
from collectors.configuration.validation import validate
from collectors.configuration.watchlist_check import watchlist_mistakes, watchlist_warnings
from collectors.sources import Source, Sources
from collectors.watchlist import Subject, Watchlist
from tests.collectors.configured import NOW

toml_values = st.recursive(
    st.none().map(lambda _: "")
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.dates()
    | st.datetimes(timezones=st.none() | st.just(UTC))
    | st.times()
    | st.sampled_from(["employee", "organisation", "feed", "x", "reddit", "https://a.example/x"])
    | st.sampled_from(["acme", "http://[", "//", "a@b", "1 h", "2026-01-15", "x_main"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["x", "given_at", "platforms", "withdrawn_at", "purpose"]) | st.text(),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


def tables_of(model: type, key: str) -> st.SearchStrategy:
    keys = st.sampled_from([*model.model_fields]) | st.text(max_size=6)
    tables = st.dictionaries(keys, toml_values, max_size=8)
    items = st.lists(tables | toml_values, max_size=3)
    return st.fixed_dictionaries({}, optional={key: items | toml_values, "else": toml_values})


@settings(max_examples=300, deadline=None)
@given(tables_of(Subject, "subject"))
def test_no_watchlist_whatsoever_crashes_the_check(data):
    document = Document(file="watchlist.toml", data=data, text="[[subject]]\n" * 2)
    model, mistakes = validate(document, Watchlist)
    mistakes += watchlist_mistakes(document, NOW)
    warnings = list(watchlist_warnings(document, NOW))
    assert model is not None or mistakes
    for mistake in [*mistakes, *warnings]:
        assert mistake.message
        assert "\x1b" not in str(mistake)


@settings(max_examples=300, deadline=None)
@given(tables_of(Source, "source"))
def test_no_sources_whatsoever_crash_the_check(data):
    document = Document(file="sources.toml", data=data, text="[[source]]\n" * 2)
    model, mistakes = validate(document, Sources)
    mistakes += sources_mistakes(document)
    warnings = list(sources_warnings(document, {}))
    assert model is not None or mistakes
    assert all(mistake.message for mistake in [*mistakes, *warnings])
