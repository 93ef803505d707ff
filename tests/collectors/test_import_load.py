"""What an import brings obeys the rules that hold for all: consent, and posts that must not return."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from luisterpost import app
from tests.collectors.configured import GOOD_EMPLOYEE, GOOD_SOURCE, GOOD_SUBJECT, configured
from tests.collectors.exported import json_lines
from tests.collectors.test_import_brandwatch import export
from tests.collectors.test_import_mastodon import activity, outbox
from warehouse.connection import open_warehouse

EMPLOYEE = GOOD_EMPLOYEE + 'terms = ["An Peeters"]\n'
TEXT = "An Peeters of Acme said so"
POST = {"id": "17", "text": TEXT, "author_id": "7", "created_at": "2026-11-20T09:00:00Z"}
COMMENT = {
    "author": "jan",
    "body": TEXT,
    "created_utc": 1795000000,
    "id": "a1",
    "link_id": "t3_b",
    "parent_id": "t3_b",
    "subreddit": "beer",
}
FILES = {
    "twarc.jsonl": json_lines({"data": [POST], "__twarc": {}}),
    "RC_2026-11": json_lines(COMMENT),
    "brandwatch.csv": export({"Full Text": TEXT, "Snippet": TEXT}),
    "outbox.json": outbox(activity(17, content=f"<p>{TEXT}</p>")),
}
HOUR = "2026-11-23T08:00Z"

Here = Callable[..., Any]


@pytest.fixture
def here(tmp_path: Path, monkeypatch) -> Here:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.delenv("LUISTERPOST_TOMBSTONE_KEY", raising=False)
    configured(tmp_path / "config", GOOD_SUBJECT + EMPLOYEE, GOOD_SOURCE)
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)

    def run(*words: str, now: str = HOUR) -> str:
        paths = [str(tmp_path / word) if word in FILES else word for word in words]
        around = ["--home", str(tmp_path / "var"), "--config", str(tmp_path / "config")]
        result = CliRunner().invoke(app, [*paths, *around, "--now", now])
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def take_in(here: Here, *names: str, now: str = HOUR) -> None:
    here("import", *names, now=now)
    here("enrich", now=now)
    here("load", now=now)


def stored(folder: Path, query: str) -> list[tuple[str, str]]:
    with open_warehouse(folder / "var" / "warehouse.duckdb", tell=print) as connection:
        return connection.execute(query).fetchall()


def mentions(folder: Path) -> list[tuple[str, str]]:
    return stored(folder, "SELECT platform, native_id FROM mention ORDER BY ALL")


def test_post_that_two_tools_exported_is_one_mention(here, tmp_path):
    take_in(here, *FILES)
    assert mentions(tmp_path) == [
        ("mastodon", "https://social.example/users/an/statuses/17"),
        ("reddit", "t1_a1"),
        ("x", "17"),
    ]


@pytest.mark.parametrize("again", ["twarc.jsonl", "brandwatch.csv"])
def test_forgotten_post_does_not_return_by_an_import(here, tmp_path, again):
    take_in(here, "twarc.jsonl", "RC_2026-11")
    here("forget", "x", "17")
    assert mentions(tmp_path) == [("reddit", "t1_a1")]
    take_in(here, again, now="2026-11-23T09:00Z")
    assert mentions(tmp_path) == [("reddit", "t1_a1")]


def test_employee_is_found_where_the_consent_reaches_and_nowhere_else(here, tmp_path):
    take_in(here, *FILES)
    found = stored(
        tmp_path,
        "SELECT DISTINCT platform, subject_id FROM subject_match JOIN mention USING (mention_id) ORDER BY ALL",
    )
    assert found == [("mastodon", "acme"), ("mastodon", "an"), ("reddit", "acme"), ("x", "acme")]
