"""`luisterpost relevance teach`, `show`, `forget`, and what `match` and `enrich` make of it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from collectors.settings import Settings
from collectors.watchlist import Watchlist
from enrichment.relevance.storing import read_learnt
from enrichment.relevance.using import model_in_use
from luisterpost import app
from tests.enrichment.relevance.lessons import FRUIT, NOW, ORANGE, labels

SUBJECTS = """
[[subject]]
id = "orange"
name = "Orange"
facet = "brand"
terms = ["Orange"]

[[subject]]
id = "delta"
name = "Delta"
facet = "brand"
terms = ["Delta"]
"""
JANA = """
[[subject]]
id = "jana"
name = "Jana Voorbeeld"
facet = "employee"
terms = ["Jana"]
unit = "sales"

[subject.consent]
given_at = 2026-01-15
purpose = "x"
platforms = ["mastodon"]
notice = "v1"
proof = "f"
"""
SOURCE = '[[source]]\nname = "news"\nplatform = "feed"\nurls = ["https://news.example/rss.xml"]\n'


@pytest.fixture
def place(tmp_path: Path) -> Settings:
    config = tmp_path / "config"
    config.mkdir()
    (config / "watchlist.toml").write_text(SUBJECTS, encoding="utf-8")
    (config / "sources.toml").write_text(SOURCE, encoding="utf-8")
    return Settings(home=tmp_path / "var", config=config, fixed_now=NOW)


def run(place: Settings, *words: str, sent: str = "") -> Result:
    options = "--home", str(place.home), "--config", str(place.config), "--now", NOW.isoformat()
    return CliRunner().invoke(app, [*options, *words], input=sent)


def verdicts(place: Settings, *more: object) -> str:
    rows = [
        {"text": one.text, "subject": one.subject.id, "relevant": one.is_relevant}
        for one in labels()
    ]
    path = place.home.parent / "verdicts.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in (*rows, *more)), encoding="utf-8")
    return str(path)


def test_teach_says_what_it_learnt_and_keeps_it(place):
    result = run(place, "relevance", "teach", verdicts(place))

    assert result.exit_code == 0, result.output
    assert "36 verdicts read: 36 new, 0 known, 0 changed" in result.stdout
    assert "against: " in result.stdout
    assert read_learnt(place.relevance).model.name in result.stdout


def test_teach_tells_bad_lines_and_learns_from_the_others(place):
    result = run(place, "relevance", "teach", verdicts(place, {"text": "x"}, 7))

    assert result.exit_code == 1
    assert "line 37: 'subject' is missing" in result.stderr
    assert "line 38: expected an object" in result.stderr
    assert "2 bad lines left out" in result.stdout
    assert len(read_learnt(place.relevance).lessons) == 36


def test_lines_without_a_verdict_wait_for_one(place):
    unjudged = {"text": "Orange", "subject": "orange", "relevant": ""}

    result = run(place, "relevance", "teach", verdicts(place, unjudged))

    assert result.exit_code == 0
    assert "1 line without a verdict yet left out" in result.stdout


def test_a_trial_keeps_nothing(place):
    result = run(place, "relevance", "teach", "--dry-run", verdicts(place))

    assert "nothing is kept" in result.stdout
    assert not place.relevance.exists()


@pytest.mark.parametrize(("name", "content"), [("no.jsonl", None), ("a.csv", "a,b\n"), ("b", "")])
def test_a_file_that_gives_nothing_is_told(place, name, content):
    path = place.home.parent / name
    if content is not None:
        path.write_text(content, encoding="utf-8")

    result = run(place, "relevance", "teach", str(path))

    assert result.exit_code == 2
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.stderr.strip()


def test_too_few_verdicts_are_said_to_be_too_few(place):
    path = place.home.parent / "few.csv"
    path.write_text("text,subject,relevant\nOrange app,orange,true\n", encoding="utf-8")

    result = run(place, "relevance", "teach", str(path))

    assert result.exit_code == 0
    assert "too little is known of orange: every match counts until there are 5" in result.stdout


def test_show_tells_each_subject_and_forget_forgets_one(place):
    assert "nothing was taught yet" in run(place, "relevance", "show").stdout
    run(place, "relevance", "teach", verdicts(place))
    assert "delta" in run(place, "relevance", "show").stdout

    assert "16 verdicts on delta are forgotten" in run(place, "relevance", "forget", "delta").stdout

    assert "delta" not in run(place, "relevance", "show").stdout
    assert read_learnt(place.relevance).model.subjects == {"orange"}
    wrong = run(place, "relevance", "forget", "oragne")
    assert wrong.exit_code == 2
    assert "did you mean 'orange'?" in wrong.stderr


def test_match_leaves_out_what_is_probably_something_else(place):
    lines = "".join(json.dumps({"id": n, "text": t}) + "\n" for n, t in enumerate(FRUIT + ORANGE))
    before = [json.loads(line) for line in run(place, "match", sent=lines).stdout.splitlines()]
    run(place, "relevance", "teach", verdicts(place))

    answers = [json.loads(line) for line in run(place, "match", sent=lines).stdout.splitlines()]

    assert all(len(answer["matches"]) == 1 for answer in before)
    assert "relevance" not in before[0]["matches"][0]
    assert [len(answer["matches"]) for answer in answers] == [0] * 10 + [1] * 10
    assert all(0.5 <= answer["matches"][0]["relevance"] <= 1 for answer in answers[10:])


def test_match_explain_gives_the_probability_and_the_threshold(place):
    run(place, "relevance", "teach", verdicts(place))
    lines = '{"id": 1, "text": "orange juice with sugar"}\n{"id": 2, "text": "Orange helpdesk"}\n'

    told = run(place, "match", "--explain", sent=lines).stdout

    assert "near miss: probably something else of that name: relevance 0." in told
    assert "it counts from 0.5" in told
    assert "term: relevance 0." in told


def test_a_damaged_file_stops_match_with_a_reason(place):
    place.home.mkdir()
    place.relevance.write_bytes(b"nonsense")

    result = run(place, "match", sent='{"id": 1, "text": "Orange"}\n')

    assert result.exit_code == 2
    assert "relevance teach" in result.stderr


def test_check_refuses_a_threshold_that_is_no_probability(place):
    for wrong in ("1.5", "-0.1", "nan", "true", '"0.5"'):
        path = place.config / "watchlist.toml"
        path.write_text(f"{SUBJECTS}relevance = {wrong}\n", encoding="utf-8")
        result = run(place, "check")
        assert result.exit_code == 2, wrong
        assert "subject[1].relevance" in result.output, wrong


def test_what_an_employee_taught_goes_with_the_consent(place):
    path = place.config / "watchlist.toml"
    path.write_text(SUBJECTS + JANA, encoding="utf-8")
    own = [
        {"text": f"Jana {word}", "subject": "jana", "relevant": word.islower()}
        for word in ["bike", "tea", "sea", "rain", "sun", "A", "B", "C", "D", "E"]
    ]
    assert run(place, "relevance", "teach", verdicts(place, *own)).exit_code == 0
    assert "jana" in read_learnt(place.relevance).model.subjects
    with_jana = place.relevance.read_bytes()

    path.write_text(SUBJECTS + JANA + "withdrawn_at = 2026-11-10\n", encoding="utf-8")
    assert "jana" not in run(place, "relevance", "show").stdout
    assert {lesson.subject for lesson in read_learnt(place.relevance).lessons} == {
        "orange",
        "delta",
    }

    # What was taught before the watchlist called somebody an employee goes as well.
    path.write_text(SUBJECTS.replace('"delta"', '"jana"'), encoding="utf-8")
    named = [{"text": f"Delta {n}", "subject": "jana", "relevant": True} for n in ("a", "b")]
    run(place, "relevance", "teach", verdicts(place, *named))
    assert "jana" in {lesson.subject for lesson in read_learnt(place.relevance).lessons}
    path.write_text(SUBJECTS + JANA, encoding="utf-8")
    run(place, "relevance", "show")
    assert "jana" not in {lesson.subject for lesson in read_learnt(place.relevance).lessons}

    # Whoever left the watchlist altogether is known as an employee all the same.
    place.relevance.write_bytes(with_jana)
    remaining = Watchlist.model_validate(
        {"subject": [{"id": "orange", "name": "O", "facet": "brand", "terms": ["Orange"]}]}
    )
    assert "jana" not in model_in_use(place, remaining).subjects
    assert all(not lesson.is_private for lesson in read_learnt(place.relevance).lessons)
