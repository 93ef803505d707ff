"""Whether a text names an employee: in any case, with or without accents, apart or joined."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote_plus

from collectors.watchlist import Subject, bare_handle

_WORD = re.compile(r"[^\W_]+")
_TIME = re.compile(
    r"(?<![\w%])[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(\.[0-9]+)?Z?(?!\w)"
)
_NUMBER = re.compile(r"(?<![\w%])[0-9]+(?!\w)")
_DIGIT = re.compile(r"[0-9]")
_LONG = 6
"""From so many characters on a form is found within words as well."""
_WHO = ("account", "handle", "user", "channel")
"""Keys of a stream's parameters that hold an account."""


def joined(text: str) -> str:
    """Reduce a text to its letters and digits: `Jan Péeters`, `#JanPeeters` → `janpeeters`."""
    return "".join(_words(text))


def _words(text: str) -> list[str]:
    for _ in range(2):  # Addresses stand in addresses: what is quoted may be quoted once more.
        text = unquote_plus(text)
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in apart if not unicodedata.combining(c)).casefold()
    return _WORD.findall(bare)


def _written_forms(subject: Subject) -> Iterable[str]:
    yield from (subject.name, *subject.terms, *subject.hashtags, *subject.domains)
    for handles in subject.handles.values():
        yield from map(bare_handle, handles)


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """The forms in which some subjects are written, joined."""

    forms: frozenset[str] = frozenset()
    signs: frozenset[str] = frozenset()
    """Forms without any letter or digit, such as an emoji."""
    accounts: frozenset[str] = frozenset()
    """What stands before the server's name in their handles."""

    @classmethod
    def of(cls, subjects: Iterable[Subject]) -> Self:
        """Gather the forms of some subjects: names, terms, hashtags, domains and handles."""
        subjects = list(subjects)
        written = [form for subject in subjects for form in _written_forms(subject)]
        handles = [
            handle
            for subject in subjects
            for of_platform in subject.handles.values()
            for handle in of_platform
        ]
        return cls(
            forms=frozenset(filter(None, map(joined, written))),
            signs=frozenset(form.strip() for form in written if not joined(form)) - {""},
            accounts=frozenset(filter(None, map(_account, handles))),
        )

    @classmethod
    def private(cls, subjects: Iterable[Subject]) -> Self:
        """Gather those of the employees among *subjects*, whatever consent stands."""
        subjects = list(subjects)
        people = cls.of(one for one in subjects if one.facet == "employee")
        public = cls.of(one for one in subjects if one.facet != "employee")
        return cls(
            forms=people.forms - public.forms,
            signs=people.signs - public.signs,
            accounts=people.accounts - public.accounts,
        )

    def __bool__(self) -> bool:
        """Tell whether there is any form."""
        return bool(self.forms or self.signs)

    def are_in(self, text: str) -> bool:
        """
        Tell whether *text* holds one of the forms.

        Words that follow one another are read as one, so that a hashtag finds
        the two words that it joins. Forms of six characters or more, and those
        of scripts that put no blanks between words, are found within words.
        """
        words = _words(text)
        whole = "".join(words)
        within = (f for f in self.forms if len(f) >= _LONG or (len(f) > 1 and not f.isascii()))
        if any(form in whole for form in within) or any(sign in text for sign in self.signs):
            return True
        longest = max(map(len, self.forms), default=0)
        for begin in range(len(words)):
            run = ""
            for word in words[begin:]:
                run += word
                if run in self.forms:
                    return True
                if len(run) > longest:
                    break
        return False

    def found_in(self, texts: Iterable[str]) -> set[str]:
        """Give those of *texts* that hold one of the forms; texts of the same shape are judged once."""
        judged: dict[str, bool] = {}
        found = set()
        for text in texts:
            shape = self._shape(text)
            if shape not in judged:
                judged[shape] = self.are_in(shape)
            if judged[shape]:
                found.add(text)
        return found

    def _shape(self, text: str) -> str:
        """Put 0 for each time, and for each number as well where no form has a digit."""
        shape = _TIME.sub("0", text)
        return shape if _DIGIT.search(" ".join(self.forms)) else _NUMBER.sub("0", shape)

    def are_asked(self, key: str, params: Mapping[str, str]) -> bool:
        """Tell whether a stream asks for one of them: by its name, or by what it asks."""
        if self.are_in(key) or any(self.are_in(value) for value in params.values()):
            return True
        return any(_account(params[kind]) in self.accounts for kind in _WHO if params.get(kind))


def read_asks(asks: str) -> dict[str, str]:
    """Read what a stream asks, as the warehouse keeps it in JSON."""
    return {str(key): str(value) for key, value in json.loads(asks).items()}


def _account(handle: str) -> str:
    return joined(bare_handle(handle).split("@")[0])
