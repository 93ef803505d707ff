"""What X charges for: each post and each account that an answer holds, once a UTC day."""

import json

import pytest

from collectors.charges import ACCOUNT_ITEMS, account_charges, items_of
from collectors.recheck import Asked
from collectors.x import XCollector
from tests.collectors.recheck_players import x
from tests.collectors.rounds import ACME, NOW, source_at
from tests.collectors.test_recheck import look_up
from tests.collectors.test_x import answer, landed_with, post
from tests.replay import Answer
from warehouse.costs import charged_eur

ANN, BOB, EVE = account_charges(["7", "8", "9"])
INCLUDES = {
    "users": [{"id": "7", "username": "ann"}, {"id": "8", "username": "bob"}, {"name": "?"}],
    "tweets": [{"id": "1", "text": "before"}, {"id": "3", "edit_history_tweet_ids": ["2", "3"]}],
}


def charged(handler=lambda _: answer([post(1), post(2)], includes=INCLUDES), **keys):
    landed, _ = landed_with(handler, **keys)
    return landed.header.charged


def test_posts_and_what_comes_along_are_charged_each_once():
    assert charged() == ("8999999", "8999998", "1", "2", ANN, BOB)


def test_an_account_that_comes_along_again_is_charged_once():
    def handler(request):
        is_first = "next_token" not in request.query
        return answer([post(1 if is_first else 2)], "b" if is_first else None, includes=INCLUDES)

    assert charged(handler).count(ANN) == 1


def test_what_comes_along_is_free_where_the_source_says_so():
    assert charged(includes_charged=False) == ("8999999", "8999998")


@pytest.mark.parametrize("is_charged", [True, False])
def test_an_account_that_is_looked_up_is_charged_whatever_comes_along(is_charged):
    def handler(request):
        if request.path == "/2/users/by/username/acme":
            return Answer.of({"data": {"id": "9", "username": "acme"}})
        return answer([post(1)])

    keys = {"stream": "mentions:", "accounts": ["acme"], "includes_charged": is_charged}
    assert charged(handler, **keys) == ("8999999", EVE)


def test_an_account_costs_twice_a_post_and_both_once_a_day():
    landed, _ = landed_with(lambda _: answer([post(1)], includes=INCLUDES), item_eur=0.01)
    assert items_of(ANN) == ACCOUNT_ITEMS == 2
    assert charged_eur([landed.header, landed.header]) == pytest.approx(0.01 * (3 + 2 * 2))


@pytest.mark.parametrize(("keys", "most"), [({}, 400), ({"includes_charged": False}, 100)])
def test_a_full_page_costs_at_most_each_post_with_its_author_and_one_it_refers_to(keys, most):
    source = source_at("http://127.0.0.1:1", "x", query="acme", accounts=(), **keys)
    (stream,) = XCollector().streams(source, ACME, NOW)
    assert stream.page_charged == most


@pytest.mark.parametrize(("keys", "with_authors"), [({}, [ANN]), ({"includes_charged": False}, [])])
def test_posts_that_are_read_anew_are_charged_with_their_authors(keys, with_authors):
    platform = x(3)

    def handler(request):
        told = json.loads(platform(request).body)
        return Answer.of(told | {"includes": {"users": [{"id": "7", "username": "ann"}]}})

    header, _, _ = look_up(platform, Asked(refresh=platform.stored()), handler, **keys)
    posts = [mention.native_id for mention in platform.mentions]
    assert sorted(header.charged) == sorted([*posts, *with_authors])
