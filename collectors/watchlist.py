"""The watchlist: whom and what the firm listens for, and on which ground."""

import json
import re
from datetime import UTC, date, datetime, time
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from collectors.configuration.subject_rules import broken_rules
from collectors.queries.parsing import parse_query
from collectors.queries.tree import Query

Facet = Literal["brand", "company", "employee", "organisation"]
Relation = Literal["customer", "supplier", "prospect", "competitor"]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$", max_length=64)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]

BROKEN_RULE = "broken_rule"
"""The type of the validation errors that come from `broken_rules`."""


def parse_day(value: Any) -> Any:
    """
    Read a date or time: TOML's own, or ISO 8601 in quotes.

    Raises:
        ValueError: *value* is neither; a bare number is none, either.
    """
    if isinstance(value, date | None):
        return value
    try:
        return (
            datetime.fromisoformat(value)
            if len(value) > len("2026-01-15")
            else date.fromisoformat(value)
        )
    except (TypeError, ValueError):
        msg = "must be a date, write for instance 2026-01-15"
        raise ValueError(msg) from None


def without_hash(tag: str) -> str:
    """
    Strip the sign before a hashtag.

    Raises:
        ValueError: Nothing is left.
    """
    bare = tag.lstrip("#＃")  # noqa: RUF001 - the full-width sign is used in Japanese posts
    if not bare:
        msg = "must not be empty, write the tag without #"
        raise ValueError(msg)
    return bare


def readable_query(text: str) -> str:
    """
    Let a query pass that can be read.

    Raises:
        QueryError: It can't be read.
    """
    parse_query(text)
    return text


Day = Annotated[date | datetime, BeforeValidator(parse_day)]


class Frozen(BaseModel):
    """Configuration never changes once it is read, and a misspelt key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Consent(Frozen):
    """An employee's agreement to be watched: for what, where, told how, and proven by what."""

    given_at: Day
    purpose: Words
    platforms: tuple[Words, ...] = Field(min_length=1)
    notice: Words
    proof: Words
    withdrawn_at: Day | None = None

    def covers(self, platform: str, now: datetime) -> bool:
        """Tell whether the consent stands at *now* (aware) for *platform*."""
        withdrawn = self.withdrawn_at
        return (
            platform in self.platforms
            and instant_of(self.given_at) <= now
            and (withdrawn is None or now < instant_of(withdrawn))
        )

    def stands(self, now: datetime) -> bool:
        """Tell whether the consent stands at *now* for at least one platform."""
        return any(self.covers(platform, now) for platform in self.platforms)


class QueryTest(Frozen):
    """A mention that must, or must not, concern a subject; a text in quotes is all of one."""

    text: Annotated[str, StringConstraints(max_length=20_000)] = ""
    title: Annotated[str, StringConstraints(max_length=2_000)] | None = None
    author: Words | None = None
    lang: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")] | None = None
    """None: it is found in the text."""
    url: Annotated[str, StringConstraints(max_length=4_096)] | None = None
    platform: Words | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: Any) -> Any:
        return {"text": given} if isinstance(given, str) else given


QueryText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1),
    AfterValidator(readable_query),
]
"""A query as docs/queries.md describes it."""


