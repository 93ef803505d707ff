"""What moved the period: the stories and themes that stand out against earlier weeks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reports.status_model import DriverKind

FEWEST_MENTIONS = 5
"""A story or theme with fewer mentions is no driver."""

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
    last_at: datetime
    name: str | None = None
    """What to call it, in words from outside: the headline or post that says it best."""
    is_sudden: bool = False
    """Whether it broke out at `first_at`, rather than being spread over the period."""
    negative: int = 0
    positive: int = 0
    new_terms: frozenset[str] = frozenset()
    """Those of `terms` that no earlier story told."""

    @property
    def excess(self) -> float:
        """Mentions more than usual."""
        return self.mentions - self.usual


def story_candidates(stories: Sequence[Row]) -> list[Candidate]:
    """
    Name what kind of repetition each much-repeated story is.

    Args:
        stories: Rows of the query `own_stories`.
    """
    return [
        Candidate(
            kind=_kind(row),
            terms=(),
            story_ids=(row["story_id"],),
            mentions=row["mentions"],
            authors=row["authors"],
            usual=0,
            first_at=row["first_at"],
            last_at=row["last_at"],
        )
        for row in stories
        if row["mentions"] >= FEWEST_MENTIONS
    ]


def pick_drivers(
    stories: Sequence[Candidate], themes: Sequence[Candidate], *, most: int = 3
) -> list[Candidate]:
    """
    Choose what explains most of the period; floods, which are no opinions, stand last.

    A repeated story that belongs to a theme is told there.
    """
    themed = {story for theme in themes for story in theme.story_ids}
    alone = [story for story in stories if themed.isdisjoint(story.story_ids)]
    ranked = sorted([*alone, *themes], key=lambda c: (-c.excess, c.kind, c.story_ids))
    return sorted(ranked[:most], key=lambda candidate: candidate.kind == "flood")


def _kind(row: Row) -> DriverKind:
    # The warehouse has decided it for all readers; reposting a flood makes it no news.
    if row["is_flood"]:
        return "flood"
    return "reprint" if 2 * row["articles"] >= row["mentions"] > 2 * row["reposts"] else "shared"
