"""In which tone a passage speaks, by any Hugging Face classifier that was exported to ONNX."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from enrichment.passages import Passage
from enrichment.tone.accurate import log_shares, plain_text
from enrichment.tone.labels import tone_shares
from enrichment.tone.model import Tone, ToneModelUnavailable
from enrichment.tone.spacy_model import tones_of

_ON_HUB = re.compile(r"^[\w.-]+/[\w.-]+$")
_GRAPHS = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx")
_MOST_TOKENS = 256
_AT_ONCE = 32


class OnnxTone:
    """A classifier of texts, run by onnxruntime on one thread."""

    def __init__(
        self, *, name: str, session: Any, tokenizer: Any, shares: NDArray[np.float64]
    ) -> None:
        """
        Args:
            name: Name and version.
            session: An `onnxruntime.InferenceSession` whose first output is (n, labels) scores.
            tokenizer: A `tokenizers.Tokenizer`.
            shares: Shape (labels, 3).
        """
        self.name = name
        self._session = session
        self._tokenizer = tokenizer
        self._shares = shares
        self._inputs = {one.name for one in session.get_inputs()}

    @classmethod
    def load(cls, folder: Path, *, name: str) -> Self:
        """
        Load a classifier from a folder as `optimum-cli export onnx` writes it.

        Args:
            folder: With config.json, tokenizer.json and model.onnx (or onnx/model.onnx).
            name: What its judgements are marked with.

        Raises:
            ToneModelUnavailable: Something is missing, or it doesn't tell tone.
        """
        if not (find_spec("onnxruntime") and find_spec("tokenizers")):
            msg = f"{name} needs the extra `onnx`: pip install 'luisterpost[onnx]'"
            raise ToneModelUnavailable(msg)
        graph = next((folder / one for one in _GRAPHS if (folder / one).is_file()), None)
        missing = [one for one in ("config.json", "tokenizer.json") if not (folder / one).is_file()]
        if graph is None or missing:
            lacking = " and ".join([*missing, *([] if graph else ["model.onnx"])])
            msg = (
                f"{folder} has no {lacking}: write an ONNX model by "
                "`optimum-cli export onnx --model NAME FOLDER`, and name the folder"
            )
            raise ToneModelUnavailable(msg)
        runtime, tokenizers = import_module("onnxruntime"), import_module("tokenizers")
        try:
            config = json.loads((folder / "config.json").read_text("utf-8"))
            labels = _labels(config)
            tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
            options = runtime.SessionOptions()
            options.intra_op_num_threads = 1  # Whoever has more cores starts more workers.
            session = runtime.InferenceSession(
                str(graph), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # Both libraries raise bare exceptions for broken files.
            msg = f"the model in {folder} can't be loaded: {error}"
            raise ToneModelUnavailable(msg) from error
        tokenizer.enable_truncation(max_length=_MOST_TOKENS)
        tokenizer.no_padding()
        pad = config.get("pad_token_id")
        tokenizer.enable_padding(pad_id=pad if isinstance(pad, int) else 0)
        shares = tone_shares(labels, f"the model in {folder}")
        return cls(name=name, session=session, tokenizer=tokenizer, shares=shares)

    def judge(self, passages: Sequence[Passage]) -> list[Tone]:
        """Judge each passage by itself, in the order given."""
        tones: list[Tone] = []
        for begin in range(0, len(passages), _AT_ONCE):
            texts = [plain_text(passage) for passage in passages[begin : begin + _AT_ONCE]]
            read = self._tokenizer.encode_batch(texts)
            columns = {
                "input_ids": np.array([one.ids for one in read], np.int64),
                "attention_mask": np.array([one.attention_mask for one in read], np.int64),
                "token_type_ids": np.array([one.type_ids for one in read], np.int64),
            }
            fed = {name: column for name, column in columns.items() if name in self._inputs}
            scores = np.asarray(self._session.run(None, fed)[0], np.float64)
            tones += tones_of(np.exp(log_shares(scores)) @ self._shares)
        return tones


def cached_folder(name: str, environ: Mapping[str, str] | None = None) -> Path | None:
    """
    Find a model of the Hugging Face Hub in this machine's cache; nothing is fetched.

    Args:
        name: Such as `cardiffnlp/twitter-xlm-roberta-base-sentiment`.
        environ: Where HF_HUB_CACHE, HF_HOME and XDG_CACHE_HOME are looked up; None: the process's.

    Returns:
        The folder of its main version, or None.
    """
    if not _ON_HUB.match(name):
        return None
    at = os.environ if environ is None else environ
    caches = Path(at.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    home = Path(at.get("HF_HOME") or caches / "huggingface")
    hub = Path(at.get("HF_HUB_CACHE") or home / "hub")
    model = hub / f"models--{name.replace('/', '--')}"
    try:
        version = (model / "refs" / "main").read_text("utf-8").strip()
    except OSError:
        return None
    folder = model / "snapshots" / version
    return folder if re.fullmatch(r"\w+", version) and folder.is_dir() else None


def _labels(config: Mapping[str, Any]) -> list[str]:
    names = config.get("id2label") or {}
    return [str(names[key]) for key in sorted(names, key=int)]
