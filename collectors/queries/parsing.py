"""Read a query: from text to a tree, or what is wrong with it and where."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from collectors.configuration.mistakes import nearest
from collectors.configuration.mistakes import quoted as shown
from collectors.queries.tree import (
    Account,
    Field,
    FieldName,
    Leaf,
    Near,
    Query,
    Tag,
    Text,
    conjunction,
    disjunction,
    leaves,
    negation,
)

if TYPE_CHECKING:
    from lark import Lark, Token

LONGEST = 4_096
"""Characters of a query."""
MOST_LEAVES = 400
DEEPEST = 50
"""So many levels of brackets."""
_LONGEST_LEAF = 200
_MOST_WORDS = 20
_LETTERS_BEFORE_STAR = 2
_MOST_STARS = 3
FIELDS: tuple[FieldName, ...] = ("author", "lang", "platform", "site")
_QUOTES = '"\u201c\u201d\u201e\u00ab\u00bb'
_QUOTED = re.compile(f"[{_QUOTES}][^{_QUOTES}]*[{_QUOTES}]")
_MEANT_FIELDS = {
    "from": "author",
    "by": "author",
    "user": "author",
    "language": "lang",
    "source": "platform",
    "domain": "site",
    "host": "site",
    "url": "site",
}

_GRAMMAR = r"""
    ?query: clause ("OR" clause)*    -> any_of
    ?clause: unary ("AND"? unary)*   -> all_of
    ?unary: ("NOT" | MINUS) unary    -> none_of
          | atom
    ?atom: "(" query ")"
         | QUOTED                    -> phrase
         | QUOTED NEAR               -> near
         | WORD                      -> word
         | FIELD _value              -> field
    _value: WORD | QUOTED | "(" (WORD | QUOTED) ("OR" (WORD | QUOTED))* ")"

    FIELD.3: /[^\W\d_]+:(?=[^\s])/
    NEAR.2: /~[0-9]{1,3}(?![^\s()])/
    MINUS.2: /[-\u2212](?=[^\s()\-]|\()/
    QUOTED: /["\u201c\u201d\u201e\u00ab][^"\u201c\u201d\u201e\u00ab\u00bb]*["\u201c\u201d\u00bb]/
    WORD: /[^\s()"\u201c\u201d\u201e\u00ab\u00bb\-\u2212~][^\s()"\u201c\u201d\u201e\u00ab\u00bb]*/
    %ignore /\s+/
"""


class QueryError(ValueError):
    """
    A text that is no query.

    Attributes:
        message: What is wrong, and where.
        suggestion: What to write instead; empty where there is nothing to advise.
    """

    def __init__(self, message: str, suggestion: str = "") -> None:
        super().__init__(f"{message}, {suggestion}" if suggestion else message)
        self.message = message
        self.suggestion = suggestion


def parse_query(text: str) -> Query:
    """
    Read a query.

    Args:
        text: Such as `(acme OR "acme bier") AND NOT "looney tunes"`; at most 4,096 characters.

    Returns:
        Its tree, at most 50 levels deep.

    Raises:
        QueryError: It can't be read.
    """
    if len(text) > LONGEST:
        msg = f"has {len(text):,} characters"
        raise QueryError(msg, f"write at most {LONGEST:,}, or several subjects")
    if not text.strip():
        msg = "is empty"
        raise QueryError(msg, 'write for instance acme AND NOT "looney tunes"')
    _refuse_deep_brackets(text)
    query = _read(text)
    number = sum(1 for _ in leaves(query))
    if number > MOST_LEAVES:
        msg = f"asks {number:,} things"
        raise QueryError(msg, f"{MOST_LEAVES} are allowed")
    return query


def _read(text: str) -> Query:
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    try:
        # The tree is built while reading: without recursion, whatever comes.
        return cast("Query", _parser().parse(text))
    except UnexpectedCharacters as error:
        raise _unreadable(text, error.pos_in_stream or 0) from None
    except UnexpectedToken as error:
        raise _misplaced(text, error.token) from None


@cache
def _parser() -> "Lark":
    from lark import Lark

    return Lark(_GRAMMAR, start="query", parser="lalr", lexer="basic", transformer=_builder())


@cache
def _builder() -> Any:
    from lark import Transformer, v_args

    class Builder(Transformer[Any, Query]):
        """Makes our own tree of what the parser finds."""

        @v_args(inline=True)
        def phrase(self, quoted: "Token") -> Query:
            return Text(_words(quoted))

        @v_args(inline=True)
        def near(self, quoted: "Token", distance: "Token") -> Query:
            words = _words(quoted)
            if " " not in words:
                msg = f'"{words}"{distance} has one word only'
                raise QueryError(msg, 'write the words that stand near each other: "a b"~5')
            return Near(words, int(distance[1:]))

        @v_args(inline=True)
        def word(self, word: "Token") -> Query:
            return _word(word)

        def field(self, children: list["Token"]) -> Query:
            name, *values = children
            return disjunction(*(_field(name, value) for value in values))

        @v_args(inline=True)
        def none_of(self, *children: Any) -> Query:
            return negation(children[-1])

        def all_of(self, parts: list[Query]) -> Query:
            return conjunction(*parts)

        def any_of(self, parts: list[Query]) -> Query:
            return disjunction(*parts)

    return Builder()


def _words(quoted: str) -> str:
    """Take a phrase out of its quotes."""
    words = " ".join(quoted[1:-1].split())
    _check_words(words)
    return words


def _word(token: str) -> Leaf:
    """Read a bare word: perhaps a hashtag or an account."""
    word = str(token)
    if re.search(r"[~^][0-9.]*$", word):
        msg = f"{shown(word)}: nothing is known of ~ and ^ behind a single word"
        raise QueryError(msg, 'write "a b"~5 for words near each other, acm* for endings')
    if word[:-1].isalpha() and word[-1] == ":":
        msg = f"nothing stands behind {word}"
        raise QueryError(msg, "write the value without a blank before it, such as lang:nl")
    if word[0] in "#\uff03" and _is_name(word[1:]):
        return Tag(word[1:])
    if word[0] in "@\uff20" and _is_name(word[1:]):
        return Account(word[1:])
    _check_words(word)
    return Text(word)


def _is_name(word: str) -> bool:
    if not re.search(r"[^\W_]", word):
        return False
    _check_words(word)
    return re.fullmatch(r"[\w.@*-]+", word) is not None


def _check_words(words: str) -> None:
    """Refuse what could be found nowhere, or everywhere."""
    if len(words) > _LONGEST_LEAF or words.count(" ") >= _MOST_WORDS:
        msg = f"{shown(words)} is too long"
        advice = f"a phrase has at most {_MOST_WORDS} words and {_LONGEST_LEAF} characters"
        raise QueryError(msg, advice)
    if not any(character.isalnum() for character in words):
        operator = {"&&": "AND", "||": "OR", "|": "OR", "&": "AND", "!": "NOT"}.get(words)
        advice = f"write {operator}" if operator else "write words"
        msg = f"{shown(words)} has no letter or digit"
        raise QueryError(msg, advice)
    for chunk in words.split() if "*" in words else ():
        if "*" in chunk and not _is_pattern(chunk):
            msg = f"{shown(chunk)}: a * stands behind two letters or more, and three times at most"
            raise QueryError(msg, "write for instance acm*")


def _is_pattern(chunk: str) -> bool:
    begun = re.search(r"[^\W_]+\*", chunk)
    return (
        begun is not None
        and "*" not in chunk[: begun.start()]
        and len(begun[0]) > _LETTERS_BEFORE_STAR
        and chunk.count("*") <= _MOST_STARS
        and re.search(r"[\W_]\*", chunk) is None
    )


def _field(token: str, value: str) -> Field:
    """Read what is asked of the mention beside its text."""
    key = token.rstrip(":").casefold()
    name = next((field for field in FIELDS if field == key), None)
    if name is None:
        meant = _MEANT_FIELDS.get(key) or nearest(key, FIELDS)
        advice = f"did you mean {meant}:?" if meant else f"known: {', '.join(FIELDS)}"
        msg = f"{shown(token)} is no field"
        raise QueryError(msg, f'{advice} (a word with a colon stands in quotes: "{key}:…")')
    bare = _words(value) if value[0] in _QUOTES else value
    return Field(name, _READ_VALUES[name](bare))


def _author(value: str) -> str:
    name = re.sub(r"^(?:@|/?u/)", "", value)
    if not any(character.isalnum() for character in name):
        msg = f"author:{value} names nobody"
        raise QueryError(msg, "write the account's name, such as author:acme")
    return name


def _language(value: str) -> str:
    language = value.casefold()
    if not re.fullmatch(r"[a-z]{2,3}", language):
        msg = f"lang:{value} is no language"
        raise QueryError(msg, "write its code of two letters, such as lang:nl, or lang:und")
    return language


def _site(value: str) -> str:
    host = value.casefold().removeprefix("*.").removeprefix("www.").strip(".")
    if not re.fullmatch(r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,9}", host):
        msg = f"site:{value} is no host"
        raise QueryError(msg, "write it without https:// or path, such as site:news.example")
    return host


def _platform(value: str) -> str:
    return value.casefold()


_READ_VALUES: Mapping[FieldName, Callable[[str], str]] = {
    "author": _author,
    "lang": _language,
    "platform": _platform,
    "site": _site,
}


def _refuse_deep_brackets(text: str) -> None:
    depth = deepest = 0
    for bracket in re.findall(r"[()]", _QUOTED.sub("", text)):
        depth += 1 if bracket == "(" else -1
        deepest = max(deepest, depth)
    if deepest > DEEPEST:
        msg = f"has {deepest:,} brackets inside each other"
        raise QueryError(msg, f"{DEEPEST} are allowed")


def _unreadable(text: str, at: int) -> QueryError:
    """Say what is wrong where no word, sign or bracket can be read."""
    sign = text[at]
    if sign in _QUOTES:
        return QueryError(f"the {sign} at character {at + 1} is never closed", "close the phrase")
    if sign == "~":
        advice = 'write it directly behind a phrase, with the number of words between: "a b"~5'
        return QueryError(f"the ~ at character {at + 1} belongs to no phrase", advice)
    return QueryError(f"the {shown(sign)} at character {at + 1} belongs to no word", "remove it")


def _misplaced(text: str, token: "Token") -> QueryError:
    """Say what is wrong where something stands in the wrong place."""
    if token.type == "$END":
        opened = _open_bracket(text)
        if opened is not None and not re.search(r"(?:AND|OR|NOT|[(:-])\s*$", text):
            return QueryError(f"the ( at character {opened + 1} is never closed", "add a )")
        last = text.rsplit(maxsplit=1)[-1]
        return QueryError(f"ends with {shown(last)}", "write what follows, or remove it")
    at = (token.start_pos or 0) + 1
    if token.type == "RPAR":
        if _open_bracket(text[: at - 1]) is None:
            return QueryError(f"the ) at character {at} closes nothing", "remove it")
        return QueryError(f"nothing stands before the ) at character {at}", "write a word there")
    if token.type in {"AND", "OR"}:
        return QueryError(
            f"nothing stands before the {token} at character {at}", "write a word there"
        )
    return QueryError(f"{shown(str(token))} at character {at} is out of place")


def _open_bracket(text: str) -> int | None:
    """Find the last ( that is not closed."""
    opened: list[int] = []
    blanked = _QUOTED.sub(lambda found: " " * len(found[0]), text)
    for found in re.finditer(r"[()]", blanked):
        if found[0] == "(":
            opened.append(found.start())
        elif opened:
            opened.pop()
    return opened[-1] if opened else None
