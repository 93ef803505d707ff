"""What is looked for: each configured name as patterns, and which of their hits count."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from unicodedata import category, normalize

from collectors.watchlist import Subject, bare_handle
from enrichment.matching.boundaries import (
    has_plural_s,
    may_begin,
    may_begin_host,
    may_end,
    may_end_host,
)
from enrichment.matching.folding import Folded, fold
from enrichment.matching.near_forms import NearHit, NearRule
from enrichment.matching.near_words import Leeway, is_diminutive
from enrichment.matching.places import Place, across, in_running_text, in_zone
from enrichment.matching.written_forms import as_words, written_forms
from enrichment.matching.zones import Zones

_PROFILE = re.compile(
    r"(?:/@|\bbsky\.app/profile/|\breddit\.com/(?:u|user)/|\blinkedin\.com/(?:in|company)/"
    r"|\b(?:x|twitter|instagram|facebook|tiktok|github|threads)\.(?:com|net)/|\bt\.me/)$"
)
_LOOK_BACK = 40
_OWN_NAME_LETTERS = 6
_LONGEST_INITIALS = 6
"""MSFT, LVMH: one letter more or less and they are another firm's."""


class TermPattern(NamedTuple):
    """A term in one of its written forms."""

    subject: int
    is_tag: bool
    is_split: bool
    needs_context: bool
    symbols: str = ""
    """Signs beyond ASCII in the term, which folding makes alike: I ❤ Vexa is not I ☠ Vexa."""
    spelling: Leeway = "no"
    compounds: Leeway = "no"
    is_person: bool = False

    def place(self, folded: Folded, start: int, end: int, zones: Zones) -> Place | None:
        """Decide whether the hit [start, end) counts, and what belongs to it."""
        is_other = (self.is_split and not _has_capitals(folded, start, end)) or (
            self.symbols and not _has_symbols(folded, start, end, self.symbols)
        )
        if is_other:
            return None
        zone = zones.at(start)
        if zone is not None and end <= zone.end:
            place = in_zone(folded, start, end, zone, is_person=self.is_person)
            return None if self.is_tag and place and place[2] == "term" else place
        if self.is_tag:
            return None
        if zone is None:
            return in_running_text(folded, start, end, is_person=self.is_person)
        return across(folded, start, end, zone) if may_end(folded, start, end) else None

    def leeway(self, rule: NearRule) -> Leeway:
        """Tell how far the name may be written otherwise."""
        return self.spelling if rule == "misspelling" else self.compounds

    def near_place(self, folded: Folded, hit: NearHit, zones: Zones) -> Place | None:
        """Decide whether a name that is misspelt or joined counts: in running text and hashtags."""
        start, end, behind = hit.start, hit.end, hit.word_end
        if folded.plain[start - 1] == "$":
            return None  # one letter more is another share
        zone = zones.at(start)
        if zone is None:
            counts = may_begin(folded, start) and may_end(folded, start, behind)
            return (start, end, hit.rule) if counts else None
        if zone.kind != "hashtag" or start != zone.name_start:
            return None
        if hit.rule == "compound" and is_diminutive(folded.plain[end:behind]):
            return None  # where no capital shows it, #kortlintje is a kort lintje
        if behind == zone.end or has_plural_s(folded, start, behind):
            return zone.start, zone.end, hit.rule
        return None


@dataclass(frozen=True, slots=True)
class HashtagPattern:
    """A configured hashtag, or a cashtag such as $ACM."""

    subject: int
    is_cashtag: bool
    needs_context: bool = False

    def place(self, folded: Folded, start: int, end: int, zones: Zones) -> Place | None:
        """Decide whether the hit [start, end) counts: the whole hashtag, nothing more."""
        if self.is_cashtag:
            counts = may_begin(folded, start) and may_end_host(folded, end)
            return (start, end, "hashtag") if counts else None
        zone = zones.at(start)
        if zone is None or zone.kind != "hashtag" or (start, end) != (zone.name_start, zone.end):
            return None
        return zone.start, zone.end, "hashtag"


