"""When the program that exported a post had seen it."""

from datetime import datetime
from typing import Any

from collectors.imports.rows import parse_moment


def seen_at(value: Any, imported_at: datetime) -> datetime:
    """
    Read when a post was seen, so that an old export never passes for news of today.

    Args:
        value: What the export says, in any usual form; None: nothing.
        imported_at: Aware, UTC.

    Returns:
        That time; the import's where it is absent, unreadable, or yet to come.
    """
    try:
        moment = parse_moment(value)
    except ValueError:
        moment = None
    return min(moment, imported_at) if moment else imported_at
