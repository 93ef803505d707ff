"""The configuration as a whole: the files of one folder, and every mistake in them at once."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from collectors.configuration.mistakes import Mistake, nearest, read_document
from collectors.configuration.naming_check import naming_mistakes, naming_warnings
from collectors.configuration.query_check import listen_mistakes, query_warnings
from collectors.configuration.sources_check import sources_mistakes, sources_warnings
from collectors.configuration.validation import read_model, validate
from collectors.configuration.watchlist_check import watchlist_mistakes, watchlist_warnings
from collectors.sources import Sources
from collectors.watchlist import Watchlist

Model = TypeVar("Model", bound=BaseModel)

__all__ = [
    "Configuration",
    "ConfigurationError",
    "load_configuration",
    "read_model",
    "read_setting",
]

_KNOWN_FILES = (
    "watchlist.toml",
    "sources.toml",
    "alerts.toml",
    "flags.toml",
    "mail.toml",
    "names.toml",
    "reports.toml",
    "tone.toml",
    "warehouse.toml",
)


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """A configuration without mistakes."""

    folder: Path
    watchlist: Watchlist
    sources: Sources
    extra: Mapping[str, BaseModel] = field(default_factory=dict)
    """The optional files that are there, by name: `extra["reports"]`."""
    warnings: tuple[Mistake, ...] = ()

    def setting(self, name: str, model: type[Model]) -> Model:
        """Give an optional file's settings, or the model's defaults where there is no such file."""
        value = self.extra.get(name)
        return value if isinstance(value, model) else model()

    def moved_to(self, base_url: str) -> "Configuration":
        """Give the same configuration with every gateway replaced by the one at *base_url*."""
        moved = tuple(
            source.model_copy(update={"base_url": base_url}) if source.base_url else source
            for source in self.sources.source
        )
        return replace(self, sources=self.sources.model_copy(update={"source": moved}))


class ConfigurationError(Exception):
    """The configuration can't be used; every mistake is named, as are the warnings."""

    def __init__(self, mistakes: tuple[Mistake, ...], warnings: tuple[Mistake, ...] = ()) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes
        self.warnings = warnings


def read_setting(folder: Path, name: str, model: type[Model]) -> Model:
    """
    Read one optional file alone: its settings, or the model's defaults without such a file.

    Args:
        folder: The configuration folder.
        name: The file's, without `.toml`.
        model: What it holds.

    Raises:
        ConfigurationError: The file can't be read, or something in it is wrong.
    """
    path = folder / f"{name}.toml"
    if not path.exists():
        return model()
    settings, mistakes = read_model(path, model)
    if settings is None:
        raise ConfigurationError(tuple(mistakes))
    return settings


def load_configuration(
    folder: Path,
    now: datetime,
    extra_models: Mapping[str, type[BaseModel]] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
) -> Configuration:
    """
    Read and check the files of a configuration folder.

    Args:
        folder: Holds `watchlist.toml` and `sources.toml`, perhaps others.
        now: Aware; consents are judged at this moment.
        extra_models: Models of the optional files, by name without `.toml`.
        environ: Where credentials are looked for, to warn of those that are
            missing; None: no warning.

    Raises:
        ConfigurationError: There is at least one mistake in any file.
    """
    if not folder.is_dir():
        raise ConfigurationError((_no_folder(folder),))
    listened, mistakes = read_document(folder / "watchlist.toml")
    watchlist = None
    if not mistakes:
        watchlist, mistakes = validate(listened, Watchlist)
        mistakes += watchlist_mistakes(listened, now)
    collected, unread = read_document(folder / "sources.toml")
    sources = None
    if not unread:
        sources, unread = validate(collected, Sources)
        unread += [*sources_mistakes(collected), *listen_mistakes(collected)]
        unread += naming_mistakes(collected, watchlist) if watchlist else ()
    mistakes += unread
    extra: dict[str, BaseModel] = {}
    models = extra_models or {}
    for name, model in models.items():
        if (folder / f"{name}.toml").exists():
            value, unread = read_model(folder / f"{name}.toml", model)
            mistakes += unread
            extra |= {name: value} if value is not None else {}
    warnings = (
        *watchlist_warnings(listened, now),
        *query_warnings(listened, collected),
        *sources_warnings(collected, environ),
        *(naming_warnings(collected, watchlist, sources, now) if watchlist else ()),
        *_unknown_files(folder, {*_KNOWN_FILES, *(f"{name}.toml" for name in models)}),
    )
    if watchlist is None or sources is None or mistakes:
        raise ConfigurationError(_one_for_each_place(mistakes), warnings)
    return Configuration(
        folder=folder, watchlist=watchlist, sources=sources, extra=extra, warnings=warnings
    )


def _one_for_each_place(mistakes: list[Mistake]) -> tuple[Mistake, ...]:
    first: dict[tuple[str, str], Mistake] = {}
    for mistake in mistakes:
        first.setdefault((mistake.file, mistake.path), mistake)
    files = list(dict.fromkeys(mistake.file for mistake in mistakes))
    return tuple(sorted(first.values(), key=lambda m: (files.index(m.file), _table_of(m.path))))


def _table_of(path: str) -> int:
    found = re.match(r"\w+\[(\d+)\]", path)
    return int(found[1]) if found else -1


def _no_folder(folder: Path) -> Mistake:
    message = "is no folder" if folder.exists() else "there is no such folder"
    advice = "'luisterpost init' writes a first configuration, --config names another folder"
    return Mistake(file=str(folder), path="", message=message, suggestion=advice)


def _unknown_files(folder: Path, known: set[str]) -> Iterator[Mistake]:
    for path in sorted(folder.glob("*.toml")):
        if path.name not in known:
            meant = nearest(path.name, sorted(known))
            advice = f"did you mean '{meant}'?" if meant else f"known: {', '.join(sorted(known))}"
            message = "unknown file, it is not read"
            yield Mistake(file=str(path), path="", message=message, suggestion=advice)
