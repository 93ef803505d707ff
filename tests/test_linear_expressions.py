"""No regular expression of the packages takes time by the square of what strangers write."""

import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest

import collectors
import enrichment

LENGTH = 3_000
ALLOWED_S = 0.06
"""Fifty times what a linear expression takes for so many characters; by the square it is more."""
# What reads the configuration, a model's files or the sample world's own texts, not strangers' texts.
TRUSTED = (
    "collectors.configuration.",
    "collectors.sample.",
    "collectors.sources",
    "enrichment.models.",
)


def patterns_in(value: Any, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth < 3 and isinstance(value, dict):
        yield from (p for inner in value.values() for p in patterns_in(inner, depth + 1))
    elif depth < 3 and isinstance(value, tuple | list | set | frozenset):
        yield from (p for inner in value for p in patterns_in(inner, depth + 1))


def compiled_patterns() -> dict[re.Pattern[Any], str]:
    """Every pattern that a module holds, with where it stands; (search) if it is used unanchored."""
    found: dict[re.Pattern[Any], str] = {}
    for package in (collectors, enrichment):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if info.name.startswith(TRUSTED) or info.name.endswith("__main__"):
                continue
            try:
                module = importlib.import_module(info.name)
            except ModuleNotFoundError as absent:
                if (absent.name or "").startswith(("collectors", "enrichment")):
                    raise
                continue  # an optional library
            source = inspect.getsource(module)
            for name, value in vars(module).items():
                uses = set(re.findall(rf"\b{re.escape(name)}\.(\w+)\(", source))
                use = "" if uses and uses <= {"match", "fullmatch"} else " (search)"
                for pattern in patterns_in(value):
                    if pattern not in found or use:
                        found[pattern] = f"{info.name}.{name}{use}"
    return found


def characters_of(pattern: re.Pattern[Any]) -> list[str]:
    """A letter, a digit, blanks, and whatever signs the pattern speaks of."""
    source = (
        pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin1")
    )
    signs = [c for c in source if not c.isalnum() and not c.isspace()]
    return list(dict.fromkeys(["a", "0", " ", "\n", *signs]))[:16]


def seconds(pattern: re.Pattern[Any], text: str, *, is_searched: bool) -> float:
    subject = text if isinstance(pattern.pattern, str) else text.encode("latin1", "replace")
    begun = time.process_time()
    if is_searched:
        for _ in pattern.finditer(subject):
            pass
    pattern.match(subject)
    pattern.fullmatch(subject)
    return time.process_time() - begun


def slow_pump(pattern: re.Pattern[Any], *, is_searched: bool = True) -> str | None:
    characters = characters_of(pattern)
    pairs = ["".join(pair) for pair in permutations(characters[:4], 2)]
    for unit in (*characters, *pairs):
        for tail in ("", "\x00!"):
            for length in (LENGTH // 10, LENGTH):  # what is worse than the square shows early
                text = unit * (length // len(unit)) + tail
                if (
                    seconds(pattern, text, is_searched=is_searched) > ALLOWED_S
                    and seconds(pattern, text, is_searched=is_searched) > ALLOWED_S
                ):
                    return f"{unit!r} times {length}, then {tail!r}"
    return None


PATTERNS = compiled_patterns()


@pytest.mark.slow
@pytest.mark.parametrize("pattern", PATTERNS, ids=PATTERNS.values())
def test_expression_is_linear_in_what_is_pumped_into_it(pattern):
    assert slow_pump(pattern, is_searched=PATTERNS[pattern].endswith("(search)")) is None


def test_a_slow_expression_is_found():
    assert slow_pump(re.compile(r"\S+@\S+\(")) is not None
    assert slow_pump(re.compile(r"a+a+a+b")) is not None


def test_expressions_are_found_in_both_packages():
    assert len(PATTERNS) > 60
