"""The canary's file: one item an hour, whole, and nobody else's."""

from datetime import UTC, datetime, timedelta

import pytest

from collectors.canary import CanaryError, canary_feed, canary_moments, read_canary, write_canary
from tests.programs import luisterpost

NOW = datetime(2026, 11, 23, 8, 0, 5, 999_999, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_first_item_has_the_exact_time():
    assert canary_moments([], NOW) == [NOW.replace(microsecond=0)]


def test_second_run_in_an_hour_adds_nothing():
    once = canary_moments([], NOW)
    assert canary_moments(once, NOW + timedelta(minutes=59)) == once
    assert len(canary_moments(once, NOW + HOUR)) == 2


def test_only_the_newest_48_items_are_kept():
    moments: list[datetime] = []
    for number in range(60):
        moments = canary_moments(moments, NOW + number * HOUR)
    assert len(moments) == 48
    assert moments[-1] == (NOW + 59 * HOUR).replace(microsecond=0)


def test_items_from_the_future_are_dropped():
    ahead = canary_moments([], NOW + timedelta(days=300))
    assert canary_moments(ahead, NOW) == [NOW.replace(microsecond=0)]


def test_feed_gives_back_its_times():
    moments = [NOW.replace(microsecond=0) - number * HOUR for number in range(3)]
    assert read_canary(canary_feed(moments)) == moments


def test_file_is_replaced_whole_and_readable_by_a_web_server(tmp_path):
    path = tmp_path / "canary.xml"
    write_canary(path, NOW)
    assert len(write_canary(path, NOW + HOUR)) == 2
    assert read_canary(path.read_bytes())[0] == (NOW + HOUR).replace(microsecond=0)
    assert [one.name for one in tmp_path.iterdir()] == ["canary.xml"]
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("body", [b"", b"<html>home</html>", b"<rss><channel><title>News</title>"])
def test_file_of_another_kind_is_left_as_it_is(tmp_path, body):
    path = tmp_path / "index.html"
    path.write_bytes(body)
    with pytest.raises(CanaryError):
        write_canary(path, NOW)
    assert path.read_bytes() == body


def test_command_writes_and_says_what_it_refuses(tmp_path):
    around = ("--now", "2026-11-23T08:00Z")
    done = luisterpost("canary", "write", tmp_path / "canary.xml", *around, folder=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "1 item, the newest of 2026-11-23 08:00:00 UTC" in done.out
    refused = luisterpost("canary", "write", tmp_path / "no" / "c.xml", *around, folder=tmp_path)
    assert refused.code == 2
    assert "No such file or directory; nothing is written" in refused.err
