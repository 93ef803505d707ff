import re
from datetime import date, timedelta
from functools import partial

import duckdb
import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from reports.status_model import Volume
from reports.status_report import EmptySnapshotError, read_status, write_status_report
from tests.reports.reading import SETTINGS, read, small_world, text_of, written
from tests.reports.world import MONDAY, NOW, World, at, plausible_world
from warehouse.errors import SnapshotMissingError
from warehouse.query import rows


@pytest.fixture(scope="module")
def status(snapshot):
    with duckdb.connect(snapshot, read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield read_status(partial(rows, connection), SETTINGS)


def test_file_is_named_after_the_last_complete_week(snapshot, tmp_path):
    path = write_status_report(snapshot, SETTINGS, folder=tmp_path / "new" / "reports")
    assert path == tmp_path / "new" / "reports" / "status-2026-W46.html"
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_any_day_of_a_week_gives_that_week_and_out_gives_the_place(snapshot, tmp_path):
    path = write_status_report(
        snapshot, SETTINGS, folder=tmp_path, day=date(2026, 11, 8), out=tmp_path / "my.html"
    )
    assert path == tmp_path / "my.html"
    assert "2026-W45" in path.read_text(encoding="utf-8")


def test_the_same_snapshot_gives_the_same_bytes(snapshot, tmp_path):
    first = write_status_report(snapshot, SETTINGS, folder=tmp_path / "a").read_bytes()
    second = write_status_report(snapshot, SETTINGS, folder=tmp_path / "b").read_bytes()
    assert first == second


def test_rows_in_another_order_give_the_same_bytes(page, tmp_path):
    world = plausible_world()
    for table in world.tables.values():
        table.reverse()
    assert written(world, tmp_path) == page


def test_recall_is_red_and_explained(status, page):
    brand, company = status.facets
    assert brand.verdict.colour == "red"
    assert brand.net.change == -1
    assert company.verdict.colour == "amber"
    assert text_of(page).count("Not on course") == 1
    assert [driver.kind for driver in status.drivers] == ["theme", "reprint", "flood"]
    theme = status.drivers[0]
    assert "glass" in theme.terms
    assert "recall" in theme.terms
    assert theme.negative > 40
    assert len(theme.evidence) == 5
    assert theme.is_sudden
    assert at(1, 10) <= theme.first_at < at(1, 10.5)
    assert theme.name in {one.words for one in theme.evidence}


def test_flood_and_press_release_are_one_story_each(status, page):
    _, reprint, flood = status.drivers
    assert (reprint.mentions, reprint.stories) == (10, 1)
    assert (flood.mentions, flood.stories, flood.authors) == (120, 1, 120)
    said = text_of(page)
    assert "One text from 120 accounts on Thursday between 02:00 and 03:59: a flood" in said
    assert "Posted within 2 hours" in said
    assert [one.at for one in flood.evidence] == [at(3, 2), at(3, 2 + 119 / 60)]
    assert len({one.site for one in reprint.evidence}) == 5
    assert "10 mentions, 1 story" in said


def test_nobody_is_sent_to_the_spam_by_a_fact(status):
    (flood,) = (fact for fact in status.facts if fact.about in status.drivers[2:])
    assert flood.link == "#drivers"
    assert not flood.is_outside


def test_flood_of_praise_is_counted_apart_and_does_not_lift_net_sentiment(status):
    brand = status.facets[0]
    assert brand.mentions.now == brand.stories.now
    assert status.floods == Volume(mentions=120, stories=1)
    assert brand.sentiment.positive < 100
    assert brand.net.now < 0


def test_own_posts_are_not_earned_mentions():
    world = small_world()
    world.mention(at(1), ["hopla"], "ours", is_own=True)
    world.mention(at(1), ["hopla"], "theirs")
    assert read(world).facets[0].mentions.now == 1


def test_outage_is_told_with_time_and_reason(status, page):
    source = next(s for s in status.sources if s.name == "reddit-belgium")
    assert source.covered == pytest.approx(1 - 19.5 / 168)
    (gap,) = source.gaps
    assert (gap.since, gap.until, gap.streams) == (at(4, 14), at(5, 9.5), 2)
    said = text_of(page)
    assert "Fri 13 Nov 14:00 \N{EN DASH} Sat 14 Nov 09:30: the credential was refused" in said
    assert "(2 of 2 streams)" in said
    assert "no credential: AIRFLOW_CONN_X_MAIN is not set" in said


def test_source_that_is_off_and_never_brought_anything_costs_no_coverage(status):
    assert status.covered > 0.95
    assert next(s for s in status.sources if s.name == "x-archive").covered is None


def test_source_that_used_to_bring_most_and_is_off_spoils_coverage():
    world = small_world()
    world.source("gone", "x", [], why_off="no credential")
    for n in range(50):
        world.mention(
            at(n % 7, 3, monday=MONDAY - timedelta(weeks=1)), ["hopla"], f"t {n}", source="gone"
        )
    status = read(world)
    assert status.covered < 0.1
    assert status.facets[0].verdict.reasons == ("little_covered",)


def test_import_covers_every_stream_of_its_source():
    world = World()
    world.subject("hopla", "Hopla", "brand")
    world.source("news", "feed", ["a", "b"])
    world.covered("news", "import", at(0), at(3, 12), "imported")
    world.covered("news", "a", at(3, 12), at(7))
    world.info()
    (source,) = read(world).sources
    assert source.covered == pytest.approx(0.75)


def test_share_of_voice_sets_the_firm_against_its_competitors(status):
    assert status.voices[0].name is None
    assert sum(voice.share for voice in status.voices) == pytest.approx(1)
    world = small_world()
    world.subject("zwaan", "Zwaan", "organisation", "competitor")
    world.subject("klant", "Klant", "organisation", "customer")
    for n in range(3):
        world.mention(at(1, n), ["hopla"], f"a {n}")
    world.mention(at(1, 5), ["hopla", "zwaan"], "both")
    world.mention(at(1, 6), ["klant"], "neither")
    status = read(world)
    assert status.facets[0].voice.now == pytest.approx(4 / 5)
    assert status.facets[1].voice.now == 0


def test_one_sentence_and_three_linked_facts_stand_first(page):
    tree = HTMLParser(page)
    first = tree.css_first("main > section")
    assert len(first.css(".verdict")) == 1
    assert len(first.css(".lamps > li")) == 3
    facts = first.css(".facts > li")
    assert len(facts) == 3
    assert all(fact.css_first("a[href]") for fact in facts)


def test_without_competitors_there_is_no_share_of_voice(tmp_path):
    said = text_of(written(small_world(), tmp_path))
    assert "Share of voice this week Unknown: no competitor is on the watchlist" in said
    assert "by stories" not in said.partition("How these figures are made")[0]


def test_facet_that_is_not_watched_is_not_judged(tmp_path):
    world = small_world()
    said = text_of(written(world, tmp_path))
    assert "Company: not watched" in said
    assert read(world).headline.facets == ("brand",)


def test_nothing_is_called_zero_when_nobody_listened(tmp_path):
    world = World()
    world.subject("hopla", "Hopla", "brand")
    world.source("x-search", "x", ["search:1"])
    world.info()
    said = text_of(written(world, tmp_path))
    assert "No data for this week" in said
    assert "We can\N{RIGHT SINGLE QUOTATION MARK}t tell" in said
    assert re.search("Mentions unknown \N{EN DASH} \N{EN DASH}", said)


def test_silence_that_was_listened_to_is_zero(tmp_path):
    said = text_of(written(small_world(), tmp_path))
    assert "No data for this week" not in said
    assert re.search("Mentions 0 \N{EN DASH} \N{EN DASH}", said)


def test_empty_warehouse_still_gives_a_page(tmp_path):
    world = World()
    world.info()
    said = text_of(written(world, tmp_path))
    assert "No data for this week" in said
    assert "No source is configured" in said


def test_a_file_that_tells_nothing_of_itself_is_refused(tmp_path):
    with pytest.raises(EmptySnapshotError):
        written(World(), tmp_path)
    with pytest.raises(SnapshotMissingError):
        write_status_report(tmp_path / "none.duckdb", SETTINGS, folder=tmp_path)


def test_single_week_of_history_compares_with_nothing():
    status = read(plausible_world(weeks=1))
    brand, company = status.facets
    assert brand.mentions.before is not None
    assert brand.mentions.usual is None
    assert brand.mentions.change == 0
    assert company.verdict.reasons == ("no_history",)


def test_week_that_still_runs_says_so_and_is_not_called_low(tmp_path):
    world = plausible_world()
    world.tables["snapshot_info"][0]["made_at"] = at(2, 12)
    page = written(world, tmp_path, day=MONDAY)
    assert "the week is not over" in page
    status = read(world, day=MONDAY)
    assert status.is_running
    assert status.steps[80].covered is None
    assert all(facet.mentions.change >= 0 for facet in status.facets)


@pytest.mark.parametrize(("monday", "hours"), [(date(2026, 3, 23), 167), (date(2026, 10, 19), 169)])
def test_week_in_which_the_clocks_change_counts_every_mention_once(monday, hours):
    world = World()
    world.subject("hopla", "Hopla", "brand")
    world.source("x-search", "x", ["search:1"])
    since = at(0, monday=monday)
    until = since + timedelta(hours=hours)
    assert until == at(7, monday=monday)
    world.covered("x-search", "search:1", since, until)
    for n in range(-1, hours + 1):
        world.mention(since + timedelta(hours=n, minutes=30), ["hopla"], f"hour {n}")
    world.info(made_at=until + timedelta(hours=2))
    status = read(world)
    assert status.period.first == monday
    assert status.facets[0].mentions.now == hours
    assert sum(hour.volume.mentions for hour in status.steps if hour.volume) == hours
    assert sum(day.brand.mentions for day in status.days[-7:]) == hours
    assert status.covered == 1


def test_poorly_covered_weeks_are_not_compared_with():
    world = plausible_world()
    for row in world.tables["coverage"]:
        if row["reason"] == "imported":
            row["since"] = at(0, monday=MONDAY - timedelta(weeks=5))
    status = read(world)
    assert status.usable == 5
    assert status.facets[0].mentions.usual.periods == 5


def test_staff_are_shown_in_units_only_and_small_figures_are_hidden(page, status):
    said = text_of(page)
    assert "12 colleagues who agreed, in 2 units of five or more" in said
    assert re.search(r"Brewing 5 <5", said)
    assert re.search(r"Sales 7 9", said)
    assert status.staff.hidden == 1


def test_persons_that_the_pipeline_found_never_become_a_theme():
    world = plausible_world()
    for n in range(40):
        key = world.mention(at(2, n / 2), ["hopla"], f"ask vandenbroucke about it {n} please")
        world.add(
            "entity",
            mention_id=key,
            version_id="v1",
            field="text",
            text="Vandenbroucke",
            label="PER",
            start_char=4,
            end_char=17,
            pipeline="test",
            loaded_at=NOW,
        )
    assert not [d for d in read(world).drivers if "vandenbroucke" in d.terms]


def test_method_is_printed_with_versions_zone_and_snapshot(page):
    said = text_of(page)
    for part in (
        "20261116T050000Z-ab12",
        "9 Nov 2026 00:00 UTC+01:00 to 16 Nov 2026 00:00 UTC+01:00 (Europe/Brussels)",
        "lexicon 1",
        "Net sentiment v1",
        "on-course v2",
        "w1",
    ):
        assert part in said


def test_time_on_the_page_is_the_snapshots(page):
    years = set(re.findall(r"\b20\d\d\b", text_of(page)))
    assert years == {"2026"}
