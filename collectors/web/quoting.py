"""Write words so that a platform's search reads no part of them as an operator."""

import re
import unicodedata

_PLAIN_WORD = re.compile(r"\w+")
_OPERATORS = frozenset({"AND", "OR", "NOT"})


def quoted(term: str) -> str:
    """Write a term so that no part of it is read as an operator."""
    words = " ".join(unescaped(term).split())
    return words if _PLAIN_WORD.fullmatch(words) and words not in _OPERATORS else f'"{words}"'


def can_be_found(term: str) -> bool:
    """Tell whether a search finds more in a term than punctuation: letters, digits, signs, emoji."""
    return any(unicodedata.category(character)[0] in "LNS" for character in unescaped(term))


def unescaped(text: str) -> str:
    """Leave out what ends or escapes a quotation."""
    return re.sub(r'["\\\x00-\x1f]', " ", text).strip()
