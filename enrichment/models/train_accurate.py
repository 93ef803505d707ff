"""
Train the accurate tone model: `python -m enrichment.models.train_accurate FOLDER`.

Needs the extra `accurate`, and torch (CPU) for this script alone. FOLDER holds
`sentiment_umsab_{en,fr,de,es,it,pt}_train.jsonl`: lines with `text` and `label` (neg, neu,
pos). Source: the sentiment tweets of UMSAB (Barbieri et al. 2022, XLM-T; repository
cardiffnlp/xlm-t, Apache-2.0), read on 2026-11-22. Nothing else is read.

1. The encoder (`encoder_file`: multilingual-e5-small, 4 bit, MIT) is tuned on four fifths of
   the texts: the biases and norms of its upper half, 30,000 numbers, and a linear head; the
   matrices stay as the package holds them (BitFit: Ben Zaken et al. 2022).
2. On the last fifth, which neither it nor (by cross-validation) the fast model saw, the two
   are blended: a weight for each one's log probabilities and a correction for each label,
   by maximum likelihood, so that the probabilities are honest.

Settings were chosen on that last fifth; the `_val` files and all Dutch data are for measuring
only. Takes ten minutes of one core. What ships was made by these steps on
2026-11-22.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from enrichment.models.encoder_file import EncoderFile
from enrichment.models.train_tone import LANGUAGES, Floats, fast_predictions, folds, macro_f1
from enrichment.passages import Passage
from enrichment.tone.accurate import ENCODER_FILE, ENCODER_PACKAGE, log_shares, plain_text

torch: Any = import_module("torch")

NAME = "e5-small tuned 1"
_LABELS = {"neg": 0, "neu": 1, "pos": 2}
_TUNED_FROM = 6
"""The first layer that is tuned; those below are run once."""
_BIASES = ("q.b", "k.b", "v.b", "ao.b", "aln.w", "aln.b", "fi.b", "fo.b", "oln.w", "oln.b")
_MATRICES = ("q.w", "k.w", "v.w", "ao.w", "fi.w", "fo.w")
_EPOCHS, _BATCH, _RATE, _HEAD_RATE, _SMOOTHING = 3, 32, 2e-3, 2e-3, 0.05
_HELD_OUT = 0
_ROOT = 19.6
"""The root of 384: makes a unit vector's numbers about 1 in size."""


@dataclass(frozen=True, slots=True)
class _Texts:
    language: NDArray[np.str_]
    label: NDArray[np.intp]
    tokens: list[list[int]]
    fold: NDArray[np.int64]


