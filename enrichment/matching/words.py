"""Which strings are words of Dutch, French, English or German, and how common they are."""

from bisect import bisect_left
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np

LANGUAGES = ("other", "nl", "fr", "en", "de")
STEPS = 10
"""Zipf frequencies are kept in tenths."""
NOT_JOINING = 255
"""Kept for a word that is neither Dutch nor German."""
_LIST = Path(__file__).parents[1] / "models" / "words.npz"


class Word(NamedTuple):
    """
    What is known of a word.

    Attributes:
        zipf: Logarithm (base 10) of how often it comes up in a billion words, in the language
            where it is most common: 6 for "niet", 4.7 for "klanten", 1 for what is hardly one.
        language: That language, or `other`.
        joining: The same in Dutch or German, whose words are joined without a blank.
    """

    zipf: float
    language: str
    joining: float


UNKNOWN = Word(0.0, "other", 0.0)


def word_hash(word: str) -> int:
    """Hash a folded word to 32 bits, the same in all processes."""
    return crc32(word.encode("utf-8", "surrogatepass"))


def known_word(word: str) -> Word:
    """
    Look a folded word up.

    Args:
        word: As `enrichment.matching.folding.fold` writes it; four letters or more are known.

    Returns:
        What is known; `UNKNOWN` for what is no word.
    """
    hashes, zipf, language, rarer = _word_list()
    key = word_hash(word)
    at = bisect_left(hashes, key)
    if at == len(hashes) or hashes[at] != key or not word.isascii():
        return UNKNOWN
    steps, less = zipf[at], rarer[at]
    joining = 0 if less == NOT_JOINING else steps - less
    return Word(steps / STEPS, LANGUAGES[language[at]], joining / STEPS)


@cache
def _word_list() -> tuple[memoryview, memoryview, memoryview, memoryview]:
    """Give hashes, frequencies, languages and what joins as Python reads them fastest one by one."""
    with np.load(_LIST) as saved:
        hashes = np.cumsum(saved["gaps"], dtype=np.uint32)
        return hashes.data, saved["zipf"].data, saved["language"].data, saved["rarer"].data
