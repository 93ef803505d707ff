"""Each step on a full disk: whole files or none, told as what it is; with room it goes on."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from collectors.landing import read_header, waiting_files
from collectors.settings import Settings
from dags.causes import cause_of
from dags.steps import collecting, enriching, housekeeping, mailing
from dags.told import Batch
from tests.dags.rehearsal import MENTIONS, ask
from tests.dags.small_disk import WHY_NOT, filled, small_disk
from tests.places import LATER, NOW, place
from warehouse.connection import open_warehouse
from warehouse.tombstones import bury

pytestmark = pytest.mark.small_disk

TOLD = "no room is left on the disk"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    with small_disk() as home:
        assert home.is_mount(), WHY_NOT
        monkeypatch.setenv("LUISTERPOST_HOME", str(home))
        monkeypatch.setenv("LUISTERPOST_CONFIG", str(tmp_path / "config"))
        monkeypatch.setenv("LUISTERPOST_NOW", NOW)
        monkeypatch.delenv("LUISTERPOST_CLOCK_URL", raising=False)
        with place(tmp_path, has_dead=False):
            yield Settings(home=home, config=tmp_path / "config")


def plan() -> Batch:
    return next(batch for batch in collecting.plan_batches() if batch["source"] == "news")


def understand() -> None:
    for files in enriching.list_batches():
        enriching.enrich_batch(files)


def told_on_full_disk(settings: Settings, step: Callable[[], object]) -> str:
    """Run a step on the full disk, and tell what the failure mail would say."""
    with filled(settings.home), pytest.raises(Exception, match=r".") as caught:
        step()
    return cause_of(caught.value, home=str(settings.home), allowed=timedelta(minutes=20)).told


def test_plan_claims_nothing_on_a_full_disk_and_all_of_it_later(settings: Settings):
    settings.jobs.mkdir(parents=True)
    assert told_on_full_disk(settings, collecting.plan_batches) == TOLD
    assert plan()["jobs"]


def test_what_does_not_land_whole_does_not_land_and_is_fetched_again(settings: Settings):
    batch = plan()
    assert told_on_full_disk(settings, lambda: collecting.fetch_batch(batch)) == TOLD
    assert waiting_files(settings.landing) == []
    (path,) = collecting.fetch_batch(plan())
    assert read_header(Path(path)).items_seen == 3


def test_landing_file_stays_until_it_can_be_enriched_whole(settings: Settings):
    collecting.fetch_batch(plan())
    assert told_on_full_disk(settings, understand) == TOLD
    assert waiting_files(settings.enriched) == []
    assert not settings.aside.exists()
    understand()
    assert enriching.load_enriched() == 3


def test_load_is_undone_on_a_full_disk_and_done_later(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    round_once(settings)
    monkeypatch.setenv("LUISTERPOST_NOW", LATER)
    collecting.fetch_batch(plan())
    understand()
    waiting = waiting_files(settings.enriched)
    before = ask(settings.warehouse, MENTIONS)
    assert told_on_full_disk(settings, enriching.load_enriched) == TOLD
    assert waiting_files(settings.enriched) == waiting
    assert not settings.aside.exists()
    assert ask(settings.warehouse, MENTIONS) == before
    enriching.load_enriched()
    assert waiting_files(settings.enriched) == []


def test_snapshot_stays_the_last_whole_one(settings: Settings):
    round_once(settings)
    whole = settings.snapshot.resolve()
    assert told_on_full_disk(settings, enriching.publish_snapshot) == TOLD
    assert settings.snapshot.resolve() == whole
    assert len(ask(settings.snapshot, MENTIONS)) == 3
    assert Path(enriching.publish_snapshot()) != whole
    assert len(ask(settings.snapshot, MENTIONS)) == 3


def test_warehouse_is_rewritten_whole_or_not_at_all(settings: Settings):
    round_once(settings)
    with open_warehouse(settings.warehouse, tell=str) as connection:
        one = connection.execute("SELECT min(mention_id) FROM mention").fetchall()[0]
        assert bury(connection, one, reason="a test", now=settings.clock()) == 1
    before = ask(settings.warehouse, MENTIONS)
    assert told_on_full_disk(settings, housekeeping.purge_bytes) == TOLD
    assert ask(settings.warehouse, MENTIONS) == before
    housekeeping.purge_bytes()
    assert ask(settings.warehouse, MENTIONS) == before


def test_alerts_are_decided_and_delivered_once_there_is_room(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    round_once(settings)
    smtp = '{"conn_type": "smtp", "host": "127.0.0.1", "login": "me", "password": "p"}'
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", smtp)
    for step in (mailing.decide_alerts, mailing.deliver):
        assert told_on_full_disk(settings, step) == TOLD
    assert mailing.decide_alerts() == 0
    assert mailing.deliver() == 0


def round_once(settings: Settings) -> None:
    collecting.fetch_batch(plan())
    understand()
    enriching.load_enriched()
    enriching.publish_snapshot()
    assert settings.snapshot.exists()
