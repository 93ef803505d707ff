"""Which names a mention's row gets: the watchlist's by matching, others by a model, no person's."""

from datetime import UTC, datetime

import pytest

from collectors.watchlist import Watchlist
from enrichment.enricher import Enricher
from enrichment.names import entities
from enrichment.names.entities import SHIPPED, recogniser_name

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
SUBJECTS = [
    {"id": "acme", "name": "Acme", "facet": "brand", "terms": ["Acme"]},
    {"id": "martin", "name": "Martin", "facet": "company", "terms": ["Martin Nord"]},
    {
        "id": "jo",
        "name": "Jo Somers",
        "facet": "employee",
        "terms": ["Jo Somers"],
        "consent": {
            "given_at": "2026-01-15",
            "purpose": "brand monitoring",
            "platforms": ["mastodon"],
            "notice": "v3",
            "proof": "form 7",
        },
    },
]
WATCHLIST = Watchlist.model_validate({"subject": SUBJECTS})


@pytest.fixture(autouse=True)
def _nothing_installed(monkeypatch):
    monkeypatch.setattr(entities, "_installed_pipelines", tuple)


def rows(text, **values):
    given = {
        "mention_id": "1",
        "platform": "mastodon",
        "title": None,
        "text": text,
        "url": None,
        "author_handle": None,
        "author_name": None,
        "language_tag": None,
    }
    has_entities = values.pop("has_entities", True)
    watchlist = Watchlist.model_validate({"subject": values.pop("subjects", SUBJECTS)})
    enricher = Enricher(watchlist, has_entities=has_entities)
    return enricher.enrich([given | values], now=NOW)[0]["entities"]


def labels(text, **values):
    return {entity["text"]: entity["label"] for entity in rows(text, **values)}


@pytest.mark.parametrize(
    "text",
    [
        "De brouwerij Acme opent volgende week een nieuw café in Gent, midden in de stad.",
        "La brasserie Acme ouvre la semaine prochaine un nouveau café à Gand, en pleine ville.",
        "The brewery Acme opens a new pub next week in Ghent, in the middle of the city.",
        "Die Brauerei Acme eröffnet nächste Woche ein neues Café in Gent, mitten in der Stadt.",
    ],
)
def test_without_any_pipeline_the_model_that_ships_finds_names(text):
    found = {entity["text"]: entity for entity in rows(text)}
    town = next(found[name] for name in ("Gent", "Gand", "Ghent") if name in found)
    assert (town["label"], town["pipeline"]) == ("LOC", recogniser_name(SHIPPED))
    assert found["Acme"]["label"] == "ORG"
    assert found["Acme"]["pipeline"] == f"watchlist {WATCHLIST.version}"
    for name, entity in found.items():
        assert text[entity["start_char"] : entity["end_char"]] == name


def test_header_names_the_model_for_each_language():
    told = Enricher(WATCHLIST).describe()["entities"]
    assert told == "nl=names-1 fr=names-1 en=names-1 de=names-1"
    told = Enricher(WATCHLIST, has_entities=False).describe()["entities"]
    assert told == "nl=none fr=none en=none de=none"


def test_watched_name_that_looks_like_a_person_is_an_organisation():
    text = "Volgens Martin Nord wordt de fabriek in Gent volgend jaar gesloten, zegt de krant."
    assert labels(text).get("Martin Nord") == "ORG"


def test_watched_name_is_kept_in_a_language_that_no_model_reads():
    text = "La nueva cerveza de Acme es muy buena y mis amigos la beben todos los fines de semana."
    assert labels(text) == {"Acme": "ORG"}


def test_watched_name_is_kept_in_a_text_too_long_for_a_model():
    text = "Acme opent een café in Gent. " + "Het regent de hele dag in het land. " * 1_000
    assert labels(text) == {"Acme": "ORG"}


def test_persons_are_not_kept():
    text = "Volgens Anna Peeters en Jan de Vries is het bier van Acme in Gent lekker."
    assert set(labels(text)) == {"Acme", "Gent"}


def test_employee_is_kept_neither_with_nor_without_consent_for_the_platform():
    text = "Jo Somers van Acme sprak gisteren in Gent over bier, zegt de krant."
    for platform in ("mastodon", "x"):
        assert set(labels(text, platform=platform)) == {"Acme", "Gent"}


PLACED = SUBJECTS[2] | {
    "name": "Lena Vilvoorde",
    "terms": ["L. Vilvoorde", "Vilvoorde"],
    "context": ["schaken"],
}
"""An employee whom a model takes for a place."""


@pytest.mark.parametrize("platform", ["mastodon", "x"])
@pytest.mark.parametrize("times", [1, 70])
@pytest.mark.parametrize("name", ["Vilvoorde", "VILVOORDE"])
def test_employee_is_not_kept_as_a_place_whatever_consent_context_and_number_of_places(
    name, times, platform
):
    text = "\n".join(["Acme opent een café in Gent.", *[f"Daarna ook een in {name}."] * times])
    assert set(labels(text, platform=platform)) == {"Acme", name, "Gent"}
    subjects = [*SUBJECTS[:2], PLACED]
    assert set(labels(text, platform=platform, subjects=subjects)) == {"Acme", "Gent"}


def test_employee_is_not_kept_by_a_part_of_the_name():
    text = "Acme opent een café in Gent. Daarna ook een in Vilvoorde."
    subjects = [*SUBJECTS[:2], PLACED | {"terms": ["Lena Vilvoorde"]}]
    assert set(labels(text)) == {"Acme", "Vilvoorde", "Gent"}
    assert set(labels(text, subjects=subjects)) == {"Acme", "Gent"}


def test_nothing_is_kept_where_names_are_left_out():
    assert rows("Acme in Gent is erg lekker vandaag", has_entities=False) == []


def test_same_text_gives_the_same_names_again():
    text = "De brouwerij Acme en Rabobank openen een café in Gent."
    assert rows(text) == rows(text)
