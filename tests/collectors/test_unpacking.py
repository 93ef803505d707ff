"""Answers are unpacked piece by piece, and no further than they are wanted."""

import gzip
import tracemalloc
import zlib

import pytest

from collectors.web.unpacking import Unpacker

TEXT = b"Acme " * 1000


def bare(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


PACKED = {
    "": TEXT,
    "identity": TEXT,
    "gzip": gzip.compress(TEXT),
    " X-GZIP ": gzip.compress(TEXT),
    "deflate": zlib.compress(TEXT),
    "Deflate": bare(TEXT),
}


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize(("encoding", "packed"), PACKED.items(), ids=PACKED)
def test_each_encoding_is_undone_whatever_the_size_of_the_pieces(encoding, packed, size):
    unpacker = Unpacker(encoding)
    pieces = (packed[start : start + size] for start in range(0, len(packed), size))
    assert b"".join(unpacker.unpack(piece, 10_000) for piece in pieces) == TEXT


@pytest.mark.parametrize(("encoding", "packed"), PACKED.items(), ids=PACKED)
def test_no_more_is_given_than_is_wanted(encoding, packed):
    assert Unpacker(encoding).unpack(packed, 12) == TEXT[:12]


def test_what_is_not_wanted_takes_no_memory():
    bomb = gzip.compress(b" " * 50_000_000)
    tracemalloc.start()
    try:
        assert len(Unpacker("gzip").unpack(bomb, 1000)) == 1000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_what_is_not_packed_is_an_error(encoding):
    with pytest.raises(zlib.error):
        Unpacker(encoding).unpack(b"Acme, and no more than that", 1000)
