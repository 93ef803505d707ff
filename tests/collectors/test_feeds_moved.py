"""Where a feed may be asked, and where it has moved to."""

import ipaddress
import socket

import pytest

from collectors.errors import BadRequest, SourceGone
from collectors.web.public_address import NamedHosts, PrivateAddress, is_public
from tests.collectors.feed_jobs import HOUR, NOW, dated, fetch, rss
from tests.replay import Answer, ReplayServer, Request

NEWS = rss(dated(2, NOW - HOUR), dated(1, NOW - 2 * HOUR))


def serving(**answers):
    """Answer by path: a body, or a status with where to go."""

    def handler(request: Request) -> Answer:
        answer = answers[request.path.strip("/")]
        if isinstance(answer, bytes):
            return Answer(body=answer)
        status, *location = answer
        return Answer(status=status, headers={"Location": location[0]} if location else {})

    return ReplayServer(handler)


def paths(server: ReplayServer) -> list[str]:
    return [request.path for request in server.requests]


@pytest.mark.parametrize("status", [301, 308])
def test_a_permanent_redirect_is_asked_directly_from_then_on(status):
    with serving(old=(status, "/new"), new=NEWS) as server:
        first = fetch(f"{server.url}/old")
        second = fetch(f"{server.url}/old", validators=first.validators, now=NOW + HOUR)
        assert paths(server) == ["/old", "/new", "/new"]
    assert first.validators["moved_to"] == f"{server.url}/new"
    assert second.validators["moved_to"] == f"{server.url}/new"
    assert [m.native_id for m in second.mentions] == [m.native_id for m in first.mentions]
    assert second.mentions[0].native_id.startswith(f"{server.url}/old ")
    assert second.requests == 1


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_temporary_redirect_is_not_remembered(status):
    with serving(old=(status, "/new"), new=NEWS) as server:
        first = fetch(f"{server.url}/old")
        fetch(f"{server.url}/old", validators=first.validators, now=NOW + HOUR)
        assert paths(server) == ["/old", "/new", "/old", "/new"]
    assert first.validators["moved_to"] is None


def test_of_a_chain_only_what_is_permanent_from_its_start_is_remembered():
    with serving(a=(301, "/b"), b=(308, "/c"), c=(302, "/d"), d=(301, "/e"), e=NEWS) as server:
        page = fetch(f"{server.url}/a")
        assert page.validators["moved_to"] == f"{server.url}/c"
    with serving(a=(302, "/b"), b=(301, "/c"), c=NEWS) as server:
        assert fetch(f"{server.url}/a").validators["moved_to"] is None


def test_a_feed_that_moves_on_is_followed():
    with serving(new=(301, "/newer"), newer=NEWS) as server:
        before = {"fetched_at": (NOW - HOUR).isoformat(), "moved_to": f"{server.url}/new"}
        page = fetch(f"{server.url}/old", validators=before)
        assert paths(server) == ["/new", "/newer"]
    assert page.validators["moved_to"] == f"{server.url}/newer"


def test_an_unchanged_feed_keeps_where_it_moved_to():
    with ReplayServer(lambda _: Answer(status=304)) as server:
        before = {"fetched_at": (NOW - HOUR).isoformat(), "etag": '"1"', "moved_to": server.url}
        page = fetch("http://127.0.0.1:9/old", validators=before)
    assert page.validators["moved_to"] == server.url


@pytest.mark.parametrize("lost", [(404,), (410,), (400,), b"<html><body>This domain is for sale"])
def test_where_the_new_address_holds_no_feed_the_configured_one_is_asked_again(lost):
    with serving(old=NEWS, new=lost) as server:
        before = {
            "fetched_at": (NOW - HOUR).isoformat(),
            "etag": '"1"',
            "moved_to": f"{server.url}/new",
        }
        page = fetch(f"{server.url}/old", validators=before)
        assert paths(server) == ["/new", "/old"]
        assert "if-none-match" not in server.requests[1].headers
    assert len(page.mentions) == 2
    assert page.requests == 2
    assert page.validators["moved_to"] is None


def test_a_feed_that_is_gone_says_so():
    with serving(old=(410,)) as server, pytest.raises(SourceGone, match="410 Gone"):
        fetch(f"{server.url}/old")


def test_the_credential_does_not_move_to_another_site():
    from collectors.contract import Credential

    credential = Credential(login="me", password="secret")  # noqa: S106 - made up
    with ReplayServer(lambda _: Answer(body=NEWS)) as other:
        before = {"fetched_at": (NOW - HOUR).isoformat(), "moved_to": f"{other.url}/new"}
        fetch("http://127.0.0.1:9/old", validators=before, credential=credential)
        assert "authorization" not in other.requests[0].headers


