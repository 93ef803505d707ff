"""Which of Bluesky's labels take a post away: standing ones, of its own moderation or the author."""

import json
from datetime import timedelta

import pytest

from collectors.bluesky_labels import MODERATION, why_hidden
from collectors.recheck import Asked, rechecker_for
from tests.collectors.bluesky_answers import author, post, stamp
from tests.collectors.recheck_players import bluesky
from tests.collectors.rounds import NOW
from tests.collectors.test_recheck import look_up

HOUR = timedelta(hours=1)
OWN = "did:plc:jan"


def label(val="!hide", *, src=MODERATION, hours=-2, **values):
    made_at = stamp(NOW + hours * HOUR)
    return {"src": src, "uri": "at://did:plc:jan", "val": val, "cts": made_at} | values


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        ([label("!hide")], "withheld"),
        ([label("!takedown")], "withheld"),
        ([label("!suspend")], "suspended"),
        ([label(src=OWN)], "withheld"),
        ([label(src="did:plc:somebody")], None),
        ([label("porn"), label("spam"), label("!warn"), label("!no-unauthenticated")], None),
        ([label(neg=True)], None),
        ([label(), label(hours=-1, neg=True)], None),
        ([label(hours=-1, neg=True), label()], None),
        ([label(neg=True, hours=-3), label()], "withheld"),
        ([label(), label(src=OWN, hours=-1, neg=True)], "withheld"),
        ([label(), label("!takedown", hours=-1, neg=True)], "withheld"),
        ([label(exp=stamp(NOW - HOUR))], None),
        ([label(exp=stamp(NOW + HOUR))], "withheld"),
        ([{"val": "!hide"}, "!hide", None, label(cts="yesterday"), label(exp="soon")], None),
        ([label(**{"$type": "com.atproto.label.defs#label", "ver": 1})], "withheld"),
        ("!hide", None),
        (None, None),
    ],
)
def test_labels_count_that_stand_and_are_of_the_moderation_or_the_author(labels, why):
    assert why_hidden(post(1, labels=labels), NOW) == why
    by_account = post(1, author=author(labels=labels))
    assert why_hidden(by_account, NOW) == why


def test_a_label_of_somebody_who_is_not_the_author_is_not_the_authors_own():
    assert why_hidden(post(1, author=author("piet"), labels=[label(src=OWN)]), NOW) is None


def test_labelled_posts_go_and_the_others_stay():
    platform = bluesky(6)
    uris = list(platform.posts)
    platform.posts[uris[0]]["labels"] = [label()]
    platform.posts[uris[1]]["labels"] = [label(src="did:plc:somebody")]
    platform.posts[uris[2]]["author"] |= {"labels": [label("!suspend")]}
    header, rows, _ = look_up(platform, Asked(due=platform.stored()))
    assert header.gone == {uris[0]: "withheld", uris[2]: "suspended"}
    assert {row["native_id"] for row in rows} == set(uris) - set(header.gone)


@pytest.mark.parametrize("label_of", [label(), label(exp=stamp(NOW - HOUR))])
def test_a_record_that_was_collected_with_such_a_label_does_not_show_its_post(label_of):
    shows = rechecker_for("bluesky").shows
    assert shows(json.dumps(post(1)))
    assert not shows(json.dumps(post(1, labels=[label_of])))
    assert not shows(json.dumps({"post": post(1, labels=[label_of]), "reason": {"by": {}}}))
