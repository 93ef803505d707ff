"""Any query: held against any mention as a plain reading of it, and never asked too narrowly."""

import re
import unicodedata
from fnmatch import fnmatchcase
from itertools import combinations_with_replacement

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from collectors.queries.asking import questions
from collectors.queries.dialects import DIALECTS, OLD_CODES
from collectors.queries.loosening import needed
from collectors.queries.parsing import parse_query
from collectors.queries.tree import (
    Account,
    And,
    Field,
    Near,
    Not,
    Or,
    Tag,
    Text,
    conjunction,
    disjunction,
    written,
)
from collectors.sample.search_language import Searchable, words_of
from collectors.sample.search_language import parse_query as parse_search
from enrichment.matching.folding import Folded
from enrichment.matching.query_evaluation import holds
from enrichment.matching.query_text import About, QueryText

WORDS = ("acme", "bier", "klant", "klanten", "klantendienst", "dienst")
HOSTS = {
    "x": "x.com",
    "reddit": "www.reddit.com",
    "bluesky": "bsky.app",
    "mastodon": "m.example",
    "hackernews": "news.ycombinator.com",
    "youtube": "www.youtube.com",
}

word = st.sampled_from(WORDS)
pattern = st.sampled_from(("acm*", "klant*", "kl*nst", "klant*di*st", "bier*"))
several = st.lists(word | pattern, min_size=2, max_size=3).map(" ".join)
leaf = st.one_of(
    word.map(Text),
    word.map(Text),
    pattern.map(Text),
    several.map(Text),
    st.builds(Near, several, st.integers(0, 3)),
    word.map(Tag),
    word.map(Account),
    st.builds(Field, st.just("lang"), st.sampled_from(("nl", "id", "und", "la"))),
    st.builds(Field, st.just("author"), st.sampled_from(("bob", "an_b", "An Peeters"))),
    st.builds(Field, st.just("platform"), st.sampled_from(("x", "reddit", "feed"))),
    st.builds(Field, st.just("site"), st.sampled_from(("x.com", "reddit.com", "m.example"))),
)
query = st.recursive(
    leaf,
    lambda part: st.one_of(
        part.map(Not),
        st.lists(part, min_size=2, max_size=3).map(lambda parts: conjunction(*parts)),
        st.lists(part, min_size=2, max_size=3).map(lambda parts: disjunction(*parts)),
    ),
    max_leaves=8,
)

spelt = st.builds(
    lambda one, how: how(one),
    word,
    st.sampled_from((str, str.upper, str.title, lambda w: w.replace("e", "é").replace("i", "ï"))),
)
token = spelt | word.map("#{}".format) | word.map("@{}".format) | st.just("iets")
text = st.lists(st.tuples(token, st.sampled_from((" ", ", ", "\n", " - "))), max_size=7).map(
    lambda tokens: "".join(part for pair in tokens for part in pair)
)
about = st.builds(
    lambda platform, handle, tag, language: About(
        platform=platform,
        author_handle=handle,
        url=f"https://{HOSTS[platform]}/1",
        language_tag=tag,
        language=language,
    ),
    st.sampled_from(tuple(HOSTS)),
    st.sampled_from(("Bob", "an_b", None)),
    st.sampled_from(("nl", "in", "en", None)),
    st.sampled_from(("nl", "id", "und")),
)


def plain(text):
    split = unicodedata.normalize("NFKD", text)
    return "".join(c for c in split if not unicodedata.combining(c)).lower()


def naively(query, fields, about):
    """Read a query word for word, without any index or shortcut."""
    match query:
        case And(parts):
            return all(naively(part, fields, about) for part in parts)
        case Or(parts):
            return any(naively(part, fields, about) for part in parts)
        case Not(part):
            return not naively(part, fields, about)
        case Field(name, value):
            return naive_field(name, value, about)
    return naive_words(query, fields)


