"""Whoever reads the snapshot never meets a lock, a missing file or a half state."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.warehouse.rounds import check_snapshot, deliver, run_round

SECONDS = 8


@pytest.mark.slow
def test_readers_and_the_writer_never_disturb_one_another(tmp_path):
    deliver(tmp_path, 0)
    run_round(tmp_path, 0)
    readers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.warehouse.reading_child", str(tmp_path), str(SECONDS)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(3)
    ]
    for reader in readers:
        assert reader.stdout
        reader.stdout.readline()
    rounds = 1
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        deliver(tmp_path, rounds)
        run_round(tmp_path, rounds)
        rounds += 1
    reads = []
    for reader in readers:
        said, complained = reader.communicate(timeout=60)
        assert reader.returncode == 0, complained
        reads.append(tuple(map(int, said.split())))
    sys.stdout.write(f"{rounds} rounds; reads and snapshots seen by each reader: {reads}\n")
    assert rounds >= 3
    for count, seen in reads:
        assert count >= 5
        assert seen >= 2
    assert check_snapshot(tmp_path)[0] == rounds
