"""
Train the tone model that ships: `python -m enrichment.models.train_tone FOLDER`.

FOLDER holds `sentiment_umsab_{en,fr,de,es,it,pt}_train.jsonl`: lines with `text` and
`label` (neg, neu, pos). Source: the sentiment tweets of UMSAB (Barbieri et al. 2022,
XLM-T; repository cardiffnlp/xlm-t, Apache-2.0), read on 2026-11-22. Nothing else is read.

1. Hashed pieces of text (`tone_ngrams`): a multinomial logistic regression over all
   languages gives each bucket its three weights.
2. Their sums, found by cross-validation so that they are honest, stand beside the
   lexicon's features (`tone_lexicon`) in a second logistic regression: one set of weights
   shared by all languages plus, more strongly held back, one for each language.
3. Languages without training data get weights over the lexicon alone, found on the
   languages that have both; links and length, whose meaning differs, are left out.

Settings were chosen by cross-validation on these files (`--validate` prints it); the `_val`
files and all Dutch data are for measuring only.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from enrichment.tone.lexicon import FEATURES, lexicon_features
from enrichment.tone.ngrams import BUCKETS, hashed_pieces

NAME = "lexicon-ngrams 2"
LANGUAGES = ("en", "fr", "de", "es", "it", "pt")
WITH_LEXICON = ("en", "fr", "de")
_LABELS = {"neg": 0, "neu": 1, "pos": 2}
_HABITS = frozenset({"link", "words"})
"""What neutral posts look like differs from language to language of the training data."""
_FOLDS = 5
_PIECE_PENALTY = 1e-4
_PIECE_SCALE = 8.0
_SHARED_PENALTY = 1e-3
_OWN_PENALTY = 6e-3
_OWN_SHARE = 0.7
"""The rest comes from the weights of `other`: firms are spoken of beyond these tweets' topics."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Texts:
    """The training texts, measured."""

    language: NDArray[np.str_]
    label: NDArray[np.intp]
    pieces: list[NDArray[np.int32]]
    features: Floats


@dataclass(frozen=True, slots=True)
class _Sparse:
    """Rows of piece numbers, each row of length 1."""

    number: NDArray[np.int32]
    row: NDArray[np.intp]
    value: NDArray[np.float32]
    rows: int

    def times(self, weights: NDArray[np.float32]) -> Floats:
        product = weights[self.number] * self.value[:, None]
        columns = [np.bincount(self.row, product[:, c], minlength=self.rows) for c in range(3)]
        return np.stack(columns, axis=1)

    def transposed_times(self, slopes: Floats) -> NDArray[np.float32]:
        return np.stack(
            [
                np.bincount(self.number, self.value * slopes[self.row, c], minlength=BUCKETS)
                for c in range(3)
            ],
            axis=1,
        ).astype(np.float32)


def main(
    folder: Annotated[Path, typer.Argument(help="Folder with the UMSAB training files.")],
    out: Annotated[Path, typer.Option(help="Where the model goes.")] = Path(
        "enrichment/models/tone.npz"
    ),
    *,
    validate: Annotated[bool, typer.Option(help="Print cross-validated figures, too.")] = False,
) -> None:
    """Train the tone model and write it."""
    texts = _read(folder)
    fold = folds(len(texts.label))
    sums = _honest_sums(texts, fold)
    if validate:
        _print_validation(texts, sums, fold)
    heads = _heads(texts, sums, np.ones(len(texts.label), bool))
    pieces = _PIECE_SCALE * _fit_pieces(texts, np.ones(len(texts.label), bool))
    scale = np.float32(np.abs(pieces).max() / 127)
    np.savez_compressed(
        out,
        allow_pickle=False,
        name=np.array(NAME),
        pieces=np.round(pieces / scale).astype(np.int8),
        piece_scale=scale,
        **{f"head_{key}": head.astype(np.float32) for key, head in heads.items()},
    )
    typer.echo(f"{out}: {out.stat().st_size:,} bytes")


def folds(count: int) -> NDArray[np.int64]:
    """Deal texts out to the parts of the cross-validation, the same way each time."""
    return np.random.default_rng(20261122).integers(0, _FOLDS, count)


def fast_predictions(folder: Path) -> Floats:
    """Judge each training text by a model that never saw it: shape (n, 3), probabilities."""
    texts = _read(folder)
    fold = folds(len(texts.label))
    return _shares(_cross_validated(texts, _honest_sums(texts, fold), fold))


def _read(folder: Path) -> _Texts:
    rows = [
        (language, json.loads(line))
        for language in LANGUAGES
        for line in (folder / f"sentiment_umsab_{language}_train.jsonl").open(encoding="utf-8")
    ]
    return _Texts(
        language=np.array([language for language, _ in rows]),
        label=np.array([_LABELS[row["label"]] for _, row in rows]),
        pieces=[hashed_pieces(row["text"]) for _, row in rows],
        features=np.array([lexicon_features(row["text"], language) for language, row in rows]),
    )


def _honest_sums(texts: _Texts, fold: NDArray[np.int64]) -> Floats:
    """Sum each text's pieces with weights that never saw it: shape (n, 3), centred."""
    sums = np.zeros((len(texts.label), 3))
    for number in range(_FOLDS):
        weights = _PIECE_SCALE * _fit_pieces(texts, fold != number)
        held_out = np.flatnonzero(fold == number)
        sums[held_out] = _sparse([texts.pieces[i] for i in held_out]).times(weights)
    return np.asarray(sums - sums.mean(axis=1, keepdims=True))


