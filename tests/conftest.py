"""Rules for the whole suite: what may be skipped; and the sample world, run once for all workers."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from tests.dags.small_disk import WHY_NOT, small_disk
from tests.places import NOW, place
from tests.programs import CONFIG, Ended, luisterpost

# A busy machine is no failure. In CI hypothesis derandomizes by a profile of its own.
if not os.environ.get("CI"):
    settings.register_profile(
        "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("patient")

_ABSENT = "../shared/data is absent"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that need a disk of their own where none may be mounted."""
    needing = [item for item in items if item.get_closest_marker("small_disk")]
    if not needing:
        return
    with small_disk() as folder:
        is_allowed = folder.is_mount()
    if not is_allowed:
        items[:] = [item for item in items if item not in needing]
        config.hook.pytest_deselected(items=needing)
        sys.stderr.write(f"{len(needing)} tests are left out: {WHY_NOT}\n")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a test that was skipped for any reason but missing shared data is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not os.environ.get("CI"):
        return
    if _skipped(reporter)[1] and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were skipped, and why that is or isn't fine."""
    absent, others = _skipped(terminalreporter)
    terminalreporter.write_line(f"skipped for missing ../shared/data: {absent}")
    if others:
        terminalreporter.write_line(f"skipped for other reasons (a failure in CI): {others}")


def _skipped(reporter: pytest.TerminalReporter) -> tuple[int, int]:
    reasons = [str(report.longrepr) for report in reporter.stats.get("skipped", [])]
    absent = sum(_ABSENT in reason for reason in reasons)
    return absent, len(reasons) - absent


def once(
    factory: pytest.TempPathFactory, name: str, build: Callable[[Path], list[Ended]]
) -> "Once":
    """Build something in a directory of its own; the other workers of pytest-xdist wait for it."""
    shared = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    folder, told = shared / name, shared / f"{name}.json"
    with FileLock(shared / f"{name}.lock"):
        if not told.exists():
            folder.mkdir()
            ended = [asdict(one) for one in build(folder)]
            told.write_text(json.dumps(ended), encoding="utf-8")
    return Once(folder, [Ended(**one) for one in json.loads(told.read_text(encoding="utf-8"))])


class Once(NamedTuple):
    """What was built once, and how the commands ended that built it."""

    folder: Path
    ended: list[Ended]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The sample world after `luisterpost sample run`; to be read, never written."""

    home: Path
    folder: Path
    """Its user's configuration directory."""
    ended: Ended

    NOW = "2026-11-23T09:00Z"
    ANCHOR = datetime(2026, 11, 23, tzinfo=UTC)

    @property
    def snapshot(self) -> Path:
        return self.home / "snapshot.duckdb"

    @property
    def report(self) -> Path:
        return self.home / "reports" / "status-2026-W47.html"


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder, (ended,) = once(
        tmp_path_factory,
        "a user's sample",
        lambda folder: [run_sample(folder / "var", folder=folder)],
    )
    assert ended.code == 0, ended.err
    return Sample(home=folder / "var", folder=folder, ended=ended)


def run_sample(home: Path, *, folder: Path) -> Ended:
    """Run the sample behind a proxy that reaches nothing."""
    words = ("sample", "run", "--home", home, "--config", CONFIG, "--now", Sample.NOW)
    return luisterpost(*words, folder=folder, more={"NO_PROXY": ""})


@pytest.fixture(scope="session")
def listened(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """A small place after one import and one round; to be read or copied, never written."""
    return once(tmp_path_factory, "listened", _listen)


def _listen(folder: Path) -> list[Ended]:
    around = ("--home", folder / "var", "--config", folder / "config", "--now", NOW)
    with place(folder):
        return [
            luisterpost("import", folder / "export.jsonl", *around, folder=folder),
            luisterpost("run", *around, folder=folder),
        ]
