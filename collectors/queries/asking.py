"""Write a query as the questions that a platform's search is asked."""

from collections.abc import Sequence
from dataclasses import replace

from collectors.queries.dialects import Dialect
from collectors.queries.loosening import clauses, is_findable, needed
from collectors.queries.parsing import parse_query
from collectors.queries.tree import (
    And,
    Field,
    Not,
    Or,
    Query,
    conjunction,
    disjunction,
    leaves,
    negation,
)
from collectors.sources import Source

MOST_QUESTIONS = 32
"""Where a search knows no OR, conditions are left out rather than asking more questions."""


def asked_by(source: Source, dialect: Dialect, limit: int | None = None) -> tuple[str, ...] | None:
    """
    Give what a source asks in its own words, or by `listen`.

    Args:
        source: A source of the dialect's platform.
        dialect: The platform's.
        limit: Longest question, in characters; None: the platform's own limit.

    Returns:
        The questions; None: they are derived from the watchlist.
    """
    if source.query:
        return (source.query,)
    return questions(parse_query(source.listen), dialect, limit) if source.listen else None


def questions(query: Query, dialect: Dialect, limit: int | None = None) -> tuple[str, ...]:
    """
    Write a query as a platform's search is asked.

    Args:
        query: What is meant.
        dialect: The platform's.
        limit: Longest question, in characters; None: the platform's own limit.

    Returns:
        Questions that together find all for which *query* holds, as far as the platform
        knows its words, and perhaps more; none where it asks for nothing that can be
        looked for.
    """
    return tuple(map(dialect.write, question_trees(query, dialect, limit)))


def question_trees(query: Query, dialect: Dialect, limit: int | None = None) -> tuple[Query, ...]:
    """Give the questions as trees, before they are written; see `questions`."""
    dialect = replace(dialect, limit=limit or dialect.limit)
    asked = dialect.loosen(query)
    if isinstance(asked, bool) or not is_findable(asked):
        return ()
    match dialect.form:
        case "groups":
            return _packed(_fitting(asked, dialect), dialect)
        case "alternatives":
            return _packed(needed(asked) or (), dialect)
        case "clauses":
            found = (_fitting(clause, dialect) for clause in clauses(asked, MOST_QUESTIONS))
            return tuple(dict.fromkeys(part for parts in found for part in parts))


def narrowing(query: Query, dialect: Dialect, longest: int) -> str | None:
    """
    Write what may be added to another question, so that less is found that *query* refuses.

    Returns:
        A condition, perhaps without anything that could be looked for by itself; None if
        nothing can be added, or it does not fit.
    """
    asked = dialect.loosen(query)
    while not isinstance(asked, bool):
        text = dialect.write(asked)
        if len(text) + len("()") <= longest:
            return f"({text})" if isinstance(asked, Or) else text
        if not isinstance(asked, And):
            return None
        asked = _eased(asked)
    return None


def is_impossible(query: Query, dialect: Dialect) -> bool:
    """Tell whether a query can't hold for anything on a platform, such as `platform:` another."""
    return dialect.loosen(query) is False


def checked_here(query: Query, dialect: Dialect) -> tuple[Query, ...]:
    """
    List the conditions that a platform's search can't express, which are checked on the text.

    Returns:
        Leaves, as `Not` where they are negated, each once, from left to right.
    """
    kept: dict[Query, None] = {}
    for leaf, is_negated in leaves(query):
        meant: Query = Not(leaf) if is_negated else leaf
        if not _is_expressed(dialect, meant):
            kept[meant] = None
    return tuple(kept)


def _is_expressed(dialect: Dialect, meant: Query) -> bool:
    asked = dialect.loosen(meant)
    if asked is True:
        return dialect.loosen(negation(meant)) is False  # the same for all mentions there
    # A language is asked together with "unknown", which leaves to us what we decide anyway.
    return asked is False or asked == meant or isinstance(meant, Field)


def _fitting(query: Query, dialect: Dialect) -> tuple[Query, ...]:
    """Cut a question that is too long: alternatives apart, conditions off."""
    if len(dialect.write(query)) <= dialect.limit:
        return (query,)
    match query:
        case Or(parts):
            return tuple(piece for part in parts for piece in _fitting(part, dialect))
        case And(parts):
            widest = max((part for part in parts if isinstance(part, Or)), key=_size, default=None)
            rest = [part for part in parts if part is not widest]
            if widest is None or len(dialect.write(And(tuple(rest)))) > dialect.limit // 2:
                return _fitting(_eased(query), dialect)
            half = len(widest.parts) // 2
            halves = (disjunction(*widest.parts[:half]), disjunction(*widest.parts[half:]))
            return tuple(
                piece for half in halves for piece in _fitting(conjunction(*rest, half), dialect)
            )
        case _:
            return ()


def _eased(query: And) -> Query:
    """Leave the condition out that is missed least: what only narrows, else what is longest."""
    parts = list(query.parts)
    narrowing_only = [part for part in parts if not is_findable(part)]
    parts.remove(narrowing_only[-1] if narrowing_only else max(parts, key=_size))
    return conjunction(*parts)


def _size(query: Query) -> int:
    return sum(1 for _ in leaves(query))


def _packed(parts: Sequence[Query], dialect: Dialect) -> tuple[Query, ...]:
    """Join alternatives, in their order, to as few questions as the limit allows."""
    packed: list[Query] = []
    for part in parts:
        joined = disjunction(packed[-1], part) if packed else part
        if packed and len(dialect.write(joined)) <= dialect.limit:
            packed[-1] = joined
        else:
            packed.append(part)
    return tuple(packed)
