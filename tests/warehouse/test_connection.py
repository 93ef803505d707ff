"""One writer at a time, and who waits is told so."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from collectors.leases import Leases
from tests.warehouse.building import T0, warehouse
from tests.warehouse.test_plan import DAY, planned, window
from warehouse.connection import holding_lock, open_warehouse

ROOT = Path(__file__).parents[2]

_HOLD = """
import sys, time
from pathlib import Path
from warehouse.connection import open_warehouse
with open_warehouse(Path(sys.argv[1]), tell=print) as connection:
    print("open", flush=True)
    time.sleep(float(sys.argv[2]))
    connection.execute("CREATE TABLE done (a INTEGER)")
"""

_HOLD_DATABASE = """
import sys, time, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
print("open", flush=True)
time.sleep(float(sys.argv[2]))
"""

_CLAIM = """
import sys, time
from datetime import timedelta
from pathlib import Path
from collectors.leases import LEASE, Leases
from tests.warehouse.test_plan import DAY, T0, planned, window
now = T0 + LEASE
jobs = [job for n in range(40) for job in planned(window(horizon=DAY + timedelta(hours=n)), now=now)]
print("ready", flush=True)
sys.stdin.readline()
print(len(Leases(folder=Path(sys.argv[1])).claim(jobs, now=now)), flush=True)
"""


def child(script: str, *arguments: object) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout
    process.stdout.readline()
    return process


def end(process: subprocess.Popen[str]) -> str:
    said, _ = process.communicate()
    return said


def test_a_second_writer_says_that_it_waits_and_then_proceeds(tmp_path):
    process = child(_HOLD, tmp_path / "w.duckdb", 0.7)
    said: list[str] = []
    with open_warehouse(tmp_path / "w.duckdb", tell=said.append, timeout_s=30) as connection:
        assert connection.execute("SELECT count(*) FROM done").fetchall() == [(0,)]
    end(process)
    (message,) = said
    assert "waiting" in message
    assert str(tmp_path) in message


def test_the_first_writer_says_nothing(tmp_path):
    said: list[str] = []
    with open_warehouse(tmp_path / "new" / "w.duckdb", tell=said.append):
        pass
    assert said == []


def test_who_waits_too_long_gives_up(tmp_path):
    process = child(_HOLD, tmp_path / "w.duckdb", 60)
    begun = time.monotonic()
    with (
        pytest.raises(TimeoutError, match="held by another process"),
        open_warehouse(tmp_path / "w.duckdb", tell=print, timeout_s=0.4),
    ):
        pass
    assert 0.4 <= time.monotonic() - begun < 10
    process.kill()
    end(process)


def test_the_lock_of_a_killed_process_is_free(tmp_path):
    process = child(_HOLD, tmp_path / "w.duckdb", 60)
    os.kill(process.pid, signal.SIGKILL)
    end(process)
    said: list[str] = []
    with open_warehouse(tmp_path / "w.duckdb", tell=said.append, timeout_s=10):
        pass
    assert said == []


def test_a_writer_outwaits_somebody_who_has_the_warehouse_itself_open(tmp_path):
    with warehouse(tmp_path / "w.duckdb"):
        pass
    process = child(_HOLD_DATABASE, tmp_path / "w.duckdb", 0.7)
    said: list[str] = []
    with open_warehouse(tmp_path / "w.duckdb", tell=said.append, timeout_s=30):
        pass
    end(process)
    (message,) = said
    assert "open the snapshot" in message
    process = child(_HOLD_DATABASE, tmp_path / "w.duckdb", 60)
    with (
        pytest.raises(TimeoutError, match="lock"),
        open_warehouse(tmp_path / "w.duckdb", tell=print, timeout_s=0.4),
    ):
        pass
    process.kill()
    end(process)


def test_the_lock_is_given_back_after_an_exception(tmp_path):
    for _ in range(2):
        with (
            pytest.raises(ZeroDivisionError),
            holding_lock(tmp_path / "l", tell=print, timeout_s=5),
        ):
            raise ZeroDivisionError


def test_two_plans_share_out_expired_leases_and_no_stream_is_claimed_twice(tmp_path):
    for _ in range(2):
        jobs = [planned(window(horizon=DAY))[0]]
        Leases(folder=tmp_path).claim(jobs, now=T0)
        children = [child(_CLAIM, tmp_path) for _ in range(2)]
        for process in children:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        claimed = [int(end(process)) for process in children]
        assert sum(claimed) == len(list(tmp_path.glob("*.json"))) == 40
        assert sorted(claimed) == [0, 40]
        for path in tmp_path.glob("*.json"):
            path.unlink()


def test_writer_keeps_within_its_memory_by_using_the_disk(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "warehouse.duckdb", tell=print) as connection:
        limit = connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0]
        connection.execute("SET memory_limit = '100MB'")
        connection.execute(
            "CREATE TEMP TABLE large AS SELECT md5(range::VARCHAR) AS one FROM range(5000000)"
        )
        spilled = list(tmp_path.rglob("duckdb_temp_*"))
    assert limit == "1.8 GiB"
    assert spilled
    assert not list(tmp_path.rglob("duckdb_temp_*"))


def test_what_a_killed_writer_had_put_on_the_disk_goes_when_the_next_one_opens(
    tmp_path: Path,
) -> None:
    path = tmp_path / "warehouse.duckdb"
    script = """
import sys, time
from pathlib import Path
from warehouse.connection import open_warehouse
with open_warehouse(Path(sys.argv[1]), tell=print) as connection:
    connection.execute("SET memory_limit = '100MB'")
    connection.execute("CREATE TEMP TABLE t AS SELECT md5(range::VARCHAR) AS one FROM range(5000000)")
    print("open", flush=True)
    time.sleep(60)
"""
    with child(script, path) as killed:
        os.kill(killed.pid, signal.SIGKILL)
    assert list(tmp_path.rglob("duckdb_temp_*"))
    with open_warehouse(path, tell=print):
        assert not list(tmp_path.rglob("duckdb_temp_*"))
