"""What an incident is about: the snapshot's rows in, the contents of its mail out."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from reports.alert_muting import HEADLINE_TERMS, Muted, read_terms, since_of
from reports.alert_settings import AlertSettings
from reports.alert_view import (
    AlertView,
    ChartHour,
    Closing,
    Dismissed,
    NegativeShare,
    NewTerm,
    Part,
    Post,
    Rule,
    SourceTrouble,
    Trust,
    Volume,
    message_id_of,
)
from reports.foreign_text import first_words, plain, safe_link
from reports.sentiment import wilson_interval
from reports.signals import HOUR, Series, Signal
from warehouse.desk.incidents import Dismissal, Transition

Row = Mapping[str, Any]
Ask = Callable[..., list[dict[str, Any]]]
"""Runs a named query on the snapshot: its name, then its parameters by name."""

_MOST_EXAMPLES = 5
_CHART_HOURS = 7 * 24


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What the round knows of one transition beside the snapshot."""

    transition: Transition
    signal: Signal | None
    subject: Row
    """A row of `report_subjects`, or of `alert_sources`; its name as it is stored."""
    trust: Trust
    thread: tuple[str, ...]
    as_of: datetime
    now: datetime
    series: Series | None = None
    muted: Muted = field(default_factory=Muted)


def tell_story(scene: Scene, ask: Ask, settings: AlertSettings) -> AlertView:
    """
    Build what the mail of one transition says.

    Args:
        scene: What was decided, and on what.
        ask: Runs a named query on the snapshot that the decision rested on.
        settings: What the firm wants.
    """
    step = scene.transition
    incident = step.incident
    told: dict[str, Any] = {}
    if incident.cause == "volume":
        told = _volume(scene, ask)
    elif "every_s" in scene.subject:
        told = {"source": _trouble(scene.subject), "rule": _source_rule(scene.subject)}
    if step.kind == "closed":
        total = told.get("so_far") or Volume(stories=0, mentions=0, authors=0, platforms=())
        told["closing"] = Closing(
            hours=(scene.now - since_of(incident)) / HOUR, peak=incident.peak, total=total
        )
    told.setdefault("rule", Rule(name=incident.cause, version=1, threshold="", sql=""))
    return AlertView(
        kind=step.kind,
        cause="volume" if incident.cause == "volume" else "source_failing",
        event_id=step.event_id,
        incident_id=incident.id,
        message_id=message_id_of(step.event_id),
        thread=scene.thread,
        subject_id=incident.subject_id,
        subject_name=plain(scene.subject.get("name") or incident.subject_id),
        facet=scene.subject.get("facet", "subject" if incident.cause == "volume" else "source"),
        severity=incident.severity,
        previous_severity=step.previous_severity,
        since=since_of(incident),
        now=scene.now,
        trend=scene.signal.trend if scene.signal else "steady",
        acknowledged_by=incident.acknowledged_by and plain(incident.acknowledged_by),
        dismissal=_told_dismissal(incident.dismissal) if incident.dismissal else None,
        is_unwatched=step.kind == "closed" and scene.signal is None,
        trust=scene.trust,
        owner=settings.owner,
        runbook=settings.runbook,
        **told,
    )


def _told_dismissal(ended: Dismissal) -> Dismissed:
    return Dismissed(
        kind=ended.kind,
        who=plain(ended.who),
        until=ended.until,
        words=tuple(plain(word) for word in ended.words),
    )


def _volume(scene: Scene, ask: Ask) -> dict[str, Any]:
    incident, as_of = scene.transition.incident, scene.as_of
    subject, since = incident.subject_id, since_of(incident)
    begun = min(since, as_of - HOUR)
    muted = _muted_elsewhere(scene)
    found = [
        row
        for row in ask("alert_stories", subject=subject, since=begun, as_of=as_of)
        if (subject, row["story_id"]) not in muted
    ]
    so_far = [row for row in found if row["occurred_at"] >= since]
    terms = read_terms(ask, subject, since, as_of)
    if muted:
        terms = [row for row in terms if (subject, row["term"]) not in scene.muted.words]
    stories = _by_story(so_far)
    posts = [_post(rows[0], len(rows)) for rows in stories]
    told: dict[str, Any] = {
        "last_hour": _count(row for row in found if row["occurred_at"] >= as_of - HOUR),
        "so_far": _count(so_far),
        "negative": _negative_share(stories),
        "first_post": min(posts, key=lambda post: post.at, default=None),
        "amplifier": _amplifier(so_far, stories),
        "headline": _headline(terms, stories),
        "new_terms": tuple(
            NewTerm(
                term=plain(row["term"]),
                language=row["language"],
                stories=row["now"],
                usual=row["usual"],
            )
            for row in terms
        ),
        "flags": tuple(
            Part(name=row["flag"], stories=row["stories"])
            for row in ask("alert_flags", subject=subject, since=since, as_of=as_of)
        ),
        "by_source": _split(stories, "source"),
        "by_language": _split(stories, "language"),
        "examples": tuple(
            sorted(posts, key=lambda post: (-post.mentions, -(post.reach or 0), post.at))
        )[:_MOST_EXAMPLES],
        "rule": _volume_rule(scene),
    }
    if scene.signal is not None and scene.signal.window is not None:
        window = scene.signal.window
        told |= {
            "expected": scene.signal.band,
            "ratio": window.ratio,
            "window_hours": window.hours,
            "window_stories": window.stories,
            "window_expected": window.expected,
            "probability": window.probability,
        }
    if scene.series is not None:
        told["chart"] = _chart(scene.series)
    return told


