"""Which tone model judges mentions: the optional `tone.toml`."""

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from collectors.configuration.folder import ConfigurationError, read_setting
from collectors.configuration.mistakes import Mistake
from collectors.watchlist import Frozen

if TYPE_CHECKING:
    from enrichment.tone import ToneModel


class ToneSettings(Frozen):
    """What may be said in `tone.toml`."""

    model: str = Field(default="fast", min_length=1)
    """`fast`, `accurate`, or another name that `load_tone_model` takes."""


def configured_tone_model(folder: Path) -> "ToneModel":
    """
    Load the tone model that a configuration names; without `tone.toml`, the one that ships.

    Args:
        folder: The configuration folder.

    Raises:
        ConfigurationError: Something in `tone.toml` is wrong, or its model can't be had here.
    """
    from enrichment.tone import ToneModelUnavailable
    from enrichment.tone_choice import load_tone_model

    name = read_setting(folder, "tone", ToneSettings).model
    try:
        return load_tone_model(name)
    except ToneModelUnavailable as missing:
        mistake = Mistake(file=str(folder / "tone.toml"), path="model", message=str(missing))
        raise ConfigurationError((mistake,)) from missing
