"""Keys of this installation: files outside the data directory, made once and kept."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from collectors.landing import sync_folder

KEY_BYTES = 32


def key_path(name: str) -> Path:
    """Tell where a key's file lies: below `XDG_CONFIG_HOME`, else `~/.config`."""
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return folder / "luisterpost" / name


def make_key(path: Path) -> None:
    """Write a new key in hexadecimal, for its owner only; one that is there stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):  # Another process made one just now: that one counts.
            os.link(temporary, path)
    finally:
        temporary.unlink()
    sync_folder(path.parent)
