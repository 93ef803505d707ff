"""Loads obey laws: order, batches, repetition and moment of a deletion change nothing."""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from collectors.contract import Interval, Unreadable
from collectors.landing import Fault
from collectors.mention import mention_id
from tests.warehouse.building import (
    HOUR,
    T0,
    Judgement,
    brand,
    contents,
    employee,
    enriched_file,
    header,
    mention,
    watchlist,
)
from warehouse.load import load_files
from warehouse.migrate import migrate
from warehouse.privacy import apply_watchlist
from warehouse.tombstones import bury

SUBJECTS = ("acme", "beta", "jan", "stranger")
AGREED = watchlist(brand(), brand("beta"), employee("jan"))
WITHDRAWN = watchlist(
    brand(), brand("beta"), employee("jan", consent={"withdrawn_at": T0.date() - timedelta(days=9)})
)
NOW = T0 + timedelta(days=90)

hours = st.integers(0, 40)
moments = st.sampled_from((0, 1, 2, 30, 24))
"""Few, so that much happens at the same one."""


def judged(text: str, watchlist_version: str, enriched_at: datetime) -> Judgement:
    """Judge as an enrichment does: the same text, watchlist and moment give the same answer."""
    dice = sha256(f"{text} {watchlist_version} {enriched_at}".encode()).digest()
    sixteenths = dice[1] % 9, dice[2] % 8
    negative, positive = sixteenths[0] / 16, sixteenths[1] / 16
    return Judgement(
        subjects=[s for bit, s in enumerate((*SUBJECTS, "acme")) if dice[0] >> bit & 1],
        tone="uncertain" if dice[3] % 4 == 0 else "neutral",
        p=(negative, 1 - negative - positive, positive),
        language=("nl", "fr")[dice[4] % 2],
        story=f"story {text.lower()} {dice[5] % 2}",
        entities=("Acme", "Gent")[: dice[6] % 3],
    )


@st.composite
def sights(draw, collected_at: datetime):
    created = draw(st.none() | hours)
    ahead = draw(st.sampled_from((0, 0, 0, 400)))
    return mention(
        draw(st.integers(0, 2)),
        draw(st.sampled_from(("A", "a", "B"))),
        at=collected_at,
        platform=draw(st.sampled_from(("x", "x", "feed"))),
        created_at=None if created is None else T0 + (created + ahead) * HOUR / 2,
        time_source="unknown" if created is None else "created",
        author_id=draw(st.sampled_from((None, "1", "2"))),
        author_handle=draw(st.sampled_from((None, "ann"))),
        edited_at=draw(st.sampled_from((None, T0))),
        is_own=draw(st.booleans()),
        metrics=draw(st.dictionaries(st.sampled_from(("likes", "followers")), st.integers(0, 3))),
        raw=draw(st.sampled_from(("{}", '{"n": 1}'))),
    )


@dataclass(frozen=True, kw_only=True)
class Spec:
    head: object
    mentions: tuple
    enriched_at: datetime
    watchlist_version: str


@st.composite
def specs(draw, number: int):
    at = T0 + draw(moments) * HOUR
    since = T0 + draw(hours) * HOUR
    reasons = st.sampled_from(("answered", "possible_gap", "budget"))
    spans = draw(st.lists(st.tuples(hours, st.integers(0, 5), reasons), max_size=3))
    fault = draw(st.none() | st.sampled_from(("rate_limited", "timeout")))
    head = header(
        draw(st.sampled_from((f"j{number}", "j0"))),
        at=at,
        kind=draw(st.sampled_from(("collect", "import"))),
        source=draw(st.sampled_from(("web", "web", "press"))),
        stream=draw(st.sampled_from(("s1", "s1", "s2"))),
        since=since,
        until=max(at, since),
        answered=tuple(
            Interval(since=T0 + a * HOUR, until=T0 + (a + length) * HOUR, reason=reason)
            for a, length, reason in spans
        ),
        validators=draw(st.sampled_from((None, {"etag": "1"}, {"etag": "2"}))),
        unreadable=tuple(
            Unreadable(raw=raw, error=draw(st.sampled_from(("KeyError", "ValueError"))))
            for raw in draw(st.lists(st.sampled_from(("{", "[")), max_size=2))
        ),
        account=draw(st.sampled_from(("x a", "x a", "x b"))),
        item_eur=draw(st.sampled_from((0.0, 0.0045, 0.5))),
        charged=tuple(draw(st.lists(st.sampled_from("abc"), max_size=3, unique=True))),
        fault=fault and Fault(reason=fault, message="wait", retry_at=at + HOUR),
    )
    mentions = {m.mention_id: m for m in draw(st.lists(sights(at), max_size=4))}
    return Spec(
        head=head,
        mentions=tuple(mentions.values()),
        enriched_at=at + draw(st.integers(0, 1)) * HOUR,
        watchlist_version=draw(st.sampled_from(("w1", "w2"))),
    )


