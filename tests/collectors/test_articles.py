"""Full texts: each article is asked for once, politely, and no teaser follows it."""

import threading
import time
from datetime import timedelta

import pytest

from collectors.article_fetch import ArticleReader
from collectors.article_memory import MAX_TRIES
from collectors.article_texts import MOST_A_FETCH
from tests.collectors.feed_jobs import HOUR, NOW, fetch, rss
from tests.replay import Answer, ReplayServer, Request

HERE = ("127.0.0.1",)
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture(autouse=True)
def _new_reader(monkeypatch):
    """Ports are used again: no test may meet what another learnt of a site."""
    monkeypatch.setattr("collectors.article_texts._READER", ArticleReader())


def words(number: int | str, mark: str = "") -> str:
    return "\n".join(
        f"Paragraph {n} of article {number}{mark} tells how Acme takes back testers "
        f"that customers bought in store {n * 7}, and what they get instead of them."
        for n in range(1, 6)
    )


def page(text: str) -> bytes:
    paragraphs = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    return (
        f"<html><head><title>t</title></head><body><nav><a href='/'>Home</a></nav>"
        f"<article><h1>Acme</h1>{paragraphs}</article><footer>© News</footer></body></html>"
    ).encode()


class Site:
    """A feed of teasers at /rss, an article for each at /a/NUMBER, and a robots.txt."""

    def __init__(self, *numbers: int, robots: str | None = None) -> None:
        self.numbers = list(numbers)
        self.robots = Answer(body=robots.encode()) if robots else Answer(status=404)
        self.articles: dict[str, Answer] = {}
        self.teaser = "Acme takes back testers …"
        self.etag = '"1"'
        self.url = ""

    def __call__(self, request: Request) -> Answer:
        if request.path == "/robots.txt":
            return self.robots
        if request.path == "/rss":
            if request.headers.get("if-none-match") == self.etag:
                return Answer(status=304)
            items = (
                f"<guid>{n}</guid><title>Acme {n}</title><link>{self.url}/a/{n}</link>"
                f"<description>{self.teaser}</description>"
                for n in self.numbers
            )
            return Answer(body=rss(*items), headers={"ETag": self.etag})
        number = request.path.rpartition("/")[2]
        return self.articles.get(number) or Answer(body=page(words(number)), headers=HTML)


class Polls:
    """Polls one site's feed as often as asked, with what the last answer left."""

    def __init__(self, site: Site, server: ReplayServer, **settings) -> None:
        site.url = server.url
        self.server, self.validators, self.now = server, None, NOW
        self.settings = {"full_text": True, "allow_hosts": HERE} | settings

    def __call__(self, **settings):
        self.server.requests.clear()
        found = fetch(
            f"{self.server.url}/rss",
            validators=self.validators,
            now=self.now,
            **self.settings | settings,
        )
        self.validators, self.now = found.validators, self.now + HOUR
        return found

    @property
    def asked(self) -> list[str]:
        return [r.path for r in self.server.requests if r.path != "/rss"]


def texts(found) -> dict[str, str]:
    return {m.native_id.rpartition(" ")[2]: m.text for m in found.mentions}


def test_a_new_entrys_text_is_its_article_and_raw_keeps_the_feeds_entry():
    site = Site(2, 1)
    with ReplayServer(site) as server:
        polls = Polls(site, server, contact="press@acme.example")
        found = polls()
        assert polls.asked == ["/robots.txt", "/a/2", "/a/1"]
        agent = server.requests[-1].headers["user-agent"]
    for number, text in texts(found).items():
        assert text.split("\n")[-5:] == words(number).split("\n")
        assert "Home" not in text
        assert "©" not in text
    assert site.teaser in found.mentions[0].raw
    assert found.mentions[0].title == "Acme 2"
    assert found.requests == 4
    assert agent.startswith("luisterpost/")
    assert "+press@acme.example" in agent


def test_an_article_is_fetched_once_and_its_teaser_never_returns():
    site = Site(2, 1)
    with ReplayServer(site) as server:
        polls = Polls(site, server)
        assert len(polls().mentions) == 2
        unchanged = polls()
        site.etag, site.numbers = '"2"', [3, 2, 1]
        grown = polls()
        assert polls.asked == ["/a/3"]
        off = polls(full_text=False)
        site.etag = '"3"'
        still_off = polls(full_text=False)
    assert not unchanged.mentions
    assert list(texts(grown)) == ["3"]
    assert not off.mentions
    assert not still_off.mentions


