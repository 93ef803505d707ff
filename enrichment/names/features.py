"""What the name finder sees of each word: its letters, its shape, how common it is, its neighbours."""

import re
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from enrichment.language.word_evidence import CLOSEST, weigh_words

BUCKETS = 1 << 18
"""Rows of weights; two features rarely share one."""
ALIKE = 0
"""The row of what is left unseen: its weights are 0."""

_PAD = 2
"""Places before and behind each sentence, so that no word looks into the next one."""
_LONGEST_WORD = 60
_HEADLINE, _HEADLINE_SHARE = 4, 0.7
"""From so many words on, and more than this share of them with a capital, it is a headline."""
_RARE = -17.0
"""Natural logarithm of a relative frequency: rarer words are in no list."""
_STEP = 1.7
_STEPS = 5
_PRIME = 0x9E3779B97F4A7C15
_RUNS = re.compile(r"(.)\1+")
_LINK = re.compile(r"https?://|www\.")


class Atoms(NamedTuple):
    """Hashes of what one word is in itself: the columns of `_atoms`."""

    word: int
    shape: int
    begin: int
    end: int
    short_end: int
    long_end: int


_COLUMNS = (*Atoms._fields, "kind", "common", "spread", "first", "case", "language")
_TEMPLATES: tuple[tuple[tuple[str, int], ...], ...] = (
    (("word", 0),),
    (("word", -1),),
    (("word", 1),),
    (("word", -2),),
    (("word", 2),),
    (("word", -1), ("shape", 0)),
    (("word", 1), ("shape", 0)),
    (("word", -1), ("word", 0)),
    (("word", 0), ("word", 1)),
    (("word", -2), ("word", -1), ("shape", 0)),
    (("begin", 0),),
    (("end", 0),),
    (("short_end", 0), ("shape", 0)),
    (("long_end", 0),),
    (("end", -1),),
    (("end", 1),),
    (("end", -1), ("shape", 0)),
    (("end", 1), ("shape", 0)),
    (("shape", 0), ("case", 0)),
    (("shape", -1), ("shape", 0)),
    (("shape", 0), ("shape", 1)),
    (("shape", -1), ("shape", 0), ("shape", 1)),
    (("shape", 0), ("first", 0), ("common", 0)),
    (("kind", 0),),
    (("kind", 0), ("shape", 0)),
    (("kind", 0), ("common", 0), ("shape", 0)),
    (("kind", -1), ("kind", 0)),
    (("kind", 0), ("kind", 1)),
    (("kind", -1), ("kind", 0), ("kind", 1)),
    (("word", -1), ("kind", 0)),
    (("word", 1), ("kind", 0)),
    (("common", 0), ("shape", 0), ("language", 0)),
    (("spread", 0), ("shape", 0)),
    (("spread", 0), ("common", 0), ("shape", 0), ("language", 0)),
    (("spread", 0), ("common", 0), ("kind", 0), ("shape", 0)),
    (("common", -1), ("shape", -1), ("common", 0), ("shape", 0)),
    (("common", 0), ("shape", 0), ("common", 1), ("shape", 1)),
)
FEATURES = len(_TEMPLATES)
OF_WORDS = np.array([any(atom == "word" for atom, _ in t) for t in _TEMPLATES])
"""Which features know words by heart."""
OF_KINDS = np.array([any(atom == "kind" for atom, _ in t) for t in _TEMPLATES])
"""Which features know from the list what a word names."""


