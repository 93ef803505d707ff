"""
Invented texts with their names marked: what the name finder learns Dutch, French and German from.

The patterns (`names/{nl,fr,en,de}.txt`, one a line) and the word lists (`names/lists.toml`) were
written for this project; names of countries and cities come from the CLDR as Babel carries it
(Unicode licence). First and family names are joined at random: no person is meant.

In a pattern `[a|b|]` chooses, and a letter in braces is filled in: P person, F first name,
L family name, O organisation, C town, K country or region, B street or building, X product
(these are names); T title of a work, n thing, r role, a of a people, d day, m month, y year,
i number, h account, H tag, u link (these are none).
"""

import random
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale

LANGUAGES = ("nl", "fr", "en", "de")
LABELS = {"P": "PERSON", "F": "PERSON", "L": "PERSON", "O": "ORG", "X": "PRODUCT"} | dict.fromkeys(
    "CKB", "LOC"
)
Marked = tuple[str, list[tuple[int, int, str]]]
"""A text and its names: start, end, label."""

_FOLDER = Path(__file__).parent / "names"
_CHOICE = re.compile(r"\[([^][]*)\]")
_SLOT = re.compile(r"\{(\w)\}")
_ARTICLE = re.compile(r"(?:de|het|la|le|les|the) |l'")
_WITH_ARTICLE = "KB"
_TITLES = {
    "nl": ("De {}", "Het {}", "De {} en het {}", "Een {} te veel", "{} in de nacht"),
    "fr": ("Le {}", "La {}", "Un {} de trop", "Le {} et la {}", "{} de nuit"),
    "en": ("The {}", "The Last {}", "A {} Too Far", "{} and {}", "Return of the {}"),
    "de": ("Der {}", "Das letzte {}", "{} und {}", "Ein {} zu viel", "{} der Nacht"),
}
_BY_BLANKS = frozenset({"first", "nouns", "roles", "days", "months", "peoples", "roots"})
"""Lists of single words; the entries of the others stand between semicolons."""
_LOWERED, _RAISED, _UNTOLD = 0.12, 0.03, 0.05
"""Shares of texts in small letters, in capitals, and without their full stop."""


def invented_texts(language: str, count: int, seed: int) -> Iterator[Marked]:
    """Yield that many texts of a language, always the same for the same seed."""
    chance = random.Random(f"{language} {seed}")  # noqa: S311 — repeatable, no secret
    patterns = (_FOLDER / f"{language}.txt").read_text("utf-8").splitlines()
    writer = _Writer(language, chance)
    for number in range(count):
        yield writer.write(patterns[number % len(patterns)])


