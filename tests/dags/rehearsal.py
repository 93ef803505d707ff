"""A fresh Airflow home on the sample world, for tests that run DAGs."""

import email
import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import duckdb

from collectors.sample import CREDENTIALS
from collectors.sample.server import SampleServer
from collectors.sample.world import World, build_world
from dags.local import airflow_environment, catch_mails, free_port, move_configuration
from tests.conftest import Sample
from tests.programs import CONFIG, LUISTERPOST, environment

SAMPLE_TOKEN = "sample-token"  # noqa: S105 - no real one
AIRFLOW = LUISTERPOST.with_name("airflow")


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """Where everything lies, and how to run a command of Airflow's there."""

    home: Path
    config: Path
    world: World
    server: SampleServer
    mails: Path
    environment: Mapping[str, str]

    def airflow(self, *words: str, timeout_s: float = 300) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [AIRFLOW, *words],
            env=dict(self.environment),
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    def read_mails(self) -> list[EmailMessage]:
        return [
            email.message_from_bytes(path.read_bytes(), policy=default)
            for path in sorted(self.mails.glob("*.eml"))
        ]


@contextmanager
def rehearsal(folder: Path, *, now: datetime, x_token: str = SAMPLE_TOKEN) -> Iterator[Rehearsal]:
    world = build_world(Sample.ANCHOR)
    home = folder / "var"
    home.mkdir()
    with SampleServer(world, now=now) as server, catch_mails(folder / "mails") as smtp_port:
        config = move_configuration(CONFIG, folder / "config", server.url)
        around = airflow_environment(
            home,
            config=config,
            clock_url=f"{server.url}/now",
            port=free_port(),
            smtp_port=smtp_port,
        )
        kept = environment(folder)
        own = {
            name: value for name, value in around.items() if name.startswith(("AIR", "LUI", "PATH"))
        }
        more = {"AIRFLOW_CONN_X_MAIN": json.dumps({"conn_type": "http", "password": x_token})}
        yield Rehearsal(
            home=home,
            config=config,
            world=world,
            server=server,
            mails=folder / "mails",
            environment={**kept, **own, **more, "PYTHONWARNINGS": "ignore"},
        )


def credentials(x_token: str) -> Mapping[str, str]:
    token = json.dumps({"conn_type": "http", "password": x_token})
    return {**CREDENTIALS, "AIRFLOW_CONN_X_MAIN": token}


def ask(path: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(path.resolve(), read_only=True) as connection:
        return connection.execute(query).fetchall()


MENTIONS = """
SELECT mention_id, version_id, language, created_at, text, story_id, is_own, last_collected_at
FROM mention SEMI JOIN subject_match USING (mention_id) ORDER BY mention_id
"""
MATCHES = """
SELECT mention_id, subject_id, field, form, start_char, tone, round(p_negative, 9)
FROM subject_match ORDER BY ALL
"""
