"""Read values from other people's JSON: tolerant where a value may be absent, strict where it must not."""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from collectors.contract import Unreadable
from collectors.mention import Mention

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_COUNT_LIMIT = 2**63
# Made once: `json.dumps` makes an encoder for each call with separators of its own. What came
# as JSON holds no circles, which to look for takes a tenth of the time.
_write_json = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


class UnfitError(ValueError):
    """An item lacks what makes it a mention; it is kept aside, the others arrive."""


def whole_text(text: str) -> str:
    """Replace halves of characters (lone surrogates), which no file can hold, by U+FFFD."""
    return text if text.isascii() else _LONE_SURROGATE.sub("\ufffd", text)


def needed_text(item: Mapping[str, Any], key: str) -> str:
    """
    Read a text that must be there; it may be empty.

    Raises:
        UnfitError: It is absent, or no text.
    """
    value = item.get(key)
    if not isinstance(value, str):
        msg = f"'{key}' is {'absent' if value is None else 'no text'}"
        raise UnfitError(msg)
    return whole_text(value)


def needed_id(item: Mapping[str, Any], key: str = "id") -> str:
    """
    Read an identity.

    Raises:
        UnfitError: It is absent or empty.
    """
    value = identity(item.get(key))
    if value is None:
        msg = f"'{key}' is absent"
        raise UnfitError(msg)
    return value


def identity(value: Any) -> str | None:
    """Read an id, which some write as a number; None when there is none."""
    if isinstance(value, str):
        return text_or_none(value)
    return str(value) if type(value) is int else None


def text_or_none(value: Any) -> str | None:
    """Read a text that may be absent; an empty one counts as absent."""
    if not isinstance(value, str) or not value or value.isspace():
        return None
    return value if value.isascii() else whole_text(value)


def mapping(value: Any) -> Mapping[str, Any]:
    """Read an object that may be absent: then it is empty."""
    return value if isinstance(value, dict) else {}


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """Read a list of objects that may be absent, leaving out what is no object."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def json_object(text: str) -> Mapping[str, Any]:
    """Read a stored record; empty where it is none."""
    try:
        return mapping(json.loads(text))
    except (ValueError, RecursionError):
        return {}


def counts(pairs: Iterable[tuple[str, Any]]) -> dict[str, int]:
    """Keep what is a whole number of at most 64 bits."""
    return {
        name: value
        for name, value in pairs
        if type(value) is int and -_COUNT_LIMIT < value < _COUNT_LIMIT
    }


def instant_from_iso(value: Any) -> datetime | None:
    """
    Read an ISO 8601 time, UTC if it names no zone; None when absent.

    Raises:
        UnfitError: It is there and no time.
    """
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as error:
        msg = f"{value!r:.40} is no time"
        raise UnfitError(msg) from error


def instant_from_epoch(value: Any) -> datetime | None:
    """
    Read seconds since 1970; None when absent.

    Raises:
        UnfitError: It is there and no time.
    """
    if value is None:
        return None
    try:
        seconds = math.nan if isinstance(value, bool | str) else value
        return datetime.fromtimestamp(seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError) as error:
        msg = f"{value!r:.40} is no time"
        raise UnfitError(msg) from error


def raw_json(value: Any) -> str:
    """Write a record as the source gave it, in ASCII, so that even broken characters survive."""
    return _write_json(value)


def aside(item: Any, error: UnfitError) -> Unreadable:
    """Keep an item that could not be read."""
    return Unreadable(raw=raw_json(item), error=str(error))


def read_each(
    items: Iterable[Any], read: Callable[[Any], Mention]
) -> tuple[list[Mention], list[Unreadable]]:
    """
    Read items one by one.

    Args:
        items: As the source gives them.
        read: Reads one; raises `UnfitError` where it can't.

    Returns:
        The mentions in the items' order, and what could not be read.
    """
    mentions: list[Mention] = []
    unreadable: list[Unreadable] = []
    for item in items:
        try:
            mentions.append(read(item))
        except UnfitError as error:
            unreadable.append(aside(item, error))
    return mentions, unreadable
