"""What moved the week: the stories and themes that stand out against earlier weeks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reports.status_model import DriverKind

FEWEST_MENTIONS = 5
"""A story or theme with fewer mentions is no driver."""

_MOST_TERMS = 4
_OVERLAP = 0.5
_FEWEST_BEFORE = 30

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A driver without its evidence."""

    kind: DriverKind
    terms: tuple[str, ...]
    story_ids: tuple[str, ...]
    """The largest and earliest first."""
    mentions: int
    authors: int | None
    usual: float
    first_at: datetime
    negative: int = 0
    positive: int = 0

    @property
    def excess(self) -> float:
        """Mentions more than usual."""
        return self.mentions - self.usual


def story_candidates(stories: Sequence[Row], *, flood_mentions: int) -> list[Candidate]:
    """
    Name what kind of repetition each much-repeated story is.

    Args:
        stories: Rows of the query `own_stories`.
        flood_mentions: From so many accounts on, one text posted by hand is a flood.
    """
    return [
        Candidate(
            kind=_kind(row, flood_mentions),
            terms=(),
            story_ids=(row["story_id"],),
            mentions=row["mentions"],
            authors=row["authors"],
            usual=0,
            first_at=row["first_at"],
        )
        for row in stories
        if row["mentions"] >= FEWEST_MENTIONS
    ]


def theme_candidates(
    terms: Sequence[Row], term_stories: Sequence[Row], *, weeks: int, left_out: frozenset[str]
) -> list[Candidate]:
    """
    Join words that stand out and stand together into themes.

    A theme begins with the strongest word that is left, takes up to three more
    words of which at least half of the stories hold it as well, and must be
    told in at least twice as many stories as usual.

    Args:
        terms: Rows of the query `own_terms`, the strongest first.
        term_stories: Rows of the query `own_term_stories`.
        weeks: How many earlier weeks the rows' `before` covers, at least 1.
        left_out: Stories that are drivers of their own, such as floods.
    """
    if not terms or terms[0]["stories_before"] < _FEWEST_BEFORE:
        return []
    told: dict[str, dict[str, Row]] = {}
    for row in term_stories:
        if row["story_id"] not in left_out:
            told.setdefault(row["term"], {})[row["story_id"]] = row
    waiting = [row for row in terms if len(told.get(row["term"], ())) >= FEWEST_MENTIONS]
    themes = []
    used: set[str] = set()
    while waiting:
        seed, *waiting = waiting
        stories = dict(told[seed["term"]])
        if len(used & stories.keys()) > _OVERLAP * len(stories):
            continue
        joined = [seed["term"]]
        for row in waiting:
            others = told[row["term"]]
            together = len(others.keys() & told[seed["term"]].keys())
            if len(joined) < _MOST_TERMS and together >= _OVERLAP * len(others):
                joined.append(row["term"])
                stories |= others
        used |= stories.keys()
        theme = _theme(joined, list(stories.values()), usual=seed["before"] / weeks)
        if len(theme.story_ids) >= max(FEWEST_MENTIONS, 2 * theme.usual):
            themes.append(theme)
    return themes


def pick_drivers(
    stories: Sequence[Candidate], themes: Sequence[Candidate], *, most: int = 3
) -> list[Candidate]:
    """Choose what explains most of the week; floods, which are no opinions, stand last."""
    ranked = sorted([*stories, *themes], key=lambda c: (-c.excess, c.kind, c.story_ids))
    return sorted(ranked[:most], key=lambda candidate: candidate.kind == "flood")


def _kind(row: Row, flood_mentions: int) -> DriverKind:
    if 2 * row["reposts"] >= row["mentions"]:
        return "shared"
    if 2 * row["articles"] >= row["mentions"]:
        return "reprint"
    return "flood" if row["authors"] >= flood_mentions else "shared"


def _theme(terms: Sequence[str], stories: list[Row], *, usual: float) -> Candidate:
    stories.sort(key=lambda row: (-row["mentions"], row["first_at"], row["story_id"]))
    tones = [row["tone"] for row in stories]
    return Candidate(
        kind="theme",
        terms=tuple(terms),
        story_ids=tuple(row["story_id"] for row in stories),
        mentions=sum(row["mentions"] for row in stories),
        authors=None,
        usual=usual,
        first_at=min(row["first_at"] for row in stories),
        negative=tones.count("negative"),
        positive=tones.count("positive"),
    )