@dataclass(frozen=True, slots=True)
class HandlePattern:
    """A configured account, with its server if it has one."""

    subject: int
    handle: str
    platform: str
    other_platforms: frozenset[str]
    """Platforms where the subject has accounts, too, and this name would be another's."""
    is_person: bool
    is_short: bool
    """Configured with its server, looked for without: as its neighbours write it."""
    needs_context: bool = False

    def counts_on(self, platform: str | None) -> bool:
        """Tell whether this account can be meant in a post on *platform* (None: unknown)."""
        if platform in {None, self.platform} or not self.platform:
            return True
        return not self.is_person and platform not in self.other_platforms

    def place(self, folded: Folded, start: int, end: int, zones: Zones) -> Place | None:
        """Decide whether the hit [start, end) counts: the whole account, nothing more."""
        plain = folded.plain
        zone = zones.at(start)
        if plain[start:end] != self.handle:
            return None
        if zone and zone.kind == "account" and zone.name_start == start:
            if end == zone.end or ("@" not in self.handle and end == zone.name_end):
                is_elsewhere = end < zone.end and (self.is_short or self.platform != "mastodon")
                return None if is_elsewhere else (zone.start, zone.end, "handle")
            counts = end > zone.end and may_end_host(folded, end)
            return (zone.start, end, "handle") if counts else None
        if not may_end_host(folded, end):
            return None
        is_named = _PROFILE.search(plain, max(0, start - _LOOK_BACK), start) or (
            self._is_name_of_its_own()
            and may_begin_host(folded, start)
            and plain[start - 1] not in "./#@"
        )
        return (start, end, "handle") if is_named else None

    def _is_name_of_its_own(self) -> bool:
        """Tell whether nothing but this account is written so: acme_official, not acme."""
        handle = self.handle
        return any(c in handle for c in "_.@") or (
            len(handle) >= _OWN_NAME_LETTERS
            and handle.isalnum()
            and not handle.isalpha()
            and not handle.isdigit()
        )


@dataclass(frozen=True, slots=True)
class DomainPattern:
    """A configured domain: a host in running text, in a link or in a mail address."""

    subject: int
    domain: str
    plain: str
    """The domain folded."""
    needs_context: bool = False

    def place(self, folded: Folded, start: int, end: int, zones: Zones) -> Place | None:
        """Decide whether the hit [start, end) counts; subdomains belong to it."""
        if folded.plain[start:end] != self.plain:
            return None
        if not (may_begin_host(folded, start) and may_end_host(folded, end)):
            return None
        if _with_accents(folded, start, end) != self.domain:
            return None  # acmé.example is somebody else's
        zone = zones.at(start)
        if zone is None or not zone.name_start <= start < zone.name_end:
            return start, end, "domain"
        return zone.start if zone.kind == "account" else zone.name_start, end, "domain"


Pattern = TermPattern | HashtagPattern | HandlePattern | DomainPattern


def patterns_of(number: int, subject: Subject) -> Iterator[tuple[str, Pattern]]:
    """
    Say what to look for.

    Args:
        number: The subject's place in the list.
        subject: The subject.

    Yields:
        What to find in `Folded.plain`, hyphens and underscores being blanks, and the pattern that decides on its hits.
    """
    # Of two equal spans the first counts: what was configured exactly comes before the terms.
    for hashtag in subject.hashtags:
        yield from _hashtag(number, hashtag)
    for platform, handles in subject.handles.items():
        for handle in handles:
            yield from _handle(number, subject, platform, handle)
    for domain in subject.domains:
        for spelling in _spellings(domain):
            plain = fold(spelling)
            yield plain.replace("-", " "), DomainPattern(number, spelling, plain)
    for term in subject.terms:
        yield from term_patterns(number, subject, term)


