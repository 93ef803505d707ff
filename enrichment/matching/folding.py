"""Write a text in one way, whatever its case, accents and spacing, and find the way back."""

import re
import unicodedata
from collections.abc import Callable
from html import unescape
from itertools import pairwise

_APOSTROPHES = "'\u2019\u2018\u201b\u02bc\u02bb\u02b9\u2032`\u00b4\uff07"
# Middle dots too, but not the em dash, which ends a phrase: "Acme—bier is" is not "Acme Bier".
_DASHES = "-\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d\u058a\u00b7\u2027\u30fb\uff65"
# Letters that Unicode does not decompose, though people leave their stroke out as they do an accent.
_STROKES = str.maketrans("øłđħıŧƀɨ", "oldhitbi") | {ord("æ"): "ae", ord("œ"): "oe", ord("þ"): "th"}
# Letters in other clothes that Unicode does not decompose: small capitals, white on black. Those of
# the latter that are emoji stay signs.
_SMALL_CAPITALS = str.maketrans("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz")
_WHITE_ON_BLACK = {
    first + place: chr(ord("a") + place)
    for first in (0x1F150, 0x1F170)
    for place in range(26)
    if first + place not in {0x1F170, 0x1F171, 0x1F17E, 0x1F17F}
}
_CLOTHED = _STROKES | _SMALL_CAPITALS | _WHITE_ON_BLACK
# Marks that change the letter rather than adorn it: nukta, kana voicing, virama.
_KEPT_MARKS = frozenset({0, 7, 8, 9})
_QUOTES = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a\u201a\u300c\u300d\u300e\u300f"
_SYMBOL = "*"
_RAISED = "^"
_LETTERLIKE_EMOJI = "\u2139"

