"""Which mentions a better tone model judges once more, and in which order."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Ask = Callable[..., list[dict[str, Any]]]
"""Runs a named query on the snapshot: its name, then its parameters by name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attention:
    """What people look at."""

    incidents: Sequence[tuple[str, datetime]]
    """Open ones: the subject's id, and when the first sign was (aware)."""
    stories: Sequence[str]
    """Ids of the stories that reports show."""
    stories_since: datetime
    reach: int
    """Followers of the author, or views of the post."""
    reach_since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A mention that waits to be judged once more."""

    mention_id: str
    version_id: str
    story_id: str
    copy_id: str
    """Equal for exact copies of the text."""
    occurred_at: datetime
    why: int
    """1: behind an open incident; 2: in a story that reports show; 3: above the reach."""
    places: int
    """How many of its matches wait."""


def read_candidates(
    ask: Ask, attention: Attention, *, model: str, now: datetime
) -> list[Candidate]:
    """
    Read which mentions wait, in the order in which they are judged.

    Args:
        ask: Runs a named query on the snapshot, which holds nothing about an employee.
        attention: What people look at.
        model: Name and version of the model that is to judge.
        now: Aware; what is dated later waits.
    """
    rows = ask(
        "rescore_candidates",
        subjects=[subject for subject, _ in attention.incidents],
        sinces=[since for _, since in attention.incidents],
        stories=list(attention.stories),
        stories_since=attention.stories_since,
        reach=attention.reach,
        reach_since=attention.reach_since,
        until=now,
        model=model,
    )
    return in_order([Candidate(**row) for row in rows])


def in_order(candidates: Sequence[Candidate]) -> list[Candidate]:
    """
    Order what waits by what matters.

    First by why it matters; then one text of each story before the second of any; then the
    newest first. Copies of a text stand together, where the first of them matters: they are
    judged once. Equal candidates give one order, whatever order they come in.
    """
    texts: dict[str, list[Candidate]] = {}
    for candidate in sorted(candidates, key=lambda one: one.mention_id):
        texts.setdefault(candidate.copy_id, []).append(candidate)
    ranked = sorted(
        texts.values(), key=lambda text: (_why(text), -_newest(text).timestamp(), text[0].copy_id)
    )
    seen: Counter[tuple[int, str]] = Counter()
    turns: list[tuple[int, int, int]] = []
    for place, text in enumerate(ranked):
        story = (_why(text), text[0].story_id)
        turns.append((_why(text), seen[story], place))
        seen[story] += 1
    return [
        candidate
        for _, _, place in sorted(turns)
        for candidate in sorted(ranked[place], key=lambda one: one.occurred_at, reverse=True)
    ]


def _why(text: Sequence[Candidate]) -> int:
    return min(one.why for one in text)


def _newest(text: Sequence[Candidate]) -> datetime:
    return max(one.occurred_at for one in text)
