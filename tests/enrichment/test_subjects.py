"""Where names are found, case by case: the tables in `match_cases`."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from collectors.watchlist import Watchlist
from enrichment.matching.subjects import SubjectMatcher

CASES = Path(__file__).parent / "match_cases"
MARKED = re.compile(r"⟦(?:(?P<subject>[a-z0-9-]+)\|)?(?P<form>.*?)⟧", re.DOTALL)


class Found(NamedTuple):
    subject: str
    start: int
    end: int
    form: str


class Case(NamedTuple):
    table: str
    text: str
    expected: list[Found]
    rule: str | None


def read_case(table: str, marked: str, group: dict[str, Any], subject: str) -> Case:
    text, expected, position = "", [], 0
    for mark in MARKED.finditer(marked):
        text += marked[position : mark.start()]
        start, position = len(text), mark.end()
        text += mark["form"]
        expected.append(Found(mark["subject"] or subject, start, len(text), mark["form"]))
    return Case(table, text + marked[position:], expected, group.get("rule"))


def read_tables() -> Iterator[Case]:
    for path in sorted(CASES.glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        for group in table["group"]:
            subject = group.get("subject", table["subject"][0]["id"])
            for marked in group["texts"]:
                yield read_case(path.stem, marked, group, subject)


ALL_CASES = list(read_tables())


@pytest.fixture(scope="module")
def matchers() -> dict[str, SubjectMatcher]:
    return {
        path.stem: SubjectMatcher(
            Watchlist.model_validate(
                {"subject": tomllib.loads(path.read_text())["subject"]}
            ).subject
        )
        for path in CASES.glob("*.toml")
    }


@pytest.mark.parametrize("case", ALL_CASES, ids=lambda case: f"{case.table}:{case.text!a}")
def test_names_are_found_where_the_table_marks_them(case, matchers):
    matches = matchers[case.table].find(case.text)

    found = [Found(m.subject, m.start, m.end, m.form) for m in matches]
    assert found == case.expected
    if case.rule is not None:
        assert {match.rule for match in matches} <= {case.rule}


def test_tables_hold_enough_cases_of_both_kinds():
    assert sum(bool(case.expected) for case in ALL_CASES) >= 200
    assert sum(not case.expected for case in ALL_CASES) >= 75


def test_documentation_shows_what_is_found(matchers):
    page = (Path(__file__).parents[2] / "docs" / "matching.md").read_text(encoding="utf-8")
    asked = json.loads(re.search(r"echo '(.*)' \|", page)[1])
    shown = json.loads(re.search(r"```json\n(.*?)```", page, re.DOTALL)[1])

    found = matchers["acme"].find(asked["text"])

    keys = ("subject", "form", "start", "end", "rule")
    assert [{key: getattr(m, key) for key in keys} for m in found] == shown["matches"]
