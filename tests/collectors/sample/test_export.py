import csv
import json

import pyarrow.parquet as pq
import pytest

from collectors.contract import Job
from collectors.imports.rows import mention_from_row
from collectors.registry import collector_for
from collectors.sample.export import export_world
from collectors.sample.truth import truth
from collectors.sources import Source


def read(path):
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)) if path.suffix == ".csv" else [*map(json.loads, file)]


@pytest.fixture(scope="module")
def exported(world, tmp_path_factory):
    return export_world(world, tmp_path_factory.mktemp("export"))


def mentions(world, exported):
    return [
        mention_from_row({k: v or None for k, v in row.items()}, world.import_until)
        for file in exported
        for row in read(file.path)
    ]


def test_all_three_formats_and_all_four_sources_appear(world, exported):
    assert {file.path.suffix for file in exported} == {".jsonl", ".csv", ".parquet"}
    assert [file.source for file in exported] == ["x", "reddit", "news", "forum"]
    assert {(file.since, file.until) for file in exported} == {(world.start, world.import_until)}
    assert all(file.rows == len(read(file.path)) > 50 for file in exported)


def test_files_hold_exactly_the_first_seven_weeks(world, exported):
    expected = {(r.platform, r.native_id) for r in truth(world) if r.reach == "imported"}
    found = [(m.platform, m.native_id) for m in mentions(world, exported)]
    assert len(found) == len(set(found))
    assert set(found) == expected


def test_files_say_what_the_clients_say_where_both_tell(world, server, credentials, exported):
    """Otherwise each post of the overlap would look as if it had been edited."""
    server.now = world.import_until
    imported = {m.mention_id: m for m in mentions(world, exported)}
    compared = 0
    for platform, params in (
        ("feed", {"url": world.feeds[0].url}),
        ("feed", {"url": world.outage.feed.url}),
        ("x", {"query": "epervier", "endpoint": "recent"}),
        ("reddit", {"kind": "comments", "subreddit": "TerToog"}),
    ):
        job = Job(
            source="s",
            platform=platform,
            stream=params.get("url", "s"),
            reach="window",
            params=params,
            since=None,
            until=server.now,
            validators={},
            planned_at=server.now,
        )
        source = Source(name="s", platform=platform, base_url=server.url)
        for page in collector_for(platform).pages(
            job, source, credentials[platform], lambda: server.now
        ):
            for mention in page.mentions:
                twin = imported[mention.mention_id]
                assert twin.version_id == mention.version_id
                assert twin.created_at == mention.created_at
                assert twin.kind == mention.kind
                assert (twin.parent_id, twin.root_id) == (mention.parent_id, mention.root_id)
                assert (twin.author_handle, twin.author_id) == (
                    mention.author_handle,
                    mention.author_id,
                )
                compared += 1
    assert compared > 300
