"""The whole way over the sample world, judged by what its writer knows."""

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from collectors.configuration.folder import load_configuration
from collectors.sample.truth import Truth, truth
from collectors.sample.world import World, build_world
from tests.conftest import Sample, run_sample
from tests.programs import CONFIG, luisterpost

pytestmark = pytest.mark.slow

Key = tuple[str, str]

BRUSSELS = ZoneInfo("Europe/Brussels")
EDIT_TIME = timedelta(hours=1)
"""X edits give a new id for an hour; what is edited later keeps the first one's time."""
LONG_ENOUGH = 40
WITHDRAWN = "lotte-voorbeeld"
UNIT = "sales"


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A mention as the warehouse holds it."""

    mention_id: str
    text: str
    title: str | None
    created_at: datetime
    language: str
    is_own: bool
    story_id: str
    versions: int


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(Sample.ANCHOR)


@pytest.fixture(scope="module")
def known(world: World) -> dict[Key, Truth]:
    return {(row.platform, row.native_id): row for row in truth(world)}


@pytest.fixture(scope="module")
def employees() -> dict[str, str]:
    subjects = load_configuration(CONFIG, Sample.ANCHOR).watchlist.subject
    return {subject.id: subject.name for subject in subjects if subject.facet == "employee"}


@pytest.fixture(scope="module")
def stored(sample: Sample) -> dict[Key, Stored]:
    columns = ", ".join(Stored.__dataclass_fields__)
    found = rows(sample.home, f"SELECT platform, native_id, {columns} FROM mention")  # noqa: S608 - own names
    names = Stored.__dataclass_fields__
    by_key = {
        (platform, native_id): Stored(**dict(zip(names, values, strict=True)))
        for platform, native_id, *values in found
    }
    assert len(by_key) == len(found), "a mention is stored more than once"
    return by_key


def rows(home: Path, query: str, *, file: str = "warehouse.duckdb") -> list[tuple[Any, ...]]:
    with duckdb.connect(home / file, read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.execute(query).fetchall()


def snapshot_rows(home: Path, query: str) -> list[tuple[Any, ...]]:
    return rows(home, query, file="snapshot.duckdb")


def subjects_by_mention(home: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    query = "SELECT mention_id, subject_id FROM subject_match JOIN mention USING (mention_id, version_id)"
    for mention_id, subject in rows(home, query):
        found[mention_id].add(subject)
    return found


def test_everything_that_can_be_collected_is_there_and_nothing_else(known, stored):
    due = {key for key, row in known.items() if row.reach in {"imported", "certain"}}
    out_of_reach = {key for key, row in known.items() if row.reach in {"lost", "never"}}
    assert len(due) > 3_000
    assert out_of_reach
    assert due <= set(stored)
    assert not out_of_reach & set(stored)
    assert set(stored) <= set(known)


def test_each_mention_names_exactly_the_subjects_it_was_written_about(sample, known, stored):
    found = subjects_by_mention(sample.home)
    wrong = {
        key: (found[mention.mention_id], known[key].subjects, mention.text)
        for key, mention in stored.items()
        if found[mention.mention_id] != set(known[key].subjects)
    }
    assert wrong == {}


def test_texts_times_and_own_posts_are_as_they_were_published(known, stored):
    edited = 0
    for key, mention in stored.items():
        row = known[key]
        assert mention.text in row.texts
        assert mention.is_own == row.is_own
        assert timedelta(0) <= mention.created_at - row.created_at < EDIT_TIME
        assert mention.versions <= len(row.texts)
        edited += mention.versions > 1
    assert edited > 0


def test_language_of_texts_that_are_long_enough_is_found_where_they_name_somebody(known, stored):
    read = [k for k, one in stored.items() if known[k].subjects and len(one.text) >= LONG_ENOUGH]
    right = sum(stored[key].language == known[key].language for key in read)
    assert right >= 0.98 * len(read) >= 2_000


def test_what_repeats_one_another_is_one_story_and_hardly_anything_else_is(known, stored):
    told = [key for key in stored if known[key].story is not None]
    by_text = defaultdict(set)
    names = defaultdict(Counter)
    for key in told:
        by_text[known[key].story, stored[key].text, stored[key].title].add(stored[key].story_id)
        names[stored[key].story_id][known[key].story] += 1
    assert {text: ids for text, ids in by_text.items() if len(ids) > 1} == {}
    # The firm's own posts come again within weeks, with another emoji.
    together = sum(found.total() ** 2 for found in names.values())
    assert sum(n**2 for found in names.values() for n in found.values()) / together >= 0.99
    counts = Counter(known[key].story for key in told)
    assert counts["flood"] > 200
    assert counts["press release"] == 11


def test_daily_volume_is_what_was_really_said(sample, known, stored, employees):
    said: Counter[tuple[object, str, bool]] = Counter()
    for key, mention in stored.items():
        day = mention.created_at.astimezone(BRUSSELS).date()
        said.update((day, s, mention.is_own) for s in known[key].subjects if s not in employees)
    query = "SELECT day, subject_id, sum(mentions + flood), sum(own) FROM daily_volume GROUP BY ALL"
    shown = Counter(
        {
            (day, subject, is_own): count
            for day, subject, earned, own in snapshot_rows(sample.home, query)
            for is_own, count in ((False, int(earned)), (True, int(own)))
        }
    )
    assert +shown == said


def test_the_day_of_the_recall_stands_out(sample, world):
    day = world.recall_at.astimezone(BRUSSELS).date()
    query = "SELECT day, sum(mentions) FROM daily_volume WHERE subject_id = 'epervier' GROUP BY day"
    volume = dict(snapshot_rows(sample.home, query))
    usual = [volume[day - timedelta(weeks=week)] for week in range(1, 8)]
    assert volume[day] > 5 * max(usual)


def test_tone_agrees_with_its_writers_and_the_recall_is_a_negative_week(
    sample, known, stored, record_property
):
    query = "SELECT mention_id, subject_id, tone FROM mention_subject"
    judged = {(mention, subject): tone for mention, subject, tone in rows(sample.home, query)}
    pairs = Counter(
        (row.tone, judged[stored[key].mention_id, subject])
        for key, row in known.items()
        if key in stored and not row.is_own
        for subject in row.subjects
    )
    toned = {pair: count for pair, count in pairs.items() if pair[0] != "neutral"}
    agreed = sum(count for (meant, found), count in toned.items() if meant == found)
    share = agreed / sum(toned.values())
    record_property("tone agreement", round(share, 3))
    assert share >= 0.6, dict(pairs)
    net = dict(snapshot_rows(sample.home, _NET))
    assert net["2026-11-16"] < 0
    assert min(net, key=net.__getitem__) == "2026-11-16"


_NET = """
SELECT
    date_trunc('week', occurred_at AT TIME ZONE 'Europe/Brussels')::DATE::VARCHAR,
    count(DISTINCT story_id) FILTER (tone = 'positive')
    - count(DISTINCT story_id) FILTER (tone = 'negative')
