"""What a site lets robots read: the rules of RFC 9309."""

import time

import pytest

from collectors.web.robots import ALL, NOTHING, RobotRules

SITE = "https://news.example"


def allows(text: str, path: str) -> bool:
    return RobotRules.parse(text).allows(SITE + path)


CASES = {
    "nothing said": ("", "/a", True),
    "all forbidden": ("User-agent: *\nDisallow: /", "/a", False),
    "all forbidden, but robots.txt": ("User-agent: *\nDisallow: /", "/robots.txt", True),
    "empty disallow": ("User-agent: *\nDisallow:", "/a", True),
    "another robot": ("User-agent: otherbot\nDisallow: /", "/a", True),
    "we, by name": ("User-agent: *\nDisallow:\n\nUser-agent: Luisterpost\nDisallow: /", "/a", False),
    "we, with version": ("User-agent: luisterpost/2.0\nDisallow: /", "/a", False),
    "our group replaces all": ("User-agent: luisterpost\nAllow: /\nUser-agent: *\nDisallow: /", "/a", True),
    "shared group": ("User-agent: a\nUser-agent: luisterpost\nUser-agent: b\nDisallow: /x", "/x", False),
    "groups of one name unite": ("User-agent: *\nDisallow: /a\n\nUser-agent: *\nDisallow: /b", "/b", False),
    "longest wins": ("User-agent: *\nDisallow: /\nAllow: /news/", "/news/1", True),
    "longest wins, other order": ("User-agent: *\nAllow: /news/\nDisallow: /news/old", "/news/old/1", False),
    "allow wins a tie": ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
    "star": ("User-agent: *\nDisallow: /*/print", "/news/1/print", False),
    "star, not there": ("User-agent: *\nDisallow: /*/print", "/print", True),
    "end": ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf", False),
    "end, more follows": ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf?x=1", True),
    "end without star": ("User-agent: *\nDisallow: /a$", "/ab", True),
    "query": ("User-agent: *\nDisallow: /*?page=", "/a?page=2", False),
    "percent, either way": ("User-agent: *\nDisallow: /caf%c3%a9", "/café", False),
    "percent of plain letters": ("User-agent: *\nDisallow: /%61bc", "/abc", False),
    "a slash in percent is no slash": ("User-agent: *\nDisallow: /a/b", "/a%2Fb", True),
    "comments and odd spaces": ("# hi\n USER-AGENT : * # all\n  disallow : /a # no\n", "/a", False),
    "rules before any robot": ("Disallow: /\nUser-agent: *\nDisallow: /b", "/a", True),
    "unknown lines part no group": ("User-agent: *\nSitemap: https://a/\nDisallow: /a", "/a", False),
    "no address at all": ("User-agent: *\nDisallow: /", "", False),
    "a page of HTML": ("<html><body>Disallow: /</body></html>", "/a", True),
}  # fmt: skip


@pytest.mark.parametrize(("text", "path", "allowed"), CASES.values(), ids=CASES)
def test_rules_follow_the_standard(text, path, allowed):
    assert allows(text, path) is allowed


@pytest.mark.parametrize(
    ("said", "delay"),
    [("2", 2), ("0.5", 0.5), ("-1", 0), ("soon", 0), ("nan", 0), ("inf", 0), ("1e9", 3600)],
)
def test_crawl_delay_is_believed_within_bounds(said, delay):
    assert RobotRules.parse(f"User-agent: *\nCrawl-delay: {said}").delay_s == delay


def test_no_rules_allow_all_and_unknown_rules_nothing():
    assert ALL.allows(SITE)
    assert not NOTHING.allows(f"{SITE}/a")


def test_many_stars_take_no_time():
    rules = RobotRules.parse("User-agent: *\n" + f"Disallow: /{'a*' * 2_000}b$\n" * 50)
    started = time.process_time()
    assert rules.allows(SITE + "/" + "a" * 8_000)
    assert time.process_time() - started < 2
