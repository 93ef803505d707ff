"""A changed query is tried on what is stored: how many more, how many fewer, and which."""

from datetime import timedelta

import pytest
from typer.testing import CliRunner

from collectors.settings import Settings
from luisterpost import app
from tests.collectors.configured import GOOD_EMPLOYEE, GOOD_SOURCE, configured
from tests.warehouse.building import (
    T0,
    Judgement,
    enriched_file,
    header,
    mention,
)
from tests.warehouse.building import watchlist as names
from warehouse.connection import open_warehouse
from warehouse.errors import WarehouseMissingError
from warehouse.load import load_files
from warehouse.privacy import apply_watchlist
from warehouse.replay import replay

ACME = Judgement(subjects=("acme",))
NOBODY = Judgement(subjects=())
NOW = T0 + timedelta(days=2)
WATCHLIST = '[[subject]]\nid = "acme"\nname = "Acme"\nfacet = "brand"\nterms = ["Acme"]\n'
STORED = [
    (mention(1, "Acme bier", at=T0), ACME),
    (mention(2, "Acme wijn \x1b[31m[bold]rood[/bold]", at=T0 + timedelta(hours=1)), ACME),
    (mention(3, "Zenith bier", at=T0 + timedelta(hours=2)), NOBODY),
    (mention(4, "Acme, nu gevonden", at=T0 + timedelta(hours=3), platform="bluesky"), NOBODY),
    (mention(5, "iets", title="Acme bier", at=T0 - timedelta(days=40)), NOBODY),
]


@pytest.fixture
def place(tmp_path):
    settings = Settings(home=tmp_path / "home", fixed_now=NOW)
    path = enriched_file(tmp_path, header("1"), STORED)
    with open_warehouse(settings.warehouse, tell=print) as warehouse:
        apply_watchlist(warehouse, names(), now=T0)
        (outcome,) = load_files(warehouse, [path], now=T0)
    assert outcome.state == "loaded"
    return settings


def tried(place, *, examples=5, since=T0 - timedelta(days=28), **keys):
    (subject,) = names({"id": "acme", "name": "Acme", "facet": "brand", **keys}).subject
    with open_warehouse(place.warehouse, tell=print) as warehouse:
        return replay(warehouse, subject, since=since, until=NOW, examples=examples)


def test_more_and_fewer_are_counted_by_platform(place):
    result = tried(place, terms=["Acme"], query="NOT wijn")
    assert dict(result.read) == {"x": 3, "bluesky": 1}
    assert (result.stored.total(), result.tried.total()) == (2, 2)
    assert +result.more == {"bluesky": 1}
    assert +result.fewer == {"x": 1}


def test_examples_show_the_words_around_the_name(place):
    result = tried(place, terms=["Acme"], query="NOT wijn")
    (found,), (lost,) = result.found, result.lost
    assert (found.form, found.excerpt, found.platform) == ("Acme", "Acme, nu gevonden", "bluesky")
    assert (lost.form, lost.occurred_at) == ("form acme", T0 + timedelta(hours=1))
    assert lost.excerpt.startswith("Acme wijn")


def test_examples_are_the_newest_and_few(place):
    result = tried(place, query="bier OR gevonden OR zenith", examples=1)
    assert [example.excerpt for example in result.found] == ["Acme, nu gevonden"]
    assert result.more.total() == 2


def test_mention_is_read_where_it_is_old_enough_to_be_asked_for(place):
    assert tried(place, terms=["Acme"]).more.total() == 1
    older = tried(place, terms=["Acme"], since=T0 - timedelta(days=60))
    assert older.more.total() == 2
    assert older.found[-1].excerpt == "Acme bier"


def test_nothing_is_written(place):
    before = place.warehouse.read_bytes()
    tried(place, terms=["Acme"], query="NOT wijn")
    assert place.warehouse.read_bytes() == before


