"""`luisterpost match`: JSON lines in, JSON lines out."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from enrichment.matching.match_command import match
from tests.collectors.configured import GOOD_EMPLOYEE, GOOD_SUBJECT

app = typer.Typer()
app.command()(match)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "watchlist.toml").write_text(GOOD_SUBJECT + GOOD_EMPLOYEE, encoding="utf-8")
    return tmp_path


def run_match(folder: Path, *lines: object, now: str = "2026-11-23") -> Result:
    sent = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    return CliRunner().invoke(app, ["--config", str(folder), "--now", now], input=sent)


def answers_of(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_line_is_answered_in_order_with_spans_in_characters(folder):
    result = run_match(
        folder,
        {"id": 7, "text": "🍺 Acme!"},
        {"id": "b", "text": "niets"},
        {"id": None, "text": ""},
    )

    assert result.exit_code == 0
    acme = {"subject": "acme", "form": "Acme", "start": 2, "end": 6, "rule": "term"}
    assert answers_of(result) == [
        {"id": 7, "matches": [acme]},
        {"id": "b", "matches": []},
        {"id": None, "matches": []},
    ]


def test_letters_are_written_as_they_are(folder):
    assert "Àcme" in run_match(folder, '{"id": "é", "text": "Àcme"}').stdout


def test_half_a_character_in_a_text_is_no_trouble(folder):
    result = run_match(folder, r'{"id": "\ud83c", "text": "Acme \ud83c"}')

    assert result.exit_code == 0
    assert answers_of(result)[0]["id"] == "\ud83c"


def test_title_gives_matches_a_field(folder):
    (answer,) = answers_of(run_match(folder, {"id": 1, "title": "Acme", "text": "Over @acme"}))

    assert [(m["field"], m["form"]) for m in answer["matches"]] == [
        ("title", "Acme"),
        ("text", "@acme"),
    ]


def test_unknown_keys_and_empty_lines_are_ignored(folder):
    result = run_match(folder, {"id": 1, "text": "x", "likes": 3, "lang": None}, "", "  ")

    assert result.exit_code == 0
    assert answers_of(result) == [{"id": 1, "matches": []}]


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ("nonsense", "this is not JSON"),
        ('{"id": 1, "text": "x"', "this is not JSON"),
        ("[" * 100_000, "this is not JSON"),
        ("[1]", "expected an object"),
        ('{"text": "x"}', "'id' is missing"),
        ('{"id": 1}', "'text' is missing"),
        ('{"id": 1, "text": null}', "'text' must be a string"),
        ('{"id": 1, "text": "x", "title": 3}', "'title' must be a string or null"),
    ],
)
def test_bad_line_is_reported_with_its_number_and_the_rest_is_answered(folder, bad, told):
    result = run_match(folder, {"id": 1, "text": "Acme"}, bad, {"id": 3, "text": "Acme"})

    assert result.exit_code == 2
    assert [answer["id"] for answer in answers_of(result)] == [1, 3]
    assert result.stderr.startswith("line 2: ")
    assert told in result.stderr


def test_bytes_that_are_no_utf_8_are_a_bad_line(folder):
    result = CliRunner().invoke(
        app, ["--config", str(folder)], input=b'{"id": 1, "text": "\xff"}\n{"id": 2, "text": ""}\n'
    )

    assert result.exit_code == 2
    assert "line 1: this is not UTF-8" in result.stderr
    assert answers_of(result) == [{"id": 2, "matches": []}]


def test_employee_is_found_while_consent_stands(folder):
    withdrawn = GOOD_EMPLOYEE.replace('proof = "', 'withdrawn_at = 2027-01-01, proof = "')
    (folder / "watchlist.toml").write_text(withdrawn, encoding="utf-8")
    line = {"id": 1, "text": "dank @an@mastodon.example"}

    assert answers_of(run_match(folder, line))[0]["matches"]
    assert not answers_of(run_match(folder, line, now="2027-01-01"))[0]["matches"]
    assert answers_of(run_match(folder, line | {"platform": "mastodon"}))[0]["matches"]
    assert not answers_of(run_match(folder, line | {"platform": "x"}))[0]["matches"]


def test_wrong_watchlist_is_explained_and_nothing_is_read(tmp_path):
    (tmp_path / "watchlist.toml").write_text('[[subject]]\nid = "acme"\ntrems = ["Acme"]\n')

    result = run_match(tmp_path, {"id": 1, "text": "Acme"})

    assert result.exit_code == 2
    assert result.stdout == ""
    assert "trems" in result.stderr
    assert "terms" in result.stderr


def test_missing_watchlist_is_explained(tmp_path):
    result = run_match(tmp_path, {"id": 1, "text": "Acme"})

    assert result.exit_code == 2
    assert "watchlist.toml" in result.stderr


def test_explain_tells_people_what_counts_and_why_not(folder):
    (folder / "watchlist.toml").write_text(
        '[[subject]]\nid = "a"\nname = "A"\nfacet = "brand"\nterms = ["Brasvel"]\n',
        encoding="utf-8",
    )
    line = json.dumps({"id": 1, "title": "Brasvel", "text": "Barsvel, mybrasvel \x1b[31m"})

    result = CliRunner().invoke(
        app, ["--config", str(folder), "--explain"], input=f"{line}\nkapot\n"
    )

    assert result.exit_code == 2
    assert "✓ a  in the title  Brasvel  0 to 7  term" in result.stdout
    assert "misspelling: two letters swapped: brasvel" in result.stdout
    assert "near miss: inside the word 'mybrasvel'" in result.stdout
    assert "\x1b[31m" not in result.stdout
    assert "line 2: this is not JSON" in result.stderr


def test_queries_may_ask_about_author_address_and_language(tmp_path):
    query = 'query = "author:bob AND site:news.example AND lang:nl"\n'
    (tmp_path / "watchlist.toml").write_text(GOOD_SUBJECT + query, encoding="utf-8")
    whole = {"id": 1, "text": "Acme", "author": "Bob", "url": "https://news.example/1"}
    result = run_match(tmp_path, whole | {"lang": "nl"}, whole | {"lang": "fr"}, whole | {"url": 1})

    assert [len(answer["matches"]) for answer in answers_of(result)] == [1, 0]
    assert "line 3: 'url' must be a string or null" in result.stderr


def test_explanation_says_which_part_of_a_query_fails(tmp_path):
    query = "query = 'lang:nl NOT \"looney tunes\"'\n"
    (tmp_path / "watchlist.toml").write_text(GOOD_SUBJECT + query, encoding="utf-8")
    line = json.dumps({"id": 1, "text": "Acme, Looney Tunes", "lang": "nl"})
    options = ["--config", str(tmp_path), "--explain"]
    shown = CliRunner().invoke(app, options, input=line + "\n").stdout

    assert 'near miss: its query fails: "looney tunes" is there' in shown
