"""What stands between a file and its mentions: rows as they are, and what was read of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal

from collectors.mention import Mention


class RowError(ValueError):
    """A row is no mention; the message says which column, and why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of a file, or what stands where a row should be."""

    number: int
    """The line where it begins, the row of a Parquet file, or the item of a JSON list; from 1."""
    unit: Literal["line", "row", "item"] = "line"
    values: dict[str, Any] = field(default_factory=dict)
    raw: str
    """As it came, for a person to look at; empty where the values tell it all."""
    error: str | None = None
    is_cut: bool = False
    """Whether the file ends here before its own end: what follows is missing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What one row gave: a line of some formats holds a whole page of posts."""

    mentions: Sequence[Mention] = ()
    problems: Sequence[tuple[str, str | None]] = ()
    """Parts that could not be read: (why, the part as JSON; None: the whole row)."""
    left_out: str | None = None
    """Why a row is none of our business, such as `not public`; None: it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    """What a format has to know beside the row itself."""

    imported_at: datetime
    """Aware, UTC."""
    time_zone: tzinfo = UTC
    """Of times that name no zone."""
    actor: Mapping[str, Any] = field(default_factory=dict)
    """Whose archive it is: an ActivityPub actor."""
    preamble: Sequence[Sequence[str]] = ()
    """What stands above the names of a table's columns."""


Read = Callable[[Mapping[str, Any]], Reading]
"""Reads the values of one row; raises `RowError` where the row as a whole can't be."""
