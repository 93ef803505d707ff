"""What finds names in which language: the optional `names.toml`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from collectors.configuration.folder import ConfigurationError, read_setting
from collectors.configuration.mistakes import Mistake
from collectors.watchlist import Frozen

LanguageCode = Annotated[str, Field(pattern="^[a-z]{2}$")]


class NamesSettings(Frozen):
    """What may be said in `names.toml`."""

    pipelines: dict[LanguageCode, str] = Field(default_factory=dict)
    """By ISO 639-1: an installed spaCy pipeline, `shipped`, or `none`; others get the best there is."""


def configured_recognisers(folder: Path) -> dict[str, str | None]:
    """
    Read what shall find names.

    Args:
        folder: The configuration folder.

    Returns:
        By language, as `find_recogniser` answers; languages that nothing is said of are left out.

    Raises:
        ConfigurationError: Something in `names.toml` is wrong, or a pipeline is not installed.
    """
    from enrichment.names.entities import SHIPPED

    if mistakes := tuple(names_mistakes(folder)):
        raise ConfigurationError(mistakes)
    meant: Mapping[str, str | None] = {"shipped": SHIPPED, "none": None}
    chosen = read_setting(folder, "names", NamesSettings).pipelines
    return {language: meant.get(name, name) for language, name in chosen.items()}


def names_mistakes(folder: Path) -> Iterator[Mistake]:
    """
    Look whether what `names.toml` names is there.

    Args:
        folder: The configuration folder.

    Yields:
        Each pipeline that is not installed, and each language that the model that ships can't read.

    Raises:
        ConfigurationError: The file can't be read, or something in it is misspelt.
    """
    chosen = read_setting(folder, "names", NamesSettings).pipelines
    if not chosen:
        return
    from spacy.util import is_package

    from enrichment.names.finder import LANGUAGES

    for language, name in chosen.items():
        message = None
        if name == "shipped" and language not in LANGUAGES:
            message = f"the model that ships reads {', '.join(LANGUAGES)} only"
        elif name not in {"shipped", "none"} and not is_package(name):
            message = (
                f"{name} is not installed here; name an installed spaCy pipeline, or 'shipped'"
            )
        if message:
            yield Mistake(
                file=str(folder / "names.toml"), path=f"pipelines.{language}", message=message
            )
