"""Every platform with every fault, through its client library: its name, what it covers, what it costs."""

import json
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import chain, count, cycle, repeat

import pytest

from collectors.registry import PLATFORMS as REGISTERED
from tests.collectors.faults import FAULTS
from tests.collectors.platforms import PLATFORMS, WAIT_S, Platform
from tests.collectors.rounds import NOW
from tests.collectors.side_by_side import SINCE, Round, collect_beside
from tests.replay import Answer

every_platform = pytest.mark.parametrize("platform", PLATFORMS, ids=lambda p: p.id)

IMPATIENT = timedelta(seconds=0.4)
PATIENT = timedelta(seconds=60)
LONG_BEFORE_IT_ENDS_S = 20
"""Faults of waiting would go on for a minute and more: this leaves room for a busy machine."""


def answer_of(
    platform: Platform, *numbers: int, text: str = "Acme", cursor: str | None = None
) -> Answer:
    return platform.page([platform.item(number, text) for number in numbers], cursor)


def in_turn(answers: Iterator[Answer]) -> Callable[[object], Answer]:
    return lambda _request: next(answers)


def assert_the_other_landed(found: Round) -> None:
    assert found.fine.header.fault is None
    assert len(found.fine.ids) == 1
    assert found.took_s < LONG_BEFORE_IT_ENDS_S


def reason_of(found: Round) -> str | None:
    fault = found.faulty.header.fault
    return fault.reason if fault else None


def oldest_of(found: Round) -> datetime:
    return min(row["created_at"] for row in found.faulty.rows if row["created_at"])


def test_every_platform_of_the_registry_is_among_them():
    assert {platform.name for platform in PLATFORMS} == set(REGISTERED)


# --- an answer that is a fault ---------------------------------------------------------

NO_FAULT = {("mastodon", "list")}
"""An empty list is a timeline's whole answer."""
NAMED_OTHERWISE = {("feed", "503"): "rate_limited"}
"""A site that says for how long it is closed is asked again then."""
FOLLOWED = {("feed", "302"): 6}
"""A feed may move: its redirects are followed, this one in a circle."""
VERY_SLOW = {"silence": Answer(delay_s=60), "drip": Answer(body=b" " * 500_000, drip_s=0.2)}

CELLS = [
    pytest.param(platform, fault.id, VERY_SLOW.get(fault.id, fault.values[0]), fault.values[1],
                 id=f"{platform.id}-{fault.id}")
    for platform in PLATFORMS
    for fault in FAULTS
    if (platform.name, fault.id) not in NO_FAULT
]  # fmt: skip


@pytest.mark.parametrize(("platform", "name", "fault", "reason"), CELLS)
def test_each_fault_has_its_name_covers_nothing_and_is_asked_for_once(
    platform, name, fault, reason
):
    is_slow = name in VERY_SLOW
    found = collect_beside(platform, fault, timeout=IMPATIENT if is_slow else PATIENT)
    assert reason_of(found) == NAMED_OTHERWISE.get((platform.name, name), reason)
    assert found.faulty.header.fault.message
    assert found.faulty.header.answered == ()
    assert found.faulty.ids == []
    assert len(found.asked) == FOLLOWED.get((platform.name, name), 1)
    assert_the_other_landed(found)


@every_platform
def test_headers_without_end_block_no_longer_than_the_time_out(platform):
    found = collect_beside(platform, Answer(drips_headers_s=0.05), timeout=IMPATIENT)
    assert reason_of(found) == "timeout"
    assert len(found.asked) == 1
    assert_the_other_landed(found)


@pytest.mark.parametrize("is_told", [True, False], ids=["with-reset", "without"])
@every_platform
def test_a_rate_limit_says_until_when_if_the_platform_did(platform, is_told):
    limited = Answer(status=429, headers=platform.wait if is_told else {})
    found = collect_beside(platform, limited)
    until = found.faulty.header.fault.retry_at
    assert reason_of(found) == "rate_limited"
    assert (until and until - NOW) == (timedelta(seconds=WAIT_S) if is_told else None)
    assert_the_other_landed(found)


# --- an answer that is spoilt ----------------------------------------------------------


