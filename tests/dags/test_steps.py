"""What the tasks do, without Airflow around them: faults stay with what they belong to."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from collectors.hackernews import read_hit
from collectors.landing import Header, read_header, waiting_files, write_landing
from collectors.settings import Settings
from dags.steps import collecting, enriching, housekeeping, mailing
from dags.surroundings import look_around
from dags.told import Batch, FilesPutAside, NowhereError, SourceFailed
from enrichment.relevance.learning import learn
from enrichment.relevance.storing import read_learnt, write_learnt
from reports.commands import app as report_app
from tests.collectors.replay_hackernews import story
from tests.dags.rehearsal import MENTIONS, ask
from tests.enrichment.relevance.lessons import KEY, learnt
from tests.places import LATER, NOW, place
from tests.replay import Answer, ReplayServer, Request
from warehouse.desk.connection import desk_url, open_desk
from warehouse.desk.tables import OutboxMail, ReportIssue


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setenv("LUISTERPOST_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("LUISTERPOST_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("LUISTERPOST_NOW", NOW)
    monkeypatch.delenv("LUISTERPOST_CLOCK_URL", raising=False)
    with place(tmp_path):
        yield Settings(home=tmp_path / "var", config=tmp_path / "config")


def batches() -> dict[str, Batch]:
    return {batch["source"]: batch for batch in collecting.plan_batches()}


def collect() -> None:
    planned = batches()
    collecting.fetch_batch(planned["news"])
    with pytest.raises(SourceFailed):
        collecting.fetch_batch(planned["dead"])


def test_round_leads_from_plan_to_snapshot(settings: Settings):
    collect()
    assert [enriching.enrich_batch(files) for files in enriching.list_batches()] == [3]
    assert enriching.load_enriched() == 3
    assert Path(enriching.publish_snapshot()).exists()
    assert len(ask(settings.snapshot, MENTIONS)) == 3
    assert not enriching.is_anything_to_load()


def test_failing_source_lands_its_fault_and_harms_no_other(settings: Settings):
    planned = batches()
    assert set(planned) == {"news", "dead"}
    with pytest.raises(SourceFailed, match="source dead: unreachable in 1 of 1"):
        collecting.fetch_batch(planned["dead"])
    assert len(collecting.fetch_batch(planned["news"])) == 1
    faults = {read_header(path).source: read_header(path).fault for path in landed(settings)}
    assert faults["news"] is None
    assert faults["dead"] is not None


def landed(settings: Settings) -> list[Path]:
    return waiting_files(settings.landing)


def test_second_attempt_fetches_nothing_twice(settings: Settings):
    planned = batches()
    first = collecting.fetch_batch(planned["news"])
    assert collecting.fetch_batch(planned["news"]) == []
    assert [str(path) for path in landed(settings)] == first


def test_plan_gives_what_an_earlier_run_left_unfetched(settings: Settings):
    planned = batches()
    collecting.fetch_batch(planned["news"])
    assert batches() == {"dead": planned["dead"]}
    assert len(landed(settings)) == 1


def test_corrupt_landing_file_is_put_aside_and_named_and_the_rest_goes_on(settings: Settings):
    collect()
    broken = settings.landing / "20261123T080000-news-0000000000000000.parquet"
    broken.write_bytes(b"PAR1 but no more")
    (files,) = enriching.list_batches()
    with pytest.raises(FilesPutAside, match=broken.name):
        enriching.enrich_batch(files)
    assert enriching.load_enriched() == 3
    assert (settings.aside / broken.name).exists()
    assert enriching.list_batches() == []


def test_corrupt_enriched_file_is_put_aside_and_named_and_the_rest_is_loaded(settings: Settings):
    collect()
    for files in enriching.list_batches():
        enriching.enrich_batch(files)
    broken = settings.enriched / "20261123T080000-news-0000000000000000.parquet"
    broken.write_bytes(b"PAR1 but no more")
    with pytest.raises(FilesPutAside, match=broken.name):
        enriching.load_enriched()
    enriching.publish_snapshot()
    assert len(ask(settings.snapshot, MENTIONS)) == 3


def test_what_is_loaded_and_unpublished_is_published_by_the_next_run(settings: Settings):
    collect()
    for files in enriching.list_batches():
        enriching.enrich_batch(files)
    enriching.load_enriched()
    assert enriching.is_anything_to_load()
    enriching.publish_snapshot()
    assert not enriching.is_anything_to_load()
    assert not list(settings.jobs.glob("*.loaded"))


def test_nothing_is_due_again_before_its_time(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    collect()
    assert settings.landing.exists()
    assert collecting.plan_batches() == []
    monkeypatch.setenv("LUISTERPOST_NOW", LATER)
    assert set(batches()) == {"news", "dead"}


def test_housekeeping_purges_and_keeps_the_rows(settings: Settings):
    collect()
    for files in enriching.list_batches():
        enriching.enrich_batch(files)
    enriching.load_enriched()
    before = ask(settings.warehouse, MENTIONS)
    assert housekeeping.drop_expired() == 0
    assert housekeeping.purge_bytes() == settings.warehouse.stat().st_size
    assert ask(settings.warehouse, MENTIONS) == before
    assert housekeeping.empty_mails() == 0


def test_housekeeping_lets_go_of_what_was_taught_of_who_agrees_no_more(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setenv("LUISTERPOST_RELEVANCE_KEY", KEY.hex())
    lessons = [replace(one, is_private=one.subject == "delta") for one in learnt().lessons]
    settings.home.mkdir(exist_ok=True)
    write_learnt(settings.relevance, learn(lessons, KEY))
    housekeeping.drop_expired()
    left = read_learnt(settings.relevance, KEY).lessons
    assert {lesson.subject for lesson in left} == {"orange"}

    caplog.set_level("INFO")
    settings.relevance.write_bytes(b"damaged")
    assert housekeeping.drop_expired() == 0
    assert "relevance.npz" in caplog.text


@pytest.fixture
def stories(settings: Settings) -> Iterator[ReplayServer]:
    """Load two stories of Hacker News, of which one is deleted there afterwards."""
    with ReplayServer(_item) as server:
        with (settings.config / "sources.toml").open("a", encoding="utf-8") as file:
            words = ('name = "hn"', 'platform = "hackernews"', f'base_url = "{server.url}"')
            file.write("\n".join(("\n[[source]]", *words, 'query = "acme"\n')))
        seen_at = settings.clock() - timedelta(days=9)
        mentions = [read_hit(story(n, seen_at), collected_at=seen_at) for n in (1, 2)]
        stream = {"source": "hn", "platform": "hackernews", "stream": "search:1"}
        header = Header(kind="collect", job_id="j", collected_at=seen_at, **stream)
        write_landing(settings.landing, header, mentions)
        load_all()
        yield server


def _item(request: Request) -> Answer:
    if request.path == "/v0/item/1.json":
        return Answer.of({"id": 1, "deleted": True})
    return Answer.of({"id": 2, "type": "story", "by": "someone", "title": "Acme opens", "time": 1})


def load_all() -> None:
    for files in enriching.list_batches():
        enriching.enrich_batch(files)
    enriching.load_enriched()


_STORIES = "SELECT native_id FROM mention WHERE platform = 'hackernews'"


def test_housekeeping_lets_go_of_what_was_deleted_at_its_platform(
    settings: Settings, stories: ReplayServer
):
    assert sorted(ask(settings.warehouse, _STORIES)) == [("1",), ("2",)]
    chosen = housekeeping.choose_rechecks()
    assert stories.requests == []
    assert housekeeping.look_up_posts(chosen) == 1
    assert [header.kind for header in map(read_header, landed(settings))] == ["recheck"]
    assert housekeeping.look_up_posts(chosen) == 0
    load_all()
    assert ask(settings.warehouse, _STORIES) == [("2",)]
    assert housekeeping.look_up_posts(housekeeping.choose_rechecks()) == 0
    assert len(stories.requests) == 2


def test_look_up_that_failed_is_asked_again_and_takes_nothing_away(
    settings: Settings, stories: ReplayServer, monkeypatch: pytest.MonkeyPatch
):
    chosen = housekeeping.choose_rechecks()
    monkeypatch.setattr(stories, "_handler", lambda _: Answer(status=503))
    with pytest.raises(housekeeping.RecheckFailedError, match="hn: server_error"):
        housekeeping.look_up_posts(chosen)
    load_all()
    assert len(ask(settings.warehouse, _STORIES)) == 2
    monkeypatch.setattr(stories, "_handler", _item)
    assert housekeeping.look_up_posts(chosen) == 1


def test_alerts_wait_for_the_first_snapshot(settings: Settings):
    assert not settings.snapshot.exists()
    assert mailing.decide_alerts() == 0


@pytest.mark.parametrize("value", ["", "var"])
def test_home_that_depends_on_where_a_process_was_started_is_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, value: str
):
    assert look_around().settings.home == settings.home
    monkeypatch.setenv("LUISTERPOST_HOME", value)
    with pytest.raises(NowhereError, match="LUISTERPOST_HOME"):
        look_around()


def publish() -> None:
    collect()
    for files in enriching.list_batches():
        enriching.enrich_batch(files)
    enriching.load_enriched()
    enriching.publish_snapshot()


def test_no_report_is_due_before_the_first_snapshot(settings: Settings):
    assert not settings.snapshot.exists()
    assert mailing.write_reports() == []


def test_each_report_wanted_is_written_and_mailed_once(settings: Settings):
    (settings.config / "reports.toml").write_text('every = ["daily", "weekly", "monthly"]\n')
    (settings.config / "mail.toml").write_text('report_to = ["marketing@acme.example"]\n')
    publish()
    written = [Path(path).name for path in mailing.write_reports()]
    names = ["status-2026-11-22.html", "status-2026-W47.html", "status-2026-10.html"]
    assert written == names
    assert mailing.write_reports() == []
    subjects = mails(settings)
    assert [re.findall(r"status report (\S+),", one) for one in subjects] == [
        ["2026-10"],
        ["2026-11-22"],
        ["2026-W47"],
    ]


def mails(settings: Settings) -> list[str]:
    with open_desk(desk_url(settings.desk)) as desk:
        return sorted(desk.scalars(select(OutboxMail.subject)))


def test_dag_writes_the_bytes_that_the_command_line_writes_and_notes_them_alike(
    settings: Settings,
):
    publish()
    (path,) = mailing.write_reports()
    theirs = Path(path).read_bytes()
    around = ("--home", settings.home, "--config", settings.config)
    done = CliRunner().invoke(report_app, ["status", *map(str, around)])
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == path
    assert Path(path).read_bytes() == theirs
    with open_desk(desk_url(settings.desk)) as desk:
        (issue,) = desk.scalars(select(ReportIssue)).all()
        assert (issue.period, issue.digest) == ("2026-W47", sha256(theirs).hexdigest())
