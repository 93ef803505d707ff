"""Write a text in one way, whatever its case, accents and spacing, and find the way back."""

import re
import unicodedata
from functools import cached_property
from html import unescape
from itertools import pairwise

_APOSTROPHES = "'\u2019\u2018\u201b\u02bc\u02bb\u02b9\u2032`\u00b4\uff07"
# Middle dots too, but not the em dash, which ends a phrase: "Acme—bier is" is not "Acme Bier".
_DASHES = "-\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d\u058a\u00b7\u2027\u30fb\uff65"
# Letters that Unicode does not decompose, though people leave their stroke out as they do an accent.
_STROKES = str.maketrans("øłđħıŧƀɨ", "oldhitbi") | {ord("æ"): "ae", ord("œ"): "oe", ord("þ"): "th"}
# Marks that change the letter rather than adorn it: nukta, kana voicing, virama.
_KEPT_MARKS = frozenset({0, 7, 8, 9})
_OUTSIDE = "\ufffd"
_RAISED = "^"

_BREAKS = {"\n": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n\n"}
_VARIATION = re.compile("[\u034f\u180b-\u180d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_BLANKS = re.compile(r"-?\n[ \n]*+| [ \n]++")
_PARAGRAPH = 2


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
    return "".join(c for c in bare if unicodedata.combining(c) in _KEPT_MARKS).translate(_STROKES)


def _known_character(character: str) -> str | None:
    """Fold signs that Unicode's compatibility forms would misplace; None: go by those."""
    folded = None
    decomposition = unicodedata.decomposition(character)
    if character in _APOSTROPHES:
        folded = "'"
    elif character in _DASHES:
        folded = "-"
    elif character.isspace():
        folded = _BREAKS.get(character, " ")
    elif unicodedata.category(character) == "Cf" or _VARIATION.match(character):
        folded = ""
    elif unicodedata.category(character) == "Cs":
        folded = _OUTSIDE
    elif decomposition.startswith("<super>"):
        folded = _RAISED  # Acme™ and Acme² end where the raised character begins
    elif character == "…" or decomposition.startswith("<compat> 0020"):
        folded = character
    return folded


_TABLE = _CharacterTable()
_ASCII_PLAIN = bytes(
    ord(" ") if chr(code).isspace() else ord(chr(code).lower().replace("`", "'"))
    for code in range(128)
) + bytes(range(128, 256))
_ASCII_WORDS = _ASCII_PLAIN.translate(bytes.maketrans(b"-_", b"  "))


class Folded:
    """
    A text in one way of writing, with the place of each character in the original.

    Attributes:
        text: The original.
        plain: The folded text and one blank behind it, so that `plain[-1]` and
            `plain[len(words)]` are outside the text: lower case, without accents,
            invisible characters, HTML entities and repeated blanks.
        words: The same without the last blank, hyphens and underscores being
            blanks: `plain[i]` and `words[i]` are the same character.
    """

    __slots__ = ("__dict__", "plain", "text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        if text.isascii():
            octets = text.encode("ascii")
            plain = octets.translate(_ASCII_PLAIN).decode("ascii")
            if "  " not in plain and "-\n" not in text and not ("&" in plain and ";" in plain):
                self.plain = plain + " "
                self.words = octets.translate(_ASCII_WORDS).decode("ascii")
                return
        plain = text
        if "&" in text and ";" in text:
            plain = _ENTITY.sub(lambda found: unescape(found[0]), text)
        plain = plain.translate(_TABLE)
        if "\n" in plain or "  " in plain:
            plain = _BLANKS.sub(_one_blank, plain)
        self.plain = plain + " "
        self.words = plain.replace("-", " ").replace("_", " ")

    @cached_property
    def origins(self) -> range | list[int]:
        """Where each character of `plain` comes from: its index in the original text."""
        text = self.text
        origins: range | list[int] = range(len(text) + 1)
        if text.isascii() and len(self.words) == len(text):
            return origins
        if "&" in text and ";" in text:
            pieces = [(*found.span(), unescape(found[0])) for found in _ENTITY.finditer(text)]
            origins = _moved(origins, pieces)
            text = _ENTITY.sub(lambda found: unescape(found[0]), text)
        folded = text.translate(_TABLE)
        if len(folded) != len(text) or any(len(_TABLE[ord(c)]) != 1 for c in set(text)):
            last = origins[-1]
            origins = [
                origin
                for origin, character in zip(origins, text, strict=False)
                for _ in _TABLE[ord(character)]
            ]
            origins.append(last)
        if len(folded) != len(self.words):
            pieces = [(*found.span(), _one_blank(found)) for found in _BLANKS.finditer(folded)]
            origins = _moved(origins, pieces)
        return origins

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
        while behind > first + 1 and unicodedata.category(self.text[behind - 1]) == "Cf":
            behind -= 1
        return first, behind

    def written(self, index: int) -> str:
        """Tell how a character of `plain` is written in the original; a blank outside of it."""
        at = self.origins[index] if 0 <= index < len(self.plain) else len(self.text)
        return self.text[at] if at < len(self.text) else " "


def fold(text: str) -> str:
    """Write *text* as `Folded.plain` does, without the blank at the end."""
    return Folded(text).plain[:-1]


def _one_blank(found: re.Match[str]) -> str:
    """Turn a run of blanks into one; a paragraph's end stays one, a hyphen at a line's end joins."""
    run = found[0]
    if run.count("\n") >= _PARAGRAPH:
        return "\n"
    return "-" if run.startswith("-") else " "


def _moved(origins: range | list[int], replaced: list[tuple[int, int, str]]) -> range | list[int]:
    """Follow *origins* through replacements, each being (start, end, new text)."""
    if not replaced:
        return origins
    moved: list[int] = []
    edges = [(0, 0, ""), *replaced]
    for (_, behind, _), (start, _, new) in pairwise(edges):
        moved.extend(origins[behind:start])
        moved.extend([origins[start]] * len(new))
    moved.extend(origins[edges[-1][1] :])
    return moved
