"""What a site lets robots read: its robots.txt by RFC 9309, and the pause it asks for."""

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, urlsplit

PRODUCT = "luisterpost"
"""The name under which a robots.txt may speak to this program."""

MAX_BYTES = 500 * 1024
"""What lies behind is not read (RFC 9309, 2.5)."""

_MAX_DELAY_S = 3600.0
_ASCII = "".join(chr(n) for n in range(0x21, 0x7F))
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


@dataclass(frozen=True, kw_only=True, slots=True)
class RobotRules:
    """The rules of one site for this program."""

    rules: tuple[tuple[str, bool], ...] = ()
    """Path patterns, and whether they allow."""
    delay_s: float = 0
    """Pause between two requests that the site asks for (Crawl-delay, not in the RFC)."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a robots.txt; lines that are not understood count for nothing."""
        groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
        agents: list[str] = []
        is_open = False
        for key, value in _lines(text):
            if key == "user-agent":
                agents = [*agents, _product(value)] if is_open else [_product(value)]
                is_open = True
                for agent in agents:
                    groups[agent] += []
            elif key in {"allow", "disallow", "crawl-delay"}:
                is_open = False
                for agent in agents:
                    groups[agent].append((key, value))
        chosen = groups.get(PRODUCT, groups.get("*", []))
        rules = ((_normal(value), key == "allow") for key, value in chosen if key != "crawl-delay")
        delays = [_seconds(value) for key, value in chosen if key == "crawl-delay"]
        return cls(rules=tuple(rule for rule in rules if rule[0]), delay_s=max(delays, default=0.0))

    def allows(self, url: str) -> bool:
        """
        Tell whether an address may be fetched.

        The longest pattern that fits decides; of two as long, the one that allows.
        """
        parts = urlsplit(url)
        path = _normal((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        fitting = [(len(rule), allows) for rule, allows in self.rules if _fits(rule, path)]
        return path == "/robots.txt" or max(fitting, default=(0, True))[1]


ALL = RobotRules()
"""There is no robots.txt."""

NOTHING = RobotRules(rules=(("/", False),))
"""The site can't tell: then nothing may be read (RFC 9309, 2.3.1.4)."""


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.removeprefix("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield key.strip().lower(), value.strip()


def _product(value: str) -> str:
    return value.partition("/")[0].strip().lower()


def _seconds(value: str) -> float:
    try:
        delay = float(value)
    except ValueError:
        return 0
    return min(max(delay, 0), _MAX_DELAY_S) if math.isfinite(delay) else 0


def _normal(path: str) -> str:
    """Write a path or pattern in one way: only what must be is percent-encoded."""

    def decoded(found: re.Match[str]) -> str:
        character = chr(int(found[1], 16))
        return character if _UNRESERVED.fullmatch(character) else found[0].upper()

    return re.sub("%([0-9A-Fa-f]{2})", decoded, quote(path, safe=_ASCII, errors="replace"))


def _fits(rule: str, path: str) -> bool:
    """Match from the start; `*` is any number of characters, a final `$` the end."""
    is_anchored = rule.endswith("$")
    first, *others = rule.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    place = len(first)
    if not others:
        return place == len(path) or not is_anchored
    *middle, last = others
    for part in middle:
        found = path.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    if is_anchored:
        return path.endswith(last) and len(path) - len(last) >= place
    return path.find(last, place) >= 0
