"""Stored texts are read again: what they say now counts, what they said stays known."""

import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collectors.landing import read_header, write_landing
from collectors.mention import Mention
from collectors.settings import Settings
from collectors.watchlist import Watchlist
from enrichment.enrich import Enricher, enrich_waiting
from luisterpost import app
from tests.warehouse.building import T0, Judgement, enriched_file, header
from warehouse.again import write_again
from warehouse.connection import open_warehouse
from warehouse.load import load_files
from warehouse.privacy import apply_watchlist, drop_unmatched

DAY = timedelta(days=1)
LATER = T0 + 3 * DAY
ACME = '[[subject]]\nid = "acme"\nname = "Acme"\nfacet = "brand"\nterms = ["Acme"]\n'
ZENITH = '[[subject]]\nid = "zenith"\nname = "Zenith"\nfacet = "company"\nterms = ["Zenith"]\n'
JANA = (
    '[[subject]]\nid = "jana"\nname = "Jana Voorbeeld"\nfacet = "employee"\n'
    'terms = ["Jana Voorbeeld"]\nunit = "sales"\n'
    "consent = { given_at = 2026-01-15, purpose = 'x', platforms = ['x'], notice = 'v1', "
    "proof = 'f' }\n"
)


def watchlist(*subjects: str) -> Watchlist:
    return Watchlist(**tomllib.loads("\n".join(subjects)))


def mention(number: int, text: str, **keys) -> Mention:
    values = {"platform": "x", "native_id": str(number), "kind": "post", "created_at": T0} | keys
    return Mention(text=text, collected_at=T0, **values)


@pytest.fixture
def place(tmp_path):
    settings = Settings(home=tmp_path, fixed_now=LATER)
    with open_warehouse(settings.warehouse, tell=print):
        pass
    return settings


def collect(place: Settings, *mentions: Mention, subjects=(ACME,)) -> None:
    """Load mentions as the normal way does."""
    write_landing(place.landing, header("first"), mentions)
    load(replace(place, fixed_now=T0), watchlist(*subjects))


def load(place: Settings, names: Watchlist) -> None:
    enrich_waiting(place, names, enricher=Enricher(names, has_entities=False))
    with open_warehouse(place.warehouse, tell=print) as warehouse:
        apply_watchlist(warehouse, names, now=LATER)
        paths = sorted(place.enriched.glob("*.parquet"))
        outcomes = load_files(warehouse, paths, now=LATER)
    assert {one.state for one in outcomes} <= {"loaded"}, outcomes
    for path in (*paths, *place.landing.glob("*.parquet")):
        path.unlink()


def reread(place: Settings, *subjects: str, **keys) -> list[Path]:
    with open_warehouse(place.warehouse, tell=print) as warehouse:
        window = {"since": T0 - DAY, "until": T0 + DAY} | keys
        paths = write_again(warehouse, place.landing, now=LATER, **window)
    load(place, watchlist(*subjects))
    return paths


def ask(place: Settings, query: str) -> list[tuple]:
    with open_warehouse(place.warehouse, tell=print) as warehouse:
        return warehouse.execute(query).fetchall()


MATCHES = (
    "SELECT native_id, subject_id FROM subject_match JOIN mention USING (mention_id) ORDER BY ALL"
)


def test_a_new_subject_is_found_in_stored_texts(place):
    collect(place, mention(1, "Acme is fine."), mention(2, "Zenith opens a shop."))
    assert ask(place, MATCHES) == [("1", "acme")]
    reread(place, ACME, ZENITH)
    assert ask(place, MATCHES) == [("1", "acme"), ("2", "zenith")]
    assert ask(place, "SELECT subject_id, change, tone_before FROM restatement") == [
        ("zenith", "added", None)
    ]
    assert ask(place, "FROM match_history") == []
    assert ask(place, "SELECT sum(mentions) FROM hourly_volume") == [(2,)]


