"""A real Airflow meets a dead mail server, a wrong password, a held warehouse, a full disk, a late run."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest

from dags.local import airflow_environment, free_port, prepare_airflow
from tests.dags.rehearsal import AIRFLOW, ask
from tests.dags.running import Client, Running, group_members, wait_for
from tests.dags.small_disk import WHY_NOT, filled, small_disk
from tests.places import place
from tests.programs import luisterpost
from tests.reports.mail_server import Mailbox, mail_server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

PASSWORD = "the-right-word"  # noqa: S105 - no real one
OPERATORS = "operators@hoogwael.example"
BROKEN = "20261123T080000-news-0000000000000000.parquet"
MORE = {
    "platform": "forum",
    "native_id": "late",
    "created_at": "2026-11-21T10:00:00Z",
    "text": "Acme came when the disk was full",
}
TEXTS = ("Acme opens plant", "Acme is fine", "Nobody is named", MORE["text"])

HOLD = {
    "lock": "import filelock; held = filelock.FileLock({!r}); held.acquire()",
    "duckdb": "import duckdb; held = duckdb.connect({!r})",
}


@dataclass(frozen=True, kw_only=True)
class Stage:
    """An Airflow that runs, the place it listens for, and what the mail server took."""

    running: Running
    client: Client
    folder: Path
    home: Path
    environment: Mapping[str, str]
    box: Mailbox

    def luisterpost(self, *words: object) -> str:
        around = ("--home", self.home, "--config", self.folder / "config")
        ended = luisterpost(*words, *around, folder=self.folder)
        assert ended.code == 0, ended.err + ended.out
        return ended.out

    def let(self, *names: str, rest: bool = False) -> None:
        """Let DAGs run, or rest."""
        for name in names:
            answer = self.client.patch(f"/dags/{name}", json={"is_paused": rest})
            answer.raise_for_status()

    def start(self, name: str) -> None:
        answer = self.client.post(f"/dags/{name}/dagRuns", json={"logical_date": None})
        answer.raise_for_status()

    def states(self) -> list[tuple[Any, ...]]:
        return self.running.ask("SELECT dag_id, task_id, state, try_number FROM task_instance")

    def outbox(self) -> list[tuple[str, str, str]]:
        """Give the kind, the Message-ID and the last trouble of each mail that waits."""
        from warehouse.desk.connection import desk_url, open_desk
        from warehouse.desk.outbox import waiting

        with open_desk(desk_url(self.home / "desk.db")) as desk:
            return [(one.kind, one.message_id, one.last_error or "") for one in waiting(desk)]

    def wait_for_trouble(self, words: str, *, failures: int) -> None:
        """Wait until a mail met this trouble, and so many mails that tell of trouble wait, too."""

        def is_there() -> bool:
            mails = self.outbox()
            told = sum(kind == "failure" for kind, _, _ in mails)
            return told == failures and any(words in trouble for _, _, trouble in mails)

        wait_for(f"{words!r} in the outbox", is_there, about=self.outbox)

    def arrived(self, words: str) -> list[EmailMessage]:
        """Give the mails whose subject holds these words."""
        mails = [one.message for one in self.box.arrived]
        return [mail for mail in mails if words in str(mail["Subject"])]

    def wait_for_mail(self, words: str, *, after: int = 0) -> str:
        """Wait for a mail beyond the first *after* of this subject, and give its text."""
        wait_for(f"the mail {words!r}", lambda: len(self.arrived(words)) > after, about=self.states)
        return text_of(self.arrived(words)[-1])

    def mentions(self) -> int:
        """Count the mentions that the snapshot shows: those of a subject."""
        return len(ask(self.home / "snapshot.duckdb", "SELECT mention_id FROM mention"))

    def wait_until_loaded(self, count: int) -> None:
        """Wait until all files are loaded and published, which makes so many mentions."""
        wait_for(f"{count} mentions", lambda: self.mentions() == count, about=self.states)
        assert not list((self.home / "landing").glob("*.parquet"))

    def wait_until_idle(self) -> None:
        """Wait until no run goes on; those of a resting DAG stay queued."""
        query = "SELECT 1 FROM dag_run WHERE state = 'running'"
        wait_for("the end of all runs", lambda: not self.running.ask(query), about=self.states)


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


@contextmanager
def airflow(environment: Mapping[str, str], home: Path) -> Iterator[Running]:
    """Run Airflow in a process group of its own, and leave nobody behind."""
    log, url = home / "airflow.log", environment["AIRFLOW__API__BASE_URL"]
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [AIRFLOW, "standalone"],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def is_ready() -> bool:
        assert process.poll() is None, log.read_text(encoding="utf-8")[-4000:]
        try:
            known = httpx.get(f"{url}/api/v2/monitor/health", trust_env=False, timeout=10)
        except httpx.HTTPError:
            return False
        return known.is_success and "Airflow is ready" in log.read_text(encoding="utf-8")

    try:
        wait_for("Airflow", is_ready, about=lambda: log.read_text(encoding="utf-8")[-2000:])
        passwords = json.loads((home / "airflow" / "passwords.json").read_text(encoding="utf-8"))
        yield Running(home=home, url=url, password=passwords["admin"])
    except BaseException:
        sys.stdout.write(log.read_text(encoding="utf-8")[-20_000:])
        raise
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            if group_members(process.pid):
                os.killpg(process.pid, number)
            end = time.monotonic() + 40
            while group_members(process.pid) and time.monotonic() < end:
                process.poll()
                time.sleep(0.2)
        process.wait(10)


@contextmanager
def held(home: Path) -> Iterator[list[int]]:
    """Hold the warehouse from two other processes: by the file lock, and by DuckDB's own."""
    paths = {"lock": home / "warehouse.lock", "duckdb": home / "warehouse.duckdb"}
    holders = []
    try:
        for name, words in HOLD.items():
            script = words.format(str(paths[name])) + "; print('held', flush=True); input()"
            holder = subprocess.Popen(
                [sys.executable, "-c", script],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            holders.append(holder)
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
        yield [holder.pid for holder in holders]
    finally:
        for holder in holders:
            holder.communicate("\n", timeout=30)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    port, own = free_port(), tmp_path / "own"
    own.mkdir()
    with small_disk() as home, place(tmp_path, has_dead=False):
        (tmp_path / "config" / "mail.toml").write_text(
            'sender = "luisterpost@hoogwael.example"\nalert_to = ["on-call@hoogwael.example"]\n'
        )
        environment = airflow_environment(
            own, config=tmp_path / "config", clock_url="", port=free_port(), smtp_port=port
        )
        smtp = json.loads(environment["AIRFLOW_CONN_SMTP_DEFAULT"])
        smtp |= {"login": "luisterpost", "password": PASSWORD}
        environment |= {
            "AIRFLOW_CONN_SMTP_DEFAULT": json.dumps(smtp),
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
            "LUISTERPOST_HOME": str(home),
            "LUISTERPOST_DEADLINES": "housekeeping=0.05",
            "LUISTERPOST_LOCK_SECONDS": "2",
            "LUISTERPOST_RETRY_SECONDS": "1",
        }
        prepare_airflow(environment)
        with airflow(environment, own) as running, running.client() as client:
            wait_for(
                "the DAGs",
                lambda: client.get("/dags").raise_for_status().json()["total_entries"] == 6,
                about=lambda: client.get("/importErrors").text,
            )
            yield Stage(
                running=running,
                client=client,
                folder=tmp_path,
                home=home,
                environment=environment,
                box=Mailbox(port=port),
            )


def test_each_failure_is_told_with_what_to_do_and_nothing_is_lost(stage: Stage):
    stage.luisterpost("run")
    dead_mail_server(stage)
    wrong_password(stage)
    with mail_server(stage.box, password=PASSWORD, port=stage.box.port):
        server_is_back(stage)
        corrupt_file_and_held_warehouse(stage)
        full_disk(stage)
    ids = stage.box.ids()
    assert len(ids) == len(set(ids))
    check_failure_mails(stage)


def dead_mail_server(stage: Stage) -> None:
    """The alert waits, the task is red, and the mail that says so waits beside it."""
    stage.luisterpost("alert", "test")
    stage.let("alert")
    stage.start("alert")
    stage.wait_for_trouble("Connection refused", failures=1)
    red = ("alert", "deliver", "failed", 1)
    wait_for("the red task", lambda: red in stage.states(), about=stage.states)
    assert "Connection refused" in stage.luisterpost("mail", "outbox")


def wrong_password(stage: Stage) -> None:
    """The server is asked, refuses, and nothing but that is said of the password."""
    with mail_server(stage.box, password="another", port=stage.box.port):  # noqa: S106 - no real one
        stage.luisterpost("alert", "test")
        stage.start("alert")
        stage.wait_for_trouble("refused our login", failures=2)
        assert PASSWORD not in stage.luisterpost("mail", "outbox")
    assert ("luisterpost", PASSWORD) in stage.box.logins
    assert stage.box.arrived == []


def server_is_back(stage: Stage) -> None:
    """What waited arrives, each mail once."""
    around = ("--home", stage.home, "--config", stage.folder / "config")
    for _, key, _ in stage.outbox():  # One whose time comes meanwhile needs no help any more.
        luisterpost("mail", "outbox", "--retry", key, *around, folder=stage.folder)
    stage.start("alert")
    wait_for("an empty outbox", lambda: not stage.outbox(), about=stage.outbox)
    stage.let("alert", rest=True)
    assert len(stage.arrived("TEST")) == 2
    told = sorted(text_of(mail) for mail in stage.arrived("alert: deliver failed"))
    assert len(told) == 2
    assert "Connection refused" in told[0] + told[1]
    assert "refused our login" in told[0] + told[1]
    assert all("The mail server can't be used" in text for text in told)
    assert all("Waited in the outbox since" in text for text in told)
    assert all("Correct the connection `smtp_default`" in text for text in told)


def corrupt_file_and_held_warehouse(stage: Stage) -> None:
    """The one is put aside and named, the other names who has it; the rest is loaded afterwards."""
    stage.luisterpost("import", stage.folder / "export.jsonl")
    (stage.home / "landing" / BROKEN).write_bytes(b"PAR1 but no more")
    before = stage.mentions()
    with held(stage.home) as processes:
        stage.let("enrich", "housekeeping")
        stage.start("housekeeping")
        stage.start("enrich")
        told = stage.wait_for_mail("enrich: understand failed")
        assert f"Put aside in {stage.home}/aside" in told
        assert BROKEN in told
        told = stage.wait_for_mail("enrich: load failed")
        assert "Attempts 3" in told
        assert all(f"(process {process})" in told for process in processes)
        assert "Close that program" in told
        stage.wait_for_mail("housekeeping: drop failed")
        told = stage.wait_for_mail("housekeeping: a run is not done")
        assert re.search("Run (manual|scheduled)__", told)
        assert "Open the run's page" in told
    assert (stage.home / "aside" / BROKEN).exists()
    stage.start("enrich")
    stage.wait_until_loaded(before + 2)


def full_disk(stage: Stage) -> None:
    """What can't be written is not half written; with room again the next run goes on."""
    if not stage.home.is_mount():
        sys.stdout.write(f"no full disk: {WHY_NOT}\n")
        return
    stage.let("enrich", "housekeeping", rest=True)
    before = stage.mentions()
    export = stage.folder / "more.jsonl"
    export.write_text(json.dumps(MORE) + "\n", encoding="utf-8")
    stage.luisterpost("import", export)
    stage.wait_until_idle()
    with filled(stage.home):
        stage.let("enrich")
        stage.start("enrich")
        told = stage.wait_for_mail("enrich: understand failed", after=1)
        assert "No room is left on the disk" in told
        assert "Attempts 3" in told
        assert "Make room" in told
        assert not list((stage.home / "enriched").glob("*.parquet"))
    stage.start("enrich")
    stage.wait_until_loaded(before + 1)
    assert [path.name for path in (stage.home / "aside").glob("*.parquet")] == [BROKEN]


def check_failure_mails(stage: Stage) -> None:
    """Each says what to do, twice: as text and as a page; none holds a text or a secret."""
    mails = stage.arrived("[Luisterpost]")
    notices = [mail for mail in mails if str(mail["To"]) == OPERATORS]
    assert len(notices) >= 6
    assert {str(mail["From"]) for mail in notices} == {"luisterpost@hoogwael.example"}
    for mail in notices:
        assert mail["Auto-Submitted"] == "auto-generated"
        assert "WHAT TO DO" in text_of(mail)
        page = mail.get_body(("html",))
        assert page is not None
        assert "What to do</h2>" in page.get_content()
        whole = text_of(mail) + page.get_content()
        assert [word for word in (*TEXTS, PASSWORD) if word in whole] == []
    logs = list((stage.running.home / "airflow" / "logs").rglob("*.log"))
    assert logs
    for log in [*logs, stage.running.home / "airflow.log"]:
        words = log.read_text(encoding="utf-8", errors="replace")
        assert [word for word in (*TEXTS, PASSWORD) if word in words] == []
