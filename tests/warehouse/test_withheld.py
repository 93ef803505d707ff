"""Streams that ask for employees: no snapshot tells anything of them, and the plan knows all."""

import json
import stat
from datetime import timedelta
from hashlib import sha256

import duckdb
import pytest

from collectors.contract import Interval
from collectors.landing import Fault
from collectors.naming import Names, joined
from collectors.readiness import SourceState
from collectors.registry import collector_for
from collectors.sources import Source
from tests.warehouse.building import (
    HOUR,
    T0,
    Judgement,
    brand,
    employee,
    enriched_file,
    header,
    mention,
    publish,
    warehouse,
    watchlist,
)
from warehouse.connection import ledger_of, open_ledger, open_snapshot
from warehouse.errors import LedgerMissingError
from warehouse.intake import _apply_sources
from warehouse.ledger import read_ledger
from warehouse.load import load_files
from warehouse.plan import due_jobs
from warehouse.privacy import apply_watchlist
from warehouse.withheld import Member, judge_streams, merge_coverage

DAY = timedelta(days=1)
EVERYWHERE = ["x", "mastodon", "bluesky", "hackernews"]
ANA = employee(
    "ana",
    name="Ana Péeters",
    terms=["Ana Péeters"],
    hashtags=["AnaBrouwt"],
    handles={
        "x": ["ana_brouwt"],
        "mastodon": ["brouwster@social.example"],
        "bluesky": ["ana.brouwt.example"],
        "hackernews": ["anabrews"],
    },
    consent={"platforms": EVERYWHERE},
)
PEOPLE = watchlist(brand(terms=["Acme"]), ANA)
NOBODY = watchlist(brand(terms=["Acme"]))
WORDS = ["anapeeters", "anabrouwt", "brouwster", "anabrews", "socialexample"]


def source(platform: str, **keys) -> Source:
    values = {"name": f"our-{platform}", "platform": platform, "credential": "some", **keys}
    return Source.model_validate(values)


SOURCES = [
    source("x", accounts=["acme", "ana_brouwt"]),
    source("mastodon", accounts=["brouwster@social.example"]),
    source("bluesky", accounts=["ana.brouwt.example"]),
    source("hackernews", accounts=["anabrews"]),
]


def states(people=PEOPLE, sources=SOURCES) -> list[SourceState]:
    return [
        SourceState(source=one, streams=tuple(collector_for(one.platform).streams(one, people, T0)))
        for one in sources
    ]


def fetched(folder, people=PEOPLE, *, at=T0, **keys):
    folder.mkdir(exist_ok=True)
    for state in states(people):
        for number, stream in enumerate(state.streams):
            head = header(
                f"{state.source.name}-{number}-{at:%d%H}",
                at=at,
                source=state.source.name,
                platform=state.source.platform,
                stream=stream.key,
                account=state.source.platform,
                item_eur=0.5,
                charged=(f"{stream.key}{at}",),
                **keys,
            )
            post = mention(f"{state.source.name}{number}", platform=state.source.platform, at=at)
            yield enriched_file(folder, head, [(post, Judgement())])


@pytest.fixture
def store(tmp_path):
    with warehouse(tmp_path / "w.duckdb") as connection:
        take_in(connection, PEOPLE)
        load_files(connection, list(fetched(tmp_path / "e")), now=T0)
        yield connection


def take_in(connection, people, *, now=T0, sources=SOURCES):
    apply_watchlist(connection, people, now=now)
    _apply_sources(connection, states(people, sources))
    judge_streams(connection, people, now=now)


def cells(path):
    """Give every text in every table and view: (table, column, text)."""
    with duckdb.connect(path, read_only=True) as connection:
        names = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE NOT internal "
            "UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall()
        for (name,) in names:
            answer = connection.execute(f'FROM "{name}"')
            columns = [column[0] for column in answer.description]
            for row in answer.fetchall():
                for column, value in zip(columns, row, strict=True):
                    yield name, column, str(value)


def guessed_keys() -> set[str]:
    """The keys, as whoever knows the words and reads the code works them out."""
    asked = [stream for state in states() for stream in state.streams]
    private = Names.private(PEOPLE.subject)
    keys = {stream.key for stream in asked if private.are_asked(stream.key, stream.params)}
    keys |= {
        sha256("\x1f".join(parts).encode()).hexdigest()[:12]
        for words in ('"Ana Péeters"', "Ana Péeters", "#AnaPéeters", "AnaBrouwt", "#AnaBrouwt")
        for parts in ((words,), (words.casefold(),), ("recent", words))
    }
    return keys


