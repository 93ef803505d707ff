"""No label, rule, column or choice that ships says anything of a person that is never inferred."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from enum import Enum

import pytest
from pydantic import BaseModel

from enrichment.flags.rules import FLAGS, shipped_rules
from enrichment.names.entities import LABELS
from enrichment.never_inferred import forbidden_in, notions
from reports.status_model import DriverKind
from tests.programs import ROOT
from tests.test_house import PACKAGES
from warehouse.connection import open_warehouse
from warehouse.desk.tables import Base

FORBIDDEN = {
    "a person's health": ("health_status", "zwangerschap", "maladie chronique", "Krankheit"),
    "a person's politics": ("political_view", "politieke voorkeur", "électeur", "Parteimitglied"),
    "a person's religion": ("religion", "godsdienst", "musulmans", "Konfession"),
    "a person's ethnicity": ("ethnicity", "afkomst", "origine ethnique", "Migrationshintergrund"),
    "a person's sexual orientation or gender identity": ("orientation", "geaardheid", "homosexuel"),
    "a person's union membership": ("union_member", "vakbondslid", "syndiqué", "Gewerkschafter"),
    "a person's alleged crime": ("suspect", "dader", "escroc", "Straftäter"),
}
OF_A_SOURCE = "source_health"
"""Whether a feed answers is no person's health."""
OF_THE_LABELS = {"NORP", "PER", "PERSON"}


@pytest.mark.parametrize(("notion", "words"), FORBIDDEN.items())
def test_each_notion_is_recognised_in_four_languages(notion, words):
    assert {forbidden_in(word) for word in words} == {notion}


def test_the_notions_are_those_that_the_firm_promised():
    assert set(notions()) == set(FORBIDDEN)


@pytest.mark.parametrize(
    "word", ["strike", "staking", "grève", "legal", "threat", "recall", "sick of"]
)
def test_events_at_a_firm_may_be_told(word):
    assert forbidden_in(word) is None


def test_no_rule_says_it():
    said = [
        (rule.id, words)
        for rule in shipped_rules()
        for words in (rule.id, rule.flag, *rule.phrases, *rule.must)
        if forbidden_in(words)
    ]
    assert said == []


def test_a_rule_of_strikes_speaks_of_work_and_never_of_members():
    for rule in shipped_rules():
        if rule.flag == "strike":
            assert not any("member" in words or "lid " in words for words in rule.phrases)


def test_no_entity_label_is_kept_for_persons_or_groups_of_persons():
    kept = {*LABELS, *LABELS.values()}
    assert len(kept) > 5
    assert kept.isdisjoint(OF_THE_LABELS)
    assert [label for label in kept if forbidden_in(label)] == []


def literals() -> Iterator[tuple[str, str]]:
    """Every choice that a type of ours offers: the strings of each Literal."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("Literal"):
                    for part in ast.walk(node.slice):
                        if isinstance(part, ast.Constant) and isinstance(part.value, str):
                            yield path.name, part.value


def test_no_choice_says_it():
    found = list(literals())
    assert {*FLAGS, "theme", "flood", "negative", "employee"} <= {value for _, value in found}
    assert [pair for pair in found if forbidden_in(pair[1])] == []
    assert "theme" in str(DriverKind)


def models() -> Iterator[type]:
    """Every configuration model and enum of the packages that loads without Airflow."""
    for package in ("collectors", "enrichment", "warehouse", "reports"):
        root = importlib.import_module(package)
        for found in pkgutil.walk_packages(root.__path__, f"{package}."):
            if ".migrations" in found.name or ".models" in found.name:
                continue
            module = importlib.import_module(found.name)
            for value in vars(module).values():
                if isinstance(value, type) and issubclass(value, BaseModel | Enum):
                    yield value


def test_no_key_of_the_configuration_and_no_enum_says_it():
    names: set[str] = set()
    for model in models():
        if issubclass(model, BaseModel):
            names |= set(model.model_fields)
        else:
            names |= {model.__name__, *(str(member.value) for member in model)}
    assert {"facet", "terms", "flag"} <= names
    assert [name for name in sorted(names) if forbidden_in(name)] == []


def test_no_column_of_warehouse_or_desk_says_it(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb", tell=print) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
    columns += [(t.name, c.name) for t in Base.metadata.tables.values() for c in t.columns]
    assert ("flag", "flag") in columns
    assert ("keyphrase", "phrase") in columns
    found = [(t, c) for t, c in columns if t != OF_A_SOURCE and forbidden_in(f"{t} {c}")]
    assert found == []
    assert all(forbidden_in(c) is None for t, c in columns if t == OF_A_SOURCE)
