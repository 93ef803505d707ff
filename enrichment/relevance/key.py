"""The key without which what was taught tells nothing: it lies outside the data directory."""

import os
from hashlib import blake2b
from pathlib import Path

from collectors.configuration.folder import ConfigurationError
from collectors.configuration.mistakes import Mistake
from collectors.secret_key import KEY_BYTES, key_path, make_key

KEY_VARIABLE = "LUISTERPOST_RELEVANCE_KEY"


def relevance_key_path() -> Path:
    """Tell where the key's file lies."""
    return key_path("relevance.key")


def relevance_key(*, create: bool = False) -> bytes | None:
    """
    Read the key by which words are hashed.

    It stands in `LUISTERPOST_RELEVANCE_KEY` (hexadecimal), else in `luisterpost/relevance.key`
    below the user's configuration directory.

    Args:
        create: Make one where there is none.

    Returns:
        The key; None where there is none.

    Raises:
        ConfigurationError: What is there is no key, or can't be read.
    """
    given, path = os.environ.get(KEY_VARIABLE), relevance_key_path()
    if not given and not path.exists():
        if not create:
            return None
        make_key(path)
    try:
        key = bytes.fromhex(given or path.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    except OSError as error:
        mistake = Mistake(file=str(path), path="", message=f"can't be read: {error.strerror}")
        raise ConfigurationError((mistake,)) from error
    if not KEY_BYTES <= len(key) <= blake2b.MAX_KEY_SIZE:
        mistake = Mistake(
            file=KEY_VARIABLE if given else str(path),
            path="",
            message=f"must be {KEY_BYTES} bytes in hexadecimal",
            suggestion="restore it from its backup",
        )
        raise ConfigurationError((mistake,))
    return key
