"""The spaCy pipeline of one language: sentences, names, subjects, and the tone towards each."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Any, cast

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from enrichment.matching.subjects import Match
from enrichment.names.entities import SHIPPED, find_recogniser, load_recogniser
from enrichment.names.finder import NAMES
from enrichment.passages import Passage, passages_around, sentence_spans
from enrichment.tone.model import Tone, ToneModel

SUBJECTS = "subjects"
"""The span group that holds the subjects' names: each span's label is the subject's id."""

_NAMES_READ_CHARS = 20_000
"""A longer text gets no names: reading it costs seconds and tells little more."""
_LONGEST_RUN = 400
"""No language has such a word; spaCy's tokenizer takes the square of its length."""
_RUN = re.compile(rf"\S{{{_LONGEST_RUN}}}")
_PLAIN_TOKEN = re.compile(r"\w{1,100}|[^\w\s]|\s+")
_TOKENIZERS = frozenset({"nl", "fr", "en", "de"})
"""Other languages are tokenized by the rules of `xx`: some need packages of their own."""

Doc.set_extension("matches", default=(), force=True)
Doc.set_extension("passages", default=(), force=True)
Doc.set_extension("tones", default=(), force=True)
Doc.set_extension("language", default="und", force=True)


def build_pipeline(
    language: str, *, tone_model: ToneModel, recogniser: str | None = None
) -> Language:
    """
    Build the pipeline of one language.

    Args:
        language: ISO 639-1, or `und`.
        tone_model: Judges the passages around the matches.
        recogniser: An installed spaCy pipeline whose `ner` finds names, or `SHIPPED`;
            None: no names.

    Returns:
        A pipeline for Docs from `make_doc`. A Doc then carries sentences,
        `doc.spans["subjects"]`, `doc._.passages` and `doc._.tones` (one for each of
        `doc._.matches`) and, with a recogniser, `doc.ents`.
    """
    installed = None if recogniser == SHIPPED else recogniser
    nlp = load_recogniser(installed) if installed else _blank(language)
    nlp.max_length = 1 << 31
    nlp.add_pipe("luisterpost_sentences", first=True)
    if recogniser == SHIPPED:
        nlp.add_pipe(NAMES)
    nlp.add_pipe("luisterpost_subjects")
    cast("ToneTowardsSubjects", nlp.add_pipe("luisterpost_tone")).use(tone_model)
    return nlp


def recogniser_for(
    language: str, text: str, chosen: Mapping[str, str | None] = MappingProxyType({})
) -> str | None:
    """Choose what finds names in a text, if anything does and the text is fit."""
    if len(text) > _NAMES_READ_CHARS or _RUN.search(text):
        return None
    return find_recogniser(language, chosen=chosen)


def make_doc(nlp: Language, text: str, matches: Sequence[Match], *, language: str) -> Doc:
    """
    Make the Doc of one text with the matches found in it before.

    Args:
        nlp: Of `build_pipeline`.
        text: The whole field.
        matches: In *text*, in any order.
        language: ISO 639-1, or `und`.
    """
    doc = _plain_doc(nlp, text) if _RUN.search(text) else nlp.make_doc(text)
    doc._.matches = tuple(matches)
    doc._.language = language
    return doc


@Language.component("luisterpost_sentences", assigns=["token.is_sent_start"])
def mark_sentences(doc: Doc) -> Doc:
    """Mark where sentences begin, by the rules that cut the passages as well."""
    starts = [0, *(start for start, _ in sentence_spans(doc.text)[1:])]
    begins = np.full(len(doc), -1, np.int64)
    position = 0
    for token in doc:
        end = token.idx + len(token)
        while position < len(starts) and starts[position] < end:
            begins[token.i] = 1
            position += 1
    # Setting token.is_sent_start looks through the whole Doc each time.
    column: Any = begins.astype(np.uint64).reshape(-1, 1)
    return doc.from_array(["SENT_START"], column)


@Language.component("luisterpost_subjects", assigns=["doc.spans"])
def mark_subjects(doc: Doc) -> Doc:
    """Put each match on the tokens that it touches."""
    spans = []
    for match in doc._.matches:
        span = doc.char_span(match.start, match.end, match.subject, alignment_mode="expand")
        if span is not None:
            spans.append(span)
    doc.spans[SUBJECTS] = spans
    return doc


@Language.factory("luisterpost_tone", assigns=["doc._.tones"])
class ToneTowardsSubjects:
    """Judge, for each match of a Doc, the passage around it."""

    def __init__(self, nlp: Language, name: str) -> None:  # noqa: ARG002 — spaCy's factories get both
        self.name = name
        self._model: ToneModel | None = None

    def use(self, model: ToneModel) -> None:
        """Set the model that judges."""
        self._model = model

    def __call__(self, doc: Doc) -> Doc:
        """Judge one Doc."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 256) -> Iterator[Doc]:
        """Judge Docs in batches: a model that reads many passages at once is faster."""
        waiting = iter(stream)
        while docs := list(islice(waiting, batch_size)):
            passages = [passage for doc in docs for passage in subject_passages(doc)]
            distinct = list(dict.fromkeys(passages))
            tones = dict(zip(distinct, self._judge(distinct), strict=True))
            remaining = iter(passages)
            for doc in docs:
                doc._.passages = tuple(islice(remaining, len(doc._.matches)))
                doc._.tones = tuple(tones[passage] for passage in doc._.passages)
                yield doc

    def _judge(self, passages: Sequence[Passage]) -> list[Tone]:
        if self._model is None:
            msg = "the component luisterpost_tone has no model: build it by build_pipeline"
            raise RuntimeError(msg)
        return self._model.judge(passages)


def subject_passages(doc: Doc) -> list[Passage]:
    """Cut the passage around each of a Doc's matches, in their order."""
    places = [(match.start, match.end, match.subject) for match in doc._.matches]
    return passages_around(doc.text, places, language=doc._.language)


def _blank(language: str) -> Language:
    return spacy.blank(language if language in _TOKENIZERS else "xx")


def _plain_doc(nlp: Language, text: str) -> Doc:
    """Tokenize in linear time what no person wrote as words."""
    pieces = _PLAIN_TOKEN.findall(text)
    return Doc(nlp.vocab, words=pieces, spaces=[False] * len(pieces))
