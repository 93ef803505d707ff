"""`luisterpost relevance teach`, `show`, `forget`, and what `match` and `enrich` make of it."""

import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from collectors.settings import Settings
from collectors.watchlist import Watchlist
from enrichment.enrich import enrich_waiting
from enrichment.relevance.key import relevance_key
from enrichment.relevance.learning import Learnt
from enrichment.relevance.storing import read_learnt
from enrichment.relevance.using import model_in_use
from luisterpost import app, main
from tests.enrichment.relevance.lessons import FRUIT, NOW, ORANGE, labels, watchlist

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


def taught(place: Settings) -> Learnt:
    return read_learnt(place.relevance, relevance_key())


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
    assert taught(place).model.name in result.stdout


def test_teach_tells_bad_lines_and_learns_from_the_others(place):
    result = run(place, "relevance", "teach", verdicts(place, {"text": "x"}, 7))

    assert result.exit_code == 1
    assert "line 37: 'subject' is missing" in result.stderr
    assert "line 38: expected an object" in result.stderr
    assert "2 bad lines left out" in result.stdout
    assert len(taught(place).lessons) == 36


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
    place.home.mkdir()
    assert "nothing was taught yet" in run(place, "relevance", "show").stdout
    run(place, "relevance", "teach", verdicts(place))
    assert "delta" in run(place, "relevance", "show").stdout

    assert "16 verdicts on delta are forgotten" in run(place, "relevance", "forget", "delta").stdout

    assert "delta" not in run(place, "relevance", "show").stdout
    assert taught(place).model.subjects == {"orange"}
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
        {
            "text": f"Jana {word}",
            "subject": "jana",
            "platform": "mastodon",
            "relevant": word.islower(),
        }
        for word in ["bike", "tea", "sea", "rain", "sun", "A", "B", "C", "D", "E"]
    ]
    assert run(place, "relevance", "teach", verdicts(place, *own)).exit_code == 0
    assert "jana" in taught(place).model.subjects
    with_jana = place.relevance.read_bytes()

    path.write_text(SUBJECTS + JANA + "withdrawn_at = 2026-11-10\n", encoding="utf-8")
    assert "jana" not in run(place, "relevance", "show").stdout
    assert {lesson.subject for lesson in taught(place).lessons} == {
        "orange",
        "delta",
    }

    # What was taught before the watchlist called somebody an employee goes as well.
    path.write_text(SUBJECTS.replace('"delta"', '"jana"'), encoding="utf-8")
    named = [{"text": f"Delta {n}", "subject": "jana", "relevant": True} for n in ("a", "b")]
    run(place, "relevance", "teach", verdicts(place, *named))
    assert "jana" in {lesson.subject for lesson in taught(place).lessons}
    path.write_text(SUBJECTS + JANA, encoding="utf-8")
    run(place, "relevance", "show")
    assert "jana" not in {lesson.subject for lesson in taught(place).lessons}

    # Whoever left the watchlist altogether is known as an employee all the same.
    place.relevance.write_bytes(with_jana)
    remaining = Watchlist.model_validate(
        {"subject": [{"id": "orange", "name": "O", "facet": "brand", "terms": ["Orange"]}]}
    )
    assert "jana" not in model_in_use(place, remaining).subjects
    assert all(not lesson.is_private for lesson in taught(place).lessons)


def with_jana(place: Settings) -> None:
    path = place.config / "watchlist.toml"
    path.write_text(SUBJECTS + JANA, encoding="utf-8")
    jana = [
        {"text": f"Jana {n}", "subject": "jana", "platform": "mastodon", "relevant": n < 5}
        for n in range(3)
    ]
    assert run(place, "relevance", "teach", verdicts(place, *jana)).exit_code == 0
    assert "jana" in {lesson.subject for lesson in taught(place).lessons}


@pytest.mark.parametrize("change", ["withdrawn_at = 2026-11-10\n", "other platform"])
@pytest.mark.parametrize(
    "command", [("match",), ("relevance", "forget", "delta"), ("enrich",), ("relevance", "show")]
)
def test_lessons_of_an_ended_consent_go_with_the_next_command(place, change, command):
    with_jana(place)
    toml = SUBJECTS + JANA + change if "=" in change else SUBJECTS + JANA.replace("mastodon", "x")
    (place.config / "watchlist.toml").write_text(toml, encoding="utf-8")

    result = run(place, *command, sent='{"id": 1, "text": "Orange"}\n')

    assert result.exit_code == 0, result.output
    assert "jana" not in {lesson.subject for lesson in taught(place).lessons}


def test_teaching_makes_a_key_apart_from_the_data_that_its_owner_alone_reads(
    place, configuration_home
):
    assert run(place, "relevance", "teach", verdicts(place)).exit_code == 0
    key = configuration_home / "luisterpost" / "relevance.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert "36 known" in run(place, "relevance", "teach", verdicts(place)).stdout


@pytest.mark.parametrize(
    "command",
    [
        ("match",),
        ("check",),
        ("relevance", "show"),
        ("relevance", "forget", "delta"),
        ("relevance", "teach", "verdicts.jsonl"),
    ],
)
@pytest.mark.parametrize("harm", ["no key", "other key", "no hexadecimal", "damage"])
def test_a_lost_key_and_a_damaged_file_are_told_in_a_line(
    place, configuration_home, monkeypatch, command, harm
):
    path = verdicts(place)
    run(place, "relevance", "teach", path)
    before = place.relevance.read_bytes()
    key = configuration_home / "luisterpost" / "relevance.key"
    if harm == "no key":
        key.unlink()
    elif harm == "other key":
        key.write_text("ab" * 32, encoding="ascii")
    elif harm == "no hexadecimal":
        monkeypatch.setenv("LUISTERPOST_RELEVANCE_KEY", "secret?")
    else:
        before = before[:100] + bytes(20) + before[120:]
        place.relevance.write_bytes(before)
    words = [path if word == "verdicts.jsonl" else word for word in command]
    options = "--home", str(place.home), "--config", str(place.config), "--now", NOW.isoformat()
    monkeypatch.setattr("sys.argv", ["luisterpost", *options, *words])
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"id": 1, "text": "Orange"}')))

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert place.relevance.read_bytes() == before
    assert harm != "no key" or not key.exists()


@pytest.mark.parametrize("command", [("show",), ("forget", "delta")])
def test_a_wrong_home_is_told_and_not_made(place, command):
    result = run(place, "relevance", *command)
    assert result.exit_code == 2
    assert "is --home right?" in result.stderr
    assert not place.home.exists()


def test_what_writes_nothing_leaves_nothing_behind(place, configuration_home):
    run(place, "relevance", "teach", "--dry-run", verdicts(place))
    assert not place.home.exists()
    place.home.mkdir()
    run(place, "relevance", "show")
    assert run(place, "relevance", "forget", "delta").exit_code == 2
    assert list(place.home.iterdir()) == []
    assert list(configuration_home.iterdir()) == []


def test_a_round_with_nothing_to_enrich_lets_go_of_lessons_as_well(place):
    with_jana(place)
    enrich_waiting(place, watchlist())
    assert "jana" not in {lesson.subject for lesson in taught(place).lessons}
