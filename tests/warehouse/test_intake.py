import os
import time
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from collectors.contract import Stream
from collectors.landing import landing_name
from collectors.leases import Leases
from collectors.readiness import SourceState
from collectors.settings import Settings
from collectors.sources import Source
from enrichment.enriched import ENRICHED_SCHEMA
from enrichment.waiting import unenriched
from tests.warehouse.building import (
    T0,
    Judgement,
    enriched_file,
    header,
    landing_file,
    mention,
    simple_file,
    warehouse,
    watchlist,
)
from tests.warehouse.test_plan import DAY, planned, window
from warehouse import load as load_module
from warehouse.connection import open_snapshot
from warehouse.intake import load_waiting, publish_now
from warehouse.load import load_files
from warehouse.privacy import apply_watchlist
from warehouse.settings import WarehouseSettings


def take_in(home: Path, *, sources=(), keep=None, now=T0):
    return load_waiting(
        Settings(home=home, fixed_now=now),
        watchlist=watchlist(),
        sources=sources,
        keep=keep or WarehouseSettings(),
        tell=print,
    )


def publish_in(home: Path):
    return publish_now(
        Settings(home=home, fixed_now=T0),
        watchlist=watchlist(),
        time_zone="Europe/Brussels",
        keep=WarehouseSettings(),
        tell=print,
    )


def delivered(home: Path, job: str, mentions) -> tuple[Path, Path]:
    landing = landing_file(home / "landing", header(job), mentions)
    return landing, simple_file(home / "enriched", job, mentions)


def left(home: Path) -> set[str]:
    return {
        str(path.relative_to(home))
        for folder in ("landing", "enriched", "aside")
        for path in (home / folder).rglob("*")
        if path.is_file()
    }


def test_loaded_files_go_with_their_landing_files(tmp_path):
    delivered(tmp_path, "a", [mention(1), mention(2)])
    delivered(tmp_path, "b", [mention(2), mention(3)])
    (tmp_path / "landing" / "not-yet-enriched.parquet").touch()
    intake = take_in(tmp_path)
    assert [outcome.state for outcome in intake.outcomes] == ["loaded", "loaded"]
    assert (intake.mentions, intake.new_mentions) == (3, 3)
    assert left(tmp_path) == {"landing/not-yet-enriched.parquet"}


def test_a_known_file_is_deleted_and_changes_nothing(tmp_path):
    _, enriched = delivered(tmp_path, "a", [mention(1)])
    whole = enriched.read_bytes()
    take_in(tmp_path)
    enriched.write_bytes(whole)
    landing_file(tmp_path / "landing", header("a"), [mention(1)])
    intake = take_in(tmp_path)
    assert [outcome.state for outcome in intake.outcomes] == ["known"]
    assert (intake.mentions, intake.new_mentions) == (1, 0)
    assert left(tmp_path) == set()


def rewritten(path: Path, table: pa.Table, words: bytes | None = None) -> None:
    kept = words or pq.read_metadata(path).metadata[b"luisterpost"]
    pq.write_table(table.replace_schema_metadata({"luisterpost": kept}), path)


def broken_footer(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def broken_page(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[4:400] = bytes(396)
    path.write_bytes(whole)


def other_columns(path: Path) -> None:
    rewritten(path, pq.read_table(path).drop_columns(["story_id"]))


def without_a_text(path: Path) -> None:
    rows = [row | {"text": None} for row in pq.read_table(path).to_pylist()]
    rewritten(path, pa.Table.from_pylist(rows, schema=ENRICHED_SCHEMA))


def never_enriched(path: Path) -> None:
    words = pq.read_metadata(path).metadata[b"luisterpost"]
    rewritten(path, pq.read_table(path), words.replace(b"enriched_at", b"baked_at"))


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (broken_footer, "not a whole landing file"),
        (broken_page, "can't be read"),
        (without_a_text, "rows without text"),
        (never_enriched, "when and for which watchlist"),
    ],
)
def test_a_broken_file_is_put_aside_with_the_reason_and_the_others_load(tmp_path, spoil, why):
    delivered(tmp_path, "a", [mention(1)])
    _, enriched = delivered(tmp_path, "b", [mention(2)])
    delivered(tmp_path, "c", [mention(3)])
    spoil(enriched)
    intake = take_in(tmp_path)
    (broken,) = (outcome for outcome in intake.outcomes if outcome.state == "broken")
    assert broken.path == enriched
    assert enriched.name in broken.message
    assert why in broken.message
    assert intake.mentions == 2
    name = enriched.name
    assert left(tmp_path) == {f"landing/{name}", f"aside/{name}", f"aside/{name}.why.txt"}
    assert (tmp_path / "aside" / f"{name}.why.txt").read_text() == broken.message + "\n"
    with warehouse(tmp_path / "warehouse.duckdb") as connection:
        assert connection.execute("SELECT count(*) FROM coverage").fetchall() == [(1,)]
        assert connection.execute("SELECT count(*) FROM loaded_file").fetchall() == [(2,)]