@st.composite
def rounds(draw):
    """Give files, and a second way to load them: an order, batches, and what happens between."""
    files = [draw(specs(number)) for number in range(draw(st.integers(2, 5)))]
    numbers = list(range(len(files)))
    order = draw(st.permutations(numbers + draw(st.lists(st.sampled_from(numbers), max_size=3))))
    cuts = sorted(draw(st.lists(st.integers(0, len(order)), max_size=3)))
    edges = [0, *cuts, len(order)]
    batches = [order[a:b] for a, b in pairwise(edges)]
    buried = draw(st.lists(st.integers(0, 2), max_size=1))
    when = draw(st.integers(0, len(batches)))
    return files, batches, buried, when


@pytest.fixture(scope="module")
def connections() -> Iterator[list[duckdb.DuckDBPyConnection]]:
    opened = []
    for _ in range(2):
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET threads = 1")
        migrate(connection)
        opened.append(connection)
    yield opened
    for connection in opened:
        connection.close()


def emptied(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    for table in contents(connection):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names from the catalogue
    return connection


def written(folder: Path, files: Sequence[Spec]) -> list[Path]:
    paths = []
    for number, spec in enumerate(files):
        (folder / str(number)).mkdir()
        rows = [
            (m, judged(m.text, spec.watchlist_version, spec.enriched_at)) for m in spec.mentions
        ]
        paths.append(
            enriched_file(
                folder / str(number),
                spec.head,
                rows,
                enriched_at=spec.enriched_at,
                watchlist_version=spec.watchlist_version,
            )
        )
    return paths


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(plan=rounds())
def test_order_batches_repetition_and_the_moment_of_a_deletion_change_nothing(connections, plan):
    files, batches, buried, when = plan
    ids = [mention_id(platform, str(n)) for n in buried for platform in ("x", "feed")]
    with tempfile.TemporaryDirectory() as folder:
        paths = written(Path(folder), files)
        straight, crooked = (emptied(connection) for connection in connections)
        apply_watchlist(straight, WITHDRAWN, now=NOW)
        load_files(straight, paths, now=T0)
        bury(straight, ids, reason="asked", now=T0)

        apply_watchlist(crooked, AGREED, now=NOW)
        for number, batch in enumerate(batches):
            if number == when:
                bury(crooked, ids, reason="asked", now=T0)
            load_files(crooked, [paths[n] for n in batch], now=NOW)
        apply_watchlist(crooked, WITHDRAWN, now=NOW)
        bury(crooked, ids, reason="asked", now=T0)

    expected, found = contents(straight), contents(crooked)
    # What was shown in between, and replaced, does depend on the order.
    for table in expected.keys() - {"match_history"}:
        note(table)
        assert found[table] == expected[table]
    for connection in connections:
        check_identities(connection)
        check_roll_ups(connection)
    check_newest(straight, files, ids)
    check_costs(straight, files)


def check_identities(connection: duckdb.DuckDBPyConnection) -> None:
    for table, key in (
        ("mention", "mention_id"),
        ("mention_version", "(mention_id, version_id)"),
        ("sighting", "(mention_id, source, stream)"),
        ("story", "story_id"),
        ("stream_state", "(source, stream)"),
        ("loaded_file", "digest"),
        ("charged_item", "(day, account, item)"),
        ("cost_day", "(day, account, source, stream)"),
        ("hourly_volume", "(hour, subject_id, platform, language)"),
    ):
        query = f"SELECT count(*) - count(DISTINCT {key}) FROM {table}"  # noqa: S608
        assert connection.execute(query).fetchall() == [(0,)], table


def check_newest(connection: duckdb.DuckDBPyConnection, files: Sequence[Spec], gone: list[str]):
    """Compare mentions with what the files say, read without any SQL."""
    seen = defaultdict(list)
    for spec in files:
        for m in spec.mentions:
            if m.mention_id not in gone:
                seen[m.mention_id].append(m)
    rows = connection.execute(
        "SELECT mention_id, text, versions, first_collected_at, last_collected_at, occurred_at, "
        "created_at FROM mention"
    ).fetchall()
    assert {row[0] for row in rows} == set(seen)
    for one, text, versions, first, last, occurred, created in rows:
        assert versions == len({m.version_id for m in seen[one]})
        assert first == min(m.collected_at for m in seen[one])
        assert last == max(m.collected_at for m in seen[one])
        assert text in {m.text for m in seen[one] if m.collected_at == last}
        assert occurred == (created if created and created <= first + 24 * HOUR else first)


def check_costs(connection: duckdb.DuckDBPyConnection, files: Sequence[Spec]) -> None:
    """Count what files are charged for without any SQL: each item once a UTC day, where it was first."""
    first: dict[tuple, tuple] = {}
    for head in (spec.head for spec in files):
        for item in head.charged if head.item_eur else ():
            key = head.collected_at.date(), head.account, item
            sight = head.collected_at, head.source, head.stream, Decimal(str(head.item_eur))
            first[key] = min(first.get(key, sight), sight)
    days: dict[tuple, list[Decimal]] = defaultdict(list)
    for (day, account, _), (_, source, stream, eur) in first.items():
        days[day, account, source, stream].append(eur)
    assert {(*key, len(paid), sum(paid)) for key, paid in days.items()} == set(
        connection.execute(
            "SELECT day, account, source, stream, items, eur FROM cost_day"
        ).fetchall()
    )


def check_roll_ups(connection: duckdb.DuckDBPyConnection) -> None:
    """Recompute stories and hours from the stored rows, without any SQL."""
    mentions = {
        row[0]: row
        for row in connection.execute(
            "SELECT mention_id, platform, language, occurred_at, is_own, story_id, author_id, "
            "author_handle, version_id FROM mention"
        ).fetchall()
    }
    stories = defaultdict(list)
    for row in mentions.values():
        stories[row[5]].append(row)
    assert {
        (
            story,
            len(rows),
            len({f"{r[1]} {r[6] or r[7]}" if r[6] or r[7] else r[0] for r in rows}),
            min((r[3], r[0]) for r in rows)[1],
        )
        for story, rows in stories.items()
    } == set(
        connection.execute(
            "SELECT story_id, mentions, authors, first_mention_id FROM story"
        ).fetchall()
    )
    sums: dict[tuple[str, str], list] = defaultdict(list)
    for one, version, subject, tone, *p in connection.execute(
        "SELECT mention_id, version_id, subject_id, tone, p_negative, p_neutral, p_positive "
        "FROM subject_match"
    ).fetchall():
        if mentions[one][8] == version:
            sums[one, subject].append((tone, p))
    counted: dict[tuple, Counter] = defaultdict(Counter)
    for (one, subject), matches in sums.items():
        _, platform, language, occurred, is_own, *_ = mentions[one]
        key = occurred.replace(minute=0, second=0, microsecond=0), subject, platform, language
        counted[key]["own" if is_own else "mentions"] += 1
        if not is_own:
            counted[key][judgement_of(matches)] += 1
    columns = ("mentions", "own", "negative", "neutral", "positive", "uncertain")
    assert {(*key, *(counter[c] for c in columns)) for key, counter in counted.items()} == set(
        connection.execute(
            f"SELECT hour, subject_id, platform, language, {', '.join(columns)} FROM hourly_volume"  # noqa: S608
        ).fetchall()
    )
    assert (
        connection.execute(
            "SELECT subject_id, sum(mentions), sum(own) FROM hourly_volume GROUP BY ALL ORDER BY 1"
        ).fetchall()
        == connection.execute(
            "SELECT subject_id, count(*) FILTER (NOT is_own), count(*) FILTER (is_own) "
            "FROM mention_subject GROUP BY ALL ORDER BY 1"
        ).fetchall()
    )


def judgement_of(matches: Sequence[tuple[str, Sequence[float]]]) -> str:
    if all(tone == "uncertain" for tone, _ in matches):
        return "uncertain"
    negative, neutral, positive = (sum(p[i] for _, p in matches) for i in range(3))
    if negative > neutral and negative >= positive:
        return "negative"
    return "positive" if positive > max(neutral, negative) else "neutral"
