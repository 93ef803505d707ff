"""Mastodon: streams, requests, and paging to the end of a timeline."""

from datetime import timedelta

import pytest

from collectors.mastodon import MastodonCollector
from collectors.sources import Source
from collectors.watchlist import Consent, Subject, Watchlist
from tests.collectors.mastodon_answers import (
    ASKED,
    TOKEN,
    landed_with,
    minutes_ago,
    page,
    pages,
    source_for,
    status,
)
from tests.collectors.rounds import NOW, land
from tests.replay import Answer, ReplayServer

CONSENT = Consent(
    given_at="2026-01-15", purpose="p", platforms=("mastodon",), notice="v1", proof="1"
)
WATCHED = Watchlist(
    subject=(
        Subject(
            id="acme",
            name="Acme",
            facet="brand",
            terms=("Acme Bier", "C++", "2026"),
            hashtags=("#acmebier", "ProostAcme"),
            domains=("acme.example",),
            handles={"mastodon": ("@acme@brew.example", "not an account")},
        ),
        Subject(
            id="an",
            name="An",
            facet="employee",
            unit="sales",
            handles={"mastodon": ("an@brew.example",)},
            consent=CONSENT,
        ),
    )
)


def source(**values):
    return Source.model_validate({"name": "m", "platform": "mastodon"} | values)


def streams(**values):
    return MastodonCollector().streams(source(**values), WATCHED, NOW)


def test_without_a_token_tags_and_accounts_are_asked():
    assert [s.key for s in streams()] == [
        "tag:acmebier",
        "tag:proostacme",
        "account:acme@brew.example",
    ]
    assert {s.reach for s in streams()} == {"listing"}
    assert all(s.history for s in streams())


def test_with_a_token_each_way_of_writing_is_searched_for():
    queries = [s.params["query"] for s in streams(credential="m") if s.key.startswith("search:")]
    assert queries == [
        '"Acme Bier"',
        '"C++"',
        "2026",
        '"@acme@brew.example"',
        '"acme.example"',
        '"@an@brew.example"',
    ]


def test_an_employees_account_is_never_followed_and_without_consent_not_looked_for():
    withdrawn = WATCHED.subject[1].model_copy(
        update={"consent": CONSENT.model_copy(update={"withdrawn_at": NOW.date()})}
    )
    watchlist = Watchlist(subject=(WATCHED.subject[0], withdrawn))
    found = MastodonCollector().streams(source(credential="m"), watchlist, NOW)
    assert not any("an@brew" in str(s.params) for s in found)
    assert not any(s.key == "account:an@brew.example" for s in streams(credential="m"))


def test_a_query_of_hashtags_only_is_read_without_a_token():
    found = streams(query="#acme #Proost", accounts=[])
    assert [s.key for s in found] == ["tag:acme", "tag:proost"]


def test_another_query_is_searched_for():
    found = streams(query="acme from:jan", credential="m", accounts=[])
    assert [s.params for s in found] == [{"kind": "search", "query": "acme from:jan"}]


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"query": "acme"}, "query"),
        ({"query": "#acme bier"}, "query"),
        ({"query": "#" + "a" * 501}, "query"),
        ({"credential": "m"}, "base_url"),
        ({"accounts": ["fine", "not an account"]}, "accounts.1"),
        ({"urls": ["https://mastodon.example/@acme.rss"]}, "urls"),
        ({"subreddits": ["belgium"]}, "subreddits"),
        ({"archive": True}, "archive"),
    ],
)
def test_mistakes_in_a_source_are_named(values, key):
    assert [name for name, _ in MastodonCollector().mistakes(source(**values))] == [key]


def test_a_good_source_has_no_mistakes():
    good = source(base_url="https://m.example", credential="m", query="acme", accounts=["@a@b.be"])
    assert MastodonCollector().mistakes(good) == []


# --- requests --------------------------------------------------------------------------


def test_a_timeline_is_asked_for_without_any_other_question():
    _, (request,) = landed_with(lambda _: page([]), query="#Été")
    assert request.path == "/api/v1/timelines/tag/%C3%89t%C3%A9"
    assert request.query == {"limit": "40"}
    assert "authorization" not in request.headers


def test_a_token_is_sent_and_a_file_of_its_name_is_not_read(tmp_path, monkeypatch):
    (tmp_path / "the-access-token").write_text("another\nhttps://elsewhere.example\n")
    monkeypatch.chdir(tmp_path)
    _, (request,) = landed_with(
        lambda _: Answer.of({"statuses": []}), stream="search:", who=TOKEN, **WITH_TOKEN
    )
    assert request.headers["authorization"] == "Bearer the-access-token"
    assert request.path == "/api/v2/search"
    assert request.query == {"q": "acme bier", "type": "statuses", "limit": "40"}