PRIVATE = [
    "127.0.0.1",
    "10.1.1.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.18.0.1",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "ff02::1",
    "fec0::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_no_private_address_is_public(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"],
)
def test_addresses_of_the_internet_are_public(address):
    assert is_public(ipaddress.ip_address(address))


NAMED = {
    "a public host": ((), "news.example", ["8.8.8.8"], True),
    "one private answer of two": ((), "news.example", ["8.8.8.8", "10.0.0.1"], False),
    "a named host": (("Intranet.example.",), "intranet.example", ["10.0.0.1"], True),
    "another host there": (("intranet.example",), "evil.example", ["10.0.0.1"], False),
    "a named address": (("10.0.0.1:8080",), "intranet.example", ["10.0.0.1"], True),
    "its neighbour": (("10.0.0.1",), "intranet.example", ["10.0.0.2"], False),
    "this machine by address": (("http://127.0.0.1:80/a",), "localhost", ["::1"], True),
    "this machine by name": (("localhost",), "127.0.0.2", ["127.0.0.2"], True),
    "mapped": (("127.0.0.1",), "evil.example", ["::ffff:127.0.0.1"], True),
    "this machine names no network": (("127.0.0.1",), "a.example", ["169.254.169.254"], False),
    "in brackets": (("[::1]",), "::1", ["::1"], True),
}


@pytest.mark.parametrize(("named", "host", "addresses", "allowed"), NAMED.values(), ids=NAMED)
def test_only_named_hosts_may_be_private(named, host, addresses, allowed):
    found = NamedHosts.of(*named).allow(host, map(ipaddress.ip_address, addresses))
    assert found is allowed


@pytest.fixture
def names(monkeypatch):
    """Let names mean addresses, and note each question to the name server."""
    asked: list[str] = []
    table: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def lookup(host, port, *rest, **more):
        asked.append(host)
        if host not in table:
            return real(host, port, *rest, **more)
        answers = table[host]
        address = answers.pop(0) if len(answers) > 1 else answers[0]
        return real(address, port, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return table, asked


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://[fd00::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://inside.example/",
        "http://0xA9FEA9FE/",
    ],
)
def test_a_redirect_into_a_private_network_is_refused(target, names):
    names[0]["inside.example"] = ["10.0.0.9"]
    with serving(rss=(302, target)) as server, pytest.raises(PrivateAddress):
        fetch(f"{server.url}/rss")


def test_a_redirect_to_this_machine_is_refused_unless_the_feed_is_here(names):
    table, _ = names
    table["news.example"] = ["127.0.0.1"]
    table["evil.example"] = ["127.0.0.1"]
    with ReplayServer(lambda _: Answer(body=NEWS)) as inner:
        port = inner.url.rpartition(":")[2]
        with serving(rss=(302, f"http://evil.example:{port}/")) as server:
            outer = server.url.rpartition(":")[2]
            with pytest.raises(PrivateAddress, match=r"evil\.example"):
                fetch(f"http://news.example:{outer}/rss")
            assert not inner.requests
            assert fetch(f"http://127.0.0.1:{outer}/rss").mentions
            named = ("evil.example",)
            assert fetch(f"http://news.example:{outer}/rss", allow_hosts=named).mentions


def test_a_remembered_address_is_checked_at_each_fetch(names):
    names[0]["moved.example"] = ["10.0.0.1"]
    before = {"fetched_at": (NOW - HOUR).isoformat(), "moved_to": "http://moved.example/rss"}
    with serving(rss=NEWS) as server:
        page = fetch(f"{server.url}/rss", validators=before)
    assert page.validators["moved_to"] is None
    assert issubclass(PrivateAddress, BadRequest)


def test_the_address_that_was_checked_is_the_one_that_is_asked(names):
    table, asked = names
    with serving(rss=NEWS) as server:
        port = server.url.rpartition(":")[2]
        table["rebound.example"] = ["127.0.0.1", "10.0.0.1"]
        page = fetch(f"http://rebound.example:{port}/rss")
        assert server.requests[0].headers["host"] == f"rebound.example:{port}"
    assert page.mentions
    assert asked.count("rebound.example") == 1


def test_behind_a_proxy_names_are_its_own_affair_and_private_addresses_stay_refused(monkeypatch):
    def unknown(host, *_rest, **_more):
        raise socket.gaierror(host)

    def handler(request: Request) -> Answer:
        assert request.headers["host"] == "news.example"
        if request.path == "/away":
            return Answer(status=302, headers={"Location": "http://10.0.0.1/"})
        return Answer(body=NEWS)

    with ReplayServer(handler) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        assert fetch("http://news.example/rss").mentions
        with pytest.raises(PrivateAddress):
            fetch("http://news.example/away")
        assert len(proxy.requests) == 2
