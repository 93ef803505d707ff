"""How likely the words of a text are in each language: from the frequency lists of wordfreq."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

CLOSEST = ("nl", "fr", "en", "de")
"""The languages that are read best: their lists go deeper."""
_OTHERS = "ca cs da es fi hr hu id is it lt lv ms no pl pt ro sk sl sr sv tl tr vi"
LISTED = (*CLOSEST, *_OTHERS.split())
"""Languages in Latin letters with a list, in the order of every row of scores."""

_LIST_NAMES = {"hr": "sh", "no": "nb", "sr": "sh", "tl": "fil"}
_DEEP_CENTIBELS, _CENTIBELS = 650, 600
"""How rare a word may be, in hundredths of a power of ten: once in 3 million, in 1 million words."""
_UNKNOWN = -7.5 * math.log(10)
_END_LETTERS = 3
_END_WEIGHT = 0.7
_UNSEEN_END = 0.5


class WordEvidence(NamedTuple):
    """Log-probabilities of the words of a text."""

    words: NDArray[np.float16]
    """Shape (n words, n listed): each word's, or the floor where a list lacks it."""
    total: NDArray[np.float32]
    """Shape (n listed): of all words together, those unknown judged by how they begin and end."""


class _Table(NamedTuple):
    """Rows by the hash of a string: arrays take a tenth of the memory of dictionaries."""

    keys: NDArray[np.int64]
    rows: NDArray[np.float16]
    """The last one is for what is not there."""

    def find(self, strings: Sequence[str]) -> tuple[NDArray[np.float16], NDArray[np.bool_]]:
        """Return the rows of strings, and which of them are there."""
        wanted = np.fromiter(map(hash, strings), np.int64, len(strings))
        places = self.keys.searchsorted(wanted)
        is_there = self.keys[places] == wanted
        return self.rows[np.where(is_there, places, -1)], is_there


def weigh_words(words: Sequence[str]) -> WordEvidence:
    """
    Score words, in lower case, under each listed language.

    Args:
        words: At least one.

    Returns:
        Natural logarithms of relative frequencies. A word that no list has is judged by
        its first and last three letters: their share among the words of each list.
    """
    known, ends = _tables()
    rows, is_known = known.find(words)
    total = rows.sum(axis=0, dtype=np.float32)
    unknown = [word for word, has in zip(words, is_known.tolist(), strict=True) if not has]
    pieces = [end for word in unknown if len(word) > _END_LETTERS for end in _ends(word)]
    if pieces:
        total += _END_WEIGHT * ends.find(pieces)[0].sum(axis=0, dtype=np.float32)
    return WordEvidence(rows, total)


def _ends(word: str) -> tuple[str, str]:
    return f"{word[:_END_LETTERS]}-", f"-{word[-_END_LETTERS:]}"


@lru_cache(maxsize=1)
def _tables() -> tuple[_Table, _Table]:
    """Read the lists: one to two seconds, once a process, when the first text comes."""
    keys, values, ends = [], [], []
    for language in LISTED:
        words, logs = _list(language)
        keys.append(np.fromiter(map(hash, words), np.int64, len(words)))
        values.append(logs)
        ends.append(_end_counts(words))
    return _join(keys, values, [_UNKNOWN] * len(LISTED)), _end_table(ends)


def _list(language: str) -> tuple[list[str], NDArray[np.float32]]:
    import wordfreq

    name = _LIST_NAMES.get(language, language)
    size, deepest = ("large", _DEEP_CENTIBELS) if language in CLOSEST else ("small", _CENTIBELS)
    # `get_frequency_list` would keep the list for ever.
    steps = wordfreq.read_cBpack(wordfreq.available_languages(size)[name])[: deepest + 1]
    words = [word for step in steps for word in step]
    counts = [len(step) for step in steps]
    logs = np.repeat(np.arange(len(steps)) * (-math.log(10) / 100), counts)
    return words, logs.astype(np.float32)


def _end_counts(words: Iterable[str]) -> Counter[str]:
    long = [word for word in words if len(word) > _END_LETTERS]
    counts = Counter([word[:_END_LETTERS] + "-" for word in long])
    counts.update(["-" + word[-_END_LETTERS:] for word in long])
    return counts


def _end_table(counts: Sequence[Counter[str]]) -> _Table:
    """Make the table of shares: each word of a list has a first and a last end."""
    keys = [np.fromiter(map(hash, count), np.int64, len(count)) for count in counts]
    values = [
        _share(np.fromiter(count.values(), np.float32, len(count)), count.total() / 2)
        for count in counts
    ]
    return _join(keys, values, [_share(np.float32(0), count.total() / 2) for count in counts])


def _share(count: Any, total: float) -> Any:
    return np.log((count + _UNSEEN_END) / total)


def _join(
    keys: Sequence[NDArray[np.int64]],
    values: Sequence[NDArray[np.float32]],
    missing: Sequence[float],
) -> _Table:
    """Join each language's keys and values into one table with a column for each language."""
    together, places = np.unique(np.concatenate(keys), return_inverse=True)
    rows = np.empty((len(together) + 1, len(keys)), np.float16)
    rows[:] = missing
    starts = np.cumsum([0, *map(len, keys)])
    for column, (start, end) in enumerate(pairwise(starts)):
        rows[places[start:end], column] = values[column]
    return _Table(np.append(together, np.iinfo(np.int64).max), rows)