def main(
    folder: Annotated[Path, typer.Argument(help="Folder with the UMSAB training files.")],
    out: Annotated[Path, typer.Option(help="Where the model goes.")] = Path(
        "enrichment/models/tone_accurate.npz"
    ),
    threads: Annotated[int, typer.Option(help="Cores to use.")] = 1,
) -> None:
    """Tune the encoder, blend it with the fast model, and write what differs from the package."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    path = Path(str(files(ENCODER_PACKAGE))) / ENCODER_FILE
    file = EncoderFile(path)
    texts = _read(folder, file)
    encoder = _Encoder(file)
    states = encoder.lower_states(texts.tokens)
    head = _tune(encoder, states, texts)
    held_out = np.flatnonzero(texts.fold == _HELD_OUT)
    read = log_shares(encoder.predict([states[i] for i in held_out], head).astype(np.float64))
    fast = np.log(np.maximum(fast_predictions(folder)[held_out], 1e-6))
    blend = _fit_blend(read, fast, texts.label[held_out])
    _print_figures(texts, held_out, {"encoder": read, "fast": fast}, blend)
    tuned = encoder.tuned_numbers()
    np.savez_compressed(
        out,
        allow_pickle=False,
        name=np.array(NAME),
        encoder_sha256=np.array(hashlib.sha256(file.content).hexdigest()),
        tuned_at=np.array([(file.offset(name), len(row)) for name, row in tuned.items()]),
        tuned=np.concatenate(list(tuned.values())).astype(np.float32),
        head=np.concatenate([head[0].T * _ROOT, head[1][None]]).astype(np.float32),
        blend=blend,
    )
    typer.echo(f"{out}: {out.stat().st_size:,} bytes")


class _Encoder:
    """The encoder in torch: matrices fixed, biases and norms of the upper layers tuned."""

    def __init__(self, file: EncoderFile) -> None:
        self._file = file
        to = torch.tensor
        width = file.width
        self._words = to(file.matrix("emb.word", width)).bfloat16()
        self._places = to(file.floats("emb.pos").reshape(-1, width))
        self._kind = to(file.floats("emb.type").reshape(-1, width))[0]
        self._matrices, self._numbers = {}, {}
        for layer in range(file.layers):
            for name in _MATRICES:
                columns = file.inner if name == "fo.w" else width
                matrix = to(file.matrix(f"l{layer}.{name}", columns))
                self._matrices[f"l{layer}.{name}"] = matrix.bfloat16()
            for name in _BIASES:
                number = to(file.floats(f"l{layer}.{name}"))
                self._numbers[f"l{layer}.{name}"] = number.requires_grad_(layer >= _TUNED_FROM)
        for name in ("emb.ln.w", "emb.ln.b"):
            self._numbers[name] = to(file.floats(name))

    def tuned(self) -> list[Any]:
        return [number for number in self._numbers.values() if number.requires_grad]

    def tuned_numbers(self) -> dict[str, NDArray[np.float32]]:
        return {n: x.detach().numpy() for n, x in self._numbers.items() if x.requires_grad}

    def lower_states(self, tokens: Sequence[list[int]]) -> list[Any]:
        """Run the layers that stay as they are: for each text, shape (tokens, width)."""
        states: list[Any] = [None] * len(tokens)
        with torch.no_grad():
            for chosen in _by_length([len(row) for row in tokens]):
                length = max(len(tokens[i]) for i in chosen)
                numbers = torch.ones(len(chosen), length, dtype=torch.long)
                mask = torch.zeros(len(chosen), length, dtype=torch.bool)
                for row, i in enumerate(chosen):
                    numbers[row, : len(tokens[i])] = torch.tensor(tokens[i])
                    mask[row, : len(tokens[i])] = True
                x = self._words[numbers].float() + self._places[:length] + self._kind
                x = self._norm(x, "emb.ln")
                for layer in range(_TUNED_FROM):
                    x = self._layer(x, mask, layer)
                for row, i in enumerate(chosen):
                    states[i] = x[row, : len(tokens[i])].bfloat16().clone()
        return states

    def vectors(self, states: Sequence[Any]) -> Any:
        """Run the tuned layers: unit vectors, the mean over each text's tokens."""
        length = max(len(state) for state in states)
        x = torch.zeros(len(states), length, self._file.width)
        mask = torch.zeros(len(states), length, dtype=torch.bool)
        for row, state in enumerate(states):
            x[row, : len(state)] = state.float()
            mask[row, : len(state)] = True
        for layer in range(_TUNED_FROM, self._file.layers):
            x = self._layer(x, mask, layer)
        share = mask[..., None].float()
        return torch.nn.functional.normalize((x * share).sum(1) / share.sum(1), dim=-1)

    def predict(self, states: Sequence[Any], head: tuple[Floats, Floats]) -> Floats:
        scores = np.zeros((len(states), len(_LABELS)))
        with torch.no_grad():
            for chosen in _by_length([len(state) for state in states]):
                rows = self.vectors([states[i] for i in chosen]).numpy()
                scores[chosen] = _ROOT * rows @ head[0].T + head[1]
        return scores

    def _norm(self, x: Any, name: str) -> Any:
        weight, bias = self._numbers[f"{name}.w"], self._numbers[f"{name}.b"]
        return torch.nn.functional.layer_norm(
            x, (self._file.width,), weight, bias, self._file.epsilon
        )

    def _linear(self, x: Any, name: str) -> Any:
        bias = self._numbers[f"{name}.b"].bfloat16()
        return torch.nn.functional.linear(x.bfloat16(), self._matrices[f"{name}.w"], bias)

    def _layer(self, x: Any, mask: Any, number: int) -> Any:
        name = f"l{number}"
        texts, length, width = x.shape

        def parted(y: Any) -> Any:
            return y.view(texts, length, self._file.heads, -1).transpose(1, 2)

        hidden = torch.zeros(texts, 1, 1, length, dtype=torch.bfloat16)
        seen = torch.nn.functional.scaled_dot_product_attention(
            *(parted(self._linear(x, f"{name}.{part}")) for part in "qkv"),
            attn_mask=hidden.masked_fill(~mask[:, None, None, :], -1e4),
        )
        seen = seen.transpose(1, 2).reshape(texts, length, width)
        x = self._norm(x + self._linear(seen, f"{name}.ao").float(), f"{name}.aln")
        inner = torch.nn.functional.gelu(self._linear(x, f"{name}.fi"))
        return self._norm(x + self._linear(inner, f"{name}.fo").float(), f"{name}.oln")


