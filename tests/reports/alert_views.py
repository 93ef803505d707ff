"""Alerts to be written as mails: one that opens, with everything in it, and its variants."""

from datetime import UTC, datetime, timedelta
from typing import Any

from reports.alert_view import (
    AlertView,
    ChartHour,
    Closing,
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

NOW = datetime(2026, 11, 12, 15, 20, tzinfo=UTC)
SINCE = NOW - timedelta(hours=2, minutes=15)

_SAID = (
    "Épervier blond rappelé : des éclats de verre dans certaines bouteilles, ne buvez pas",
    "Terugroepactie Épervier: flesjes met glassplinters, breng ze terug naar de winkel",
    "Is my Épervier from last week safe? The shop in Gent knows nothing about a recall",
    "Rückruf bei Épervier: Glassplitter in Flaschen der Charge 2241",
    "Glasscherven in mijn biertje, bedankt Épervier. Nooit meer.",
)


def post(number: int, **more: Any) -> Post:
    values: dict[str, Any] = {
        "at": SINCE + timedelta(minutes=11 * number),
        "platform": ("x", "reddit", "feed")[number % 3],
        "url": f"https://news{number}.example/2026/11/12/story-{number}",
        "words": _SAID[number % 5],
        "forms": ("Épervier",),
        "tone": "negative",
        "reach": None,
        "mentions": 12 - 2 * number,
    }
    return Post(**values | more)


def chart() -> tuple[ChartHour, ...]:
    first = NOW.replace(minute=0) - timedelta(hours=167)
    hours = []
    for n in range(168):
        at = first + timedelta(hours=n)
        base = 5 + 8 * (7 <= at.hour <= 21)
        stories = base + (n * 7) % 5 if n < 166 else (38, 61)[n - 166]
        hours.append(
            ChartHour(
                at=at,
                stories=None if 60 <= n < 66 else stories,
                low=max(0.0, base - 3.0),
                high=base + 7.0,
            )
        )
    return tuple(hours)


def opened(**more: Any) -> AlertView:
    values: dict[str, Any] = {
        "kind": "opened",
        "cause": "volume",
        "event_id": "4f" * 16,
        "incident_id": "1c" * 16,
        "message_id": message_id_of("4f" * 16),
        "subject_id": "epervier",
        "subject_name": "Épervier",
        "facet": "brand",
        "severity": 2,
        "since": SINCE,
        "now": NOW,
        "trend": "rising",
        "last_hour": Volume(stories=61, mentions=88, authors=79, platforms=("x", "reddit", "feed")),
        "so_far": Volume(stories=112, mentions=171, authors=140, platforms=("x", "reddit", "feed")),
        "expected": (8.6, 20.2),
        "ratio": 4.36,
        "window_stories": 61,
        "window_expected": 14.0,
        "probability": 3.2e-9,
        "negative": NegativeShare(negative=71, judged=96, share=0.74, low=0.64, high=0.82),
        "first_post": post(0),
        "amplifier": post(2, reach=48_200),
        "headline": "glassplinters, rappel",
        "flags": (Part(name="recall", stories=12), Part(name="complaint", stories=7)),
        "new_terms": tuple(
            NewTerm(term=term, language=language, stories=stories, usual=usual)
            for term, language, stories, usual in (
                ("glassplinters", "nl", 31, 0.0),
                ("rappel", "fr", 22, 0.4),
                ("recall", "en", 12, 0.1),
            )
        ),
        "by_source": (Part(name="x-search", stories=70), Part(name="news", stories=42)),
        "by_language": (Part(name="nl", stories=61), Part(name="fr", stories=51)),
        "examples": tuple(post(n) for n in range(5)),
        "chart": chart(),
        "trust": Trust(healthy=6, sources=7, coverage=0.98, freshest_minutes=3),
        "rule": Rule(
            name="volume",
            version=1,
            threshold="61 stories in an hour where 14 are expected, probability under 1 in 100,000",
            sql="SELECT date_trunc('hour', occurred_at) AS hour, count(DISTINCT story_id) AS stories "
            "FROM mention_subject WHERE subject_id = 'epervier' AND NOT is_own GROUP BY hour ORDER BY hour",
        ),
        "owner": "duty communication",
        "runbook": "https://wiki.acme.example/runbook/volume",
    }
    return AlertView(**values | more)


def updated(**more: Any) -> AlertView:
    return opened(
        **{
            "kind": "updated",
            "event_id": "5a" * 16,
            "message_id": message_id_of("5a" * 16),
            "thread": (message_id_of("4f" * 16),),
            "severity": 1,
            "previous_severity": 2,
            "now": NOW + timedelta(hours=1),
            **more,
        }
    )


def closed(**more: Any) -> AlertView:
    total = Volume(stories=401, mentions=655, authors=520, platforms=("x", "reddit", "feed"))
    return opened(
        **{
            "kind": "closed",
            "event_id": "6b" * 16,
            "message_id": message_id_of("6b" * 16),
            "thread": (message_id_of("4f" * 16), message_id_of("5a" * 16)),
            "trend": "falling",
            "now": NOW + timedelta(hours=26),
            "closing": Closing(hours=28.25, peak=83, total=total),
            "acknowledged_by": "An Peeters",
            **more,
        }
    )


def failing(**more: Any) -> AlertView:
    bare = dict.fromkeys(
        [
            "last_hour",
            "so_far",
            "expected",
            "ratio",
            "window_stories",
            "window_expected",
            "probability",
            "negative",
            "first_post",
            "amplifier",
            "headline",
        ]
    )
    empty = dict.fromkeys(
        ("new_terms", "flags", "by_source", "by_language", "examples", "chart"), ()
    )
    trouble = SourceTrouble(
        platform="x",
        failing_since=SINCE,
        last_answered_at=SINCE - timedelta(minutes=15),
        last_outcome="auth_failed",
        message="401 Unauthorized",
        streams=3,
        failing_streams=3,
    )
    return opened(
        **bare
        | empty
        | {
            "cause": "source_failing",
            "subject_name": "x-search",
            "facet": "source",
            "severity": 3,
            "source": trouble,
            "rule": Rule(
                name="source_failing",
                version=1,
                threshold="no answer for two hours",
                sql="FROM source_health WHERE source = 'x-search'",
            ),
        }
        | more
    )
