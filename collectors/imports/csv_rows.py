"""Rows of a CSV file, whose column names may stand below a preamble."""

import csv
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from collectors.imports.lines import Line
from collectors.imports.record import Row
from collectors.imports.unpacking import ImportFileError

_LONGEST_FIELD = 4 * 2**20
_HIGHEST_HEADER = 60
_DELIMITERS = ",;\t|"

Columns = Sequence[str]
"""Names of columns in lower case."""


class Table:
    """A table of text: its columns, what stands above them, and its rows."""

    def __init__(self, lines: Iterator[Line], has_columns: Callable[[Columns], bool]) -> None:
        """
        Find the line that names the columns.

        Args:
            lines: The file's.
            has_columns: Tells whether names are those of a format that is looked for.

        Raises:
            ImportFileError: None of the first lines is it.
        """
        head = [
            (line.number, line.content.decode("utf-8", "surrogateescape"), line.is_cut)
            for line in islice(lines, _HIGHEST_HEADER)
        ]
        self._text = _TextLines(lines, head)
        self.preamble: list[list[str]] = []
        self.columns: Columns = ()
        self.first_line: Columns = ()
        for _, text, is_cut in head:
            next(self._text)
            if is_cut or not text.strip():
                continue
            cells, self._delimiter = max(
                ((_cells(text, sign), sign) for sign in _DELIMITERS),
                key=lambda found: (has_columns(found[0]), len(found[0])),
            )
            self.first_line = self.first_line if len(self.first_line) > 1 else cells
            if has_columns(cells):
                self.columns = cells
                return
            self.preamble.append([cell.strip() for cell in _split(text, self._delimiter)])

    def refuse_double_names(self) -> None:
        """
        Refuse a table in which a name stands for two columns.

        Raises:
            ImportFileError: It does.
        """
        twice = sorted({n for n in self.columns if n and self.columns.count(n) > 1})
        if twice:
            msg = f"the first line names a column twice: {', '.join(twice)}"
            raise ImportFileError(msg)

    def rows(self) -> Iterator[Row]:
        """Read the rows below the names of the columns; of a name that stands there twice the first."""
        columns, text = self.columns, self._text
        backwards = list(reversed(columns))
        is_twice = len(set(columns)) < len(columns)
        # A limit of the whole process: Python's own is too small for articles.
        csv.field_size_limit(_LONGEST_FIELD)
        reader = csv.reader(text, delimiter=self._delimiter, strict=True)
        while True:
            text.record.clear()
            error = None
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as problem:
                # An open quote swallows what follows: only the line with the quote is bad.
                text.take_back()
                reader = csv.reader(text, delimiter=self._delimiter, strict=True)
                cells, error = [], f"is no CSV: {problem}"
            if not cells and error is None:
                continue
            raw = "".join(line for _, line, _ in text.record)
            if not _is_text(raw):
                error = "is not UTF-8"
            elif any(is_cut for _, _, is_cut in text.record):
                error = "the line is too long"
            elif error is None and len(cells) > len(columns):
                error = f"has {len(cells)} columns, not {len(columns)}"
            values = {} if error else dict(zip(columns, cells, strict=False))
            if is_twice and not error:
                padded = cells + [""] * (len(columns) - len(cells))
                values = dict(zip(backwards, reversed(padded), strict=True))
            yield Row(
                number=text.record[0][0],
                raw=raw.encode("utf-8", "surrogateescape")
                .decode("utf-8", "replace")
                .rstrip("\r\n"),
                values=values,
                error=error,
            )


class _TextLines:
    """Feeds the CSV reader, remembers the lines of the present record, takes lines back."""

    def __init__(self, lines: Iterator[Line], first: Sequence[tuple[int, str, bool]]) -> None:
        self._lines = lines
        self._again: deque[tuple[int, str, bool]] = deque(first)
        self.record: list[tuple[int, str, bool]] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._again:
            found = self._again.popleft()
        else:
            line = next(self._lines)
            text = line.content.decode("utf-8", "surrogateescape")
            found = (line.number, text, line.is_cut)
        self.record.append(found)
        return found[1]

    def take_back(self) -> None:
        """Give all lines of the record but the first to the reader once more."""
        self._again.extendleft(reversed(self.record[1:]))
        del self.record[1:]


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _cells(line: str, delimiter: str) -> list[str]:
    return [cell.strip().lower() for cell in _split(line, delimiter)]


def _is_text(raw: str) -> bool:
    return raw.isascii() or not any("\udc80" <= c <= "\udcff" for c in raw)
