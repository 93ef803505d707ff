"""What is wrong or doubtful in a watchlist beyond the types of its values."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from collectors.configuration.mistakes import Document, Location, Mistake, nearest, one_of, quoted
from collectors.configuration.subject_rules import broken_rules
from collectors.registry import PLATFORMS
from collectors.watchlist import bare_handle, instant_of, parse_day

HANDLE_PLATFORMS = tuple(
    sorted(
        {*PLATFORMS, "bluesky", "discord", "facebook", "flickr", "github", "hackernews"}
        | {"instagram", "lemmy", "linkedin", "mastodon", "medium", "pinterest", "quora"}
        | {"snapchat", "telegram", "threads", "tiktok", "trustpilot", "tumblr", "twitch"}
        | {"vimeo", "whatsapp", "wordpress", "xing", "youtube"}
    )
)
"""Where firms and people are active, whether Luisterpost collects from there or not."""

_HANDLE_FORMS = {
    "x": (re.compile(r"[A-Za-z0-9_]{1,15}"), "1 to 15 letters, digits and _"),
    "reddit": (re.compile(r"[A-Za-z0-9_-]{1,50}"), "letters, digits, _ and -"),
}
_HOST = re.compile(r"(?=.{4,253}$)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]")
_SHORTEST_SAFE = 3
_SAFE_MISSPELT = 6
_SAFE_JOINED = 4


def watchlist_mistakes(document: Document, now: datetime) -> Iterator[Mistake]:
    """List what must be put right, from the file as written; types are checked elsewhere."""
    first_of: dict[str, int] = {}
    for index, subject in document.tables("subject"):
        here: Location = ("subject", index)
        for rule in broken_rules(subject):
            place = (*here, *rule.key.split("."))
            yield document.mistake(place, rule.message, rule.suggestion)
        name = subject.get("id")
        if isinstance(name, str) and first_of.setdefault(name, index) != index:
            message = f"is the id of subject[{first_of[name]}], too"
            yield document.mistake((*here, "id"), message, "give each subject an id of its own")
        yield from _handle_mistakes(document, here, subject)
        yield from _domain_mistakes(document, here, subject)
        for number, tag in _texts(subject, "hashtags"):
            if re.search(r"\s", tag.strip()):
                advice = f"write {quoted(''.join(tag.split()))}"
                yield document.mistake((*here, "hashtags", number), "has a space", advice)
        consent = subject.get("consent")
        if isinstance(consent, Mapping):
            yield from _consent_mistakes(document, (*here, "consent"), consent, now)


def watchlist_warnings(document: Document, now: datetime) -> Iterator[Mistake]:
    """List what is allowed, but perhaps not meant."""
    owners: dict[tuple[str, str], list[tuple[Location, str]]] = defaultdict(list)
    for index, subject in document.tables("subject"):
        here: Location = ("subject", index)
        label = str(subject.get("id", index))
        for number, term in _texts(subject, "terms"):
            place = (*here, "terms", number)
            yield from _term_warnings(document, place, term)
            owners["term", folded(term)].append((place, label))
        for platform, number, handle in _handles(subject):
            place = (*here, "handles", platform, number)
            owners[f"{platform} handle", bare_handle(handle).casefold()].append((place, label))
        terms = {folded(term) for _, term in _texts(subject, "terms")}
        for number, phrase in _texts(subject, "exclude"):
            if folded(phrase) in terms:
                message = "is one of the terms, too: that term is never found"
                yield document.mistake((*here, "exclude", number), message, "remove one of them")
        yield from _leeway_warnings(document, here, subject)
        yield from _consent_warnings(document, here, subject, now)
    for (kind, _), uses in owners.items():
        for place, label in uses[1:]:
            if label != uses[0][1]:
                message = f"the same {kind} stands at {quoted(uses[0][1])}: it counts for both"
                yield document.mistake(place, message, "remove one, unless this is meant")


def folded(text: str) -> str:
    """Reduce a form to what distinguishes it: no case, no accents, single spaces."""
    split = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in split if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())


def _handle_mistakes(
    document: Document, here: Location, subject: Mapping[str, Any]
) -> Iterator[Mistake]:
    handles = subject.get("handles")
    for platform in handles if isinstance(handles, Mapping) else ():
        if platform not in HANDLE_PLATFORMS:
            place = (*here, "handles", platform)
            yield document.mistake(place, "unknown platform", _platform_meant(platform))
    for platform, number, handle in _handles(subject):
        bare, place = bare_handle(handle), (*here, "handles", platform, number)
        pattern, allowed = _HANDLE_FORMS.get(platform, (re.compile(r"\S+"), "no spaces"))
        if "://" in bare:
            last = bare.split("?")[0].rstrip("/").rpartition("/")[2]
            yield document.mistake(place, "is an address", f"write the handle, {quoted(last)}")
        elif bare and not pattern.fullmatch(bare):
            yield document.mistake(place, "is no handle", f"a handle on {platform} has {allowed}")


def _domain_mistakes(
    document: Document, here: Location, subject: Mapping[str, Any]
) -> Iterator[Mistake]:
    for number, domain in _texts(subject, "domains"):
        host = bare_domain(domain)
        place = (*here, "domains", number)
        if _HOST.fullmatch(domain.strip()):
            continue
        if not _HOST.fullmatch(host):
            yield document.mistake(place, "is no domain", "write it like 'acme.example'")
        elif "*" in domain:
            advice = f"write '{host}': its subdomains are found as well"
            yield document.mistake(place, "has a placeholder", advice)
        else:
            advice = f"write '{host}' without https:// or path"
            yield document.mistake(place, "is an address, not a domain", advice)


def bare_domain(address: str) -> str:
    """Reduce an address to its domain: `https://www.acme.example/shop` → `www.acme.example`."""
    text = address.strip()
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("*.").strip(".")


def _consent_mistakes(
    document: Document, here: Location, consent: Mapping[str, Any], now: datetime
) -> Iterator[Mistake]:
    for number, platform in _texts(consent, "platforms"):
        if platform.strip() not in HANDLE_PLATFORMS:
            place = (*here, "platforms", number)
            yield document.mistake(place, "unknown platform", _platform_meant(platform))
    given, withdrawn = _day(consent, "given_at"), _day(consent, "withdrawn_at")
    if given and given > now:
        message = "lies in the future: there is no consent yet"
        advice = "add the subject on that day, or correct the date"
        yield document.mistake((*here, "given_at"), message, advice)
    if given and withdrawn and withdrawn < given:
        message = "lies before given_at"
        yield document.mistake((*here, "withdrawn_at"), message, "correct one of the dates")


def _consent_warnings(
    document: Document, here: Location, subject: Mapping[str, Any], now: datetime
) -> Iterator[Mistake]:
    consent = subject.get("consent")
    if not isinstance(consent, Mapping):
        return
    withdrawn = _day(consent, "withdrawn_at")
    if withdrawn and withdrawn <= now:
        message = "the consent is withdrawn: this employee is not watched any more"
        yield document.mistake((*here, "consent", "withdrawn_at"), message, "remove the subject")
    agreed = {platform.strip() for _, platform in _texts(consent, "platforms")}
    handles = subject.get("handles")
    for platform in handles if isinstance(handles, Mapping) and agreed else ():
        if platform not in agreed and platform != "x":
            message = f"there is no consent for {platform}: nothing is looked for there"
            advice = "remove the handles, or add the platform once consent is given"
            yield document.mistake((*here, "handles", platform), message, advice)


def _platform_meant(word: str) -> str:
    is_old_name = nearest(word, ("twitter", *HANDLE_PLATFORMS)) == "twitter"
    return one_of("x" if is_old_name else word, HANDLE_PLATFORMS)


def _term_warnings(document: Document, place: Location, term: str) -> Iterator[Mistake]:
    letters = [c for c in term if c.isalnum()]
    if term.strip() and not letters:
        yield document.mistake(place, "has no letter or digit", "write words")
    elif 0 < len(letters) < _SHORTEST_SAFE and not any(_is_wide(c) for c in letters):
        message = "is very short and will be found in texts that mean something else"
        yield document.mistake(place, message, "add context words, or use a longer term")
    if "*" in term:
        yield document.mistake(
            place, "has a *", "terms are plain words, all written forms are found"
        )
    if term.strip().startswith(("#", "@")):
        yield document.mistake(place, f"begins with {term.strip()[0]}", "use hashtags or handles")


def _leeway_warnings(
    document: Document, here: Location, subject: Mapping[str, Any]
) -> Iterator[Mistake]:
    """Warn where `misspellings` and `compounds` name no term, or allow what is not safe."""
    terms = [term for _, term in _texts(subject, "terms")]
    for key, safe in (("misspellings", _SAFE_MISSPELT), ("compounds", _SAFE_JOINED)):
        setting = subject.get(key)
        for number, term in _texts(subject, key):
            if term not in terms:
                advice = f"write one of {', '.join(map(quoted, terms))}" if terms else "add terms"
                message = "is none of the terms of this subject"
                yield document.mistake((*here, key, number), message, advice)
        allowed = terms if setting is True else [t for _, t in _texts(subject, key) if t in terms]
        short = [term for term in allowed if 0 < sum(c.isalpha() for c in term) < safe]
        if short and not subject.get("context"):
            message = f"{quoted(short[0])} is short: words of other meaning will be found"
            advice = "leave the key out (long names only), or add context words"
            yield document.mistake((*here, key), message, advice)
        if setting is True and subject.get("facet") == "employee":
            message = "other people's names resemble this one"
            yield document.mistake((*here, key), message, "leave the key out")


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


def _day(consent: Mapping[str, Any], key: str) -> datetime | None:
    try:
        day = parse_day(consent.get(key))
    except ValueError:
        return None
    return None if day is None else instant_of(day)


def _texts(table: Mapping[str, Any], key: str) -> Iterator[tuple[int, str]]:
    values = table.get(key)
    for number, value in enumerate(values if isinstance(values, list) else ()):
        if isinstance(value, str):
            yield number, value


def _handles(subject: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
    handles = subject.get("handles")
    if not isinstance(handles, Mapping):
        return
    for platform in handles:
        for number, handle in _texts(handles, platform):
            yield platform, number, handle
