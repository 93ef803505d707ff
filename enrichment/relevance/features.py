"""A mention as hashed features: the words around a subject's name, and how the name stands there."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from enrichment.matching.subjects import Match
from enrichment.matching.words import known_word

BUCKETS = 1 << 18
"""So few that each stands for several words and any number of pairs."""

_REACH = 300
"""Characters read on either side of a name: what stands further off in an article says little."""
_MOST_PLACES = 20
_MOST_WORDS = 400
_LONGEST_WORD = 24
_NEAR_WORDS = 3
_KNOWN_LETTERS = 4
_STEM = 5
"""Letters that a word, its inflections and its compounds share."""
_NAME = "\x00"
_LOOKED_BACK = 8
_BLANKS = " \t\"'«“„(*_"
_SENTENCE_ENDS = ".!?:\n…"
_MASKS = (
    (re.compile(r"https?://\S+|www\.\S+"), " \x01 "),
    (re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{1,253}"), " \x02 "),
    (re.compile(r"@\w+"), " \x02 "),
    (re.compile(r"\bu/\w+"), " \x02 "),
    (re.compile(r"\d+"), "0"),
)
"""Links, accounts and addresses are read as such and never by name: they would tell of people."""
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[\x00-\x02{_UNSPACED}]|[^\W{_UNSPACED}]+|[^\w\s]")
"""A letter of a script without blanks counts as a word: its neighbour makes the pair."""
_ZIPF_OF_SHORT = 6.0
_ZIPF_MOST = 8.0


class Evidence(NamedTuple):
    """
    What of a mention speaks for or against a subject.

    Attributes:
        buckets: Distinct hashes below `BUCKETS`, ascending.
        values: How much each counts, same shape; their squares sum to 1.
    """

    buckets: NDArray[np.int32]
    values: NDArray[np.float32]


def evidence_of(title: str, text: str, matches: Sequence[Match], key: bytes) -> Evidence:
    """
    Read a mention for one subject.

    Args:
        title: The title, or nothing.
        text: The text.
        matches: Where they name the subject; none: the text's beginning is read.
        key: Of the hashes.

    Returns:
        Hashed features; time and size are bounded whatever the length.
    """
    weights: dict[int, float] = {}
    for feature, weight in features(title, text, matches):
        bucket = bucket_of(feature, key)
        weights[bucket] = max(weight, weights.get(bucket, 0.0))
    buckets = np.array(sorted(weights), np.int32)
    values = np.array([weights[bucket] for bucket in buckets.tolist()], np.float32)
    length = float(np.sqrt(np.square(values).sum()))
    return Evidence(buckets, values / np.float32(length or 1.0))


def bucket_of(feature: str, key: bytes) -> int:
    """
    Hash a feature to its bucket, the same in all processes that have the key.

    Without the key a dictionary can't be tried: hashes of a word, its stem and its pairs would
    confirm one another otherwise, and give texts back (BLAKE2's keyed mode, RFC 7693).
    """
    content = feature.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(content, key=key, digest_size=8).digest()) % BUCKETS


def features(title: str, text: str, matches: Sequence[Match]) -> Iterator[tuple[str, float]]:
    """
    List the features of a mention, before they are hashed.

    Yields:
        A feature, whose first letter tells the kind (`w` word, `p` pair, `n` near the name, `s`
        stem, `f` form and rule), and its weight: rare words weigh more.
    """
    yield from _form_features(title, text, matches)
    for stretch in _stretches(title, text, matches):
        words = folded_words(stretch)
        weights = [_rarity(word) for word in words]
        names = [at for at, word in enumerate(words) if word == _NAME]
        for word, weight in zip(words, weights, strict=True):
            if word == _NAME:
                continue
            yield f"w{word}", weight
            if len(word) > _STEM:
                yield f"s{word[:_STEM]}", weight
        for (one, first), (other, second) in pairwise(zip(words, weights, strict=True)):
            yield f"p{one} {other}", (first + second) / 2
        for at in names:
            for place in range(max(0, at - _NEAR_WORDS), min(len(words), at + _NEAR_WORDS + 1)):
                if words[place] != _NAME:
                    yield f"n{words[place]}", weights[place]


def folded_words(text: str) -> list[str]:
    """Split a text into words and signs, without case and accents; a name is one, whatever it is."""
    folded = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    folded = folded.casefold()
    for pattern, mask in _MASKS:
        folded = pattern.sub(mask, folded)
    return [word[:_LONGEST_WORD] for word in _WORD.findall(folded)[:_MOST_WORDS]]


def _form_features(title: str, text: str, matches: Sequence[Match]) -> Iterator[tuple[str, float]]:
    for match in matches[:_MOST_PLACES]:
        case = _case(match.form)
        content = title if match.field == "title" else text
        before = content[max(0, match.start - _LOOKED_BACK) : match.start].rstrip(_BLANKS)
        if case == "title" and (not before or before[-1] in _SENTENCE_ENDS):
            case = "first"  # Any word has a capital there.
        yield f"frule {match.rule}", 1.0
        yield f"fcase {case}", 1.0
        yield f"fform {match.form[:_LONGEST_WORD].casefold()}", 1.0
        yield f"ffield {match.field}", 1.0
    yield ("fseveral" if len(matches) > 1 else "fonce"), 0.5


def _case(form: str) -> str:
    bare = form.lstrip("#@$")
    if bare.isupper():
        return "upper"
    if bare.islower():
        return "lower"
    return "title" if bare.istitle() else "mixed"


def _stretches(title: str, text: str, matches: Sequence[Match]) -> Iterator[str]:
    """Give what stands around the names, the names masked; of the title always something."""
    for field, content in (("title", title), ("text", text)):
        spans = [(m.start, m.end) for m in matches if m.field == field][:_MOST_PLACES]
        if spans:
            yield from _around(content, spans)
        elif field == "title" or not matches:
            yield content[: 2 * _REACH]


def _around(content: str, spans: Sequence[tuple[int, int]]) -> Iterator[str]:
    for start, end, inside in _united(spans, len(content)):
        pieces, position = [], start
        for first, behind in inside:
            pieces += [content[position:first], f" {_NAME} "]
            position = behind
        yield "".join([*pieces, content[position:end]])


def _united(
    spans: Sequence[tuple[int, int]], length: int
) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """Unite what is read around each name where it overlaps."""
    start, end = -1, -1
    inside: list[tuple[int, int]] = []
    for first, behind in sorted(spans):
        if inside and first - _REACH <= end:
            end = min(length, behind + _REACH)
            inside.append((first, behind))
            continue
        if inside:
            yield start, end, inside
        start, end = max(0, first - _REACH), min(length, behind + _REACH)
        inside = [(first, behind)]
    if inside:
        yield start, end, inside


def _rarity(word: str) -> float:
    """Weigh a word by how rare it is in its language, from about .25 for *the* to 1."""
    if word <= "\x02" or not word[0].isalnum():
        return 0.3
    zipf = known_word(word).zipf if len(word) >= _KNOWN_LETTERS else _ZIPF_OF_SHORT
    return max(0.25, min(1.0, (_ZIPF_MOST - zipf) / (_ZIPF_MOST - 3.0)))
