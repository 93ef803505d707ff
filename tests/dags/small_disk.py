"""A disk of its own for a test, small enough to be filled: a tmpfs, where mounting is allowed."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

WHY_NOT = "mounting a small file system is not allowed here"
_MEGABYTES = 48


@contextmanager
def small_disk() -> Iterator[Path]:
    """
    Mount a small disk for as long as it lasts.

    Returns:
        Its folder; `is_mount` tells whether it is one: mounting takes rights that not
        everybody has. It lies apart from pytest's folders, which other runs rename.
    """
    with TemporaryDirectory(prefix="small-disk-") as folder:
        if mount := shutil.which("mount"):
            words = ["-t", "tmpfs", "-o", f"size={_MEGABYTES}m", "tmpfs", folder]
            subprocess.run([mount, *words], capture_output=True, check=False)
        try:
            yield Path(folder)
        finally:
            if Path(folder).is_mount():
                subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Take all the room on the disk of *folder*, and give it back."""
    balloon = folder / "balloon"
    with balloon.open("wb", buffering=0) as file:
        for size in (65_536, 512, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue
    assert shutil.disk_usage(folder).free == 0
    try:
        yield
    finally:
        balloon.unlink()
