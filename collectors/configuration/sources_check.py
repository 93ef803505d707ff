"""What is wrong or doubtful in the sources beyond the types of their values."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from collectors.configuration.mistakes import Document, Location, Mistake, one_of, quoted
from collectors.credentials import (
    CredentialError,
    credential_from_environment,
    is_credential_name,
    variable_of,
)
from collectors.registry import PLATFORMS, collector_for, missing_extra
from collectors.sources import Source, parse_duration

_JSON_OF = {
    "bluesky": '{"conn_type": "http", "login": "<handle>", "password": "<app password>"}',
    "reddit": '{"conn_type": "http", "login": "…", "password": "…", "extra": {"user_agent": "…"}}',
}
_JSON_FORM = '{"conn_type": "http", "password": "…"}'
_POLITE = timedelta(minutes=1)
_OF_FEEDS = frozenset({"full_text", "allow_hosts", "contact", "canary"})


def sources_mistakes(document: Document) -> Iterator[Mistake]:
    """List what must be put right, from the file as written; types are checked elsewhere."""
    first_of: dict[str, int] = {}
    for index, table in document.tables("source"):
        here: Location = ("source", index)
        name = table.get("name")
        if isinstance(name, str) and first_of.setdefault(name, index) != index:
            message = f"is the name of source[{first_of[name]}], too"
            yield document.mistake((*here, "name"), message, "give each source a name of its own")
        addresses = [((*here, "urls", n), url) for n, url in _texts(table.get("urls"))]
        if isinstance(table.get("base_url"), str):
            addresses.append(((*here, "base_url"), table["base_url"]))
        for place, address in addresses:
            found = _address_mistake(address)
            if found:
                yield document.mistake(place, *found)
        yield from _platform_mistakes(document, here, table)
        yield from _pace_mistakes(document, here, table)


def sources_warnings(document: Document, environ: Mapping[str, str] | None) -> Iterator[Mistake]:
    """
    List what is allowed, but perhaps not meant.

    Args:
        document: The file as written.
        environ: Where credentials are looked for; None: they come from elsewhere.
    """
    owners: dict[str, Location] = {}
    for index, table in document.tables("source"):
        here: Location = ("source", index)
        for number, url in _texts(table.get("urls")):
            place = (*here, "urls", number)
            if owners.setdefault(url.strip(), place) != place:
                yield document.mistake(place, "stands twice: it is fetched twice", "remove one")
        every = table.get("every")
        if isinstance(every, str) and _is_hasty(every):
            message = "is less than a minute, which many sites answer with a ban"
            yield document.mistake((*here, "every"), message, 'write for instance "15 min"')
        platform = str(table.get("platform"))
        remedy = missing_extra(platform) if platform in PLATFORMS else None
        if remedy:
            message = f"{platform} needs a library that is not installed: this source is off"
            yield document.mistake((*here, "platform"), message, remedy)
        source = _as_source(table)
        if source and platform in PLATFORMS and _is_unbounded(source):
            message = f"{platform} charges for what it answers, and this source has no budget"
            advice = "write for instance monthly_eur = 150; luisterpost costs shows what is spent"
            yield document.mistake((*here, "platform"), message, advice)
        name = table.get("credential")
        if environ is not None and isinstance(name, str) and is_credential_name(name):
            off = _why_off(name, platform, environ)
            if off:
                yield document.mistake((*here, "credential"), *off)


def _platform_mistakes(
    document: Document, here: Location, table: Mapping[str, Any]
) -> Iterator[Mistake]:
    platform, credential = table.get("platform"), table.get("credential")
    if isinstance(credential, str) and not is_credential_name(credential):
        # Not repeated: someone may have put the secret itself here.
        message = "is no name of a credential"
        advice = (
            'write the name of an Airflow connection, such as credential = "x_main"; '
            "the secret itself stands in AIRFLOW_CONN_X_MAIN"
        )
        yield document.mistake((*here, "credential"), message, advice)
    if not isinstance(platform, str):
        return
    if platform not in PLATFORMS:
        advice = one_of(_MEANT.get(platform.casefold(), platform), sorted(PLATFORMS))
        message = f"{quoted(platform)} is no platform to collect from"
        yield document.mistake((*here, "platform"), message, advice)
        return
    for key in sorted(_OF_FEEDS & table.keys()) if platform != "feed" else ():
        yield document.mistake((*here, key), "is known to feeds only", f"remove '{key}'")
    collector = collector_for(platform)
    told: set[str] = set()
    source = _as_source(table)
    for key, advice in collector.mistakes(source) if source else ():
        told.add(key)
        yield document.mistake((*here, *_location(key)), advice)
    if collector.needs_credential and credential is None and "credential" not in told:
        name = f"{platform}_main"
        advice = (
            f'write credential = "{name}" and set {variable_of(name)} in the environment to '
            f"{_JSON_OF.get(platform, _JSON_FORM)}"
        )
        yield document.mistake(
            (*here, "credential"), f"{platform} answers to no one without", advice
        )


def _pace_mistakes(
    document: Document, here: Location, table: Mapping[str, Any]
) -> Iterator[Mistake]:
    source = _as_source(table)
    if source is None:
        return
    if source.fastest is not None and source.fastest > source.every:
        advice = "write a shorter time, or leave it out: half of 'every'"
        yield document.mistake((*here, "fastest"), "is longer than 'every'", advice)
    if source.slowest is not None and source.slowest < source.every:
        advice = "write a longer time, or leave it out: four times 'every'"
        yield document.mistake((*here, "slowest"), "is shorter than 'every'", advice)


def _location(key: str) -> Location:
    """Read the place that a platform's module names: `urls[0]` or `accounts.0`."""
    return tuple(int(part) if part.isdecimal() else part for part in re.findall(r"[^.\[\]]+", key))