def name_features(
    sentences: Sequence[Sequence[str]], language: str, kinds: Mapping[str, int]
) -> NDArray[np.int32]:
    """
    Describe each word of some sentences.

    Args:
        sentences: Their words, none of them blank.
        language: ISO 639-1 of them all.
        kinds: What a word in small letters may name, by number; words without are left out.

    Returns:
        Shape (n words, `FEATURES`): rows of weights, from 1 to `BUCKETS` - 1.
    """
    total = sum(map(len, sentences))
    if not total:
        return np.empty((0, FEATURES), np.int32)
    distinct = list(dict.fromkeys(word for sentence in sentences for word in sentence))
    number = {word: place for place, word in enumerate(distinct)}
    lower = [word.lower() for word in distinct]
    table = np.zeros((len(distinct) + 1, len(_COLUMNS)), np.uint64)
    table[:-1, : len(Atoms._fields)] = [_atoms(word[:_LONGEST_WORD]) for word in distinct]
    table[:-1, _COLUMNS.index("kind")] = [kinds.get(word, 0) for word in lower]
    common, spread = _commonness(lower, language)
    table[:-1, _COLUMNS.index("common")] = common
    table[:-1, _COLUMNS.index("spread")] = spread
    table[:-1, _COLUMNS.index("language")] = zlib.crc32(language.encode())
    rows = np.full(total + _PAD * (len(sentences) + 1), len(distinct), np.intp)
    places = np.empty(total, np.intp)
    first = np.zeros(len(rows), np.uint64)
    case = np.zeros(len(rows), np.uint64)
    at, done = _PAD, 0
    for sentence in sentences:
        size = len(sentence)
        rows[at : at + size] = [number[word] for word in sentence]
        places[done : done + size] = np.arange(at, at + size)
        first[at : at + 1] = 1
        case[at : at + size] = _case(sentence)
        at += size + _PAD
        done += size
    columns = {name: table[rows, place] for place, name in enumerate(_COLUMNS)}
    columns["first"], columns["case"] = first, case
    return np.stack([_mixed(columns, places, i) for i in range(FEATURES)], axis=1)


def _mixed(
    columns: dict[str, NDArray[np.uint64]], places: NDArray[np.intp], template: int
) -> NDArray[np.int32]:
    mixed = np.full(len(places), template + 1, np.uint64)
    with np.errstate(over="ignore"):
        for atom, offset in _TEMPLATES[template]:
            mixed = (mixed ^ columns[atom][places + offset]) * np.uint64(_PRIME)
            mixed ^= mixed >> np.uint64(29)
    return (mixed % np.uint64(BUCKETS - 1) + np.uint64(1)).astype(np.int32)


@lru_cache(maxsize=50_000)
def _atoms(word: str) -> Atoms:
    lower = "://" if _LINK.match(word) else "@" if word[0] == "@" and word[1:] else word.lower()
    digits = re.sub(r"\d", "0", lower)
    return Atoms(
        *(
            zlib.crc32(part.encode("utf-8", "replace"))
            for part in (
                _RUNS.sub(r"\1\1", digits),
                word_shape(word),
                digits[:3],
                digits[-3:],
                digits[-2:],
                digits[-4:],
            )
        )
    )


def word_shape(word: str) -> str:
    """Tell how a word is written: `a` small, `A` one capital, `Aa`, `AA`, `aA` mixed, `0`, a mark."""
    if word.isalpha():
        if word.islower():
            return "a"
        if word.isupper():
            return "AA" if len(word) > 1 else "A"
        return "Aa" if word[1:].islower() else "AaA" if word[0].isupper() else "aA"
    letters = "".join(filter(str.isalpha, word))
    if not letters:
        return "0" if any(map(str.isdigit, word)) else word[:1]
    mark = next(char for char in word if not char.isalpha())
    return word_shape(letters) + ("0" if mark.isdigit() else mark)


def _case(sentence: Sequence[str]) -> int:
    """Tell apart what is written all small, all in capitals, or as a headline."""
    words = [word for word in sentence if word.isalpha()]
    capital = sum(not word.islower() for word in words)
    if not capital:
        return 1
    if all(word.isupper() for word in words):
        return 2
    return 3 if len(words) >= _HEADLINE and capital > _HEADLINE_SHARE * len(words) else 4


def _commonness(
    words: Sequence[str], language: str
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Sort words by how common they are in the language, and how much rarer in the others."""
    logs = weigh_words(words).words[:, : len(CLOSEST)].astype(np.float32)
    here = CLOSEST.index(language) if language in CLOSEST else None
    own = logs.max(axis=1) if here is None else logs[:, here]
    others = np.delete(logs, here, axis=1).mean(axis=1) if here is not None else logs.mean(axis=1)
    common = np.clip((own - _RARE) // _STEP, -1, _STEPS) + 1
    spread = np.clip((own - others) // _STEP, -_STEPS, _STEPS) + _STEPS
    return common.astype(np.uint64), spread.astype(np.uint64)
