"""In which tone a passage speaks, by any spaCy pipeline that labels texts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language

from enrichment.passages import Passage
from enrichment.tone.accurate import plain_text
from enrichment.tone.labels import tone_shares
from enrichment.tone.model import Tone, ToneModelUnavailable

_NOT_NEEDED = ("ner", "entity_ruler", "parser", "senter", "sentencizer", "lemmatizer")


class SpacyTone:
    """A pipeline whose `doc.cats` tell tone: a `textcat`, or `hf_text_pipe` with a transformer."""

    def __init__(self, *, name: str, nlp: Language, shares: NDArray[np.float64]) -> None:
        """
        Args:
            name: Name and version.
            nlp: The pipeline.
            shares: Shape (labels, 3), for the labels in alphabetical order.
        """
        self.name = name
        self._nlp = nlp
        self._shares = shares

    @classmethod
    def load(cls, source: str | Path) -> Self:
        """
        Load a pipeline.

        Args:
            source: The name of an installed package, or a folder.

        Raises:
            ToneModelUnavailable: It can't be loaded here, or doesn't tell tone.
        """
        import spacy

        try:
            nlp = spacy.load(source, exclude=list(_NOT_NEEDED))
        except (OSError, ValueError, ImportError) as error:
            msg = f"the spaCy pipeline {source} can't be loaded: {error}"
            raise ToneModelUnavailable(msg) from error
        shares = tone_shares(sorted(nlp("ok").cats), f"the spaCy pipeline {source}")
        name = f"{nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}"
        return cls(name=name, nlp=nlp, shares=shares)

    def judge(self, passages: Sequence[Passage]) -> list[Tone]:
        """Judge each passage by itself, in the order given."""
        texts = [plain_text(passage) for passage in passages]
        # The zone gives back what the vocabulary learnt from these texts.
        with self._nlp.memory_zone():
            cats = [doc.cats for doc in self._nlp.pipe(texts)]
        rows = np.array([[row[label] for label in sorted(row)] for row in cats])
        return tones_of(rows.reshape(len(passages), -1) @ self._shares) if passages else []


def tones_of(shares: NDArray[np.float64]) -> list[Tone]:
    """Scale rows of three shares to probabilities; a row of nothing tells nothing."""
    shares = np.maximum(shares, 0) + 1e-9
    shares = shares / shares.sum(axis=1, keepdims=True)
    return [Tone.of(n, u, max(0.0, 1.0 - n - u)) for n, u, _ in shares.tolist()]