def test_each_platform_asks_for_the_employee():
    keys = guessed_keys()
    assert all(any(one.key in keys for one in state.streams) for state in states())
    assert sum(key.startswith("search:") for key in keys) >= 4


def test_no_cell_of_a_snapshot_and_no_byte_of_its_file_leads_to_an_employee(store, tmp_path):
    told = "unknown user #AnaPéeters, see ?q=%22Ana+P%C3%A9eters%22"
    failed = Fault(reason="auth_failed", message=told, retry_at=None)
    later = list(fetched(tmp_path / "f", at=T0 + HOUR, fault=failed, answered=()))
    load_files(store, later, now=T0 + HOUR)
    path = publish(store, tmp_path, PEOPLE, now=T0 + HOUR)
    hidden = guessed_keys()
    seen = list(cells(path))
    assert {"attempt", "coverage", "stream", "sighting", "cost_day", "covered", "gap"} <= {
        table for table, _, _ in seen
    }
    assert [cell for cell in seen if any(key in cell[2] for key in hidden)] == []
    assert [cell for cell in seen if any(word in joined(cell[2]) for word in WORDS)] == []
    raw = path.read_bytes()
    assert [key for key in hidden if key.encode() in raw] == []
    assert [w for w in ("Ana Péeters", "AnaBrouwt", "brouwster") if w.encode() in raw] == []
    # The ledger, read in the same way, shows them: the search above can find what there is.
    ledger = list(cells(ledger_of(path)))
    assert all(any(key in text for _, _, text in ledger) for key in hidden if ":" in key)