WITH_TOKEN = {"query": "acme bier", "credential": "m"}


def test_a_search_goes_on_behind_the_last_id_until_nothing_comes():
    lists = {None: [status(1), status(2)], "999998": [status(3)], "999997": []}
    landed, requests = landed_with(
        lambda r: Answer.of({"statuses": lists[r.query.get("max_id")]}),
        stream="search:",
        who=TOKEN,
        **WITH_TOKEN,
    )
    assert len(landed.ids) == 3
    assert len(requests) == 3
    assert landed.header.fault is None


def test_an_account_is_looked_up_once():
    def handle(request):
        if request.path == "/api/v1/accounts/lookup":
            assert request.query == {"acct": "acme@brew.example"}
            return Answer.of({"id": "109", "acct": "acme@brew.example"})
        assert request.path == "/api/v1/accounts/109/statuses"
        return pages([status(1)], [status(2)])(request)

    landed, requests = landed_with(handle, stream="account:", watch=WATCHED)
    assert len(landed.ids) == 2
    assert len(requests) == landed.header.requests == 3


def test_an_instance_may_lie_below_a_path():
    with_path = []

    def handle(request):
        with_path.append(request.path)
        return page([status(1)])

    with ReplayServer(handle) as server:
        landed = land(MastodonCollector(), source_for(f"{server.url}/gate/"), None, stream="tag:")
    assert with_path == ["/gate/api/v1/timelines/tag/acme"]
    assert len(landed.ids) == 1


# --- paging and coverage ---------------------------------------------------------------


def test_the_first_fetch_reads_to_the_end():
    landed, requests = landed_with(pages([status(1)], [], [status(2), status(3)]))
    assert len(landed.ids) == 3
    assert [r.query.get("max_id") for r in requests] == [None, "1", "2"]
    assert landed.spans == [(minutes_ago(3), ASKED)]


def test_later_fetches_stop_after_a_whole_page_that_is_older():
    landed, requests = landed_with(
        pages(
            [status(1), status(90), status(2)], [status(70), status(3)], [status(80)], [status(4)]
        ),
        since=NOW - timedelta(hours=1),
        known={"walked_to": "2026-11-23T07:00:00Z"},
    )
    assert len(requests) == 3
    assert len(landed.ids) == 6
    assert landed.spans == [(NOW - timedelta(hours=1), ASKED)]


def test_a_first_walk_turns_ten_pages_however_old():
    old = [[status(5_000 + number)] for number in range(20)]
    landed, _ = landed_with(pages(*old), since=NOW - timedelta(hours=1))
    assert len(landed.ids) == 10
    assert landed.spans == [(NOW - timedelta(hours=1), ASKED)]
    assert landed.header.validators == {"walked_to": "2026-11-23T08:00:00Z"}
    landed, _ = landed_with(pages(*old), since=NOW - timedelta(hours=1), history="1 h")
    assert len(landed.ids) == 1


def test_an_empty_timeline_is_an_answer_too():
    landed, _ = landed_with(pages([]), overlap="2 h")
    assert landed.header.fault is None
    assert landed.spans == [(ASKED - timedelta(hours=2), ASKED)]


def test_a_page_cap_leaves_the_older_part_uncovered():
    landed, _ = landed_with(
        pages([status(1)], [status(2)], [status(3)]), since=NOW - timedelta(hours=1), max_pages=2
    )
    assert landed.header.fault.reason == "page_cap"
    assert landed.spans == [(minutes_ago(2) + timedelta(seconds=1), ASKED)]


def test_an_id_that_is_no_number_is_followed():
    answers = {None: page([status(1)], "01HX%2B"), "01HX+": page([status(2)])}
    landed, _ = landed_with(lambda r: answers[r.query.get("max_id")])
    assert len(landed.ids) == 2


@pytest.mark.parametrize(
    "link",
    ["", "<>", 'x; rel="next"', '<http://[>; rel="next"', '<https://m.example/>; rel="next"'],
)
def test_a_link_that_leads_nowhere_ends_the_timeline(link):
    landed, (_,) = landed_with(lambda _: Answer.of([status(1)], headers={"Link": link}))
    assert landed.header.fault is None
    assert len(landed.ids) == 1
