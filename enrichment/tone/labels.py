"""Which of three tones a foreign model's labels stand for."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from enrichment.tone.model import ToneModelUnavailable

_WORDS = (
    {"neg", "negative", "negatief", "négatif", "negativ", "negativo", "bad", "-1"},
    {"neu", "neutral", "neutraal", "neutre", "neutro", "mixed", "none", "0"},
    {"pos", "positive", "positief", "positif", "positiv", "positivo", "good", "1", "+1"},
)
_STARS = re.compile(r"^([1-5])[\s_-]*(?:stars?|sterren?|étoiles?|sterne?)$", re.IGNORECASE)
_NUMBERED = ("label_0", "label_1", "label_2")
"""What models without label names mean by them: negative, neutral, positive."""


def tone_shares(labels: Sequence[str], model: str) -> NDArray[np.float64]:
    """
    Say which label stands for which tone.

    Args:
        labels: A model's labels: words, one to five stars, or three numbers.
        model: Its name, for the error.

    Returns:
        Shape (labels, 3): 1 where a label counts for negative, neutral or positive. Labels
        that stand for none of them have a row of zeros.

    Raises:
        ToneModelUnavailable: No label stands for negative, or none for positive.
    """
    shares = np.zeros((len(labels), 3))
    names = [label.strip().casefold() for label in labels]
    if sorted(names) == sorted(_NUMBERED):
        names = [("neg", "neu", "pos")[_NUMBERED.index(name)] for name in names]
    for row, name in enumerate(names):
        stars = _STARS.match(name)
        if stars:
            shares[row] = [stars[1] < "3", stars[1] == "3", stars[1] > "3"]
        else:
            shares[row] = [name in words for words in _WORDS]
    if not shares[:, 0].any() or not shares[:, 2].any():
        msg = (
            f"{model} doesn't tell tone: its labels are "
            f"{', '.join(labels[:8]) or 'none'}, and negative and positive are needed"
        )
        raise ToneModelUnavailable(msg)
    return shares
