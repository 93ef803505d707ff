"""The names of persons, organisations, places and products in Dutch, French, English and German."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files
from itertools import islice, pairwise
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc, Span

from enrichment.names.features import BUCKETS, FEATURES, name_features

LABELS = ("PERSON", "ORG", "LOC", "PRODUCT")
TAGS = ("O", *(f"{part}-{label}" for label in LABELS for part in "BI"))
"""B begins a name, I goes on with it, O is none."""
_PERSON = TAGS.index("B-PERSON")
LANGUAGES = ("nl", "fr", "en", "de")

NAMES = "luisterpost_names"
"""The spaCy component that marks names in Docs."""

_LONGEST_SENTENCE = 150
"""In words: longer ones are cut, so that time and memory stay linear."""
_NEVER = -1e4
_NEARLY = 2.0
"""
Natural logarithm: a person may be so much less likely than what was found, and a person it is.
Chosen on the half of WikiNEURAL's sentences that `tests/quality/names.py` leaves unread: twice as few
persons are taken for something else, and F1 stays.
"""
_SURELY_GIVEN = 3
"""In the list of what words may name: the first kind, at its surest."""

Floats = NDArray[np.float32]


class FoundName(NamedTuple):
    """A name by the numbers of its words: the first, and the one after the last."""

    start: int
    end: int
    label: str


class NameFinder:
    """
    A linear conditional random field (Lafferty et al. 2001) over hashed features.

    How it was made: `enrichment/models/train_names.py`.
    """

    def __init__(
        self, *, name: str, weights: Floats, steps: Floats, kinds: Mapping[str, int]
    ) -> None:
        """
        Args:
            name: Name and version.
            weights: Shape (`BUCKETS`, n tags): of each feature for each tag.
            steps: Shape (n tags + 1, n tags): of each tag after each; the last row: at the start.
            kinds: What words in small letters may name, see `name_features`.
        """
        self.name = name
        self._weights = weights
        self._steps = steps
        self._kinds = kinds

    @classmethod
    def load(cls) -> Self:
        """Load the model that ships."""
        with _stored("names.npz") as stored:
            weights = np.zeros((BUCKETS, len(TAGS)), np.float32)
            weights[np.cumsum(stored["gaps"], dtype=np.int64)] = stored["weights"] * stored["scale"]
            return cls(
                name=str(stored["name"]), weights=weights, steps=stored["steps"], kinds=word_kinds()
            )

    def find(self, sentences: Sequence[Sequence[str]], language: str) -> list[list[FoundName]]:
        """
        Find the names in sentences.

        Args:
            sentences: Their words, none of them blank.
            language: ISO 639-1 of them all.

        Returns:
            The names of each sentence, in order; they never overlap. What may nearly as
            well be a person is one.
        """
        cut = [
            (place, start)
            for place, sentence in enumerate(sentences)
            for start in range(0, len(sentence), _LONGEST_SENTENCE)
        ]
        pieces = [sentences[place][start : start + _LONGEST_SENTENCE] for place, start in cut]
        found: list[list[FoundName]] = [[] for _ in sentences]
        scores = self.scores(pieces, language)
        tags = self._best_tags(scores, [len(piece) for piece in pieces])
        done = 0
        for (place, start), piece_tags in zip(cut, tags, strict=True):
            self._prefer_persons(piece_tags, scores[done : done + len(piece_tags)])
            found[place] += names_of(piece_tags, start)
            done += len(piece_tags)
        return found

    def scores(self, sentences: Sequence[Sequence[str]], language: str) -> Floats:
        """Score each word of the sentences, one after the other, under each tag."""
        features = name_features(sentences, language, self._kinds)
        scores = np.zeros((len(features), len(TAGS)), np.float32)
        for column in range(FEATURES):
            scores += self._weights[features[:, column]]
        return scores

    def _best_tags(self, scores: Floats, lengths: Sequence[int]) -> list[list[int]]:
        """Find the best row of tags of each sentence (Viterbi), of all of them at once."""
        if not lengths:
            return []
        longest = max(lengths)
        padded = np.zeros((len(lengths), longest, len(TAGS)), np.float32)
        for row, (start, end) in enumerate(pairwise(np.cumsum([0, *lengths]).tolist())):
            padded[row, : end - start] = scores[start:end]
        between, best = self._steps[:-1], self._steps[-1] + padded[:, 0]
        came = np.zeros((longest, len(lengths), len(TAGS)), np.int8)
        ends = np.empty(len(lengths), np.int8)
        sizes = np.asarray(lengths)
        ends[sizes == 1] = best[sizes == 1].argmax(axis=1)
        for at in range(1, longest):
            ways = best[:, :, None] + between
            came[at] = ways.argmax(axis=1)
            best = ways.max(axis=1) + padded[:, at]
            ends[sizes == at + 1] = best[sizes == at + 1].argmax(axis=1)
        tags = []
        for row, size in enumerate(lengths):
            backwards = [int(ends[row])]
            for at in range(size - 1, 0, -1):
                backwards.append(int(came[at, row, backwards[-1]]))
            tags.append(backwards[::-1])
        return tags

    def _prefer_persons(self, tags: list[int], scores: Floats) -> None:
        """Make persons of those names that may nearly as well be persons."""
        for start, end, label in names_of(tags):
            if label == "PERSON":
                continue
            person = [_PERSON, *[_PERSON + 1] * (end - start - 1)]
            before, after = tags[start - 1] if start else len(TAGS), tags[end : end + 1]
            here = scores[start:end]
            worth, of_person = (
                self._worth(before, row, after, here) for row in (tags[start:end], person)
            )
            if worth - of_person < _NEARLY:
                tags[start:end] = person

    def _worth(self, before: int, row: list[int], after: list[int], scores: Floats) -> float:
        """Score the tags of a few words between those of the words around them."""
        path = [before, *row, *after]
        steps = self._steps[path[:-1], path[1:]]
        return float(scores[range(len(row)), row].sum() + steps.sum())


def word_kinds() -> dict[str, int]:
    """Load the list of what words may name, made by `enrichment/models/name_words.py`."""
    with _stored("names_words.npz") as stored:
        words = stored["words"].tobytes().decode().split("\n")
        return dict(zip(words, stored["kinds"].tolist(), strict=True))


@lru_cache(maxsize=1)
def given_names() -> frozenset[str]:
    """List the usual given names, in small letters."""
    return frozenset(word for word, kind in word_kinds().items() if kind == _SURELY_GIVEN)


@contextmanager
def _stored(name: str) -> Iterator[Mapping[str, Any]]:
    with (
        files("enrichment.models").joinpath(name).open("rb") as file,
        np.load(file, allow_pickle=False) as stored,
    ):
        yield stored


def names_of(tags: Sequence[int], first: int = 0) -> list[FoundName]:
    """Read names from the numbers of tags, the first of which is of the word *first*."""
    names: list[FoundName] = []
    for place, tag in enumerate(tags, first):
        if not tag:
            continue
        label = LABELS[(tag - 1) // 2]
        if tag % 2 == 0 and names and names[-1].end == place and names[-1].label == label:
            names[-1] = FoundName(names[-1].start, place + 1, label)
        else:
            names.append(FoundName(place, place + 1, label))
    return names


def allowed_steps() -> Floats:
    """Return 0 where a tag may follow another (or begin, last row) and a great loss elsewhere."""
    steps = np.zeros((len(TAGS) + 1, len(TAGS)), np.float32)
    for tag, name in enumerate(TAGS):
        if name.startswith("I-"):
            steps[:, tag] = _NEVER
            steps[tag - 1 : tag + 1, tag] = 0
    return steps


@lru_cache(maxsize=1)
def name_finder() -> NameFinder:
    """Load the model that ships, once a process."""
    return NameFinder.load()


@lru_cache(maxsize=1)
def name_finder_name() -> str:
    """Tell name and version of the model that ships, without loading it."""
    with _stored("names.npz") as stored:
        return str(stored["name"])


@Language.factory(NAMES, assigns=["doc.ents"])
class NamesInDocs:
    """Mark the names in Docs whose sentences and language are known."""

    def __init__(self, nlp: Language, name: str) -> None:  # noqa: ARG002 — spaCy's factories get both
        self.name = name

    def __call__(self, doc: Doc) -> Doc:
        """Mark those of one Doc."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 256) -> Iterator[Doc]:
        """Mark those of Docs, many at once."""
        finder, waiting = name_finder(), iter(stream)
        while docs := list(islice(waiting, batch_size)):
            for language in dict.fromkeys(doc._.language for doc in docs):
                _mark(finder, [doc for doc in docs if doc._.language == language], language)
            yield from docs


def _mark(finder: NameFinder, docs: Sequence[Doc], language: str) -> None:
    sentences = [
        [token for token in sentence if not token.is_space]
        for doc in docs
        for sentence in (doc.sents if doc.has_annotation("SENT_START") else [doc[:]])
    ]
    tokens = [sentence for sentence in sentences if sentence]
    found = finder.find([[token.text for token in sentence] for sentence in tokens], language)
    ents: dict[int, list[Span]] = {id(doc): [] for doc in docs}
    for sentence, names in zip(tokens, found, strict=True):
        doc = sentence[0].doc
        for name in names:
            start, end = sentence[name.start].i, sentence[name.end - 1].i + 1
            ents[id(doc)].append(Span(doc, start, end, label=name.label))
    for doc in docs:
        doc.ents = ents[id(doc)]
