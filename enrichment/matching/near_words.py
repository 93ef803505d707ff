"""Whether an unknown word stands for a name: misspelt, or joined with another word."""

import re
from typing import Literal, NamedTuple

from enrichment.matching.slips import Slip, are_neighbours, slip_between
from enrichment.matching.words import UNKNOWN, known_word

Leeway = Literal["no", "safe", "always"]
"""Whether a name may be written otherwise: never, where it is safe, or whatever it is."""

SHORTEST = 4
LONGEST = 40
SAFE_LETTERS = 6
"""A misspelt name has so many letters; one less where two are swapped or one is doubled."""
SURE_LETTERS = 8
"""Of so many letters even the first or the last may be wrong."""
JOINED_LETTERS = 5
"""A name of so many letters may be joined with any noun; of one less with long common ones."""

WORD_FROM = 2.0
"""What comes up ten times in a hundred million words is a word, …"""
_RARER = 2.0
"""… and so is what is not a hundred times rarer than the name."""
_COMMON = 4.0
_LINKS = ("", "s", "en", "er")
_DIMINUTIVE = re.compile(r"(?:[tpk]|et)?jes?|kes?|chens?")
_SHORT_NOUNS = frozenset(
    (
        "abo",
        "app",
        "apps",
        "auto",
        "bak",
        "bar",
        "bon",
        "bot",
        "bus",
        "ceo",
        "fan",
        "fans",
        "pas",
        "tas",
    )
)
# Endings of places' and people's names, which are names of their own: Lindenberg, Petersson.
# fmt: off
_NAME_ENDINGS = frozenset((
    "bach", "berg", "bergen", "borg", "bourg", "brook", "brug", "brugge", "burg", "bury",
    "dorf", "dorp", "feld", "field", "ford", "haus", "hausen", "haven", "heim", "horst",
    "hove", "hoven", "huizen", "kerk", "kirchen", "kirche", "lake", "land", "mann", "mans",
    "meer", "mond", "monde", "ness", "poort", "quist", "rode", "stad", "stadt", "stead",
    "stein", "stone", "straat", "strom", "stroom", "thal", "ville", "veld", "velde", "wald",
    "weiler", "wick", "wijk", "wood", "worth", "saurus", "isten", "ianer", "linie", "sohn",
    "zell", "zelle", "tisch", "tische",
))
# fmt: on
_SAFER: dict[str, int] = {"swapped": 0, "doubled": 0, "lookalike": 0, "replaced": 2}


class Reading(NamedTuple):
    """
    A word of a text read as a name.

    Attributes:
        name: The name's word that is meant.
        length: How much of the word of the text is the name.
        how: The slip; `joined` for a name joined with another word.
        refused: What speaks against it; empty if nothing does.
    """

    name: str
    length: int
    how: Slip | Literal["joined"]
    refused: str = ""

    @property
    def rank(self) -> int:
        """How far-fetched it is: of two readings the lower counts."""
        return _SAFER.get(self.how, 1)


def read_misspelling(written: str, name: str, leeway: Leeway, *, is_alone: bool) -> Reading | None:
    """
    Read *written* as a slip for *name*.

    Args:
        written: A folded word of a text that is no name.
        name: Another word, of a name.
        leeway: Whether *name* may be misspelt.
        is_alone: *name* is a whole name; else more words of the name stand beside it.

    Returns:
        None if *written* is farther away than one slip.
    """
    slip = slip_between(written, name)
    if slip is None:
        return None
    how, at = slip
    refused = (
        ("misspellings are off" if leeway == "no" else "")
        or _too_short(name, how, leeway, is_alone=is_alone)
        or _too_different(written, name, how, at)
        or _is_word(written, name)
    )
    return Reading(name, len(written), how, refused)


def read_compound(written: str, name: str, leeway: Leeway, *, is_alone: bool) -> Reading:
    """Read *written*, which begins with *name*, as *name* joined with a Dutch or German word."""
    whole, rest = known_word(written), written[len(name) :]
    refused = ""
    if leeway == "no":
        refused = "compounds are off"
    elif whole != UNKNOWN:
        refused = f"{written!r} is a word of its own"
    elif leeway != "always" and is_alone and known_word(name).joining >= _COMMON:
        refused = f"{name!r} is a common word; compounds = true allows it"
    elif not _may_follow(name, rest, leeway):
        refused = f"{rest!r} is no noun that names are joined with"
    return Reading(name, len(name), "joined", refused)


def is_diminutive(rest: str) -> bool:
    """Tell whether *rest* makes a name small, in Dutch or German: tje, ke, chen."""
    return _DIMINUTIVE.fullmatch(rest) is not None


def _too_short(name: str, how: Slip, leeway: Leeway, *, is_alone: bool) -> str:
    shortest = SAFE_LETTERS - (how in {"swapped", "doubled", "lookalike"} or not is_alone)
    if leeway == "always":
        shortest = SHORTEST
    if len(name) >= shortest:
        return ""
    return f"{name!r} is too short to guess ({len(name)} letters, at least {shortest})"


def _too_different(written: str, name: str, how: Slip, at: int) -> str:
    letters, last = len(name), len(name) - 1
    if at == 0 and letters < SURE_LETTERS and how in {"missing", "extra", "key", "replaced"}:
        return "the first letter differs"
    if how == "extra" and at == len(name) and not are_neighbours(written[-1], name[-1]):
        return "a letter follows, as in a name of its own"
    if how == "replaced" and at == last and letters < SURE_LETTERS:
        return "the last letter differs"
    if how == "missing" and at == last and letters <= SAFE_LETTERS:
        return "the last letter is missing"
    if at >= last and how in {"missing", "extra", "replaced"} and _are_two_words(written, 2.5):
        return f"{written!r} is made of two words"
    return ""


def _is_word(written: str, name: str) -> str:
    word = known_word(written)
    is_word = word.zipf >= WORD_FROM or known_word(name).zipf - word.zipf < _RARER
    if word == UNKNOWN or not is_word:
        return ""
    language = "" if word.language == "other" else f" ({word.language})"
    return f"{written!r} is a word or a known name{language}"


def _may_follow(name: str, rest: str, leeway: Leeway) -> bool:
    is_long = len(name) >= JOINED_LETTERS or leeway == "always"
    if is_long and is_diminutive(rest):
        return True
    links = _LINKS if len(name) > JOINED_LETTERS else _LINKS[:2]
    return any(
        rest.startswith(link) and _is_joinable(rest[len(link) :], is_long=is_long) for link in links
    )


def _is_joinable(word: str, *, is_long: bool) -> bool:
    """Tell whether a word is a noun that follows names, as far as its frequency can tell."""
    if is_long and word in _SHORT_NOUNS:
        return True
    if word in _NAME_ENDINGS or len(word) < SHORTEST + (not is_long):
        return False
    joining = known_word(word).joining
    least = 3.8 if len(word) == SHORTEST else 2.8 if is_long else 3.5
    return joining >= least or (is_long and _are_two_words(word))


def _are_two_words(word: str, least: float = 3.5) -> bool:
    return any(
        known_word(word[:at]).joining >= least and known_word(word[at:]).joining >= least
        for at in range(SHORTEST, len(word) - SHORTEST + 1)
    )
