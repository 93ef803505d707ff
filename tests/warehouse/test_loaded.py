"""What is loaded and in no snapshot yet: known to every plan, however long that lasts."""

import shutil
from datetime import timedelta

import pytest

from collectors.contract import Stream
from collectors.leases import LEASE, Leases
from collectors.readiness import SourceState
from collectors.settings import Settings
from collectors.sources import Source
from tests.warehouse.building import HOUR, T0, header, mention, simple_file
from tests.warehouse.test_intake import publish_in, take_in
from warehouse.jobs import jobs_for
from warehouse.ledger import StreamHistory
from warehouse.plan import read_standing
from warehouse.windows import Window

X = Source.model_validate({"name": "web", "platform": "x", "overlap": "1 h", "monthly_eur": 100})
STREAM = Stream(key="search:1", reach="window")
PAID = {"account": "x", "item_eur": 0.5, "charged": ("1", "2")}


def standing(home, *, now=T0 + HOUR):
    return read_standing(
        Settings(home=home, fixed_now=now), [SourceState(source=X, streams=(STREAM,))]
    )


def known(home, *, now=T0 + HOUR) -> tuple:
    """What a plan knows: the covered stretches, the euros of the month, the requests."""
    seen = standing(home, now=now)
    history = seen.ledger.get(("web", "search:1"))
    stretches = sorted((i.since, i.until) for i in history.covered) if history else []
    requests = sum(one.requests for one in seen.spent)
    return stretches, round(seen.spending["web"].month_eur, 6), requests


FETCHED = ([(T0 - HOUR, T0)], 1.0, 1)


@pytest.fixture
def loaded(tmp_path):
    simple_file(tmp_path / "enriched", "j", [mention(1), mention(2)], **PAID)
    assert known(tmp_path) == FETCHED
    take_in(tmp_path)
    return tmp_path


@pytest.mark.parametrize("later", [-2 * HOUR, timedelta(0), 20 * HOUR, timedelta(days=13)])
def test_what_is_loaded_stays_known_until_a_snapshot_tells_it(loaded, later):
    stretches, eur, _ = known(loaded, now=T0 + later)
    assert (stretches, eur) == FETCHED[:2]


def test_what_is_loaded_and_published_counts_once(loaded):
    publish_in(loaded)
    assert Leases(folder=loaded / "jobs").loaded() == []
    assert known(loaded) == FETCHED


def test_a_snapshot_made_before_the_load_ends_nothing(tmp_path):
    take_in(tmp_path)
    publish_in(tmp_path)
    simple_file(tmp_path / "enriched", "j", [mention(1), mention(2)], **PAID)
    take_in(tmp_path)
    assert known(tmp_path) == FETCHED


def test_a_publish_that_fails_forgets_nothing(loaded, monkeypatch):
    def fails(*_args, **_keys):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("warehouse.intake.publish_snapshot", fails)
    with pytest.raises(OSError, match="No space"):
        publish_in(loaded)
    assert known(loaded) == FETCHED


def test_a_load_killed_before_it_tidied_up_counts_once(loaded):
    """Its file still waits, is noted already, and is loaded once more."""
    simple_file(loaded / "enriched", "j", [mention(1), mention(2)], **PAID)
    assert known(loaded) == FETCHED
    take_in(loaded)
    assert known(loaded) == FETCHED


def test_a_publish_killed_before_it_dropped_its_notes_asks_for_nothing_again(loaded):
    shutil.copytree(loaded / "jobs", loaded / "kept")
    publish_in(loaded)
    for note in (loaded / "kept").glob("*.loaded"):
        shutil.copy(note, loaded / "jobs")
    stretches, eur, _ = known(loaded)
    assert set(stretches) == {(T0 - HOUR, T0)}
    assert eur >= 1.0  # Twice at worst, until the next snapshot: too careful, never too free.
    publish_in(loaded)
    assert known(loaded) == FETCHED


def test_a_lost_snapshot_is_made_again_by_the_next_publish(loaded):
    publish_in(loaded)
    (loaded / "snapshot.duckdb").unlink()
    publish_in(loaded)
    assert known(loaded) == FETCHED


def test_the_lease_of_a_loaded_job_is_over_and_that_of_an_unfinished_one_holds_an_hour(tmp_path):
    leases = Leases(folder=tmp_path)
    done, unfinished = (
        job for stream in ("a", "b") for job in leases.claim([job_of(stream)], now=T0)
    )
    leases.mark_loaded([header(done.id)])
    assert [job.id for job in leases.open_jobs()] == [unfinished.id]
    almost = T0 + LEASE - timedelta(seconds=1)
    assert [job.id for job in leases.claimed(now=almost)] == [unfinished.id]
    assert leases.claim([unfinished], now=almost) == []
    assert leases.claim([unfinished], now=T0 + LEASE) == [unfinished]


def test_a_backfills_job_is_known_once_it_is_loaded_and_given_back_when_it_is_not(tmp_path):
    leases = Leases(folder=tmp_path)
    done, unfinished = leases.claim([job_of("a"), job_of("b")], now=T0, is_backfill=True)
    leases.mark_loaded([header(done.id)])
    leases.end_backfill()
    assert [told.job_id for told in leases.loaded_headers()] == [done.id]
    assert leases.claim([unfinished], now=T0) == [unfinished]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"format": 1}', b"\xff\xfe"])
def test_a_broken_note_tells_nothing_and_stops_nobody(tmp_path, content):
    leases = Leases(folder=tmp_path)
    leases.mark_loaded([header("j")])
    (tmp_path / "broken.loaded").write_bytes(content)
    assert [told.job_id for told in leases.loaded_headers()] == ["j"]


def job_of(stream: str):
    (job,) = jobs_for(
        X,
        Stream(key=stream, reach="window"),
        [Window(since=T0 - HOUR, until=T0)],
        history=StreamHistory(),
        now=T0,
    )
    return job
