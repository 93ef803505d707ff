"""What of several sources' answers is believed, and what is written down."""

import itertools
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Self

import pytest

from collectors.landing import read_header
from collectors.mastodon_read import instance_name, read_statuses
from collectors.recheck import HIDDEN, RECHECKERS, Asked, Memory, Stored, rechecker_for
from collectors.rechecking import recheck_sources
from collectors.registry import PLATFORMS as COLLECTED
from tests.collectors.mastodon_answers import status
from tests.collectors.recheck_players import PLATFORMS
from tests.collectors.rounds import ACME, NOW, source_at
from tests.collectors.test_recheck import look_up
from tests.replay import Answer, ReplayServer
from tests.shared_data import recorded


class Instances:
    """A status's home, and another instance that holds copies of its statuses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = ReplayServer(lambda request: self._answer(self.at_home, request))
        self.other = ReplayServer(lambda request: self._answer(self.copies, request))
        self.at_home: dict[str, dict] = {}
        self.copies: dict[str, dict] = {}
        self.is_down: list[dict] = []

    def __enter__(self) -> Self:
        self.home.__enter__()
        self.other.__enter__()
        for number in range(5):
            uri = f"{self.home.url}/users/jan/statuses/{number}"
            self.at_home[str(number)] = status(number, uri=uri, id=str(number))
            self.copies[str(number + 70)] = status(number, uri=uri, id=str(number + 70))
        return self

    def __exit__(self, *_: object) -> None:
        self.home.__exit__(None, None, None)
        self.other.__exit__(None, None, None)

    def _answer(self, statuses, request):
        if statuses in self.is_down:
            return Answer(status=503)
        ids = [value for key, value in request.pairs if key == "id[]"]
        return Answer.of([statuses[one] for one in ids if one in statuses])

    def stored(self, *, by):
        """Give the statuses as the other instance, or their home, brought them."""
        server, items = (self.other, self.copies) if by == "other" else (self.home, self.at_home)
        mentions, _ = read_statuses([*items.values()], NOW, instance_name(server.url))
        return [Stored(native_id=m.native_id, raw=m.raw, known_at=NOW) for m in mentions]

    def look_up(self, due):
        """Ask both; give what each one's file says."""
        sources = [
            source_at(server.url, "mastodon").model_copy(update={"name": name})
            for name, server in (("home", self.home), ("other", self.other))
        ]
        paths = recheck_sources(
            {"home": Asked(due=due), "other": Asked(due=due)},
            sources,
            credentials={},
            watchlist=ACME,
            folder=self.folder,
            memories=self.folder / "memories",
            clock=lambda: NOW,
        )
        return {header.source: header for header in map(read_header, paths)}


@pytest.fixture
def instances(tmp_path):
    with Instances(tmp_path) as both:
        yield both


def ids_asked(server):
    pairs = [pair for request in server.requests for pair in request.pairs]
    return {value for key, value in pairs if key == "id[]"}


def test_each_instance_is_asked_by_the_numbers_that_it_gave(instances):
    said = instances.look_up(instances.stored(by="other"))
    assert ids_asked(instances.home) == {"0", "1", "2", "3", "4"}
    assert ids_asked(instances.other) == {"70", "71", "72", "73", "74"}
    assert [len(said[name].there) for name in ("home", "other")] == [5, 5]


def test_a_record_of_one_instance_tells_no_number_of_another(instances):
    instances.look_up(instances.stored(by="home"))
    assert instances.other.requests == []


def test_what_is_gone_at_its_home_was_deleted_whatever_copies_are_left(instances):
    due = instances.stored(by="other")
    del instances.at_home["2"]
    said = instances.look_up(due)
    assert said["home"].gone == {due[2].native_id: "deleted"}


def test_a_copy_that_is_gone_says_nothing_while_its_home_shows_the_status(instances):
    due = instances.stored(by="other")
    del instances.copies["72"]
    said = instances.look_up(due)
    assert (said["home"].gone, said["other"].gone) == ({}, {})


def test_a_copy_that_is_gone_is_missing_where_its_home_is_not_asked(instances):
    stored = instances.stored(by="other")
    due = [
        replace(
            post,
            native_id=post.native_id.replace(instances.home.url, "https://far.example"),
        )
        for post in stored
    ]
    for item in instances.copies.values():
        item["uri"] = item["uri"].replace(instances.home.url, "https://far.example")
    del instances.copies["72"]
    said = instances.look_up(due)
    assert said["other"].gone == {due[2].native_id: "missing"}
    assert instances.home.requests == []


def test_a_home_that_does_not_answer_keeps_what_another_misses(instances):
    due = instances.stored(by="other")
    del instances.copies["72"]
    instances.is_down.append(instances.at_home)
    said = instances.look_up(due)
    assert said["other"].gone == {}
    assert due[2].native_id not in said["other"].asked
    assert said["home"].fault.reason == "server_error"
    assert said["home"].asked == ()


def known_days_ago(posts, days):
    return [replace(post, known_at=NOW - timedelta(days=days)) for post in posts]