@pytest.fixture
def folder(tmp_path):
    return configured(tmp_path / "config", WATCHLIST + GOOD_EMPLOYEE, GOOD_SOURCE)


def run(place, folder, *words):
    options = ["--home", place.home, "--config", folder, "--now", NOW.isoformat()]
    return CliRunner().invoke(app, ["query", *words, *map(str, options)])


def test_command_shows_counts_and_examples(place, folder):
    result = run(place, folder, "try", "NOT wijn", "--subject", "acme")
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert (
        "acme: 4 stored mentions matched again, 2026-10-21 00:00 to 2026-11-18 00:00 UTC" in lines
    )
    assert "platform read stored tried more fewer" in lines
    assert "all 4 2 2 1 1" in lines
    assert lines[lines.index("more") + 1] == "2026-11-16 03:00 bluesky Acme, nu gevonden"
    assert lines[lines.index("fewer") + 1].startswith("2026-11-16 01:00 x Acme wijn")


def test_hostile_text_does_not_steer_the_terminal(place, folder):
    result = run(place, folder, "try", "NOT wijn", "--subject", "acme")
    assert "\x1b" not in result.stdout
    assert "[bold]rood[/bold]" in result.stdout


def test_edited_watchlist_is_tried_without_an_argument(place, folder):
    (folder / "watchlist.toml").write_text(WATCHLIST + "query = 'bier'\n", encoding="utf-8")
    result = run(place, folder, "try", "--subject", "acme")
    assert "all 4 2 1 0 1" in " ".join(result.stdout.split())


REFUSED = {
    "a broken query": (["(acme", "--subject", "acme"], "the ( at character 1 is never closed"),
    "an unknown subject": (["acme", "--subject", "acne"], "did you mean 'acme'?"),
    "an employee": (["acme", "--subject", "an"], "whose mentions are not listed"),
    "no time": (["acme", "--subject", "acme", "--since", "2026-12-01"], "--since is not before"),
    "a query that can't stand": (["NOT a AND", "--subject", "acme"], "ends with"),
}


@pytest.mark.parametrize(("words", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_tried_is_refused(place, folder, words, message):
    result = run(place, folder, "try", *words)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


def test_query_that_finds_nothing_by_itself_is_refused(place, folder):
    only = WATCHLIST.replace('terms = ["Acme"]', "query = 'acme'")
    (folder / "watchlist.toml").write_text(only, encoding="utf-8")
    result = run(place, folder, "try", "NOT acme", "--subject", "acme")
    assert result.exit_code == 2
    assert "name a word that must stand in the text" in " ".join(result.stderr.split())


def test_without_a_warehouse_there_is_nothing_to_try(tmp_path, folder):
    result = run(Settings(home=tmp_path / "none"), folder, "try", "--subject", "acme")
    assert isinstance(result.exception, WarehouseMissingError)
    assert not (tmp_path / "none").exists()


def test_explanation_shows_the_tree_and_each_platforms_question(place, folder):
    result = run(place, folder, "explain", '(acme OR "acme bier"~3) NOT lang:en')
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0] == "all of"
    assert any(line.endswith('"acme bier"~3') for line in lines[:6])
    assert 'x (acme OR (acme bier)) -lang:en "acme bier"~3' in lines
    assert 'bluesky acme "acme bier"~3' in lines
    assert "feed everything: feeds are not searched the whole query" in lines


def test_explanation_of_a_subjects_query(place, folder):
    (folder / "watchlist.toml").write_text(WATCHLIST + "query = 'NOT bier'\n", encoding="utf-8")
    result = run(place, folder, "explain", "--subject", "acme")
    assert result.stdout.startswith("NOT bier")
    assert "it names no word that could be looked for there" in result.stdout


def test_explanation_needs_something_to_explain(place, folder):
    assert run(place, folder, "explain").exit_code == 2
    assert run(place, folder, "explain", "--subject", "acme").exit_code == 2
    assert run(place, folder, "explain", "acme OR").exit_code == 2
