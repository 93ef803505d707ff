import pytest
from typer.testing import CliRunner

from reports.commands import app
from tests.reports.world import plausible_world


def run(*words):
    return CliRunner().invoke(app, ["status", *map(str, words)])


def test_status_prints_the_path_of_the_report(tmp_path):
    plausible_world(weeks=1).write(tmp_path / "snapshot.duckdb")
    result = run(
        "--home", tmp_path, "--config", tmp_path, "--period", "week", "--date", "2026-11-12"
    )
    assert result.exit_code == 0, result.output
    assert result.stdout.strip() == str(tmp_path / "reports" / "status-2026-W46.html")
    assert (tmp_path / "reports" / "status-2026-W46.html").exists()


def test_wrong_use_ends_with_2_and_says_why(tmp_path):
    missing = run("--home", tmp_path, "--config", tmp_path)
    assert missing.exit_code == 2
    assert "luisterpost run" in missing.stderr
    assert run("--home", tmp_path, "--date", "tomorrow").exit_code == 2
    assert run("--home", tmp_path, "--period", "fortnight").exit_code == 2
    (tmp_path / "reports.toml").write_text('time_zone = "Mars"\n')
    wrong = run("--home", tmp_path, "--config", tmp_path)
    assert wrong.exit_code == 2
    assert "reports.toml" in wrong.stderr


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        (["--period", "daily"], "2026-11-15"),
        (["--period", "Monthly"], "2026-10"),
        (["--period", "2026-W45"], "2026-W45"),
        (["--period", "2026-11-12"], "2026-11-12"),
        (["--period", "month", "--date", "2026-11-12"], "2026-11"),
    ],
)
def test_period_is_chosen_by_kind_or_by_name(snapshot, tmp_path, asked, name):
    (tmp_path / "snapshot.duckdb").symlink_to(snapshot)
    result = run("--home", tmp_path, "--config", tmp_path, *asked)
    assert result.exit_code == 0, result.output
    assert result.stdout.strip() == str(tmp_path / "reports" / f"status-{name}.html")


def test_period_that_is_none_or_named_twice_is_refused(tmp_path):
    for asked in (["2026-W99"], ["yearly"], ["2026-W45", "--date", "2026-11-12"]):
        assert run("--home", tmp_path, "--period", *asked).exit_code == 2
