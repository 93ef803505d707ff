"""
Train the name finder that ships: `python -m enrichment.models.train_names FOLDER`.

FOLDER holds, one word and its tag a line:

- `ner_tweets_btc_{a,b,e,g}.conll`: the Broad Twitter Corpus (Derczynski, Bontcheva and Roberts
  2016; CC BY 4.0), read on 2026-11-22. Its section h is held out.
- `ner_wnut17_train.conll`: the emerging entities of WNUT 2017 (Derczynski et al. 2017; CC BY 4.0),
  read on 2026-11-22. Its development set is held out.

Texts written for this project stand beside these English tweets in all four languages
(`names_texts`), and a list tells what a word alone may name (`name_words`).

A linear-chain conditional random field is fitted by Adagrad (Duchi et al. 2011). In each round some
words are hidden from it, and some entries of the list, so that it learns to judge by the rest.
Settings were chosen on the development set of WNUT 2017 and on half of WikiNEURAL's, which train
nothing. More rounds or more invented texts make the model worse: it learns the patterns by heart.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from spacy.tokens import Doc, Span

from enrichment.models.names_texts import LANGUAGES, Marked, invented_texts
from enrichment.names.features import ALIKE, BUCKETS, FEATURES, OF_KINDS, OF_WORDS, name_features
from enrichment.names.finder import TAGS, allowed_steps, word_kinds

NAME = "names 1"
_TWEETS = tuple(f"ner_tweets_btc_{part}.conll" for part in "abeg")
_EMERGING = "ner_wnut17_train.conll"
_LABELS = {
    "PER": "PERSON",
    "person": "PERSON",
    "ORG": "ORG",
    "corporation": "ORG",
    "group": "ORG",
    "LOC": "LOC",
    "location": "LOC",
    "product": "PRODUCT",
}
"""Titles of works (`creative-work`) and the rest are no names to us."""
_INVENTED = 4_000
"""Texts of each language."""
_ROUNDS = 3
_AT_ONCE = 64
_RATE = 0.15
_HIDDEN_WORDS, _HIDDEN_KINDS, _HIDDEN_FEATURES = 0.3, 0.35, 0.4
_ENDINGS = frozenset({"", "s", "'s", "\u2019s"})
_SMALLEST = 0.02
"""Weights of a row that all lie below are left out."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tagged:
    """A sentence: its words, and the number of each one's tag."""

    words: list[str]
    tags: list[int]


def read_tagged(path: Path) -> list[Tagged]:
    """
    Read sentences of a CoNLL file, tags in the last column.

    Accounts are no names to us; a hashtag is a mark and a word.
    """
    sentences = []
    for block in re.split(r"\n\s*\n", path.read_text("utf-8")):
        words: list[str] = []
        labels: list[str] = []
        for line in block.split("\n"):
            cells = line.rstrip("\r").split("\t")
            if len(cells) < 2 or not cells[-2].strip():  # noqa: PLR2004 — a word and its tag
                continue
            word, label = cells[-2].strip(), cells[-1].strip()
            if words and words[-1] == "@":
                words[-1], labels[-1] = "@" + word, "O"
            elif word[0] == "#" and word[1:]:
                words += ["#", word[1:]]
                labels += ["O", label.replace("I-", "B-") if labels[-1:] == ["O"] else label]
            else:
                words.append(word)
                labels.append("O" if word[0] == "@" and word[1:] else label)
        if words:
            sentences.append(Tagged(words, _numbers(labels)))
    return sentences


def _numbers(labels: Sequence[str]) -> list[int]:
    """Number the tags; what goes on without a beginning begins."""
    numbers: list[int] = []
    for label in labels:
        part, _, kind = label.partition("-")
        if kind not in _LABELS:
            numbers.append(0)
            continue
        begin = TAGS.index(f"B-{_LABELS[kind]}")
        goes_on = part == "I" and numbers[-1:] in ([begin], [begin + 1])
        numbers.append(begin + 1 if goes_on else begin)
    return numbers


def tag_invented(language: str, texts: Iterator[Marked]) -> Iterator[Tagged]:
    """Split invented texts into words and give each its tag."""
    import spacy

    nlp = spacy.blank(language)
    for text, names in texts:
        doc = nlp.make_doc(text)
        tags = [0] * len(doc)
        for start, end, label in names:
            span = _whole_words(doc, start, end)
            if span is not None:
                begin = TAGS.index(f"B-{label}")
                tags[span.start : span.end] = [begin] + [begin + 1] * (len(span) - 1)
        kept = [token.i for token in doc if not token.is_space]
        yield Tagged([doc[i].text for i in kept], [tags[i] for i in kept])


def _whole_words(doc: Doc, start: int, end: int) -> Span | None:
    """Find the words of a name: with an s it is one (*Annas*), *Gentse* and *Acme-Kunden* are none."""
    span = doc.char_span(start, end, alignment_mode="expand")
    if span is None:
        return None
    return span if span.text.removeprefix(doc.text[start:end]) in _ENDINGS else None


