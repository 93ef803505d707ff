import random
import re
from datetime import date, timedelta
from functools import partial
from urllib.parse import urlsplit

import duckdb
import pytest
from babel import Locale
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from reports.render import say
from reports.settings import ReportSettings
from reports.status_report import EmptySnapshotError, read_status, write_status_report
from reports.words import Words
from tests.reports.world import MONDAY, NOW, PLACES, World, at, plausible_world
from warehouse.connection import SnapshotMissingError
from warehouse.query import rows

SETTINGS = ReportSettings()


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    return plausible_world().write(tmp_path_factory.mktemp("plausible") / "snapshot.duckdb")


@pytest.fixture(scope="module")
def page(snapshot, tmp_path_factory):
    path = write_status_report(snapshot, SETTINGS, folder=tmp_path_factory.mktemp("out"))
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def status(snapshot):
    with duckdb.connect(snapshot, read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield read_status(partial(rows, connection), SETTINGS)


def read(world, *, day=None, settings=SETTINGS):
    with duckdb.connect() as connection:
        return read_status(partial(rows, world.fill(connection)), settings, day=day)


def written(world, folder, *, day=None, settings=SETTINGS):
    path = write_status_report(
        world.write(folder / "snapshot.duckdb"), settings, folder=folder, day=day
    )
    return path.read_text(encoding="utf-8")


def text_of(page):
    tree = HTMLParser(page)
    for node in tree.css("style"):
        node.decompose()
    return re.sub(r"\s+", " ", tree.body.text(separator=" "))


def small_world():
    """A brand, covered by one source from the reported week's start to its end."""
    world = World()
    world.subject("hopla", "Hopla", "brand")
    world.source("x-search", "x", ["search:1"])
    world.covered("x-search", "search:1", at(0), at(7))
    world.info()
    return world


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


def test_page_asks_nobody_for_anything(page):
    tree = HTMLParser(page)
    assert tree.css("script, link, img, iframe, object, embed, base, form, use, image") == []
    assert not [name for node in tree.css("*") for name in node.attributes if name.startswith("on")]
    assert set(re.findall(r"url\(([^)]*)\)", page)) <= {"#hatch", "#hatch-none"} | {
        f"#{node.attributes['id']}" for node in tree.css("[id]")
    }
    assert "@import" not in page
    assert "@font-face" not in page
    policy = tree.css_first("meta[http-equiv='Content-Security-Policy']").attributes["content"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_ids_are_unique_and_every_inner_link_has_its_target(page):
    tree = HTMLParser(page)
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids))
    inner = [a.attributes["href"] for a in tree.css("a") if a.attributes["href"].startswith("#")]
    assert inner
    assert {href[1:] for href in inner} <= set(ids)


def test_links_out_go_to_the_web_and_tell_nothing_of_where_they_come_from(page):
    outside = [a for a in HTMLParser(page).css("a") if not a.attributes["href"].startswith("#")]
    assert len(outside) >= 15
    for link in outside:
        assert urlsplit(link.attributes["href"]).scheme in {"http", "https"}
        assert link.attributes["rel"] == "noopener noreferrer nofollow"


def test_charts_are_described_for_those_who_do_not_see_them(page):
    drawings = HTMLParser(page).css("svg[role=img]")
    assert len(drawings) == 8
    for drawing in drawings:
        for key in drawing.attributes["aria-labelledby"].split():
            assert drawing.css_first(f"#{key}").text()


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


def test_flood_of_praise_does_not_lift_net_sentiment(status):
    brand = status.facets[0]
    assert brand.mentions.now - brand.stories.now == 119
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


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> & <img src=x onerror=alert(1)>",
        "\"><svg onload=alert(1)> '\u2028' {{ 7*7 }} {% raw %}",
        "</style><script>x</script> \u202egnp.exe\u202c \x00\x08",
    ],
)
def test_hostile_text_is_shown_and_never_run(tmp_path, text):
    world = World()
    world.subject("hopla", f"Hopla {text}", "brand")
    world.subject("zwaan", f"Zwaan {text}", "organisation", "competitor")
    world.source("x-search", "x", ["search:1"], why_off=text)
    world.covered("x-search", "search:1", at(0), at(5))
    world.attempt("x-search", "search:1", at(6), "auth_failed", message=text)
    for n in range(8):
        world.mention(
            at(1, n),
            ["hopla", "zwaan"],
            text,
            title=text if n % 2 else None,
            story="one",
            url=("javascript:alert(1)", 'https://a.example/?q="><script>x</script>')[n % 2],
        )
    world.info()
    page = written(world, tmp_path)
    tree = HTMLParser(page)
    assert tree.css("script, img, [onload], [onerror]") == []
    assert "javascript:" not in page
    assert not set("\u202e\u202c\x00\x08") & set(page)
    assert "49" not in re.findall(r"'(49)'", page)
    hrefs = {a.attributes["href"] for a in tree.css("a")}
    assert 'https://a.example/?q="><script>x</script>' in hrefs


