"""The canary from its file to the snapshot: timed, counted nowhere, and missed when it is late."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collectors.canary import write_canary
from collectors.configuration.folder import load_configuration
from collectors.settings import Settings
from luisterpost import OPTIONAL_FILES, run_round
from reports.settings import ReportSettings
from reports.status_report import write_status_report
from tests.replay import Answer, ReplayServer, Request
from warehouse import publish
from warehouse.canary import late_canaries
from warehouse.connection import open_snapshot
from warehouse.desk.connection import desk_url

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
HOUR = timedelta(hours=1)
# The marker names the subject, and is no mention of it all the same.
WATCHLIST = '[[subject]]\nid = "c"\nname = "Canary"\nfacet = "brand"\nterms = ["canary"]\n'
NEWS = b"""<rss version="2.0"><channel><title>t</title><item><guid>1</guid>
<title>A canary sings</title></item></channel></rss>"""


class Place:
    """A web server with a canary and a newspaper, and who listens to both."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings(home=folder / "home", config=folder / "config")
        self.settings.config.mkdir()
        (self.settings.config / "watchlist.toml").write_text(WATCHLIST)

    def serve(self, request: Request) -> Answer:
        if request.path == "/news.xml":
            return Answer(body=NEWS)
        return Answer(body=(self.folder / "canary.xml").read_bytes())

    def at(self, now: datetime) -> Settings:
        return Settings(home=self.settings.home, config=self.settings.config, fixed_now=now)

    def write(self, now: datetime) -> None:
        write_canary(self.folder / "canary.xml", now)

    def run(self, now: datetime) -> None:
        settings = self.at(now)
        configuration = load_configuration(settings.config, now, OPTIONAL_FILES)
        assert run_round(settings, configuration, {}, has_bar=False).exit_code == 0

    def ask(self, question: str) -> list[tuple[object, ...]]:
        with closing(open_snapshot(self.settings.snapshot)) as connection:
            return connection.execute(question).fetchall()


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path)
    with ReplayServer(place.serve) as server:
        (place.settings.config / "sources.toml").write_text(
            "".join(
                f'[[source]]\nname = "{name}"\nplatform = "feed"\n{more}'
                f'urls = ["{server.url}/{name}.xml"]\n'
                for name, more in (("canary", "canary = true\n"), ("news", ""))
            )
        )
        yield place


def test_arrival_is_the_first_snapshot_that_knows_of_an_item(place):
    place.write(MONDAY - HOUR)
    place.run(MONDAY)
    assert place.ask("FROM canary_arrival") == []  # It was there before anybody asked.
    place.write(MONDAY + 10 * timedelta(minutes=1))
    place.run(MONDAY + HOUR / 2)
    place.write(MONDAY + HOUR)
    place.run(MONDAY + 3 * HOUR)
    place.run(MONDAY + 5 * HOUR)
    assert place.ask("SELECT item_at, made_at FROM canary_arrival ORDER BY ALL") == [
        (MONDAY + HOUR / 6, MONDAY + HOUR / 2),
        (MONDAY + HOUR, MONDAY + 3 * HOUR),
    ]
    ((day, items, p50_s, p95_s, max_s),) = place.ask("FROM latency")
    assert (day, items) == (MONDAY.date(), 2)
    assert (p50_s, p95_s, max_s) == (pytest.approx(4_200), pytest.approx(6_900), 7_200)


def test_items_are_counted_nowhere_although_they_name_a_subject(place):
    place.write(MONDAY)
    place.run(MONDAY)
    place.write(MONDAY + HOUR)
    place.run(MONDAY + 2 * HOUR)
    assert place.ask("SELECT title FROM mention") == [("A canary sings",)]
    assert place.ask("SELECT sum(mentions) FROM hourly_volume") == [(1,)]
    assert place.ask("SELECT count(*) FROM sighting WHERE source = 'canary'") == [(0,)]
    assert place.ask("SELECT mentions_all FROM snapshot_info") == [(1,)]


def test_report_prints_the_latency_of_its_week_and_not_the_source(place):
    place.write(MONDAY)
    place.run(MONDAY)
    for hour in range(1, 5):
        place.write(MONDAY + hour * HOUR)
        place.run(MONDAY + hour * HOUR + timedelta(minutes=20))
    path = write_status_report(
        place.settings.snapshot,
        ReportSettings(time_zone="UTC"),
        folder=place.settings.reports,
        desk=desk_url(place.settings.desk),
        day=MONDAY.date(),
    )
    html = path.read_text()
    assert "5 items were in the snapshot within 20 minutes of being published" in html
    assert "Coverage of news" in html
    assert "Coverage of canary" not in html


def test_kill_between_publishing_and_noting_makes_no_arrival_earlier(place, monkeypatch):
    place.write(MONDAY - HOUR)
    place.run(MONDAY - HOUR / 2)
    place.write(MONDAY)
    with monkeypatch.context() as patch:

        def die(*_paths: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(publish, "_point", die)
        with pytest.raises(KeyboardInterrupt):
            place.run(MONDAY + HOUR)
    place.run(MONDAY + 2 * HOUR)
    assert place.ask("SELECT item_at, made_at FROM canary_arrival") == [(MONDAY, MONDAY + 2 * HOUR)]


def test_canary_is_late_when_its_newest_item_is_older_than_two_hours(place):
    assert late_canaries(place.settings.snapshot, now=MONDAY) == []
    place.write(MONDAY)
    place.run(MONDAY)
    assert late_canaries(place.settings.snapshot, now=MONDAY + 2 * HOUR) == []
    place.write(MONDAY + HOUR)
    place.run(MONDAY + 2 * HOUR)
    assert late_canaries(place.settings.snapshot, now=MONDAY + 3 * HOUR) == []
    (late,) = late_canaries(place.settings.snapshot, now=MONDAY + 4 * HOUR)
    assert late.startswith("canary canary is late: its newest item in the snapshot is 3.0 h old")


def test_canary_that_never_sang_is_late(place):
    place.write(MONDAY - HOUR)
    place.run(MONDAY)
    (late,) = late_canaries(place.settings.snapshot, now=MONDAY + 4 * HOUR)
    assert late.startswith("canary canary is late: none of its items arrived in 4.0 h")
