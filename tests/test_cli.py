"""The command line as people and programs meet it: help, options, exit codes, rounds."""

import json
import resource
import select
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import pytest
import typer
from filelock import FileLock
from typer.testing import CliRunner

from collectors.mention import mention_id
from luisterpost import app
from tests.places import LATER, NOW, SECRET, WATCHLIST, copy_of, place
from tests.programs import CONFIG, LUISTERPOST, environment, luisterpost
from tests.warehouse.building import contents

HEAVY = ("spacy", "tweepy", "praw", "duckdb", "pandas", "altair", "vl_convert", "sqlalchemy")


@pytest.fixture(autouse=True)
def _own_configuration(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "keys"))


def here(*words, expect=0):
    """Run a command in this process, which is quicker."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == expect, result.output
    return result


def around(folder, now=NOW):
    return ("--home", folder / "var", "--config", folder / "config", "--now", now)


def rows(folder, query, *, file="snapshot.duckdb"):
    with duckdb.connect(folder / "var" / file, read_only=True) as connection:
        return connection.execute(query).fetchall()


def commands(group, name=()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for word, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*name, word))
        else:
            yield (*name, word), command


COMMANDS = dict(commands(typer.main.get_command(app)))


# --- help ------------------------------------------------------------------------------


def test_all_promised_commands_exist():
    promised = [
        "run",
        "check",
        "init",
        "plan",
        "collect",
        "enrich",
        "load",
        "publish",
        "sql",
        "try",
        "match",
        "import",
        "forget",
        "costs",
        "backfill",
    ]
    assert {(word,) for word in promised} | {("report", "status"), ("sample", "run")} <= set(
        COMMANDS
    )


@pytest.mark.parametrize("name", COMMANDS, ids=" ".join)
def test_every_command_and_option_says_what_it_is_for(name):
    shown = here(*name, "--help").output
    assert "Usage: " in shown
    command = COMMANDS[name]
    assert command.help
    assert len(command.help.split()) >= 5
    for parameter in command.params:
        words = getattr(parameter, "help", None)
        assert words, f"{parameter.name} of {' '.join(name)}"
        assert words.rstrip()[-1] in ".]", f"{parameter.name} of {' '.join(name)}"


def test_help_answers_at_once_and_loads_nothing_heavy(tmp_path):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    shown = luisterpost("--help", folder=tmp_path)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert shown.code == 0
    for word, *_ in COMMANDS:
        assert f" {word} " in shown.out
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, luisterpost; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert [name for name in HEAVY if name in loaded] == []


def test_the_version_is_the_installed_one():
    assert here("--version").output == f"luisterpost {version('luisterpost')}\n"


# --- options and exit codes ------------------------------------------------------------


def test_options_stand_before_or_behind_the_command(listened):
    folder = listened.folder
    options = ("--home", folder / "var", "--config", folder / "config", "--now", LATER)
    before = here(*options, "plan")
    behind = here("plan", *options)
    assert before.stdout == behind.stdout
    assert "news" in before.stdout
    assert "23 Nov 2026 09:00" in before.stdout


def test_the_option_nearest_to_the_command_wins(listened, tmp_path):
    home = listened.folder / "var"
    shown = here("--home", tmp_path, "sql", "--home", home, "--format", "csv", "SELECT 1 AS x")
    assert shown.stdout == "x\n1\n"


def test_the_sample_is_written_where_home_says_and_never_over_something_else(tmp_path):
    precious = tmp_path / "photos" / "of-my-cat.txt"
    precious.parent.mkdir()
    precious.write_text("miaow")
    shown = here("--home", tmp_path / "photos", "--config", CONFIG, "sample", "run", expect=2)
    assert "holds no sample" in shown.stderr
    assert list(precious.parent.iterdir()) == [precious]


@pytest.mark.parametrize(
    "words",
    [
        ["fly"],
        ["run", "--now", "tomorrow"],
        ["run", "--colour"],
        ["sql", "--format", "xml", "SELECT 1"],
        ["sql", "--time-limit", "0", "SELECT 1"],
        ["import"],
        ["import", "--covers", "2026-01-01/2026-02-01", "x.jsonl"],
        ["try"],
        ["forget", "x"],
        ["report", "status", "--period", "century"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(words, listened):
    assert here(*around(listened.folder), *words, expect=2).stderr


def test_check_ends_with_0_on_the_bundled_configuration(tmp_path):
    ended = luisterpost("check", "--config", CONFIG, "--now", NOW, folder=tmp_path)
    assert ended.code == 0
    assert "12 subjects, 5 sources" in ended.out


BROKEN = 'terms = ["Acme"]\nhashtgs = ["x"]\nfacet = "brnd"\n'


@pytest.mark.parametrize(
    "command", ["run", "plan", "collect", "enrich", "load", "publish", "check"]
)
def test_a_wrong_configuration_ends_with_2_and_names_each_mistake(command, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "watchlist.toml").write_text(f"[[subject]]\n{BROKEN}")
    shown = here(command, *around(tmp_path), expect=2)
    for found in ("hashtags", "'brand'", "sources.toml", "subject[0].id"):
        assert found in shown.output
    assert "Traceback" not in shown.output
    assert not (tmp_path / "var").exists()


def test_before_the_first_round_commands_say_what_to_do(tmp_path):
    for words in (["sql", "SELECT 1"], ["report", "status"]):
        assert "luisterpost run" in here(*words, *around(tmp_path), expect=2).stderr


# --- rounds ----------------------------------------------------------------------------


def test_a_dead_source_ends_with_1_and_the_rest_is_loaded(listened):
    imported, ran = listened.ended
    assert imported.code == 0
    assert ran.code == 1
    assert "dead" in ran.err
    assert "unreachable" in ran.err
    assert "Traceback" not in ran.err + imported.err
    query = "SELECT platform, native_id FROM mention ORDER BY ALL"
    found = rows(listened.folder, query, file="warehouse.duckdb")
    assert [platform for platform, _ in found] == ["feed"] * 3 + ["forum"] * 3
    outcomes = rows(listened.folder, "SELECT source, outcome FROM attempt WHERE kind = 'collect'")
    assert sorted(outcomes) == [("dead", "unreachable"), ("news", "answered")]


def test_what_run_prints_exists(listened):
    ran = listened.ended[1]
    assert "6 new mentions" in ran.out
    (line,) = [line for line in ran.out.splitlines() if line.startswith("snapshot: ")]
    assert Path(line.removeprefix("snapshot: ")).exists()


def test_a_second_round_at_the_same_time_changes_nothing(listened, tmp_path):
    folder = copy_of(listened.folder, tmp_path / "copy")
    with duckdb.connect(folder / "var" / "warehouse.duckdb") as connection:
        before = contents(connection)
    shown = here("run", *around(folder))
    assert "0 jobs fetched, 0 new mentions, 6 in all" in shown.output
    with duckdb.connect(folder / "var" / "warehouse.duckdb") as connection:
        assert contents(connection) == before


def test_each_step_by_itself_does_what_run_does(tmp_path):
    stepwise, at_once = tmp_path / "stepwise", tmp_path / "at_once"
    stepwise.mkdir()
    with place(stepwise):
        copy_of(stepwise, at_once)
        for folder in (stepwise, at_once):
            here("import", folder / "export.jsonl", *around(folder))
        here("run", *around(at_once), expect=1)
        shown = here("plan", *around(stepwise))
        assert "nothing claimed" in shown.stderr
        assert not list((stepwise / "var").glob("jobs/*.json"))
        here("plan", "--claim", *around(stepwise))
        assert len(list((stepwise / "var").glob("jobs/*.json"))) == 2
        assert "0 jobs" in here("plan", "--claim", *around(stepwise)).stderr
        here("collect", *around(stepwise), expect=1)
        assert "0 jobs fetched" in here("collect", *around(stepwise)).stderr
        here("enrich", *around(stepwise))
        here("load", *around(stepwise))
        here("publish", *around(stepwise))
    told = []
    for folder in (stepwise, at_once):
        report = here("report", "status", "--date", "2026-11-20", *around(folder)).stdout.strip()
        with duckdb.connect(folder / "var" / "warehouse.duckdb") as connection:
            told.append((contents(connection), Path(report).read_bytes()))
    assert told[0][0] == told[1][0]
    assert told[0][1] == told[1][1]
    assert len(told[0][0]["mention"]) == 6


def test_a_run_beside_another_waits_with_a_message(listened, tmp_path):
    folder = copy_of(listened.folder, tmp_path / "copy")
    words = [LUISTERPOST, "run", *map(str, around(folder))]
    with FileLock(folder / "var" / "run.lock") as lock:
        waiting = subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(tmp_path),
            text=True,
        )
        assert waiting.stderr is not None
        assert select.select([waiting.stderr], [], [], 120)[0]
        said = waiting.stderr.readline()
        assert waiting.poll() is None
        lock.release(force=True)
    out, _ = waiting.communicate(timeout=120)
    assert "Another luisterpost is at work here" in said
    assert waiting.returncode == 0
    assert "6 in all" in out


def test_secrets_and_foreign_text_reach_neither_messages_nor_files(tmp_path):
    with place(tmp_path) as server:
        sources = tmp_path / "config" / "sources.toml"
        keyed = (
            f'[[source]]\nname = "x"\nplatform = "x"\ncredential = "k"\nbase_url = "{server.url}"\n'
        )
        sources.write_text(sources.read_text(encoding="utf-8") + keyed, encoding="utf-8")
        secret = {"AIRFLOW_CONN_K": json.dumps({"conn_type": "http", "password": SECRET})}
        ran = luisterpost("run", *around(tmp_path), folder=tmp_path, more=secret)
    assert ran.code == 1
    sent = [request.headers.get("authorization") for request in server.requests]
    assert f"Bearer {SECRET}" in sent, ran.err
    assert SECRET not in ran.out + ran.err
    for path in (tmp_path / "var").rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()


# --- single commands -------------------------------------------------------------------


def test_import_with_covers_counts_as_listened_to(listened, tmp_path):
    folder = copy_of(listened.folder, tmp_path / "copy")
    covers = ("--covers", "2026-11-16/2026-11-23", "--source", "news")
    here("import", folder / "export.jsonl", *covers, *around(folder, LATER))
    here("load", *around(folder, LATER))
    query = "SELECT reason, source FROM coverage WHERE reason = 'imported'"
    assert rows(folder, query, file="warehouse.duckdb") == []
    here("enrich", *around(folder, LATER))
    here("load", *around(folder, LATER))
    assert rows(folder, query, file="warehouse.duckdb") == [("imported", "news")]
    assert len(rows(folder, "FROM mention", file="warehouse.duckdb")) == 6


@pytest.mark.parametrize("command", ["plan", "run"])
def test_a_lost_ledger_is_told_in_a_line_with_what_helps(listened, tmp_path, command):
    folder = copy_of(listened.folder, tmp_path / "copy")
    (ledger,) = [path.unlink() or path for path in (folder / "var" / "ledger").glob("*.duckdb")][
        -1:
    ]
    ended = luisterpost(command, *around(folder, LATER), folder=folder)
    assert ended.code == 2
    assert "luisterpost publish" in ended.err
    assert ledger.name in ended.err
    assert "Traceback" not in ended.err
    here("publish", *around(folder, LATER))
    assert luisterpost("plan", *around(folder, LATER), folder=folder).code == 0


def test_forget_erases_for_good(listened, tmp_path):
    folder = copy_of(listened.folder, tmp_path / "copy")
    erased = mention_id("forum", "1")
    here("publish", *around(folder))
    assert len(holding(b"Acme is fine", folder / "var")) >= 3
    assert "1 of 2 stood" in here("forget", "forum", "1", "999", *around(folder)).output
    assert holding(b"Acme is fine", folder / "var") == []
    for step in (("import", folder / "export.jsonl"), ("enrich",), ("load",), ("publish",)):
        here(*step, *around(folder, LATER))
    for table in ("mention", "mention_version", "subject_match", "sighting"):
        query = f"SELECT count(*) FROM {table} WHERE mention_id = '{erased}'"  # noqa: S608 - names from above
        assert rows(listened.folder, query, file="warehouse.duckdb") != [(0,)]
        assert rows(folder, query, file="warehouse.duckdb") == [(0,)]
    query = "SELECT native_id FROM mention WHERE platform = 'forum'"
    assert sorted(rows(folder, query, file="warehouse.duckdb")) == [("0",), ("2",)]
    assert rows(folder, query) == [("0",)]
    assert holding(b"Acme is fine", folder / "var") == []


def holding(words, folder):
    return [path for path in folder.rglob("*") if path.is_file() and words in path.read_bytes()]


def test_match_reads_lines_and_writes_lines(tmp_path):
    (tmp_path / "watchlist.toml").write_text(WATCHLIST)
    lines = '{"id": 1, "text": "Ik drink #Acme"}\nno json\n{"id": 2, "text": "niets"}\n'
    ended = luisterpost("match", "--config", tmp_path, stdin=lines, folder=tmp_path)
    assert ended.code == 2
    assert "line 2" in ended.err
    found = [json.loads(line) for line in ended.out.splitlines()]
    assert [answer["id"] for answer in found] == [1, 2]
    (match,) = found[0]["matches"]
    assert (match["subject"], match["form"]) == ("acme", "#Acme")
    assert found[1]["matches"] == []


def test_try_shows_what_comes_and_writes_nothing(tmp_path):
    with place(tmp_path):
        ended = luisterpost("try", "news", "--no-raw", *around(tmp_path)[2:], folder=tmp_path)
        dead = here("try", "dead", *around(tmp_path)[2:], expect=1)
    assert ended.code == 0
    assert [json.loads(line)["title"] for line in ended.out.splitlines()] == [
        f"Acme & news {number}" for number in range(3)
    ]
    assert "unreachable" in dead.stderr or "attempts failed" in dead.stderr
    assert not (tmp_path / "var").exists()


# --- the sample ------------------------------------------------------------------------


@pytest.mark.slow
def test_what_the_sample_prints_exists_and_its_questions_work(sample):
    lines = sample.ended.out.splitlines()
    paths = {
        name: Path(line.removeprefix(name).strip())
        for line in lines
        for name in ("report", "warehouse", "snapshot")
        if line.startswith(f"{name} ")
    }
    assert set(paths) == {"report", "warehouse", "snapshot"}
    assert all(path.is_file() for path in paths.values())
    questions = [shlex.split(line) for line in lines if " sql " in line]
    assert len(questions) == 3
    for program, *words in questions:
        assert Path(program) == LUISTERPOST
        shown = here(*words)
        assert len(shown.stdout.splitlines()) > 1, shown.stdout
