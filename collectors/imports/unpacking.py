"""Unpack a compressed file as it is read, in bounded memory, and tell where it is damaged."""

import bz2
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any

# A megabyte of zeros takes 4 bytes in zstd, and 1 kB in gzip: small bites keep the most that one
# of them can grow to in bounds.
_BITE = 1024
_READ = 2**18
_MOST_AT_ONCE = 2**20
_SUSPICIOUS_BYTES = 2**28
_SUSPICIOUS_RATIO = 500
_LONGEST_WINDOW = 2**31
"""Reddit's dumps are packed with `zstd --long=31`."""

_PACKINGS = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}


class ImportFileError(Exception):
    """A file as a whole can't be imported; nothing of it was."""


def packing_of(start: bytes) -> str | None:
    """Name the compression that a file with these first bytes has; None: none that is known."""
    return next((name for magic, name in _PACKINGS.items() if start.startswith(magic)), None)


class Pieces(io.RawIOBase):
    """A stream of bytes out of the pieces that an iterator gives."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Tell that it can be read, as a buffered reader asks."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as the present piece goes."""
        while not self._rest:
            piece = self.next_piece()
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def next_piece(self) -> bytes | None:
        """Give the next piece; None: there is no more."""
        return next(self._pieces, None)


class Unpacked(Pieces):
    """
    What was compressed, from its beginning to its end.

    A file that was cut, or is damaged, ends where the damage begins: what stands
    before it can be used. `damage` then says so.
    """

    def __init__(self, pieces: Iterator[bytes], packed_bytes: Callable[[], int]) -> None:
        super().__init__(pieces)
        self._packed_bytes = packed_bytes
        self._size = 0
        self.damage: str | None = None

    def next_piece(self) -> bytes | None:
        """
        Give the next piece; None: there is no more, or it can't be read.

        Raises:
            ImportFileError: It unpacks to so much more than it is that it must be a bomb.
        """
        try:
            piece = super().next_piece()
        except _damages() as error:
            piece = None
            self.damage = f"the compressed file is damaged, or was cut ({error})"
        self._size += len(piece or b"")
        if self._size > max(_SUSPICIOUS_BYTES, _SUSPICIOUS_RATIO * self._packed_bytes()):
            msg = f"unpacks to more than {_SUSPICIOUS_RATIO} times its size: no data does"
            raise ImportFileError(msg)
        return piece


def unpacked(
    file: IO[bytes], packing: str, packed_bytes: Callable[[], int] | None = None
) -> Unpacked:
    """
    Unpack a file.

    Args:
        file: Read from its beginning.
        packing: How it is compressed, as `packing_of` says.
        packed_bytes: How much of it is read; None: the file tells.
    """
    return Unpacked(_PIECES[packing](file), packed_bytes or file.tell)


def _damages() -> tuple[type[Exception], ...]:
    """List what the readers of compressed files and archives raise at one that is damaged."""
    known = (EOFError, OSError, zlib.error, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile)
    odd = (NotImplementedError, RuntimeError)
    try:
        from zstandard import ZstdError
    except ImportError:
        return (*known, *odd)
    return (*known, *odd, ZstdError)


def _gzip_pieces(file: IO[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(wbits=31)
    while packed := file.read(_READ):
        while packed:
            if unpacker.eof:
                packed = packed.lstrip(b"\x00")
                if not packed:
                    break
                unpacker = zlib.decompressobj(wbits=31)
            yield unpacker.decompress(packed, _MOST_AT_ONCE)
            packed = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    _check_end(is_whole=unpacker.eof)


def _pieces_of(new: Callable[[], Any]) -> Callable[[IO[bytes]], Iterator[bytes]]:
    """Read what bz2 and lzma, whose objects have the same methods, unpack."""

    def pieces(file: IO[bytes]) -> Iterator[bytes]:
        unpacker = new()
        while packed := file.read(_READ):
            while packed or not (unpacker.eof or unpacker.needs_input):
                if unpacker.eof:
                    unpacker = new()
                yield unpacker.decompress(packed, _MOST_AT_ONCE)
                packed = unpacker.unused_data.lstrip(b"\x00") if unpacker.eof else b""
        _check_end(is_whole=unpacker.eof)

    return pieces


def _zstd_pieces(file: IO[bytes]) -> Iterator[bytes]:
    try:
        import zstandard
    except ImportError:
        msg = "is compressed with zstd: install zstandard, or unpack it (zstd -d --long=31)"
        raise ImportFileError(msg) from None
    frames = zstandard.ZstdDecompressor(max_window_size=_LONGEST_WINDOW)
    unpacker = frames.decompressobj()
    while packed := file.read(_READ):
        for start in range(0, len(packed), _BITE):
            bite = packed[start : start + _BITE]
            while bite:
                if unpacker.eof:
                    unpacker = frames.decompressobj()
                yield unpacker.decompress(bite)
                bite = unpacker.unused_data if unpacker.eof else b""
    _check_end(is_whole=unpacker.eof)


def _check_end(*, is_whole: bool) -> None:
    if not is_whole:
        msg = "it ends too early"
        raise EOFError(msg)


_PIECES: dict[str, Callable[[IO[bytes]], Iterator[bytes]]] = {
    "gzip": _gzip_pieces,
    "bzip2": _pieces_of(bz2.BZ2Decompressor),
    "xz": _pieces_of(lzma.LZMADecompressor),
    "zstd": _zstd_pieces,
}