def _read(folder: Path, file: EncoderFile) -> _Texts:
    rows = [
        (language, json.loads(line))
        for language in LANGUAGES
        for line in (folder / f"sentiment_umsab_{language}_train.jsonl").open(encoding="utf-8")
    ]
    plain = [
        plain_text(Passage(text=row["text"], start=0, end=0, language=language))
        for language, row in rows
    ]
    return _Texts(
        language=np.array([language for language, _ in rows]),
        label=np.array([_LABELS[row["label"]] for _, row in rows]),
        tokens=[file.tokens(text)[:128] for text in plain],
        fold=folds(len(rows)),
    )


def _tune(encoder: _Encoder, states: list[Any], texts: _Texts) -> tuple[Floats, Floats]:
    """Tune with AdamW, a warm-up and a cosine; gives the head's weights and biases."""
    head = torch.nn.Linear(encoder.vectors(states[:1]).shape[1], len(_LABELS))
    torch.nn.init.zeros_(head.weight)
    torch.nn.init.zeros_(head.bias)
    tuned = encoder.tuned()
    optimizer = torch.optim.AdamW(
        [
            {"params": tuned, "weight_decay": 0.0},
            {"params": list(head.parameters()), "weight_decay": 0.01},
        ],
        betas=(0.9, 0.98),
    )
    generator = np.random.default_rng(0)
    chosen = np.flatnonzero(texts.fold != _HELD_OUT)
    labels = torch.tensor(texts.label)
    steps, step = _EPOCHS * (len(chosen) // _BATCH + 1), 0
    for _ in range(_EPOCHS):
        for batch in _batches([len(state) for state in states], chosen, generator):
            share = min(1.0, step / 100) * 0.5 * (1 + np.cos(np.pi * min(1.0, step / steps)))
            optimizer.param_groups[0]["lr"] = _RATE * share
            optimizer.param_groups[1]["lr"] = _HEAD_RATE * share
            scores = head(_ROOT * encoder.vectors([states[i] for i in batch]))
            loss = torch.nn.functional.cross_entropy(
                scores, labels[batch], label_smoothing=_SMOOTHING
            )
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(tuned, 1.0)
            optimizer.step()
            step += 1
    return head.weight.detach().numpy(), head.bias.detach().numpy()


def _batches(
    lengths: list[int], chosen: NDArray[np.intp], generator: np.random.Generator
) -> list[NDArray[np.intp]]:
    """Mix the texts; texts of about the same length share a batch."""
    mixed = generator.permutation(chosen)
    batches = []
    for begin in range(0, len(mixed), 16 * _BATCH):
        near = sorted(mixed[begin : begin + 16 * _BATCH], key=lambda i: lengths[i])
        batches += [np.array(near[i : i + _BATCH]) for i in range(0, len(near), _BATCH)]
    return [batches[i] for i in generator.permutation(len(batches))]


def _by_length(lengths: Sequence[int]) -> list[list[int]]:
    order = sorted(range(len(lengths)), key=lambda i: lengths[i])
    return [order[i : i + 64] for i in range(0, len(order), 64)]


def _fit_blend(read: Floats, fast: Floats, label: NDArray[np.intp]) -> Floats:
    """Fit two weights and three corrections (of sum 0) by maximum likelihood, step by step."""
    truth = np.eye(len(_LABELS))[label]
    weights = np.array([0.7, 0.3, 0.0, 0.0, 0.0])
    for _ in range(3000):
        slopes = np.exp(log_shares(weights[0] * read + weights[1] * fast + weights[2:])) - truth
        gradient = [(slopes * read).sum(), (slopes * fast).sum(), *slopes.sum(axis=0)]
        weights -= 0.2 * np.array(gradient) / len(label)
    return weights


def _print_figures(
    texts: _Texts, held_out: NDArray[np.intp], parts: dict[str, Floats], blend: Floats
) -> None:
    scores = blend[0] * parts["encoder"] + blend[1] * parts["fast"] + blend[2:]
    label = texts.label[held_out]
    for language in LANGUAGES:
        here = texts.language[held_out] == language
        line = [f"{language}: blend {macro_f1(label[here], scores[here].argmax(axis=1)):.1f}"]
        line += [
            f"{n} {macro_f1(label[here], p[here].argmax(axis=1)):.1f}" for n, p in parts.items()
        ]
        typer.echo(", ".join(line))
    sure = np.exp(log_shares(scores)).max(axis=1)
    right = (scores.argmax(axis=1) == label).mean()
    typer.echo(f"blend {blend.round(3)}, mean probability {sure.mean():.2f}, right {right:.2f}")


if __name__ == "__main__":
    typer.run(main)