class Subject(Frozen):
    """Something watched, with every way in which people write it."""

    id: Slug
    name: Words
    facet: Facet
    relation: Relation | None = None
    sector: Words | None = None
    terms: tuple[Words, ...] = ()
    context: tuple[Words, ...] = ()
    exclude: tuple[Words, ...] = ()
    hashtags: tuple[Annotated[Words, AfterValidator(without_hash)], ...] = ()
    domains: tuple[Words, ...] = ()
    handles: dict[str, tuple[Words, ...]] = Field(default_factory=dict)
    misspellings: bool | tuple[Words, ...] | None = None
    compounds: bool | tuple[Words, ...] | None = None
    relevance: Annotated[float, Field(strict=True, ge=0, le=1)] = 0.5
    """The least probability of being about the subject that counts, once something was taught."""
    query: QueryText | None = None
    must: tuple[QueryTest, ...] = ()
    must_not: tuple[QueryTest, ...] = ()
    unit: Words | None = None
    consent: Consent | None = None

    @model_validator(mode="after")
    def _keys_fit(self) -> Self:
        given = {key: getattr(self, key) for key in type(self).model_fields}
        broken = [f"{rule.key}: {rule.message}, {rule.suggestion}" for rule in broken_rules(given)]
        if broken:
            raise PydanticCustomError(BROKEN_RULE, "{rules}", {"rules": "; ".join(broken)})
        return self

    @cached_property
    def query_tree(self) -> Query | None:
        """The query, read."""
        return parse_query(self.query) if self.query else None

    @property
    def has_names(self) -> bool:
        """Tell whether there is anything to look for beside the words of the query."""
        return bool(self.terms or self.hashtags or self.domains or any(self.handles.values()))

    def is_watched(self, platform: str, now: datetime) -> bool:
        """Tell whether the subject may be looked for on *platform* at *now*."""
        return self.consent is None or self.consent.covers(platform, now)


_LATER_KEYS = ("relevance",)
"""Of subjects; whoever never writes them keeps the versions of before."""


class Watchlist(Frozen):
    """All subjects, in the order of the file."""

    subject: tuple[Subject, ...] = Field(min_length=1)

    @cached_property
    def version(self) -> str:
        """
        12 hexadecimal digits that change with any change of a subject, save of its tests.

        A key that came later and is not given leaves the version as it was.
        """
        tests = {"subject": {"__all__": {"must", "must_not"}}}
        decisive = self.model_dump(mode="json", exclude=tests)
        for subject in decisive["subject"]:
            for key in _LATER_KEYS:
                if subject[key] == Subject.model_fields[key].default:
                    del subject[key]
        canonical = json.dumps(decisive, sort_keys=True, ensure_ascii=False)
        return sha256(canonical.encode()).hexdigest()[:12]

    def watched(self, platform: str, now: datetime) -> tuple[Subject, ...]:
        """List the subjects that may be looked for on *platform* at *now*: no consent, no subject."""
        return tuple(s for s in self.subject if s.is_watched(platform, now))

    def followed_handles(self, platform: str) -> tuple[str, ...]:
        """List the handles of brand, company and organisations on *platform*; never an employee's."""
        return tuple(
            dict.fromkeys(
                bare_handle(handle)
                for subject in self.subject
                if subject.facet != "employee"
                for handle in subject.handles.get(platform, ())
            )
        )

    def owns(self, platform: str, handle: str | None, url: str | None) -> bool:
        """Tell whether a post was published by the firm: by its handle, or on its domain."""
        if handle is not None and (platform, bare_handle(handle).casefold()) in self._own_handles:
            return True
        host = (urlsplit(url).hostname or "") if url and platform == "feed" else ""
        return any(host == own or host.endswith("." + own) for own in self._own_domains)

    @cached_property
    def _own_handles(self) -> frozenset[tuple[str, str]]:
        return frozenset(
            (platform, bare_handle(handle).casefold())
            for subject in self.subject
            if subject.facet in {"brand", "company"}
            for platform, handles in subject.handles.items()
            for handle in handles
        )

    @cached_property
    def _own_domains(self) -> frozenset[str]:
        return frozenset(
            domain.casefold().removeprefix("www.")
            for subject in self.subject
            if subject.facet in {"brand", "company"}
            for domain in subject.domains
        )


def bare_handle(handle: str) -> str:
    """Strip what platforms put before a handle: `@acme`, `u/acme`, `/u/acme` → `acme`."""
    return re.sub(r"^(?:@|/?u/)", "", handle.strip())


def instant_of(moment: date | datetime) -> datetime:
    """Read a day as its first instant, in UTC unless it names a zone."""
    if isinstance(moment, datetime):
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return datetime.combine(moment, time.min, UTC)
