"""Lines of JSON as they arrive."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichment import json_lines
from enrichment.json_lines import BadLine, encoded, line_batches, read_text


class Pipe(io.RawIOBase):
    """Gives what was written, piece by piece, as a pipe does."""

    def __init__(self, *pieces):
        self.pieces = list(pieces)

    def read(self, _size=-1):
        return self.pieces.pop(0) if self.pieces else b""


def read_from(*pieces):
    return [[(n, line) for n, line in batch] for batch in line_batches(Pipe(*pieces))]


def test_a_line_is_given_as_soon_as_it_ends():
    lines = line_batches(Pipe(b'{"id": 1}\n{"i', b'd": 2}\n', b"rest"))

    assert next(lines) == [(1, b'{"id": 1}')]
    assert next(lines) == [(2, b'{"id": 2}')]
    assert next(lines) == [(3, b"rest")]
    assert next(lines, None) is None


def test_empty_lines_are_counted_and_left_out():
    assert read_from(b"a\n\n  \nb\n") == [[(1, b"a"), (4, b"b")]]


def test_batches_are_bounded():
    sizes = [len(batch) for batch in read_from(b"x\n" * 600)]

    assert sizes == [256, 256, 88]


def test_an_endless_line_is_told_and_not_kept(monkeypatch):
    monkeypatch.setattr(json_lines, "LONGEST_LINE_BYTES", 10)

    (first,), (second,) = read_from(b"a" * 8, b"a" * 8, b"a" * 8, b"\n", b"ok\n")

    assert first[0] == 1
    assert "more than 10 bytes" in str(first[1])
    assert second == (2, b"ok")


@given(st.lists(st.binary(max_size=20).filter(lambda b: b"\n" not in b)), st.integers(1, 7))
def test_lines_do_not_depend_on_how_they_arrive(lines, size):
    whole = b"\n".join(lines)
    pieces = [whole[i : i + size] for i in range(0, len(whole), size)]

    found = [line for batch in read_from(*pieces) for line in batch]

    assert found == [(n, line) for n, line in enumerate(lines, 1) if line.strip()]


def test_target_is_an_object_or_a_name_with_its_place():
    as_object = {"id": 1, "text": "Acme!", "target": {"start": 0, "end": 4}}
    as_name = {"id": 1, "text": "Acme!", "target": "Acme", "start": 0, "end": 4}
    for record in (as_object, as_name):
        assert read_text(json.dumps(record).encode()).target == (0, 4)


def test_start_and_end_alone_are_other_peoples_keys():
    assert read_text(b'{"id": 1, "text": "x", "start": 9, "end": "late"}').target is None


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"nonsense", "not JSON"),
        (b"[1]", "expected an object"),
        (b'{"text": "x"}', "'id' is missing"),
        (b'{"id": 1}', "'text' is missing"),
        (b'{"id": 1, "text": 5}', "'text' must be a string"),
        (b'{"id": 1, "text": "x", "language": 5}', "'language' must be a string"),
        (b'{"id": 1, "text": "x", "target": 5}', "'target' must be an object"),
        (b'{"id": 1, "text": "x", "target": "x"}', "must lie in the text"),
        (b'{"id": 1, "text": "x", "target": {"start": 0, "end": 2}}', "must lie in the text"),
        (b'{"id": 1, "text": "x", "target": {"start": -1, "end": 1}}', "must lie in the text"),
        (b'{"id": 1, "text": "x", "target": {"start": true, "end": 1}}', "must lie in the text"),
        (b'{"id": 1, "text": "\xff"}', "not UTF-8"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_bad_line_says_what_is_wrong(line, told):
    with pytest.raises(BadLine, match=told):
        read_text(line)


def test_half_a_character_is_written_as_its_escape():
    assert encoded({"a": "é"}) == '{"a": "é"}'.encode()
    assert encoded({"a": "\ud800"}) == b'{"a": "\\ud800"}'
