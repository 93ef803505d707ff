"""A feed's faults: each ends with its own name, within its time and its size."""

import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from collectors.errors import (
    AuthFailed,
    BadAnswer,
    BadRequest,
    CollectError,
    RateLimited,
    ServerFault,
    SourceGone,
    SourceTimeout,
    SourceUnreachable,
)
from collectors.web.statuses import retry_at
from tests.collectors.feed_jobs import HOUR, NOW, dated, fetch, rss
from tests.replay import Answer, ReplayServer

NEWS = rss(dated(2, NOW - HOUR), dated(1, NOW - 2 * HOUR))
SHORT = timedelta(seconds=0.3)


def answering(**how):
    return ReplayServer(lambda _: Answer(**how))


STATUSES = {
    204: BadAnswer, 206: BadAnswer, 226: BadAnswer, 300: BadAnswer, 304: BadAnswer, 400: BadRequest,
    401: AuthFailed, 402: AuthFailed, 403: AuthFailed, 404: SourceGone, 406: BadRequest,
    407: AuthFailed, 408: SourceTimeout, 410: SourceGone, 414: BadRequest, 418: BadRequest,
    429: RateLimited, 451: SourceGone, 499: BadRequest, 500: ServerFault, 501: ServerFault,
    502: ServerFault, 503: ServerFault, 504: ServerFault, 520: ServerFault, 599: ServerFault,
}  # fmt: skip


@pytest.mark.parametrize(("status", "error"), STATUSES.items(), ids=map(str, STATUSES))
def test_each_status_has_its_name(status, error):
    body = b"" if status in {204, 304} else NEWS
    with answering(status=status, body=body) as server, pytest.raises(CollectError) as raised:
        fetch(f"{server.url}/rss?token=secret")
    assert type(raised.value) is error
    assert str(status) in str(raised.value)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("120", NOW + timedelta(seconds=120)),
        ("Mon, 23 Nov 2026 09:30:00 GMT", datetime(2026, 11, 23, 9, 30, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 10:30:00 +0100", datetime(2026, 11, 23, 9, 30, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 07:00:00 GMT", NOW),
        ("999999999", NOW + timedelta(days=7)),
    ],
)
def test_retry_after_says_until_when_to_wait(status, said, until):
    with (
        answering(status=status, headers={"Retry-After": said}) as server,
        pytest.raises(RateLimited) as raised,
    ):
        fetch(server.url)
    assert raised.value.until == until


@pytest.mark.parametrize("said", ["", "soon", "-5", "1e9", "9" * 40, "Mon, 99 Foo 2026", "\u0661"])
def test_unreadable_retry_after_is_none(said):
    assert retry_at(said, NOW) is None


def test_rate_limit_without_a_time_has_none():
    with answering(status=429) as server, pytest.raises(RateLimited) as raised:
        fetch(server.url)
    assert raised.value.until is None


def test_silence_is_a_timeout():
    with answering(body=NEWS, delay_s=30) as server, pytest.raises(SourceTimeout):
        fetch(server.url, timeout=SHORT)


def test_a_feed_that_drips_for_ever_ends():
    started = time.monotonic()
    with (
        answering(body=b" " * 1_000_000, drip_s=0.05) as server,
        pytest.raises(SourceTimeout),
    ):
        fetch(server.url, timeout=SHORT)
    assert time.monotonic() - started < 5


def test_redirects_without_end_are_a_bad_answer():
    with (
        answering(status=302, headers={"Location": "/again"}) as server,
        pytest.raises(BadAnswer, match="redirects more than 5 times"),
    ):
        fetch(server.url)
    assert len(server.requests) == 6


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://a.example/", "mailto:a@b"])
def test_a_redirect_out_of_the_web_is_refused(location):
    with (
        answering(status=302, headers={"Location": location}) as server,
        pytest.raises((BadRequest, SourceUnreachable)),
    ):
        fetch(server.url)


def test_nobody_listening_is_unreachable():
    with answering() as server:
        url = server.url
    with pytest.raises(SourceUnreachable):
        fetch(url)


@pytest.mark.parametrize("how", [{"hangs_up": True}, {"body": NEWS, "cut_after": 100}])
def test_a_cut_connection_is_unreachable(how):
    with answering(**how) as server, pytest.raises(SourceUnreachable):
        fetch(server.url)


def test_what_is_no_http_is_unreachable():
    with raw_server(b"220 mail.example ESMTP\r\n\r\n") as url, pytest.raises(SourceUnreachable):
        fetch(url)


NO_FEEDS = {
    "empty": (b"", "empty"),
    "blank": (b" \r\n\t", "empty"),
    "page": (b"<!DOCTYPE html><html><body><h1>News</h1></body></html>", "web page"),
    "page in capitals": (b"\xef\xbb\xbf\n<!-- x --><HTML><p>News", "web page"),
    "page with items": (b"<html><body><item><title>x</title></item></body></html>", "web page"),
    "xhtml": (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "web page"),
    "JSON": (b'{"error": "no such feed"}', "JSON, not a feed"),
    "JSON list": (b"[1, 2]", "JSON, not a feed"),
    "JSON like a feed": (b'{"version": "3", "items": []}', "JSON, not a feed"),
    "JSON Feed without items": (
        b'{"version": "https://jsonfeed.org/version/1.1"}',
        "a JSON Feed without items",
    ),
    "cut JSON Feed": (
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "ti',
        "a JSON Feed that can't be read",
    ),
    "cut JSON": (b'{"error": "no su', "JSON that can't be read"),
    "deep JSON": (b'{"version":' + b"[" * 200_000, "JSON that can't be read"),
    "long number": (b'{"version": ' + b"9" * 9_000 + b"}", "JSON that can't be read"),
    "sitemap": (b"<?xml version='1.0'?><urlset><url/></urlset>", "<urlset>"),
    "reading list": (b"<opml version='2.0'><body/></opml>", "<opml>"),
    "words": (b"Service unavailable", "no feed"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "no feed"),
    "name of a file": (b"/etc/passwd", "no feed"),
    "cut before the first entry": (b"<rss version='2.0'><channel><title>New", "breaks off"),
}


