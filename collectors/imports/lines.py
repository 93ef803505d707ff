"""Numbered lines of a file, in UTF-8 whatever it was written in; none is longer than memory allows."""

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from collectors.imports.unpacking import ImportFileError, Pieces

HEAD_BYTES = 2**16
LONGEST_LINE = 16 * 2**20

_READ = 2**18
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_OTHER_FORMS = {
    b"%PDF": "a PDF: export the data as CSV",
    b"<": "a web page or XML: export the data as CSV",
    b"\xd0\xcf\x11\xe0": "a spreadsheet or document: export it as CSV (UTF-8)",
    b"SQLite format 3": "an SQLite database: export a table of it as CSV",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was read; of one that never ends only the beginning."""

    number: int
    content: bytes
    is_cut: bool


def as_utf8(stream: io.BufferedReader, encoding: str | None) -> io.BufferedReader:
    """
    Give the same text in UTF-8.

    Args:
        stream: Read from its beginning.
        encoding: What it is written in; None: UTF-8, or the UTF-16 that its
            first bytes show.

    Raises:
        ImportFileError: There is nothing in it, or no text.
    """
    head = stream.peek(HEAD_BYTES)[:HEAD_BYTES]
    for magic, advice in _OTHER_FORMS.items():
        if head.lstrip(codecs.BOM_UTF8 + b" \t\r\n").startswith(magic):
            msg = f"the file is {advice}"
            raise ImportFileError(msg)
    if not head.strip():
        msg = "the file is empty"
        raise ImportFileError(msg)
    encoding = encoding or _encoding_of(head)
    if encoding is None:
        return stream
    read = iter(lambda: stream.read1(_READ), b"")
    texts = codecs.iterdecode(read, encoding, "replace")
    return io.BufferedReader(Pieces(text.encode() for text in texts), _READ)


def numbered_lines(stream: IO[bytes]) -> Iterator[Line]:
    """Read lines, without the mark that some programs put before the first."""
    number = 0
    while content := stream.readline(LONGEST_LINE):
        number += 1
        if number == 1:
            content = content.removeprefix(codecs.BOM_UTF8)
        is_cut = len(content) >= LONGEST_LINE and not content.endswith(b"\n")
        rest = content
        while is_cut and rest and not rest.endswith(b"\n"):
            rest = stream.readline(LONGEST_LINE)
        yield Line(number, content, is_cut)


def _encoding_of(head: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    # UTF-16 without a mark: every other byte of Latin text is 0.
    pairs = len(head) // 2
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if pairs and head[offset::2].count(0) > pairs // 2 > 4 * head[1 - offset :: 2].count(0):
            return encoding
    return None
