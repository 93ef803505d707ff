"""Derive queries for searches that know no OR: one for each way in which people write a subject."""

import re
from collections.abc import Iterable, Iterator

from collectors.queries.asking import questions
from collectors.queries.dialects import MASTODON, Dialect
from collectors.queries.loosening import needed
from collectors.queries.tree import Query, Tag, Text
from collectors.watchlist import Subject, bare_handle
from collectors.web.queries import Clauses
from collectors.web.quoting import can_be_found, quoted

_LETTER = re.compile(r"[^\W\d_]")
_SHORTEST_TAG = 2
_ACCT = re.compile(
    r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?(?:@[\w-]+(?:\.[\w-]+)+(?::\d+)?)?"
)
_AT_HANDLE = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*"
)
_DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._-]")


def single_queries(
    subjects: Iterable[Subject], clauses: Clauses, dialect: Dialect
) -> tuple[str, ...]:
    """
    Write one query for each clause, in the order of the file, each once.

    `context` and `exclude` stay out: they are judged on the whole text; so are the
    queries of subjects that have names.

    Args:
        subjects: Those that may be looked for.
        clauses: What a platform is asked for a subject.
        dialect: How it is asked the query of a subject without names.
    """
    return _each_once(
        clause
        for subject in subjects
        for clause in _clauses_of(subject, clauses, dialect)
        if len(clause) <= dialect.limit
    )


def _clauses_of(subject: Subject, clauses: Clauses, dialect: Dialect) -> Iterable[str]:
    query = subject.query_tree
    if query is None:
        return clauses(subject)
    if dialect.loosen(query) is False:
        return ()  # it concerns no post there
    return clauses(subject) if subject.has_names else questions(query, dialect)


def tags_of(subjects: Iterable[Subject]) -> tuple[str, ...]:
    """List the hashtags, without #, under which people post: those named, and terms in one word."""
    return _each_once(
        tag
        for subject in subjects
        for words in (*subject.hashtags, *subject.terms, *_words_of(subject))
        if (tag := bare_tag(words))
    )


def _words_of(subject: Subject) -> tuple[str, ...]:
    query = None if subject.has_names else subject.query_tree
    return tag_words(query) if query and MASTODON.loosen(query) is not False else ()


def tag_words(query: Query) -> tuple[str, ...]:
    """List words of which a query demands one, and under which people may post."""
    return tuple(
        leaf.name if isinstance(leaf, Tag) else leaf.words
        for leaf in needed(query) or ()
        if isinstance(leaf, Tag | Text) and "*" not in str(leaf)
    )


def bare_tag(words: str) -> str | None:
    """Write words as one hashtag without #; None if they can't be one: digits only, or too short."""
    tag = re.sub(r"\W", "", words)
    return tag if len(tag) >= _SHORTEST_TAG and _LETTER.search(tag) else None


def mastodon_clauses(subject: Subject) -> Iterator[str]:
    """Say what an instance's search is asked for a subject; tags have timelines of their own."""
    for term in filter(can_be_found, subject.terms):
        yield quoted(term)
    for handle in mastodon_accounts(subject.handles.get("mastodon", ())):
        yield f'"@{handle}"'
    for domain in subject.domains:
        yield f'"{domain}"'


def bluesky_clauses(subject: Subject) -> Iterator[str]:
    """Say what Bluesky's search is asked for a subject."""
    for term in filter(can_be_found, subject.terms):
        yield quoted(term)
        joined = bare_tag(term)
        if joined and joined != term:
            yield f"#{joined}"
    for hashtag in subject.hashtags:
        tag = bare_tag(hashtag)
        if tag:
            yield f"#{tag}"
    for handle in bluesky_accounts(subject.handles.get("bluesky", ())):
        yield f"mentions:{handle}"
    for domain in subject.domains:
        yield f"domain:{domain}"


def mastodon_accounts(handles: Iterable[str]) -> tuple[str, ...]:
    """Keep what can be an account, `acme` or `acme@mastodon.example`, without the first @."""
    return _each_once(h for h in map(bare_handle, handles) if _ACCT.fullmatch(h))


def bluesky_accounts(handles: Iterable[str]) -> tuple[str, ...]:
    """Keep what can be a handle (a domain name) or a DID, without @."""
    bare = map(bare_handle, handles)
    return _each_once(h for h in bare if _AT_HANDLE.fullmatch(h) or _DID.fullmatch(h))


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    """Keep the first spelling of each name, whatever its capitals."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.casefold(), name)
    return tuple(first.values())