def _fit_pieces(texts: _Texts, use: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Fit the pieces' weights with Adam over full batches and a falling step."""
    chosen = np.flatnonzero(use)
    rows = _sparse([texts.pieces[i] for i in chosen])
    truth = np.eye(3)[texts.label[chosen]]
    weights = np.zeros((BUCKETS, 3), np.float32)
    mean, square = np.zeros((BUCKETS, 3), np.float32), np.zeros((BUCKETS, 3), np.float32)
    steps = 60
    for step in range(1, steps + 1):
        slopes = (_shares(_PIECE_SCALE * rows.times(weights)) - truth) / rows.rows
        gradient = _PIECE_SCALE * rows.transposed_times(slopes) + _PIECE_PENALTY * weights
        mean += np.float32(0.1) * (gradient - mean)
        square += np.float32(0.01) * (gradient * gradient - square)
        pace = 0.025 * (1 + np.cos(np.pi * step / steps))
        weights -= (
            pace * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
        ).astype(np.float32)
    return weights


def _heads(texts: _Texts, sums: Floats, use: NDArray[np.bool_]) -> dict[str, Floats]:
    """Fit the weights over features, sums and 1 for each language, and for any other."""
    rows = np.concatenate([texts.features, sums, np.ones((len(sums), 1))], axis=1)
    own = np.concatenate([rows * (texts.language == one)[:, None] for one in LANGUAGES], axis=1)
    penalty = np.concatenate(
        [np.full(rows.shape[1], _SHARED_PENALTY), np.full(own.shape[1], _OWN_PENALTY)]
    )
    both = np.concatenate([rows, own], axis=1)
    weights = _fit_head(both[use], texts.label[use], penalty)
    width = rows.shape[1]
    shared = weights[:width]
    listed = use & np.isin(texts.language, WITH_LEXICON)
    told = texts.features * np.array([name not in _HABITS for name in FEATURES])
    alone = np.concatenate([told, np.ones((len(sums), 1))], axis=1)
    other = _fit_head(alone[listed], texts.label[listed], np.full(alone.shape[1], _SHARED_PENALTY))
    other = np.concatenate([other[:-1], np.zeros((3, 3)), other[-1:]])
    heads = {"other": other}
    for i, one in enumerate(LANGUAGES):
        own_head = shared + weights[width * (1 + i) : width * (2 + i)]
        heads[one] = _OWN_SHARE * own_head + (1 - _OWN_SHARE) * other
    return heads


def _fit_head(rows: Floats, label: NDArray[np.intp], penalty: Floats) -> Floats:
    """Fit a small logistic regression with Adam over full batches."""
    truth = np.eye(3)[label]
    weights = np.zeros((rows.shape[1], 3))
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    steps = 400
    for step in range(1, steps + 1):
        slopes = (_shares(rows @ weights) - truth) / len(rows)
        gradient = rows.T @ slopes + penalty[:, None] * weights
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient * gradient
        pace = 0.1 * (1 - step / steps)
        weights -= pace * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-9)
    return weights


def _cross_validated(texts: _Texts, sums: Floats, fold: NDArray[np.int64]) -> Floats:
    """Score each text with heads that never saw it: shape (n, 3)."""
    rows = np.concatenate([texts.features, sums, np.ones((len(sums), 1))], axis=1)
    found = np.zeros((len(rows), 3))
    for number in range(_FOLDS):
        heads = _heads(texts, sums, fold != number)
        for language in LANGUAGES:
            held_out = (fold == number) & (texts.language == language)
            found[held_out] = rows[held_out] @ heads[language]
    return found


def _print_validation(texts: _Texts, sums: Floats, fold: NDArray[np.int64]) -> None:
    rows = np.concatenate([texts.features, sums, np.ones((len(sums), 1))], axis=1)
    found = _cross_validated(texts, sums, fold)
    for language in LANGUAGES:
        here = texts.language == language
        figure = macro_f1(texts.label[here], found[here].argmax(axis=1))
        line = f"{language}: trained {figure:.1f}"
        if language in WITH_LEXICON:
            without = _heads(texts, sums, ~here)["other"]
            unseen = macro_f1(texts.label[here], (rows[here] @ without).argmax(axis=1))
            line += f", as a language without training {unseen:.1f}"
        right = found[here].argmax(axis=1) == texts.label[here]
        line += f", mean probability {_shares(found[here]).max(axis=1).mean():.2f}"
        typer.echo(f"{line}, accuracy {right.mean():.2f}")


def macro_f1(truth: NDArray[np.intp], found: NDArray[np.intp]) -> float:
    """Mean over negative, neutral, positive of 2 TP / (2 TP + FP + FN), times 100."""
    parts = []
    for label in range(3):
        hits = np.sum((truth == label) & (found == label))
        parts.append(2 * hits / max(1, np.sum(truth == label) + np.sum(found == label)))
    return float(100 * np.mean(parts))


def _sparse(pieces: Sequence[NDArray[np.int32]]) -> _Sparse:
    sizes = np.array([len(row) for row in pieces])
    return _Sparse(
        number=np.concatenate(pieces),
        row=np.repeat(np.arange(len(pieces)), sizes),
        value=np.repeat(1 / np.sqrt(np.maximum(1, sizes)), sizes).astype(np.float32),
        rows=len(pieces),
    )


def _shares(scores: Floats) -> Floats:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


if __name__ == "__main__":
    typer.run(main)
