"""The options of an import, read from the words that people give."""

import codecs
from datetime import tzinfo
from typing import TypedDict
from zoneinfo import ZoneInfo

from collectors.configuration.mistakes import one_of
from collectors.contract import Interval
from collectors.imports.formats import FORMATS
from collectors.imports.importing import parse_covers

_ANY = "auto"


class ImportOptionError(ValueError):
    """An option makes no sense; `option` is its name."""

    def __init__(self, message: str, *, option: str) -> None:
        super().__init__(message)
        self.option = option


class ImportOptions(TypedDict):
    """What `import_file` takes beside the file."""

    wanted: str | None
    time_zone: tzinfo
    encoding: str | None
    covers: Interval | None
    source: str | None


def read_options(
    *, wanted: str, time_zone: str, encoding: str | None, covers: str | None, source: str | None
) -> ImportOptions:
    """
    Read the options.

    Args:
        wanted: A name of `FORMATS`, or `auto`.
        time_zone: An IANA name.
        encoding: A name that Python knows; None: UTF-8.
        covers: `FROM/TO`; needs a source.
        source: Name of a source.

    Raises:
        ImportOptionError: One of them is none.
    """
    if covers is not None and source is None:
        msg = "--covers needs --source: the name of the source in sources.toml"
        raise ImportOptionError(msg, option="--covers")
    if wanted not in {_ANY, *FORMATS}:
        msg = f"there is no format '{wanted}': {one_of(wanted, [_ANY, *FORMATS])}"
        raise ImportOptionError(msg, option="--format")
    try:
        interval = parse_covers(covers) if covers is not None else None
    except ValueError as error:
        raise ImportOptionError(str(error), option="--covers") from error
    return ImportOptions(
        wanted=None if wanted == _ANY else wanted,
        time_zone=_zone(time_zone),
        encoding=_encoding(encoding),
        covers=interval,
        source=source,
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        msg = f"'{name}' is no time zone: write it like Europe/Brussels"
        raise ImportOptionError(msg, option="--time-zone") from error


def _encoding(name: str | None) -> str | None:
    if name is None:
        return None
    try:
        found = codecs.lookup(name).name
        # Some codecs are none of text, such as base64.
        "a".encode(found)
    except (LookupError, UnicodeError) as error:
        msg = f"'{name}' is no encoding of text: write it like cp1252, latin-1 or utf-16"
        raise ImportOptionError(msg, option="--encoding") from error
    return None if found == "utf-8" else found
