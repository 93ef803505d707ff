"""A real Airflow: what `make airflow` starts runs the five DAGs on the sample world."""

import email
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.policy import default
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from collectors.sample import CREDENTIALS
from collectors.sample.server import SampleServer
from collectors.sample.world import World, build_world, last_monday
from dags.local import free_port, move_configuration, prepare_sample
from tests.dags.rehearsal import MATCHES, MENTIONS, ask
from tests.programs import CONFIG, ROOT, environment, luisterpost

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

EVENTS = 30
TRIES = 10
PATIENCE_S = 400


class Client(httpx.Client):
    """
    Asks again after a server's error.

    SQLite refuses a transaction that read before another one wrote, whatever the time-out,
    and Airflow answers that with a 500: here it is on SQLite, beside a busy scheduler.
    """

    def request(self, *given: Any, **options: Any) -> httpx.Response:
        for _ in range(TRIES - 1):
            answer = super().request(*given, **options)
            if not answer.is_server_error:
                return answer
            time.sleep(1)
        return super().request(*given, **options)


@dataclass(frozen=True, kw_only=True)
class Running:
    """An Airflow that runs."""

    home: Path
    url: str
    password: str

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        path = self.home / "airflow" / "airflow.db"
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            return connection.execute(query, values).fetchall()

    def client(self) -> "Client":
        login = {"username": "admin", "password": self.password}
        token = httpx.post(f"{self.url}/auth/token", json=login, trust_env=False, timeout=60)
        return Client(
            base_url=f"{self.url}/api/v2",
            headers={"Authorization": f"Bearer {token.raise_for_status().json()['access_token']}"},
            trust_env=False,
            timeout=60,
        )

    def has_mail(self, start: str, whom: str) -> bool:
        """Tell whether a mail whose subject holds *start* has arrived for *whom*."""
        mails = [
            email.message_from_bytes(path.read_bytes(), policy=default)
            for path in (self.home / "mails").glob("*.eml")
        ]
        return any(start in str(mail["Subject"]) and whom in str(mail["To"]) for mail in mails)


def wait_for(what: str, is_so: Callable[[], object], *, about: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE_S} s; {about()}"
        time.sleep(1)


def group_members(group: int) -> list[str]:
    words = ["ps", "-eo", "pgid=,stat=,args="]
    found = subprocess.run(words, capture_output=True, text=True, check=True)
    lines = [line.split(None, 2) for line in found.stdout.splitlines()]
    return [" ".join(line) for line in lines if line[0] == str(group) and line[1][0] != "Z"]


@contextmanager
def local_airflow(folder: Path, home: Path, *, at: datetime) -> Iterator[Running]:
    port = free_port()
    words = ["--home", str(home), "--config", str(CONFIG), "--port", str(port)]
    words += ["--at", at.isoformat(), "--pace", "0"]
    out = folder / "out.txt"
    with out.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "dags.local", *words],
            cwd=ROOT,
            env=environment(folder),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    airflow_group = home / "airflow.pid"
    try:
        wait_for(
            "start",
            lambda: "Ctrl-C" in out.read_text(encoding="utf-8") or process.poll() is not None,
            about=lambda: out.read_text(encoding="utf-8")[-2000:],
        )
        assert process.poll() is None, out.read_text(encoding="utf-8")[-4000:]
        passwords = json.loads((home / "airflow" / "passwords.json").read_text(encoding="utf-8"))
        yield Running(home=home, url=f"http://127.0.0.1:{port}", password=passwords["admin"])
        process.send_signal(signal.SIGINT)
        process.wait(90)
        assert out.read_text(encoding="utf-8").splitlines()[-1] == "stopped"
        group = int(airflow_group.read_text(encoding="utf-8"))
        assert group_members(group) == []
    except BaseException:
        log = home / "airflow.log"
        sys.stdout.write(log.read_text(encoding="utf-8")[-20_000:] if log.exists() else "no log")
        raise
    finally:
        groups = [process.pid]
        if airflow_group.exists():
            groups.append(int(airflow_group.read_text(encoding="utf-8")))
        for group in groups:
            if group_members(group):
                os.killpg(group, signal.SIGKILL)
        process.wait(30)


@pytest.fixture
def world() -> World:
    return build_world(last_monday(datetime.now(UTC)))


def test_scheduled_dags_do_what_the_command_line_does(tmp_path: Path, world: World):
    at = world.recall_at + timedelta(hours=2)
    home, other = tmp_path / "airflow run", tmp_path / "command line"
    home.mkdir()
    with SampleServer(world, now=world.import_until) as server:
        config = move_configuration(CONFIG, tmp_path / "config", server.url)
        prepare_sample(home, config, world, server, until=at)
        shutil.copytree(home, other, symlinks=True)
        around = ("--home", other, "--config", config, "--now", at.isoformat())
        done = luisterpost("run", *around, folder=tmp_path, more=CREDENTIALS)
        assert done.code == 0, done.err
    before = len(ask(home / "warehouse.duckdb", MENTIONS))

    with local_airflow(tmp_path, home, at=at) as running:

        def states() -> list[tuple[Any, ...]]:
            return running.ask(
                "SELECT dag_id, task_id, state, count(*) FROM task_instance GROUP BY 1, 2, 3"
            )

        with running.client() as client:
            client.post("/dags/report/dagRuns", json={"logical_date": None}).raise_for_status()
            wait_for(
                "alert mail",
                lambda: running.has_mail("][brand]", "on-call@hoogwael.example"),
                about=states,
            )
            wait_for(
                "report mail",
                lambda: running.has_mail("status report", "marketing@hoogwael.example"),
                about=states,
            )
            assets = client.get("/assets").raise_for_status().json()["assets"]
            landed = next(one["id"] for one in assets if one["name"] == "luisterpost_landed")
            for _ in range(EVENTS):
                client.post("/assets/events", json={"asset_id": landed}).raise_for_status()
        rung = running.ask("SELECT max(timestamp) FROM asset_event WHERE asset_id = ?", landed)
        wait_for(
            "a run that began after the last event",
            lambda: running.ask(
                "SELECT 1 FROM dag_run "
                "WHERE dag_id = 'enrich' AND state = 'success' AND start_date > ?",
                *rung[0],
            ),
            about=states,
        )
        wait_for(
            "no run of before that still waits",
            lambda: (
                not running.ask(
                    "SELECT 1 FROM dag_run WHERE state IN ('queued', 'running') AND queued_at <= ?",
                    *rung[0],
                )
            ),
            about=states,
        )
        assert_one_holder(running)
        failed = [row for row in states() if row[2] in {"failed", "upstream_failed"}]
        assert failed == []
        assert not list((home / "landing").glob("*.parquet"))
    ours, theirs = home / "warehouse.duckdb", other / "warehouse.duckdb"
    assert len(ask(ours, MENTIONS)) > before
    assert ask(ours, MENTIONS) == ask(theirs, MENTIONS)
    assert ask(ours, MATCHES) == ask(theirs, MATCHES)
    assert len(ask(home / "snapshot.duckdb", MENTIONS)) == len(ask(ours, MENTIONS))


def assert_one_holder(running: Running) -> None:
    held = running.ask(
        "SELECT start_date, end_date FROM task_instance WHERE pool = 'warehouse' "
        "AND start_date IS NOT NULL AND end_date IS NOT NULL ORDER BY start_date"
    )
    assert len(held) > 2
    overlaps = [(one, two) for one, two in pairwise(held) if two[0] < one[1]]
    assert overlaps == []