def test_what_no_longer_matches_stays_in_the_history(place):
    collect(place, mention(1, "Acme is fine."), mention(2, "Wile E. and Acme."))
    (old,) = ask(place, "SELECT DISTINCT watchlist_version FROM subject_match")
    reread(place, ACME + 'exclude = ["Wile E."]\n')
    assert ask(place, MATCHES) == [("1", "acme")]
    assert ask(place, "SELECT form, watchlist_version FROM match_history") == [("Acme", *old)]
    assert ask(place, "SELECT change, watchlist_version_before, tone_after FROM restatement") == [
        ("removed", *old, None)
    ]


STAYS = (
    "SELECT * EXCLUDE (loaded_at) FROM mention ORDER BY ALL",
    "SELECT * EXCLUDE (loaded_at, enriched_at) FROM mention_version ORDER BY ALL",
    "SELECT * EXCLUDE (loaded_at, enriched_at) FROM subject_match ORDER BY ALL",
    *("FROM sighting ORDER BY ALL", "FROM metric_history ORDER BY ALL"),
    *("FROM coverage ORDER BY ALL", "FROM stream_state ORDER BY ALL"),
    "FROM hourly_volume ORDER BY ALL",
)


def test_reading_again_changes_nothing_where_nothing_changed(place):
    collect(place, mention(1, "Acme is fine."), mention(2, "Nobody."), mention(3, "Acme!"))
    before = [ask(place, query) for query in STAYS]
    reread(place, ACME)
    assert [ask(place, query) for query in STAYS] == before
    assert ask(place, "FROM match_history") == ask(place, "FROM restatement") == []


def test_a_changed_tone_is_told(place):
    text = mention(1, "Acme is fine.")
    path = enriched_file(
        place.enriched, header("first"), [(text, Judgement(tone="negative", p=(0.9, 0.05, 0.05)))]
    )
    with open_warehouse(place.warehouse, tell=print) as warehouse:
        apply_watchlist(warehouse, watchlist(ACME), now=LATER)
        load_files(warehouse, [path], now=LATER)
    path.unlink()
    reread(place, ACME)
    ((change, before, after),) = ask(
        place, "SELECT change, tone_before, tone_after FROM restatement"
    )
    assert (change, before) == ("tone", "negative")
    assert after != "negative"
    assert ask(place, "SELECT tone FROM match_history") == [("negative",)]


def test_own_posts_restate_nothing(place):
    collect(place, mention(1, "Zenith and we.", is_own=True))
    reread(place, ACME, ZENITH)
    assert ask(place, MATCHES) == [("1", "zenith")]
    assert ask(place, "FROM restatement") == []


def test_of_employees_no_history_is_kept(place):
    collect(place, mention(1, "Jana Voorbeeld of Acme."), subjects=(ACME, JANA))
    assert ("1", "jana") in ask(place, MATCHES)
    reread(place, ACME, JANA.replace('"Jana Voorbeeld"]', '"Jana V."]'))
    assert ask(place, MATCHES) == [("1", "acme")]
    for table in ("match_history", "restatement"):
        assert ask(place, f"FROM {table}") == []


def test_what_was_deleted_meanwhile_does_not_return(place):
    from warehouse.tombstones import Burial, bury_each

    collect(place, mention(1, "Acme is fine."), mention(2, "Acme is slow."))
    with open_warehouse(place.warehouse, tell=print) as warehouse:
        write_again(warehouse, place.landing, since=T0 - DAY, until=LATER, now=LATER)
        ((one,),) = warehouse.execute(
            "SELECT mention_id FROM mention WHERE native_id = '1'"
        ).fetchall()
        warehouse.begin()
        bury_each(warehouse, {one: Burial(reason="deleted")}, now=LATER)
        warehouse.commit()
    load(place, watchlist(ACME))
    assert ask(place, "SELECT native_id FROM mention") == [("2",)]


