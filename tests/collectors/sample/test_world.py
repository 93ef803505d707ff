import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from collectors.sample.feed_items import REPRINTING_SITES
from collectors.sample.truth import expected, truth
from collectors.sample.world import build_world, last_monday

SNOWFLAKE_EPOCH_MS = 1_288_834_974_657


def everything(world):
    return [*world.x, *world.reddit, *world.feed_items]


def is_everyday(post):
    return post.label.story is None and not post.label.is_own


def test_same_anchor_and_seed_give_the_same_world(world):
    assert build_world(world.anchor) == world


def test_another_seed_gives_another_world(world):
    assert build_world(world.anchor, seed=8).x != world.x


def test_another_anchor_moves_everything_by_the_same_time(world):
    earlier = build_world(world.anchor - timedelta(weeks=30))
    then, now = everything(earlier), everything(world)
    assert [p.versions[-1].text for p in then if p.label.topic != "thread"] == [
        p.versions[-1].text for p in now if p.label.topic != "thread"
    ]
    assert {b.created_at - a.created_at for a, b in zip(then, now, strict=True)} == {
        timedelta(weeks=30)
    }


def test_anchor_must_be_a_monday(world):
    with pytest.raises(ValueError, match="no Monday"):
        build_world(world.anchor + timedelta(days=1))
    assert last_monday(world.anchor + timedelta(days=6, hours=23)) == world.anchor


def test_all_times_are_aware_in_utc_and_within_the_eight_weeks(world):
    for post in everything(world):
        assert post.created_at.tzinfo is UTC
        assert world.start <= post.created_at < world.anchor
        assert all(a.at < b.at for a, b in pairwise(post.versions))


def test_native_ids_are_unique_and_look_like_the_platforms(world):
    for posts, form in (
        (world.x, r"\d{19}"),
        (world.reddit, r"t[13]_[0-9a-z]{6,8}"),
        (world.feed_items, r"https://\S+/feeds/\S+ \S+"),
    ):
        ids = [post.native_id for post in posts]
        assert len(ids) == len(set(ids))
        assert all(re.fullmatch(form, native_id) for native_id in ids)


def test_x_ids_hold_the_time(world):
    for post in world.x:
        for version in post.versions:
            ms = (int(version.id) >> 22) + SNOWFLAKE_EPOCH_MS
            assert datetime.fromtimestamp(ms / 1000, UTC).replace(microsecond=0) == version.at


def test_reddit_ids_grow_with_time(world):
    numbers = [int(thing.native_id[3:], 36) for thing in world.reddit]
    assert numbers == sorted(numbers)


def test_texts_fit_the_platforms(world):
    assert all(len(version.text) <= 280 for post in world.x for version in post.versions)
    handles = {post.author.handle for post in world.x}
    assert all(re.fullmatch(r"\w{1,15}", handle) for handle in handles)


def test_size_and_share_of_the_last_week(world):
    posts = everything(world)
    last = [post for post in posts if post.created_at >= world.import_until]
    assert 2_500 <= len(posts) <= 4_000
    assert 1 / 8 <= len(last) / len(posts) <= 1 / 4


def test_everyday_posts_rarely_repeat_one_another(world):
    texts = Counter(post.versions[0].text for post in everything(world) if is_everyday(post))
    repeated = sum(count for count in texts.values() if count > 1)
    assert repeated / texts.total() < 0.02


def test_recall_multiplies_the_volume_within_a_day(world):
    def volume(since):
        return sum(
            "epervier" in post.label.subjects and post.label.topic != "flood"
            for post in everything(world)
            if since <= post.created_at < since + timedelta(hours=24)
        )

    usual = [volume(world.recall_at - timedelta(weeks=week)) for week in range(1, 8)]
    assert volume(world.recall_at) > 5 * max(usual)


def test_nobody_speaks_of_the_recall_before_it_is_announced(world):
    recall = [post for post in everything(world) if post.label.topic.startswith("recall")]
    assert min(post.created_at for post in recall) >= world.recall_at
    tones = Counter(post.label.tone for post in recall)
    assert tones["negative"] > 0.7 * tones.total()


