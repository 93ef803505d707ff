import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.contract import Credential
from collectors.sample.server import SampleServer
from collectors.sample.server_reddit import CLIENT_ID, CLIENT_SECRET
from collectors.sample.server_x import BEARER_TOKEN
from collectors.sample.world import World, build_world
from collectors.watchlist import Watchlist

CONFIG = Path(__file__).resolve().parents[3] / "config"


@pytest.fixture(scope="session")
def world() -> World:
    return build_world(datetime(2026, 11, 23, tzinfo=UTC))


@pytest.fixture(scope="session")
def watchlist() -> Watchlist:
    return Watchlist.model_validate(tomllib.loads((CONFIG / "watchlist.toml").read_text("utf-8")))


@pytest.fixture(scope="session")
def credentials() -> dict[str, Credential | None]:
    agent = {"user_agent": "tests of the sample world"}
    return {
        "feed": None,
        "x": Credential(password=BEARER_TOKEN),
        "reddit": Credential(login=CLIENT_ID, password=CLIENT_SECRET, extra=agent),
    }


@pytest.fixture
def server(world):
    with SampleServer(world) as running:
        yield running