def term_patterns(number: int, subject: Subject, term: str) -> Iterator[tuple[str, Pattern]]:
    """Say what to look for where *term* is one of a subject's terms (or exclude phrases)."""
    if term[0] in "#$" and len(term) > 1:
        yield from _hashtag(number, term)
    elif term[0] == "@" and len(term) > 1:
        yield from _handle(number, subject, "", term)
    else:
        symbols = _symbols(term)
        # A name that holds a context word is its own context.
        is_guarded = bool(subject.context) and not any(
            f" {as_words(word)}" in f" {as_words(term)}" for word in subject.context
        )
        spelling, compounds = _leeways(subject, term)
        plain = TermPattern(
            number,
            is_tag=False,
            is_split=False,
            needs_context=is_guarded,
            symbols=symbols,
            spelling="no" if symbols else spelling,
            compounds="no" if symbols else compounds,
            is_person=subject.facet == "employee",
        )
        for form in written_forms(term):
            if form.is_tag or form.is_split:
                yield (
                    form.words,
                    plain._replace(
                        is_tag=form.is_tag, is_split=form.is_split, spelling="no", compounds="no"
                    ),
                )
            else:
                yield form.words, plain


def _leeways(subject: Subject, term: str) -> tuple[Leeway, Leeway]:
    """Say how far a term may be misspelt and joined; what resembles a person's name is another's."""
    default: Leeway = "no" if subject.facet == "employee" else "safe"
    are_initials = term.isupper() and len(term) <= _LONGEST_INITIALS
    return (
        _leeway(subject.misspellings, term, "no" if are_initials else default),
        _leeway(subject.compounds, term, default),
    )


def _leeway(setting: bool | tuple[str, ...] | None, term: str, default: Leeway) -> Leeway:
    if isinstance(setting, bool):
        return "always" if setting else "no"
    return "always" if setting is not None and term in setting else default


def _hashtag(number: int, hashtag: str) -> Iterator[tuple[str, Pattern]]:
    is_cashtag = hashtag.startswith("$")
    words = as_words(hashtag.lstrip("#"))
    for spelling in {words, re.sub(r"[\s'.&+]", "", words)}:
        if spelling:
            yield spelling, HashtagPattern(number, is_cashtag)


def _handle(
    number: int, subject: Subject, platform: str, handle: str
) -> Iterator[tuple[str, Pattern]]:
    name = fold(bare_handle(handle).rstrip("/").rsplit("/", 1)[-1]).strip().lstrip("@")
    is_person = subject.facet == "employee"
    others = frozenset(subject.handles) - {platform}
    spellings = {name: False}
    if not is_person:
        spellings.setdefault(name.split("@")[0], True)
    for spelling, is_short in spellings.items():
        # Not by as_words: blanks at the edges are the underscores of _acme_.
        words = spelling.replace("-", " ").replace("_", " ")
        yield words, HandlePattern(number, spelling, platform, others, is_person, is_short)


def _spellings(domain: str) -> Iterator[str]:
    """Give a domain as written and as the network writes it (xn--…)."""
    host = re.sub(r"^(?:\w+://)?(?:www\.)?", "", normalize("NFKC", domain.strip()).casefold())
    host = host.strip("./@ ")
    if not host:
        return
    yield host
    try:
        encoded = host.encode("idna").decode("ascii")
        decoded = host.encode("ascii").decode("idna") if host.isascii() else host
    except UnicodeError:
        return
    yield from {encoded, decoded} - {host}


def _has_capitals(folded: Folded, start: int, end: int) -> bool:
    """Tell whether each word of [start, end) begins with a capital or a digit."""
    return all(
        folded.written(at).isupper() or folded.plain[at].isdigit()
        for at in range(start, end)
        if at == start or folded.plain[at - 1] in " -_"
    )


def _symbols(text: str) -> str:
    if text.isascii():
        return ""
    return "".join(c for c in text if not c.isascii() and _is_symbol(c))


@lru_cache(maxsize=4096)
def _is_symbol(character: str) -> bool:
    return fold(character) == "*"


def _has_symbols(folded: Folded, start: int, end: int, symbols: str) -> bool:
    span = folded.span(start, end)
    return span is not None and _symbols(folded.text[slice(*span)]) == symbols


def _with_accents(folded: Folded, start: int, end: int) -> str | None:
    """Write [start, end) small as the original has it, accents kept."""
    span = folded.span(start, end)
    if span is None:
        return None
    written = "".join(c for c in folded.text[slice(*span)] if fold(c) or category(c)[0] == "M")
    return normalize("NFKC", written).casefold()
