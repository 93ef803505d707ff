"""What of several sources' answers is believed, and what is written down."""

import json
from pathlib import Path

import pytest

from collectors.landing import read_header
from collectors.recheck import RECHECKERS, Asked, Memory, Stored, rechecker_for
from collectors.rechecking import recheck_sources
from collectors.registry import PLATFORMS as COLLECTED
from tests.collectors.recheck_players import PLATFORMS
from tests.collectors.rounds import ACME, NOW, source_at
from tests.collectors.test_recheck import look_up
from tests.replay import Answer, ReplayServer
from tests.shared_data import recorded


def look_up_at_two(first, second, asked, tmp_path: Path):
    """Ask two instances for the same statuses; give what each one's file says."""
    with ReplayServer(first) as one, ReplayServer(second) as two:
        sources = [
            source_at(one.url, "mastodon").model_copy(update={"name": "one"}),
            source_at(two.url, "mastodon").model_copy(update={"name": "two"}),
        ]
        paths = recheck_sources(
            {"one": asked, "two": asked},
            sources,
            credentials={},
            watchlist=ACME,
            folder=tmp_path,
            memories=tmp_path / "memories",
            clock=lambda: NOW,
        )
    return {header.source: header for header in map(read_header, paths)}


@pytest.fixture
def instances():
    return PLATFORMS["mastodon"](5), PLATFORMS["mastodon"](5)


def test_a_status_is_gone_only_if_each_instance_says_so(instances, tmp_path):
    first, second = instances
    ids = [mention.native_id for mention in first.mentions]
    first.remove(ids[:2])
    second.remove(ids[1:3])
    said = look_up_at_two(first, second, Asked(due=first.stored()), tmp_path)
    assert set(said["one"].gone) == set(said["two"].gone) == {ids[1]}


def test_an_instance_that_does_not_answer_keeps_what_another_misses(instances, tmp_path):
    first, second = instances
    first.remove([first.mentions[0].native_id])
    broken = lambda _: Answer(status=503)  # noqa: E731 - a handler
    said = look_up_at_two(first, broken, Asked(due=second.stored()), tmp_path)
    assert said["one"].gone == {}
    assert said["two"].fault.reason == "server_error"


def test_a_number_of_another_instance_tells_nothing():
    platform = PLATFORMS["mastodon"](4)
    stranger = [
        Stored(native_id=f"https://other.example/{n}", raw=post.raw)
        for n, post in enumerate(platform.stored())
    ]
    header, rows, _ = look_up(platform, Asked(due=stranger))
    assert (header.gone, header.there, rows) == ({}, (), [])


def test_each_platform_but_feeds_can_be_asked():
    assert set(COLLECTED) - set(RECHECKERS) == {"feed"}
    assert rechecker_for("feed") is None


def test_posts_that_cannot_be_asked_for_are_left_alone():
    for name in PLATFORMS:
        platform = PLATFORMS[name](0)
        strange = [Stored(native_id=one) for one in ("", "nonsense,t1_x\n", "at://", "yt:video:")]
        asked = Asked(due=strange, refresh=strange if name == "x" else ())
        header, rows, requests = look_up(platform, asked)
        assert (header.gone, rows, requests) == ({}, [], []), name


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "\x00"])
def test_a_broken_memory_is_an_empty_one(tmp_path, text):
    (tmp_path / "x.json").write_text(text, encoding="utf-8")
    assert Memory(tmp_path / "x.json").read() == {}


def test_recorded_posts_of_reddit_are_found_again():
    checked = 0
    for one in recorded("reddit", "info_about.jsonl"):
        body = json.loads(one["body"])
        names = [c["data"]["name"] for c in body["data"].get("children", ()) if "name" in c["data"]]
        if "/api/info/?id=" not in one["url"] or not names:
            continue
        platform = PLATFORMS["reddit"](0)

        def handler(request, body=body, platform=platform):
            is_info = request.path == "/api/info/"
            return Answer.of(body) if is_info else platform(request)

        due = [Stored(native_id=name) for name in names]
        header, _, _ = look_up(platform, Asked(due=due), handler)
        deleted = {c["data"]["name"] for c in body["data"]["children"] if _is_deleted(c["data"])}
        assert set(header.gone) == deleted
        assert set(header.there) == set(names) - deleted
        checked += 1
    assert checked > 10


def _is_deleted(data):
    words = data.get("body", data.get("selftext"))
    return words in {"[deleted]", "[removed]"} or bool(data.get("removed_by_category"))


def test_a_status_that_another_instance_wrote_is_never_asked_for():
    platform = PLATFORMS["mastodon"](3)
    copies = []
    for post in platform.stored():
        record = json.loads(post.raw)
        record["account"]["acct"] = "jan@social.example"
        copies.append(Stored(native_id=post.native_id, raw=json.dumps(record)))
    platform.remove([post.native_id for post in copies])
    header, rows, requests = look_up(platform, Asked(due=copies))
    assert (header.gone, rows, requests) == ({}, [], [])