def test_words_from_outside_keep_their_writing_direction_to_themselves(tmp_path):
    hebrew = "שלום"
    world = plausible_world()
    world.subject("rtl", f"{hebrew} Ltd", "organisation", "competitor")
    for n in range(20):
        world.mention(
            at(3, 9 + n / 4), ["hopla", "rtl"], f"{hebrew} ontploffing {n}", tone="negative"
        )
    tree = HTMLParser(written(world, tmp_path))
    assert tree.body.text().count(hebrew) > 5
    for node in tree.css("bdi, svg, style"):
        node.decompose()
    assert hebrew not in tree.body.text()


def railway_week():
    """Another trade: eight weeks of chatter about a railway, then a strike in three languages."""
    world = World()
    chance = random.Random(11)
    world.subject("railio", "Railio", "brand")
    world.source("x-search", "x", ["search:1"])
    world.covered("x-search", "search:1", at(0, monday=MONDAY - timedelta(weeks=8)), at(7))
    chatter = {
        "en": ("train to {p} on time with Railio", "Railio seats in carriage {n} are fine"),
        "fr": ("le train Railio pour {p} est en retard", "voyage agréable avec Railio vers {p}"),
        "de": ("Railio Zug nach {p} pünktlich heute", "im Railio Zug nach {p} gibt es Kaffee"),
    }
    for back in range(9):
        monday = MONDAY - timedelta(weeks=back)
        for n in range(90):
            language = ("en", "fr", "de")[n % 3]
            text = chance.choice(chatter[language]).format(p=chance.choice(PLACES), n=n)
            world.mention(
                at(n % 7, 7 + chance.random() * 15, monday=monday),
                ["railio"],
                f"{text} {back}.{n}",
                language=language,
            )
    outrage = {
        "en": ("Railio strike again, stranded in {p} {n}", "no refund for the strike, Railio {n}"),
        "fr": ("grève chez Railio, bloqué à {p} {n}", "Railio: la grève sans préavis {n}"),
        "de": ("Streik bei Railio, alle Züge stehen in {p} {n}", "Railio Streik ohne Ansage {n}"),
    }
    for n in range(75):
        language = ("en", "en", "fr", "de", "fr")[n % 5]
        text = chance.choice(outrage[language]).format(p=chance.choice(PLACES), n=n)
        world.mention(
            at(4, 6 + chance.expovariate(1 / 8)),
            ["railio"],
            text,
            language=language,
            tone="negative" if n % 4 else "neutral",
        )
    world.mention(
        at(4, 7),
        ["railio"],
        "Staff of Railio walked out on Friday morning.",
        title="Surprise strike halts Railio trains",
        platform="feed",
        kind="article",
        tone="negative",
    )
    world.info()
    return world


def test_event_in_three_languages_is_one_fact_with_its_hour_and_its_headline():
    status = read(railway_week())
    (theme,) = status.drivers
    assert theme.name == "Surprise strike halts Railio trains"
    assert {"strike", "grève", "streik"} <= set(theme.terms)
    assert 60 <= theme.stories <= 76
    words = Words(Locale.parse("en_GB"), SETTINGS.zone)
    assert re.fullmatch(
        "“Surprise strike halts Railio trains”: 7[0-6] stories since Friday 06:[0-5][0-9], "
        "7[0-9]% negative.",
        say("fact", status.facts[0], words),
    )


@pytest.mark.parametrize("weeks_ago", [1, 2, 3])
def test_in_an_ordinary_week_nothing_stands_out(weeks_ago):
    day = MONDAY - timedelta(weeks=weeks_ago)
    for world in (railway_week(), plausible_world()):
        assert read(world, day=day).drivers == ()


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
    assert status.hours[80].covered is None
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
    assert status.week.monday == monday
    assert status.facets[0].mentions.now == hours
    assert sum(hour.volume.mentions for hour in status.hours if hour.volume) == hours
    assert sum(day.brand.mentions for day in status.days[-7:]) == hours
    assert status.covered == 1


def test_poorly_covered_weeks_are_not_compared_with():
    world = plausible_world()
    for row in world.tables["coverage"]:
        if row["reason"] == "imported":
            row["since"] = at(0, monday=MONDAY - timedelta(weeks=5))
    status = read(world)
    assert status.usable_weeks == 5
    assert status.facets[0].mentions.usual.weeks == 5


def test_staff_are_shown_in_units_only_and_small_figures_are_hidden(page, status):
    said = text_of(page)
    assert "12 colleagues who agreed, in 2 units of five or more" in said
    assert re.search(r"Brewing 5 <5", said)
    assert re.search(r"Sales 7 9", said)
    assert status.staff.hidden == 1


def test_no_employee_is_named_even_if_a_snapshot_held_one(tmp_path):
    world = plausible_world()
    world.subject("jan-peeters", "Jan Peeters", "employee")
    for n in range(30):
        world.mention(
            at(1, n / 2), ["jan-peeters"], f"seen at the fair {n}", url=f"https://x.example/jan/{n}"
        )
    page = written(world, tmp_path)
    assert "Jan Peeters" not in page
    assert "jan" not in {
        part for url in re.findall(r'href="([^"]*)"', page) for part in url.split("/")
    }
    assert "jan-peeters" not in page


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
        "on-course v1",
        "w1",
    ):
        assert part in said


def test_time_on_the_page_is_the_snapshots(page):
    years = set(re.findall(r"\b20\d\d\b", text_of(page)))
    assert years == {"2026"}
