"""What matters is judged first: the order is decided from rows alone."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse.building import HOUR, T0, mention
from tests.warehouse.rescored import DAY, EVERYTHING, NOW, candidates_of, load, place, snapshot
from warehouse.rescore import Attention, Candidate, in_order

NONE = Attention(
    incidents=(), stories=(), stories_since=T0, reach=1_000_000, reach_since=T0 - 9 * DAY
)


def candidate(name: str, *, why: int = 3, hours: int = 0, story: str = "", copy: str = ""):
    return Candidate(
        mention_id=name,
        version_id="v",
        story_id=story or f"story {name}",
        copy_id=copy or f"copy {name}",
        occurred_at=T0 + hours * HOUR,
        why=why,
        places=1,
    )


def names(*candidates: Candidate) -> str:
    return "".join(one.mention_id for one in in_order(candidates))


def test_alerts_come_before_the_report_and_that_before_the_reach():
    assert names(candidate("a", why=3), candidate("b", why=1), candidate("c", why=2)) == "bca"


def test_newest_come_first():
    assert names(candidate("a", hours=1), candidate("b", hours=3), candidate("c", hours=2)) == "bca"


def test_one_text_of_each_story_comes_before_the_second_of_any():
    told = [candidate(name, hours=9 - place, story="s") for place, name in enumerate("abc")]
    assert names(*told, candidate("d", hours=1)) == "adbc"


def test_copies_stand_together_where_the_first_of_them_matters():
    texts = [
        candidate("a", copy="t", hours=1),
        candidate("b", hours=2),
        candidate("c", copy="t", why=1),
    ]
    assert names(*texts) == "acb"


candidates = st.lists(
    st.builds(
        candidate,
        st.sampled_from("abcdefgh"),
        why=st.integers(1, 3),
        hours=st.integers(0, 3),
        story=st.sampled_from(["", "s", "t"]),
        copy=st.sampled_from(["", "u", "v"]),
    ),
    unique_by=lambda one: one.mention_id,
)


@given(candidates, st.randoms())
def test_order_depends_on_nothing_but_the_candidates(some, random):
    shuffled = random.sample(some, len(some))
    assert in_order(shuffled) == in_order(some)
    assert sorted(one.mention_id for one in in_order(some)) == sorted(
        one.mention_id for one in some
    )


def waiting(tmp_path, attention: Attention, *mentions) -> list[tuple[str, int]]:
    settings = place(tmp_path)
    load(settings, "one", mentions)
    snapshot(settings)
    found = candidates_of(settings, attention=attention)
    ids = {one.mention_id: one.native_id for one in mentions}
    return [(ids[one.mention_id], one.why) for one in found]


def with_(**keys) -> Attention:
    values = {name: getattr(NONE, name) for name in Attention.__dataclass_fields__}
    return Attention(**(values | keys))


def test_an_incident_stands_for_its_subject_since_its_first_sign(tmp_path):
    old, new = mention(1, "Acme", at=T0), mention(2, "Acme again", at=T0 + HOUR)
    seen = with_(incidents=[("acme", T0 + HOUR), ("beta", T0)])
    assert waiting(tmp_path, seen, old, new) == [("2", 1)]


def test_a_story_of_the_report_is_judged_since_the_periods_begin(tmp_path):
    settings = place(tmp_path)
    told = [mention(n, "Acme recalls beer", at=T0 + n * HOUR) for n in (1, 2)]
    load(settings, "one", [*told, mention(3, "Acme else", at=T0)])
    snapshot(settings)
    (story,) = {one.story_id for one in candidates_of(settings) if one.occurred_at > T0}
    found = candidates_of(settings, attention=with_(stories=[story], stories_since=T0 + 2 * HOUR))
    assert [(one.why, one.occurred_at) for one in found] == [(2, T0 + 2 * HOUR)]


def test_reach_is_followers_or_views(tmp_path):
    posts = [
        mention(1, "Acme a", metrics={"followers": 100}),
        mention(2, "Acme b", metrics={"views": 100}, at=T0 + HOUR),
        mention(3, "Acme c", metrics={"followers": 99, "likes": 5_000}),
        mention(4, "Acme d"),
        mention(5, "Acme e", metrics={"followers": 500}, at=T0 - 10 * DAY),
    ]
    assert waiting(tmp_path, with_(reach=100), *posts) == [("2", 3), ("1", 3)]


def test_own_posts_and_what_lies_ahead_are_left_out(tmp_path):
    own = mention(1, "Acme", is_own=True)
    ahead = mention(2, "Acme soon", at=NOW + timedelta(seconds=1))
    assert waiting(tmp_path, EVERYTHING, own, ahead) == []
