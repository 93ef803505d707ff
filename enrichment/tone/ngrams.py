"""A text as hashed pieces: words, pairs of words, and runs of characters."""

import re
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1 << 17
_LONGEST_WORD = 24
_MOST_WORDS = 120

_MASKS = (
    (re.compile(r"https?://\S+|www\.\S+"), "http"),
    (re.compile(r"@\w+"), "@user"),
    (re.compile(r"[\U0001F3FB-\U0001F3FF\ufe0f]"), ""),
    (re.compile(r"(\w)\1{2,}"), r"\1\1"),
    (re.compile(r"\d+"), "0"),
)
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_PIECE = re.compile(r"[@#]?\w+(?:['\u2019]\w+)*|[^\w\s]")


def unescaped(text: str) -> str:
    r"""Read what an export escaped twice: `\u2019` for an apostrophe, `\"` for a quotation mark."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text).replace('\\"', '"')


def hashed_pieces(text: str) -> NDArray[np.int32]:
    """
    Hash the pieces of a text.

    Args:
        text: A passage; links, handles and digits are read as such, not by name.

    Returns:
        Distinct bucket numbers below `BUCKETS`, in ascending order: of words,
        pairs of neighbouring words, and runs of 2 to 5 characters within words.
    """
    folded = unescaped(text).casefold()
    for pattern, mask in _MASKS:
        folded = pattern.sub(mask, folded)
    words = [word[:_LONGEST_WORD] for word in _PIECE.findall(folded)[:_MOST_WORDS]]
    pieces = {f"w{word}" for word in words}
    pieces.update(f"p{a} {b}" for a, b in pairwise(words))
    for word in set(words):
        framed = f"<{word}>"
        for size in (2, 3, 4, 5):
            pieces.update(
                [f"c{framed[i : i + size]}" for i in range(max(0, len(framed) - size + 1))]
            )
    return np.unique(
        np.array(
            [crc32(piece.encode("utf-8", "surrogatepass")) % BUCKETS for piece in pieces], np.int32
        )
    )