def ask(path, query):
    connection = open_snapshot(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_no_count_stands_beside_withheld_streams_alone(store, tmp_path):
    path = publish(store, tmp_path, PEOPLE)
    counts = "requests, items_seen, items_new, unreadable"
    assert ask(
        path,
        f"SELECT DISTINCT {counts} FROM attempt WHERE source = 'our-hackernews' AND stream = 'withheld'",  # noqa: S608 - written above
    ) == [(len(states()[3].streams), len(states()[3].streams), len(states()[3].streams), 0)]
    assert ask(
        path,
        f"SELECT DISTINCT {counts} FROM attempt WHERE source LIKE 'our%' AND stream <> 'withheld'",  # noqa: S608
    ) == [(None, None, None, None)]
    assert ask(path, "SELECT DISTINCT stream FROM sighting") == [("*",)]
    assert ask(path, "SELECT DISTINCT stream FROM cost_day") == [("*",)]


def test_a_source_that_asks_for_nobody_but_employees_shows_no_count_at_all(tmp_path):
    alone = source("hackernews", name="staff", query="Ana Péeters", accounts=["anabrews"])
    with warehouse(tmp_path / "w.duckdb") as connection:
        take_in(connection, PEOPLE, sources=[alone])
        (tmp_path / "e").mkdir()
        for number, stream in enumerate(states(sources=[alone])[0].streams):
            head = header(
                f"j{number}", source="staff", stream=stream.key, item_eur=1.0, charged=("a",)
            )
            load_files(connection, [enriched_file(tmp_path / "e", head, [])], now=T0)
        path = publish(connection, tmp_path, PEOPLE)
    assert ask(path, "SELECT requests, items_seen, items_new, unreadable FROM attempt") == [
        (None, None, None, None)
    ]
    assert ask(path, "SELECT items, eur FROM cost_day") == [(None, None)]
    assert ask(path, "SELECT stream FROM stream") == [("withheld",)]


def test_totals_of_a_source_stay_right(store, tmp_path):
    path = publish(store, tmp_path, PEOPLE)
    for state in states():
        count = len(state.streams)
        name = state.source.name
        query = f"SELECT requests, items_24h FROM source_health WHERE source = '{name}'"  # noqa: S608
        assert ask(path, query) == [(count, count)]
        months = f"SELECT items, eur::DOUBLE FROM cost_month WHERE source = '{name}'"  # noqa: S608
        assert ask(path, months) == [(count, count * 0.5)]


def test_withheld_streams_are_covered_where_all_of_them_are_and_fail_where_one_does(
    store, tmp_path
):
    path = publish(store, tmp_path, PEOPLE)
    assert ask(
        path, "SELECT source, since, until FROM covered WHERE stream = 'withheld' ORDER BY ALL"
    ) == [
        (state.source.name, T0 - HOUR, T0)
        for state in sorted(states(), key=lambda s: s.source.name)
    ]
    bluesky = next(one for one in states() if one.source.platform == "bluesky")
    limited = Fault(reason="timeout", message="too slow", retry_at=None)
    for number, stream in enumerate(bluesky.streams):
        keys = {"fault": limited, "answered": ()} if number == 1 else {}
        head = header(f"n{number}", at=T0 + HOUR, source="our-bluesky", stream=stream.key, **keys)
        load_files(store, [enriched_file(tmp_path / "e", head, [])], now=T0 + HOUR)
    path = publish(store, tmp_path, PEOPLE, now=T0 + HOUR)
    assert ask(path, "SELECT since, until, reason FROM gap WHERE source = 'our-bluesky'") == [
        (T0, T0 + HOUR, "timeout")
    ]
    assert ask(
        path,
        "SELECT failing_streams, last_outcome, message FROM source_health WHERE source = 'our-bluesky'",
    ) == [(1, "timeout", "too slow")]
    unknown = f"FROM unknown('{T0 - HOUR}', '{T0 + HOUR}') WHERE source = 'our-bluesky'"
    assert [row[1:5] for row in ask(path, unknown)] == [("withheld", T0, T0 + HOUR, "timeout")]


def test_the_plan_asks_for_nothing_twice(store, tmp_path):
    publish(store, tmp_path, PEOPLE)
    ledger = read_ledger(tmp_path / "snapshot.duckdb", [], now=T0)
    for state in states():
        for stream in state.streams:
            history = ledger[state.source.name, stream.key]
            assert history.covered == (Interval(since=T0 - HOUR, until=T0, reason="answered"),)
            assert history.recent[-1].items_seen == 1
            assert history.validators
        assert due_jobs(state.source, state.streams, ledger, T0 + timedelta(minutes=1)) == []


def test_the_ledger_is_for_nobody_else_and_goes_with_its_snapshot(store, tmp_path):
    made = [publish(store, tmp_path, PEOPLE, keep=2) for _ in range(4)]
    left = sorted((tmp_path / "ledger").iterdir())
    assert left == [ledger_of(path) for path in made[-2:]]
    assert {stat.S_IMODE(path.stat().st_mode) for path in left} == {0o600}
    assert stat.S_IMODE((tmp_path / "ledger").stat().st_mode) == 0o700


def test_a_publish_that_was_killed_between_the_two_files_leaves_the_old_pair(
    store, tmp_path, monkeypatch
):
    from warehouse import publish as module

    path = publish(store, tmp_path, PEOPLE)
    monkeypatch.setattr(module, "_copy_tables", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        publish(store, tmp_path, PEOPLE)
    monkeypatch.undo()
    with open_ledger(tmp_path / "snapshot.duckdb") as ledger:
        assert ledger.execute("SELECT count(*) FROM attempt").fetchall() != [(0,)]
    assert (tmp_path / "snapshot.duckdb").resolve() == path
    assert publish(store, tmp_path, PEOPLE).name > path.name


def test_a_snapshot_without_its_ledger_is_no_reason_to_ask_for_everything_anew(store, tmp_path):
    path = publish(store, tmp_path, PEOPLE)
    ledger_of(path).unlink()
    with pytest.raises(LedgerMissingError, match="luisterpost publish"):
        read_ledger(tmp_path / "snapshot.duckdb", [], now=T0)


def test_a_snapshot_of_an_earlier_version_is_its_own_ledger(store, tmp_path):
    path = publish(store, tmp_path, PEOPLE)
    ledger_of(path).rename(tmp_path / "old.duckdb")
    found = read_ledger(tmp_path / "old.duckdb", [], now=T0)
    assert ("our-x", "timeline:ana_brouwt") in found


def test_who_left_leaves_no_stream_behind_and_what_it_cost_stays(store, tmp_path):
    before = store.execute("SELECT sum(items), sum(eur) FROM cost_day").fetchall()
    publish(store, tmp_path, PEOPLE)
    quiet = [one.model_copy(update={"accounts": ()}) for one in SOURCES]
    take_in(store, NOBODY, now=T0 + DAY, sources=quiet)
    hidden = guessed_keys()
    store.execute("CHECKPOINT")
    tables = [
        name
        for (name,) in store.execute(
            "SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND NOT internal"
        ).fetchall()
    ]
    for table in tables:
        rows = store.execute(f'FROM "{table}"').fetchall()
        assert [row for row in rows if any(key in str(row) for key in hidden)] == [], table
    assert store.execute("SELECT sum(items), sum(eur) FROM cost_day").fetchall() == before
    assert store.execute("SELECT reason FROM pending_purge").fetchall()[-1] == ("consent",)
    path = publish(store, tmp_path, NOBODY, now=T0 + DAY)
    assert [cell for cell in cells(path) if any(key in cell[2] for key in hidden)] == []
    sightings = store.execute("SELECT count(DISTINCT mention_id) FROM sighting").fetchall()
    assert sightings == store.execute("SELECT count(*) FROM mention").fetchall()


def test_a_source_that_is_off_for_a_while_keeps_what_its_streams_covered(store, tmp_path):
    off = [SourceState(source=one, why_off="no credential") for one in SOURCES]
    _apply_sources(store, off)
    judge_streams(store, PEOPLE, now=T0)
    publish(store, tmp_path, PEOPLE)
    ledger = read_ledger(tmp_path / "snapshot.duckdb", [], now=T0)
    assert all(ledger[s.source.name, one.key].covered for s in states() for one in s.streams)


def test_what_cannot_be_judged_is_withheld_where_employees_are_watched(tmp_path):
    with warehouse(tmp_path / "w.duckdb") as connection:
        apply_watchlist(connection, NOBODY, now=T0)
        (tmp_path / "e").mkdir()
        load_files(
            connection,
            [enriched_file(tmp_path / "e", header("j", stream="search:old"), [])],
            now=T0,
        )
        shown = "SELECT DISTINCT stream FROM coverage"
        assert ask(publish(connection, tmp_path, NOBODY), shown) == [("search:old",)]
        assert ask(publish(connection, tmp_path, PEOPLE), shown) == [("withheld",)]


@pytest.mark.parametrize(
    "asks",
    [
        {"query": '"ana peeters" OR acme'},
        {"query": "#ANAPÉETERS"},
        {"tag": "anabrouwt"},
        {"url": "https://news.example/rss?q=%22Ana+P%C3%A9eters%22"},
        {"url": "https://news.example/rss?q=ana-peeters"},
        {"handle": "@ANA_BROUWT"},
        {"account": "brouwster@another.example"},
        {"tags": "(story,comment),author_anabrews"},
    ],
)
def test_names_are_found_in_any_case_with_or_without_accents_apart_or_joined(asks):
    assert Names.private(PEOPLE.subject).are_asked("key", asks)


@pytest.mark.parametrize("words", ["acme", "Banana Peters", "Ana", "peeters"])
def test_other_words_are_nobodys_name(words):
    assert not Names.private(PEOPLE.subject).are_asked("key", {"query": words})


def test_a_word_that_a_brand_shares_is_nobodys_secret():
    both = watchlist(brand(terms=["Acme"]), employee("acme-jan", terms=["ACME"], name="Jan Acmes"))
    assert not Names.private(both.subject).are_in("acme beer")
    assert Names.private(both.subject).are_in(json.dumps({"query": "jan acmes"}))


def span(since, until, reason="answered"):
    return Interval(since=T0 + since * HOUR, until=T0 + until * HOUR, reason=reason)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ([], []),
        ([(0, None, [span(0, 4)]), (0, None, [span(1, 3)])], [span(1, 3)]),
        ([(0, None, [span(0, 4)]), (2, None, [span(2, 4)])], [span(0, 4)]),
        ([(0, 2, [span(0, 2)]), (2, None, [span(3, 5)])], [span(0, 2), span(3, 5)]),
        ([(0, None, [span(0, 1), span(2, 5)])], [span(0, 1), span(2, 5)]),
    ],
    ids=["none", "both", "a new one", "one after the other", "one alone"],
)
def test_several_streams_are_covered_where_all_that_were_asked_are(members, expected):
    known = [
        Member(
            covered=covered,
            begun_at=T0 + begun * HOUR,
            ended_at=None if ended is None else T0 + ended * HOUR,
        )
        for begun, ended, covered in members
    ]
    assert merge_coverage(known) == expected
