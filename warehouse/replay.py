"""Match stored mentions once more with a changed subject, and count what would change."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb

from collectors.watchlist import Subject
from enrichment.matching.query_text import About
from enrichment.matching.subjects import Match, SubjectMatcher
from enrichment.relevance.model import RelevanceModel
from warehouse.query import query_text

_ROWS_AT_ONCE = 5_000
_BEFORE, _BEHIND = 40, 80
"""Characters of a text that an example shows around the name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A mention that would be found, or lost."""

    occurred_at: datetime
    platform: str
    form: str
    """The name that was found."""
    excerpt: str
    """The words around it, as they were written: hostile."""


@dataclass(kw_only=True, slots=True)
class Replay:
    """How a changed subject differs from what is stored."""

    read: Counter[str] = field(default_factory=Counter)
    """Mentions by platform."""
    stored: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    more: Counter[str] = field(default_factory=Counter)
    fewer: Counter[str] = field(default_factory=Counter)
    found: list[Example] = field(default_factory=list)
    """Of those that are more, the newest."""
    lost: list[Example] = field(default_factory=list)
    """Of those that are fewer, the newest."""


def replay(
    connection: duckdb.DuckDBPyConnection,
    subject: Subject,
    *,
    since: datetime,
    until: datetime,
    examples: int,
    relevance: RelevanceModel | None = None,
    progress: Callable[[int], None] = lambda _rows: None,
) -> Replay:
    """
    Match the mentions of a time as a subject reads now; nothing is written.

    Args:
        connection: The warehouse, which holds mentions without a match as well.
        subject: As it might become.
        since: Start (aware), by the mentions' `occurred_at`.
        until: End, exclusive.
        examples: How many mentions of both kinds are kept.
        relevance: Judges matches as the enrichment does; None: each one stands.
        progress: Told after each batch how many mentions it held.
    """
    matcher = SubjectMatcher([subject])
    result = Replay()
    for rows in _batches(connection, subject.id, since, until):
        for row in rows:
            matches = _find(matcher, row)
            if relevance is not None:
                thresholds = {subject.id: subject.relevance}
                title, text = row["title"] or "", row["text"] or ""
                matches, _ = relevance.sift(title, text, matches, thresholds)
            _compare(matches, row, result, examples)
        progress(len(rows))
    return result


def count_replayed(
    connection: duckdb.DuckDBPyConnection, *, since: datetime, until: datetime
) -> int:
    """Count the mentions that `replay` would read."""
    asked = "SELECT count(*) FROM mention WHERE occurred_at >= $since AND occurred_at < $until"
    count: int = connection.execute(asked, {"since": since, "until": until}).fetchall()[0][0]
    return count


def _batches(
    connection: duckdb.DuckDBPyConnection, subject_id: str, since: datetime, until: datetime
) -> Iterator[list[dict[str, Any]]]:
    answer = connection.execute(
        query_text("replayed_mentions"),
        {"subject_id": subject_id, "since": since, "until": until},
    )
    columns = [column[0] for column in answer.description or ()]
    while rows := answer.fetchmany(_ROWS_AT_ONCE):
        yield [dict(zip(columns, row, strict=True)) for row in rows]


def _find(matcher: SubjectMatcher, row: Mapping[str, Any]) -> list[Match]:
    platform = row["platform"]
    about = About(
        platform=platform,
        author_handle=row["author_handle"],
        author_name=row["author_name"],
        url=row["url"],
        language_tag=row["language_tag"],
        language=None if row["language"] == "und" else row["language"],
    )
    return matcher.find_in(title=row["title"], text=row["text"], platform=platform, about=about)


def _compare(
    matches: Sequence[Match], row: Mapping[str, Any], result: Replay, examples: int
) -> None:
    platform = row["platform"]
    result.read[platform] += 1
    result.stored[platform] += row["form"] is not None
    result.tried[platform] += bool(matches)
    if matches and row["form"] is None:
        result.more[platform] += 1
        if len(result.found) < examples:
            first = matches[0]
            result.found.append(_example(row, first.field, first.form, first.start))
    elif not matches and row["form"] is not None:
        result.fewer[platform] += 1
        if len(result.lost) < examples:
            result.lost.append(_example(row, row["field"], row["form"], row["start_char"]))


def _example(row: Mapping[str, Any], place: str, form: str, start: int) -> Example:
    text = row["title" if place == "title" else "text"] or ""
    begin, end = max(0, start - _BEFORE), start + len(form) + _BEHIND
    excerpt = " ".join(text[begin:end].split())
    return Example(
        occurred_at=row["occurred_at"],
        platform=row["platform"],
        form=form,
        excerpt=f"{'…' if begin else ''}{excerpt}{'…' if end < len(text) else ''}",
    )
