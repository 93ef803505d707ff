"""JSON lines of texts: read as they arrive, each bad one told with its number."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

MOST_LINES = 256
LONGEST_LINE_BYTES = 16_000_000
"""A longer line is no text that someone wrote; it is skipped without being kept."""

_PIECE_BYTES = 1 << 16


class BadLine(ValueError):
    """A line that does not hold what is asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TextLine:
    """What one line holds."""

    id: Any
    text: str
    target: tuple[int, int] | None
    """Where the subject is named, in characters; None: the text is meant as a whole."""
    language: str | None
    record: dict[str, Any]


def line_batches(stream: BinaryIO) -> Iterator[list[tuple[int, bytes | BadLine]]]:
    """
    Read lines as they arrive: whoever writes one and waits gets it answered.

    Args:
        stream: Open at its beginning.

    Yields:
        Up to `MOST_LINES` lines that are not empty, each with its number from 1; of a
        line beyond `LONGEST_LINE_BYTES` only what is wrong with it.
    """
    # A buffered stream's `read` waits until it has all that was asked for.
    read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
    number, rest, is_too_long = 0, bytearray(), False
    while True:
        piece = read(_PIECE_BYTES)
        rest += piece
        lines = rest.split(b"\n") if b"\n" in piece or not piece else [rest]
        rest = lines.pop() if piece else bytearray()
        batch: list[tuple[int, bytes | BadLine]] = []
        for line in lines:
            number += 1
            if is_too_long:
                batch.append((number, _too_long()))
                is_too_long = False
            elif line.strip():
                batch.append((number, bytes(line)))
            if len(batch) == MOST_LINES:
                yield batch
                batch = []
        if len(rest) > LONGEST_LINE_BYTES:
            rest, is_too_long = bytearray(), True
        if batch:
            yield batch
        if not piece:
            return


def read_text(line: bytes, *, needs_id: bool = True) -> TextLine:
    """
    Read one line.

    Args:
        line: A JSON object with `id` and `text`, perhaps `target` or `start` and `end`,
            perhaps `language`; other keys stay in `record`.
        needs_id: Whether a line without `id` is a bad one.

    Raises:
        BadLine: Says what is wrong with it.
    """
    record = read_object(line)
    if needs_id and "id" not in record:
        msg = "'id' is missing"
        raise BadLine(msg)
    text = record.get("text")
    if not isinstance(text, str):
        msg = "'text' must be a string" if "text" in record else "'text' is missing"
        raise BadLine(msg)
    language = record.get("language")
    if not isinstance(language, str | None):
        msg = "'language' must be a string or null"
        raise BadLine(msg)
    return TextLine(
        id=record.get("id"),
        text=text,
        target=_target(record, text),
        language=language,
        record=record,
    )


def encoded(answer: dict[str, Any]) -> bytes:
    """Write JSON in UTF-8; half a character, which JSON can hold and UTF-8 can't, as its escape."""
    try:
        return json.dumps(answer, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(answer).encode("ascii")


def read_object(line: bytes) -> dict[str, Any]:
    """
    Read the JSON object of one line.

    Raises:
        BadLine: Says what is wrong with it.
    """
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        msg = f"this is not UTF-8: {error.reason} at byte {error.start + 1}"
        raise BadLine(msg) from error
    except (ValueError, RecursionError) as error:
        msg = f"this is not JSON: {error}"
        raise BadLine(msg) from error
    if not isinstance(record, dict):
        msg = 'expected an object such as {"id": 1, "text": "…"}'
        raise BadLine(msg)
    return record


def _target(record: dict[str, Any], text: str) -> tuple[int, int] | None:
    """Read `{"target": {"start", "end"}}`, or `start` and `end` beside a target's name."""
    target = record.get("target")
    if target is None:
        return None
    place = record if isinstance(target, str) else target
    if not isinstance(place, dict):
        msg = '\'target\' must be an object such as {"start": 0, "end": 4}'
        raise BadLine(msg)
    start, end = place.get("start"), place.get("end")
    if type(start) is not int or type(end) is not int or not 0 <= start <= end <= len(text):
        msg = f"the target's 'start' and 'end' must lie in the text, 0 to {len(text)}"
        raise BadLine(msg)
    return start, end


def _too_long() -> BadLine:
    return BadLine(f"this line has more than {LONGEST_LINE_BYTES:,} bytes")