def _muted_elsewhere(scene: Scene) -> frozenset[tuple[str, str]]:
    """Give what was muted by other incidents: the mail of a muted one still tells its own story."""
    ended = scene.transition.incident.dismissal
    return frozenset() if ended is not None else frozenset(scene.muted.stories)


def _by_story(rows: Sequence[Row]) -> list[list[Row]]:
    """Gather mentions by story: stories by their first mention, mentions by time."""
    stories: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        stories[row["story_id"]].append(row)
    return list(stories.values())


def _count(rows: Any) -> Volume:
    known = list(rows)
    platforms = Counter(row["platform"] for row in known)
    return Volume(
        stories=len({row["story_id"] for row in known}),
        mentions=len(known),
        authors=len({row["author"] for row in known}),
        platforms=tuple(sorted(platforms, key=lambda name: (-platforms[name], name))),
    )


def _negative_share(stories: Sequence[Sequence[Row]]) -> NegativeShare | None:
    tones = [rows[0]["tone"] for rows in stories if rows[0]["tone"] != "uncertain"]
    if not tones:
        return None
    negative = tones.count("negative")
    low, high = wilson_interval(negative, len(tones))
    return NegativeShare(
        negative=negative, judged=len(tones), share=negative / len(tones), low=low, high=high
    )


def _post(row: Row, mentions: int) -> Post:
    return Post(
        at=row["occurred_at"],
        platform=row["platform"],
        url=safe_link(row["url"]),
        words=first_words(row["title"], row["text"]),
        forms=tuple(plain(form) for form in row["forms"]),
        tone=row["tone"],
        reach=row["reach"],
        mentions=mentions,
    )


def _amplifier(rows: Sequence[Row], stories: Sequence[Sequence[Row]]) -> Post | None:
    heard = [row for row in rows if row["reach"] is not None]
    if not heard:
        return None
    loudest = max(heard, key=lambda row: (row["reach"], row["mention_id"]))
    mentions = next(len(told) for told in stories if told[0]["story_id"] == loudest["story_id"])
    return _post(loudest, mentions)


def _headline(terms: Sequence[Row], stories: Sequence[Sequence[Row]]) -> str | None:
    if terms:
        return ", ".join(plain(row["term"]) for row in terms[:HEADLINE_TERMS])
    if not stories:
        return None
    largest = max(stories, key=len)
    return first_words(largest[0]["title"], largest[0]["text"], longest=60)


def _split(stories: Sequence[Sequence[Row]], column: str) -> tuple[Part, ...]:
    counts = Counter(rows[0][column] for rows in stories)
    return tuple(
        Part(name=plain(name), stories=count)
        for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def _chart(series: Series) -> tuple[ChartHour, ...]:
    hours = []
    for ago in reversed(range(min(_CHART_HOURS, len(series.hours.slots)))):
        stories = series.stories(ago)
        band = series.band(ago) or (None, None)
        is_told = stories or series.hours.is_known[ago]
        hours.append(
            ChartHour(
                at=series.hours.start_of(ago),
                stories=stories if is_told else None,
                low=band[0],
                high=band[1],
            )
        )
    return tuple(hours)


def _volume_rule(scene: Scene) -> Rule:
    evidence = scene.transition.incident.evidence
    rarest = evidence.get("threshold")
    since = (scene.as_of - timedelta(days=7)).strftime("%Y-%m-%d")
    subject = scene.transition.incident.subject_id.replace("'", "''")
    return Rule(
        name="volume",
        version=1,
        threshold=f"so many stories in 1 h or 3 h by chance with a probability under {rarest:.2g}"
        if rarest
        else "",
        sql=(
            "SELECT date_trunc('hour', occurred_at) AS hour, count(DISTINCT story_id) "  # noqa: S608 - shown, not run
            f"FROM mention_subject WHERE subject_id = '{subject}' AND NOT is_own "
            f"AND occurred_at >= '{since}' GROUP BY hour ORDER BY hour"
        ),
    )


def _source_rule(row: Row) -> Rule:
    patience_h = max(3 * row["every_s"] / 3600, 2)
    name = str(row["name"]).replace("'", "''")
    return Rule(
        name="source_failing",
        version=1,
        threshold=f"no answer for {patience_h:g} h",
        sql=f"FROM source_health WHERE source = '{name}'",
    )


def _trouble(row: Row) -> SourceTrouble:
    return SourceTrouble(
        platform=row["platform"],
        failing_since=row["failing_since"],
        last_answered_at=row["last_answered_at"],
        last_outcome=row["last_outcome"],
        message=plain(row["message"]) if row["message"] else None,
        streams=row["streams"],
        failing_streams=row["failing_streams"],
    )
