"""Names in matched texts, where a spaCy pipeline for the language is installed; never persons."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import entry_points

from spacy.language import Language
from spacy.tokens import Doc

LABELS: Mapping[str, str] = {
    "ORG": "ORG",
    "LOC": "LOC",
    "GPE": "LOC",
    "FAC": "LOC",
    "PRODUCT": "PRODUCT",
    "EVENT": "EVENT",
    "WORK_OF_ART": "WORK_OF_ART",
    "EVT": "EVENT",
    "MISC": "MISC",
}
"""
Pipelines' labels and ours. What is missing is not kept: persons (people are not
inventoried), groups by nation, religion or politics, dates and amounts.
"""

_LONGEST_NAME = 120
_SIZES = ("md", "sm", "lg")
"""Which of several installed pipelines is taken: fair quality at fair speed first."""
_NOT_NEEDED = (
    "tagger",
    "morphologizer",
    "parser",
    "senter",
    "sentencizer",
    "attribute_ruler",
    "lemmatizer",
    "trainable_lemmatizer",
    "entity_ruler",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Entity:
    """A name in a text, by characters."""

    text: str
    label: str
    start: int
    end: int


def find_pipeline(language: str, installed: Iterable[str] | None = None) -> str | None:
    """
    Choose the spaCy pipeline that finds names in a language.

    Args:
        language: ISO 639-1.
        installed: Names of installed pipelines; None: ask the environment.

    Returns:
        The package's name, or None if there is none for the language. One for
        many languages (`xx_…`) is taken where there is none of its own.
    """
    names = sorted(_installed_pipelines() if installed is None else installed)
    for prefix in (language, "xx"):
        fitting = [name for name in names if re.match(rf"{re.escape(prefix)}_\w+$", name)]
        if fitting:
            return min(fitting, key=_preference)
    return None


def load_recogniser(name: str) -> Language:
    """Load a pipeline with nothing but what finds names."""
    import spacy

    nlp = spacy.load(name, exclude=list(_NOT_NEEDED))
    if "tok2vec" in nlp.pipe_names and not _listens(nlp):
        nlp.remove_pipe("tok2vec")
    return nlp


def kept_entities(doc: Doc, people: Sequence[tuple[int, int]] = ()) -> list[Entity]:
    """
    List the names found in a Doc that may be kept.

    Args:
        doc: After `ner`; an empty list where there was none.
        people: Spans, in characters, of watched employees: whatever label a
            pipeline gives a person's name, it is not kept.
    """
    return [
        Entity(text=name.text, label=LABELS[name.label_], start=name.start_char, end=name.end_char)
        for name in doc.ents
        if name.label_ in LABELS
        and len(name.text) <= _LONGEST_NAME
        and "@" not in name.text
        and any(map(str.isalpha, name.text))
        and not any(start < name.end_char and end > name.start_char for start, end in people)
    ]


def person_spans(doc: Doc) -> list[tuple[int, int]]:
    """List where a Doc names persons, in characters: for leaving them out, never for keeping."""
    return [
        (name.start_char, name.end_char) for name in doc.ents if name.label_ in ("PER", "PERSON")
    ]


def _preference(name: str) -> tuple[int, str]:
    size = next((i for i, s in enumerate(_SIZES) if re.search(rf"_{s}(?:_|$)", name)), len(_SIZES))
    return size, name


def _listens(nlp: Language) -> bool:
    """Tell whether the recogniser shares the pipeline's tok2vec; most bring their own."""
    if "ner" not in nlp.pipe_names:
        return False
    model = nlp.config["components"]["ner"].get("model", {})
    return "Listener" in str(model.get("tok2vec", {}).get("@architectures", "Listener"))


@lru_cache(maxsize=1)
def _installed_pipelines() -> tuple[str, ...]:
    return tuple(point.name for point in entry_points(group="spacy_models"))
