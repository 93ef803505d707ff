"""Phrases of a passage: content words beside one another, the most telling of each length."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from enrichment.keyphrases.folds import word_key
from enrichment.language.word_evidence import CLOSEST, weigh_words
from enrichment.matching.folding import fold

MOST_WORDS = 4
MOST_OF_EACH = (6, 5, 3, 2)
"""Phrases kept of one passage with one, two, three and four words."""

_PIECE = re.compile(
    r"(?P<skip>(?:https?://|www\.)\S+|@\w+|&\w+;)|(?P<word>[^\W\d_](?:[^\W_]|[-\u2010\u2011](?=[^\W_]))*)"
    r"|(?P<number>\d[\w.,]*)|(?P<elision>['\u2019])|(?P<border>[^\w\s]|[\n\r\v])"
)
_LONGEST_WORD = 40
_FEWEST_LETTERS = 3


class Keyphrase(NamedTuple):
    """A phrase: as written, and its key, equal for its plural and inflections."""

    phrase: str
    key: str


class _Word(NamedTuple):
    written: str
    folded: str
    is_capital: bool


class _Lists(NamedTuple):
    edges: frozenset[str]
    joins: frozenset[str]


def keyphrases(
    text: str,
    *,
    language: str,
    names: Sequence[tuple[int, int]] = (),
    private_words: frozenset[str] = frozenset(),
) -> list[Keyphrase]:
    """
    Find what a passage speaks of.

    A phrase has one to four words between two marks; it begins and ends with a content word, and
    holds at most two small words (`terms of service`). How telling a word is, is how rare it is
    in the language (wordfreq); of each length the most telling phrases are kept.

    Args:
        text: The passage.
        language: ISO 639-1, or `und`.
        names: Spans that are no content: names of subjects, of persons.
        private_words: Folded words of employees' names: no phrase holds one.

    Returns:
        At most `sum(MOST_OF_EACH)`, each key once; the longest and most telling first.
    """
    words = _without_persons(list(_words(text, names)))
    lists = _lists(language)
    runs = [run for run in _runs(words, lists) if run]
    found: dict[str, tuple[float, int, Sequence[_Word]]] = {}
    for run in runs:
        for phrase in _phrases(run, lists):
            told = [w.folded for w in phrase if w.folded not in lists.edges]
            key = " ".join([word_key(word, language) for word in told])
            if key in found or not private_words.isdisjoint(told):
                continue
            score = sum([_rarity(word, language) for word in told]) / len(told)
            found[key] = (score, len(told), phrase)
    kept: list[Keyphrase] = []
    for length in range(MOST_WORDS, 0, -1):
        ranked = sorted((-score, key) for key, (score, n, _) in found.items() if n == length)[
            : MOST_OF_EACH[length - 1]
        ]
        kept += [
            Keyphrase(" ".join([word.written for word in found[key][2]]), key) for _, key in ranked
        ]
    return kept


def _words(text: str, names: Sequence[tuple[int, int]]) -> Iterator[_Word | None]:
    """Give the words, and None for each border between them."""
    for piece in _PIECE.finditer(text):
        start, end = piece.span()
        if piece.lastgroup != "word" or any(s < end and e > start for s, e in names):
            if piece.lastgroup != "elision":
                yield None
            continue
        written = piece[0]
        if len(written) > _LONGEST_WORD:
            yield None
            continue
        yield _word(written)


def _without_persons(words: list[_Word | None]) -> list[_Word | None]:
    """Make borders of persons' names, as far as their capitals and what is beside them tell."""
    given, before, after, particles = _persons()
    masked = [False] * len(words)
    for at, word in enumerate(words):
        if word is None:
            continue
        is_given = word.is_capital and word.folded in given
        if is_given:
            masked[at] = True
        if is_given or word.folded in before:
            _mask_name(words, masked, at + 1, particles, reach=3)
        if word.folded in after and at > 1 and all(map(_is_capital, words[at - 2 : at])):
            masked[at - 2] = masked[at - 1] = True
    return [None if hidden else word for word, hidden in zip(words, masked, strict=True)]


def _mask_name(
    words: Sequence[_Word | None],
    masked: list[bool],
    at: int,
    particles: frozenset[str],
    *,
    reach: int,
) -> None:
    """Hide the capitals from *at* on, small words between them included."""
    behind = at
    for place in range(at, min(len(words), at + reach)):
        word = words[place]
        if word is None or not (_is_capital(word) or word.folded in particles):
            break
        if _is_capital(word):
            behind = place + 1
    masked[at:behind] = [True] * (behind - at)


def _is_capital(word: _Word | None) -> bool:
    return word is not None and word.is_capital


def _runs(words: Sequence[_Word | None], lists: _Lists) -> Iterator[list[_Word]]:
    """Give stretches of words without a border, nor a small word that joins nothing."""
    run: list[_Word] = []
    for word in words:
        is_content = word is not None and (
            word.folded not in lists.edges and len(word.folded) >= _FEWEST_LETTERS
        )
        if word is not None and (is_content or word.folded in lists.joins):
            run.append(word)
            continue
        yield run
        run = []
    yield run


def _phrases(run: Sequence[_Word], lists: _Lists) -> Iterator[Sequence[_Word]]:
    for first, word in enumerate(run):
        if word.folded in lists.edges:
            continue
        for behind in range(first + 1, min(len(run), first + MOST_WORDS) + 1):
            if run[behind - 1].folded in lists.edges:
                continue
            yield run[first:behind]


@lru_cache(maxsize=65_536)
def _word(written: str) -> _Word:
    return _Word(written, fold(written), written[0].isupper())


@lru_cache(maxsize=65_536)
def _rarity(word: str, language: str) -> float:
    """Tell how rare a word is: minus the logarithm of its share in the language."""
    logs = weigh_words([word]).words[0, : len(CLOSEST)].tolist()
    return -float(logs[CLOSEST.index(language)] if language in CLOSEST else max(logs))


@lru_cache(maxsize=64)
def _lists(language: str) -> _Lists:
    spoken = (language,) if language in CLOSEST else CLOSEST
    tables = [_table()[key] for key in spoken]
    joins = frozenset(word for table in tables for word in table["joins"].split())
    return _Lists(
        frozenset(word for table in tables for word in table["edges"].split()) | joins, joins
    )


@lru_cache(maxsize=1)
def _persons() -> tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]:
    table = _table()["persons"]
    given, before, after, particles = (
        frozenset(table[key].split()) for key in ("given", "before", "after", "particles")
    )
    return given, before, after, particles


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, str]]:
    text = files("enrichment.keyphrases").joinpath("words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
