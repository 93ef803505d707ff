"""Hashtags, accounts, mail addresses and links in a text: places with rules of their own."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from enrichment.matching.folding import Folded

# Endings that make a dotted word a host even without "https://" or "www." before it: every
# country has two letters; of the others the common ones, and those reserved for examples.
_ENDING = (
    r"(?:[a-z]{2}|com|net|org|info|biz|edu|gov|int|mil|name|pro|coop|app|dev|shop|store|online|site|"
    r"website|web|blog|news|media|agency|company|group|social|cloud|tech|brussels|gent|vlaanderen|"
    r"amsterdam|paris|berlin|koeln|hamburg|wien|bank|beer|bar|cafe|restaurant|travel|jobs|team|"
    r"world|live|life|tv|xyz|top|club|fun|work|works|example|test|invalid|localhost)"
)
_ZONE = re.compile(
    rf"""
    (?:https?://(?:[^\s/?\#@]{{1,100}}@)?|(?<![\w@.-])(?=www\.))
        (?P<link>[\w-]+(?:\.[\w-]+)*)(?::[0-9]+)?(?P<path>/[^\s?\#"<>]*)?(?P<query>[?\#][^\s"<>]*)?
  | (?<![\w.+%-])[\w.+%-]{{1,64}}@(?P<mail>[\w-]+(?:\.[\w-]+)+)
  | (?<![\w@.-])(?P<host>(?:[\w-]{{1,63}}\.){{1,6}}{_ENDING})(?![\w-]|\.\w|@)
        (?::[0-9]+)?(?P<host_path>/[^\s?\#"<>]*)?(?P<host_query>[?\#][^\s"<>]*)?
  | @(?P<account>\w+(?:\.\w+)*)(?:[@:][\w-]+(?:\.[\w-]+)+)?
  | (?<![\w/])/?u/(?P<user>\w+)
  | \#(?P<tag>\w+)
    """,
    re.VERBOSE,
)
_HAS_ZONE = re.compile(r"[@#/]|\w\.\w")
# What may stand behind the main part of a host's name: .be, .example, .co.uk.
_PUBLIC = re.compile(r"\.(?:(?:com?|org|net|ac|gov|edu)\.[a-z]{2}|[\w-]+)")

ZoneKind = Literal["hashtag", "account", "mail", "link"]


@dataclass(frozen=True, slots=True)
class Zone:
    """
    A place in `Folded.plain`.

    Attributes:
        kind: What it is.
        start: Its first character: #, @, the scheme, a mail address's first letter.
        end: Behind its last character.
        name_start: Where the hashtag's, the account's or the host's name begins.
        name_end: Where it ends.
        path_end: Where a link's path ends and its query begins.
    """

    kind: ZoneKind
    start: int
    end: int
    name_start: int
    name_end: int
    path_end: int

    def is_host_named(self, plain: str, start: int, end: int) -> bool:
        """
        Tell whether a link's or a mail address's host is called [start, end).

        acme.be and www.acme.be are called acme. A page or a part of a host says nothing of
        its owner: facebook.com/acme is not about Facebook. A name with its ending
        (booking.com) is a domain, whose pages and parts belong to it.
        """
        if "." in plain[start:end]:
            return end == self.name_end and (start == self.name_start or plain[start - 1] == ".")
        first = self.name_start + 4 * plain.startswith("www.", self.name_start)
        has_path = plain[self.name_end : self.path_end].strip("/") != ""
        is_first = start in {self.name_start, first} and end <= self.name_end
        return is_first and not has_path and self._is_ending(plain, end)

    def _is_ending(self, plain: str, end: int) -> bool:
        return end == self.name_end or bool(_PUBLIC.fullmatch(plain, end, self.name_end))


class Zones:
    """The zones of one text, found word by word where they are asked for."""

    __slots__ = ("_begin", "_end", "_folded", "_starts", "_zones")

    def __init__(self, folded: Folded) -> None:
        self._folded = folded
        self._begin = self._end = -1
        self._zones: list[Zone] = []
        self._starts: list[int] = []

    def at(self, index: int) -> Zone | None:
        """Find the zone around the character *index* of `Folded.plain`."""
        if not self._begin <= index < self._end:
            plain = self._folded.plain
            self._begin = plain.rfind(" ", 0, index + 1) + 1
            self._end = plain.find(" ", index)
            if plain[self._begin] in "#@" and _is_name(plain[self._begin + 1 : self._end]):
                self._zones = [_tag(plain, self._begin, self._end)]
            elif _HAS_ZONE.search(plain, self._begin, self._end):
                self._zones = list(zones_in(self._folded, self._begin, self._end))
            else:
                self._zones = []
            self._starts = [zone.start for zone in self._zones]
        position = bisect_right(self._starts, index)
        if position and index < self._zones[position - 1].end:
            return self._zones[position - 1]
        return None


def zones_in(folded: Folded, begin: int, end: int) -> Iterator[Zone]:
    """Find the zones between two blanks of `Folded.plain`, in order."""
    plain = folded.plain
    position = begin
    while found := _ZONE.search(plain, position, end):
        group = next(name for name in _GROUPS if found[name] is not None)
        name_start, name_end = found.span(group)
        kind, start, behind = _GROUPS[group], found.start(), found.end()
        if group in {"host", "account"}:
            glued = _glued_sentence(folded, name_start, name_end)
            if glued is not None and group == "host":
                position = glued
                continue
            if glued is not None:
                name_end = behind = glued
        path_end = max(found.end("path"), found.end("host_path"), name_end)
        yield Zone(kind, start, behind, name_start, name_end, min(path_end, behind))
        position = max(behind, position + 1)


def _is_name(text: str) -> bool:
    return text.isalnum() or text.replace("_", "a").isalnum()


def _tag(plain: str, start: int, end: int) -> Zone:
    """Give a hashtag or an account that is a whole word, as most are: much faster than by `_ZONE`."""
    kind: ZoneKind = "hashtag" if plain[start] == "#" else "account"
    return Zone(kind, start, end, start + 1, end, end)


_GROUPS: dict[str, ZoneKind] = {
    "link": "link",
    "mail": "mail",
    "host": "link",
    "account": "account",
    "user": "account",
    "tag": "hashtag",
}


def _glued_sentence(folded: Folded, start: int, end: int) -> int | None:
    """Find a full stop that ends a sentence inside a name, the blank after it being forgotten."""
    dot = folded.plain.find(".", start, end)
    while dot != -1:
        if is_sentence_end(folded, dot):
            return dot
        dot = folded.plain.find(".", dot + 1, end)
    return None


def is_sentence_end(folded: Folded, dot: int) -> bool:
    """Tell whether a full stop stands before a capital, and not between capitals: beer.Acme is."""
    before = folded.written(dot - 1)
    return (before.islower() or before.isdigit()) and folded.written(dot + 1).isupper()
