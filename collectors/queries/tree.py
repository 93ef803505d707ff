"""What a query says, as a small tree; and the tree written as text again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

OPERATORS = frozenset({"AND", "OR", "NOT"})
_PLAIN = re.compile(r"[^\W_](?:[\w*.-]*[\w*])?")

FieldName = Literal["author", "lang", "platform", "site"]


@dataclass(frozen=True, slots=True)
class Text:
    """A word or a phrase in the title or the text; `*` stands for any letters."""

    words: str
    """As written, without quotes."""


@dataclass(frozen=True, slots=True)
class Near:
    """Words of which all stand near each other, in any order."""

    words: str
    distance: int
    """The most other words between them."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A whole hashtag."""

    name: str
    """Without #."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account that is addressed in the text."""

    name: str
    """Without @."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something about the mention that does not stand in its text."""

    name: FieldName
    value: str


Leaf: TypeAlias = Text | Near | Tag | Account | Field


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    part: "Query"


@dataclass(frozen=True, slots=True)
class And:
    """What must all hold; two parts or more, none of them an `And`."""

    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Of which one must hold; two parts or more, none of them an `Or`."""

    parts: tuple["Query", ...]


Query: TypeAlias = Leaf | Not | And | Or


def conjunction(*parts: Query) -> Query:
    """Join what must all hold, each once, in one level."""
    flat = dict.fromkeys(
        q for part in parts for q in (part.parts if isinstance(part, And) else (part,))
    )
    return next(iter(flat)) if len(flat) == 1 else And(tuple(flat))


def disjunction(*parts: Query) -> Query:
    """Join alternatives, each once, in one level."""
    flat = dict.fromkeys(
        q for part in parts for q in (part.parts if isinstance(part, Or) else (part,))
    )
    return next(iter(flat)) if len(flat) == 1 else Or(tuple(flat))


def negation(part: Query) -> Query:
    """Say the contrary; twice is nothing."""
    return part.part if isinstance(part, Not) else Not(part)


def leaves(query: Query, *, is_negated: bool = False) -> Iterator[tuple[Leaf, bool]]:
    """List the leaves from left to right, each with whether it is negated."""
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part, is_negated=is_negated)
        case Not(part):
            yield from leaves(part, is_negated=not is_negated)
        case _:
            yield query, is_negated


def written(query: Query) -> str:
    """Write a query in its own language; reading that gives the same query."""
    match query:
        case And(parts):
            return " AND ".join(_enclosed(p) if isinstance(p, Or) else written(p) for p in parts)
        case Or(parts):
            return " OR ".join(map(written, parts))
        case Not(part):
            return f"NOT {_enclosed(part) if isinstance(part, And | Or) else written(part)}"
        case _:
            return _written_leaf(query)


def _written_leaf(leaf: Leaf) -> str:
    match leaf:
        case Near(words, distance):
            return f'"{words}"~{distance}'
        case Tag(name):
            return f"#{name}"
        case Account(name):
            return f"@{name}"
        case Field(name, value):
            return f"{name}:{_quoted(value)}"
        case Text(words):
            return _quoted(words)


def _enclosed(query: Query) -> str:
    return f"({written(query)})"


def _quoted(words: str) -> str:
    return words if _PLAIN.fullmatch(words) and words not in OPERATORS else f'"{words}"'
