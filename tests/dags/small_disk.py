"""A disk of its own for a test, small enough to be filled: a tmpfs, where mounting is allowed."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WHY_NOT = "mounting a small file system is not allowed here"
_MEGABYTES = 48


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """
    Mount a small disk at *folder* for as long as it lasts.

    Returns:
        Whether it is one: mounting takes rights that not everybody has.
    """
    folder.mkdir()
    mount = shutil.which("mount")
    words = ["-t", "tmpfs", "-o", f"size={_MEGABYTES}m", "tmpfs", str(folder)]
    done = mount and subprocess.run([mount, *words], capture_output=True, check=False)
    is_mounted = bool(done) and done.returncode == 0
    try:
        yield is_mounted
    finally:
        if is_mounted:
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
