"""Muted stories: which words set an incident apart, and which stories they leave out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reports.foreign_text import plain
from warehouse.desk.incidents import StandingIncident

Row = Mapping[str, Any]
Ask = Callable[..., list[dict[str, Any]]]
"""Runs a named query on the snapshot: its name, then its parameters by name."""

FAMILY = frozenset({"brand", "company"})
"""People speak of both together."""

HEADLINE_TERMS = 3
"""So many words say what an incident is about."""

_TERMS_BEFORE = timedelta(weeks=4)
_FEWEST_TERM_STORIES, _FEWEST_BEFORE = 3, 20


@dataclass(frozen=True, kw_only=True)
class Muted:
    """What people want to hear no more of."""

    stories: tuple[tuple[str, str], ...] = ()
    """Ids of subject and story."""
    words: frozenset[tuple[str, str]] = frozenset()
    """Id of the subject, and the word in small letters."""


def since_of(incident: StandingIncident) -> datetime:
    """Tell when an incident's first sign was."""
    told = incident.evidence.get("since")
    return datetime.fromisoformat(told) if told else incident.opened_at


def read_terms(ask: Ask, subject: str, since: datetime, as_of: datetime) -> list[dict[str, Any]]:
    """Ask for the words that are told of a subject since *since* and hardly were before."""
    return ask(
        "alert_terms",
        subject=subject,
        start=since - _TERMS_BEFORE,
        since=since,
        as_of=as_of,
        fewest=_FEWEST_TERM_STORIES,
        fewest_before=_FEWEST_BEFORE,
    )


def story_words(ask: Ask, incident: StandingIncident) -> tuple[str, ...]:
    """
    Find the words that set the stories of an incident apart, the strongest first.

    Returns:
        At most three, plain, in small letters: weaker ones are told of other matters, too,
        and would mute those. None where there are too few stories
        before or now to tell, and for a failing source.
    """
    if incident.cause != "volume":
        return ()
    made = [row["made_at"] for row in ask("report_snapshot")]
    if not made:
        return ()
    # A closed incident's story ends with it: what came later is another matter.
    as_of = min([*made, incident.closed_at or made[0]])
    found = read_terms(ask, incident.subject_id, since_of(incident), as_of)
    return tuple(dict.fromkeys(plain(row["term"]) for row in found))[:HEADLINE_TERMS]


def read_muted(
    ask: Ask,
    incidents: Sequence[StandingIncident],
    subjects: Mapping[str, Row],
    *,
    as_of: datetime,
    now: datetime,
) -> Muted:
    """
    Find the stories that are muted at *now*.

    Args:
        ask: Runs a named query on the snapshot.
        incidents: As `read_standing` gives them.
        subjects: By id, with their facet. What is muted of a brand is muted of the
            company, and the other way round.
        as_of: Up to when the data are known.
        now: Aware.
    """
    stories: set[tuple[str, str]] = set()
    words: set[tuple[str, str]] = set()
    for incident in incidents:
        ended = incident.dismissal
        if incident.cause != "volume" or ended is None or not ended.words or ended.until <= now:
            continue
        for subject in _family(incident.subject_id, subjects):
            found = ask(
                "alert_muted",
                subject=subject,
                since=since_of(incident),
                as_of=as_of,
                words=list(ended.words),
            )
            stories.update((subject, row["story_id"]) for row in found)
            words.update((subject, word) for word in ended.words)
    return Muted(stories=tuple(sorted(stories)), words=frozenset(words))


def _family(subject_id: str, subjects: Mapping[str, Row]) -> list[str]:
    facet = subjects[subject_id]["facet"] if subject_id in subjects else None
    others = [key for key, one in subjects.items() if {facet, one["facet"]} == FAMILY]
    return [subject_id, *others]
