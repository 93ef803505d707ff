"""The sample world's last week, hour by hour, as the alerts see it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from collectors.configuration.folder import Configuration, load_configuration
from collectors.contract import Interval
from collectors.imports.importing import import_file
from collectors.sample import CREDENTIALS
from collectors.sample.export import export_world
from collectors.sample.server import SampleServer
from collectors.sample.world import World, build_world
from collectors.settings import Settings
from enrichment.enricher import Enricher
from luisterpost import OPTIONAL_FILES, run_round
from reports.alert_round import run_configured_round
from reports.alert_view import AlertView
from tests.conftest import Sample
from tests.programs import CONFIG
from warehouse.desk.connection import desk_url, open_desk
from warehouse.desk.tables import Incident, IncidentEvent, OutboxMail

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

HOUR = timedelta(hours=1)
MAIL = 'alert_to = ["Duty desk <duty@hoogwael.example>"]\n'


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What the alerts did in the hours around the recall."""

    world: World
    settings: Settings
    steps: list[tuple[datetime, AlertView]]
    """When each transition was decided, and what its mail says."""

    def of(self, cause: str, kind: str | None = None) -> list[tuple[datetime, AlertView]]:
        return [
            (at, view)
            for at, view in self.steps
            if view.cause == cause and kind in {None, view.kind}
        ]


@pytest.fixture(scope="module")
def watch(tmp_path_factory) -> Watch:
    folder = tmp_path_factory.mktemp("hourly")
    config = folder / "config"
    config.mkdir()
    for path in CONFIG.glob("*.toml"):
        (config / path.name).write_bytes(path.read_bytes())
    (config / "mail.toml").write_text(MAIL, encoding="utf-8")
    settings = Settings(home=folder / "var", config=config)
    configuration = load_configuration(config, Sample.ANCHOR, OPTIONAL_FILES)
    world = build_world(Sample.ANCHOR)
    steps: list[tuple[datetime, AlertView]] = []
    enricher = Enricher(configuration.watchlist)
    _import(world, settings, configuration, folder / "exports")
    with SampleServer(world) as server:
        played = configuration.moved_to(server.url)

        def look(moment: datetime) -> None:
            server.now = moment
            present = replace(settings, fixed_now=moment)
            run_round(present, played, CREDENTIALS, enricher=enricher, has_bar=False)
            result = run_configured_round(present, played)
            steps.extend((moment, view) for view in result.views)

        _step(world, look)
    return Watch(world=world, settings=settings, steps=steps)


def _import(world: World, settings: Settings, configuration: Configuration, folder: Path) -> None:
    for file in export_world(world, folder):
        import_file(
            file.path,
            source=file.source,
            covers=Interval(since=file.since, until=file.until, reason="imported"),
            watchlist=configuration.watchlist,
            folder=settings.landing,
            aside=settings.aside,
            now=world.import_until,
        )


def _step(world: World, look: Callable[[datetime], None]) -> None:
    """Look every six hours, and every hour in the flood, in the outage and in the recall."""
    recall, flood, outage = world.recall_at, world.flood_at, world.outage
    hourly = (
        (outage.since - HOUR, outage.since + 4 * HOUR),
        (flood, flood + 5 * HOUR),
        (outage.until - HOUR, outage.until + 2 * HOUR),
        (recall - 3 * HOUR, recall + 8 * HOUR),
    )
    moment = world.import_until
    while moment <= recall + 48 * HOUR:
        if moment.hour % 6 == 0 or any(since <= moment <= until for since, until in hourly):
            look(moment)
        moment += HOUR


def test_recall_opens_one_incident_within_the_hour_and_no_second_one(watch):
    assert [view.subject_id for _, view in watch.of("volume", "opened")] == ["epervier"]
    ((at, view),) = watch.of("volume", "opened")
    assert watch.world.recall_at < at <= watch.world.recall_at + HOUR
    assert view.facet == "brand"
    assert view.window_stories > 5 * view.window_expected
    with open_desk(desk_url(watch.settings.desk)) as desk:
        found = desk.scalars(select(Incident).where(Incident.cause == "volume")).all()
        assert [incident.subject_id for incident in found] == ["epervier"]
        assert found[0].severity == 1


def test_nothing_is_raised_before_the_recall_by_flood_or_press_release(watch):
    assert [at for at, _ in watch.of("volume") if at <= watch.world.recall_at] == []


def test_outage_is_told_as_one_failing_source_and_its_end(watch):
    outage = watch.world.outage
    steps = watch.of("source_failing")
    assert [(view.kind, view.subject_name) for _, view in steps] == [
        ("opened", "forum"),
        ("closed", "forum"),
    ]
    (begun, opened), (ended, _) = steps
    assert outage.since + 2 * HOUR <= begun <= outage.since + 3 * HOUR
    assert outage.until <= ended <= outage.until + HOUR
    assert opened.source.failing_streams == opened.source.streams == 1
    assert opened.source.last_outcome != "answered"


def test_two_days_of_recall_are_told_in_few_updates_and_never_twice_an_hour(watch):
    updates = watch.of("volume", "updated")
    assert 2 <= len(updates) <= 10
    assert all(later - earlier >= HOUR for (earlier, _), (later, _) in pairwise(updates))
    quiet_night = [at for at, _ in updates if at > watch.world.recall_at + 12 * HOUR]
    assert len(quiet_night) <= 4


def test_every_transition_stands_at_the_desk_and_its_mail_in_one_thread(watch):
    with open_desk(desk_url(watch.settings.desk)) as desk:
        events = desk.scalars(select(IncidentEvent)).all()
        mails = desk.scalars(select(OutboxMail).order_by(OutboxMail.created_at)).all()
        assert {event.id for event in events} == {view.event_id for _, view in watch.steps}
        assert [mail.message_id for mail in mails] == [view.message_id for _, view in watch.steps]
        heads = [message_from_bytes(mail.mime) for mail in mails]
        incidents = [mail.incident_id for mail in mails]
    first: dict[str, str] = {}
    for head, incident in zip(heads, incidents, strict=True):
        opening = first.setdefault(incident, head["Message-ID"])
        if opening != head["Message-ID"]:
            assert opening in head["References"].split()


def test_mail_tells_what_happened_and_names_no_employee(watch):
    staff = [
        subject.name
        for subject in load_configuration(CONFIG, Sample.ANCHOR).watchlist.subject
        if subject.facet == "employee"
    ]
    view = watch.of("volume", "updated")[-1][1]
    assert view.negative.share > 0.5
    assert {"rappel", "recall", "teruggeroepen"} & {term.term for term in view.new_terms}
    assert 3 <= len(view.examples) <= 5
    assert len({example.words for example in view.examples}) == len(view.examples)
    assert len(view.chart) == 168
    assert 0.5 < view.trust.coverage <= 1
    assert not any(name in repr(view) for name in staff)