def test_entries_known_by_their_teaser_get_their_full_text_when_it_is_switched_on():
    site = Site(1)
    with ReplayServer(site) as server:
        polls = Polls(site, server)
        first = polls(full_text=False)
        assert not polls.asked
        site.etag = '"2"'
        second = polls()
    assert texts(first) == {"1": site.teaser}
    assert words(1) in texts(second)["1"]
    assert [m.mention_id for m in first.mentions] == [m.mention_id for m in second.mentions]


def test_an_edited_entry_is_read_again():
    site = Site(1)
    with ReplayServer(site) as server:
        polls = Polls(site, server)
        polls()
        site.teaser, site.etag = "Acme takes back all testers …", '"2"'
        site.articles["1"] = Answer(body=page(words(1, " (edited)")), headers=HTML)
        assert "(edited)" in texts(polls())["1"]
        site.teaser, site.etag = "Acme takes back all …", '"3"'
        site.articles["1"] = Answer(status=500)
        assert not polls().mentions
        assert polls.asked == ["/a/1"]


def test_a_teaser_that_changes_with_each_answer_is_not_followed_for_ever():
    site = Site(1)
    asked = 0
    with ReplayServer(site) as server:
        polls = Polls(site, server)
        for number in range(10):
            site.teaser, site.etag = f"{number} minutes ago", f'"{number}"'
            polls()
            asked += polls.asked.count("/a/1")
    assert asked == MAX_TRIES


def test_a_failed_article_leaves_the_teaser_and_is_tried_a_few_times_more():
    site = Site(1)
    site.articles["1"] = Answer(status=503)
    with ReplayServer(site) as server:
        polls = Polls(site, server)
        found = [polls() for _ in range(MAX_TRIES + 2)]
        assert not polls.asked
    assert [texts(p) for p in found[:MAX_TRIES]] == [{"1": site.teaser}] * MAX_TRIES
    assert found[0].validators["etag"] is None
    assert found[-1].validators["etag"] == '"1"'
    told = [item for p in found for item in p.unreadable]
    assert len(told) == 1
    assert "503" in told[0].error
    assert f"{site.url}/a/1" in told[0].raw


def test_an_article_that_answers_later_replaces_the_teaser():
    site = Site(1)
    site.articles["1"] = Answer(status=503)
    with ReplayServer(site) as server:
        polls = Polls(site, server)
        assert texts(polls()) == {"1": site.teaser}
        del site.articles["1"]
        assert words(1) in texts(polls())["1"]


GIVEN_UP = {
    "gone": Answer(status=410),
    "forbidden": Answer(status=403),
    "a file": Answer(body=b"%PDF", headers={"Content-Type": "application/pdf"}),
    "too long": Answer(body=page("long " * 700_000), headers=HTML),
    "less than the teaser": Answer(body=page("Log in."), headers=HTML),
    "into a private network": Answer(status=302, headers={"Location": "http://10.0.0.1/a"}),
    "to the cloud's own data": Answer(status=301, headers={"Location": "http://169.254.169.254/"}),
}


@pytest.mark.parametrize("answer", GIVEN_UP.values(), ids=GIVEN_UP)
def test_what_will_not_change_is_not_tried_again(answer):
    site = Site(1)
    site.articles["1"] = answer
    if answer.body == page("Log in."):
        site.teaser *= 10
    with ReplayServer(site) as server:
        polls = Polls(site, server)
        found = polls()
        again = polls()
        assert "/a/1" not in polls.asked
    assert texts(found) == {"1": site.teaser}
    assert len(found.unreadable) == 1 or answer.body == page("Log in.")
    assert not again.unreadable


