"""Which tone model a name means."""

from pathlib import Path

from enrichment.tone.fast import default_tone_model
from enrichment.tone.model import ToneModel, ToneModelUnavailable

FAST, ACCURATE = "fast", "accurate"


def load_tone_model(name: str) -> ToneModel:
    """
    Load a tone model by name. Nothing is downloaded.

    Args:
        name: `fast`, the model that ships; `accurate`, the one of the extra `accurate`; an
            installed spaCy pipeline; a folder with a spaCy pipeline or with a Hugging Face
            model in ONNX; or such a model's name on the Hub, when this machine's cache has it.

    Raises:
        ToneModelUnavailable: There is no such model here; the message says what to do.
    """
    if name == FAST:
        return default_tone_model()
    if name == ACCURATE:
        from enrichment.tone.accurate import accurate_tone_model

        return accurate_tone_model()
    folder = Path(name)
    if folder.is_dir():
        return _from_folder(folder)
    if folder.is_absolute() or name.startswith((".", "~")):
        msg = (
            f"there is no tone model {name!r} here: there is no such folder; name one with a spaCy "
            "pipeline, or with config.json, tokenizer.json and model.onnx"
        )
        raise ToneModelUnavailable(msg)
    from spacy.util import is_package

    if is_package(name):
        from enrichment.tone.spacy_model import SpacyTone

        return SpacyTone.load(name)
    from enrichment.tone.onnx_model import OnnxTone, cached_folder

    cached = cached_folder(name)
    if cached is not None:
        return OnnxTone.load(cached, name=f"{name} {cached.name[:8]}")
    msg = (
        f"there is no tone model {name!r} here: name fast, accurate, an installed spaCy pipeline, "
        "a folder with one or with an ONNX model, or a model in the Hugging Face cache"
    )
    raise ToneModelUnavailable(msg)


def _from_folder(folder: Path) -> ToneModel:
    if (folder / "meta.json").is_file() and (folder / "config.cfg").is_file():
        from enrichment.tone.spacy_model import SpacyTone

        return SpacyTone.load(folder)
    from enrichment.tone.onnx_model import OnnxTone

    return OnnxTone.load(folder, name=folder.resolve().name)