_BREAKS = {"\n": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n\n"}
_TRADE_MARKS = "\xae\u2120\u2122"
_VARIATION = re.compile("[\u034f\u180b-\u180d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_ASCII = bytes(range(128))
_LONG = 20_000
_COUNT = list(range(20_000))
"""Copied from rather than counted anew: most of the time that following a character back takes."""
_FEW = 20
"""So many different characters beyond ASCII are replaced one by one: most texts have fewer."""
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_BLANKS = re.compile(r"-\n[ \n]*+|[ \n]{2,}+")
_OTHER_BLANKS = "\t\r\f\v\x1c\x1d\x1e\x1f"
_NO_WORD = re.compile(r"[^\w ]|_")
_PARAGRAPH = "\v"
"""Folded end of a paragraph: no name goes across it."""


class _CharacterTable(dict[int, str]):
    """Folded characters by code point, filled as they are met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


def _fold_character(character: str) -> str:
    known = _known_character(character)
    if known is not None:
        return known
    # Twice, since case folding can compose what decomposing took apart.
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    kept = "".join(c for c in bare if unicodedata.combining(c) in _KEPT_MARKS)
    return "".join(
        c if c.isascii() or unicodedata.category(c)[0] in "LMN" else _SYMBOL
        for c in kept.translate(_CLOTHED)
    )


def _known_character(character: str) -> str | None:
    """Fold signs that Unicode's compatibility forms would misplace; None: go by those."""
    folded = None
    decomposition = unicodedata.decomposition(character)
    if character in _APOSTROPHES:
        folded = "'"
    elif character in _DASHES:
        folded = "-"
    elif character in _QUOTES:
        folded = '"'
    elif character.isspace() or character in _TRADE_MARKS:
        folded = _BREAKS.get(character, " ")  # Acme™ Bier is Acme Bier
    elif unicodedata.category(character) == "Cf" or _VARIATION.match(character):
        folded = ""
    elif unicodedata.category(character) == "Me" or character in _LETTERLIKE_EMOJI:
        folded = _SYMBOL
    elif decomposition.startswith("<super>"):
        folded = _RAISED  # Acme² ends where the raised character begins
    elif character == "…" or decomposition.startswith("<compat> 0020"):
        folded = _SYMBOL
    return folded


_TABLE = _CharacterTable()


def _octets(folded: Callable[[str], str]) -> bytes:
    """Build the table by which ASCII texts are folded."""
    return "".join(folded(chr(code)) for code in range(128)).encode("ascii") + bytes(128)


def _plain_ascii(character: str) -> str:
    return " " if character.isspace() else character.lower().replace("`", "'")


_PLAIN_OCTETS = _octets(_plain_ascii)
_LINES_OCTETS = _octets(lambda character: "\n" if character == "\n" else _plain_ascii(character))
_SEARCH_OCTETS = _octets(lambda character: character.lower() if character.isalnum() else " ")


class Folded:
    """
    A text in one way of writing, with the place of each character in the original.

    Attributes:
        text: The original.
        plain: The folded text and one blank behind it, so that `plain[-1]` and
            `plain[length]` are outside the text: lower case, without accents,
            invisible characters, HTML entities and repeated blanks; symbols
            beyond ASCII are stars.
        search: One blank, then `plain` with a blank for whatever is no letter
            or digit: `search[i + 1]` and `plain[i]` are the same character.
        length: Of `plain` without its last blank.
    """

    # Not functools.cached_property, whose lock costs as much as splitting a post into its words.
    __slots__ = (
        "_decoded",
        "_foreign",
        "_lines",
        "_origins",
        "_places",
        "length",
        "plain",
        "search",
        "text",
    )

    def __init__(self, text: str) -> None:
        self.text = text
        self._origins: range | list[int] | None = None
        self._places: dict[str, list[int]] | None = None
        if text.isascii():
            octets = text.encode("ascii")
            plain = octets.translate(_PLAIN_OCTETS).decode("ascii")
            if "  " not in plain and "-\n" not in text and not ("&" in plain and ";" in plain):
                self.length = len(plain)
                self.plain = plain + " "
                self.search = f" {octets.translate(_SEARCH_OCTETS).decode('ascii')} "
                return
        self._decoded = _without_entities(text)
        self._foreign = _foreign_characters(self._decoded)
        self._lines = _with_folded_characters(self._decoded, self._foreign)
        plain = _with_even_blanks(self._lines)
        self.length = len(plain)
        self.plain = plain + " "
        self.search = f" {_searchable(plain)} "

    @property
    def origins(self) -> range | list[int]:
        """Where each character of `plain` comes from: its index in the original text."""
        if self._origins is None:
            self._origins = self._traced()
        return self._origins

    def _traced(self) -> range | list[int]:
        text = self.text
        origins: range | list[int] = range(len(text) + 1)
        if text.isascii() and self.length == len(text):
            return origins
        if self._decoded != text:
            found = _ENTITY.finditer(text)
            origins = _moved(origins, [(*entity.span(), unescape(entity[0])) for entity in found])
        if uneven := [c for c in set(self._foreign) if len(_TABLE[ord(c)]) != 1]:
            found = re.finditer(f"[{re.escape(''.join(uneven))}]", self._decoded)
            origins = _moved(origins, [(*odd.span(), _TABLE[ord(odd[0])]) for odd in found])
        if self.length != len(self._lines):
            found = _BLANKS.finditer(self._lines)
            origins = _moved(origins, [(*run.span(), _one_blank(run)) for run in found])
        return origins

    def words(self) -> list[str]:
        """List the words of `search`, in order."""
        return self.search.split()

    def places_of(self, word: str) -> list[int]:
        """List where in `plain` one of the `words` begins."""
        if len(self.search) > _LONG:
            return self._by_word()[word]
        places, needle = [], f" {word} "
        at = self.search.find(needle)
        while at != -1:
            places.append(at)
            at = self.search.find(needle, at + 1)
        return places

    def _by_word(self) -> dict[str, list[int]]:
        """Tell where each word begins, for long texts: a search for each would take time by the square."""
        if self._places is None:
            places: dict[str, list[int]] = {}
            at = -1
            for word in self.search.split(" "):
                if word:
                    places.setdefault(word, []).append(at)
                at += len(word) + 1
            self._places = places
        return self._places

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """
        Find a stretch of `plain` in the original text.

        Args:
            start: First character in `plain`.
            end: Behind the last character in `plain`; at least one further.

        Returns:
            Start and end in the original, without invisible characters at the
            edges and with the accents of the last letter; None where the
            stretch begins or ends inside one original character.
        """
        origins = self.origins
        if isinstance(origins, range):
            return start, end
        if origins[end] == origins[end - 1] or (start and origins[start] == origins[start - 1]):
            return None
        first, behind = origins[start], origins[end]
        text = self.text
        while (
            behind > first + 1 and not text[behind - 1].isascii() and _is_unread(text[behind - 1])
        ):
            behind -= 1
        return first, behind

    def written(self, index: int) -> str:
        """Tell how a character of `plain` is written in the original; a blank outside of it."""
        at = self.origins[index] if 0 <= index < len(self.plain) else len(self.text)
        return self.text[at] if at < len(self.text) else " "


def _is_unread(character: str) -> bool:
    """Tell whether folding drops a character that is no accent of the one before."""
    return not _TABLE[ord(character)] and unicodedata.category(character)[0] != "M"


def fold(text: str) -> str:
    """Write *text* as `Folded.plain` does, without the blank at the end."""
    return Folded(text).plain[:-1]


def _without_entities(text: str) -> str:
    """Decode HTML entities, which feeds and old posts are full of."""
    if "&" in text and ";" in text:
        return _ENTITY.sub(lambda found: unescape(found[0]), text)
    return text


def _with_folded_characters(text: str, foreign: str) -> str:
    """Fold each character; newlines stay, all other blanks become spaces."""
    different = {character: _TABLE[ord(character)] for character in set(foreign)}
    if len(different) <= _FEW and "".join(different.values()).isascii():
        for character, folded in different.items():
            text = text.replace(character, folded)
    else:
        text = _FOREIGN.sub(lambda found: found[0].translate(_TABLE), text)
    if text.isascii():
        return text.encode("ascii").translate(_LINES_OCTETS).decode("ascii")
    text = text.lower().replace("`", "'")
    for blank in _OTHER_BLANKS:
        text = text.replace(blank, " ")
    return text


def _foreign_characters(text: str) -> str:
    """Leave out what is ASCII, many times faster than by looking at each character."""
    octets = text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    return octets.decode("utf-8", "surrogatepass")


def _searchable(plain: str) -> str:
    """Make a blank of whatever is no letter or digit."""
    if plain.isascii():
        return plain.encode("ascii").translate(_SEARCH_OCTETS).decode("ascii")
    return _NO_WORD.sub(" ", plain)


def _with_even_blanks(text: str) -> str:
    """Make one space of each run of blanks, unless a paragraph ends in it."""
    # Line by line: much faster than any search for a blank beside another.
    lines = text.split("\n")
    if len(lines) > 1:
        if any(not line or line[0] == " " or line[-1] in " -" for line in lines):
            text = _BLANKS.sub(_one_blank, text).replace("\n", " ")
        else:
            text = " ".join(lines)
    while "  " in text:
        text = text.replace("  ", " ")
    return text


def _one_blank(found: re.Match[str]) -> str:
    """Fold a run of blanks; a hyphen at the end of a line joins two parts of a name."""
    run = found[0]
    if run.count("\n") > 1:
        return _PARAGRAPH
    return "-" if run.startswith("-") else " "


def _moved(origins: range | list[int], replaced: list[tuple[int, int, str]]) -> range | list[int]:
    """Follow *origins* through replacements, each being (start, end, new text)."""
    if not replaced:
        return origins
    moved: list[int] = []
    length = len(origins)
    if isinstance(origins, range) and length <= len(_COUNT):
        origins = _COUNT
    edges = [(0, 0, ""), *replaced]
    for (_, behind, _), (start, _, new) in pairwise(edges):
        moved.extend(origins[behind:start])
        moved.extend([origins[start]] * len(new))
    moved.extend(origins[edges[-1][1] : length])
    return moved