def naive_words(query, fields):
    lists = [re.findall(r"[a-z]+", plain(field)) for field in fields]
    match query:
        case Text(words):
            wanted = words.split()
            return any(
                all(map(fnmatchcase, some[at:], wanted)) and len(some) - at >= len(wanted)
                for some in lists
                for at in range(len(some))
            )
        case Near(words, distance):
            wanted = set(words.split())
            return any(
                end - start < len(wanted) + distance
                and all(any(fnmatchcase(w, one) for w in some[start : end + 1]) for one in wanted)
                for some in lists
                for start, end in combinations_with_replacement(range(len(some)), 2)
            )
        case Tag(name):
            return any(f"#{name}" in re.findall(r"#\w+", plain(field)) for field in fields)
        case Account(name):
            return any(f"@{name}" in re.findall(r"@\w+", plain(field)) for field in fields)
    raise AssertionError(query)


def naive_field(name, value, about):
    match name:
        case "platform":
            return about.platform == value
        case "site":
            return f".{HOSTS[about.platform]}".endswith(f".{value}")
        case "author":
            return (about.author_handle or "").lower() == value.lower()
        case "lang":
            said = about.language_tag if about.platform == "x" else None
            newer = {old: new for new, old in OLD_CODES.items()}
            return (newer.get(said, said) or about.language) == value
    raise AssertionError(name)


def read(fields, about):
    return QueryText([Folded(field) for field in fields], about)


@given(query, st.lists(text, min_size=1, max_size=2), about)
@settings(max_examples=400)
@example(Near("acme bier", 1), ["bier iets acme"], About(platform="x"))
@example(Near("klant* klanten", 0), ["klanten"], About(platform="x"))
@example(Text("kl*nst"), ["klnst"], About(platform="x"))
def test_query_holds_as_it_reads(query, fields, about):
    assert holds(query, read(fields, about)) == naively(query, fields, about)


@given(query, st.lists(text, min_size=1, max_size=2), about)
@settings(max_examples=200)
def test_query_holds_as_it_is_written(query, fields, about):
    mention = read(fields, about)
    assert holds(parse_query(written(query)), mention) == holds(query, mention)


@given(query, st.lists(text, min_size=1, max_size=2), about)
@settings(max_examples=200)
def test_query_never_holds_without_the_words_that_it_needs(query, fields, about):
    words, mention = needed(query), read(fields, about)
    if words is not None and holds(query, mention):
        assert any(holds(leaf, mention) for leaf in words)


def search_of(platform, question):
    """Read a question as the platform's search does: the sample world's servers, and the like."""
    if platform == "reddit":
        return parse_search(question, frozenset({"author"}), is_verbal=True)
    signs = {"#": "hashtag", "@": "mention"} if platform in {"x", "bluesky"} else {}
    operators = frozenset({"from", "lang"}) if platform == "x" else frozenset()
    question = question.replace("|", " OR ")
    return parse_search(question, operators, is_verbal=False, prefixes=signs)


def searchable(fields, about):
    whole = " zzz ".join(fields)
    author = frozenset({(about.author_handle or "").casefold()})
    return Searchable(
        words=words_of(whole),
        facts={
            "author": author,
            "from": author,
            "lang": frozenset({about.language_tag or "und"}),
            "hashtag": frozenset(re.findall(r"#(\w+)", plain(whole))),
            "mention": frozenset(re.findall(r"@(\w+)", plain(whole))),
        },
    )


@pytest.mark.parametrize("platform", DIALECTS)
@given(query=query, fields=st.lists(text, min_size=1, max_size=2), about=about)
@settings(max_examples=250)
@example(parse_query("acme -bier lang:nl"), ["acme"], About(platform="x", language="nl"))
@example(parse_query("acme (bier OR klant)"), ["bier, acme"], About(platform="x"))
@example(parse_query("-lang:und acme"), ["acme"], About(platform="x", language="nl"))
def test_platform_is_never_asked_for_less(platform, query, fields, about):
    about = about._replace(platform=platform, url=f"https://{HOSTS[platform]}/1")
    asked = questions(query, DIALECTS[platform])
    if asked and holds(query, read(fields, about)):
        found = searchable(fields, about)
        assert any(search_of(platform, question)(found) for question in asked), asked


@pytest.mark.parametrize("platform", DIALECTS)
@given(query=query)
@settings(max_examples=100)
def test_question_fits_and_can_be_read_by_the_platform(platform, query):
    for question in questions(query, DIALECTS[platform]):
        assert 0 < len(question) <= DIALECTS[platform].limit
        search_of(platform, question)