def test_what_another_version_enriched_is_enriched_anew_and_leaves_no_copy(tmp_path):
    delivered(tmp_path, "a", [mention(1)])
    landing, enriched = delivered(tmp_path, "b", [mention(2)])
    other_columns(enriched)
    assert unenriched(Settings(home=tmp_path)) == [landing]
    intake = take_in(tmp_path)
    assert [outcome.state for outcome in intake.outcomes] == ["loaded"]
    assert left(tmp_path) == {f"landing/{landing.name}"}
    assert unenriched(Settings(home=tmp_path)) == [landing]


def test_what_another_version_enriched_and_loaded_is_known(tmp_path, monkeypatch):
    """A kill leaves an enriched file without its landing file, but only after it was loaded."""
    _, enriched = delivered(tmp_path, "a", [mention(1)])
    whole = enriched.read_bytes()
    take_in(tmp_path)
    enriched.write_bytes(whole)
    later = ENRICHED_SCHEMA.append(pa.field("relief", pa.string()))
    monkeypatch.setattr(load_module, "ENRICHED_SCHEMA", later)
    assert [outcome.state for outcome in take_in(tmp_path).outcomes] == ["known"]
    assert left(tmp_path) == set()


def test_other_columns_without_a_landing_file_are_put_aside(tmp_path):
    landing, enriched = delivered(tmp_path, "a", [mention(1)])
    landing.unlink()
    other_columns(enriched)
    (broken,) = take_in(tmp_path).outcomes
    assert (broken.state, "columns" in broken.message) == ("broken", True)


def test_what_was_put_aside_goes_in_time(tmp_path):
    _, enriched = delivered(tmp_path, "a", [mention(1)])
    broken_footer(enriched)
    take_in(tmp_path)
    name = enriched.name
    (tmp_path / "landing" / name).unlink()
    assert left(tmp_path) == {f"aside/{name}", f"aside/{name}.why.txt"}
    old = time.time() - timedelta(days=31).total_seconds()
    for path in (tmp_path / "aside").iterdir():
        os.utime(path, (old, old))
    take_in(tmp_path, keep=WarehouseSettings(keep_unmatched=timedelta(days=32)))
    assert left(tmp_path) == {f"aside/{name}", f"aside/{name}.why.txt"}
    take_in(tmp_path)
    assert left(tmp_path) == set()


def test_a_file_that_breaks_twice_takes_its_landing_file_along(tmp_path):
    """Else it would be enriched, and break, for ever."""
    for _ in range(2):
        _, enriched = delivered(tmp_path, "a", [mention(1)])
        without_a_text(enriched)
        take_in(tmp_path)
    name = enriched.name
    assert left(tmp_path) == {
        f"aside/{name}",
        f"aside/{name}.why.txt",
        f"aside/landing/{name}",
        f"aside/landing/{name}.why.txt",
    }


def test_a_full_disk_is_no_reason_to_put_a_file_aside(tmp_path, monkeypatch):
    _, enriched = delivered(tmp_path, "a", [mention(1)])
    delivered(tmp_path, "b", [mention(2)])

    error = duckdb.IOException("Could not write file: No space left on device")

    def full(*_):
        raise error

    monkeypatch.setattr(load_module, "drop_tombstoned", full)
    with pytest.raises(duckdb.IOException, match="No space left"):
        take_in(tmp_path)
    monkeypatch.undo()
    assert enriched.exists()
    assert take_in(tmp_path).mentions == 2


