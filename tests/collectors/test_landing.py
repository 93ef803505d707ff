import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.contract import Interval, Unreadable
from collectors.landing import (
    MENTION_SCHEMA,
    Fault,
    Header,
    LandingError,
    ParquetWriter,
    landing_name,
    read_header,
    to_table,
    waiting_files,
    write_landing,
)
from tests.collectors.scripted import NOW, post

moments = st.integers(0, 4_000_000_000_000_000).map(
    lambda microseconds: datetime.fromtimestamp(0, UTC) + timedelta(microseconds=microseconds)
)
words = st.text(st.characters(codec="utf-8"), max_size=20)


@st.composite
def headers(draw) -> Header:
    reasons = st.sampled_from(("answered", "imported", "possible_gap"))
    intervals = st.builds(Interval, since=moments, until=moments, reason=reasons)
    faults = st.builds(Fault, reason=words, message=words, retry_at=st.none() | moments)
    return Header(
        kind=draw(st.sampled_from(("collect", "import", "again"))),
        job_id=draw(words),
        source=draw(words),
        platform=draw(words),
        stream=draw(words),
        since=draw(st.none() | moments),
        until=draw(st.none() | moments),
        collected_at=draw(moments),
        answered=tuple(draw(st.lists(intervals, max_size=3))),
        validators=draw(st.none() | st.dictionaries(words, words | st.integers() | st.none())),
        requests=draw(st.integers(0, 1000)),
        items_seen=draw(st.integers(0, 1000)),
        unreadable=tuple(draw(st.lists(st.builds(Unreadable, raw=words, error=words), max_size=3))),
        fault=draw(st.none() | faults),
        enrichment=draw(st.dictionaries(words, words)),
    )


@given(headers())
def test_header_comes_back_as_it_was_written(header):
    assert Header.from_json(header.to_json()) == header


def simple_header(**keys) -> Header:
    values = {"kind": "collect", "job_id": "j1", "source": "web", "platform": "x", "stream": "s1"}
    return Header(collected_at=NOW, **(values | keys))


def test_rows_and_header_come_back_from_the_file(tmp_path):
    mention = post(1, "Ça 🍺 \0 va", metrics={"likes": 3}, created_at=NOW, raw='{"a": 1}')
    path = write_landing(tmp_path, simple_header(), [mention])
    (row,) = pq.read_table(path).to_pylist()
    assert row["text"] == mention.text
    assert row["mention_id"] == mention.mention_id
    assert row["metrics"] == [("likes", 3)]
    assert row["created_at"] == NOW
    assert row["created_at"].utcoffset() == timedelta(0)
    assert read_header(path) == simple_header()


def test_a_job_without_rows_leaves_a_whole_file(tmp_path):
    path = write_landing(tmp_path, simple_header(), [])
    assert pq.read_table(path).num_rows == 0
    assert read_header(path) == simple_header()


def test_half_a_character_from_a_platform_spoils_no_file(tmp_path):
    header = simple_header(fault=Fault(reason="failed", message="a\ud83d"))
    fault = read_header(write_landing(tmp_path, header, [])).fault
    assert fault
    assert fault.message == "a?"


def test_same_job_gives_the_same_name(tmp_path):
    first = write_landing(tmp_path, simple_header(), [post(1)])
    second = write_landing(tmp_path, simple_header(), [post(1), post(2)])
    assert first == second
    assert waiting_files(tmp_path) == [first]
    assert pq.read_table(first).num_rows == 2


def test_an_exception_leaves_nothing(tmp_path):
    def interrupted():
        yield post(1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_landing(tmp_path, simple_header(), interrupted())
    assert list(tmp_path.iterdir()) == []


def whole_bytes(folder: Path) -> bytes:
    return write_landing(folder, simple_header(), [post(n) for n in range(50)]).read_bytes()


@settings(max_examples=60)
@given(cut=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255), place=st.floats(0, 1))
def test_a_damaged_file_is_a_landing_error_or_reads_whole(tmp_path_factory, cut, flip, place):
    folder = tmp_path_factory.mktemp("damaged")
    whole = whole_bytes(folder)
    (folder / "cut").write_bytes(whole[: int(len(whole) * cut)])
    with pytest.raises(LandingError, match="cut"):
        read_header(folder / "cut")
    spoilt = bytearray(whole)
    spoilt[min(int(len(whole) * place), len(whole) - 1)] ^= flip
    (folder / "spoilt").write_bytes(spoilt)
    try:
        header = read_header(folder / "spoilt")
    except LandingError:
        return
    assert isinstance(header, Header)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "5",
        '"text"',
        "null",
        "{}",
        '{"format": 99}',
        simple_header().to_json().replace("+00:00", ""),
        simple_header().to_json().replace('"job_id"', '"job_number"'),
        simple_header().to_json().replace('"fault": null', '"fault": "x"'),
    ],
)
def test_a_header_of_another_make_is_a_landing_error(tmp_path, text):
    path = tmp_path / "other.parquet"
    table = to_table([post(1)]).replace_schema_metadata({"luisterpost": text})
    pq.write_table(table, path)
    with pytest.raises(LandingError):
        read_header(path)


def test_other_peoples_parquet_is_a_landing_error(tmp_path):
    path = tmp_path / "other.parquet"
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(LandingError, match=r"other\.parquet"):
        read_header(path)


def test_an_absent_file_is_no_broken_one(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_header(tmp_path / "absent.parquet")


def test_half_written_files_are_not_waiting(tmp_path):
    with ParquetWriter(tmp_path / landing_name(simple_header()), MENTION_SCHEMA) as writer:
        writer.write(to_table([post(1)]))
        assert waiting_files(tmp_path) == []
        writer.finish(simple_header())
    assert len(waiting_files(tmp_path)) == 1


_ENDLESS = """
import sys
from pathlib import Path
from collectors.landing import write_landing
from tests.collectors.scripted import post
from tests.collectors.test_landing import simple_header
print("ready", flush=True)
while True:
    write_landing(Path(sys.argv[1]), simple_header(), [post(n, "x" * 200) for n in range(300)])
"""


def test_a_kill_leaves_a_whole_file_or_none(tmp_path):
    for number in range(4):
        folder = tmp_path / str(number)
        with subprocess.Popen(
            [sys.executable, "-c", _ENDLESS, str(folder)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        ) as child:
            assert child.stdout
            child.stdout.readline()
            time.sleep(0.02 * number)
            os.kill(child.pid, signal.SIGKILL)
        for path in waiting_files(folder) if folder.exists() else ():
            assert read_header(path) == simple_header()
            assert pq.read_table(path).num_rows == 300