def test_what_was_dropped_meanwhile_does_not_return(place):
    collect(place, mention(1, "Nobody here."), mention(2, "Acme."))
    with open_warehouse(place.warehouse, tell=print) as warehouse:
        write_again(warehouse, place.landing, since=T0 - DAY, until=LATER, now=LATER)
        assert drop_unmatched(warehouse, now=LATER, keep=DAY) == 1
    load(place, watchlist(ACME))
    assert ask(place, "SELECT native_id FROM mention") == [("2",)]


def test_only_the_time_asked_for_is_read(place):
    old = mention(1, "Zenith long ago.", created_at=T0 - 9 * DAY)
    collect(place, old, mention(2, "Zenith today."))
    reread(place, ACME, ZENITH)
    assert ask(place, MATCHES) == [("2", "zenith")]


def test_files_say_that_they_are_read_again_and_ask_for_nothing(place):
    collect(place, mention(1, "Acme is fine."), mention(2, "Nobody."))
    with open_warehouse(place.warehouse, tell=print) as warehouse:
        (path,) = write_again(
            warehouse, place.landing, since=T0 - DAY, until=LATER, now=LATER, is_matched=True
        )
    told = read_header(path)
    assert told.kind == "again"
    assert told.answered == ()
    assert told.validators is None
    assert told.requests == 0


def test_command_reads_again_and_says_how_much(place, tmp_path):
    collect(place, mention(1, "Acme is fine."), mention(2, "Zenith."))
    config = tmp_path / "config"
    config.mkdir()
    (config / "watchlist.toml").write_text(ACME + ZENITH, encoding="utf-8")
    (config / "sources.toml").write_text(
        '[[source]]\nname = "n"\nplatform = "feed"\nurls = ["https://n.example/rss"]\n', "utf-8"
    )
    options = ["--home", str(tmp_path), "--config", str(config), "--now", LATER.isoformat()]

    def run(*arguments):
        return CliRunner().invoke(app, ["enrich", *options, *arguments])

    done = run("--again", "--since", (T0 - DAY).isoformat())
    assert done.exit_code == 0, done.output
    assert "2 stored mentions to read again" in done.output
    assert "2 of them name a subject" in done.output
    assert "no mention is stored" in run("--again", "--since", (LATER - DAY).isoformat()).output
    assert run("--again").exit_code == run("--since", "2026-10-01").exit_code == 2


def test_an_author_who_was_erased_stays_so(place):
    collect(place, mention(1, "Acme is fine.", author_id="7", author_handle="jana"))
    with open_warehouse(place.warehouse, tell=print) as warehouse:
        write_again(warehouse, place.landing, since=T0 - DAY, until=LATER, now=LATER)
        warehouse.execute("UPDATE mention_version SET author_id = NULL, author_handle = NULL")
    load(place, watchlist(ACME, ZENITH))
    assert ask(place, "SELECT author_id, author_handle FROM mention_version") == [(None, None)]


def test_what_a_mistake_let_go_of_can_be_won_back(place):
    collect(place, mention(1, "Acme is fine."))
    reread(place, ZENITH)
    with open_warehouse(place.warehouse, tell=print) as warehouse:
        assert drop_unmatched(warehouse, now=LATER + DAY, keep=2 * DAY) == 0
    reread(place, ACME)
    assert ask(place, MATCHES) == [("1", "acme")]


def test_what_was_let_go_of_long_ago_is_dropped(place):
    collect(place, mention(1, "Acme is fine."))
    reread(place, ZENITH)
    with open_warehouse(place.warehouse, tell=print) as warehouse:
        assert drop_unmatched(warehouse, now=LATER + 40 * DAY, keep=30 * DAY) == 1


@pytest.mark.parametrize("year", [1, 1900, 2039, 9999])
def test_a_post_of_an_odd_year_is_loaded(place, year):
    odd = T0.replace(year=year)
    collect(
        place, mention(1, "Acme is fine and this is long enough to be told again.", created_at=odd)
    )
    assert ask(place, "SELECT count(*) FROM mention JOIN story USING (story_id)") == [(1,)]
