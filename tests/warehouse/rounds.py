"""Rounds of files for tests that run in processes of their own, and what must hold after each."""

import os
from datetime import timedelta
from pathlib import Path

import duckdb

from collectors.contract import Interval
from collectors.settings import Settings
from tests.warehouse.building import (
    HOUR,
    T0,
    Judgement,
    brand,
    enriched_file,
    header,
    landing_file,
    mention,
    watchlist,
)
from warehouse.connection import open_snapshot
from warehouse.intake import load_waiting, publish_now
from warehouse.settings import WarehouseSettings

SUBJECTS = watchlist(brand(), brand("beta"))
ROWS = 40
OVERLAP = 10
KEEP = WarehouseSettings(keep_snapshots=2)


def settings(home: Path, number: int = 0) -> Settings:
    return Settings(home=home, fixed_now=T0 + number * HOUR)


def deliver(home: Path, number: int) -> None:
    """Put one round's landing and enriched file in place; each repeats part of the round before."""
    at = T0 + number * HOUR
    head = header(f"j{number}", at=at, answered=(Interval(since=at - HOUR, until=at + HOUR / 4),))
    first = number * (ROWS - OVERLAP)
    mentions = [
        mention(
            n, f"Acme {n % 7} {'again' if n < first + OVERLAP else ''}", at=at, author_id=str(n % 5)
        )
        for n in range(first, first + ROWS)
    ]
    subjects = (("acme",), ("acme", "beta"), ("beta",))
    judged = [(m, Judgement(subjects=subjects[n % 3])) for n, m in enumerate(mentions)]
    landing_file(home / "landing", head, mentions)
    enriched_file(home / "enriched", head, judged)


def run_round(home: Path, number: int) -> None:
    """Load what waits and publish, as the command line does."""
    load_waiting(
        settings(home, number), watchlist=SUBJECTS, sources=(), keep=KEEP, tell=lambda _: None
    )
    publish_now(
        settings(home, number),
        watchlist=SUBJECTS,
        time_zone="Europe/Brussels",
        keep=KEEP,
        tell=lambda _: None,
    )


def check_whole(connection: duckdb.DuckDBPyConnection) -> int:
    """
    Check that a snapshot holds whole rounds only.

    Returns:
        How many rounds it holds.
    """
    names = {name for (name,) in connection.execute("SELECT job_id FROM attempt").fetchall()}
    rounds = [number for number in range(200) if f"j{number}" in names]
    assert len(rounds) == len(names)
    expected = {
        str(n)
        for number in rounds
        for n in range(number * (ROWS - OVERLAP), number * (ROWS - OVERLAP) + ROWS)
    }
    ids = [one for (one,) in connection.execute("SELECT native_id FROM mention").fetchall()]
    assert len(ids) == len(set(ids))
    assert set(ids) == expected
    claimed = connection.execute("SELECT since, until FROM coverage ORDER BY 1").fetchall()
    assert claimed == [(T0 + (n - 1) * HOUR, T0 + n * HOUR + timedelta(minutes=15)) for n in rounds]
    counted = "SELECT subject_id, count(*) FROM mention_subject GROUP BY ALL ORDER BY 1"
    rolled = "SELECT subject_id, sum(mentions) FROM hourly_volume GROUP BY ALL ORDER BY 1"
    assert connection.execute(counted).fetchall() == connection.execute(rolled).fetchall()
    ((stories,),) = connection.execute("SELECT coalesce(sum(mentions), 0) FROM story").fetchall()
    assert stories == len(ids)
    ((versions,),) = connection.execute("SELECT count(*) FROM mention_version").fetchall()
    ((said,),) = connection.execute("SELECT coalesce(sum(versions), 0) FROM mention").fetchall()
    assert versions == said
    return len(rounds)


def check_snapshot(home: Path) -> tuple[int, str]:
    """Open the snapshot by its stable name, check it, and say how many rounds it holds."""
    connection = open_snapshot(home / "snapshot.duckdb")
    try:
        ((name,),) = connection.execute("SELECT snapshot_id FROM snapshot_info").fetchall()
        return check_whole(connection), name
    finally:
        connection.close()


def mark(home: Path, stage: str) -> None:
    """Write down where the work is, for whoever kills it."""
    descriptor = os.open(home / "stage", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.write(descriptor, stage.encode())
    os.close(descriptor)