class _Writer:
    """Fills patterns of one language."""

    def __init__(self, language: str, chance: random.Random) -> None:
        self._language = language
        self._chance = chance
        locale = Locale.parse(language)
        self._countries = [
            str(name) for code, name in locale.territories.items() if re.fullmatch("[A-Z]{2}", code)
        ]
        self._cities = [str(zone["city"]) for zone in locale.time_zones.values() if "city" in zone]
        self._known: dict[str, Callable[[], str]] = {
            "P": self._person,
            "F": lambda: chance.choice(self._of("first")),
            "L": lambda: chance.choice(self._of("last")),
            "O": self._organisation,
            "C": self._town,
            "K": self._country,
            "B": lambda: self._filled(chance.choice(self._of("places"))),
            "X": lambda: self._filled(chance.choice(_entries("products", "all"))),
            "T": self._title,
            "n": lambda: chance.choice(_entries("nouns", language)),
            "r": lambda: chance.choice(_entries("roles", language)),
            "a": lambda: chance.choice(_entries("peoples", language)),
            "d": lambda: chance.choice(_entries("days", language)),
            "m": lambda: chance.choice(_entries("months", language)),
            "y": lambda: str(chance.randint(1400, 2026)),
            "i": lambda: str(chance.choice((chance.randint(1, 31), chance.randint(2, 9_000)))),
            "h": lambda: self._root().lower() + str(chance.randint(1, 99)),
            "H": lambda: chance.choice(("fail", "love", "nieuws", "foot", "wtf", "live")),
            "u": lambda: f"https://t.co/{self._root()}{chance.randint(1, 9)}",
            "R": self._root,
            "A": lambda: "".join(chance.choices("ABCDEFGHIKLMNOPRSTUVW", k=chance.randint(2, 5))),
            "M": lambda: "".join(chance.choices("ABCDEGKMRSTXZ", k=chance.randint(1, 2))),
            "D": lambda: str(chance.randint(1, 12)),
            "N": lambda: chance.choice(_entries("nouns", language)).title(),
        }

    def write(self, pattern: str) -> Marked:
        """Fill one pattern."""
        chance = self._chance
        pattern = _CHOICE.sub(lambda found: chance.choice(found[1].split("|")), pattern)
        text, names, end = "", [], 0
        for slot in _SLOT.finditer(pattern):
            text += pattern[end : slot.start()]
            end = slot.end()
            value = self._known[slot[1]]()
            if slot[1] in LABELS:
                article = _ARTICLE.match(value) if slot[1] in _WITH_ARTICLE else None
                begin = len(text) + (article.end() if article else 0)
                names.append((begin, len(text) + len(value), LABELS[slot[1]]))
            text += value
        text += pattern[end:]
        if not names or names[0][0] > 0:
            text = text[:1].upper() + text[1:] if self._happens(0.5) else text
        case = chance.random()
        changed = text.lower() if case < _LOWERED else text.upper()
        if case < _LOWERED + _RAISED and len(changed) == len(text):
            text = changed
        if chance.random() < _UNTOLD:
            text = text.rstrip(".")
            names = [(s, e, label) for s, e, label in names if e <= len(text)]
        return text, names

    def _person(self) -> str:
        chance = self._chance
        group = self._language
        if self._happens(0.25):
            group = chance.choice((*LANGUAGES, "world"))
        first, second = (chance.choice(_entries("first", group)) for _ in range(2))
        last, married = (chance.choice(_entries("last", group)) for _ in range(2))
        letter = chance.choice("ABCDEFGHJKLMPRSTW")
        forms = {
            f"{first} {last}": 75,
            f"{first} {letter}. {last}": 8,
            f"{first} {second} {last}": 5,
            f"{first}-{second} {last}": 4,
            f"{first} {last}-{married}": 4,
            f"{first[0]}. {last}": 4,
        }
        return chance.choices(list(forms), list(forms.values()))[0]

    def _town(self) -> str:
        if self._happens(0.15):
            return self._chance.choice(self._cities)
        group = self._chance.choice(LANGUAGES) if self._happens(0.2) else self._language
        return self._chance.choice(_entries("towns", group))

    def _country(self) -> str:
        return self._chance.choice(self._countries if self._happens(0.6) else self._of("regions"))

    def _organisation(self) -> str:
        kind = "firms" if self._happens(0.5) else "bodies"
        return self._filled(self._chance.choice(self._of(kind)))

    def _root(self) -> str:
        chance = self._chance
        if self._happens(0.12):
            return chance.choice(_entries("nouns", self._language)).title()
        middle = "".join(chance.choices(_entries("roots", "middle"), k=chance.randint(0, 2)))
        root = chance.choice(_entries("roots", "begin")) + middle
        root += chance.choice(_entries("roots", "end"))
        return root.upper() if self._happens(0.1) else root

    def _title(self) -> str:
        pattern = self._chance.choice(_TITLES[self._language])
        nouns = _entries("nouns", self._language)
        return pattern.format(*(self._chance.choice(nouns).title() for _ in range(2)))

    def _happens(self, share: float) -> bool:
        return self._chance.random() < share

    def _filled(self, pattern: str) -> str:
        return _SLOT.sub(lambda found: self._known[found[1]](), pattern)

    def _of(self, kind: str) -> list[str]:
        """Return the list of this language; now and then that of all the world."""
        if kind in {"first", "last"} and self._happens(0.12):
            return _entries(kind, self._chance.choice((*LANGUAGES, "world")))
        return _entries(kind, self._language)


@cache
def _lists() -> dict[str, Any]:
    return tomllib.loads((_FOLDER / "lists.toml").read_text("utf-8"))


def listed_words(kind: str) -> Iterator[str]:
    """Yield the entries of a list in all its groups that are no patterns."""
    for group in _lists()[kind]:
        yield from (word for word in _entries(kind, group) if "{" not in word)


@cache
def _entries(kind: str, group: str) -> list[str]:
    mark = None if kind in _BY_BLANKS else ";"
    return [str(word) for word in _lists()[kind][group].split(mark)]
