"""What a search that can less is asked instead of a query, so that nothing is missed."""

from collections.abc import Callable, Sequence
from itertools import chain, product
from math import prod
from typing import TypeAlias

from collectors.queries.tree import (
    And,
    Field,
    Leaf,
    Near,
    Not,
    Or,
    Query,
    Text,
    conjunction,
    disjunction,
)

Asked: TypeAlias = Query | bool
"""A query; or True for "everything", False for "nothing"."""

Substitute: TypeAlias = Callable[[Leaf, bool], Asked]
"""What can be asked instead of a leaf (negated or not) and finds at least as much."""


def loosened(query: Query, substitute: Substitute, *, is_negated: bool = False) -> Asked:
    """
    Put in place of each leaf what can be asked, and simplify.

    Args:
        query: What is meant.
        substitute: Gives for a leaf, and whether it is negated, something that holds
            wherever it holds; True if nothing can be asked.
        is_negated: Read the query as its contrary.

    Returns:
        What holds wherever *query* holds, and perhaps elsewhere; `Not` stands before
        leaves only, and alternatives to something that can be looked for are so as well.
    """
    match query:
        case Not(part):
            return loosened(part, substitute, is_negated=not is_negated)
        case And(parts) | Or(parts):
            asked = [loosened(part, substitute, is_negated=is_negated) for part in parts]
            return every(asked) if isinstance(query, And) != is_negated else _some(asked)
        case _:
            return substitute(query, is_negated)


def every(parts: Sequence[Asked]) -> Asked:
    """Join what must all hold."""
    if False in parts:
        return False
    kept = [part for part in parts if not isinstance(part, bool)]
    return conjunction(*kept) if kept else True


def _some(parts: Sequence[Asked]) -> Asked:
    """Join alternatives; no search takes one that says only what is not wanted."""
    if True in parts:
        return True
    kept = [part for part in parts if not isinstance(part, bool)]
    if any(map(is_findable, kept)) and not all(map(is_findable, kept)):
        return True
    if any(_is_refusal(part) for part in kept):
        return True
    return disjunction(*kept) if kept else False


def is_findable(query: Query) -> bool:
    """Tell whether a search can look for it: words or an author, not only what it must not be."""
    match query:
        case And(parts):
            return any(map(is_findable, parts))
        case Or(parts):
            return all(map(is_findable, parts))
        case Not():
            return False
        case Field(name, _):
            return name == "author"
        case _:
            return True


def _is_refusal(query: Query) -> bool:
    return isinstance(query, Not) or (
        isinstance(query, And | Or) and all(map(_is_refusal, query.parts))
    )


def needed(query: Query) -> tuple[Leaf, ...] | None:
    """
    Choose words of which one at least stands in every text for which a query holds.

    Args:
        query: Any.

    Returns:
        As few as can be had, of them the longest; None: it can hold without any word.
    """
    match query:
        case And(parts):
            found = [leaves for part in parts if (leaves := needed(part)) is not None]
            return min(found, key=_worth, default=None)
        case Or(parts):
            each = [needed(part) for part in parts]
            return tuple(dict.fromkeys(chain(*(e or () for e in each)))) if all(each) else None
        case Not() | Field():
            return None
        case Near(words, _):
            return (Text(max(words.split(), key=len)),)
        case _:
            return (query,)


def _worth(leaves: tuple[Leaf, ...]) -> tuple[int, int]:
    """Order by number, then by how little the shortest says."""
    lengths = [len(leaf.words if isinstance(leaf, Text | Near) else leaf.name) for leaf in leaves]
    return len(leaves), -min(lengths)


def clauses(query: Query, most: int) -> tuple[Query, ...]:
    """
    Take a query apart into clauses without alternatives, each of them to be asked alone.

    Args:
        query: Of `loosened`.
        most: Where more clauses would be needed, conditions are left out.

    Returns:
        What together holds wherever *query* holds: leaves, their negations, and `And` of them.
    """
    match query:
        case Or(parts):
            return tuple(dict.fromkeys(chain(*(clauses(part, most) for part in parts))))
        case And(parts):
            each = [clauses(part, most) for part in parts]
            while prod(map(len, each)) > most and len(each) > 1:
                # What finds something stays, with as few alternatives as can be.
                keeps = [c for c in each if all(map(is_findable, c))] or each
                spared = min(keeps, key=len)
                each.remove(max((c for c in each if c is not spared), key=len))
            return tuple(dict.fromkeys(conjunction(*chosen) for chosen in product(*each)))
        case _:
            return (query,)