RETRIED = {
    "silence": Answer(delay_s=30),
    "drip": Answer(body=b" " * 90_000, drip_s=0.1, headers=HTML),
    "cut": Answer(body=page(words(1)), cut_after=50, headers=HTML),
    "hang-up": Answer(hangs_up=True),
    "no article": Answer(body=b"<html><body></body></html>", headers=HTML),
    "loop": Answer(status=302, headers={"Location": "/a/1"}),
    "broken gzip": Answer(body=b"x", headers=HTML | {"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("answer", RETRIED.values(), ids=RETRIED)
def test_what_may_change_is_tried_again(answer):
    site = Site(1)
    site.articles["1"] = answer
    started = time.monotonic()
    with ReplayServer(site) as server:
        polls = Polls(site, server, timeout=timedelta(seconds=0.5))
        found = polls()
        polls()
        assert "/a/1" in polls.asked
    assert texts(found) == {"1": site.teaser}
    assert not found.unreadable
    assert time.monotonic() - started < 10


def test_no_private_address_is_asked_unless_it_is_named():
    site = Site(1)
    with ReplayServer(site) as server:
        polls = Polls(site, server, allow_hosts=())
        found = polls()
        assert polls.asked == []
    assert texts(found) == {"1": site.teaser}
    assert "allow_hosts" in found.unreadable[0].error


def test_robots_txt_is_obeyed_and_asked_for_once():
    site = Site(2, 1, robots="User-agent: luisterpost\nDisallow: /a/2\n")
    with ReplayServer(site) as server:
        polls = Polls(site, server)
        found = polls()
        assert polls.asked == ["/robots.txt", "/a/1"]
        site.numbers, site.etag = [3], '"2"'
        polls()
        assert polls.asked == ["/a/3"]
    assert texts(found)["2"] == site.teaser
    assert "robots.txt" in found.unreadable[0].error


def test_where_robots_txt_fails_nothing_is_read_for_now():
    site = Site(1)
    site.robots = Answer(status=500)
    with ReplayServer(site) as server:
        polls = Polls(site, server)
        found = [polls() for _ in range(MAX_TRIES + 1)]
        assert polls.asked == []
    assert [texts(p) for p in found] == [{"1": site.teaser}] * (MAX_TRIES + 1)
    assert [p.requests for p in found[:2]] == [2, 1]
    assert found[-1].validators["articles"] == {}
    assert found[-1].validators["etag"] is None


def test_redirects_to_an_article_obey_the_rules_of_where_they_lead():
    other = Site(robots="User-agent: *\nDisallow: /\n")
    site = Site(2, 1)
    with ReplayServer(other) as elsewhere, ReplayServer(site) as server:
        site.articles["1"] = Answer(status=302, headers={"Location": f"{elsewhere.url}/a/1"})
        site.articles["2"] = Answer(status=301, headers={"Location": "/a/9"})
        found = Polls(site, server)()
        assert [r.path for r in elsewhere.requests] == ["/robots.txt"]
    assert texts(found)["1"] == site.teaser
    assert words(9) in texts(found)["2"]


def test_a_crawl_delay_is_kept_and_what_it_leaves_no_time_for_comes_later():
    site = Site(3, 2, 1, robots="User-agent: *\nCrawl-delay: 1\n")
    with ReplayServer(site) as server:
        polls = Polls(site, server, timeout=timedelta(seconds=0.6))
        started = time.monotonic()
        first = polls()
        assert polls.asked == ["/robots.txt", "/a/3", "/a/2"]
        assert 1 <= time.monotonic() - started < 2.5
        time.sleep(1)
        second = polls()
    assert texts(first)["1"] == site.teaser
    assert first.validators["etag"] is None
    assert words(1) in texts(second)["1"]


def test_a_site_that_wants_us_to_wait_is_left_alone_and_no_try_is_lost():
    site = Site(2, 1)
    site.articles["2"] = Answer(status=429, headers={"Retry-After": "600"})
    with ReplayServer(site) as server:
        polls = Polls(site, server)
        found = polls()
        assert polls.asked == ["/robots.txt", "/a/2"]
    assert set(texts(found).values()) == {site.teaser}
    assert found.validators["articles"] == {}


def test_one_fetch_asks_for_no_more_than_its_share_and_the_next_goes_on():
    site = Site(*range(1, MOST_A_FETCH + 6))
    with ReplayServer(site) as server:
        polls = Polls(site, server)
        polls()
        assert len(polls.asked) == MOST_A_FETCH + 1
        polls()
        assert len(polls.asked) == 5


def test_an_entry_that_is_no_teaser_is_left_in_peace():
    site = Site(1)
    site.teaser = "Acme takes back testers. " * 100
    with ReplayServer(site) as server:
        polls = Polls(site, server)
        found = polls()
        assert not polls.asked
    assert found.validators["etag"] == '"1"'


def test_one_request_at_a_time_reaches_a_host_from_all_threads():
    site = Site(*range(1, 6))
    open_now, most, lock = 0, 0, threading.Lock()

    def handler(request: Request) -> Answer:
        nonlocal open_now, most
        if request.path == "/rss":
            return site(request)
        with lock:
            open_now += 1
            most = max(most, open_now)
        time.sleep(0.02)
        with lock:
            open_now -= 1
        return site(request)

    with ReplayServer(handler) as server:
        site.url = server.url
        threads = [
            threading.Thread(
                target=fetch,
                args=(f"{server.url}/rss",),
                kwargs={"full_text": True, "allow_hosts": HERE},
            )
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len([r for r in server.requests if r.path.startswith("/a/")]) == 20
    assert most == 1