_MEANT = {
    "atom": "feed",
    "blog": "feed",
    "bsky": "bluesky",
    "fediverse": "mastodon",
    "hn": "hackernews",
    "news": "feed",
    "rss": "feed",
    "twitter": "x",
    "yt": "youtube",
}


def _as_source(table: Mapping[str, Any]) -> Source | None:
    """Read what can be read of a source, so that a mistake in one key hides no other."""
    kept = {key: value for key, value in table.items() if key in Source.model_fields}
    for _ in range(len(kept) + 1):
        try:
            return Source.model_validate({"name": "unnamed"} | kept)
        except ValidationError as error:
            for found in error.errors(include_url=False, include_context=False):
                kept.pop(str(found["loc"][0]), None)
    return None


def _address_mistake(address: str) -> tuple[str, str] | None:
    text = address.strip()
    try:
        parts = urlsplit(text)
        host = parts.hostname if (parts.port or 0) >= 0 else None
    except ValueError:
        parts, host = None, None
    if not text:
        found = None  # said already, as of every empty text
    elif parts and "@" in parts.netloc:
        advice = "remove the part before the @: secrets never stand in these files"
        found = ("holds a login or password", advice)
    elif parts and parts.scheme not in {"http", "https"}:
        rest = text.removeprefix("feed:") if parts.scheme == "feed" else text
        found = ("is no http address", f"write {quoted('https://' + rest.lstrip('/'))}")
    elif not host or any(c.isspace() or not c.isprintable() for c in text):
        found = ("is no address", "write it like https://news.example/rss.xml, without spaces")
    elif "…" in text:
        found = ("is not filled in", "write the whole address")
    else:
        found = None
    return found


def _is_unbounded(source: Source) -> bool:
    price = collector_for(source.platform).item_eur if source.item_eur is None else source.item_eur
    return price > 0 and source.monthly_eur is None


def _is_hasty(every: str) -> bool:
    try:
        return bool(parse_duration(every) < _POLITE)
    except ValueError:
        return False


def _why_off(name: str, platform: str, environ: Mapping[str, str]) -> tuple[str, str] | None:
    variable = variable_of(name)
    try:
        if credential_from_environment(name, environ) is not None:
            return None
    except CredentialError as error:
        return f"{error}", "this source is off until then"
    form = _JSON_OF.get(platform, _JSON_FORM)
    return f"{variable} is not set: this source is off", f"set it to {form} to switch it on"


def _texts(values: Any) -> Iterator[tuple[int, str]]:
    for number, value in enumerate(values if isinstance(values, list) else ()):
        if isinstance(value, str):
            yield number, value
