"""What an alert mail tells: frozen values, built from the snapshot and the desk, ready to render."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

TransitionKind = Literal["opened", "updated", "closed"]
Cause = Literal["volume", "source_failing"]
Trend = Literal["rising", "steady", "falling"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Volume:
    """How much was said, own posts left out."""

    stories: int
    mentions: int
    authors: int
    platforms: tuple[str, ...]
    """The most heard first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NegativeShare:
    """The part of the stories with a judged tone that is negative, and its 95 % interval."""

    negative: int
    judged: int
    """At least 1: stories whose tone is not uncertain."""
    share: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """One mention, of a story of its own; never with its author."""

    at: datetime
    platform: str
    url: str | None
    """A link that is safe to follow; None: it has none."""
    words: str
    """Its title, else its first words; plain, still to be escaped."""
    forms: tuple[str, ...]
    """The written forms by which the subject was found."""
    tone: str
    """negative, neutral, positive or uncertain."""
    reach: int | None
    """Followers of its author as last seen; None: the platform does not tell."""
    mentions: int
    """How many mentions tell its story in the incident so far."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewTerm:
    """A word told now that was not, or hardly, told before."""

    term: str
    language: str
    stories: int
    """Stories of the incident that contain it."""
    usual: float
    """Stories a week that contained it before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One part of a split."""

    name: str
    """A source's name, or an ISO 639-1 language (`und`: not known)."""
    stories: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ChartHour:
    """One hour of the chart."""

    at: datetime
    """Its start, UTC."""
    stories: int | None
    """None: too little was listened to to tell."""
    low: float | None
    """The band in which nine of ten usual hours lie; None: not enough history."""
    high: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Trust:
    """How far the figures can be trusted."""

    healthy: int
    sources: int
    """Sources that are switched on."""
    coverage: float | None
    """Part of the last 24 hours that was listened to, 0 to 1; None: nothing is asked."""
    freshest_minutes: int | None
    """Age of the newest mention; None: there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Why this mail was sent."""

    name: str
    version: int
    threshold: str
    """In words, with its numbers."""
    sql: str
    """A query on the snapshot that shows the counts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Closing:
    """What a closing mail adds."""

    hours: float
    """From the first sign to the close."""
    peak: int
    """Most stories in one hour."""
    total: Volume


@dataclass(frozen=True, kw_only=True, slots=True)
class Dismissed:
    """That a person ended the incident."""

    kind: Literal["mute", "not_us", "close"]
    who: str
    """Plain, still to be escaped."""
    until: datetime
    """Before that nothing alerts on the same ground."""
    words: tuple[str, ...] = ()
    """Stories with one of them; empty: all about the subject."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceTrouble:
    """A source that gives no answer, or did so until now."""

    platform: str
    failing_since: datetime | None
    last_answered_at: datetime | None
    last_outcome: str | None
    message: str | None
    """What the source said; plain, still to be escaped."""
    streams: int
    failing_streams: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertView:
    """One transition of one incident, with all that its mail says."""

    kind: TransitionKind
    cause: Cause
    event_id: str
    """32 hexadecimal digits."""
    incident_id: str
    message_id: str
    """Of this mail, with its angle brackets; the same whenever it is made again."""
    thread: tuple[str, ...] = ()
    """Message-IDs of the incident's earlier mails, the opening one first."""

    subject_id: str
    subject_name: str
    """Plain, still to be escaped; the source's name for `source_failing`."""
    facet: str
    """brand, company, organisation, or subject if it is no longer known; source for `source_failing`."""
    severity: int
    """1 to 4."""
    previous_severity: int | None = None
    """Before this transition; None when it opens."""
    since: datetime
    """First sign, UTC."""
    now: datetime
    """When it was decided, UTC; figures are those of the snapshot at that time."""
    trend: Trend = "steady"
    acknowledged_by: str | None = None
    dismissal: Dismissed | None = None
    """Of `closed` only: a person ended it; None: it came to an end by itself."""
    is_unwatched: bool = False
    """Of `closed` only: what it was about is no longer on the watchlist, or switched off."""
    is_test: bool = False
    """Sent by `alert test`: to be marked clearly."""

    # Of `volume` only.
    last_hour: Volume | None = None
    """The newest 60 minutes that are known."""
    so_far: Volume | None = None
    """Since the first sign."""
    expected: tuple[float, float] | None = None
    """Band of stories in such an hour: nine of ten usual ones lie in it."""
    ratio: float | None = None
    """Stories of the window that raised it, divided by what is expected there."""
    window_hours: int = 1
    """1 or 3: which window raised it, or tells most now."""
    window_stories: int | None = None
    window_expected: float | None = None
    probability: float | None = None
    """That chance alone gives so many in the window."""
    negative: NegativeShare | None = None
    """Since the first sign."""
    first_post: Post | None = None
    amplifier: Post | None = None
    """The mention of largest reach; None where no platform tells reach."""
    headline: str | None = None
    """What it is about, in few words: its strongest terms, else the largest story's; None: unknown."""
    new_terms: tuple[NewTerm, ...] = ()
    flags: tuple[Part, ...] = ()
    """What stories possibly are or tell: names of `enrichment.flags.rules.FLAGS`."""
    by_source: tuple[Part, ...] = ()
    by_language: tuple[Part, ...] = ()
    examples: tuple[Post, ...] = ()
    """Up to five, one per story, those most told first."""
    chart: tuple[ChartHour, ...] = field(default=(), repr=False)
    """The last seven days."""

    # Of `source_failing` only.
    source: SourceTrouble | None = None

    trust: Trust
    rule: Rule
    closing: Closing | None = None
    """Of `closed` only."""
    owner: str | None = None
    """Who acts, from the settings."""
    runbook: str | None = None
    """A link, from the settings."""


def message_id_of(event_id: str) -> str:
    """Name the mail of an event: the same for the same event, whenever and wherever made."""
    return f"<{event_id}@alerts.luisterpost>"