@every_platform
def test_a_connection_cut_in_the_middle_gives_nothing_and_covers_nothing(platform):
    whole = answer_of(platform, *range(1, 10))
    cut = Answer(body=whole.body, headers=whole.headers, cut_after=len(whole.body) // 2)
    found = collect_beside(platform, cut)
    assert reason_of(found) == "unreachable"
    assert (found.faulty.ids, found.faulty.header.answered) == ([], ())
    assert_the_other_landed(found)


@every_platform
def test_data_that_break_off_are_a_bad_answer_but_for_the_readable_entries_of_xml(platform):
    whole = answer_of(platform, *range(1, 10))
    cut = Answer(body=whole.body[: len(whole.body) // 2], headers=whole.headers)
    found = collect_beside(platform, cut)
    if platform.form == "xml":
        assert reason_of(found) is None
        assert 3 <= len(found.faulty.ids) <= 5
        assert [i.reason for i in found.faulty.header.answered] == ["possible_gap", "answered"]
        assert found.faulty.spans == [(oldest_of(found), NOW)]
    else:
        assert reason_of(found) == "bad_answer"
        assert (found.faulty.ids, found.faulty.header.answered) == ([], ())
    assert_the_other_landed(found)


@every_platform
def test_a_web_page_with_status_200_is_a_bad_answer(platform):
    page = b"<!DOCTYPE html><html><body><h1>Please log in</h1></body></html>"
    found = collect_beside(platform, Answer(body=page, headers={"Content-Type": "text/html"}))
    assert reason_of(found) == "bad_answer"
    assert found.faulty.header.answered == ()
    assert_the_other_landed(found)


@pytest.mark.parametrize("said", ["application/json; charset=utf-8", "text/html", ""])
@every_platform
def test_latin_1_that_is_said_to_be_utf_8_is_read(platform, said):
    whole = answer_of(platform, 1, text="Acme xyz").body.replace(b"xyz", b"caf\xe9")
    found = collect_beside(platform, Answer(body=whole, headers={"Content-Type": said}))
    (row,) = found.faulty.rows
    assert "Acme café" in (row["text"], row["title"])
    assert_the_other_landed(found)


@pytest.mark.parametrize("said", ["application/json; charset=iso-8859-1", "text/html", ""])
@every_platform
def test_utf_8_that_is_said_to_be_something_else_is_read(platform, said):
    whole = answer_of(platform, 1, text="Acme xyz").body.replace(b"xyz", "cafés, 東京".encode())
    found = collect_beside(platform, Answer(body=whole, headers={"Content-Type": said}))
    (row,) = found.faulty.rows
    assert "Acme cafés, 東京" in (row["text"], row["title"])
    assert_the_other_landed(found)


# --- an answer that is too much --------------------------------------------------------

LAUGHS = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
XML_BOMB = (
    f"<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a0 'ha'>{LAUGHS}]><rss version='2.0'>"
    "<channel><item><guid>1</guid><title>&a11;</title></item></channel></rss>"
)
MOST_BYTES = 130_000_000
"""Of memory, for answers of at most 32 MB: the body, what it is copied into, and the test's own."""


@cache
def gzip_bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    piece = b" " * 10_000_000
    return b"".join([*(packer.compress(piece) for _ in range(30)), packer.flush()])


TOO_MUCH: dict[str, Callable[[], Answer]] = {
    "50 MB": lambda: Answer(body=b" " * 50_000_000),
    "gzip bomb": lambda: Answer(body=gzip_bomb(), headers={"Content-Encoding": "gzip"}),
    "XML bomb": lambda: Answer(body=XML_BOMB.encode()),
    "without end": lambda: Answer(body=b" " * 100_000, is_endless=True),
}


@pytest.mark.parametrize("kind", TOO_MUCH)
@every_platform
def test_memory_is_bounded_however_much_comes(platform, kind):
    answer = TOO_MUCH[kind]()
    tracemalloc.start()
    began = time.process_time()
    try:
        found = collect_beside(platform, answer, timeout=PATIENT)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MOST_BYTES
    assert time.process_time() - began < LONG_BEFORE_IT_ENDS_S
    if platform.name == "feed" and kind == "XML bomb":
        assert found.faulty.only["title"] == "&a11;"
    else:
        assert reason_of(found) == "bad_answer"
        assert kind == "XML bomb" or " MB" in found.faulty.header.fault.message
        assert (found.faulty.ids, found.faulty.header.answered) == ([], ())
    assert_the_other_landed(found)


@every_platform
def test_a_fault_without_end_is_read_no_further_than_its_name(platform):
    found = collect_beside(platform, Answer(status=503, body=b"x" * 100_000, is_endless=True))
    assert reason_of(found) == "server_error"
    assert len(found.asked) == 1
    assert_the_other_landed(found)


# --- pages -----------------------------------------------------------------------------


@every_platform
def test_an_empty_page_is_an_answer(platform):
    found = collect_beside(platform, platform.page([], None))
    assert reason_of(found) is None
    ((since, until),) = found.faulty.spans
    assert since <= (NOW - timedelta(hours=1) if platform.known else SINCE)
    assert until > NOW - timedelta(minutes=1)
    assert_the_other_landed(found)


def assert_turned_no_further(found: Round, platform: Platform, *, most: int, items: int) -> None:
    """Feeds end quietly, with a gap; the others say that the answer is bad."""
    assert reason_of(found) == (None if platform.name == "feed" else "bad_answer")
    assert len(found.asked) <= most
    assert len(found.faulty.ids) == items
    covered = found.faulty.header.answered
    assert platform.name != "feed" or covered[0].reason == "possible_gap"
    assert all(since >= oldest_of(found) for since, _ in found.faulty.spans)
    assert_the_other_landed(found)


@every_platform
def test_a_page_repeated_for_ever_is_noticed(platform):
    found = collect_beside(platform, answer_of(platform, 1, 2, cursor="7"))
    assert_turned_no_further(found, platform, most=2, items=2)


@every_platform
def test_a_page_repeated_under_new_cursors_is_noticed(platform):
    answers = (answer_of(platform, 1, 2, cursor=str(number)) for number in count(1))
    found = collect_beside(platform, in_turn(answers))
    assert_turned_no_further(found, platform, most=6, items=2)


@every_platform
def test_a_cursor_that_goes_back_is_noticed(platform):
    cursors = cycle(["1", "2"])
    answers = (answer_of(platform, number, cursor=next(cursors)) for number in cycle([1, 2, 1]))
    found = collect_beside(platform, in_turn(answers))
    assert_turned_no_further(found, platform, most=4, items=2)


@every_platform
def test_empty_pages_without_end_cover_nothing(platform):
    answers = (platform.page([], str(number)) for number in count(1))
    found = collect_beside(platform, in_turn(answers), max_pages=5)
    assert len(found.asked) <= 5
    if platform.name != "feed":  # Of a feed, an empty answer is the whole of it.
        assert reason_of(found) in {"page_cap", "bad_answer"}
        assert found.faulty.header.answered == ()
    assert_the_other_landed(found)


LATER = {
    "503": (Answer(status=503), "server_error"),
    "401": (Answer(status=401), "auth_failed"),
    "429": (Answer(status=429), "rate_limited"),
    "hang-up": (Answer(hangs_up=True), "unreachable"),
    "html": (Answer(body=b"<html>Sorry</html>"), "bad_answer"),
    "cut": (Answer(body=b'{"data": [{"id": "1", "te'), "bad_answer"),
}


@pytest.mark.parametrize("kind", LATER)
@every_platform
def test_a_fault_on_a_later_page_keeps_those_before_and_what_they_cover(platform, kind):
    fault, reason = LATER[kind]
    first = answer_of(platform, 1, 2, 3, cursor="1")
    second = answer_of(platform, 4, 5, 6, cursor="2")
    found = collect_beside(platform, in_turn(chain([first, second], repeat(fault))))
    assert len(found.faulty.ids) == 6
    ((since, until),) = found.faulty.spans
    assert timedelta(0) <= since - oldest_of(found) <= timedelta(seconds=1)
    assert until > NOW - timedelta(minutes=1)
    assert reason_of(found) == (None if platform.name == "feed" else reason)
    # Bluesky refuses its cursors to those without a login: the rest is asked for by time.
    assert len(found.asked) == (4 if (platform.name, kind) == ("bluesky", "401") else 3)
    assert_the_other_landed(found)


@every_platform
def test_pages_are_turned_to_the_end_by_their_cursors(platform):
    pages = [answer_of(platform, 1, 2, cursor="1"), answer_of(platform, 3, 4, cursor="2")]
    found = collect_beside(platform, in_turn(iter([*pages, answer_of(platform, 5)])))
    asked = [platform.cursor(request) for request in found.asked]
    assert reason_of(found) is None
    assert len(found.faulty.ids) == 5
    assert asked == [None, "1", "2"] or (platform.name == "hackernews" and len(set(asked)) == 3)
    assert_the_other_landed(found)


@every_platform
def test_of_a_hundred_items_one_that_can_not_be_read_is_kept_aside(platform):
    items = [platform.item(number, "Acme") for number in range(1, 101)]
    if platform.broken is None:
        pytest.fail("give it a broken item") if platform.form != "xml" else None
    else:
        items[42] = platform.broken
    found = collect_beside(platform, platform.page(items, None))
    assert reason_of(found) is None
    assert found.faulty.header.items_seen == 100
    if platform.form == "xml":  # What is well-formed can be read; what is not, see the feeds' own.
        assert len(found.faulty.ids) == 100
        return
    assert len(found.faulty.ids) == 99
    (aside,) = found.faulty.header.unreadable
    assert json.loads(aside.raw) == platform.broken
    assert aside.error
    assert_the_other_landed(found)