@pytest.mark.parametrize(("body", "said"), NO_FEEDS.values(), ids=NO_FEEDS.keys())
def test_what_is_no_feed_is_a_bad_answer(body, said):
    with (
        answering(body=body) as server,
        pytest.raises(BadAnswer, match=r"127\.0\.0\.1: ") as raised,
    ):
        fetch(server.url)
    assert said in str(raised.value)


def test_cut_xml_gives_its_readable_entries_and_is_asked_for_again():
    whole = rss(*(dated(n, NOW - n * HOUR) for n in range(1, 9)))
    with answering(body=whole[: len(whole) * 2 // 3], headers={"ETag": '"v1"'}) as server:
        page = fetch(server.url)
    assert 4 <= len(page.mentions) <= 6
    assert page.mentions[0].title == "News 1"
    assert page.validators["etag"] is None


def test_malformed_but_whole_xml_keeps_its_validators():
    with answering(body=rss("<title>R&D <b>now</title>"), headers={"ETag": '"v1"'}) as server:
        page = fetch(server.url)
    assert page.mentions
    assert page.validators["etag"] == '"v1"'


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_compressed_feeds_are_read(coding):
    body = gzip.compress(NEWS) if coding == "gzip" else zlib.compress(NEWS)
    with answering(body=body, headers={"Content-Encoding": coding}) as server:
        assert len(fetch(server.url).mentions) == 2


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", NEWS),
        ("gzip", b"\x1f\x8b\x08\x00garbage garbage garbage"),
        ("br", NEWS),
        ("zstd", NEWS),
        ("gzip, gzip", gzip.compress(gzip.compress(NEWS))),
    ],
)
def test_compression_that_is_broken_or_was_not_asked_for_is_a_bad_answer(coding, body):
    with (
        answering(body=body, headers={"Content-Encoding": coding}) as server,
        pytest.raises(BadAnswer, match="compress"),
    ):
        fetch(server.url)


BOMBS = {
    "laughs": "<!DOCTYPE r [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    + "]>",
    "laughs in double quotes": '<!DOCTYPE r [\n<!ENTITY a0 "ha">\n'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">\n' for n in range(1, 12))
    + "]>",
    "laughs behind a tag": '<!DOCTYPE r [<!ENTITY x "<b>">\n<!ENTITY a0 "ha">\n'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">\n' for n in range(1, 12))
    + "]>",
    "one long entity": f'<!DOCTYPE r [\n<!ENTITY a11 "{"ha" * 500_000}">\n]>',
    "a file of ours": "<!DOCTYPE r [\n<!ENTITY a11 SYSTEM 'file:///etc/passwd'>\n]>",
}


@pytest.mark.parametrize("head", BOMBS.values(), ids=BOMBS.keys())
@pytest.mark.parametrize("is_well_formed", [True, False])
def test_an_xml_bomb_costs_neither_memory_nor_time(head, is_well_formed):
    title = "&a11;" * 20_000 + ("" if is_well_formed else " <b>")
    body = f"{head}<rss version='2.0'><channel><item><title>{title}</title><guid>1</guid></item></channel></rss>"
    started = time.process_time()
    tracemalloc.start()
    try:
        with answering(body=body.encode()) as server:
            try:
                (mention,) = fetch(server.url).mentions
                assert "root:" not in (mention.title or "")
            except BadAnswer:
                assert is_well_formed
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()
    assert time.process_time() - started < 10


HOSTILE = {
    "space before the feed": b"\n" * 1_000_000 + NEWS,
    "space within the prolog": b"<?xml version='1.0'?>" + b" \n" * 500_000 + NEWS[38:],
    "an endless author": rss(f"<author>{'a' * 1_000_000}</author><guid>1</guid>"),
    "an endless guid": rss(f"<guid>{'a' * 1_000_000}</guid>"),
    "deep nesting": rss("<x>" * 50_000 + "</x>" * 50_000 + "<guid>1</guid>"),
    "deep nesting in HTML": rss(f"<guid>1</guid><description>{'&lt;div&gt;' * 50_000}</description>"),
    "tags never closed": rss("<guid>1</guid><title>" + "<b a='" * 20_000),
    "declarations": rss("<guid>1</guid><title>" + "<![CDATA[" * 50_000),
    "namespaces": b"<rss " + b" ".join(b"xmlns:n%d='u%d'" % (n, n) for n in range(2_000)) + b"><channel><item><guid>1</guid></item></channel></rss>",
}  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_documents_take_no_more_than_their_share(body):
    started = time.process_time()
    with answering(body=body) as server:
        assert fetch(server.url).mentions
    assert time.process_time() - started < 8


@contextmanager
def raw_server(says: bytes, pause_s: float = 0):
    """Answer one connection with bytes of our own, one at a time if *pause_s* is given."""
    closing = threading.Event()

    def answer():
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            step = 1 if pause_s else len(says)
            for start in range(0, len(says), step):
                try:
                    connection.sendall(says[start : start + step])
                except OSError:
                    return
                if closing.wait(pause_s):
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        closing.set()
        thread.join(5)
