"""By which slip of the pen or of the ear one word became another."""

import re
from itertools import pairwise
from typing import Literal

Slip = Literal["swapped", "doubled", "sound", "key", "missing", "extra", "replaced", "lookalike"]
"""
How a word is misspelt: two neighbours swapped, a letter doubled or a double one single, letters
that sound alike, a letter's neighbour on the keyboard, a letter missing, one too many, another
one, a digit that looks like the letter.
"""

_ROWS = (
    ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    ("azertyuiop", "qsdfghjklm", "wxcvbn"),
    ("qwertzuiop", "asdfghjkl", "yxcvbnm"),
)
_ALIKE = {
    frozenset(pair)
    for pair in ("ck", "cs", "kq", "fv", "sz", "iy", "vw", "dt", "bp", "ea", "ie", "gj", "uv")
}
_SOUNDS = (
    *(("ij", "i"), ("ei", "i"), ("ey", "i"), ("y", "i"), ("ae", "a"), ("oe", "o"), ("ue", "u")),
    *(("ph", "f"), ("th", "t"), ("ck", "k"), ("q", "k"), ("ce", "se"), ("ci", "si")),
    *(("ch", "\0"), ("c", "k"), ("\0", "ch")),
)
_TWICE = re.compile(r"(.)\1+")
_DIGITS = str.maketrans("013457", "oieast")


def _keyboard_neighbours() -> frozenset[frozenset[str]]:
    pairs = set()
    for rows in _ROWS:
        for row in rows:
            pairs |= {frozenset(pair) for pair in pairwise(row)}
        for upper, lower in pairwise(rows):
            for at, key in enumerate(lower):
                pairs |= {frozenset((key, near)) for near in upper[at : at + 2]}
    return frozenset(pairs)


_NEIGHBOURS = _keyboard_neighbours()


def are_neighbours(one: str, other: str) -> bool:
    """Tell whether two letters lie beside each other on one of the usual keyboards."""
    return frozenset((one, other)) in _NEIGHBOURS


def sound_of(word: str) -> str:
    """Write a folded word by its sound, roughly: ij as y, oe as o, no letter twice."""
    for spelling, sound in _SOUNDS:
        word = word.replace(spelling, sound)
    return _TWICE.sub(r"\1", word)


def without_one(word: str) -> list[str]:
    """Give the word with each of its letters left out."""
    return [word[:at] + word[at + 1 :] for at in range(len(word))]


def without_digits(word: str) -> str:
    """Write the letters that digits stand for: h3ineken."""
    return word.translate(_DIGITS)


def slip_between(written: str, meant: str) -> tuple[Slip, int] | None:
    """
    Tell how *written* came about if *meant* was meant.

    Args:
        written: A folded word.
        meant: Another one.

    Returns:
        The slip and where in *meant* it happened; None if it takes more than one.
    """
    at = _first_difference(written, meant)
    if written[at:] == meant[at:]:
        return None
    if len(written) == len(meant):
        slip = _slip_of_equal_length(written, meant, at)
    elif len(written) == len(meant) + 1 and written[at + 1 :] == meant[at:]:
        slip = "doubled" if at and written[at] == written[at - 1] else "extra"
    elif len(written) + 1 == len(meant) and written[at:] == meant[at + 1 :]:
        slip = "doubled" if at and meant[at] == meant[at - 1] else "missing"
    else:
        slip = None
    if slip in {None, "replaced", "missing", "extra"} and sound_of(written) == sound_of(meant):
        return "sound", at
    if slip is None and any(c.isdigit() for c in written) and without_digits(written) == meant:
        return "lookalike", at
    return (slip, at) if slip else None


def _first_difference(one: str, other: str) -> int:
    for at, (here, there) in enumerate(zip(one, other, strict=False)):
        if here != there:
            return at
    return min(len(one), len(other))


def _slip_of_equal_length(written: str, meant: str, at: int) -> Slip | None:
    if written[at + 1 :] == meant[at + 1 :]:
        letters = frozenset((written[at], meant[at]))
        if written[at].isdigit():
            return "lookalike" if without_digits(written[at]) == meant[at] else None
        if letters in _ALIKE:
            return "sound"
        return "key" if letters in _NEIGHBOURS else "replaced"
    swapped = written[at : at + 2] == meant[at : at + 2][::-1]
    return "swapped" if swapped and written[at + 2 :] == meant[at + 2 :] else None
