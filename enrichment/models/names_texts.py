"""
Invented texts with their names marked: what the name finder learns Dutch, French and German from.

The patterns (`names/{nl,fr,en,de}.txt`, one a line) and the word lists (`names/lists.toml`) were
written for this project; names of countries and cities come from the CLDR as Babel carries it
(Unicode licence). First and family names are joined at random: no person is meant.

In a pattern `[a|b|]` chooses, and a letter in braces is filled in: P person, F first name,
L family name, O organisation, C town, K country or region, B street or building, X product
(these are names); T title of a work, n thing, v any word, r role, a of a people, d day, m month,
y year, i number, h account, H tag, u link (these are none).

So that neither place nor capital alone makes a name, some places of names get any word of the
language instead, by the lists of wordfreq, and some names are such words with a capital letter.
"""

import random
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import wordfreq
from babel import Locale

from enrichment.names.finder import word_kinds

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
_OF = {"nl": ("van", "de"), "fr": ("de", "le"), "en": ("of", "de", "the"), "de": ("von", "der")}
_TOWNS = {
    "nl": ("", "", "dam", "gem", "veen", "hoven", "kerke", "drecht", "wijk"),
    "fr": ("", "", "ville", "court", "-sur-Loire", "ac", "-les-Bains", "igny"),
    "en": ("", "", "ton", "ham", "ford", " Hills", " Beach", "bury", " Falls"),
    "de": ("", "", "stadt", "heim", "ingen", "furt", "au", "kirchen", "feld"),
}
_TITLES = {
    "nl": ("De {}", "Het {}", "De {} en het {}", "Een {} te veel", "{} in de nacht"),
    "fr": ("Le {}", "La {}", "Un {} de trop", "Le {} et la {}", "{} de nuit"),
    "en": ("The {}", "The Last {}", "A {} Too Far", "{} and {}", "Return of the {}"),
    "de": ("Der {}", "Das letzte {}", "{} und {}", "Ein {} zu viel", "{} der Nacht"),
}
_BY_BLANKS = frozenset({"first", "nouns", "roles", "days", "months", "peoples", "roots"})
"""Lists of single words; the entries of the others stand between semicolons."""
_DECOYS = 0.15
"""The share of names' places that any word takes."""
_VOCABULARY = 150_000
_COMPOUNDING = frozenset({"nl", "de"})
_SMALL_WORDS, _SHORTEST_WORD = 200, 3
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
            "n": self._thing,
            "v": self._any_word,
            "V": lambda: self._any_word().title(),
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
            if slot[1] in LABELS and self._happens(_DECOYS):
                value = " ".join(self._any_word() for _ in range(1 + self._happens(0.3)))
            elif slot[1] in LABELS:
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
        first, second = (
            self._new_name() if self._happens(0.12) else chance.choice(_entries("first", group))
            for _ in range(2)
        )
        last, married = (
            self._new_family() if self._happens(0.35) else chance.choice(_entries("last", group))
            for _ in range(2)
        )
        letter = chance.choice("ABCDEFGHJKLMPRSTW")
        of = chance.choice(_OF[self._language])
        place = self._country() if self._happens(0.5) else self._town()
        number = chance.choice(("I", "II", "III", "IV", "VI", "XII"))
        forms = {
            f"{first} {last}": 75,
            f"{first} {letter}. {last}": 8,
            f"{first} {second} {last}": 5,
            f"{first}-{second} {last}": 4,
            f"{first} {last}-{married}": 4,
            f"{first[0]}. {last}": 4,
            f"{first} {of} {place}": 3,
            f"{first} {number}": 1,
            f"{first} {number} {of} {place}": 2,
            self._new_name(): 5,
        }
        return chance.choices(list(forms), list(forms.values()))[0]

    def _new_name(self) -> str:
        """Make a name that no list has."""
        return self._any_word().title() if self._happens(0.4) else self._root()

    def _new_family(self) -> str:
        if self._happens(0.4):
            return self._root().title() + self._chance.choice(_entries("roots", "family"))
        return self._new_name()

    def _thing(self) -> str:
        return (
            self._any_word()
            if self._happens(0.5)
            else self._chance.choice(_entries("nouns", self._language))
        )

    def _any_word(self) -> str:
        """Choose any word of the language; in German, a noun as often as not by its capital."""
        words = _vocabulary(self._language)
        word = self._chance.choice(words)
        if self._language in _COMPOUNDING and self._happens(0.4):
            word += self._chance.choice(words)
        return word.title() if self._language == "de" and self._happens(0.6) else word

    def _town(self) -> str:
        if self._happens(0.08):
            return self._filled(self._chance.choice(self._of("lands")))
        if self._happens(0.2):
            return self._new_name() + self._chance.choice(_TOWNS[self._language])
        if self._happens(0.15):
            return self._chance.choice(self._cities)
        group = self._chance.choice(LANGUAGES) if self._happens(0.2) else self._language
        return self._chance.choice(_entries("towns", group))

    def _country(self) -> str:
        return self._chance.choice(self._countries if self._happens(0.6) else self._of("regions"))

    def _organisation(self) -> str:
        if self._happens(0.2):
            return self._filled(self._chance.choice(_entries("clubs", "all")))
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
def _vocabulary(language: str) -> list[str]:
    """List common words in small letters, without those that probably name something."""
    names = word_kinds()
    return [
        word
        for word in wordfreq.top_n_list(language, _VOCABULARY, wordlist="large")[_SMALL_WORDS:]
        if len(word) >= _SHORTEST_WORD and word.isalpha() and word not in names
    ]


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