def test_flood_is_one_text_from_hundreds_of_accounts(world):
    flood = [post for post in world.x if post.label.topic == "flood"]
    assert len({post.versions[0].text for post in flood}) == 1
    assert len({post.author.id for post in flood}) == len(flood) > 200
    times = sorted(post.created_at for post in flood)
    assert times[0] >= world.flood_at
    assert times[-1] - times[0] < timedelta(hours=3)


def test_press_release_is_reprinted_by_ten_sites(world):
    copies = [item for item in world.feed_items if item.label.story == "press release"]
    assert len({item.versions[0].text for item in copies}) == 1
    reprints = {item.link.split("/")[2] for item in copies if not item.label.is_own}
    assert len(reprints) == 10
    assert set(REPRINTING_SITES) < reprints
    assert [item.label.is_own for item in copies].count(True) == 1


def test_weekends_and_nights_differ_from_working_days(world):
    hours = Counter(post.created_at.hour for post in world.x if is_everyday(post))
    assert sum(hours[h] for h in range(5)) < 0.1 * sum(hours[h] for h in range(16, 21))
    papers = [item for item in world.feed_items if item.feed.name == "dorpspost"]
    assert sum(item.created_at.weekday() >= 5 for item in papers) < len(papers) / 4


def test_there_are_replies_quotes_reposts_edits_and_deleted_authors(world):
    kinds = Counter(post.kind for post in world.x)
    assert all(kinds[kind] >= 10 for kind in ("post", "reply", "quote", "repost"))
    assert sum(len(post.versions) > 1 for post in world.x) >= 10
    assert sum(len(thing.versions) > 1 for thing in world.reddit) >= 10
    assert sum(len(item.versions) > 1 for item in world.feed_items) >= 1
    assert sum(thing.account_gone_at is not None for thing in world.reddit) >= 5


def test_parents_exist_and_are_older(world):
    for posts in (world.x, world.reddit):
        born = {post.native_id: post.created_at for post in posts}
        answers = [post for post in posts if post.parent]
        assert answers
        assert all(born[post.parent] <= post.created_at for post in answers)


def test_each_employee_is_mentioned_and_five_share_a_unit(world, watchlist):
    employees = [subject for subject in watchlist.subject if subject.facet == "employee"]
    assert sorted(Counter(subject.unit for subject in employees).values()) == [1, 5]
    named = {name for post in everything(world) for name in post.label.subjects}
    assert {subject.id for subject in employees} <= named


def test_polling_each_round_loses_forum_posts_to_the_outage_only(world):
    lost = [row for row in truth(world) if row.reach == "lost"]
    assert {row.source for row in lost} == {"forum"}
    assert len(lost) >= 3
    assert all(
        world.outage.since - timedelta(hours=12) <= row.created_at < world.outage.until
        for row in lost
    )
    assert world.outage.until < world.rounds()[-1]


def test_truth_has_one_row_for_each_post(world):
    rows = truth(world)
    assert len(rows) == len(everything(world)) == len({(r.platform, r.native_id) for r in rows})
    assert {row.reach for row in rows} == {"imported", "certain", "possible", "lost", "never"}
    assert {row.reach for row in expected(world)} == {"imported", "certain"}


def test_what_is_written_after_the_last_round_is_not_certain(world):
    rounds = world.rounds()[:-2]
    late = [row for row in truth(world, rounds) if row.created_at > rounds[-1]]
    assert late
    assert {row.reach for row in late} <= {"possible", "lost", "never"}


def test_own_posts_are_those_of_the_firms_handles_and_domains(world, watchlist):
    for platform, posts in (("x", world.x), ("reddit", world.reddit), ("feed", world.feed_items)):
        own = [post.label.is_own for post in posts]
        assert any(own)
        assert own == [
            watchlist.owns(platform, None, post.link)
            if platform == "feed"
            else watchlist.owns(platform, post.author.handle, None)
            for post in posts
        ]
