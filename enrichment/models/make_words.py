"""
Make the word list that ships: `python -m enrichment.models.make_words`.

Needs the library wordfreq (Apache-2.0; its lists CC BY-SA 4.0, so is the list made of them).
Kept are words of four letters and more, folded as texts are: those that come up at least 16 times in
a billion words of Dutch, French, English or German, and those of nine neighbouring
languages at least once in a million. Not the words are kept but a hash of 32 bits of each, which
takes one other string in 3,000 for a word and is a tenth of the size.
"""

from pathlib import Path

import numpy as np
import typer
import wordfreq

from enrichment.matching.folding import fold
from enrichment.matching.words import LANGUAGES, NOT_JOINING, STEPS, word_hash

OWN = LANGUAGES[1:]
OTHERS = ("es", "it", "pt", "pl", "sv", "da", "nb", "fi", "ca")
_SHORTEST = 4
_OWN_FROM = 1.2
_OTHERS_FROM = 3.0
_COMPOUNDING = ("nl", "de")


def words_of(language: str) -> dict[str, float]:
    """Read the folded words of a language and their Zipf frequency (log10 per billion)."""
    words: dict[str, float] = {}
    for word, frequency in wordfreq.get_frequency_dict(language, wordlist="best").items():
        folded = fold(word)
        if len(folded) >= _SHORTEST and folded.isalpha() and folded.isascii():
            zipf = float(np.log10(frequency)) + 9
            words[folded] = max(words.get(folded, 0.0), zipf)
    return words


def rarer(zipf: float, joining: float | None) -> int:
    """Say how many steps rarer a word is in Dutch or German; `NOT_JOINING` where it is none."""
    return NOT_JOINING if joining is None else round(zipf * STEPS) - round(joining * STEPS)


def main() -> None:
    """Write `words.npz` beside this file."""
    known: dict[int, tuple[float, int]] = {}
    joining: dict[int, float] = {}
    for language in (*OWN, *OTHERS):
        is_own = language in OWN
        code = LANGUAGES.index(language) if is_own else 0
        for word, zipf in words_of(language).items():
            if zipf < (_OWN_FROM if is_own else _OTHERS_FROM):
                continue
            key = word_hash(word)
            if zipf > known.get(key, (0.0, 0))[0]:
                known[key] = (zipf, code)
            if language in _COMPOUNDING:
                joining[key] = max(joining.get(key, 0.0), zipf)
    keys = sorted(known)
    gaps = np.diff(np.array([0, *keys], dtype=np.int64))
    if gaps.max() > np.iinfo(np.uint16).max:
        msg = "two neighbouring hashes lie too far apart to be kept in 16 bits"
        raise ValueError(msg)
    path = Path(__file__).parent / "words.npz"
    np.savez_compressed(
        path,
        gaps=gaps.astype(np.uint16),
        zipf=np.array([round(known[key][0] * STEPS) for key in keys], dtype=np.uint8),
        language=np.array([known[key][1] for key in keys], dtype=np.uint8),
        # Mostly 0: only where a word of another language is one of these two as well.
        rarer=np.array([rarer(known[key][0], joining.get(key)) for key in keys], dtype=np.uint8),
    )
    typer.echo(f"{len(keys):,} words, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    typer.run(main)
