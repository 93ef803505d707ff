"""Names in matched texts: the watchlist's by matching, others by a pipeline or a model; no persons that it knows."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import entry_points, version
from types import MappingProxyType

from spacy.language import Language
from spacy.tokens import Doc

from enrichment.matching.folding import fold
from enrichment.names.finder import LANGUAGES, NAMES, given_names, name_finder_name

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

SHIPPED = NAMES
"""Stands for the model that ships, wherever an installed pipeline is named."""
_WATCHED = "ORG"
"""What a watched brand, company or organisation is, whatever a model took it for."""
_LONGEST_PERSON = 4
"""In words: longer names with a given name in front are of something called after a person."""
_PARTICLES = frozenset(
    [
        "de",
        "der",
        "den",
        "het",
        "ten",
        "ter",
        "van",
        "von",
        "vanden",
        "vander",
        "da",
        "di",
        "del",
        "della",
        "du",
        "la",
        "le",
    ]
)
"""Written small inside a person's name."""
_LONGEST_NAME = 120
_FEWEST_LETTERS = 3
"""Of a word that tells who is meant; shorter ones are initials and particles."""
_OUTDONE = ("en_core_web_sm",)
"""Beginnings of pipelines that find fewer names than the model that ships (docs/quality.md), ten times slower."""
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
    found_by: str
    """Name and version of what found it."""


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


def find_recogniser(
    language: str,
    installed: Iterable[str] | None = None,
    *,
    chosen: Mapping[str, str | None] = MappingProxyType({}),
) -> str | None:
    """
    Choose what finds names in a language: an installed pipeline, or the model that ships.

    Args:
        language: ISO 639-1.
        installed: See `find_pipeline`.
        chosen: What was configured for some languages, as this function answers.

    Returns:
        A pipeline's name, `SHIPPED`, or None for a language that neither reads.
    """
    if language in chosen:
        return chosen[language]
    pipeline = find_pipeline(language, installed)
    is_better = pipeline is not None and not pipeline.startswith(_OUTDONE)
    return pipeline if is_better or language not in LANGUAGES else SHIPPED


@lru_cache(maxsize=32)
def recogniser_name(recogniser: str) -> str:
    """Tell name and version of an installed pipeline, or of the model that ships."""
    if recogniser == SHIPPED:
        return name_finder_name()
    return f"{recogniser} {version(recogniser)}"


def load_recogniser(name: str) -> Language:
    """Load a pipeline with nothing but what finds names."""
    import spacy

    nlp = spacy.load(name, exclude=list(_NOT_NEEDED))
    if "tok2vec" in nlp.pipe_names and not _listens(nlp):
        nlp.remove_pipe("tok2vec")
    return nlp


def kept_entities(
    doc: Doc,
    *,
    found_by: str,
    people: Sequence[tuple[int, int]] = (),
    watched: Sequence[tuple[int, int]] = (),
    watched_by: str = "watchlist",
    private_words: frozenset[str] = frozenset(),
) -> list[Entity]:
    """
    List the names in a Doc that may be kept.

    Args:
        doc: After `ner`, if there was one.
        found_by: Name and version of what set `doc.ents`.
        people: Spans, in characters, of employees, see `EmployeeNames`: whatever label a
            pipeline gives a person's name, it is not kept.
        watched: Spans of other subjects of the watchlist. They are organisations, and
            what a pipeline found across them gives way.
        watched_by: Name and version of the watchlist.
        private_words: Of employees' names, folded: what consists of nothing else is not kept.

    Returns:
        In the order of the text, none overlapping another; without what may be a person, a
        given name and one to three more words, unless the watchlist has it.
    """
    text = doc.text  # spaCy joins all words each time
    private, taken = _Covered(people), _Covered([*people, *watched])
    known = [
        Entity(text=text[start:end], label=_WATCHED, start=start, end=end, found_by=watched_by)
        for start, end in _apart(watched)
        if not private.touches(start, end)
    ]
    found = [
        Entity(
            text=name.text,
            label=LABELS[name.label_],
            start=name.start_char,
            end=name.end_char,
            found_by=found_by,
        )
        for name in doc.ents
        if name.label_ in LABELS
        and len(name.text) <= _LONGEST_NAME
        and "@" not in name.text
        and any(map(str.isalpha, name.text))
        and not taken.touches(name.start_char, name.end_char)
        and not _is_private(name.text, private_words)
        and not may_be_a_person(name.text)
    ]
    return sorted([*known, *found], key=lambda entity: entity.start)


def person_spans(doc: Doc) -> list[tuple[int, int]]:
    """List where a Doc names persons, in characters: for leaving them out, never for keeping."""
    return [
        (name.start_char, name.end_char) for name in doc.ents if name.label_ in ("PER", "PERSON")
    ]


def may_be_a_person(text: str) -> bool:
    """Tell whether a name is a usual given name and more words, as persons' names are written."""
    first, *others = text.split()
    return (
        0 < len(others) < _LONGEST_PERSON
        and first.lower() in given_names()
        and all(word in _PARTICLES or word[0].isupper() for word in others)
    )


def _is_private(text: str, private_words: frozenset[str]) -> bool:
    """Tell whether a name is a part of employees' names, initials aside."""
    if not private_words:
        return False
    words = re.findall(rf"\w{{{_FEWEST_LETTERS},}}", fold(text))
    return bool(words) and private_words.issuperset(words)


class _Covered:
    """What spans cover together; asked in the time of a binary search."""

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        for start, end in sorted(spans):
            if self.ends and start <= self.ends[-1]:
                self.ends[-1] = max(end, self.ends[-1])
            elif start < end:
                self.starts.append(start)
                self.ends.append(end)

    def touches(self, start: int, end: int) -> bool:
        at = bisect_right(self.ends, start)
        return at < len(self.starts) and self.starts[at] < end

    def add(self, start: int, end: int) -> None:
        """Cover a span that touches none."""
        at = bisect_right(self.ends, start)
        self.starts.insert(at, start)
        self.ends.insert(at, end)


def _apart(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Leave out what overlaps a longer span, or one as long before it."""
    kept = _Covered()
    for start, end in sorted(set(spans), key=lambda span: (span[0] - span[1], span[0])):
        if start < end and not kept.touches(start, end):
            kept.add(start, end)
    return list(zip(kept.starts, kept.ends, strict=True))


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
