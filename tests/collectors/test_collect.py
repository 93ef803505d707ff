from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest

from collectors.collect import collect_job
from collectors.contract import Interval, Page, Stream, Unreadable
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
from collectors.landing import read_header, waiting_files
from collectors.watchlist import Watchlist
from tests.collectors.scripted import NOW, WATCHLIST, ScriptedCollector, job, post, sources


def collected(folder: Path, *steps: Page | Exception) -> tuple:
    path = collect_job(
        job(),
        collector=ScriptedCollector({"s1": steps}),
        source=sources("web").named("web"),
        credential=None,
        watchlist=WATCHLIST,
        folder=folder,
        clock=lambda: NOW,
    )
    return read_header(path), pq.read_table(path).to_pylist()


def answered(hours: int) -> tuple[Interval, ...]:
    return (Interval(since=NOW - timedelta(hours=hours), until=NOW),)


def test_pages_become_one_file_with_the_last_pages_claims(tmp_path):
    header, rows = collected(
        tmp_path,
        Page(mentions=[post(1)], answered=answered(1), validators={"etag": "a"}),
        Page(mentions=[post(2)], answered=answered(2), requests=2),
    )
    assert [row["native_id"] for row in rows] == ["1", "2"]
    assert header.answered == answered(2)
    assert header.validators == {"etag": "a"}
    assert (header.requests, header.items_seen, header.fault) == (3, 2, None)
    assert (header.kind, header.job_id, header.stream) == ("collect", job().id, "s1")
    assert (header.since, header.until, header.collected_at) == (job().since, job().until, NOW)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RateLimited(NOW + timedelta(minutes=15)), "rate_limited"),
        (AuthFailed("no"), "auth_failed"),
        (SourceGone("no"), "gone"),
        (SourceTimeout("no"), "timeout"),
        (SourceUnreachable("no"), "unreachable"),
        (ServerFault("no"), "server_error"),
        (BadAnswer("no"), "bad_answer"),
        (BadRequest("no"), "bad_request"),
        (CollectError("no"), "failed"),
    ],
)
def test_a_fault_keeps_the_pages_read_before_it(tmp_path, error, reason):
    page = Page(mentions=[post(1)], answered=answered(1), validators={"since_id": "1"})
    header, rows = collected(tmp_path, page, error)
    assert len(rows) == 1
    assert header.answered == answered(1)
    assert header.requests == 2
    assert header.fault
    assert header.fault.reason == reason
    assert header.fault.retry_at == getattr(error, "until", None)


def test_a_fault_at_once_answers_nothing_and_leaves_a_file(tmp_path):
    header, rows = collected(tmp_path, SourceTimeout("no answer in 20 s"))
    assert (rows, header.answered, header.validators) == ([], (), None)
    assert header.fault
    assert header.fault.message == "no answer in 20 s"


def test_a_cut_is_a_fault_with_its_own_word(tmp_path):
    header, _ = collected(
        tmp_path, Page(mentions=[post(1)], answered=answered(1), cut_by="page_cap")
    )
    assert header.fault
    assert (header.fault.reason, header.fault.retry_at) == ("page_cap", None)


def test_of_a_repeated_id_the_last_wins(tmp_path):
    header, rows = collected(
        tmp_path,
        Page(mentions=[post(1, "first"), post(2), post(1, "second")]),
        Page(mentions=[post(1, "third")]),
    )
    assert {row["native_id"]: row["text"] for row in rows} == {"1": "third", "2": "Acme"}
    assert header.items_seen == 4


def test_unreadable_items_are_kept_as_they_came(tmp_path):
    items = (Unreadable(raw='{"id": 1}', error="no text"), Unreadable(raw="[]", error="no object"))
    header, rows = collected(
        tmp_path, Page(unreadable=items[:1]), Page(mentions=[post(1)], unreadable=items[1:])
    )
    assert header.unreadable == items
    assert (header.items_seen, len(rows)) == (3, 1)


@pytest.mark.parametrize(
    ("keys", "is_own"),
    [
        ({"author_handle": "acme"}, True),
        ({"author_handle": "ACME"}, True),
        ({"author_handle": "acme_fan"}, False),
        ({"author_handle": None}, False),
        ({"platform": "feed", "url": "https://blog.acme.example/a"}, True),
        ({"platform": "feed", "url": "https://notacme.example/a"}, False),
        ({"author_handle": "ann", "url": "https://acme.example/a"}, False),
        ({"author_handle": "ann", "is_own": True}, True),
    ],
)
def test_own_posts_are_flagged(tmp_path, keys, is_own):
    _, (row,) = collected(tmp_path, Page(mentions=[post(1, **keys)]))
    assert row["is_own"] is is_own


def test_a_bug_propagates_once_what_was_read_has_landed(tmp_path):
    with pytest.raises(ZeroDivisionError):
        collected(tmp_path, Page(mentions=[post(1)]), ZeroDivisionError("a bug"))
    (path,) = waiting_files(tmp_path)
    header = read_header(path)
    assert (header.items_seen, header.fault.reason, header.answered) == (1, "failed", ())


