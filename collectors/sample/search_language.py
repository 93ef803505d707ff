"""The query languages of X's and Reddit's search: AND, OR, negation, parentheses, operators."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_WORD = re.compile(r"\w+")
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<open>\() | (?P<close>\))
    | (?P<minus>-)(?=[\w"(@\#])
    | (?P<operator>[A-Za-z_]+):(?P<argument>"[^"]*"|[^\s()"]+)
    | "(?P<phrase>[^"]*)"
    | (?P<word>[^\s()"]+)
    )""",
    re.VERBOSE,
)


class QueryError(ValueError):
    """The platform refuses the query."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Searchable:
    """What a search sees of a post."""

    words: tuple[str, ...]
    """Folded, in order."""
    facts: Mapping[str, frozenset[str]]
    """Values by operator, such as `from` → {handle}, folded."""
    known: frozenset[str] = field(init=False)
    """The words, in no order: asked first, for most queries name words that are not there."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", frozenset(self.words))


Test = Callable[[Searchable], bool]


def words_of(text: str) -> tuple[str, ...]:
    """Split a text as the platforms' searches do: on anything but letters, digits and _."""
    return tuple(_WORD.findall(folded(text)))


def folded(text: str) -> str:
    """Leave out case and accents."""
    split = unicodedata.normalize("NFKD", text)
    return "".join(c for c in split if not unicodedata.combining(c)).casefold()


def parse_query(
    query: str,
    operators: frozenset[str],
    *,
    is_verbal: bool,
    prefixes: Mapping[str, str] | None = None,
) -> Test:
    """
    Read a query.

    Args:
        query: As asked. Blanks mean AND, which binds more tightly than OR.
        operators: The platform's `name:value` operators.
        is_verbal: Whether AND and NOT are words of the language (Reddit), not of the text (X).
        prefixes: Signs that stand for an operator, such as `#` → `hashtag`.

    Returns:
        Tells whether a post is found.

    Raises:
        QueryError: It can't be read.
    """
    parser = _Parser(query, operators, prefixes or {}, is_verbal=is_verbal)
    return parser.parse()


class _Parser:
    """Recursive descent: any_of → all_of → single."""

    def __init__(
        self, query: str, operators: frozenset[str], prefixes: Mapping[str, str], *, is_verbal: bool
    ) -> None:
        self._operators, self._prefixes, self._is_verbal = operators, prefixes, is_verbal
        self._tokens = _tokens(query)
        self._at = 0

    def parse(self) -> Test:
        test = self._any_of()
        if self._at < len(self._tokens):
            self._refuse()
        return test

    def _any_of(self) -> Test:
        choices = [self._all_of()]
        while self._word() == "OR":
            self._at += 1
            choices.append(self._all_of())
        return lambda post: any(test(post) for test in choices)

    def _all_of(self) -> Test:
        parts = [self._single()]
        while self._at < len(self._tokens) and self._kind() != "close" and self._word() != "OR":
            if self._is_verbal and self._word() == "AND":
                self._at += 1
            parts.append(self._single())
        return lambda post: all(test(post) for test in parts)

    def _single(self) -> Test:
        if self._at >= len(self._tokens) or self._kind() == "close" or self._word() == "OR":
            self._refuse()
        kind, value, argument = self._tokens[self._at]
        self._at += 1
        if kind == "minus" or (self._is_verbal and kind == "word" and value == "NOT"):
            negated = self._single()
            return lambda post: not negated(post)
        if kind == "open":
            inside = self._any_of()
            if self._at >= len(self._tokens) or self._kind() != "close":
                self._refuse()
            self._at += 1
            return inside
        if kind == "operator":
            return self._fact(value.lower(), argument.strip('"'))
        if kind == "word" and value[0] in self._prefixes:
            return self._fact(self._prefixes[value[0]], value[1:])
        if value == "-":
            self._refuse()
        return _has_words(words_of(value))

    def _fact(self, operator: str, argument: str) -> Test:
        if operator not in self._operators and operator not in self._prefixes.values():
            msg = f"Reference to invalid operator '{operator}'. Operator is not available."
            raise QueryError(msg)
        wanted = folded(argument)
        if operator == "url":
            wanted_words = words_of(argument)
            return lambda post: any(
                _contains(words_of(url), wanted_words) for url in post.facts.get("url", ())
            )
        if operator == "site":
            return lambda post: any(
                site == wanted or site.endswith("." + wanted) for site in post.facts.get("site", ())
            )
        return lambda post: wanted in post.facts.get(operator, ())

    def _kind(self) -> str:
        return self._tokens[self._at][0]

    def _word(self) -> str | None:
        if self._at >= len(self._tokens):
            return None
        kind, value, _ = self._tokens[self._at]
        return value if kind == "word" else None

    def _refuse(self) -> None:
        msg = f"missing or unexpected part of the query at position {self._at + 1}"
        raise QueryError(msg)


def _tokens(query: str) -> list[tuple[str, str, str]]:
    tokens: list[tuple[str, str, str]] = []
    at = 0
    text = query.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            msg = f"no viable alternative at character '{text[at]}'"
            raise QueryError(msg)
        at = match.end()
        kind = match.lastgroup or ""
        if match["operator"]:
            tokens.append(("operator", match["operator"], match["argument"]))
        else:
            tokens.append((kind, match[kind], ""))
    return tokens


def _has_words(wanted: tuple[str, ...]) -> Test:
    if len(wanted) == 1:
        return lambda post: wanted[0] in post.known
    return lambda post: post.known.issuperset(wanted) and _contains(post.words, wanted)


def _contains(words: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    size = len(wanted)
    return bool(size) and any(
        words[at : at + size] == wanted for at in range(len(words) - size + 1)
    )
