"""What people are told of a failing source, and when."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collectors.landing import Fault, Header
from dags.steps.enriching import batches_of
from dags.told import SourceFailed, failure_of

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def header(reason: str | None = None) -> Header:
    fault = Fault(reason=reason, message="Jane Doe wrote this") if reason else None
    return Header(
        kind="collect",
        job_id="0",
        source="news",
        platform="feed",
        stream="https://news.example/jane",
        collected_at=NOW,
        fault=fault,
    )


def failed(folder: Path, *reasons: str | None, minutes: float = 0) -> SourceFailed | None:
    headers = [header(reason) for reason in reasons]
    return failure_of("news", headers, folder=folder, now=NOW + timedelta(minutes=minutes))


def sure(failure: SourceFailed | None) -> SourceFailed:
    assert failure is not None
    return failure


def test_source_that_answers_has_not_failed(tmp_path: Path):
    assert failed(tmp_path, None, None) is None


@pytest.mark.parametrize("reason", ["rate_limited", "page_cap"])
def test_waiting_for_the_platform_is_no_failure(tmp_path: Path, reason: str):
    assert failed(tmp_path, reason) is None


@pytest.mark.parametrize("reason", ["auth_failed", "gone", "bad_request"])
def test_what_only_a_person_can_mend_is_news_at_once_and_once(tmp_path: Path, reason: str):
    assert sure(failed(tmp_path, reason)).is_news
    assert not sure(failed(tmp_path, reason, minutes=15)).is_news


def test_passing_trouble_is_news_after_an_hour_and_once(tmp_path: Path):
    news = [sure(failed(tmp_path, "timeout", minutes=m)).is_news for m in (0, 30, 60, 75)]
    assert news == [False, False, True, False]


def test_another_reason_is_news_again(tmp_path: Path):
    assert sure(failed(tmp_path, "gone")).is_news
    assert sure(failed(tmp_path, "auth_failed", minutes=5)).is_news


def test_source_that_came_back_and_failed_again_is_news(tmp_path: Path):
    assert sure(failed(tmp_path, "gone")).is_news
    assert failed(tmp_path, None, minutes=5) is None
    assert sure(failed(tmp_path, "gone", minutes=10)).is_news


def test_round_that_asked_nothing_forgets_nothing(tmp_path: Path):
    assert sure(failed(tmp_path, "gone")).is_news
    assert failed(tmp_path) is None
    assert not sure(failed(tmp_path, "gone", minutes=10)).is_news


def test_failure_tells_counts_and_no_text(tmp_path: Path):
    told = sure(failed(tmp_path, "server_error", None)).told
    assert told == (
        "source news: server_error in 1 of 2 requests, failing since 2026-11-23 08:00 UTC"
    )


def test_files_are_split_by_rows_and_a_broken_one_is_left_to_the_enrichment(tmp_path: Path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = []
    for number, rows in enumerate((3, 3, 9, 1)):
        files.append(tmp_path / f"{number}.parquet")
        pq.write_table(pa.table({"a": list(range(rows))}), files[-1])
    files.append(tmp_path / "broken.parquet")
    files[-1].write_bytes(b"PAR1")
    names = [[Path(name).stem for name in batch] for batch in batches_of(files, most_rows=6)]
    assert names == [["0", "1"], ["2"], ["3", "broken"]]
