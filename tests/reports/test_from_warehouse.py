"""The report of a snapshot that was really loaded and really published."""

from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from collectors.contract import Interval
from reports.settings import ReportSettings
from reports.status_report import write_status_report
from tests.warehouse.building import (
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
from warehouse.load import load_files
from warehouse.privacy import apply_watchlist

SINCE = datetime(2026, 11, 8, 23, tzinfo=UTC)
UNTIL = SINCE + timedelta(weeks=1)
STAFF = [employee(f"colleague-{n}", name=f"Vermeulen-{n}") for n in range(6)]
SUBJECTS = watchlist(brand(), brand("rival", facet="organisation", relation="competitor"), *STAFF)
TONES = ((0.7, 0.2, 0.1), (0.1, 0.8, 0.1), (0.1, 0.2, 0.7), (0.4, 0.4, 0.2), (0.4, 0.2, 0.4))


@pytest.fixture
def snapshot(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "keys"))
    pairs = []
    for n in range(60):
        said = mention(n, f"Acme number {n}", at=SINCE + timedelta(hours=2 * n), author_id=f"a{n}")
        pairs.append((said, Judgement(subjects=("acme", "acme"), p=TONES[n % 5])))
    for n in range(60, 72):
        said = mention(n, f"met a colleague {n}", at=SINCE + timedelta(hours=n))
        pairs.append((said, Judgement(subjects=(f"colleague-{n % 6}",))))
    pairs.append((mention(99, "nobody in particular", at=SINCE), Judgement(subjects=())))
    head = header(
        "j1", at=UNTIL, since=SINCE, until=UNTIL, answered=(Interval(since=SINCE, until=UNTIL),)
    )
    path = enriched_file(tmp_path, head, pairs, watchlist_version=SUBJECTS.version)
    with warehouse(tmp_path / "warehouse.duckdb") as connection:
        apply_watchlist(connection, SUBJECTS, now=UNTIL)
        (outcome,) = load_files(connection, [path], now=UNTIL)
        assert outcome.state == "loaded", outcome.message
        connection.execute("INSERT INTO source VALUES ('web', 'x', 900, TRUE, NULL, FALSE)")
        connection.execute(
            "INSERT INTO stream (source, stream, reach, asks) VALUES ('web', 'search:1', 'window', '{}')"
        )
        publish(connection, tmp_path, SUBJECTS, now=UNTIL)
    return tmp_path / "snapshot.duckdb"


def test_report_holds_the_published_figures_and_no_employee(snapshot, tmp_path):
    path = write_status_report(snapshot, ReportSettings(), folder=tmp_path / "reports")
    page = path.read_text(encoding="utf-8")
    assert path.name == "status-2026-W46.html"
    assert "6 colleagues who agreed, in 1 unit of five or more" in page
    assert '<td class="now">60</td>' in page
    assert '<td class="now">12</td>' in page
    assert "100% of the week was listened to" in page
    assert "73 mentions stored" in page
    assert "colleague-" not in page
    assert "Vermeulen" not in page


def test_view_and_roll_up_agree_on_every_hour(snapshot):
    with duckdb.connect(snapshot, read_only=True) as connection:
        by_view = connection.execute(
            "SELECT time_bucket(INTERVAL 1 HOUR, occurred_at) AS hour, subject_id, count(*), "
            "count(*) FILTER (tone = 'negative'), count(*) FILTER (tone = 'neutral'), "
            "count(*) FILTER (tone = 'positive'), count(*) FILTER (tone = 'uncertain'), "
            "count(DISTINCT author) FROM mention_subject WHERE NOT is_own GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        rolled_up = connection.execute(
            "SELECT hour, subject_id, mentions, negative, neutral, positive, uncertain, authors "
            "FROM hourly_volume ORDER BY ALL"
        ).fetchall()
    assert len(by_view) == 60
    assert by_view == rolled_up