def test_an_interrupted_load_leaves_the_connection_usable_and_nothing_loaded(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    path = simple_file(tmp_path / "e", "a", [mention(1)])
    with warehouse(tmp_path / "w.duckdb") as connection:
        apply_watchlist(connection, watchlist(), now=T0)
        monkeypatch.setattr(load_module, "drop_tombstoned", interrupted)
        with pytest.raises(KeyboardInterrupt):
            load_files(connection, [path], now=T0)
        monkeypatch.undo()
        assert connection.execute("SELECT count(*) FROM mention").fetchall() == [(0,)]
        assert load_files(connection, [path], now=T0)[0].state == "loaded"


def test_many_rows_load_in_several_transactions(tmp_path, monkeypatch):
    monkeypatch.setattr(load_module, "ROWS_PER_TRANSACTION", 5)
    for n in range(4):
        delivered(tmp_path, f"j{n}", [mention(10 * n + m) for m in range(3 + 4 * (n == 2))])
    assert take_in(tmp_path).mentions == 16


def test_the_same_bytes_under_two_names_load_once(tmp_path):
    _, enriched = delivered(tmp_path, "a", [mention(1)])
    (tmp_path / "enriched" / "copy.parquet").write_bytes(enriched.read_bytes())
    states = sorted(outcome.state for outcome in take_in(tmp_path).outcomes)
    assert states == ["known", "loaded"]
    assert left(tmp_path) == set()


def test_nothing_waiting_is_nothing_done(tmp_path):
    intake = take_in(tmp_path)
    assert (intake.outcomes, intake.mentions) == ((), 0)


def test_unmatched_mentions_go_with_a_later_load(tmp_path):
    nobody = [(mention(n), Judgement(subjects=())) for n in range(3)]
    enriched_file(tmp_path / "enriched", header("a"), [*nobody, (mention(9), Judgement())])
    keep = WarehouseSettings.model_validate({"keep_unmatched": "2 days"})
    assert take_in(tmp_path, keep=keep).mentions == 4
    later = take_in(tmp_path, keep=keep, now=T0 + timedelta(days=2, seconds=1))
    assert (later.mentions, later.unmatched_dropped, later.new_mentions) == (1, 3, 0)


def test_half_written_files_are_swept_up_after_a_day_and_not_before(tmp_path):
    for folder in ("landing", "enriched"):
        (tmp_path / folder).mkdir()
        for name, age_s in (("old", 90_000), ("new", 60)):
            part = tmp_path / folder / f".{name}.parquet.77.part"
            part.touch()
            os.utime(part, (time.time() - age_s, time.time() - age_s))
    take_in(tmp_path)
    assert left(tmp_path) == {f"{f}/.new.parquet.77.part" for f in ("landing", "enriched")}


def test_leases_of_loaded_jobs_end_when_a_snapshot_knows_of_them(tmp_path):
    leases = Leases(folder=tmp_path / "jobs")
    (job,) = leases.claim(planned(window(horizon=DAY)), now=T0)
    head = header(job.id)
    simple_file(tmp_path / "enriched", job.id, [mention(1)])
    assert (tmp_path / "enriched" / landing_name(head)).exists()
    take_in(tmp_path)
    assert leases.open_jobs() == []
    assert [told.job_id for told in leases.loaded_headers()] == [job.id]
    publish_in(tmp_path)
    assert leases.loaded() == []
    assert len(leases.claim([job], now=T0)) == 1


def test_sources_and_streams_are_those_of_the_configuration(tmp_path):
    web = Source.model_validate({"name": "web", "platform": "x", "every": "5 min"})
    off = Source.model_validate({"name": "press", "platform": "feed"})
    stream = Stream(key="s1", reach="window", params={"query": "acmé"})
    states = [
        SourceState(source=web, streams=(stream,)),
        SourceState(source=off, why_off="no credential"),
    ]
    for given, expected in ((states, 2), (states[1:], 1)):
        take_in(tmp_path, sources=given)
        publish_in(tmp_path)
        connection = open_snapshot(tmp_path / "snapshot.duckdb")
        rows = connection.execute("FROM source ORDER BY name").fetchall()
        streams = connection.execute("SELECT source, stream, reach FROM stream").fetchall()
        connection.close()
        assert len(rows) == expected
        assert rows[0] == ("press", "feed", 900, False, "no credential", False)
        assert streams == ([("web", "s1", "window")] if expected == 2 else [])
