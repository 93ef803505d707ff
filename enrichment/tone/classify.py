"""Language and tone of texts that come by themselves, outside the pipeline."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from enrichment.json_lines import TextLine
from enrichment.language.detection import UNKNOWN, detect_language
from enrichment.passages import Passage, passage_around
from enrichment.tone.model import Tone, ToneModel

SHORT_NAMES = ("neg", "neu", "pos")
"""The three labels as labelled data names them, in the order of a tone's probabilities."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Classified:
    """What is found in one text, or towards its target."""

    language: str
    language_score: float
    tone: Tone

    @property
    def p(self) -> tuple[float, float, float]:
        """Probabilities of negative, neutral and positive."""
        return self.tone.p_negative, self.tone.p_neutral, self.tone.p_positive

    @property
    def sentiment(self) -> str:
        """The likeliest of `SHORT_NAMES`, sure or not."""
        return SHORT_NAMES[self.p.index(max(self.p))]


def classify(texts: Sequence[TextLine], model: ToneModel) -> list[Classified]:
    """
    Find the language and the tone of each text.

    Args:
        texts: A text with a target is read around it: its passage has the tone and the
            language that count; any other is read as a whole.
        model: Judges.

    Returns:
        One for each text, in order, whatever its company.
    """
    read = [_passage_of(text) for text in texts]
    tones = model.judge([passage for passage, _ in read])
    return [
        Classified(language=passage.language, language_score=score, tone=tone)
        for (passage, score), tone in zip(read, tones, strict=True)
    ]


def _passage_of(line: TextLine) -> tuple[Passage, float]:
    if line.target is None:
        language, score = detect_language(line.text, line.language)
        return Passage(text=line.text, start=0, end=0, language=language), score
    passage = passage_around(line.text, *line.target, language=UNKNOWN)
    language, score = detect_language(passage.text, line.language)
    if language == UNKNOWN:
        language, score = detect_language(line.text, line.language)
    return replace(passage, language=language), score
