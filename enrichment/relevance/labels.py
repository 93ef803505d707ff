"""Files of confirmed and rejected matches: JSON lines, or CSV with the same columns."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from collectors.configuration.mistakes import one_of, quoted
from collectors.imports.csv_rows import Table
from collectors.imports.lines import as_utf8, numbered_lines
from collectors.watchlist import Subject, Watchlist
from enrichment.json_lines import BadLine, line_batches, read_object

_NEEDED = ("text", "subject", "relevant")
_TABLES = {".csv", ".tsv"}
_YES = frozenset({"true", "1", "1.0", "yes", "y", "ja", "oui", "relevant", "waar", "vrai", "wahr"})
_NO = frozenset(
    {"false", "0", "0.0", "no", "n", "nee", "non", "nein", "irrelevant", "onwaar", "faux", "falsch"}
)
"""With what spreadsheets write for true and false in Dutch, French and German."""


class NoVerdict(BadLine):
    """A row that somebody has yet to judge."""


class Label(NamedTuple):
    """
    One row: a text, a subject, and whether the text is about it.

    Attributes:
        subject: Of the watchlist.
        title: The title, or nothing.
        text: The text.
        platform: Where it was posted; None: unknown.
        is_relevant: The verdict.
    """

    subject: Subject
    title: str
    text: str
    platform: str | None
    is_relevant: bool


def read_labels(
    path: Path, watchlist: Watchlist, now: datetime
) -> Iterator[tuple[int, Label | BadLine]]:
    """
    Read a file of verdicts.

    Args:
        path: `.csv` or `.tsv`: a table whose first line names the columns; else JSON lines.
            Both have `text`, `subject` (an id of the watchlist) and `relevant`, perhaps
            `title` and `platform`; other columns, an author's for instance, are not read.
        watchlist: The subjects.
        now: Aware; an employee is learnt about where and while the consent stands.

    Yields:
        The line's number, from 1, with what it says or what is wrong with it: `NoVerdict`
        where `relevant` is empty.

    Raises:
        ImportFileError: It is no text, or no line names the columns.
        OSError: It can't be read.
    """
    subjects = {subject.id: subject for subject in watchlist.subject}
    for number, row in _table(path) if path.suffix.lower() in _TABLES else _lines(path):
        try:
            yield number, row if isinstance(row, BadLine) else _label(row, subjects, now)
        except BadLine as bad:
            yield number, bad


def _lines(path: Path) -> Iterator[tuple[int, Mapping[str, Any] | BadLine]]:
    with path.open("rb") as stream:
        for batch in line_batches(stream):
            for number, line in batch:
                if isinstance(line, BadLine):
                    yield number, line
                    continue
                try:
                    yield number, read_object(line)
                except BadLine as bad:
                    yield number, bad


def _table(path: Path) -> Iterator[tuple[int, Mapping[str, Any] | BadLine]]:
    from collectors.imports.unpacking import ImportFileError

    with path.open("rb") as stream:
        table = Table(numbered_lines(as_utf8(stream, None)), set(_NEEDED).issubset)
        if not table.columns:
            msg = f"no line names the columns {', '.join(_NEEDED)}"
            raise ImportFileError(msg)
        table.refuse_double_names()
        for row in table.rows():
            yield row.number, BadLine(row.error) if row.error else row.values


def _label(row: Mapping[str, Any], subjects: Mapping[str, Subject], now: datetime) -> Label:
    for key in _NEEDED:
        if key == "relevant" and key in row and row[key] in (None, ""):
            msg = "there is no verdict yet"
            raise NoVerdict(msg)
        if row.get(key) is None or row[key] == "":
            msg = f"'{key}' is missing"
            raise BadLine(msg)
    text, title, platform = row["text"], row.get("title") or "", row.get("platform") or None
    for key, value in (("text", text), ("title", title), ("subject", row["subject"])):
        if not isinstance(value, str):
            msg = f"'{key}' must be a string"
            raise BadLine(msg)
    if not isinstance(platform, str | None):
        msg = "'platform' must be a string"
        raise BadLine(msg)
    subject = subjects.get(row["subject"].strip())
    if subject is None:
        advice = one_of(row["subject"], tuple(subjects))
        msg = f"no subject of watchlist.toml has the id {quoted(row['subject'])}, {advice}"
        raise BadLine(msg)
    if subject.facet == "employee" and platform is None:
        msg = f"{quoted(subject.id)} is an employee: 'platform' is missing, for which a consent stands"
        raise BadLine(msg)
    if platform is not None and not subject.is_watched(platform, now):
        msg = (
            f"{quoted(subject.id)} is an employee without a consent for {quoted(platform)} "
            "that stands: nothing is learnt"
        )
        raise BadLine(msg)
    return Label(subject, title, text, platform, _verdict(row["relevant"]))


def _verdict(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold()
    if word in _YES | _NO:
        return word in _YES
    msg = f"'relevant' is {quoted(str(value))}: write true or false"
    raise BadLine(msg)
