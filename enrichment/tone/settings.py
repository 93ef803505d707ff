"""Which tone models judge mentions: the optional `tone.toml`."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, FiniteFloat

from collectors.configuration.folder import ConfigurationError, read_setting
from collectors.configuration.mistakes import Mistake
from collectors.sources import Duration
from collectors.watchlist import Frozen

if TYPE_CHECKING:
    from enrichment.tone.model import ToneModel


OFF = "off"

_FAST, _ACCURATE = "fast", "accurate"
_AS_CONFIGURED = "tone.toml"


class RescoreSettings(Frozen):
    """What may be said below `[rescore]`: what matters is judged once more by a better model."""

    model: str | None = Field(default=None, min_length=1)
    """As `ToneSettings.model`, or `off`; None: the accurate one beside the fast one, else off."""
    budget: Duration = timedelta(minutes=5)
    """How long one run judges."""
    reach: int = Field(default=10_000, ge=1)
    """Followers of the author, or views of the post, from which a mention matters by itself."""


class ToneErrorSettings(Frozen):
    """The model's error as `luisterpost evaluate` measured it on labelled texts of one's own."""

    shift: FiniteFloat = Field(ge=-1, le=1)
    slope: FiniteFloat = Field(gt=0, le=1.5)
    shift_sd: FiniteFloat = Field(ge=0, le=1)
    slope_sd: FiniteFloat = Field(ge=0, le=1)
    drift_sd: FiniteFloat = Field(default=0.05, ge=0, le=1)


class ToneSettings(Frozen):
    """What may be said in `tone.toml`."""

    model: str = Field(default=_FAST, min_length=1)
    """`fast`, `accurate`, or another name that `load_tone_model` takes."""
    error: ToneErrorSettings | None = None
    """Of that model; None: as measured on public texts if it ships, else a cautious one."""
    rescore: RescoreSettings = RescoreSettings()

    @property
    def rescore_model(self) -> str | None:
        """Name of the model that judges once more what matters; None: none does."""
        beside = _ACCURATE if self.model == _FAST else OFF
        name = self.rescore.model or beside
        return None if name in {OFF, self.model} else name


def configured_tone_model(folder: Path) -> "ToneModel":
    """
    Load the tone model that a configuration names; without `tone.toml`, the one that ships.

    Args:
        folder: The configuration folder.

    Raises:
        ConfigurationError: Something in `tone.toml` is wrong, or its model can't be had here.
    """
    from enrichment.tone.choice import load_tone_model
    from enrichment.tone.error import MeasuredTone, ToneError
    from enrichment.tone.model import ToneModelUnavailable

    settings = read_setting(folder, "tone", ToneSettings)
    try:
        model = load_tone_model(settings.model)
    except ToneModelUnavailable as missing:
        mistake = Mistake(file=str(folder / _AS_CONFIGURED), path="model", message=str(missing))
        raise ConfigurationError((mistake,)) from missing
    if settings.error is None:
        return model
    return MeasuredTone(model=model, error=ToneError(**settings.error.model_dump()))


def configured_rescore_model(folder: Path, tell: Callable[[str], None]) -> "ToneModel | None":
    """
    Load the model that judges once more what matters.

    Args:
        folder: The configuration folder.
        tell: Told why, where there is none.

    Returns:
        The model; None where none is wanted, or none is named and the extra is not installed.

    Raises:
        ConfigurationError: Something in `tone.toml` is wrong, or the model it names can't be had.
    """
    from enrichment.tone.choice import load_tone_model
    from enrichment.tone.model import ToneModelUnavailable

    settings = read_setting(folder, "tone", ToneSettings)
    name = settings.rescore_model
    if name is None:
        why = "no other model is named below [rescore]"
        tell(f"nothing is judged once more: {folder / _AS_CONFIGURED}: {why}")
        return None
    try:
        return load_tone_model(name)
    except ToneModelUnavailable as missing:
        if settings.rescore.model is None:
            tell(f"nothing is judged once more: {missing}")
            return None
        path, key = str(folder / _AS_CONFIGURED), "rescore.model"
        mistake = Mistake(file=path, path=key, message=str(missing))
        raise ConfigurationError((mistake,)) from missing


def tone_mistakes(folder: Path) -> Iterator[Mistake]:
    """
    Try to load the tone models that a configuration names.

    Args:
        folder: The configuration folder, whose `tone.toml` is well formed if it is there.

    Yields:
        Each model that can't be had here, and what to do about it.
    """
    from enrichment.tone.choice import load_tone_model
    from enrichment.tone.model import ToneModelUnavailable

    path = folder / _AS_CONFIGURED
    settings = read_setting(folder, "tone", ToneSettings)
    named = {"model": settings.model}
    if settings.rescore.model and settings.rescore_model:
        named["rescore.model"] = settings.rescore_model
    for key, name in named.items():
        try:
            load_tone_model(name)
        except ToneModelUnavailable as missing:
            yield Mistake(file=str(path), path=key, message=str(missing))
