"""What no label, rule or column may say of a person, whoever writes it."""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

from enrichment.matching.folding import fold

_WORDS = re.compile(r"[^\W_]+")


def forbidden_in(text: str) -> str | None:
    """
    Tell which notion that is never inferred a label, a rule or a phrase names.

    Args:
        text: Such as `union_member`, in Dutch, French, English or German.

    Returns:
        The notion, such as "a person's health"; None: there is none.
    """
    words = " ".join(_WORDS.findall(fold(text)))
    return next((name for name, pattern in _notions() if pattern.search(words)), None)


def notions() -> tuple[str, ...]:
    """List the notions that are never inferred."""
    return tuple(name for name, _ in _notions())


@lru_cache(maxsize=1)
def _notions() -> tuple[tuple[str, re.Pattern[str]], ...]:
    text = files("enrichment").joinpath("never_inferred.toml").read_text(encoding="utf-8")
    return tuple(
        (
            notion["name"],
            re.compile(rf"\b(?:{'|'.join(map(_alternative, notion['words'].split()))})"),
        )
        for notion in tomllib.loads(text)["notion"].values()
    )


def _alternative(word: str) -> str:
    bare = re.escape(word.rstrip("*").strip("_")).replace("_", " ")
    return bare if word.endswith("*") else rf"{bare}\b"
