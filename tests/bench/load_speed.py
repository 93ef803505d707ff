"""
How fast a load and a publish are, beside the least that could do the same work.

Run `python -m tests.bench.load_speed`. In one run: 100,000 rows, of which
30,000 are known, are loaded into a warehouse of 1,000,000 mentions; beside it
bare DuckDB MERGEs the same rows into one table without matches, stories,
coverage or roll-ups. Publishing stands beside `cp` of the same file. Figures
are ratios, because machines differ; peak memory is the process's.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from collectors.contract import Interval
from collectors.landing import Header, ParquetWriter, landing_name
from collectors.watchlist import Watchlist
from enrichment.enriched import ENRICHED_SCHEMA
from warehouse.connection import open_warehouse
from warehouse.load import load_files
from warehouse.privacy import apply_watchlist
from warehouse.publish import publish_snapshot

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ARRIVING = 100_000
KNOWN = 30_000
SUBJECTS = 20

# One row: one mention as the enrichment leaves it, number $first and following; a third of the
# texts repeat, ninety days are spread evenly, what arrives is of the last days.
ROWS = """
SELECT
    md5('x' || n) AS mention_id,
    substr(md5('text' || n), 1, 16) AS version_id,
    'x' AS platform,
    n::VARCHAR AS native_id,
    'post' AS kind,
    (hash(n) % 50000)::VARCHAR AS author_id,
    'user' || hash(n) % 50000 AS author_handle,
    'User ' || hash(n) % 50000 AS author_name,
    NULL::VARCHAR AS title,
    repeat(md5(CASE WHEN n % 3 = 0 THEN 'same' || n // 30 ELSE 'own' || n END) || ' ', 5) AS text,
    'https://x.example/' || n AS url,
    'nl' AS language_tag,
    $since::TIMESTAMPTZ + INTERVAL 1 SECOND * ($span_s * (n - $first) // $count)::BIGINT AS created_at,
    'created' AS time_source,
    NULL::TIMESTAMPTZ AS edited_at,
    $collected_at::TIMESTAMPTZ AS collected_at,
    NULL::VARCHAR AS parent_id,
    NULL::VARCHAR AS root_id,
    false AS is_repost,
    false AS is_quote,
    false AS is_own,
    MAP {'likes': (n % 7)::BIGINT, 'followers': (n % 1000)::BIGINT} AS metrics,
    '{"id": "' || n || '", "padding": "' || repeat(md5('raw' || n), 12) || '"}' AS raw,
    'nl' AS language,
    0.9::DOUBLE AS language_score,
    md5(text) AS story_id,
    [{
        'subject_id': 's' || n % $subjects, 'field': 'text', 'form': 'Acme', 'start_char': 0::INTEGER,
        'end_char': 4::INTEGER, 'rule': 'term', 'tone': 'neutral', 'p_negative': 0.1::DOUBLE,
        'p_neutral': 0.8::DOUBLE, 'p_positive': 0.1::DOUBLE, 'tone_model': 'm1'
    }] AS matches,
    [{
        'field': 'text', 'text': 'Acme', 'label': 'ORG', 'start_char': 0::INTEGER,
        'end_char': 4::INTEGER, 'pipeline': 'p1'
    }] AS entities
FROM range($first::BIGINT, $first::BIGINT + $count::BIGINT) AS numbers(n)
"""


def watchlist() -> Watchlist:
    subjects = [
        {"id": f"s{n}", "name": f"Subject {n}", "facet": "brand", "terms": ["a"]}
        for n in range(SUBJECTS)
    ]
    return Watchlist.model_validate({"subject": subjects})


def enriched_file(
    folder: Path, job_id: str, first: int, count: int, since: datetime, collected_at: datetime
) -> Path:
    head = Header(
        kind="collect",
        job_id=job_id,
        source="web",
        platform="x",
        stream="search:1",
        since=since,
        until=collected_at,
        collected_at=collected_at,
        answered=(Interval(since=since, until=collected_at),),
        items_seen=count,
        enrichment={"enriched_at": collected_at.isoformat(), "watchlist_version": "w1"},
    )
    parameters = {
        "first": first,
        "count": count,
        "since": since,
        "span_s": int((collected_at - since).total_seconds()),
        "collected_at": collected_at,
        "subjects": SUBJECTS,
    }
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    table = connection.sql(ROWS, params=parameters).to_arrow_table().cast(ENRICHED_SCHEMA)
    with ParquetWriter(folder / landing_name(head), ENRICHED_SCHEMA) as writer:
        writer.write(table)
        return writer.finish(head)


def fill(warehouse: Path, folder: Path, total: int) -> None:
    """Fill a warehouse as months of rounds would have, in loads of 100,000."""
    span = timedelta(days=90)
    with open_warehouse(warehouse, tell=print) as connection:
        apply_watchlist(connection, watchlist(), now=NOW)
        for first in range(0, total, ARRIVING):
            since = NOW - span + span * first / total
            until = NOW - span + span * (first + ARRIVING) / total
            path = enriched_file(folder, f"old{first}", first, ARRIVING, since, until)
            begun = time.monotonic()
            (outcome,) = load_files(connection, [path], now=until)
            print(f"  {first:>9,} there: {time.monotonic() - begun:.2f} s ({outcome.state})")
            path.unlink()


def timed_load(warehouse: Path, path: Path) -> float:
    with open_warehouse(warehouse, tell=print) as connection:
        apply_watchlist(connection, watchlist(), now=NOW)
        begun = time.monotonic()
        (outcome,) = load_files(connection, [path], now=NOW)
        took = time.monotonic() - begun
    if outcome.state != "loaded":
        raise RuntimeError(outcome)
    return took


def timed_merge(bare: Path, path: Path) -> float:
    """Bare DuckDB: stage the newest row of each mention and MERGE it into one table."""
    connection = duckdb.connect(bare)
    columns = [name for name in ENRICHED_SCHEMA.names if name not in {"matches", "entities"}]
    updates = ", ".join(f"{c} = new.{c}" for c in columns if c != "mention_id")
    begun = time.monotonic()
    connection.execute("BEGIN")
    connection.execute(
        f"CREATE TEMP TABLE arriving AS SELECT {', '.join(columns)} FROM read_parquet($path) "  # noqa: S608
        "QUALIFY row_number() OVER (PARTITION BY mention_id ORDER BY collected_at DESC) = 1",
        {"path": str(path)},
    )
    connection.execute(
        "MERGE INTO mention AS known USING arriving AS new ON known.mention_id = new.mention_id "
        f"WHEN MATCHED THEN UPDATE SET {updates} WHEN NOT MATCHED THEN INSERT"
    )
    connection.execute("COMMIT")
    took = time.monotonic() - begun
    connection.close()
    return took


def copy_bare(warehouse: Path, bare: Path) -> None:
    connection = duckdb.connect(bare)
    connection.execute(f"ATTACH '{warehouse}' AS whole (READ_ONLY)")
    names = ", ".join(
        "last_collected_at AS collected_at" if name == "collected_at" else name
        for name in ENRICHED_SCHEMA.names
        if name not in {"matches", "entities"}
    )
    connection.execute(f"CREATE TABLE mention AS SELECT {names} FROM whole.mention")  # noqa: S608
    connection.close()


def timed_publish(warehouse: Path, home: Path) -> tuple[float, float]:
    with open_warehouse(warehouse, tell=print) as connection:
        begun = time.monotonic()
        publish_snapshot(
            connection,
            folder=home / "snapshots",
            stable=home / "snapshot.duckdb",
            watchlist=watchlist(),
            time_zone="Europe/Brussels",
            now=NOW,
        )
        took = time.monotonic() - begun
    begun = time.monotonic()
    subprocess.run(["cp", str(warehouse), str(home / "copy")], check=True)
    with (home / "copy").open("rb") as file:
        os.fsync(file.fileno())
    return took, time.monotonic() - begun


def peak_mb() -> float:
    # Not getrusage: a child begins with its parent's peak there.
    (line,) = (
        line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line
    )
    return int(line.split()[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mentions", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path, help="Keep the warehouse here and use it again.")
    parser.add_argument("--step", choices=("load", "merge"), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--database", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        took = {"load": timed_load, "merge": timed_merge}[given.step](given.database, given.file)
        print(took, peak_mb())
        return
    with tempfile.TemporaryDirectory() as temporary:
        home = given.home or Path(temporary)
        compare(home, given.mentions)


def compare(home: Path, total: int) -> None:
    home.mkdir(parents=True, exist_ok=True)
    filled, warehouse, bare = (home / f"{n}.duckdb" for n in ("warehouse", "loaded", "bare"))
    if not filled.exists():
        print(f"filling a warehouse with {total:,} mentions, 100,000 a load:")
        fill(filled, home, total)
    bare.unlink(missing_ok=True)
    shutil.copy(filled, warehouse)
    copy_bare(warehouse, bare)
    since = NOW - timedelta(days=3)
    first = total - KNOWN
    path = enriched_file(home, "new", first, ARRIVING, since, NOW + timedelta(minutes=15))
    # Each in a process of its own, so that memory and caches are its own.
    load_s, load_mb = measured("load", path, warehouse)
    merge_s, merge_mb = measured("merge", path, bare)
    publish_s, copy_s = timed_publish(warehouse, home)
    size_mb = warehouse.stat().st_size / 2**20
    print(
        f"load of {ARRIVING:,} rows, {KNOWN:,} known, into {total:,}: {load_s:.2f} s, {load_mb:.0f} MB"
    )
    print(f"bare MERGE of the same rows: {merge_s:.2f} s, {merge_mb:.0f} MB")
    print(f"ratio: {load_s / merge_s:.1f} in time, {load_mb / merge_mb:.1f} in peak memory")
    print(f"publish of {size_mb:.0f} MB: {publish_s:.2f} s; cp and fsync: {copy_s:.2f} s")
    print(f"ratio: {publish_s / copy_s:.1f}")


def measured(step: str, path: Path, database: Path) -> tuple[float, float]:
    command = [sys.executable, "-m", "tests.bench.load_speed", "--step", step]
    command += ["--file", str(path), "--database", str(database)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    took, peak = answer.stdout.split()
    return float(took), float(peak)


if __name__ == "__main__":
    main()
