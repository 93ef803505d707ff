"""Open a file to import: plain, compressed, or an archive, of which nothing is ever extracted to disk."""

import io
import json
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Any, Self

from collectors.imports.unpacking import ImportFileError, Unpacked, packing_of, unpacked

_ZIP, _TAR, _TAR_AT = b"PK\x03\x04", b"ustar", 257
_READ = 2**18
_LONGEST_ACTOR = 2**20
_ENDINGS = {".jsonl", ".ndjson", ".json", ".csv", ".tsv"}
_PACKED = {".gz", ".bz2", ".xz", ".zst"}
_OUTBOX, _ACTOR = "outbox.json", "actor.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """One text or table: the file itself, or one of those in an archive."""

    name: str
    """Its name, without folders."""
    stream: io.BufferedReader
    member: str | None = None
    """Where it lies in the archive, as the archive says: never a path to open."""
    unpacked: Unpacked | None = None

    @property
    def damage(self) -> str | None:
        """What stopped the reading before the end; None: nothing did."""
        return self.unpacked.damage if self.unpacked else None


class ImportFile:
    """A file that is open for one import."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("rb")
        self._size = max(path.stat().st_size, 1)
        self._read_before = 0
        self._passes = 1
        self.actor: dict[str, Any] = {}
        """Whose Mastodon archive this is; empty where no `actor.json` tells it."""
        self.damage: str | None = None
        """Why an archive could be read to some point only."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def share(self) -> float:
        """Tell which share of the bytes is read, from 0 to 1."""
        read = self._read_before + self._file.tell()
        return min(read / (self._size * self._passes), 1.0)

    def contents(self) -> Iterator[Content]:
        """
        Give what can be read, one after the other; each is over when the next is asked for.

        Raises:
            ImportFileError: It is an archive that can't be read.
        """
        start = self._file.peek(_TAR_AT + len(_TAR))
        if start.startswith(_ZIP):
            yield from self._zipped()
            return
        stream, packed = _opened(self._file)
        if stream.peek(_TAR_AT + len(_TAR))[_TAR_AT:].startswith(_TAR):
            yield from self._tarred()
            return
        beside = self._path.with_name(_ACTOR)
        if self._path.name == _OUTBOX and beside.is_file():
            with beside.open("rb") as file:
                self.actor = _actor(file)
        yield Content(name=self._path.name, stream=stream, unpacked=packed)

    def _zipped(self) -> Iterator[Content]:
        try:
            archive = zipfile.ZipFile(self._file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            msg = f"the archive is damaged, or was cut ({error})"
            raise ImportFileError(msg) from error
        members = {item.filename: item for item in archive.infolist() if not item.is_dir()}
        if "[Content_Types].xml" in members:
            msg = "the file is a spreadsheet or document: export it as CSV (UTF-8)"
            raise ImportFileError(msg)
        wanted = self._wanted([n for n, item in members.items() if not _is_link(item)])
        if any(members[name].flag_bits & 1 for name in wanted):
            msg = "the archive is encrypted: unpack it first"
            raise ImportFileError(msg)
        for name, item in members.items():
            if PurePosixPath(name).name == _ACTOR:
                self.actor = _actor(_member(name, _zip_pieces(archive, item), self._size).stream)
        for name in wanted:
            size = min(members[name].compress_size, self._size)
            yield _member(name, _zip_pieces(archive, members[name]), size)

    def _tarred(self) -> Iterator[Content]:
        self._passes = 2
        names = []
        for item, file in self._tar_members():
            names.append(item.name)
            if PurePosixPath(item.name).name == _ACTOR:
                self.actor = _actor(file)
        wanted = set(self._wanted(names))
        self._read_before = self._size
        for item, file in self._tar_members():
            if item.name in wanted:
                yield _member(item.name, _pieces(file), item.size)

    def _tar_members(self) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
        self._file.seek(0)
        stream, _ = _opened(self._file)
        try:
            with tarfile.open(fileobj=stream, mode="r|") as archive:
                for item in archive:
                    # A sparse file may claim any size without holding a byte.
                    is_plain = item.isreg() and not item.issparse()
                    if is_plain and (file := archive.extractfile(item)):
                        yield item, file
        except (tarfile.TarError, EOFError, ValueError, OSError) as error:
            self.damage = f"the archive is damaged, or was cut ({error})"

    def _wanted(self, names: list[str]) -> list[str]:
        outboxes = [name for name in names if PurePosixPath(name).name == _OUTBOX]
        wanted = outboxes or [name for name in names if _is_readable(name)]
        if not wanted:
            msg = self.damage or "the archive holds no file of JSON (lines) or CSV"
            raise ImportFileError(msg)
        return wanted


def _opened(
    file: io.BufferedReader, packed_bytes: Callable[[], int] | None = None
) -> tuple[io.BufferedReader, Unpacked | None]:
    packing = packing_of(file.peek(16)[:16])
    if packing is None:
        return file, None
    packed = unpacked(file, packing, packed_bytes)
    return io.BufferedReader(packed, _READ), packed


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: file.read(_READ), b"")


def _zip_pieces(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> Iterator[bytes]:
    """Open a member with its first piece only: one that is damaged costs no other."""
    with archive.open(item) as file:
        yield from _pieces(file)


def _member(name: str, pieces: Iterator[bytes], packed_bytes: int) -> Content:
    outer = Unpacked(pieces, lambda: packed_bytes)
    stream, inner = _opened(io.BufferedReader(outer, _READ), lambda: packed_bytes)
    last = PurePosixPath(name).name
    return Content(name=last, stream=stream, member=name, unpacked=inner or outer)


def _is_readable(name: str) -> bool:
    path = PurePosixPath(name)
    endings = [ending.lower() for ending in path.suffixes]
    while endings and endings[-1] in _PACKED:
        endings.pop()
    is_hidden = path.name.startswith(".") or "__MACOSX" in path.parts
    return bool(endings) and endings[-1] in _ENDINGS and not is_hidden


def _is_link(item: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(item.external_attr >> 16)


def _actor(file: IO[bytes]) -> dict[str, Any]:
    try:
        actor = json.loads(file.read(_LONGEST_ACTOR))
    except (ValueError, RecursionError, OSError, tarfile.TarError, ImportFileError):
        return {}
    return actor if isinstance(actor, dict) else {}
