"""The command `luisterpost enrich`."""

import pytest
from typer.testing import CliRunner

from collectors.settings import Settings
from luisterpost import app
from tests.enrichment.test_enrich import land

CONFIG = """
[[subject]]
id = "acme"
name = "Acme"
facet = "brand"
terms = ["Acme"]
"""
SOURCES = """
[[source]]
name = "news"
platform = "feed"
urls = ["https://news.example/rss.xml"]
"""


@pytest.fixture
def run(tmp_path):
    config = tmp_path / "config"
    config.mkdir()
    (config / "watchlist.toml").write_text(CONFIG, encoding="utf-8")
    (config / "sources.toml").write_text(SOURCES, encoding="utf-8")

    def command(*arguments):
        options = ["--home", str(tmp_path), "--config", str(config), "--now", "2026-11-22T08:00"]
        return CliRunner().invoke(app, ["enrich", *options, *arguments])

    return command


def test_command_says_what_it_did(tmp_path, run):
    land(Settings(home=tmp_path), range(2))
    result = run()
    assert result.exit_code == 0, result.output
    assert "enriched 2 files: 14 mentions, 8 of them name a subject" in result.output
    assert "nothing to enrich" in run().output


def test_command_ends_with_1_when_a_file_is_broken(tmp_path, run):
    land(Settings(home=tmp_path), [1])[0].write_bytes(b"no parquet")
    result = run("--no-entities")
    assert result.exit_code == 1
    assert "put aside" in result.output


def test_command_ends_with_2_when_the_configuration_is_wrong(tmp_path, run):
    (tmp_path / "config" / "watchlist.toml").write_text("[[subject]]\nid = 1\n", encoding="utf-8")
    assert run().exit_code == 2
