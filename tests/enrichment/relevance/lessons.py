"""Verdicts on two homonyms, written for these tests: a telecom and a fruit, an airline and a virus."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from collectors.watchlist import Watchlist
from enrichment.relevance.labels import Label
from enrichment.relevance.learning import Learnt, learn
from enrichment.relevance.lessons import united
from enrichment.relevance.teaching import heard

KEY = b"k" * 32
NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)

ORANGE = (
    "Orange has no signal in Gent again",
    "my Orange bill went up and customer service says nothing",
    "switching from Orange to another provider, 5G is slow",
    "Orange raises its prices for mobile and fibre",
    "the Orange app won't let me pay my invoice",
    "helpdesk of Orange keeps me waiting for a router",
    "geen netwerk bij Orange vanavond, helpdesk neemt niet op",
    "Orange Belgium reports results, the shares are up",
    "can't port my mobile number to Orange",
    "the Orange network is down, no signal, no data",
)
FRUIT = (
    "fresh orange juice for breakfast",
    "an orange a day: vitamins under the peel",
    "orange cake, a recipe with zest and sugar",
    "peel the orange and add the juice",
    "orange and lemon trees in the garden",
    "the sky turned orange at sunset",
    "she wore an orange dress to the party",
    "we painted the wall orange this weekend",
    "vers sap van een orange met suiker",
    "marmalade: orange, sugar, water, the zest of a lemon",
)
AIRLINE = (
    "Delta cancelled my flight to Boston again",
    "Delta lost my luggage at the gate",
    "boarding with Delta now, seat 12A",
    "the Delta crew was kind on the plane",
    "upgraded by Delta to business, great lounge",
    "my Delta flight is delayed by two hours",
    "three hours in the airport, thanks Delta",
    "Delta flies to Atlanta twice a day, cheap seats",
)
VIRUS = (
    "the delta variant spreads, hospitals are full",
    "the vaccine works against the delta variant",
    "cases of the delta strain rise",
    "a delta wave: masks are back",
    "covid numbers: delta is now dominant",
    "delta variant found in two patients, health ministry says",
    "tests show the delta strain in hospitals",
    "new cases of covid, most of them delta",
)


def watchlist(**relevance: float) -> Watchlist:
    subjects: list[dict[str, Any]] = [
        {"id": name.lower(), "name": name, "facet": "brand", "terms": [name]}
        for name in ("Orange", "Delta", "Acme")
    ]
    for subject in subjects:
        if subject["id"] in relevance:
            subject["relevance"] = relevance[subject["id"]]
    return Watchlist.model_validate({"subject": subjects})


def labels(subjects: Watchlist | None = None) -> Iterator[Label]:
    by_id = {subject.id: subject for subject in (subjects or watchlist()).subject}
    for name, texts, verdict in (
        ("orange", ORANGE, True),
        ("orange", FRUIT, False),
        ("delta", AIRLINE, True),
        ("delta", VIRUS, False),
    ):
        for text in texts:
            yield Label(by_id[name], "", text, None, verdict)


def learnt() -> Learnt:
    lessons, _, _ = united((), heard(labels(), KEY).lessons)
    return learn(lessons, KEY)
