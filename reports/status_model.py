"""What the status report says, before it is put into words and pictures."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from reports.baseline import Usual
from reports.coverage import SourceGap
from reports.period import Period
from reports.sentiment import NetSentiment

Colour = Literal["green", "amber", "red", "grey"]
"""Grey: we can't tell."""

DriverKind = Literal["flood", "reprint", "shared", "theme"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One number of the period beside its past; None stands for unknown, never for zero."""

    now: float | None
    before: float | None
    """The period before; of a day, the same weekday a week earlier."""
    usual: Usual | None
    change: int = 0
    """-1 or 1 if beyond the normal variation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Whether a facet is on course, and the rule's reasons."""

    colour: Colour
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Headline:
    """The answer to "are we on course?": the worst colour, whom it concerns, and why."""

    colour: Colour
    facets: tuple[str, ...]
    """Those of that colour for which the reasons hold."""
    reasons: tuple[str, ...]
    calm: tuple[str, ...] = ()
    """Facets that are on course while for others we can't tell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Flagged:
    """What stories of the period possibly are or tell."""

    flag: str
    """One of `enrichment.flags.rules.FLAGS`."""
    stories: Figure


@dataclass(frozen=True, kw_only=True, slots=True)
class Facet:
    """Brand or company in the period."""

    name: str
    subjects: tuple[str, ...]
    verdict: Verdict
    mentions: Figure
    stories: Figure
    authors: Figure
    sentiment: NetSentiment
    net: Figure
    voice: Figure
    voice_stories: Figure
    flags: tuple[Flagged, ...] = ()
    """Only those that stories of the period carry."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A unit of at least five consenting employees; mentions None: hidden."""

    name: str
    people: int
    mentions: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Staff:
    """The employee facet: aggregates only."""

    verdict: Verdict
    units: tuple[Unit, ...]
    mentions: Figure
    """Sum over the units whose figure is shown."""

    @property
    def people(self) -> int:
        """Consenting employees in the units shown."""
        return sum(unit.people for unit in self.units)

    @property
    def hidden(self) -> int:
        """Units whose figure is hidden."""
        return sum(unit.mentions is None for unit in self.units)


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """A public mention that people can look at; words are from outside."""

    at: datetime
    platform: str
    site: str | None
    words: str
    link: str | None
    tone: str | None = None
    mentions: int = 1
    """How many mentions tell its story."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Driver:
    """Something that moved the period's figures."""

    kind: DriverKind
    terms: tuple[str, ...]
    """Of a theme, the phrases and words that stand out."""
    mentions: int
    stories: int
    authors: int | None
    usual: float
    """Stories (theme) or mentions (else) of an earlier period of that length."""
    first_at: datetime
    last_at: datetime
    name: str | None
    """What to call a theme, in words from outside."""
    is_sudden: bool
    """Whether a theme broke out at `first_at`."""
    negative: int
    positive: int
    new_terms: frozenset[str] = frozenset()
    """Those of `terms` that no earlier story told."""
    evidence: tuple[Evidence, ...]
    """Of a theme, its stories; of one story, where and when it was told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Organisation:
    """A customer, supplier, prospect or competitor in the period."""

    name: str
    relation: str
    mentions: Figure
    stories: int
    top: Evidence | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """A party's share of voice; `name` None stands for the firm itself."""

    name: str | None
    share: float
    """By stories."""
    share_of_mentions: float
    usual: Usual | None
    """Of the share by stories."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A source in the period: what was covered, and how it does."""

    name: str
    platform: str
    is_active: bool
    why_off: str | None
    streams: int
    covered: float | None
    """Mean over its streams, 0 to 1; None if it has no stream."""
    by_hour: tuple[float | None, ...]
    """Covered share of each hour of the period by the local clock; None: not yet."""
    gaps: tuple[SourceGap, ...]
    """Those of an hour or longer, the longest first."""
    short_gaps: int
    last_answered_at: datetime | None
    last_outcome: str | None
    message: str | None
    failing_since: datetime | None
    freshest_item_at: datetime | None
    mentions: int
    requests: int
    unreadable: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Volume:
    """What was said in a day or an hour."""

    stories: int
    """Those told for the first time that day."""
    mentions: int

    def __add__(self, other: "Volume") -> "Volume":
        """Join the hours of one day."""
        return Volume(stories=self.stories + other.stories, mentions=self.mentions + other.mentions)

    @property
    def copies(self) -> int:
        """Mentions that repeat a story of the same day."""
        return self.mentions - self.stories


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """One local day: volume by facet, None where nothing is known or watched, coverage."""

    day: date
    brand: Volume | None
    company: Volume | None
    covered: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """
    One hour of a day or week by the local clock, beside the same hour of the earlier ones.

    Of a month one day, beside the same weekday of the earlier months.
    """

    at: datetime
    """Naive: what the clock on the wall shows."""
    volume: Volume | None
    low: float | None
    """Stories in the quietest of those compared with."""
    high: float | None
    covered: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TonePeriod:
    """Tones of a period's stories about brand and company; None if too little was covered."""

    period: Period
    sentiment: NetSentiment | None
    told: tuple[float, float] | None = None
    """Its bar of chance, as the rule compares it; None without any positive or negative story."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One of the three facts of the period: what it is about, and where to read on."""

    kind: str
    about: Driver | Facet | Organisation | Source | None
    link: str
    is_outside: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Latency:
    """How long the canary's items of the week took from being published to the snapshot."""

    items: int
    p50_s: float
    p95_s: float
    max_s: float


@dataclass(frozen=True, kw_only=True)
class Restated:
    """Earned mentions that count otherwise since stored texts were read again."""

    restated_at: datetime
    added: int
    """Mentions of this period that name a watched subject more than before."""
    removed: int
    """Mentions of this period that name one fewer."""
    toned: int
    """Mentions of this period whose tone is another one."""
    earlier: int
    """Mentions of the earlier periods that this one is compared with."""


@dataclass(frozen=True, kw_only=True)
class StatusReport:
    """Everything that the status report says."""

    firm: str
    period: Period
    since: datetime
    until: datetime
    is_running: bool
    covered: float | None
    """Of the period, each source weighing what it usually brings."""
    usable: int
    """Earlier periods covered well enough to compare with."""
    facets: tuple[Facet, ...]
    headline: Headline
    staff: Staff
    facts: tuple[Fact, ...]
    drivers: tuple[Driver, ...]
    organisations: tuple[Organisation, ...]
    voices: tuple[Voice, ...]
    sources: tuple[Source, ...]
    latency: Latency | None
    """None: no canary's item of the week arrived."""
    days: tuple[Day, ...]
    steps: tuple[Step, ...]
    tones: tuple[TonePeriod, ...]
    has_rivals: bool
    """Whether a competitor is on the watchlist."""
    models: tuple[str, ...]
    is_measured: bool
    """Whether the errors of all these models were measured on the firm's own texts."""
    floods: Volume | None
    """Mentions of brand and company in floods, counted apart; None: there are none."""
    restated: Restated | None
    """None: what was counted once still counts so."""
    snapshot_id: str
    made_at: datetime
    watchlist_version: str
    mentions_all: int

    @property
    def has_data(self) -> bool:
        """Whether anything is known of the period: mentions, or that nobody spoke."""
        return bool(self.covered) or any(facet.mentions.now for facet in self.facets)
