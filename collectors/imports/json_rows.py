"""Rows of JSON: an object a line, a list of objects, or the items of an ActivityPub collection."""

import codecs
import json
import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import IO, Any

from collectors.imports.lines import HEAD_BYTES, LONGEST_LINE, Line, numbered_lines
from collectors.imports.record import Row

_FIRST_PIECE = 2**18
_LONGEST_DOCUMENT = 4 * LONGEST_LINE
_SPACE = " \t\r\n"
_ITEMS = re.compile(rb'"(?:orderedItems|items)"\s*:\s*\[')
_COLLECTION = re.compile(rb'"type"\s*:\s*"OrderedCollection(?:Page)?"')
_BROKEN = re.compile("[\udc80-\udcff]")
"""How bytes that are no UTF-8 are written in a text."""
_UNFINISHED = (b"{", b"[", b",", b":")


def json_rows(stream: Any) -> Iterator[Row]:
    """
    Read the objects of a text, in bounded memory, however it is laid out.

    Args:
        stream: A buffered reader of UTF-8 at its beginning, which holds some text.

    Returns:
        Rows with the line where each begins, or the item of a list or collection.
    """
    head = stream.peek(HEAD_BYTES)[:HEAD_BYTES].removeprefix(codecs.BOM_UTF8).lstrip()
    if head.startswith(b"["):
        return _items(_Text(stream), start="[")
    found = _ITEMS.search(head)
    if found and (_COLLECTION.search(head) or head.startswith(b'{"@context"')):
        return _items(_Text(stream), start=found[0].decode())
    lines = numbered_lines(stream)
    first = list(islice((line for line in lines if line.content.strip()), 1))
    if first and first[0].content.rstrip().endswith(_UNFINISHED):
        return iter([_document(chain(first, lines))])
    return (_line_row(line) for line in chain(first, lines) if line.content.strip())


def _line_row(line: Line) -> Row:
    raw = line.content.decode("utf-8", "replace").rstrip("\r\n")
    if line.is_cut:
        return Row(number=line.number, raw=raw, error="the line is too long")
    try:
        return _row(line.number, raw, _loads(line.content.decode()))
    except UnicodeDecodeError:
        error = "is not UTF-8"
    except ValueError as problem:
        error = str(problem)
    return Row(number=line.number, raw=raw, error=error)


def _document(lines: Iterator[Line]) -> Row:
    """Read one object that is laid out over many lines."""
    parts, size = [], 0
    for line in lines:
        parts.append(line.content)
        size += len(line.content)
        if line.is_cut or size > _LONGEST_DOCUMENT:
            error = "the object is too long: write one object a line, as with jq -c"
            return Row(number=1, raw=_start_of(parts), error=error)
    try:
        return _row(1, "", _loads(b"".join(parts).decode()))
    except ValueError as problem:
        error = "is not UTF-8" if isinstance(problem, UnicodeDecodeError) else str(problem)
        return Row(number=1, raw=_start_of(parts), error=error)


def _start_of(parts: list[bytes]) -> str:
    return parts[0].decode("utf-8", "replace").rstrip("\r\n")


def _row(number: int, raw: str, values: Any, unit: Any = "line") -> Row:
    if isinstance(values, dict):
        return Row(number=number, unit=unit, raw=raw, values=values)
    return Row(number=number, unit=unit, raw=raw, error="is no JSON object")


def _loads(text: str) -> Any:
    """Read JSON; what can't be read for any reason is a `ValueError` that says why."""
    try:
        return _decoder.decode(text)
    except json.JSONDecodeError as error:
        msg = f"is no JSON: {error.msg} (at {error.pos})"
    except (ValueError, RecursionError):
        msg = "is no JSON: a number or a nesting that can't be read"
    raise ValueError(msg)


def _no_number(name: str) -> float:
    raise ValueError(name)


_decoder = json.JSONDecoder(parse_constant=_no_number)


class _Text:
    """A window that slides over a long text of JSON."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
        self._text = ""
        self._position = 0
        self._is_over = False
        self.is_suspect = False
        """Whether bytes were among it that are no UTF-8."""

    def next_sign(self) -> str:
        """Tell the next character that is no space, without passing it; empty at the end."""
        while True:
            while self._position < len(self._text):
                if (sign := self._text[self._position]) not in _SPACE:
                    return sign
                self._position += 1
            if not self._more(_FIRST_PIECE):
                return ""

    def pass_sign(self) -> None:
        """Pass the character that `next_sign` told."""
        self._position += 1

    def pass_words(self, words: str) -> None:
        """Pass what stands within the first window."""
        self._more(HEAD_BYTES)
        self._position = self._text.index(words) + len(words)

    def value(self) -> Any:
        """
        Read the next value.

        Raises:
            ValueError: It is none; the position is where it began.
        """
        piece = _FIRST_PIECE
        while True:
            try:
                value, end = _decoder.raw_decode(self._text, self._position)
            except json.JSONDecodeError as error:
                is_long = len(self._text) - self._position > LONGEST_LINE
                if is_long or not self._more(piece):
                    msg = f"is no JSON: {error.msg}"
                    raise ValueError(msg) from None
            except (ValueError, RecursionError):
                msg = "is no JSON: a number or a nesting that can't be read"
                raise ValueError(msg) from None
            else:
                # A number at the end of the window may go on.
                if end < len(self._text) or not self._more(piece):
                    self._position = end
                    return value
            piece *= 2

    def pass_broken_value(self) -> str:
        """Pass a value that can't be read, up to what ends it; give its beginning."""
        start = self._text[self._position : self._position + 2_000]
        depth, is_text, is_escaped = 0, False, False
        while self._position < len(self._text) or self._more(_FIRST_PIECE):
            sign = self._text[self._position]
            if is_text:
                is_text = is_escaped or sign != '"'
                is_escaped = not is_escaped and sign == "\\"
            elif sign == '"':
                is_text = True
            elif sign in "{[":
                depth += 1
            elif sign in "}],":
                if depth == 0:
                    break
                depth -= sign != ","
            self._position += 1
        return start

    def _more(self, size: int) -> bool:
        if self._is_over:
            return False
        content = self._stream.read(size)
        self._is_over = not content
        added = self._decoder.decode(content, self._is_over)
        self.is_suspect = self.is_suspect or not (added.isascii() or not _BROKEN.search(added))
        self._text = self._text[self._position :] + added
        self._position = 0
        return bool(content)


def _items(text: _Text, start: str) -> Iterator[Row]:
    text.pass_words(start)
    number = 0
    while (sign := text.next_sign()) not in {"]", ""}:
        if sign == ",":
            text.pass_sign()
            continue
        number += 1
        try:
            values = text.value()
        except ValueError as problem:
            raw = text.pass_broken_value().encode("utf-8", "replace").decode()
            yield Row(number=number, unit="item", raw=raw, error=str(problem))
        else:
            if text.is_suspect and _BROKEN.search(json.dumps(values, ensure_ascii=False)):
                yield Row(number=number, unit="item", raw="", error="is not UTF-8")
                continue
            yield _row(number, "" if isinstance(values, dict) else str(values), values, "item")
        if text.next_sign() not in {",", "]", ""}:
            raw = text.pass_broken_value().encode("utf-8", "replace").decode()
            number += 1
            yield Row(number=number, unit="item", raw=raw, error="is no JSON: a comma is missing")
    if sign == "":
        msg = "the list has no end: the file was cut"
        yield Row(number=number + 1, unit="item", raw="", error=msg, is_cut=True)
