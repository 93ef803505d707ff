"""Stored posts looked up again, on each platform: gone is only what a platform says is gone."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.landing import read_header, waiting_files
from collectors.recheck import Asked, rechecker_for
from collectors.rechecking import recheck_sources
from tests.collectors.faults import FAULTS, patience
from tests.collectors.recheck_players import HERE, PLATFORMS, Platform
from tests.collectors.rounds import ACME, NOW, source_at
from tests.replay import Answer, ReplayServer, Request

Handler = Callable[[Request], Answer]

each_platform = pytest.mark.parametrize("name", PLATFORMS)


def read_there(asked: Asked, url: str) -> Asked:
    """Say of posts that this server gave them."""
    netloc = url.removeprefix("http://")
    lists = {
        name: [replace(post, raw=post.raw.replace(HERE, netloc)) for post in getattr(asked, name)]
        for name in ("due", "witnesses", "refresh")
    }
    return replace(asked, **lists)


def look_up(platform: Platform, asked: Asked, handler: Handler | None = None, **values):
    """Ask for posts as housekeeping does; give the header, the rows, and what was requested."""
    with (
        tempfile.TemporaryDirectory() as folder,
        ReplayServer(handler or platform) as server,
    ):
        source = source_at(server.url, platform.name, credential="key", **values)
        asked = read_there(asked, server.url)
        (path,) = recheck_sources(
            {source.name: asked},
            [source],
            credentials={"key": platform.credential} if platform.credential else {},
            watchlist=ACME,
            folder=Path(folder),
            memories=Path(folder) / "memories",
            clock=lambda: NOW,
        )
        assert waiting_files(Path(folder)) == [path]
        return read_header(path), pq.read_table(path).to_pylist(), server.requests


@each_platform
def test_deleted_posts_are_gone_and_all_others_are_there(name):
    platform = PLATFORMS[name](45)
    removed = [m.native_id for m in platform.mentions][::9]
    platform.remove(removed)
    header, rows, _ = look_up(platform, Asked(due=platform.stored()))
    assert header.fault is None
    assert sorted(header.gone) == sorted(removed)
    there = {m.native_id for m in platform.mentions} - set(removed)
    assert set(header.there) == there
    assert {row["native_id"] for row in rows} <= there
    assert set(header.asked) == there | set(removed)


@each_platform
def test_posts_that_did_not_change_have_no_new_version(name):
    platform = PLATFORMS[name](6)
    known = {m.native_id: m for m in platform.mentions}
    asked = Asked(due=platform.stored(), refresh=platform.stored() if name == "x" else ())
    _, rows, _ = look_up(platform, asked)
    assert {row["native_id"] for row in rows} == set(known)
    for row in rows:
        before = known[row["native_id"]]
        assert row["version_id"] == before.version_id
        assert row["kind"] == before.kind
        assert (row["parent_id"], row["root_id"]) == (before.parent_id, before.root_id)
        assert row["created_at"] == before.created_at


@each_platform
def test_an_edit_comes_as_another_version(name):
    platform = PLATFORMS[name](6)
    edited = platform.mentions[3]
    platform.edit(platform.posts[platform.named(edited.native_id)], "Acme regrets this.")
    asked = Asked(due=platform.stored(), refresh=platform.stored() if name == "x" else ())
    _, rows, _ = look_up(platform, asked)
    (row,) = (row for row in rows if row["native_id"] == edited.native_id)
    assert row["version_id"] != edited.version_id
    assert "Acme regrets this." in f"{row['title']} {row['text']}"


@pytest.mark.parametrize("name", sorted(set(PLATFORMS) - {"mastodon before 4.3"}))
@pytest.mark.parametrize(("fault", "reason"), FAULTS)
def test_no_fault_takes_anything_away(name, fault, reason):
    platform = PLATFORMS[name](30)
    token = "/api/v1/access_token"  # noqa: S105

    def handler(request: Request) -> Answer:
        return platform(request) if request.path == token else fault

    began = time.monotonic()
    asked = Asked(due=platform.stored(), witnesses=platform.stored()[:3])
    header, rows, _ = look_up(platform, asked, handler, timeout=patience(fault))
    assert time.monotonic() - began < 8
    assert header.gone == {}
    assert header.there == ()
    assert rows == []
    assert header.fault is not None or reason in {"gone", "bad_request", "bad_answer"}


@pytest.mark.parametrize("name", sorted(set(PLATFORMS) - {"hackernews", "x"}))
def test_an_answer_that_shows_none_of_them_takes_nothing_away(name):
    platform = PLATFORMS[name](10)
    asked = Asked(due=platform.stored()[:7], witnesses=platform.stored()[7:])
    platform.posts.clear()
    header, rows, _ = look_up(platform, asked)
    assert (header.gone, header.there, rows) == ({}, (), [])


@pytest.mark.parametrize("name", sorted(set(PLATFORMS) - {"hackernews", "x"}))
@pytest.mark.parametrize("most", [10, 19])
def test_an_answer_that_ends_too_early_takes_nothing_away(name, most):
    platform = PLATFORMS[name](80)
    removed = platform.mentions[7].native_id
    platform.remove([removed])

    def handler(request: Request) -> Answer:
        pairs = [(key, one) for key, value in request.pairs for one in value.split(",")]
        ids = [pair for pair in pairs if pair[0] in {"id", "id[]", "uris"}]
        kept = [pair for pair in pairs if pair not in ids] + ids[:most]
        return platform(replace(request, pairs=tuple(kept)))

    header, _, _ = look_up(platform, Asked(due=platform.stored()), handler)
    assert set(header.gone) == {removed}


@each_platform
def test_the_only_post_is_gone_once_a_witness_is_there(name):
    platform = PLATFORMS[name](4)
    first, *others = sorted(platform.stored(), key=lambda post: post.native_id)
    platform.remove([first.native_id])
    header, _, _ = look_up(platform, Asked(due=[first], witnesses=others))
    assert set(header.gone) == {first.native_id}
    assert header.asked == (first.native_id,)


@each_platform
@settings(max_examples=25)
@given(data=st.data())
def test_nothing_that_is_there_is_ever_taken_away(name, data):
    """Whatever fails when: gone is a part of what was deleted, and all of it if nothing failed."""
    platform = PLATFORMS[name](data.draw(st.integers(1, 30)))
    ids = [m.native_id for m in platform.mentions]
    removed = data.draw(st.sets(st.sampled_from(ids)))
    platform.remove(sorted(removed))
    faults = [fault.values[0] for fault in FAULTS if not patience(fault.values[0]).microseconds]
    failing = data.draw(st.dictionaries(st.integers(0, 8), st.sampled_from(faults), max_size=3))
    witnesses = data.draw(st.lists(st.sampled_from(platform.stored()), max_size=3))
    numbers = iter(range(10_000))

    def handler(request: Request) -> Answer:
        number = next(numbers)
        return failing[number] if number in failing else platform(request)

    anew = platform.stored() if name == "x" else ()
    asked = Asked(due=platform.stored(), witnesses=witnesses, refresh=anew)
    header, rows, requests = look_up(platform, asked, handler)
    assert set(header.gone) <= removed
    if name != "x" or not failing:  # An empty result of a job says that all posts are there.
        assert not set(header.there) & removed
    assert not {row["native_id"] for row in rows} & removed
    survivors = set(ids) - removed
    if not any(number < len(requests) for number in failing) and survivors:
        kinds = {i.partition(":c")[0] for i in ids}
        seen = {i.partition(":c")[0] for i in survivors}
        assert kinds != seen or set(header.gone) == removed


@each_platform
def test_each_platform_is_asked_in_batches(name):
    platform = PLATFORMS[name](100)
    rechecker = rechecker_for(platform.name)
    _, _, requests = look_up(platform, Asked(due=platform.stored()))
    if "before" not in name:
        assert len(requests) <= 100 / rechecker.batch + 4
