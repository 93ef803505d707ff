"""A post that is deleted at its platform leaves everything, and stays away."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from collectors.sample import CREDENTIALS
from collectors.sample.server import SampleServer
from collectors.sample.world import build_world
from tests.conftest import Sample
from tests.programs import CONFIG, luisterpost
from tests.warehouse.test_tombstones import found

pytestmark = pytest.mark.slow

LATER = Sample.ANCHOR + timedelta(days=2)
DELETED_AT = Sample.ANCHOR + timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Rechecked:
    """The sample's home after some of its posts were deleted at their platforms and looked up."""

    home: Path
    gone: dict[str, str]
    """By native id the words."""
    said: str
    server: SampleServer
    folder: Path

    def run(self, *words: object, now: object = LATER) -> str:
        ended = luisterpost(
            *words,
            *("--home", self.home, "--config", self.folder / "config", "--now", now),
            folder=self.folder,
            more=CREDENTIALS,
        )
        assert ended.code in {0, 1}, ended.err
        return ended.out

    def rows(self, query: str, path: Path | None = None) -> list[tuple[object, ...]]:
        connection = duckdb.connect(path or self.home / "warehouse.duckdb", read_only=True)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()


_NEWEST = """
SELECT native_id, text FROM mention SEMI JOIN subject_match USING (mention_id, version_id)
WHERE platform = '{}' AND kind IN ('post', 'comment') AND length(text) > 60
ORDER BY occurred_at DESC LIMIT 3
"""


@pytest.fixture(scope="module")
def rechecked(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rechecked]:
    folder = tmp_path_factory.mktemp("recheck")
    home = folder / "var"
    shutil.copytree(sample.home, home, symlinks=True)
    shutil.copytree(sample.folder / "luisterpost", folder / "luisterpost")  # The tombstones' key.
    connection = duckdb.connect(home / "warehouse.duckdb", read_only=True)
    gone = dict(
        row
        for name in ("x", "reddit")
        for row in connection.execute(_NEWEST.format(name)).fetchall()
    )
    connection.close()
    assert len(gone) == 6
    world = replace(build_world(Sample.ANCHOR), gone=dict.fromkeys(gone, DELETED_AT))
    with SampleServer(world, now=LATER) as server:
        shutil.copytree(CONFIG, folder / "config")
        sources = folder / "config" / "sources.toml"
        text = sources.read_text(encoding="utf-8")
        sources.write_text(text.replace("http://127.0.0.1:8901", server.url), encoding="utf-8")
        before = Rechecked(home=home, gone=gone, said="", server=server, folder=folder)
        yield replace(before, said=before.run("recheck"))


def test_it_says_what_it_found(rechecked: Rechecked) -> None:
    assert rechecked.said.endswith(f"still there, {len(rechecked.gone)} gone\n")


def test_deleted_posts_leave_the_warehouse_and_every_snapshot(rechecked: Rechecked) -> None:
    paths = [rechecked.home / "warehouse.duckdb", *rechecked.home.glob("snapshots/*.duckdb")]
    assert len(paths) == 2
    for path in paths:
        for table in ("mention", "mention_version"):
            ids = {one for (one,) in rechecked.rows(f"SELECT native_id FROM {table}", path)}  # noqa: S608
            assert ids
            assert not ids & set(rechecked.gone)
    reasons = rechecked.rows("SELECT reason, count(*) FROM tombstone GROUP BY 1")
    assert reasons == [("deleted", len(rechecked.gone))]
    assert rechecked.rows("SELECT count(hidden_at) FROM tombstone") == [(0,)]


def test_nothing_of_them_is_in_any_table(rechecked: Rechecked) -> None:
    for path in [rechecked.home / "warehouse.duckdb", *rechecked.home.glob("snapshots/*.duckdb")]:
        for native_id in rechecked.gone:
            columns = {column for _, column in found(path, native_id)}
            assert columns <= {"parent_id", "root_id", "raw"}, native_id  # Of answers to them.


def test_no_file_that_was_handed_over_is_left(rechecked: Rechecked) -> None:
    for name in ("landing", "enriched", "rechecks"):
        assert not list((rechecked.home / name).glob("*"))


def test_all_other_posts_are_there_as_before(rechecked: Rechecked, sample: Sample) -> None:
    query = "SELECT mention_id, native_id FROM mention"
    before = set(rechecked.rows(query, sample.home / "warehouse.duckdb"))
    after = set(rechecked.rows(query))
    assert {native_id for _, native_id in before - after} == set(rechecked.gone)
    assert after <= before


def test_the_next_report_does_not_quote_them(rechecked: Rechecked) -> None:
    rechecked.run("report", "status")
    for page in rechecked.home.glob("reports/*.html"):
        text = page.read_text(encoding="utf-8")
        for native_id in rechecked.gone:
            assert f"/{native_id}" not in text


def test_they_stay_away_when_they_are_imported_again(rechecked: Rechecked) -> None:
    lines = [
        {"platform": "reddit" if "_" in one else "x", "native_id": one, "text": words}
        for one, words in rechecked.gone.items()
    ]
    lines = [line | {"created_at": Sample.ANCHOR.isoformat()} for line in lines]
    file = rechecked.folder / "again.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    rechecked.run("import", file, "--source", "x")
    rechecked.server.now = Sample.ANCHOR
    rechecked.run("run", now=Sample.ANCHOR)
    ids = {one for (one,) in rechecked.rows("SELECT native_id FROM mention")}
    assert not ids & set(rechecked.gone)