def fit(
    groups: Mapping[str, Sequence[Tagged]],
    kinds: Mapping[str, int],
    *,
    rounds: int = _ROUNDS,
    seed: int = 1,
) -> tuple[Floats, Floats]:
    """
    Fit the weights.

    Args:
        groups: Sentences of each language.
        kinds: See `name_features`.
        rounds: How often all sentences are read.
        seed: Of the order and of what is hidden.

    Returns:
        Weights (`BUCKETS`, n tags) and steps (n tags + 1, n tags), as `NameFinder` takes them.
    """
    chance = np.random.default_rng(seed)
    batches = []
    for language, sentences in groups.items():
        for size in sorted({len(s.words) for s in sentences}):
            same = [s for s in sentences if len(s.words) == size]
            for start in range(0, len(same), _AT_ONCE):
                part = same[start : start + _AT_ONCE]
                batches.append(
                    (
                        name_features([s.words for s in part], language, kinds),
                        np.array([s.tags for s in part], np.intp),
                    )
                )
    weights = np.zeros((BUCKETS, len(TAGS)), np.float32)
    total = np.full((BUCKETS, 1), 1e-3, np.float32)
    steps, allowed = np.zeros((len(TAGS) + 1, len(TAGS)), np.float32), allowed_steps()
    steps_total = np.full_like(steps, 1e-3)
    for turn in range(rounds):
        rate = _RATE * (1 - turn / rounds) ** 0.5
        for number in chance.permutation(len(batches)).tolist():
            features, tags = batches[number]
            features = _hidden(features, chance)
            scores = weights[features].sum(axis=1).reshape(*tags.shape, len(TAGS))
            slopes, step_slopes = _slopes(scores, steps + allowed, tags)
            rows, inverse = np.unique(features, return_inverse=True)
            order = np.argsort(inverse.ravel(), kind="stable")
            flat = np.repeat(slopes.reshape(-1, len(TAGS)), FEATURES, axis=0)[order]
            begins = np.searchsorted(inverse.ravel()[order], np.arange(len(rows)))
            sums = np.add.reduceat(flat, begins, axis=0)
            sums[rows == ALIKE] = 0
            total[rows] += (sums**2).mean(axis=1, keepdims=True)
            weights[rows] -= rate * sums / np.sqrt(total[rows])
            steps_total += step_slopes**2
            steps -= rate * step_slopes / np.sqrt(steps_total)
    return weights, steps + allowed


def _hidden(features: NDArray[np.int32], chance: np.random.Generator) -> NDArray[np.int32]:
    """Hide words, entries of the list, and a few features, each at random."""
    rows = (len(features), 1)
    hide = (chance.random(rows) < _HIDDEN_WORDS) & OF_WORDS
    hide |= (chance.random(rows) < _HIDDEN_KINDS) & OF_KINDS
    hide |= chance.random(features.shape) < _HIDDEN_FEATURES
    return np.where(hide, ALIKE, features)


def _slopes(scores: Floats, steps: Floats, tags: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return the slopes of the loss by scores and by steps (forward-backward)."""
    count, length, size = scores.shape
    between, start = steps[:-1], steps[-1]
    forward = np.empty_like(scores)
    forward[:, 0] = start + scores[:, 0]
    for at in range(1, length):
        forward[:, at] = _sum(forward[:, at - 1, :, None] + between, 1) + scores[:, at]
    whole = _sum(forward[:, -1], 1)[:, None]
    backward = np.zeros((count, size), np.float32)
    slopes = np.empty_like(scores)
    step_slopes = np.zeros_like(steps)
    slopes[:, -1] = np.exp(forward[:, -1] - whole)
    for at in range(length - 1, 0, -1):
        behind = scores[:, at] + backward
        pairs = forward[:, at - 1, :, None] + between + behind[:, None, :]
        step_slopes[:-1] += np.exp(pairs - whole[:, :, None]).sum(axis=0)
        backward = _sum(between + behind[:, None, :], 2)
        slopes[:, at - 1] = np.exp(forward[:, at - 1] + backward - whole)
    step_slopes[-1] = slopes[:, 0].sum(axis=0)
    np.subtract.at(step_slopes, (tags[:, :-1].ravel(), tags[:, 1:].ravel()), 1)
    np.subtract.at(step_slopes[-1], tags[:, 0], 1)
    rows, columns = np.indices(tags.shape)
    slopes[rows, columns, tags] -= 1
    return slopes, step_slopes


def _sum(values: Floats, axis: int) -> Floats:
    top = values.max(axis=axis, keepdims=True)
    summed = np.log(np.exp(values - top).sum(axis=axis, keepdims=True)) + top
    return np.asarray(np.squeeze(summed, axis=axis))


def save(path: Path, weights: Floats, steps: Floats) -> int:
    """Write the weights as whole numbers of 8 bits, without the rows near 0; return how many rows."""
    weights = np.where(np.abs(weights).max(axis=1, keepdims=True) < _SMALLEST, 0, weights)
    kept = np.flatnonzero(weights.any(axis=1))
    scale = np.abs(weights).max(axis=0) / 127
    np.savez_compressed(
        path,
        name=np.array(NAME),
        gaps=np.diff(np.concatenate([[0], kept])).astype(np.uint32),
        weights=np.round(weights[kept] / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        steps=steps,
    )
    return len(kept)


def main(
    folder: Annotated[Path, typer.Argument(help="Holds the tagged tweets.")],
    output: Annotated[Path, typer.Option(help="Where to write the model.")] = (
        Path(__file__).parent / "names.npz"
    ),
) -> None:
    """Train the name finder and write `names.npz` beside this file."""
    groups = {
        language: list(tag_invented(language, invented_texts(language, _INVENTED, 1)))
        for language in LANGUAGES
    }
    for name in (*_TWEETS, _EMERGING):
        groups["en"] += read_tagged(folder / name)
    rows = save(output, *fit(groups, word_kinds()))
    typer.echo(f"{NAME}: {rows:,} features, {output.stat().st_size:,} bytes")


if __name__ == "__main__":
    typer.run(main)
