"""Unpack an answer piece by piece, and never more of it than is wanted."""

import zlib

_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_BARE = -zlib.MAX_WBITS
_FRAME_BYTES = 2


class Unpacker:
    """
    Undo a `Content-Encoding` of gzip or deflate, or none.

    A thousandth of a bomb's size is enough to fill a packet: what is not asked
    for stays packed.
    """

    def __init__(self, encoding: str) -> None:
        """
        Args:
            encoding: The header; empty or `identity` where nothing is packed.
        """
        name = encoding.strip().lower()
        self._unpack = None if name in {"", "identity"} else zlib.decompressobj(_GZIP_OR_ZLIB)
        self._may_be_bare = name == "deflate"
        self._begun = b""

    def unpack(self, piece: bytes, most: int) -> bytes:
        """
        Give what a piece holds.

        Args:
            piece: The next bytes of the answer.
            most: The most bytes that are wanted, at least 1; what lies behind is lost.

        Raises:
            zlib.error: It is no gzip and no deflate.
        """
        if self._unpack is None:
            return piece[:most]
        if self._may_be_bare:
            self._begun = piece = self._begun + piece
            if len(piece) < _FRAME_BYTES:
                return b""
        try:
            unpacked = self._unpack.decompress(piece, most)
        except zlib.error:
            # "deflate" means the zlib format (RFC 9110, 8.4.1.2); some send it without its frame.
            if not self._may_be_bare:
                raise
            self._unpack = zlib.decompressobj(_BARE)
            unpacked = self._unpack.decompress(piece, most)
        self._may_be_bare = False
        return unpacked
