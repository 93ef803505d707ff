"""Read rows whose columns are named as those of a mention: platform, native_id, created_at, text."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any, cast, get_args

from collectors.imports.record import Circumstances, Read, Reading, RowError
from collectors.mention import Kind, Mention, TimeSource
from collectors.watchlist import bare_handle

REQUIRED = ("platform", "native_id", "created_at", "text")

_LONGEST = {
    "platform": 64,
    "text": 1_000_000,
    "title": 10_000,
    "url": 8_192,
    "native_id": 4_096,
    "parent_id": 4_096,
    "root_id": 4_096,
    "author_id": 1_000,
    "author_handle": 1_000,
    "author_name": 1_000,
    "language": 64,
}
_KNOWN = frozenset(
    {*REQUIRED, *_LONGEST, "language_tag", "kind", "edited_at", "time_source", "metrics"}
    | {"is_repost", "is_quote", "is_own", "mention_id", "version_id"}
)
_PLATFORM = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_DAMAGED_ID = re.compile(r"\d[.,]\d+[eE]\+\d+")
_DIGITS = re.compile(r"-?\d+(?:\.\d+)?")
_YEARS = range(1900, 2201)
_INT64 = 2**63
_SCALES = {9: 1, 10: 1, 12: 1_000, 13: 1_000, 15: 10**6, 16: 10**6, 18: 10**9, 19: 10**9}
"""Digits of a number of epoch seconds, milli-, micro- or nanoseconds → units in a second."""


def is_row(values: Mapping[str, Any]) -> bool:
    """Tell a row with such columns from other JSON."""
    return "platform" in values and "native_id" in values


def has_own_columns(columns: Sequence[str]) -> bool:
    """Tell whether a line of names, in lower case, names all that are needed."""
    return set(REQUIRED) <= set(columns)


def row_reader(circumstances: Circumstances) -> Read:
    """Read rows with such columns."""

    def read(values: Mapping[str, Any]) -> Reading:
        mention = mention_from_row(values, circumstances.imported_at, circumstances.time_zone)
        return Reading(mentions=[mention])

    return read


def mention_from_row(
    row: Mapping[str, Any], collected_at: datetime, time_zone: tzinfo = UTC
) -> Mention:
    """
    Read a row.

    Args:
        row: Values by column: what JSON, CSV or Parquet give.
        collected_at: Aware, UTC: the time of the import.
        time_zone: Of times that name no zone.

    Returns:
        The mention; columns that it has no place for are in `raw`.

    Raises:
        RowError: Something that is needed is missing, or can't be read.
    """
    platform = _text(row, "platform")
    if platform is None or not _PLATFORM.fullmatch(platform):
        msg = "platform must be a short name in lower case, such as x, reddit or feed"
        raise RowError(msg)
    native_id = _native_id(row.get("native_id"))
    text, title = _text(row, "text"), _text(row, "title")
    if not (text or title):
        msg = "text is missing"
        raise RowError(msg)
    created_at = _moment(row, "created_at", time_zone)
    parent_id = _id(row, "parent_id")
    handle = _text(row, "author_handle")
    return Mention(
        platform=platform,
        native_id=native_id,
        kind=_kind(row, platform, native_id, parent_id),
        text=text or "",
        title=title,
        url=_text(row, "url"),
        author_id=_id(row, "author_id"),
        author_handle=handle and (bare_handle(handle) or None),
        author_name=_text(row, "author_name"),
        language_tag=_text(row, "language") or _text(row, "language_tag", _LONGEST["language"]),
        created_at=created_at,
        edited_at=_moment(row, "edited_at", time_zone),
        time_source=_time_source(row, created_at),
        collected_at=collected_at,
        parent_id=parent_id,
        root_id=_id(row, "root_id"),
        is_repost=_flag(row, "is_repost"),
        is_quote=_flag(row, "is_quote"),
        is_own=_flag(row, "is_own"),
        metrics=_metrics(row),
        raw=_raw(row),
    )


def parse_moment(value: Any, zone: tzinfo = UTC) -> datetime | None:
    """
    Read a time in any of the forms that exports use.

    Args:
        value: ISO 8601, RFC 2822, the date of a post in X's first format,
            seconds, milli-, micro- or nanoseconds since 1970, or a date or
            datetime; empty: unknown.
        zone: Of a time that names none.

    Returns:
        Aware, UTC; None for an empty value.

    Raises:
        ValueError: It is no time, or not one between 1900 and 2200.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str) and not value.strip():
        return None
    try:
        moment = _moment_of(value)
        is_aware = moment.tzinfo is not None
        moment = (moment if is_aware else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        moment = None
    if moment is None or moment.year not in _YEARS:
        msg = "is no readable time: write it like 2026-11-23T08:00:00+01:00"
        raise ValueError(msg)
    return moment


def _moment_of(value: Any) -> datetime:
    match value:
        case datetime():
            return value
        case date():
            return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the caller knows the zone
        case str():
            return _moment_from_text(value.strip())
        case int() if not isinstance(value, bool):
            return _moment_from_text(f"{value:d}")
        case float():
            return _moment_from_text(f"{value:f}")
    raise TypeError


def _moment_from_text(text: str) -> datetime:
    if _DIGITS.fullmatch(text):
        whole, _, fraction = text.lstrip("-").partition(".")
        if len(whole) == len("20261123") and not fraction.strip("0") and not text.startswith("-"):
            return datetime.fromisoformat(whole)
        scale = _SCALES.get(len(whole))
        if scale is None:
            raise ValueError
        sign = -1 if text.startswith("-") else 1
        micros = int(whole) * 10**6 // scale
        part = int((fraction + "000000")[:6]) if scale == 1 else 0
        return datetime(1970, 1, 1, tzinfo=UTC) + sign * timedelta(microseconds=micros + part)
    try:
        return datetime.fromisoformat(re.sub(r"\s*(?:UTC|GMT)$", "+00:00", text))
    except ValueError:
        return parsedate_to_datetime(text)


def _moment(row: Mapping[str, Any], key: str, zone: tzinfo) -> datetime | None:
    try:
        return parse_moment(row.get(key), zone)
    except ValueError as error:
        msg = f"{key} {error}"
        raise RowError(msg) from None


def _text(row: Mapping[str, Any], key: str, longest: int | None = None) -> str | None:
    value = row.get(key)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if not isinstance(value, str):
        msg = f"{key} must be text, not {type(value).__name__}"
        raise RowError(msg)
    limit = longest or _LONGEST.get(key, 1_000)
    if len(value) > limit:
        msg = f"{key} is longer than {limit} characters"
        raise RowError(msg)
    if "\x00" in value:
        msg = f"{key} holds a NUL character"
        raise RowError(msg)
    return (_whole(value) if key in {"text", "title"} else _whole(value).strip()) or None


def _id(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) >= _INT64:
            msg = f"{key} is too large a number: write it as text"
            raise RowError(msg)
        return str(value)
    if isinstance(value, float) and not math.isnan(value):
        msg = f"{key} is a number with decimals, and may have lost digits: write it as text"
        raise RowError(msg)
    found = _text(row, key)
    if found and _DAMAGED_ID.fullmatch(found):
        msg = f"{key} has lost its digits ({found}), as in a spreadsheet: export it as text"
        raise RowError(msg)
    return found


def _native_id(value: Any) -> str:
    found = _id({"native_id": value}, "native_id")
    if found is None:
        msg = "native_id is missing"
        raise RowError(msg)
    return found


def _kind(row: Mapping[str, Any], platform: str, native_id: str, parent_id: str | None) -> Kind:
    given = _text(row, "kind")
    if given is not None:
        if given not in get_args(Kind):
            msg = f"kind must be one of {', '.join(get_args(Kind))}"
            raise RowError(msg)
        return cast("Kind", given)
    if platform == "feed":
        return "article"
    if platform == "reddit":
        return "comment" if native_id.startswith("t1_") else "post"
    return "reply" if parent_id else "post"


def _time_source(row: Mapping[str, Any], created_at: datetime | None) -> TimeSource:
    given = row.get("time_source")
    if created_at is None:
        return "unknown"
    if given in get_args(TimeSource) and given != "unknown":
        return cast("TimeSource", given)
    return "imported"


def _flag(row: Mapping[str, Any], key: str) -> bool:
    match row.get(key):
        case bool(value):
            return value
        case None:
            return False
        case int(value) if value in {0, 1}:
            return value == 1
        case str(value) if value.strip().lower() in {"", "0", "f", "false", "no"}:
            return False
        case str(value) if value.strip().lower() in {"1", "t", "true", "yes"}:
            return True
    msg = f"{key} must be true or false"
    raise RowError(msg)


def _metrics(row: Mapping[str, Any]) -> dict[str, int]:
    given = row.get("metrics")
    if isinstance(given, str) and given.strip():
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            given = False
    if isinstance(given, list):
        try:
            given = dict(given)
        except (TypeError, ValueError):
            given = False
    if not isinstance(given, Mapping | str | None):
        msg = 'metrics must be an object of counts, such as {"likes": 3}'
        raise RowError(msg)
    counts = dict(given) if isinstance(given, Mapping) else {}
    counts |= {
        key.removeprefix("metrics."): value
        for key, value in row.items()
        if key.startswith("metrics.")
    }
    found = {_whole(str(name)): _count(name, value) for name, value in counts.items()}
    return {name: value for name, value in found.items() if value is not None}


def _count(name: str, value: Any) -> int | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        if not value.strip():
            return None
        if re.fullmatch(r"\s*-?[0-9]{1,18}(?:\.0+)?\s*", value):
            value = int(float(value)) if "." in value else int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= _INT64:
        msg = f"metrics: {name} is no whole number"
        raise RowError(msg)
    return value


def _raw(row: Mapping[str, Any]) -> str:
    unknown = {
        key: value
        for key, value in row.items()
        if key not in _KNOWN and not key.startswith("metrics.") and value not in (None, "")
    }
    if unknown.keys() == {"raw"} and isinstance(unknown["raw"], Mapping):
        unknown = dict(unknown["raw"])
    if not unknown:
        return "{}"
    try:
        return _whole(json.dumps(unknown, ensure_ascii=False, default=str, allow_nan=False))
    except (ValueError, TypeError, RecursionError):
        msg = "a column that is kept as it came can't be written as JSON"
        raise RowError(msg) from None


def _whole(text: str) -> str:
    """Replace halves of characters, as in a text that was cut in the middle of an emoji."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
