"""The tone model that ships: a lexicon and hashed pieces of text."""

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Self

import numpy as np
from numpy.typing import NDArray

from enrichment.passages import Passage, is_addressed, looks_like_post
from enrichment.tone.lexicon import lexicon_features
from enrichment.tone.model import LABELS, Tone, ToneModel
from enrichment.tone.ngrams import BUCKETS, hashed_pieces

NEAR_WORDS = 5
"""How many words on either side of a name are read as pieces of text."""

_NEAR_CHARS = 200
_IN_PASSING = 0.45
"""Posts name in passing what articles name because it matters: neutral is likelier there."""
_OTHER = "other"
_MASK = " "


class LearnedTone:
    """
    The model that ships: a lexicon and hashed pieces of text, weighed by a logistic regression.

    Languages that were trained on weigh both; every other language weighs the
    lexicon alone, with weights found on the languages that were. Where a name is
    given, words near it count more, and the lexicon more than the pieces. How it
    was made: `enrichment/models/train_tone.py`.
    """

    def __init__(
        self,
        *,
        name: str,
        pieces: NDArray[np.float32],
        heads: dict[str, NDArray[np.float64]],
    ) -> None:
        """
        Args:
            name: Name and version.
            pieces: Shape (BUCKETS, 3): what a piece of text says for each label.
            heads: By language, and `other`: shape (features + 3 + 1, 3), the weights
                of `lexicon_features`, of the pieces' three sums, and of 1.
        """
        self.name = name
        self._pieces = pieces
        self._heads = heads

    @classmethod
    def load(cls) -> Self:
        """Load the model from the package."""
        with (files("enrichment") / "models" / "tone.npz").open("rb") as file:
            stored = np.load(file, allow_pickle=False)
            pieces = stored["pieces"].astype(np.float32) * stored["piece_scale"]
            heads = {
                key.removeprefix("head_"): stored[key].astype(np.float64)
                for key in stored.files
                if key.startswith("head_")
            }
            return cls(name=str(stored["name"]), pieces=pieces, heads=heads)

    def judge(self, passages: Sequence[Passage]) -> list[Tone]:
        """Judge each passage by itself, in the order given."""
        return [self._judge_one(passage) for passage in passages]

    def _judge_one(self, passage: Passage) -> Tone:
        text = masked_text(passage)
        head = self._heads.get(passage.language, self._heads[_OTHER])
        target, read = None, text
        if passage.end > passage.start and not is_addressed(passage):
            target, read = passage.start, words_near(text, passage.start, NEAR_WORDS)
            head = (head + self._heads[_OTHER]) / 2
        features = lexicon_features(text, passage.language, target)
        scores = np.array([*features, *piece_sums(read, self._pieces), 1.0]) @ head
        if target is not None and looks_like_post(text):
            scores[1] += _IN_PASSING
        odds = np.exp(scores - scores.max())
        shares = (odds / odds.sum()).tolist()
        return Tone.of(shares[0], shares[1], 1.0 - shares[0] - shares[1])


def piece_sums(text: str, pieces: NDArray[np.float32]) -> NDArray[np.float64]:
    """
    Sum what the pieces of a text say.

    Args:
        text: A passage.
        pieces: Shape (BUCKETS, 3).

    Returns:
        Shape (3,): centred sums for negative, neutral, positive; 0 for a blank text.
    """
    found = hashed_pieces(text)
    if not found.size:
        return np.zeros(3)
    sums = pieces[found].sum(axis=0, dtype=np.float64) / np.sqrt(found.size)
    return np.asarray(sums - sums.mean())


def words_near(text: str, place: int, count: int, between: str = "") -> str:
    """Cut out *count* words on either side of a place in a text, and put *between* there."""
    before = text[max(0, place - _NEAR_CHARS) : place].rsplit(None, count)[-count:]
    after = text[place : place + _NEAR_CHARS].split(None, count)[:count]
    return " ".join([*before, *([between] if between else []), *after])


def masked_text(passage: Passage) -> str:
    """Take the subject's own name out: a beer called Delirium is not an illness."""
    return passage.text[: passage.start] + _MASK + passage.text[passage.end :]


@lru_cache(maxsize=1)
def default_tone_model() -> ToneModel:
    """Load the tone model that ships, once."""
    model = LearnedTone.load()
    if model._pieces.shape != (BUCKETS, len(LABELS)):  # noqa: SLF001
        msg = "enrichment/models/tone.npz belongs to another version: run train_tone.py"
        raise ValueError(msg)
    return model
