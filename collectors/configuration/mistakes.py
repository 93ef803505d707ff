"""Mistakes in configuration files: where each one is, and what to do about it."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

Location = tuple[str | int, ...]
"""The way to a value: `("subject", 0, "terms", 1)`."""

_FEW = 6
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")

_SYNTAX_HINTS = {
    "Cannot overwrite a value": "the same key is given twice",
    "Cannot declare": "the same table is given twice; a list of tables needs [[double brackets]]",
    "Invalid value": 'text stands in double quotes, such as name = "Acme"',
    "Illegal character": "a text ends on the line where it began",
    "Unterminated string": "a text ends with the kind of quote with which it began",
    "Unclosed inline table": "an inline table { … } stands on one line",
    "Invalid initial character for a key part": "an inline table { … } stands on one line, "
    "without a comma before its }",
    "Expected '=' after a key": "a line reads key = value; a comment begins with #",
    "Unescaped '\\' in a string": "write \\\\ for a backslash",
    "Unclosed array": "a list ends with ]",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """One thing to put right (or, as a warning, to know) in a configuration file."""

    file: str
    path: str
    """Such as `subject[0].terms[1]`; empty for the file as a whole."""
    message: str
    suggestion: str = ""
    where: str = ""
    """For people: which subject or source, and the line."""

    def __str__(self) -> str:
        place = f"{self.file}: {self.path}" if self.path else self.file
        advice = f", {self.suggestion}" if self.suggestion else ""
        where = f" ({self.where})" if self.where else ""
        return f"{place}: {self.message}{advice}{where}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A TOML file as it was read, which can tell where something stands in it."""

    file: str
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def mistake(self, location: Location, message: str, suggestion: str = "") -> Mistake:
        """Describe a mistake at *location*."""
        return Mistake(
            file=self.file,
            path=path_text(location),
            message=message,
            suggestion=suggestion,
            where=", ".join(filter(None, (self._owner(location), self._line(location)))),
        )

    def tables(self, key: str) -> list[tuple[int, Mapping[str, Any]]]:
        """List the tables of `[[key]]` with their index, whatever else stands there left out."""
        items = self.data.get(key)
        if not isinstance(items, list):
            return []
        return [(index, item) for index, item in enumerate(items) if isinstance(item, Mapping)]

    def _owner(self, location: Location) -> str:
        match location:
            case (str(key), int(index), *_):
                name = dict(self.tables(key)).get(index, {})
                label = name.get("id", name.get("name"))
                return f"{key} {quoted(label)}" if isinstance(label, str) else ""
        return ""

    def _line(self, location: Location) -> str:
        match location:
            case (str(key), int(index), *rest):
                header = re.compile(rf"\s*\[\[\s*{re.escape(key)}\s*\]\]")
            case _:
                return ""
        lines = self.text.splitlines()
        starts = [number for number, line in enumerate(lines) if header.match(line)]
        items = self.data.get(key)
        if not isinstance(items, list) or len(starts) != len(items):
            return ""
        line, end = starts[index], [*starts, len(lines)][index + 1]
        for part in rest:
            if isinstance(part, int):
                break
            named = re.compile(rf"""(?:^|[\s.{{,\[])["']?{re.escape(part)}["']?\s*(?:=|\.|\])""")
            line = next((n for n in range(line, end) if named.search(lines[n])), line)
        return f"line {line + 1}"


def read_document(path: Path) -> tuple[Document, list[Mistake]]:
    """
    Read a TOML file.

    Returns:
        The document, empty if it can't be read, and the reasons why.
    """
    file = str(path)

    def unread(message: str, suggestion: str, place: str = "") -> tuple[Document, list[Mistake]]:
        mistake = Mistake(file=file, path=place, message=message, suggestion=suggestion)
        return Document(file=file), [mistake]

    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return unread("there is no such file", _instead_of(path))
    except OSError as error:
        return unread(f"can't be read ({error.strerror})", "check the file and its rights")
    try:
        # Windows editors put a mark before the text, which TOML does not know.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return unread("is not UTF-8", "save the file as UTF-8", f"line {line}")
    try:
        return Document(file=file, text=text, data=tomllib.loads(text)), []
    except tomllib.TOMLDecodeError as error:
        message, place = _syntax(str(error), text)
        hint = next((hint for start, hint in _SYNTAX_HINTS.items() if start in message), "")
        return unread(f"is no TOML: {message}", hint, place)
    except (RecursionError, ValueError):
        return unread(
            "is no TOML", "a value is nested too deeply, or is no possible number or date"
        )


def path_text(location: Location) -> str:
    """Write a location as people do: `subject[0].handles.x[1]`."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if _BARE_KEY.fullmatch(part) else quoted(part))
    return text


def quoted(value: str, longest: int = 80) -> str:
    """Quote a value for a message: on one line, cut, without control characters."""
    short = value if len(value) <= longest else value[: longest - 1] + "…"
    seen = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in short)
    return '"' + seen.replace('"', '\\"') + '"'


def printable(text: str) -> str:
    """Replace control characters: what others wrote must not steer the terminal."""
    return "".join(c if c.isprintable() else "�" for c in text)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Find the known word that someone probably meant."""
    by_folded = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def one_of(word: str, allowed: Sequence[str]) -> str:
    """Suggest the nearest of the allowed words, and name them where they are few."""
    meant, listed = nearest(word, allowed), ", ".join(allowed)
    if meant is None:
        return f"write one of: {listed}"
    return f"did you mean '{meant}'?" + (f" (allowed: {listed})" if len(allowed) <= _FEW else "")


def _instead_of(path: Path) -> str:
    there = (p.name for p in path.parent.iterdir()) if path.parent.is_dir() else ()
    meant = nearest(path.name, (name for name in there if name != path.name))
    if meant:
        return f"is it '{meant}'? rename it to {path.name}"
    return "'luisterpost init' writes a first one"


def _syntax(message: str, text: str) -> tuple[str, str]:
    found = re.fullmatch(r"(.*) \(at (line \d+, column \d+|end of document)\)", message, re.DOTALL)
    if found is None:
        return message, ""
    if found[2] == "end of document":
        return found[1], f"line {text.count(chr(10)) + 1}"
    return found[1], found[2]
