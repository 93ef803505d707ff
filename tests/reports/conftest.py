import pytest

from reports.status_report import write_status_report
from tests.reports.reading import SETTINGS
from tests.reports.world import plausible_world


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory):
    return plausible_world().write(tmp_path_factory.mktemp("plausible") / "snapshot.duckdb")


@pytest.fixture(scope="session")
def page(snapshot, tmp_path_factory):
    path = write_status_report(snapshot, SETTINGS, folder=tmp_path_factory.mktemp("out"))
    return path.read_text(encoding="utf-8")