def test_an_edit_in_the_same_answer_is_the_text_that_stays(tmp_path):
    edited = replace(post(1), text="edited", edited_at=NOW)
    _, (row,) = collected(tmp_path, Page(mentions=[post(1), edited]))
    assert row["version_id"] == edited.version_id


# --- money -----------------------------------------------------------------------------


@dataclass(frozen=True)
class ChargingCollector(ScriptedCollector):
    item_eur = 0.25


def paid(script, *, thrifty=False, **keys):
    source = sources("web").named("web").model_copy(update=keys)
    with TemporaryDirectory() as folder:
        path = collect_job(
            replace(job(), is_thrifty=thrifty),
            collector=ChargingCollector({"s1": script}),
            source=source,
            credential=None,
            watchlist=WATCHLIST,
            folder=Path(folder),
            clock=lambda: NOW,
        )
        return read_header(path)


def test_each_item_is_charged_once_those_that_come_along_and_unreadable_ones_as_well():
    bad = Unreadable(raw="{", error="ValueError")
    pages = [
        Page(mentions=[post(1), post(2)], also_charged=["9", "1"]),
        Page(mentions=[post(2)], unreadable=[bad, bad]),
    ]
    header = paid(pages, credential="main")
    assert header.charged[:3] == ("1", "2", "9")
    assert len(header.charged) == 4
    assert (header.item_eur, header.account) == (0.25, "x main")


def test_a_price_in_the_configuration_speaks_first_and_none_charges_nothing():
    assert paid([Page(mentions=[post(1)])], item_eur=0.5).item_eur == 0.5
    free = paid([Page(mentions=[post(1)])], item_eur=0.0)
    assert (free.charged, free.account, free.item_eur) == ((), "", 0.0)


CUT = Page(answered=[Interval(since=NOW.replace(hour=11, minute=40), until=NOW)], cut_by="page_cap")


def test_a_thrifty_job_gives_up_what_lies_behind_its_page_and_says_so():
    header = paid([CUT], thrifty=True)
    assert header.fault is None
    given_up = Interval(
        since=NOW.replace(hour=11), until=NOW.replace(hour=11, minute=40), reason="budget"
    )
    assert header.answered == (*CUT.answered, given_up)


def test_a_thrifty_job_gives_nothing_up_that_it_has_read_or_that_failed():
    whole = Page(answered=[Interval(since=NOW.replace(hour=11), until=NOW)])
    assert paid([whole], thrifty=True).answered == tuple(whole.answered)
    assert paid([CUT], thrifty=False).answered == tuple(CUT.answered)
    failed = paid([CUT, AuthFailed("no")], thrifty=True)
    assert failed.answered == tuple(CUT.answered)


class Watched(ScriptedCollector):
    """It asks for accounts, and for a brand that is called like somebody."""

    def streams(self, source, watchlist, now):  # noqa: ARG002
        accounts = [
            Stream(key=f"timeline:{one}", reach="window", params={"account": one})
            for one in source.accounts or ()
        ]
        return [Stream(key="search:ana peeters brouwerij", reach="window"), *accounts]


ANA = {
    "id": "ana",
    "name": "Ana Peeters",
    "facet": "employee",
    "unit": "sales",
    "terms": ["Ana Peeters"],
    "handles": {"x": ["ana_brouwt"]},
}
CONSENT = {
    "given_at": date(2026, 1, 15),
    "purpose": "b",
    "platforms": ["x"],
    "notice": "v",
    "proof": "p",
}


def asked_for(folder, stream, *, accounts, names="ana_brouwt", **consent):
    people = Watchlist.model_validate({"subject": [ANA | {"consent": CONSENT | consent}]})
    source = sources("web").named("web").model_copy(update={"accounts": accounts})
    path = collect_job(
        replace(job(stream), params={"account": names}),
        collector=Watched({stream: [Page(mentions=[post(1)], answered=answered(1))]}),
        source=source,
        credential=None,
        watchlist=people,
        folder=folder,
        clock=lambda: NOW,
    )
    return read_header(path)


ENDED = {"withdrawn_at": NOW.date()}


def test_nothing_is_asked_for_a_job_that_names_an_employee_who_agrees_no_more(tmp_path):
    header = asked_for(tmp_path, "timeline:ana_brouwt", accounts=("ana_brouwt",), **ENDED)
    assert header.fault
    assert (header.fault.reason, header.requests, header.items_seen) == ("not_run", 0, 0)
    assert header.answered == ()
    assert "ana" not in header.fault.message


@pytest.mark.parametrize(
    ("stream", "accounts", "consent"),
    [
        ("timeline:ana_brouwt", ("ana_brouwt",), {}),
        ("timeline:beer", ("beer", "ana_brouwt"), ENDED),
        ("search:ana peeters brouwerij", ("beer",), ENDED),
    ],
    ids=["agrees", "another", "planned all the same"],
)
def test_other_jobs_are_fetched(tmp_path, stream, accounts, consent):
    name = stream.partition(":")[2]
    header = asked_for(tmp_path, stream, accounts=accounts, names=name, **consent)
    assert header.fault is None
    assert header.items_seen == 1
