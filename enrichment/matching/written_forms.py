"""In which ways people write a configured name."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple
from unicodedata import normalize

from enrichment.matching.folding import fold

_INITIALS = re.compile(r"(?<!\w)(?:\w\.){2,}")
_AND = re.compile(r" (?:and|en|et|und|\+) | ?& ?")
_ROOMY = re.compile(r" ?(?<=[\w ])([/!?]) ?")
_JOINTS = re.compile(r"(?<=[^ .'&+/])[ .'&+/]++(?=\w)")
_ABBREVIATED = re.compile(r"\b(dr|st|ste|mr|mrs|prof|inc|ltd|co|corp|jr|sr|bros)\b(?!\.)")
_INITIALISM = re.compile(r"\b(nv|bv|sa|sprl|srl|bvba|vzw|asbl)\b(?!\.)")
_HUMP = re.compile(r"(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])")

_SPELT_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
    | {"Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe", "Å": "Aa"}
)
_PLAIN_WORDS = re.compile(
    r"(?: ?(?!(?:and|en|et|und|dr|st|ste|mr|mrs|prof|inc|ltd|co|corp|jr|sr|bros|nv|bv|sa|sprl|srl"
    r"|bvba|vzw|asbl)(?![a-z0-9]))[a-z0-9]+(?![a-z0-9]))+",
    re.IGNORECASE,
)
_DIGITS_FIRST = re.compile(r"(\d+)([a-z]{3,})")

JOINED_LETTERS = 5
"""A name written as one word (CocaCola) has at least so many letters in running text, or a digit."""
TAG_LETTERS = 3
"""… and at least so many as a hashtag or an account (#ATT)."""


class WrittenForm(NamedTuple):
    """
    One way of writing a name, folded, hyphens and underscores being blanks.

    Attributes:
        words: What to look for.
        is_tag: Counts only as a hashtag or an account: too short for running text.
        is_split: Counts only where each word begins with a capital: the two
            halves of MediaMarkt are ordinary words.
    """

    words: str
    is_tag: bool = False
    is_split: bool = False


def written_forms(name: str) -> list[WrittenForm]:
    """
    List the ways in which people write *name*, the configured one first.

    Blanks, hyphens and underscores between words are the same thing; they may
    be left out (Coca-Cola, Coca Cola, CocaCola), and so may dots and
    apostrophes (Dr. Oetker, Dr Oetker; D'Ieteren, Dieteren); "&" may be "and"
    in four languages, and an umlaut two letters (Müller, Mueller).
    """
    has_hump = _HUMP.search(name) is not None
    if not has_hump and name.isascii() and not name[:1].isdigit() and _PLAIN_WORDS.fullmatch(name):
        return _plain_forms(name.strip().lower())
    literal = fold(name).strip().replace("-", " ").replace("_", " ")
    base = " ".join(literal.split())
    if not base:
        return []
    spelt_out = base if name.isascii() else as_words(normalize("NFC", name).translate(_SPELT_OUT))
    if base.isalpha() and not has_hump:
        return [WrittenForm(words) for words in dict.fromkeys((base, spelt_out))]
    spoken = dict.fromkeys((*_spoken(base), literal, *_with_room(fold(name).strip())))
    if spelt_out != base:
        spoken |= dict.fromkeys(_spoken(spelt_out))
    forms = {words: WrittenForm(words) for words in spoken}
    for words in spoken:
        joined = _JOINTS.sub("", words)
        letters = sum(c.isalnum() for c in joined)
        # 't Anker is no tanker.
        if joined not in forms and letters >= TAG_LETTERS and not base.startswith("'"):
            is_word = letters >= JOINED_LETTERS or any(c.isdigit() for c in joined)
            forms[joined] = WrittenForm(joined, is_tag=not is_word)
    for words in _halves(name) if has_hump else _beside_digits(base):
        forms.setdefault(words, WrittenForm(words, is_split=True))
    return list(forms.values())


def _plain_forms(words: str) -> list[WrittenForm]:
    """List the forms of a name without any sign, as `written_forms` would: quickly, for thousands."""
    joined = words.replace(" ", "")
    if joined == words or len(joined) < TAG_LETTERS:
        return [WrittenForm(words)]
    is_word = len(joined) >= JOINED_LETTERS or not joined.isalpha()
    return [WrittenForm(words), WrittenForm(joined, is_tag=not is_word)]


def as_words(name: str) -> str:
    """Fold *name*, hyphens and underscores being blanks."""
    return " ".join(fold(name).replace("-", " ").replace("_", " ").split())


def _spoken(base: str) -> Iterator[str]:
    """Give the forms of running text: dots, apostrophes and "and" in their variants."""
    yield base
    seen = [base]
    for variants in (
        _with_other_ands,
        _with_more_dots,
        _with_fewer_dots,
        _with_fewer_apostrophes,
    ):
        seen += [new for known in tuple(seen) for new in variants(known) if new not in seen]
    yield from seen


def _with_room(plain: str) -> Iterator[str]:
    """Give blanks around signs: Coca - Cola, AC / DC, Yahoo ! as the French write it."""
    if "-" in plain:
        yield plain.replace("-", "   ")
        yield plain.replace("-", "  ")
    if _ROOMY.search(plain):
        yield _ROOMY.sub(r" \1 ", plain).strip()


def _with_other_ands(words: str) -> Iterator[str]:
    if _AND.search(words) is None:
        return
    parts = [part.strip() for part in _AND.split(words)]
    if len(parts) > 1 and all(parts):
        yield from (sign.join(parts) for sign in ("&", " & "))
        if min(map(len, parts)) > 1:
            yield from (sign.join(parts) for sign in (" + ", " and ", " en ", " et ", " und "))


def _with_more_dots(words: str) -> Iterator[str]:
    dotted = _ABBREVIATED.sub(r"\1.", words)
    yield _INITIALISM.sub(lambda found: "".join(f"{letter}." for letter in found[0]), dotted)
    yield dotted


def _with_fewer_dots(words: str) -> Iterator[str]:
    inner = words[1:]
    if "." not in inner:
        return
    without_initials = _INITIALS.sub(lambda found: found[0].replace(".", "") + " ", words).strip()
    candidates = {
        words.replace(". ", "."): True,
        _INITIALS.sub(lambda found: found[0] + " ", words).strip(): True,
        re.sub(r"\s+", " ", without_initials): False,
        words[0] + inner.replace(".", ""): False,
        words[0] + re.sub(r"[. ]+", " ", inner).rstrip(): False,
    }
    for candidate, keeps_a_dot in candidates.items():
        candidate = re.sub(r"\s+", " ", candidate)  # noqa: PLW2901 - the same form, tidied
        if keeps_a_dot or sum(c.isalnum() for c in candidate) >= JOINED_LETTERS - 1:
            yield candidate


def _with_fewer_apostrophes(words: str) -> Iterator[str]:
    if "'" in words and sum(c.isalnum() for c in words) >= JOINED_LETTERS:
        yield words.replace("'", "")
        yield re.sub(r"\s+", " ", words.replace("'", " ")).strip()


def _beside_digits(base: str) -> Iterator[str]:
    """Give 7Pop as two words; not 4M, which is many things."""
    found = _DIGITS_FIRST.fullmatch(base)
    if found:
        yield f"{found[1]} {found[2]}"


def _halves(name: str) -> Iterator[str]:
    """Give MediaMarkt as two words; not iPhone, whose first half is no word."""
    pieces = [piece for word in name.split() for piece in _HUMP.split(word)]
    humps = sum(len(_HUMP.findall(word)) for word in name.split())
    if humps and all(len(left) > 1 and len(right) > 1 for left, right in pairwise(pieces)):
        yield as_words(" ".join(pieces))