@pytest.mark.parametrize(("days", "gone"), [(0.5, []), (1, ["2"]), (30, ["2"])])
def test_an_instance_that_is_dead_keeps_no_hidden_post_longer_than_allowed(instances, days, gone):
    instances.at_home["2"]["visibility"] = "private"
    instances.is_down.append(instances.copies)
    due = known_days_ago(instances.stored(by="other"), days)
    said = instances.look_up(due)
    hidden = {due[int(number)].native_id: "protected" for number in gone}
    assert said["home"].gone == hidden
    assert (due[2].native_id in said["home"].asked) is bool(gone)


def test_an_instance_that_shows_a_post_keeps_it_however_long(instances):
    instances.at_home["2"]["visibility"] = "private"
    due = known_days_ago(instances.stored(by="other"), 30)
    said = instances.look_up(due)
    assert (said["home"].gone, said["other"].gone) == ({}, {})
    assert due[2].native_id in said["other"].there


def test_statuses_of_instances_that_are_not_asked_are_left_alone(instances):
    due = [
        Stored(native_id=f"https://far.example/users/a/statuses/{number}", raw=post.raw)
        for number, post in enumerate(PLATFORMS["mastodon"](4).stored())
    ]
    said = instances.look_up(due)
    assert instances.home.requests == instances.other.requests == []
    assert [(said[name].gone, said[name].there) for name in said] == [({}, ())] * 2
    # So that they are not the first in the line for ever.
    assert len(said["home"].asked) == 4


@pytest.mark.parametrize(
    "uri", ["http://[", "https://m.example", "", "a", "https://x/statuses/1/a"]
)
def test_addresses_that_hold_no_number_are_not_asked_for(instances, uri):
    said = instances.look_up([Stored(native_id=uri)])
    assert instances.home.requests == instances.other.requests == []
    assert said["home"].fault is None


# --- only what was answered counts as asked -------------------------------------------------

BATCHED = sorted(set(PLATFORMS) - {"x", "mastodon before 4.3"})


def failing_from(platform, number):
    """Answer so many questions about posts, and no more."""
    asked = itertools.count()

    def handler(request):
        is_login = request.path == "/api/v1/access_token"
        fails = not is_login and next(asked) >= number
        return Answer(status=503) if fails else platform(request)

    return handler


@pytest.mark.parametrize("name", BATCHED)
def test_what_a_fault_left_unanswered_is_due_as_before(name):
    platform = PLATFORMS[name](260)
    batch = rechecker_for(platform.name).batch
    due = [replace(post, known_at=NOW - timedelta(days=8)) for post in platform.stored()]
    header, _, _ = look_up(platform, Asked(due=due), failing_from(platform, 2))
    assert header.fault.reason == "server_error"
    assert set(header.asked) == set(header.there)
    assert len(header.asked) == 2 * batch or name == "youtube"
    rest = [post.native_id for post in due if post.native_id not in header.there]
    assert header.failed == tuple(rest[:batch])
    assert header.late == len(rest) > 0


@pytest.mark.parametrize("name", BATCHED)
def test_what_an_answer_is_silent_about_counts_as_asked(name):
    if name == "hackernews":
        platform = PLATFORMS[name](3)
        handler = lambda _: Answer.of(None)  # noqa: E731 - a handler
    else:
        platform = PLATFORMS[name](3)
        handler = platform
        platform.posts.clear()
    due = [replace(post, known_at=NOW - timedelta(days=8)) for post in platform.stored()]
    header, _, _ = look_up(platform, Asked(due=due), handler)
    assert (header.there, header.gone, header.fault) == ((), {}, None)
    assert set(header.asked) == {post.native_id for post in due}
    assert (header.failed, header.late) == ((), 0)


# --- what each platform says of a post that is gone ------------------------------------------


@pytest.mark.parametrize(
    ("item", "why", "comes_back"),
    [
        ({"deleted": True}, "deleted", False),
        ({"dead": True, "by": "jan", "type": "story"}, "removed", True),
        ({"dead": True, "deleted": True}, "deleted", False),
    ],
)
def test_dead_items_of_hacker_news_may_be_vouched_for(item, why, comes_back):
    platform = PLATFORMS["hackernews"](1)
    answer = Answer.of({"id": 1, "time": 1} | item)
    header, _, _ = look_up(platform, Asked(due=platform.stored()), lambda _: answer)
    assert header.gone == {"1": why}
    assert (why in HIDDEN) is comes_back


@pytest.mark.parametrize(
    ("by", "comes_back"),
    [
        ("deleted", False),
        ("author", False),
        ("moderator", True),
        ("automod_filtered", True),
        ("reddit", True),
        ("content_takedown", True),
    ],
)
def test_what_moderators_or_filters_hold_back_may_be_approved(by, comes_back):
    platform = PLATFORMS["reddit"](4)
    (name, item), *_ = platform.posts.items()
    item["data"]["removed_by_category"] = by
    header, _, _ = look_up(platform, Asked(due=platform.stored()))
    assert set(header.gone) == {name}
    assert (header.gone[name] in HIDDEN) is comes_back
    assert not rechecker_for("reddit").shows(json.dumps(item["data"]))


def test_posts_of_a_subreddit_that_went_private_may_come_back():
    platform = PLATFORMS["reddit"](4)
    native_id = platform.mentions[0].native_id
    platform.remove([native_id])
    header, _, _ = look_up(platform, Asked(due=platform.stored()))
    assert header.gone[native_id] in HIDDEN


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
