"""What is wrong or doubtful in queries, and what each platform can't express of them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from collectors.configuration.mistakes import Document, Location, Mistake, one_of, quoted
from collectors.queries.asking import checked_here, is_impossible, questions
from collectors.queries.dialects import DIALECTS, Dialect
from collectors.queries.parsing import QueryError, parse_query
from collectors.queries.tree import Field, Query, Text, leaves, written
from collectors.registry import PLATFORMS

_FEW = 4
_NAMES = ("terms", "hashtags", "domains", "handles")


def listen_mistakes(document: Document) -> Iterator[Mistake]:
    """List what can't be asked by a source's `listen`; what can't be read is said elsewhere."""
    for place, table, query in _queries(document, "source", "listen"):
        platform = str(table.get("platform"))
        if table.get("query"):
            yield document.mistake(place, "stands beside 'query'", "keep one of them")
        elif platform in DIALECTS:
            yield from _unaskable(document, place, query, DIALECTS[platform])
        elif platform in PLATFORMS:
            message = f"{platform} has no search that could be asked"
            advice = "remove it: the watchlist decides what concerns you, and may have a query"
            yield document.mistake(place, message, advice)


def query_warnings(listened: Document, collected: Document) -> Iterator[Mistake]:
    """
    List doubts about queries, and what is left to be checked on the text.

    Args:
        listened: The watchlist.
        collected: The sources.
    """
    derived = dict.fromkeys(
        str(table.get("platform"))
        for _, table in collected.tables("source")
        if not table.get("query") and not table.get("listen")
    )
    searched = [DIALECTS[platform] for platform in derived if platform in DIALECTS]
    for place, table, query in _queries(listened, "subject", "query"):
        yield from _doubts(listened, place, query)
        if any(table.get(key) for key in _NAMES):
            yield from _left_of_names(listened, place, query, searched)
        else:
            for dialect in searched:
                yield from _unaskable(listened, place, query, dialect)
            yield from _left(listened, place, query, searched, "the rest is checked on the text")
    for place, table, query in _queries(collected, "source", "listen"):
        yield from _doubts(collected, place, query)
        asked = DIALECTS.get(str(table.get("platform")))
        if asked:
            advice = "what comes is judged by the watchlist"
            yield from _left(collected, place, query, [asked], advice)


def _queries(
    document: Document, tables: str, key: str
) -> Iterator[tuple[Location, Mapping[str, Any], Query]]:
    for index, table in document.tables(tables):
        text = table.get(key)
        try:
            query = parse_query(text) if isinstance(text, str) else None
        except QueryError:
            continue
        if query is not None:
            yield (tables, index, key), table, query


def _unaskable(
    document: Document, place: Location, query: Query, dialect: Dialect
) -> Iterator[Mistake]:
    if questions(query, dialect):
        return
    if is_impossible(query, dialect):
        if place[0] == "source":
            message = f"holds for nothing on {dialect.platform}"
            yield document.mistake(place, message, "take out what asks for another place")
        return
    unknown = _listed(checked_here(query, dialect)) or "a part that only says what is not wanted"
    message = f"{dialect.platform} can't be asked for it because of {unknown}"
    yield document.mistake(place, message, "add a word or phrase that must stand in the text")


def _left_of_names(
    document: Document, place: Location, query: Query, searched: Iterable[Dialect]
) -> Iterator[Mistake]:
    """Tell where names alone are asked for, and where a part of the query goes along."""
    by_groups = [dialect for dialect in searched if dialect.form == "groups"]
    others = [
        dialect.platform
        for dialect in searched
        if dialect.form != "groups" and not is_impossible(query, dialect)
    ]
    if others:
        message = f"{_joined(others)} can't be asked for names under a condition"
        yield document.mistake(place, message, "the query is checked on the text")
    yield from _left(document, place, query, by_groups, "the rest is checked on the text")


def _left(
    document: Document,
    place: Location,
    query: Query,
    searched: Iterable[Dialect],
    what_then: str,
) -> Iterator[Mistake]:
    platforms: dict[tuple[Query, ...], list[str]] = {}
    for dialect in searched:
        if not is_impossible(query, dialect):
            platforms.setdefault(checked_here(query, dialect), []).append(dialect.platform)
    for conditions, names in platforms.items():
        if conditions:
            message = f"{_joined(names)} can't express {_listed(conditions)}"
            yield document.mistake(place, message, what_then)


def _doubts(document: Document, place: Location, query: Query) -> Iterator[Mistake]:
    for leaf in dict.fromkeys(leaf for leaf, _ in leaves(query)):
        if isinstance(leaf, Text) and leaf.words in {"and", "or", "not"}:
            message = f"{quoted(leaf.words)} is looked for as a word"
            yield document.mistake(place, message, f"write {leaf.words.upper()} for the operator")
        if isinstance(leaf, Field) and leaf.name == "platform" and leaf.value not in PLATFORMS:
            message = f"platform:{leaf.value} is no platform to collect from"
            meant = "x" if leaf.value == "twitter" else leaf.value
            yield document.mistake(place, message, one_of(meant, sorted(PLATFORMS)))


def _listed(conditions: Iterable[Query]) -> str:
    shown = [written(condition) for condition in conditions]
    more = f" and {len(shown) - _FEW} more" if len(shown) > _FEW else ""
    return ", ".join(shown[:_FEW]) + more


def _joined(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
