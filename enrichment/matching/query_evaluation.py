"""Hold a query against a mention: whether it holds, where its words stand, and why it fails."""

from collections.abc import Iterator

from collectors.queries.tree import Account, And, Field, Near, Not, Or, Query, Tag, Text, written
from enrichment.matching.folding import fold
from enrichment.matching.query_text import FieldWords, Place, QueryText, fits, patterns_in

_SHOWN_LETTERS = 60


def holds(query: Query, text: QueryText) -> bool:
    """Tell whether a query holds for a mention."""
    match query:
        case And(parts):
            return all(holds(part, text) for part in parts)
        case Or(parts):
            return any(holds(part, text) for part in parts)
        case Not(part):
            return not holds(part, text)
        case Field():
            return _is_so(query, text)
        case _:
            return any(True for field in text.fields for _ in places_of(query, field))


def why_failing(query: Query, text: QueryText) -> str:
    """Name the smallest part of a query that says why it fails for *text*."""
    match query:
        case And(parts):
            return why_failing(next(part for part in parts if not holds(part, text)), text)
        case Or():
            return f"nothing of {_short(query)} is there"
        case Not(Field() as part):
            return f"{_short(part)} holds"
        case Not(part):
            return f"{_short(part)} is there"
        case Field():
            return f"{_short(query)} does not hold"
        case _:
            return f"{_short(query)} is not there"


def places_of(leaf: Query, field: FieldWords) -> Iterator[Place]:
    """Find where a leaf holds in a title or a text."""
    match leaf:
        case Text(words):
            patterns = patterns_in(words)
            if patterns:
                yield from field.phrases(patterns)
        case Near(words, distance):
            yield from field.near(patterns_in(words), distance)
        case Tag(name):
            wanted = fold(name)
            yield from (place for tag, place in field.tags if fits(wanted, tag))
        case Account(name):
            wanted = fold(name)
            for names, place in field.accounts:
                if any(fits(wanted, one) for one in names):
                    yield place


def _is_so(field: Field, text: QueryText) -> bool:
    match field.name:
        case "platform":
            return field.value == text.about.platform
        case "lang":
            return field.value == text.language
        case "author":
            return text.author is not None and fold(field.value) == text.author
        case "site":
            return text.host == field.value or text.host.endswith(f".{field.value}")


def _short(query: Query) -> str:
    text = written(query)
    return text if len(text) <= _SHOWN_LETTERS else text[: _SHOWN_LETTERS - 1] + "…"
