"""`luisterpost collect`: what is planned is fetched once, whatever the source answers."""

from typer.testing import CliRunner

from collectors.collect_command import tell_faults
from collectors.landing import Fault, read_header, waiting_files
from luisterpost import app
from tests.places import NOW, place
from tests.warehouse.building import header


def here(folder, *words, expect=0, now=NOW):
    around = ("--home", folder / "var", "--config", folder / "config", "--now", now)
    result = CliRunner().invoke(app, [*map(str, (*words, *around))])
    assert result.exit_code == expect, result.output
    return result


def headers(folder):
    return {h.source: h for h in map(read_header, waiting_files(folder / "var" / "landing"))}


def test_nothing_planned_is_nothing_fetched(tmp_path):
    with place(tmp_path) as server:
        assert "0 jobs fetched, 0 items seen" in here(tmp_path, "collect").stderr
    assert server.requests == []


def test_each_job_leaves_one_file_and_is_fetched_once(tmp_path):
    with place(tmp_path, has_dead=False) as server:
        here(tmp_path, "plan", "--claim")
        assert "1 job fetched, 3 items seen" in here(tmp_path, "collect").stderr
        assert "0 jobs fetched" in here(tmp_path, "collect").stderr
    assert len(server.requests) == 1
    assert headers(tmp_path)["news"].items_seen == 3


def test_a_dead_source_leaves_a_file_that_claims_nothing_and_the_others_are_fetched(tmp_path):
    with place(tmp_path):
        here(tmp_path, "plan", "--claim")
        shown = here(tmp_path, "collect", expect=1)
    assert "dead" in shown.stderr
    assert "unreachable" in shown.stderr
    assert "news" not in shown.stderr
    found = headers(tmp_path)
    assert found["dead"].answered == ()
    assert found["dead"].fault.reason == "unreachable"
    assert found["news"].items_seen == 3


def test_jobs_of_a_source_that_was_switched_off_meanwhile_wait(tmp_path):
    with place(tmp_path) as server:
        here(tmp_path, "plan", "--claim")
        sources = tmp_path / "config" / "sources.toml"
        kept = sources.read_text(encoding="utf-8").split("[[source]]")
        sources.write_text(f"[[source]]{kept[2]}", encoding="utf-8")
        here(tmp_path, "collect", expect=1)
    assert server.requests == []
    assert set(headers(tmp_path)) == {"dead"}


def test_what_a_source_says_stays_on_one_line_and_never_steers_the_terminal(capsys):
    said = "no \x1b[31mway\x1b[0m\nout \u202e" + "and on " * 40
    tell_faults([header("j", fault=Fault(reason="server_error", message=said))])
    (line,) = capsys.readouterr().err.splitlines()
    assert "\x1b" not in line
    assert "\u202e" not in line
    assert line.startswith("web search:1: server_error: no ")
    assert line.rstrip().endswith("and on")