FROM mention_subject WHERE subject_id = 'epervier' AND NOT is_own GROUP BY ALL
"""
"""Each story counts once: a flood of one text is one voice."""


def test_employees_are_found_and_nothing_about_them_leaves_the_warehouse(sample, employees):
    matched = rows(sample.home, "SELECT DISTINCT subject_id FROM subject_match")
    assert set(employees) <= {subject for (subject,) in matched}
    words = [*employees, *(name.lower() for name in employees.values())]
    told = {
        f"{table}.{column}": value
        for table, column, value in all_values(sample.snapshot)
        if column not in {"text", "title", "url"} and any(w in value.lower() for w in words)
    }
    assert told == {}
    page = sample.report.read_text(encoding="utf-8").lower()
    assert [word for word in words if word in page] == []


def all_values(path: Path) -> Iterator[tuple[str, str, str]]:
    """Every value of every table of a snapshot, as text."""
    with duckdb.connect(path, read_only=True) as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        assert len(tables) > 10
        for (table,) in tables:
            answer = connection.execute(f"FROM {table}")
            columns = [column[0] for column in answer.description or ()]
            for row in answer.fetchall():
                for column, value in zip(columns, row, strict=True):
                    yield table, column, str(value)


def test_staff_figures_are_of_five_people_and_five_mentions_or_absent(sample):
    weeks = snapshot_rows(sample.home, "SELECT unit, people, mentions FROM staff_week")
    assert {unit for unit, _, _ in weeks} == {UNIT}
    assert {people for _, people, _ in weeks} == {5}
    counts = [mentions for _, _, mentions in weeks]
    assert all(count is None or count == 0 or count >= 5 for count in counts)
    assert None in counts


def test_what_concerns_nobody_or_employees_only_stays_in_the_warehouse(sample, known, stored):
    shown = {
        tuple(row) for row in snapshot_rows(sample.home, "SELECT platform, native_id FROM mention")
    }
    nobody = {key for key in stored if not known[key].subjects}
    assert len(nobody) > 100
    assert not nobody & shown
    for key in set(stored) - shown:
        assert all("-" in subject for subject in known[key].subjects)


def test_the_outage_is_visible_and_holds_all_that_was_lost(sample, world, known):
    (gap,) = snapshot_rows(
        sample.home, "SELECT source, stream, reason, since, until, message FROM gap"
    )
    source, stream, reason, since, until, message = gap
    assert (source, stream, reason) == ("forum", world.outage.feed.url, "server_error")
    assert "503" in message
    lost = [row.created_at for row in known.values() if row.reach == "lost"]
    assert lost
    assert all(since <= at < until for at in lost)
    failed = snapshot_rows(
        sample.home,
        "SELECT collected_at, source, outcome FROM attempt WHERE outcome <> 'answered' ORDER BY ALL",
    )
    assert failed == [
        (now, "forum", "server_error")
        for now in world.rounds()
        if world.outage.covers(world.outage.feed, now)
    ]
    possible = snapshot_rows(
        sample.home, "SELECT source FROM coverage WHERE reason = 'possible_gap'"
    )
    assert possible == [("forum",)]


def test_every_stream_but_the_broken_one_is_covered_without_a_hole(sample, world):
    streams: dict[tuple[str, str], list[tuple[datetime, datetime]]] = defaultdict(list)
    query = "SELECT source, stream, since, until FROM covered ORDER BY ALL"
    for source, stream, since, until in snapshot_rows(sample.home, query):
        streams[source, stream].append((since, until))
    assert {source for source, _ in streams} == {"news", "forum", "x", "reddit", "canary"}
    for (source, stream), spans in streams.items():
        begun = world.import_until if source == "canary" else world.start
        assert spans[0][0] <= begun, stream
        assert world.anchor - spans[-1][1] < timedelta(minutes=1), stream
        assert len(spans) == (2 if source == "forum" else 1), stream
        assert all(before[1] < after[0] for before, after in pairwise(spans))


def test_canary_arrives_with_the_round_after_each_of_its_hours(sample, world):
    query = (
        "SELECT min(item_at), max(item_at), count(*), max(made_at - item_at) FROM canary_arrival"
    )
    assert snapshot_rows(sample.home, query) == [
        (world.import_until, world.anchor, 169, timedelta(hours=11))
    ]
    named = "SELECT count(*) FROM mention WHERE starts_with(native_id, 'https://www.epervier.example/canary')"
    assert snapshot_rows(sample.home, named) == [(0,)]
    assert "Half of the canary" in sample.report.read_text(encoding="utf-8")


def test_what_was_imported_with_covers_says_so(sample, world):
    query = (
        "SELECT source, stream, since, until FROM coverage WHERE reason = 'imported' ORDER BY ALL"
    )
    assert snapshot_rows(sample.home, query) == [
        (source, "import", world.start, world.import_until)
        for source in ("forum", "news", "reddit", "x")
    ]


def test_nothing_waits_and_nothing_was_put_aside(sample):
    left = [
        *sample.home.glob("landing/*"),
        *sample.home.glob("enriched/*"),
        *sample.home.glob("jobs/*.json"),
    ]
    assert left == []
    assert not list(sample.home.glob("aside/*"))


def test_running_it_again_changes_nothing(sample, tmp_path):
    home = tmp_path / "again"
    shutil.copytree(sample.home, home, symlinks=True)
    ended = run_sample(home, folder=tmp_path)
    assert ended.code == 0, ended.err
    before, after = contents(sample.home), contents(home)
    assert {name: len(found) for name, found in after.items()} == {
        name: len(found) for name, found in before.items()
    }
    assert after == before
    assert (home / "reports" / sample.report.name).exists()


_WHEN = {"loaded_at"}
"""When a row came in, which says nothing of the world."""


def contents(home: Path) -> dict[str, list[str]]:
    """All tables and views of a warehouse as sorted rows, but for when they came in."""
    with duckdb.connect(home / "warehouse.duckdb", read_only=True) as connection:
        columns: dict[str, list[str]] = defaultdict(list)
        for table, column in connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal "
            "AND table_name <> 'migration' ORDER BY column_index"
        ).fetchall():
            if column not in _WHEN:
                columns[table].append(column)
        assert {"mention", "subject_match", "hourly_volume", "covered", "gap"} <= set(columns)
        return {
            table: sorted(_rows_of(connection, table, names)) for table, names in columns.items()
        }


def _rows_of(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]
) -> list[str]:
    query = f'SELECT {", ".join(columns)} FROM "{table}"'  # noqa: S608 - names from the catalogue
    return [str(row) for row in connection.execute(query).fetchall()]


@contextmanager
def _nothing_to_ask(folder: Path, changes: Mapping[str, str]) -> Iterator[Path]:
    """The example's configuration, with *changes*, and sources that are off without their keys."""
    config = folder / "config"
    shutil.copytree(CONFIG, config)
    watchlist = config / "watchlist.toml"
    text = watchlist.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    watchlist.write_text(text, encoding="utf-8")
    blocks = (config / "sources.toml").read_text(encoding="utf-8").split("[[source]]")
    keyed = [
        block for block in blocks if 'platform = "x"' in block or 'platform = "reddit"' in block
    ]
    (config / "sources.toml").write_text("".join(f"[[source]]{b}" for b in keyed), encoding="utf-8")
    yield config


def test_a_withdrawn_consent_removes_the_employee_and_nobody_else(sample, employees, tmp_path):
    home = tmp_path / "var"
    shutil.copytree(sample.home, home, symlinks=True)
    changes = {"# withdrawn_at = 2026-09-01\n": "withdrawn_at = 2026-11-22\n"}
    with _nothing_to_ask(tmp_path, changes) as config:
        words = ("run", "--home", home, "--config", config, "--now", "2026-11-23T09:30Z")
        ended = luisterpost(*words, folder=tmp_path)
    assert ended.code == 0, ended.err
    assert "x is off" in ended.err
    for table in ("subject", "subject_match", "hourly_volume"):
        query = f"SELECT subject_id, count(*) FROM {table} GROUP BY ALL"  # noqa: S608 - names from above
        before, after = dict(rows(sample.home, query)), dict(rows(home, query))
        assert before.pop(WITHDRAWN) > 0
        assert after == before
        assert set(employees) - {WITHDRAWN} <= set(after)
    count = "SELECT count(*), count(DISTINCT mention_id) FROM mention"
    assert rows(home, count) == rows(sample.home, count)
    assert snapshot_rows(home, "FROM staff_week") == []
    assert snapshot_rows(sample.home, "FROM staff_week") != []
