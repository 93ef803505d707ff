"""`init` writes a configuration that passes the check, and never over another."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from collectors.commands import init
from collectors.configuration.folder import Configuration, load_configuration
from collectors.configuration.starting import Answers, news_search, starting_files

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

app = typer.Typer()
app.command("init")(init)


def run_init(folder: Path, *options: str, answers: str | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["--config", str(folder), *options], input=answers)
    return result.exit_code, result.output


def read(folder: Path) -> Configuration:
    return load_configuration(folder, NOW)


def test_answers_become_a_configuration_that_passes_the_check(tmp_path):
    answers = [
        "Brouwerij De Ester",
        "Ester",
        "Ester Bier, Ester Tripel",
        "https://www.ester.example/shop",
        "@esterbier",
        "u/ester, https://www.reddit.com/user/ester_tripel/",
        "Malthus, Hopduvel, ESTER",
        "",
        "nl-BE, fr-BE, en",
    ]
    code, output = run_init(tmp_path / "config", answers="\n".join(answers) + "\n")
    assert code == 0
    assert "luisterpost check" in output
    assert "luisterpost run" in output
    configuration = read(tmp_path / "config")
    assert configuration.warnings == ()
    brand, *others = configuration.watchlist.subject
    assert brand.terms == ("Ester", "Ester Bier", "Ester Tripel")
    assert brand.domains == ("ester.example",)
    assert brand.handles == {"x": ("esterbier",), "reddit": ("ester", "ester_tripel")}
    assert [(s.id, s.facet, s.relation) for s in others] == [
        ("brouwerij-de-ester", "company", None),
        ("malthus", "organisation", "competitor"),
        ("hopduvel", "organisation", "competitor"),
    ]
    news, x, reddit = configuration.sources.source
    assert len(news.urls) == 3
    assert "hl=nl&gl=BE&ceid=BE%3Anl" in news.urls[0]
    assert (x.credential, reddit.credential) == ("x_main", "reddit_main")


def test_options_answer_without_questions(tmp_path):
    code, _ = run_init(
        tmp_path,
        "--yes",
        "--firm",
        "Acme nv",
        "--brand",
        "Acme",
        "--feeds",
        "https://a.example/rss",
    )
    assert code == 0
    configuration = read(tmp_path)
    assert [s.id for s in configuration.watchlist.subject] == ["acme", "acme-nv"]
    (news,) = configuration.sources.source
    assert news.urls == ("https://a.example/rss",)
    assert '# [[source]]\n# name = "x"' in (tmp_path / "sources.toml").read_text()


def test_firm_that_is_its_brand_is_one_subject(tmp_path):
    code, _ = run_init(tmp_path, "--yes", "--firm", "Acme")
    assert code == 0
    assert [s.facet for s in read(tmp_path).watchlist.subject] == ["brand"]


def test_nothing_is_asked_and_nothing_written_without_a_name(tmp_path):
    code, output = run_init(tmp_path, "--yes")
    assert code == 2
    assert "--firm" in output
    assert list(tmp_path.iterdir()) == []


def test_files_that_exist_stay_without_force(tmp_path):
    (tmp_path / "watchlist.toml").write_text("mine")
    code, output = run_init(tmp_path, "--yes", "--firm", "Acme")
    assert code == 2
    assert "--force" in output
    assert (tmp_path / "watchlist.toml").read_text() == "mine"
    assert not (tmp_path / "sources.toml").exists()
    code, _ = run_init(tmp_path, "--yes", "--firm", "Acme", "--force")
    assert code == 0
    assert read(tmp_path).watchlist.subject[0].id == "acme"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--domain", "no domain"), "domains[0]"),
        (("--x", "a b"), "handles.x[0]"),
        (("--feeds", "news.example/rss"), 'write "https://news.example/rss"'),
        (("--languages", "dutch"), "write it like nl or nl-BE"),
    ],
)
def test_answer_that_would_be_a_mistake_is_refused_before_anything_is_written(
    tmp_path, options, words
):
    code, output = run_init(tmp_path, "--yes", "--firm", "Acme", *options)
    assert code == 2
    assert words in output
    assert list(tmp_path.iterdir()) == []


def test_commented_examples_are_valid_as_well(tmp_path):
    for name, text in starting_files(Answers(firm="Acme", brand="Acme")).items():
        lines = [
            line.removeprefix("# ")
            for line in text.splitlines()
            if not line.startswith("# ") or "=" in line or "[[" in line
        ]
        kept = [line for line in lines if not line.startswith(("  export", "context", "exclude"))]
        (tmp_path / name).write_text("\n".join(kept))
    configuration = read(tmp_path)
    assert len(configuration.watchlist.subject) == 3
    assert len(configuration.sources.source) == 7


def test_news_search_names_language_and_country():
    assert news_search("Acme Bier", "nl-BE") == (
        "https://news.google.com/rss/search?q=%22Acme+Bier%22&hl=nl&gl=BE&ceid=BE%3Anl"
    )
    assert "hl=en-US&gl=US" in news_search("Acme", "en")
    assert "hl=sv&gl=SE" in news_search("Acme", "sv")


names = st.text(max_size=40).filter(lambda name: any(c.isalnum() for c in name))


@settings(max_examples=60, deadline=None)
@given(
    firm=names, brand=names, forms=st.lists(names, max_size=3), rivals=st.lists(names, max_size=3)
)
def test_any_names_give_files_that_can_be_read(tmp_path_factory, firm, brand, forms, rivals):
    folder = tmp_path_factory.mktemp("config")
    answers = Answers(firm=firm, brand=brand, forms=forms, competitors=rivals)
    for name, text in starting_files(answers).items():
        tomllib.loads(text)
        (folder / name).write_text(text, encoding="utf-8")
    configuration = read(folder)
    assert configuration.watchlist.subject[0].facet == "brand"
