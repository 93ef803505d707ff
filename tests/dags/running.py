"""An Airflow that runs, as tests ask it."""

import email
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import httpx

from dags.local import free_port
from tests.programs import CONFIG, ROOT, environment

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

    def client(self) -> Client:
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
        return any(
            start in str(mail["Subject"]) and whom in str(mail["To"]) for mail in self.mails()
        )

    def mails(self) -> list[EmailMessage]:
        """Read what has arrived so far, in order."""
        return [
            email.message_from_bytes(path.read_bytes(), policy=default)
            for path in sorted((self.home / "mails").glob("*.eml"))
        ]


def wait_for(what: str, is_so: Callable[[], object], *, about: Callable[[], object]) -> None:
    """Wait until something is so; else fail, and say *about* what was seen."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE_S} s; {about()}"
        time.sleep(1)


def group_members(group: int) -> list[str]:
    """List the living processes of a group."""
    words = ["ps", "-eo", "pgid=,stat=,args="]
    found = subprocess.run(words, capture_output=True, text=True, check=True)
    lines = [line.split(None, 2) for line in found.stdout.splitlines()]
    return [" ".join(line) for line in lines if line[0] == str(group) and line[1][0] != "Z"]


@contextmanager
def local_airflow(
    folder: Path, home: Path, *, at: datetime, config: Path = CONFIG
) -> Iterator[Running]:
    """Start it with its clock standing at *at*, and end it with all that it started."""
    port = free_port()
    words = ["--home", str(home), "--config", str(config), "--port", str(port)]
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
